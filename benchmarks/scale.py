"""``python -m benchmarks.scale [SHEETS]``: a rehearsal of a whole country's sheets on this machine.

So many sheets (10,000 books again and again, as those of other cities) through Dask's workers into tables in
parts, then a sum over all of them. Beside the seconds: memory of the process that collects, bytes written.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import tempfile
import time
from pathlib import Path

from benchmarks import books
from evalxl import cluster, lake, tables
from evalxl.paths import Source, find
from evalxl.settings import Settings

DISTINCT = 10_000


def main() -> None:
    """Read, write, add up; print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", nargs="?", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--scheduler", default=cluster.LOCAL)
    asked = parser.parse_args()
    distinct = min(DISTINCT, asked.sheets)
    folder = asked.folder / str(distinct)
    books.make(folder, distinct)
    with find([folder]) as found, tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        results = cluster.run_then(
            _cities(found.sources, asked.sheets), Settings(), tables.extract, asked.scheduler, jobs=2
        )
        written = lake.write(results, Path(place) / "lake")
        read = time.perf_counter() - started
        sizes = sum(path.stat().st_size for path in Path(place).rglob("*.parquet"))
        started = time.perf_counter()
        sums = lake.sums(Path(place) / "lake", ["department", "fiscal_year"])
        added = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{written.files['consolidated']:,} sheets in {read:.0f} s: {asked.sheets / read:.0f} a second")
    print(f"{sum(written.rows.values()):,} rows, {sizes / 1e6:.0f} MB of Parquet")
    print(f"{len(sums)} sums over {written.rows['costs']:,} cost rows in {added:.2f} s")
    print(f"peak of the collecting process: {peak:.0f} MB")


def _cities(sources: list[Source], count: int) -> list[Source]:
    """The books again and again, under the names of other cities."""
    return [
        dataclasses.replace(
            sources[n % len(sources)], file=f"{n // len(sources):04}/{sources[n % len(sources)].file}"
        )
        for n in range(count)
    ]


if __name__ == "__main__":
    main()
