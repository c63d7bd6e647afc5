"""検証 of a book that is open in Excel: ``python -m benchmarks.live``.

The buttons' own code and xlwings run over an Excel in memory. What that Excel does in place of the real one
(to write the copy that is read, to keep cells and notes) is taken off: what is left is our own time. How long
the real Excel takes for the same calls, only a PC with Excel shows.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.support.com.dispatch import Calls
from tests.support.pressing import Desk, department, desk

ROUNDS = 5
LIMIT = 0.150
"""Seconds of our own that 検証 of one book may take."""


def main() -> None:
    """Print, for the first 検証 of a book and the one after it, our own milliseconds and the calls made."""
    with tempfile.TemporaryDirectory() as folder:
        path = department(Path(folder) / "book.xlsx")
        _round(path)  # imports, templates and rules are loaded once for each Excel
        rounds = [_round(path) for _ in range(ROUNDS)]
    for name, runs in zip(("first", "again"), zip(*rounds, strict=True), strict=True):
        own = statistics.median(seconds for seconds, _ in runs)
        theirs = statistics.median(calls.seconds for _, calls in runs)
        print(
            f"{name}: {own * 1000:.0f} ms of our own (limit {LIMIT * 1000:.0f}), "
            f"{runs[0][1].total} calls, in which the Excel in memory took {theirs * 1000:.0f} ms"
        )


def _round(path: Path) -> list[tuple[float, Calls]]:
    with desk() as excel:
        excel.excel.open(path)
        return [_pressed(excel), _pressed(excel)]


def _pressed(excel: Desk) -> tuple[float, Calls]:
    """Our own processor seconds, and the calls."""
    with excel.excel.counting() as calls:
        start = time.process_time()
        excel.press("validate")
        return time.process_time() - start - calls.seconds, calls


if __name__ == "__main__":
    main()
