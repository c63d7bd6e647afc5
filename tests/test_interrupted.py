"""Interrupted, killed, disk full: an output is whole or as it was, and no process stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalxl import texts
from tests.support.layouts import Style, write_book
from tests.support.records import sample

if sys.platform == "win32":
    pytest.skip("needs POSIX signals and limits", allow_module_level=True)

import resource

Start = Callable[..., "subprocess.Popen[bytes]"]
OLD = b"the summary of last year"
BOOKS = 12
CONSOLIDATE = ("consolidate", "in", "-o", "out.xlsx", "--data", "data", "--jobs", "1")


def books(folder: Path) -> None:
    """Some books in the folder ``in`` of a folder."""
    (folder / "in").mkdir()
    write_book(folder / "in" / "0.xlsx", [sample()], Style())
    book = (folder / "in" / "0.xlsx").read_bytes()
    for number in range(1, BOOKS):
        (folder / "in" / f"{number}.xlsx").write_bytes(book)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with books in ``in`` and an older ``out.xlsx``."""
    books(tmp_path)
    (tmp_path / "out.xlsx").write_bytes(OLD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def endless(folder: Path) -> Path:
    """A file in the input that is never read to its end."""
    os.mkfifo(folder / "in" / "5.1.xlsx")
    return folder


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the program in a session of its own; what still runs at the end of the test is killed."""
    started = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        program = subprocess.Popen(
            [sys.executable, "-m", "evalxl", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # tests that a shell runs in the background ignore Ctrl+C, and so would the program
        started.append(program)
        return program

    yield begin
    for program in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


def working(program: subprocess.Popen[bytes]) -> Iterator[int]:
    """The processes of the program's session that are there."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != program.pid:
            try:
                if os.getsid(int(entry.name)) == program.pid:
                    yield int(entry.name)
            except (ProcessLookupError, PermissionError):
                continue


def until(true: object, seconds: float = 20, pause: float = 0.05) -> None:
    """Wait until a function gives something true."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it does not happen"
        time.sleep(pause)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_ends_it_cleanly(endless: Path, start: Start, jobs: str) -> None:
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


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("delay", [0, 0.1, 0.2, 0.4, 0.6, 0.8])
def test_ctrl_c_while_all_is_being_loaded_shows_no_traceback(
    endless: Path, start: Start, delay: float
) -> None:
    program = start("consolidate", "in", "-o", "out.xlsx", "--jobs", "2", "--lang", "en")
    until(lambda: list(working(program)), pause=0.001)  # the server begins before all else is loaded
    time.sleep(delay)
    os.killpg(program.pid, signal.SIGINT)
    _, told = program.communicate(timeout=20)
    assert (program.returncode, told.decode()) == (130, texts.INTERRUPTED.en + "\n")
    until(lambda: not list(working(program)))


WAITING = """
import sys, threading
from evalxl import __main__, cli

def main():
    threading.Thread(target=threading.Event().wait).start()
    raise KeyboardInterrupt

cli.main = main
sys.exit(__main__.main())
"""


def test_the_end_of_an_interrupted_run_waits_for_no_thread(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WAITING], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (130, texts.INTERRUPTED.ja + "\n")


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a whole run takes here and now."""
    folder = tmp_path_factory.mktemp("whole")
    books(folder)
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "evalxl", *CONSOLIDATE], cwd=folder, check=True, stderr=subprocess.DEVNULL
    )
    return time.monotonic() - started


@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.8, 0.9, 0.95])
def test_a_kill_at_any_moment_leaves_the_old_book_or_the_new_one(
    folder: Path, start: Start, seconds: float, part: float
) -> None:
    program = start(*CONSOLIDATE)
    time.sleep(seconds * part)  # the writing comes last
    os.killpg(program.pid, signal.SIGKILL)
    program.communicate(timeout=20)
    whole_or_old(folder / "out.xlsx")
    done = start(*CONSOLIDATE)
    _, told = done.communicate(timeout=60)
    assert done.returncode == 0, told.decode()
    assert whole_or_old(folder / "out.xlsx") == "whole"


def test_a_kill_during_the_writing_leaves_the_old_book(folder: Path, start: Start) -> None:
    for _ in range(10):  # the writing takes some 30 ms, and may be over before the kill
        (folder / "out.xlsx").write_bytes(OLD)
        program = start("consolidate", "in", "-o", "out.xlsx", "--jobs", "1")
        until(lambda program=program: list(folder.glob(".~*")) or program.poll() is not None, pause=0)
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate(timeout=20)
        if program.returncode == -signal.SIGKILL and list(folder.glob(".~*")):
            break
    else:
        pytest.fail("the writing was always over too soon to be interrupted")
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


def test_tables_that_do_not_fit_leave_the_old_ones(folder: Path, start: Start) -> None:
    arguments = ("consolidate", "in", "-o", "out.xlsx", "--data", "data")
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
