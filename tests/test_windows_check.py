"""The script for a Windows PC: its steps run over an Excel in memory, and a fault makes one fail."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.support import pressing
from udfs import buttons
from udfs.machine import Machine

TOOL = Path(__file__).parent.parent / "tools" / "windows_check.py"


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("EVALXL_LOG", str(tmp_path / "evalxl.log"))
    (tmp_path / "提出").mkdir()
    pressing.department(tmp_path / "提出" / "a.xlsx")
    return runpy.run_path(str(TOOL))


def test_the_steps_with_excel(tool: dict[str, Any], tmp_path: Path) -> None:
    with pressing.desk() as desk:
        steps = list(tool["with_excel"](desk.excel.app, tmp_path))
    assert [(step.number, step.status) for step in steps] == [("6", "ok"), ("7", "ok"), ("9", "ok")], steps


def test_a_button_that_leaves_marks_fails_its_step(
    tool: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = buttons.run
    monkeypatch.setattr(
        buttons, "run", lambda name, app, **rest: name == "clear_marks" or run(name, app, **rest)
    )
    with pressing.desk() as desk:
        first = next(tool["with_excel"](desk.excel.app, tmp_path))
    assert first.status == "FAIL"
    assert "not as it was" in first.detail


def test_elsewhere_it_says_what_it_could_not_do(
    tool: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Machine.here().windows:
        pytest.skip("Windows itself")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["windows_check.py", "--uninstall"])
    assert tool["main"]() == 1  # the add-in cannot be taken out where it cannot be put in
    steps = json.loads((tmp_path / "windows-check.json").read_text("utf-8"))["steps"]
    assert {step["what"]: step["status"] for step in steps} == {
        "addin doctor": "ok",
        "the COM class answers": "skip",
        "all that needs Excel": "skip",
        "addin uninstall": "FAIL",
        "nothing is left": "skip",
    }


def test_the_checklist_names_every_step_of_the_script(tool: dict[str, Any]) -> None:
    import re

    text = (TOOL.parent.parent / "docs" / "windows-checklist.md").read_text("utf-8")
    chapters = set(re.findall(r"(?m)^## (\d+)", text))
    used = set(re.findall(r'run\("(\d+)', TOOL.read_text("utf-8")))
    assert used <= chapters
