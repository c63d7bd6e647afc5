"""``python -m benchmarks [COUNT] [--write]``: evalxl beside its peers, as ratios in one run.

Everything runs in turns, so that a ratio holds when the machine's speed drifts. Where several people share a
machine the processor's seconds tell more than the clock's, and stand beside them.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks import books, plot, timing
from benchmarks.stages import STAGES
from benchmarks.timing import Command, Run, median, ratio
from evalxl import program, store

PACKAGES = ("python-calamine", "openpyxl", "pandas", "XlsxWriter", "lxml", "msgspec", "distributed")
LOOP, OPENPYXL = "pandas + openpyxl loop", "openpyxl load_workbook (of 1 in 20)"
BARE, INFLATE = "python-calamine bare read", "inflate only"
ONE, TWO = "evalxl consolidate, 1 process", "evalxl consolidate, 2 processes"
AGAIN, READ = "evalxl consolidate again, nothing changed", "evalxl read + all rules, 1 process"
PROCESSES, DASK = "evalxl rows from 2 processes, after start", "evalxl rows from 2 Dask workers, after start"
Runs = dict[str, list[Run]]


def main() -> None:
    """Make the books, run everything in turns, print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument(
        "--large", type=int, default=10_000, help="also so many, to see whether time is linear"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its picture")
    asked = parser.parse_args()
    folder = asked.folder / str(asked.count)
    books.make(folder, asked.count)
    for package in program.PACKAGES:  # as an installation is, also where Python may not write beside sources
        compileall.compile_dir(package, quiet=1)
    with tempfile.TemporaryDirectory() as place:
        runs = timing.in_turns(dict(_commands(folder, Path(place))), asked.rounds)
        large: Runs = {}
        if asked.large:
            many = asked.folder / str(asked.large)
            books.make(many, asked.large)
            commands = dict(_commands(many, Path(place)))
            large = timing.in_turns({name: commands[name] for name in (TWO, AGAIN)}, 1)
    stages = json.loads(_printed([sys.executable, "-m", "benchmarks.stages", str(folder)]))
    text = "\n".join(_report(asked.count, asked.large, runs, large, stages))
    print(text)
    if asked.write:
        _write(text, asked.count, runs)


def _commands(folder: Path, place: Path) -> Iterator[tuple[str, Command]]:
    python = (sys.executable, "-m")
    off, on = {store.PLACE: "off"}, {store.PLACE: str(place / f"store{folder.name}")}
    line = (*python, "evalxl", "consolidate", str(folder), "--jobs")
    anew, again = (place / f"{name}.xlsx" for name in ("anew", "again"))

    def peer(name: str, of: Path = folder) -> Command:
        return Command((*python, "benchmarks.peers", name, str(of)), off)

    yield LOOP, peer("pandas")
    yield OPENPYXL, peer("openpyxl", _some(folder, place / "some"))
    yield ONE, Command((*line, "1", "-o", str(anew), "--fresh"), off)
    yield TWO, Command((*line, "2", "-o", str(anew), "--fresh"), off)
    yield AGAIN, Command((*line, "2", "-o", str(again)), on)  # the rounds before fill the store
    yield READ, peer("evalxl")
    yield BARE, peer("calamine")
    yield INFLATE, peer("inflate")
    yield PROCESSES, peer("processes")
    yield DASK, peer("dask")


def _some(folder: Path, place: Path) -> Path:
    """A folder with every twentieth book."""
    if not place.exists():
        place.mkdir(parents=True)
        for path in sorted(folder.glob("*.xlsx"))[::20]:
            (place / path.name).write_bytes(path.read_bytes())
    return place


def _printed(line: list[str]) -> str:
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout


# ---- the report --------------------------------------------------------------------------------------------


def _report(count: int, many: int, runs: Runs, large: Runs, stages: dict[str, float]) -> Iterator[str]:
    yield f"{_machine()}\n"
    yield f"## {count:,} sheets\n\n| | wall s | processor s | peak MB | the loop takes … times (wall) |"
    yield "|---|---:|---:|---:|---:|"
    for name, done in runs.items():
        times = f"{ratio(runs[LOOP], done):.1f}" if name not in (OPENPYXL, PROCESSES, DASK) else "–"
        yield f"| {name} | {_seconds(done):.2f} | {_processor(name, done)} | {_memory(done):.0f} | {times} |"
    yield "\n\n## Goals\n\n| | found | goal |\n|---|---:|---:|"
    for words, found, goal in _goals(count, many, runs, large):
        yield f"| {words} | {found} | {goal} |"
    yield "\n## Where the time goes\n\nProcessor milliseconds a sheet, one process.\n\n| | ms | share | |"
    yield "|---|---:|---:|---|"
    whole = sum(stages.values())
    for stage, words in STAGES.items():
        yield f"| {stage} | {stages[stage]:.2f} | {stages[stage] / whole:.0%} | {words} |"


def _seconds(done: list[Run]) -> float:
    return median(done, "own" if done[0].own is not None else "wall")


def _processor(name: str, done: list[Run]) -> str:
    """Only of what happens in one process: those of a pool are not waited for by the one that is measured."""
    return "–" if name in (TWO, AGAIN, PROCESSES, DASK) else f"{median(done, 'cpu'):.2f}"


def _memory(done: list[Run]) -> float:
    return median(done, "megabytes")


def _goals(count: int, many: int, runs: Runs, large: Runs) -> Iterator[tuple[str, str, str]]:
    yield "consolidation, 2 processes: the loop takes … times", f"{ratio(runs[LOOP], runs[TWO]):.1f}", "25"
    bare = ratio(runs[READ], runs[BARE], "cpu")
    yield "read + all fields + rules: … times the bare read (processor)", f"{bare:.2f}", "≤ 2.5"
    yield "again with nothing changed: the loop takes … times", f"{ratio(runs[LOOP], runs[AGAIN]):.1f}", "60"
    yield "two processes: one takes … times", f"{ratio(runs[ONE], runs[TWO]):.2f}", "1.6"
    dask = ratio(runs[DASK], runs[PROCESSES], "own")
    yield "Dask after its start: … times the processes", f"{dask:.2f}", "≤ 1.5"
    if large:
        times = median(large[TWO], "wall") / median(runs[TWO], "wall")
        yield f"{many:,} sheets: … times the {count:,}", f"{times:.1f}", f"{many / count:.0f} ± 10 %"
        yield f"{many:,} sheets: peak MB of the parent", f"{_memory(large[TWO]):.0f}", "< 400"
        yield f"{many:,} sheets again, nothing changed: s", f"{_seconds(large[AGAIN]):.1f}", ""


def _machine() -> str:
    found = []
    for name in PACKAGES:
        found.append(f"{name} {version(name)}")
    load = f", load before {os.getloadavg()[2]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.machine()}, {os.cpu_count()} processors{load}; Python {platform.python_version()}; "
        f"{', '.join(found)}."
    )


HEAD = """# How fast it is

Written by `python -m benchmarks --write`; what it says holds for the machine and the day. The forms have the
density of the real one: some 390 filled cells, 370 merged blocks, 25 KB. No two are the same file, and every
command ran in turns with the others. Ratios carry over to other machines, seconds do not.

![Seconds for each way](performance.svg)

"""


def _write(text: str, count: int, runs: Runs) -> None:
    docs = Path("docs")
    notes = Path(__file__).with_name("notes.md").read_text(encoding="utf-8")
    (docs / "performance.md").write_text(f"{HEAD}{text}\n\n{notes}", encoding="utf-8", newline="\n")
    seconds = {name: _seconds(done) for name, done in runs.items() if name != OPENPYXL}
    picture = plot.bars(f"Seconds for {count:,} sheets (ten times as long: the same step)", seconds)
    (docs / "performance.svg").write_text(picture, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
