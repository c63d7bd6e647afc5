"""Interrupted, killed, disk full: an output is whole or as it was, and no process stays behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalxl import texts
from tests.support.layouts import Style, write_book
from tests.support.records import sample

if sys.platform == "win32":
    pytest.skip("needs POSIX signals and limits", allow_module_level=True)

import resource

OLD = b"the summary of last year"
BOOKS = 12


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with books in ``in`` and an older ``out.xlsx``."""
    (tmp_path / "in").mkdir()
    write_book(tmp_path / "in" / "0.xlsx", [sample()], Style())
    book = (tmp_path / "in" / "0.xlsx").read_bytes()
    for number in range(1, BOOKS):
        (tmp_path / "in" / f"{number}.xlsx").write_bytes(book)
    (tmp_path / "out.xlsx").write_bytes(OLD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def endless(folder: Path) -> Path:
    """A file in the input that is never read to its end."""
    os.mkfifo(folder / "in" / "5.1.xlsx")
    return folder


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "evalxl", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def working(program: subprocess.Popen[bytes]) -> Iterator[int]:
    """The processes of the program's session that are there."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != program.pid:
            try:
                if os.getsid(int(entry.name)) == program.pid:
                    yield int(entry.name)
            except (ProcessLookupError, PermissionError):
                continue


def until(true: object, seconds: float = 20) -> None:
    """Wait until a function gives something true."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_cleanly(endless: Path, jobs: str) -> None:
    program = start("consolidate", "in", "-o", "out.xlsx", "--jobs", jobs)
    reading = (lambda: True) if jobs == "1" else (lambda: len(list(working(program))) >= 3)
    until(reading)
    time.sleep(1)
    os.killpg(program.pid, signal.SIGINT)
    _, told = program.communicate(timeout=20)
    assert program.returncode == 130
    assert told.decode() == texts.INTERRUPTED.ja + "\n"
    assert (endless / "out.xlsx").read_bytes() == OLD
    assert sorted(path.name for path in endless.iterdir()) == ["in", "out.xlsx"]
    until(lambda: not list(working(program)))


@pytest.mark.parametrize("seed", range(6))
def test_a_kill_at_any_moment_leaves_the_old_book_or_the_new_one(folder: Path, seed: int) -> None:
    program = start("consolidate", "in", "-o", "out.xlsx", "--data", "data", "--jobs", "1")
    # The writing comes last; most of the kills shall fall into it.
    time.sleep(random.Random(seed).uniform(0.3, 2.0))
    os.killpg(program.pid, signal.SIGKILL)
    program.communicate(timeout=20)
    whole_or_old(folder / "out.xlsx")
    done = start("consolidate", "in", "-o", "out.xlsx", "--data", "data")
    _, told = done.communicate(timeout=60)
    assert done.returncode == 0, told.decode()
    assert whole_or_old(folder / "out.xlsx") == "whole"


def test_a_kill_during_the_writing_leaves_the_old_book(folder: Path) -> None:
    program = start("consolidate", "in", "-o", "out.xlsx", "--jobs", "1")
    until(lambda: list(folder.glob(".~*")) or program.poll() is not None)
    os.killpg(program.pid, signal.SIGKILL)
    program.communicate(timeout=20)
    assert program.returncode == -signal.SIGKILL, "the writing was over too soon to be interrupted"
    assert (folder / "out.xlsx").read_bytes() == OLD


def whole_or_old(path: Path) -> str:
    """``old``, or ``whole``; anything else fails."""
    if path.read_bytes() == OLD:
        return "old"
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        assert "xl/workbook.xml" in book.namelist()
    return "whole"


@pytest.mark.parametrize(
    "arguments",
    [
        ("consolidate", "in", "-o", "out.xlsx"),
        ("validate", "in", "--report", "out.xlsx"),
        ("blank", "-o", "out.xlsx"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_full_disk_leaves_the_old_file(folder: Path, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evalxl", *arguments],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 2
    assert texts.OUTPUT["full"].ja.partition("、")[0] in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert (folder / "out.xlsx").read_bytes() == OLD
    assert sorted(path.name for path in folder.iterdir()) == ["in", "out.xlsx"]


def test_tables_that_do_not_fit_leave_the_old_ones(folder: Path) -> None:
    arguments = ["consolidate", "in", "-o", "out.xlsx", "--data", "data"]
    start(*arguments).communicate(timeout=60)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write_book(folder / "in" / "more.xlsx", [sample() | {"project_name": "別の事業"}], Style())
    before[folder / "in" / "more.xlsx"] = (folder / "in" / "more.xlsx").read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "evalxl", *arguments],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert done.returncode == 2
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("output", "told"),
    [("in", "名前の終わりを .xlsx にしてください"), ("in/0.xlsx/out.xlsx", "書き出せません")],
)
def test_an_output_that_cannot_be_is_told(folder: Path, output: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evalxl", "consolidate", "in", "-o", output], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
