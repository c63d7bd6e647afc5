"""``python -m benchmarks.controls``: what reading drawn ticks adds to reading typed ones.

One book with typed ticks, and the same with form controls in each of the ways that Excel knows, in turns.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.support.drawn import How, draw
from tests.support.layouts import Style, write_book
from tests.support.records import sample
from workbook.read import read_file

WAYS = {
    "ctrlProp, VML and drawing, captions, linked cells": How(captions="drawing", link="here"),
    "ctrlProp, VML and drawing": How(),
    "VML alone (Excel 2007)": How(parts="vml", captions="vml"),
    "ActiveX with linked cells": How(kind="activex", link="here"),
    "ovals in the matrix besides": How(ovals=True),
}
CONTROLS = 46


def main() -> None:
    """Make the books, read them in turns, print the table. Ends with 1 where controls add more than it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typed = folder / "typed.xlsx"
        write_book(typed, [sample()], Style())
        books = {"typed": typed}
        counts = {"typed": 0}
        for number, (way, how) in enumerate(WAYS.items()):
            books[way] = folder / f"{number}.xlsx"
            counts[way] = len(draw(typed, books[way], how))
        times = _in_turns(books, asked.rounds)
    raise SystemExit(_print(times, counts))


def _in_turns(books: dict[str, Path], rounds: int) -> dict[str, list[float]]:
    """Seconds of each read, all books once a round, so that the machine's drift strikes all alike."""
    times: dict[str, list[float]] = {name: [] for name in books}
    for counted in range(rounds + 1):
        for name, path in books.items():
            start = time.perf_counter()
            reading = read_file(path)
            took = time.perf_counter() - start
            if len(reading.records) != 1:
                raise SystemExit(f"{name}: {reading.refused}")
            if counted:
                times[name].append(took)
    return times


def _print(times: dict[str, list[float]], counts: dict[str, int]) -> int:
    """The table, of the fastest reads. The controls are scaled to 46, fixed costs too: an upper bound."""
    best = {name: min(taken) for name, taken in times.items()}
    read = best.pop("typed")
    print(f"| ticks | controls | read ms | {CONTROLS} controls add, of the read |\n|---|---|---|---|")
    print(f"| typed | 0 | {read * 1000:.2f} | |")
    added = {name: (took / read - 1) * CONTROLS / counts[name] for name, took in best.items()}
    for name, took in best.items():
        print(f"| {name} | {counts[name]} | {took * 1000:.2f} | {added[name]:.2f} |")
    return int(max(added.values()) >= 1)


if __name__ == "__main__":
    main()
