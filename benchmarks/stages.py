"""Where the time of a consolidation goes, by name: ``python -m benchmarks.stages FOLDER``.

The functions that do the work are wrapped with a clock; what one calls is taken off its own time.
"""

from __future__ import annotations

import functools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

STAGES = {
    "open": "zip, safety checks, values, the grid",
    "locate": "labels, and the places that they lead to",
    "fields": "values, ticks and years at their places",
    "rules": "all rules of a sheet",
    "tables": "rows of the tidy tables, findings in words",
    "summary": "counting, roll-ups, rules across files",
    "write": "the summary book",
}


class Clock:
    """Seconds of the processor by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inner: list[float] = []

    def on(self, module: Any, name: str, stage: str) -> None:
        """Time a function of a module from now on."""
        run = getattr(module, name)

        @functools.wraps(run)
        def timed(*args: Any, **options: Any) -> Any:
            return self.time(stage, lambda: run(*args, **options))

        setattr(module, name, timed)

    def time(self, stage: str, run: Callable[[], Any]) -> Any:
        """Time one call."""
        started = time.process_time()
        self._inner.append(0.0)
        try:
            return run()
        finally:
            took = time.process_time() - started
            self.seconds[stage] += took - self._inner.pop()
            if self._inner:
                self._inner[-1] += took


def measure(folder: Path) -> dict[str, float]:
    """Milliseconds a sheet by stage, in one process."""
    from evalxl import consolidation, runner, tables
    from evalxl.paths import find
    from evalxl.rules import registry
    from evalxl.settings import Settings
    from workbook import read
    from workbook.summary import book

    clock = Clock()
    wrapped = [(read, "open_book", "open"), (read, "printed", "locate"), (read, "locate", "locate")]
    wrapped += [(read, "extract", "fields"), (registry, "check", "rules"), (book, "write", "write")]
    with find([folder]) as found:
        for _ in runner.run(found.sources[:100], Settings(), jobs=1):
            pass  # what is made once for all files is no file's time
        for module, name, stage in wrapped:
            clock.on(module, name, stage)

        def rows() -> Iterator[tables.FileRows]:
            for result in runner.run(found.sources, Settings(), jobs=1):
                yield clock.time("tables", lambda result=result: tables.extract(result))

        with tempfile.TemporaryDirectory() as place:
            files = list(rows())
            output = Path(place) / "book.xlsx"
            clock.time("summary", lambda: consolidation.consolidate(files, output))
    return {stage: clock.seconds[stage] / len(files) * 1000 for stage in STAGES}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
