"""What the build machine and newcomers call: one search for Python, the same generated examples each time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TESTED = """
from hypothesis import given, strategies as st
@given(st.integers())
def test_any(number):
    print("tried", number)
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The programs of a system: an old python3, a newer Python, and a make that tells what it was given."""
    if not shutil.which("bash") or os.name == "nt":
        pytest.skip("needs bash")
    programs = {
        "python3": "exit 1",
        "python3.12": f'exec {sys.executable} "$@"',
        "make": 'echo "CI=$CI $*"',
    }
    for name, body in programs.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
    return tmp_path


def run(machine: Path, *line: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    path = os.pathsep.join([str(machine), *filter(None, map(_folder, ("bash", "dirname")))])
    done = subprocess.run(
        line, cwd=ROOT, env={**kept, "PATH": path, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _folder(program: str) -> str | None:
    found = shutil.which(program)
    return str(Path(found).parent) if found else None


def test_a_python_under_another_name_is_found_by_all(machine: Path) -> None:
    assert run(machine, "bash", "tools/python.sh") == "python3.12"
    assert run(machine, "bash", ".ci/run") == "CI=true --no-print-directory test"
    assert "$(shell bash tools/python.sh)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_what_the_build_machine_says_of_itself_stands(machine: Path) -> None:
    assert run(machine, "bash", ".ci/run", CI="1").startswith("CI=1 ")


def tried(tmp_path: Path, *options: str) -> list[str]:
    """The examples of a run of its own under our settings."""
    shutil.copyfile(ROOT / "tests" / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_any.py").write_text(TESTED, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n", encoding="utf-8")
    line = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "_hypothesis_pytestplugin", *options]
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    environment = {**kept, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    return re.findall(r"tried (-?\d+)", done.stdout)


def test_examples_are_the_same_each_time_and_new_where_they_are_asked_for(tmp_path: Path) -> None:
    first, again, new = (tmp_path / name for name in ("first", "again", "new"))
    for folder in (first, again, new):
        folder.mkdir()
    same = tried(first)
    assert len(same) > 50
    assert tried(again) == same
    assert tried(new, "-m", "hypothesis", "--hypothesis-profile", "search") != same
