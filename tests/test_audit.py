"""The check of known vulnerabilities never takes silence for a clean bill."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tools import audit

GOOD: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
BAD: dict[str, Any] = {"name": "b", "version": "2", "vulns": [{"id": "CVE-0000-0001"}]}
PASSED: dict[str, Any] = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([GOOD], audit.FINE),
        ([GOOD, BAD, PASSED], audit.VULNERABLE),
        ([GOOD, PASSED], audit.NOT_CHECKED),
        ([], audit.NOT_CHECKED),
    ],
)
def test_only_answers_on_every_package_are_fine(packages: list[dict[str, Any]], code: int) -> None:
    found, told = audit.verdict("requirements.lock", packages)
    assert found == code
    assert told


def test_no_network_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="Failed to resolve the host")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    code, told = audit.audit("requirements.lock")
    assert code == audit.NOT_CHECKED
    assert "NOT CHECKED" in told[0]
