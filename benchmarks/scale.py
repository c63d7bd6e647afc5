"""``python -m benchmarks.scale [SHEETS] [--write]``: a rehearsal of a whole country's sheets on this machine.

So many sheets (10,000 books again and again, as those of other cities) through Dask's workers into tables in
parts, then a sum over all of them. Beside the seconds: memory of the process that collects, bytes written.
With ``--write`` the plan for all of Japan (docs/scale.md) is filled in from it; ``--figures FILE`` does that
from the figures of an earlier rehearsal, which each leaves beside its books as ``scale.json``.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks import books
from evalxl import cluster, lake, processes, tables
from evalxl.paths import Source, find
from evalxl.settings import Settings

DISTINCT = 10_000
WORKERS = 2
TEMPLATE, PAGE = Path(__file__).with_suffix(".md"), Path("docs/scale.md")

COUNTRY = 1_400_000
"""Sheets of all of Japan in a year, as assumed."""
SCALING = 0.7
"""What a core brings beyond those of the rehearsal, as assumed: on two it is measured, on more it is not."""
PC, SERVER, CLUSTER = 4, 16, 64
"""Cores."""
PC_KW, SERVER_KW, YEN_PER_KWH, YEN_PER_CORE_HOUR = 0.1, 0.4, 31, 8


@dataclasses.dataclass(frozen=True)
class Rehearsal:
    """What was measured."""

    sheets: int
    distinct: int
    cores: int
    read_seconds: float
    collect_seconds: float
    """Processor time of the collecting process, in which the local scheduler runs, too."""
    rows: int
    cost_rows: int
    parquet_mb: float
    sums: int
    sum_seconds: float
    peak_mb: float
    worker_mb: float
    """Of the largest worker."""


def main() -> None:
    """Read, write, add up; print what it took, or fill in the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", nargs="?", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--scheduler", default=cluster.LOCAL)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--figures", type=Path, help="write it from an earlier rehearsal")
    asked = parser.parse_args()
    if asked.figures:
        found = msgspec.json.decode(asked.figures.read_bytes(), type=Rehearsal)
    else:
        found = rehearse(asked.sheets, asked.folder, asked.scheduler)
        (asked.folder / "scale.json").write_bytes(msgspec.json.encode(found))
    print(f"{found.sheets:,} sheets in {found.read_seconds:.0f} s: {_speed(found):.0f} a second")
    print(f"{found.rows:,} rows, {found.parquet_mb:.0f} MB of Parquet")
    print(f"{found.sums} sums over {found.cost_rows:,} cost rows in {found.sum_seconds:.2f} s")
    print(f"the collecting process: {found.collect_seconds:.0f} s of a processor, {found.peak_mb:.0f} MB")
    if asked.write or asked.figures:
        PAGE.write_text(filled(TEMPLATE.read_text(encoding="utf-8"), found), encoding="utf-8")


def rehearse(sheets: int, folder: Path, scheduler: str) -> Rehearsal:
    """Read so many sheets into tables, and add them up."""
    distinct = min(DISTINCT, sheets)
    books.make(folder / str(distinct), distinct)
    with find([folder / str(distinct)]) as found, tempfile.TemporaryDirectory() as place:
        started, worked = time.perf_counter(), time.process_time()
        results = cluster.run_then(
            _cities(found.sources, sheets), Settings(), tables.extract, scheduler, jobs=WORKERS
        )
        written = lake.write(results, Path(place) / "lake")
        read, collected = time.perf_counter() - started, time.process_time() - worked
        sizes = sum(path.stat().st_size for path in Path(place).rglob("*.parquet"))
        started = time.perf_counter()
        sums = lake.sums(Path(place) / "lake", ["department", "fiscal_year"])
        added = time.perf_counter() - started
    return Rehearsal(
        sheets=written.files["consolidated"],
        distinct=distinct,
        cores=processes.processors(),
        read_seconds=read,
        collect_seconds=collected,
        rows=sum(written.rows.values()),
        cost_rows=written.rows["costs"],
        parquet_mb=sizes / 1e6,
        sums=len(sums),
        sum_seconds=added,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        worker_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    )


def _cities(sources: list[Source], count: int) -> list[Source]:
    """The books again and again, under the names of other cities."""
    return [
        dataclasses.replace(
            sources[n % len(sources)], file=f"{n // len(sources):04}/{sources[n % len(sources)].file}"
        )
        for n in range(count)
    ]


# ---- the plan ----------------------------------------------------------------------------------------------


def filled(text: str, found: Rehearsal) -> str:
    """The page with what was measured and what follows from it."""
    for name, value in (_measured(found) | reckoned(found)).items():
        text = text.replace(f"@{name}@", value)
    return text


def _measured(found: Rehearsal) -> dict[str, str]:
    return {
        "SHEETS": f"{found.sheets:,}",
        "DISTINCT": f"{found.distinct:,}",
        "CORES": f"{found.cores}",
        "READ_SECONDS": f"{found.read_seconds:,.0f}",
        "SHEETS_A_SECOND": f"{_speed(found):,.0f}",
        "COLLECT_SECONDS": f"{found.collect_seconds:,.0f}",
        "ROWS": f"{found.rows:,}",
        "PARQUET_MB": f"{found.parquet_mb:,.0f}",
        "SUM_SECONDS": f"{found.sum_seconds:.1f}",
        "PEAK_MB": f"{found.peak_mb:,.0f}",
        "WORKER_MB": f"{found.worker_mb:,.0f}",
    }


def reckoned(found: Rehearsal) -> dict[str, str]:
    """What the whole country takes, if all stays in proportion."""
    times = COUNTRY / found.sheets
    core_hours = found.read_seconds * found.cores * times / 3600
    least = found.collect_seconds * times / 3600
    pc, server, cluster_ = (max(core_hours / (cores * SCALING), least) for cores in (PC, SERVER, CLUSTER))
    gigabytes = found.parquet_mb * times / 1000
    return {
        "CORE_HOURS": f"{core_hours:.1f}",
        "COUNTRY_ROWS": f"{found.rows * times / 1e6:,.0f}",
        "COUNTRY_GB": f"{gigabytes:.1f}",
        "TEN_YEARS_GB": f"{gigabytes * 10:,.0f}",
        "COUNTRY_SUM": f"{found.sum_seconds * times:.0f}",
        "PC_HOURS": f"{pc:.1f}",
        "PC_YEN": f"{pc * PC_KW * YEN_PER_KWH:,.0f}",
        "SERVER_HOURS": f"{server:.1f}",
        "SERVER_YEN": f"{server * SERVER_KW * YEN_PER_KWH:,.0f}",
        "CLUSTER_HOURS": f"{cluster_:.1f}",
        "CLUSTER_YEN": f"{cluster_ * CLUSTER * YEN_PER_CORE_HOUR:,.0f}",
        "COLLECT_MS": f"{found.collect_seconds / found.sheets * 1000:.1f}",
        "LEAST_HOURS": f"{least:.1f}",
        "MOST_CORES": f"{core_hours / least / SCALING:.0f}",
    }


def _speed(found: Rehearsal) -> float:
    return found.sheets / found.read_seconds


if __name__ == "__main__":
    main()
