"""``python -m benchmarks [COUNT]``: consolidation and reading beside their peers, as ratios in one run."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import books, timing


def main() -> None:
    """Make the books, run everything in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    asked = parser.parse_args()
    folder = asked.folder / str(asked.count)
    books.make(folder, asked.count)
    runs = timing.in_turns(_commands(folder, asked.folder / "summary.xlsx"), asked.rounds)
    _print(runs, asked.count)


def _commands(folder: Path, output: Path) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    peer = [*python, "benchmarks.peers"]
    consolidate = [*python, "evalxl", "consolidate", str(folder), "-o", str(output), "--json", "--fresh"]
    return {
        "pandas + openpyxl loop": [*peer, "pandas", str(folder)],
        "evalxl consolidate, 2 processes": [*consolidate, "--jobs", "2"],
        "evalxl consolidate, 1 process": [*consolidate, "--jobs", "1"],
        "evalxl read + rules, 1 process": [*peer, "evalxl", str(folder)],
        "python-calamine bare read": [*peer, "calamine", str(folder)],
        "inflate only": [*peer, "inflate", str(folder)],
    }


def _print(runs: dict[str, list[timing.Run]], count: int) -> None:
    packages = ", ".join(f"{n} {version(n)}" for n in ("pandas", "openpyxl", "python-calamine", "XlsxWriter"))
    print(f"{count} books, {os.cpu_count()} processors, Python {platform.python_version()}, {packages}\n")
    loop = next(iter(runs))
    print("| | wall s | cpu s | peak MB | loop is … times |\n|---|---|---|---|---|")
    for name, done in runs.items():
        wall, cpu, memory = (timing.median(done, figure) for figure in ("wall", "cpu", "megabytes"))
        times = timing.ratio(runs, loop, name)
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {times:.1f} |")
    bare = timing.ratio(runs, "evalxl read + rules, 1 process", "python-calamine bare read", "cpu")
    print(f"\nread + all fields + rules: {bare:.2f} times the processor time of the bare read")


if __name__ == "__main__":
    main()
