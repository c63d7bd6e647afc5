"""What people write instead, and parts of evalxl: ``python -m benchmarks.peers NAME FOLDER``."""

from __future__ import annotations

import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.timing import OWN

JOBS = 2


def pandas_loop(folder: Path) -> None:
    """The usual loop: every sheet of every book into a frame."""
    import pandas

    for path in sorted(folder.glob("*.xlsx")):
        pandas.read_excel(path, engine="openpyxl", sheet_name=None, header=None)


def openpyxl_books(folder: Path) -> None:
    """Every book with its merged blocks."""
    import openpyxl

    for path in sorted(folder.glob("*.xlsx")):
        openpyxl.load_workbook(path)


def calamine_bare(folder: Path) -> None:
    """Values and merged blocks of every sheet, and nothing done with them."""
    import python_calamine

    for path in sorted(folder.glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python()
            _ = sheet.merged_cell_ranges


def inflate(folder: Path) -> None:
    """Every part of every book unpacked: no reader can be faster."""
    for path in sorted(folder.glob("*.xlsx")):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                package.read(name)


def evalxl_read(folder: Path) -> None:
    """evalxl: all fields and all rules, in one process, nothing written."""
    from evalxl.rules import registry
    from evalxl.settings import Settings
    from workbook.read import read_file

    settings = Settings()
    for path in sorted(folder.glob("*.xlsx")):
        for record in read_file(path).records:
            registry.check(record, settings)


def _timed(folder: Path, run: Callable[[Sequence[Any]], Iterator[Any]]) -> None:
    """Read the folder once to warm up, once for the clock."""
    from evalxl.paths import find

    with find([folder]) as found:
        for _ in run(found.sources[:100]):
            pass
        started = time.perf_counter()
        for _ in run(found.sources):
            pass
    print(f"{OWN}{time.perf_counter() - started:.4f}")


def in_processes(folder: Path) -> None:
    """evalxl: rows of all sheets from two processes."""
    from evalxl import runner, tables
    from evalxl.settings import Settings

    _timed(folder, lambda some: runner.run_then(some, Settings(), tables.extract, jobs=JOBS))


def on_dask(folder: Path) -> None:
    """evalxl: rows of all sheets from two workers of a Dask scheduler that runs already."""
    import distributed

    from evalxl import cluster, tables
    from evalxl.settings import Settings

    with distributed.LocalCluster(JOBS, threads_per_worker=1, dashboard_address="127.0.0.1:0") as dask:
        address = dask.scheduler_address
        _timed(folder, lambda some: cluster.run_then(some, Settings(), tables.extract, address))


PEERS = {
    "pandas": pandas_loop,
    "openpyxl": openpyxl_books,
    "calamine": calamine_bare,
    "inflate": inflate,
    "evalxl": evalxl_read,
    "processes": in_processes,
    "dask": on_dask,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]))
