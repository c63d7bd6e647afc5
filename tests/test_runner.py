"""Many files in processes: the same results in the same order, whatever breaks on the way."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import evalxl.commands  # noqa: F401  (declares the actions)
from evalxl import processes, reader, runner
from evalxl.actions import ACTIONS
from evalxl.paths import Source
from evalxl.reader import Task
from evalxl.results import FileResult
from evalxl.settings import Settings
from workbook import quiet, read

FILES = 60


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    """Files that are read in no time: they are no workbooks, and each gets its finding."""
    found = []
    for number in range(FILES):
        path = tmp_path / f"{number:03}.xlsx"
        path.write_bytes(b"no workbook %d" % number)
        found.append(Source(path.name, path, str(path)))
    return found


def codes(result: FileResult) -> tuple[str, list[str], Any]:
    """What `then` makes of a result here: its file, the codes and the detail of the first refusal."""
    detail = result.refused[0].values.get("detail") if result.refused else None
    return result.file, [finding.code for finding in result.refused], detail


def killing(result: FileResult, culprits: frozenset[str]) -> tuple[str, list[str], Any]:
    """Really kill the process that works on a culprit."""
    if result.file in culprits and multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return codes(result)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_files(sources: list[Source], jobs: int) -> None:
    results = list(runner.run_then(sources, Settings(), codes, jobs=jobs))
    assert results == [(source.file, ["F001"], None) for source in sources]


def test_a_result_is_whole_when_it_comes_from_a_process(sources: list[Source]) -> None:
    here, there = (list(runner.run(sources[:3], Settings(), jobs=jobs)) for jobs in (1, 2))
    for result in here + there:
        assert result.seconds > 0
        result.seconds = 0
    assert here == there
    assert here[0].path == str(sources[0].path)


def test_a_few_files_need_no_processes(sources: list[Source], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_in_processes", lambda *_: pytest.fail("processes for a few files"))
    assert len(list(runner.run(sources[: processes.FEW - 1], Settings()))) == processes.FEW - 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("culprits", [{"030.xlsx"}, {"000.xlsx", "031.xlsx", "059.xlsx"}])
def test_only_the_file_that_kills_its_process_is_refused_for_it(
    sources: list[Source], culprits: set[str]
) -> None:
    then = functools.partial(killing, culprits=frozenset(culprits))
    results = list(runner.run_then(sources, Settings(), then, jobs=2))
    assert [file for file, _, _ in results] == [source.file for source in sources]
    assert {file for file, _, detail in results if detail == "killed"} == culprits
    assert all(found == ["F001"] for _, found, _ in results)


def hanging(result: FileResult, culprits: frozenset[str]) -> tuple[str, list[str], Any]:
    """Never come back from a culprit, in a way that no exception ends."""
    while result.file in culprits and multiprocessing.parent_process() is not None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    return codes(result)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signal masks")
def test_only_the_file_that_hangs_is_refused_for_it(sources: list[Source]) -> None:
    then = functools.partial(hanging, culprits=frozenset({"031.xlsx"}))
    results = list(runner.run_then(sources, Settings(), then, jobs=2, limit=1.5))
    assert [file for file, _, _ in results] == [source.file for source in sources]
    assert [(file, detail) for file, _, detail in results if detail] == [("031.xlsx", "1.5 s")]


def test_without_processes_too_only_the_file_that_hangs_is_refused_for_it(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    read_file, let_go = read.read_file, threading.Event()

    def hanging(path: Path, **options: Any) -> Any:
        with quiet.panics():
            while path.name == "001.xlsx" and not let_go.is_set():
                pass
        return read_file(path, **options)

    monkeypatch.setattr(read, "read_file", hanging)
    started = time.monotonic()
    results = []
    for found in runner.run_then(sources[:5], Settings(), codes, jobs=1, limit=0.5):
        results.append(found)
        os.write(2, b"told\n")
    assert time.monotonic() - started < 5
    assert [file for file, _, _ in results] == [source.file for source in sources[:5]]
    assert [(file, detail) for file, _, detail in results if detail] == [("001.xlsx", "0.5 s")]
    assert capfd.readouterr().err == "told\n" * 5, "what is said meanwhile comes out"
    let_go.set()


def test_a_slow_run_of_quick_files_is_not_cut_off(sources: list[Source]) -> None:
    """The limit is for each file: all together may take longer."""
    results = list(runner.run_then(sources[:20], Settings(), slowly, jobs=2, limit=0.9))
    assert [file for file, _, _ in results] == [source.file for source in sources[:20]]
    assert not any(detail for _, _, detail in results)


def slowly(result: FileResult) -> tuple[str, list[str], Any]:
    """Take a tenth of a second."""
    time.sleep(0.1)
    return codes(result)


class PanicException(BaseException):
    """As the Rust libraries raise it: no Exception."""


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError, PanicException])
def test_a_mistake_of_ours_is_a_finding_of_that_file(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    read_file = read.read_file

    def breaking(path: Path, **options: Any) -> Any:
        if path.name == "001.xlsx":
            raise error("見本")
        return read_file(path, **options)

    monkeypatch.setattr(read, "read_file", breaking)
    results = list(runner.run(sources[:3], Settings(), jobs=1))
    assert [r.refused[0].values["reason"] for r in results] == ["not_excel", "panic", "not_excel"]
    assert error.__name__ in str(results[1].refused[0].to_json())


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_cannot_be_done_with_a_result_is_a_finding_too(sources: list[Source], jobs: int) -> None:
    results = list(runner.run_then(sources[:3], Settings(), _not_the_second, jobs=jobs))
    assert [r.refused[0].values["reason"] for r in results] == ["not_excel", "panic", "not_excel"]


def _not_the_second(result: FileResult) -> FileResult:
    if result.file == "001.xlsx" and result.refused[0].values["reason"] != "panic":
        raise ValueError("見本")
    return result


def test_ctrl_c_is_no_finding(sources: list[Source], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(read, "read_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(runner.run(sources[:1], Settings(), jobs=1))


def half_a_message(sign: Path) -> None:
    """In a process of a pool: begin a result, as long ones are for a while, and write no more of it."""
    frame: Any = sys._getframe()
    while "result_queue" not in frame.f_locals:
        frame = frame.f_back
    os.write(frame.f_locals["result_queue"]._writer.fileno(), struct.pack("!i", 150_000) + b"half")
    sign.touch()
    time.sleep(60)


@pytest.mark.skipif(sys.platform == "win32", reason="messages are written otherwise there")
def test_half_a_result_of_a_process_that_is_ended_is_not_waited_for(tmp_path: Path) -> None:
    others, sign = set(threading.enumerate()), tmp_path / "sign"
    with contextlib.suppress(KeyboardInterrupt), runner._processes(Task(Settings(), None, str), 1) as pool:
        pool.submit(half_a_message, sign)
        while not sign.exists():
            time.sleep(0.01)
        time.sleep(0.2)  # the pool's thread begins to read it
        raise KeyboardInterrupt
    for thread in set(threading.enumerate()) - others:
        thread.join(20)
        assert not thread.is_alive()


def marked(result: FileResult, folder: Path) -> str:
    """Leave a trace of the work on a file."""
    (folder / result.file).touch()
    return result.file


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("consolidate {}", [(40, None)]),
        ("validate {} --jobs 1", [(40, 1)]),
        ("--json --config evalxl.toml validate {}", [(40, None)]),
        ("read nowhere", [(0, None)]),
        ("remind {} -o read", []),
        ("submit a.xlsx --to {}", []),
        ("--lang en rollover {}", []),
        ("--help", []),
        ("", []),
    ],
)
def test_processes_begin_before_the_command_line_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, wanted: list[tuple[int, int | None]]
) -> None:
    for number in range(processes.FEW + 5):
        (tmp_path / str(number % 3)).mkdir(exist_ok=True)
        (tmp_path / str(number % 3) / f"{number}.xlsx").touch()
    begun: list[tuple[int, int | None]] = []
    monkeypatch.setattr(processes, "are_served", lambda: True)
    monkeypatch.setattr(processes, "ahead", lambda files, jobs: begun.append((files, jobs)))
    processes.ahead_of(line.format(tmp_path).split())
    assert begun == wanted


def test_the_commands_that_read_in_processes_are_named() -> None:
    found = {
        command.name
        for command in ACTIONS.values()
        if command.reads and "jobs" in {argument.parameter for argument in command.arguments}
    }
    assert found == processes.READING


_ASKED = """
import sys
from concurrent.futures import ProcessPoolExecutor
from evalxl import processes

processes.ahead(processes.FEW, 2)
with processes.without_script(), ProcessPoolExecutor(1, processes.context()) as pool:
    print(*pool.submit(eval, "sorted(__import__('sys').modules)").result())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no server there")
def test_the_server_has_loaded_what_its_processes_need() -> None:
    done = subprocess.run([sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True)
    assert {"evalxl.preloaded", "evalxl.rules.c_cost", "lxml.etree"} <= set(done.stdout.split())


_WITHOUT_A_LIBRARY = """
import sys
sys.modules["python_calamine"] = None
from evalxl.cli import main
sys.exit(main(["validate", *sys.argv[1:], "--lang", "en"]))
"""


def test_a_broken_installation_is_no_fault_of_the_files(sources: list[Source]) -> None:
    folder = str(sources[0].path.parent)
    line = [sys.executable, "-c", _WITHOUT_A_LIBRARY, folder, "--jobs", "1"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "python_calamine" in done.stderr
    assert "F001" not in done.stdout + done.stderr


def test_no_more_is_read_ahead_than_a_few_chunks(tmp_path: Path) -> None:
    files = [Source(f"{n:04}.xlsx", tmp_path / "none.xlsx", "") for n in range(1000)]
    traces = tmp_path / "traces"
    traces.mkdir()
    results = runner.run_then(files, Settings(), functools.partial(marked, folder=traces), jobs=2)
    assert next(results) == "0000.xlsx"
    before = -1
    while before < (before := len(list(traces.iterdir()))):
        time.sleep(0.3)
    assert before <= (2 + 2) * runner.CHUNK
    results.close()


def test_closing_the_results_ends_the_processes(sources: list[Source]) -> None:
    before = set(multiprocessing.active_children())
    results = runner.run_then(sources, Settings(), codes, jobs=2)
    next(results)
    ours = set(multiprocessing.active_children()) - before
    assert ours
    results.close()
    for process in ours:
        process.join(10)
        assert not process.is_alive()


SCRIPT = """
import pathlib, sys
from evalxl import validate

with open("runs.txt", "a") as runs:
    runs.write("run\\n")
print(len(validate(sys.argv[1], jobs=2)))
"""


def test_a_script_without_a_guard_runs_once(sources: list[Source], tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    folder = sources[0].path.parent
    done = subprocess.run(
        [sys.executable, "script.py", str(folder)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == (f"{len(sources)}\n", 0), done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "runs.txt").read_text().count("run") == 1


def dying(_: object) -> None:
    """What a process does where processes are no use."""
    os._exit(1)


def test_where_processes_are_no_use_the_files_are_read_all_the_same(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "prepare", dying)
    results = list(runner.run_then(sources[:10], Settings(), codes, jobs=2))
    assert results == [(source.file, ["F001"], None) for source in sources[:10]]
