"""A block function against the same in single cells, through the same bridge: ``python -m benchmarks.udfs``.

VBA as shipped, xlwings' own code for functions and the real server run over an Excel in memory: no process
lies between VBA and Python here, so a single call costs far less than it does in Windows. All times are the
processor's, of both sides; what Python takes of them (xlwings and our own code) is told beside.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.support import com
from udfs import identity, server
from udfs.addin import vba

ROWS, YEARS, CALLS, ROUNDS = 1_000, 4, 20, 9


class Timed(server.Bridge):
    """The server with a clock."""

    seconds = 0.0

    def Udf(self, name: str, arguments: Sequence[Any]) -> server.Answer:  # noqa: N802 (a name of COM)
        """The same, and the time it took."""
        start = time.process_time()
        try:
            return super().Udf(name, arguments)
        finally:
            Timed.seconds += time.process_time() - start


def main() -> None:
    """Print the milliseconds of both and what one block is in single calls."""
    excel = com.Excel()
    for name, source in vba.modules().items():
        excel.module(source, name)
    excel.serve(identity.PROGID, Timed)
    sheet = excel.new().sheets[0]
    rows = [[float(1000 + row * 7 % 900 + year) for year in range(YEARS)] for row in range(ROWS)]
    area = sheet.range((1, 1), (ROWS, YEARS))
    area.value = rows
    row = sheet.range((1, 1), (1, YEARS)).api
    block, block_ours = _median(lambda: excel.run("EV_YOY_TABLE", area.api))
    single, single_ours = _median(lambda: [excel.run("EV_YOY_TABLE", row) for _ in range(CALLS)])
    inside = f"{block_ours * 1000:.1f} in Python"
    print(f"one block of {ROWS:,} rows x {YEARS} years: {block * 1000:.1f} ms ({inside})")
    print(f"{CALLS} calls of one row each: {single * 1000:.1f} ms ({single_ours * 1000:.1f} in Python)")
    print(f"the block costs {block / single * CALLS:.1f} single calls (limit {CALLS})")


def _median(run: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of all, and of Python's part."""
    run()
    times = []
    for _ in range(ROUNDS):
        Timed.seconds, start = 0.0, time.process_time()
        run()
        times.append((time.process_time() - start, Timed.seconds))
    return statistics.median(whole for whole, _ in times), statistics.median(ours for _, ours in times)


if __name__ == "__main__":
    main()
