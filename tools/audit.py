"""Known vulnerabilities of the locked packages: ``make audit``, before a release, with a network.

pip-audit asks the database of vulnerabilities (OSV). Without a network, or where a package is unknown to the
database, nothing is proven: this says so and ends with 2, never with a quiet 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

LOCKS = ("requirements.lock", "requirements-dev.lock")
FINE, VULNERABLE, NOT_CHECKED = 0, 1, 2


def audit(lock: str) -> tuple[int, list[str]]:
    """The verdict on one lock, and what is to be said of it."""
    line = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-s", "osv", "-f", "json"]
    line += ["--progress-spinner", "off", "-r", lock]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return NOT_CHECKED, [f"{lock}: NOT CHECKED, the database was not reached ({reason})"]
    return verdict(lock, found)


def verdict(lock: str, packages: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """What the answers say: a package with a vulnerability, one that was passed by, or none."""
    bad = [
        f"{lock}: {package['name']} {package['version']}: {', '.join(one['id'] for one in package['vulns'])}"
        for package in packages
        if package.get("vulns")
    ]
    passed = [f"{lock}: {package['name']} NOT CHECKED" for package in packages if "skip_reason" in package]
    if bad:
        return VULNERABLE, [*bad, *passed]
    if passed or not packages:
        return NOT_CHECKED, passed or [f"{lock}: NOT CHECKED, no package was looked at"]
    return FINE, [f"{lock}: no known vulnerability in {len(packages)} packages"]


def main() -> int:
    """Look at all locks; the gravest verdict is the exit code, vulnerabilities first."""
    verdicts = []
    for lock in LOCKS:
        code, told = audit(lock)
        verdicts.append(code)
        print(*told, sep="\n")
    return VULNERABLE if VULNERABLE in verdicts else max(verdicts)


if __name__ == "__main__":
    sys.exit(main())
