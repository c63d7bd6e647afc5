"""A block function against the same in single cells, through the same bridge: ``python -m benchmarks.udfs``.

VBA as shipped, xlwings' own code for functions and the real server run over an Excel in memory: no process
lies between VBA and Python here, so a single call costs far less than it does in Windows.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.support import com
from udfs import identity, server
from udfs.addin import vba

ROWS, YEARS, CALLS = 1_000, 4, 20


def main() -> None:
    """Print the milliseconds of both and what one block is in single calls."""
    excel = com.Excel()
    for name, source in vba.modules().items():
        excel.module(source, name)
    excel.serve(identity.PROGID, server.Bridge)
    sheet = excel.new().sheets[0]
    rows = [[float(1000 + row * 7 % 900 + year) for year in range(YEARS)] for row in range(ROWS)]
    area = sheet.range((1, 1), (ROWS, YEARS))
    area.value = rows
    row = sheet.range((1, 1), (1, YEARS)).api
    block = _median(lambda: excel.run("EV_YOY_TABLE", area.api))
    single = _median(lambda: [excel.run("EV_YOY_TABLE", row) for _ in range(CALLS)])
    print(f"one block of {ROWS:,} rows x {YEARS} years: {block * 1000:.1f} ms")
    print(f"{CALLS} calls of one row each: {single * 1000:.1f} ms")
    print(f"the block costs {block / single * CALLS:.1f} single calls")


def _median(run: Callable[[], Any]) -> float:
    run()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
