"""The same files on Dask's workers: a real scheduler, workers that die, addresses that only they open."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalxl import cli, cluster, demo, program, runner, tables, texts
from evalxl.errors import UsageError
from evalxl.paths import Source, find
from evalxl.results import FileResult
from evalxl.settings import Settings
from evalxl.tables import FileRows
from tests.support import many

distributed = pytest.importorskip(
    "distributed", reason="DASK IS NOT INSTALLED: nothing of --scheduler is tested (pip install evalxl[dask])"
)
pytestmark = [
    pytest.mark.slow,
    # What its event loops leave behind when a worker is killed.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    demo.write_demo(folder)
    return folder


@contextlib.contextmanager
def scheduler(workers: int = 2) -> Iterator[str]:
    """A scheduler and its workers as processes of their own; gives the address."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)]
    try:
        assert started[0].stderr
        lines = (re.search(r"tcp://[\w.:]+", line) for line in started[0].stderr if "Scheduler at" in line)
        address = next(match.group() for match in lines if match)
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
        for _ in range(workers):
            started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True))
        yield address
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
                continue
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with scheduler() as found:
        yield found


def sources(folder: Path) -> list[Source]:
    with find([folder]) as found:
        return found.sources


def timeless(rows: list[FileRows]) -> list[FileRows]:
    for row in rows:
        row.seconds = 0.0
    return rows


def test_results_are_those_of_the_serial_run(city: Path, address: str) -> None:
    files = sources(city)
    serial = timeless(list(runner.run_then(files, Settings(), tables.extract, jobs=1)))
    there = timeless(list(cluster.run_then(files, Settings(), tables.extract, address, chunk=7)))
    assert there == serial


def test_the_command_line_says_the_same(
    city: Path, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = []
    for more in ([], ["--scheduler", address]):
        line = ["consolidate", str(city), "-o", str(tmp_path / "集約.xlsx"), "--json", *more]
        assert cli.main(line) == 1
        reports.append(json.loads(capsys.readouterr().out) | {"seconds": 0})
    assert reports[0] == reports[1]


def named(result: FileResult) -> tuple[str, list[str], Any]:
    """What is asked of a result here: its file, the codes, the reason and the detail of a refusal."""
    values = result.refused[0].values if result.refused else {}
    return result.file, [f.code for f in result.refused], (values.get("reason"), values.get("detail"))


def killing_once(result: FileResult, folder: Path) -> tuple[str, list[str], Any]:
    """Kill the worker, but only the first time that this file is worked on."""
    trace = folder / result.file
    if result.file == "07.xlsx" and not trace.exists():
        trace.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return named(result)


def killing(result: FileResult, here: int) -> tuple[str, list[str], Any]:
    """Kill every worker that comes to this file."""
    if result.file == "07.xlsx" and os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return named(result)


def hanging(result: FileResult, here: int) -> tuple[str, list[str], Any]:
    """Never come back from this file."""
    while result.file == "07.xlsx" and os.getpid() != here:
        time.sleep(1)
    return named(result)


@pytest.fixture
def papers(tmp_path: Path) -> list[Source]:
    """Files that are refused in no time."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.xlsx").write_bytes(b"no workbook")
    return sources(folder)


def test_a_worker_killed_in_the_middle_costs_no_result(
    papers: list[Source], address: str, tmp_path: Path
) -> None:
    then = functools.partial(killing_once, folder=tmp_path)
    results = list(cluster.run_then(papers, Settings(), then, address, chunk=5))
    assert (tmp_path / "07.xlsx").exists()
    assert results == [(source.file, ["F001"], ("not_excel", None)) for source in papers]


@pytest.mark.parametrize("then", [killing, hanging])
def test_only_the_file_that_ends_every_worker_is_refused_for_it(papers: list[Source], then: Any) -> None:
    limit = 2.0 if then is hanging else 300.0
    with scheduler() as address:
        then = functools.partial(then, here=os.getpid())
        results = list(cluster.run_then(papers, Settings(), then, address, chunk=5, limit=limit))
    found = {file: reason for file, _, (reason, _) in results}
    assert list(found) == [source.file for source in papers]
    assert found.pop("07.xlsx") == ("timeout" if limit == 2.0 else "panic")
    assert set(found.values()) == {"not_excel"}


def test_addresses_are_opened_by_the_workers(city: Path) -> None:
    """fsspec's memory file system is seen in one process only: workers that are threads of this one."""
    import fsspec

    memory = fsspec.filesystem("memory")
    files = sources(city)[:9]
    try:
        for source in files:
            memory.pipe(f"/city/{source.file}", source.path.read_bytes())
        with find(["memory://city"], fetch=False) as found:
            assert not any(source.path.exists() for source in found.sources)
            gone = Source("消えた.xlsx", Path("消えた.xlsx"), "memory:///city/none.xlsx", fetched=False)
            with distributed.LocalCluster(processes=False, n_workers=2, dashboard_address=":0") as here:
                address = here.scheduler_address
                there = list(
                    cluster.run_then([*found.sources, gone], Settings(), tables.extract, address, chunk=2)
                )
        serial = list(runner.run_then(files, Settings(), tables.extract, jobs=1))
        for one, other in zip(there, serial, strict=False):
            assert (one.file, one.path) == (other.file, f"memory:///city/{other.file}")
            one.path = other.path
        assert timeless(there[:-1]) == timeless(serial)
        assert there[-1].findings[0][5:7] == runner_missing()
    finally:
        memory.rm("/city", recursive=True)


def runner_missing() -> tuple[str, str]:
    """Message and hint of a file that is not there."""
    row = tables.extract(many.refused("x", "F001", reason="missing")).findings[0]
    return row[5], row[6]


def test_a_cluster_of_its_own(city: Path) -> None:
    files = sources(city)[:12]
    there = list(cluster.run_then(files, Settings(), tables.extract, cluster.LOCAL, jobs=2, chunk=3))
    here = list(runner.run_then(files, Settings(), tables.extract, jobs=1))
    assert timeless(there) == timeless(here)


# ---- what is told ------------------------------------------------------------------------------------------


def test_workers_of_another_version_are_not_used(
    papers: list[Source], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = program.description() | {"evalxl": "99.0"}
    monkeypatch.setattr(program, "description", lambda: other)
    with pytest.raises(UsageError) as raised:
        list(cluster.run_then(papers, Settings(), named, address))
    text = raised.value.text.of("ja", **raised.value.values)
    assert "evalxl" in text
    assert "99.0" in text


def test_a_worker_of_another_version_that_comes_later_is_not_used(
    papers: list[Source], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = program.description() | {"fingerprint": "of other code"}
    monkeypatch.setattr(cluster, "_compare", lambda _: None)
    monkeypatch.setattr(program, "description", lambda: other)
    with pytest.raises(UsageError) as raised:
        list(cluster.run_then(papers, Settings(), named, address))
    assert raised.value.values["what"] == "fingerprint"


def test_a_scheduler_that_is_not_there_is_told(
    papers: list[Source], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = papers[0].path.parent
    line = ["consolidate", str(folder), "-o", str(folder / "集約.xlsx"), "--scheduler", "tcp://127.0.0.1:9"]
    assert cli.main(line) == 2
    assert "つながりません" in capsys.readouterr().err


def ending(result: FileResult, scheduler: int) -> str:
    """Kill the scheduler in the middle of the run."""
    if result.file == "07.xlsx":
        os.kill(scheduler, signal.SIGKILL)
        time.sleep(2)
    return result.file


def test_a_scheduler_that_dies_in_the_middle_is_told(
    papers: list[Source], capfd: pytest.CaptureFixture[str]
) -> None:
    with scheduler(workers=1) as address:
        with distributed.Client(address) as client:
            pid = client.run_on_scheduler(os.getpid)
        then = functools.partial(ending, scheduler=pid)
        with pytest.raises(UsageError) as raised:
            list(cluster.run_then(papers, Settings(), then, address, chunk=5))
    assert raised.value.text is texts.SCHEDULER_LOST
    assert capfd.readouterr().err == ""


def test_a_scheduler_without_workers_is_told(papers: list[Source], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with scheduler(workers=0) as address, pytest.raises(UsageError) as raised:
        list(cluster.run_then(papers, Settings(), named, address))
    assert "ワーカーがありません" in raised.value.text.ja


def test_without_dask_it_is_told_what_to_install(
    papers: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as raised:
        list(cluster.run_then(papers, Settings(), named, "local"))
    assert "evalxl[dask]" in raised.value.text.ja
