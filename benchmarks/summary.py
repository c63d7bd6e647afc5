"""``python -m benchmarks.summary [PROJECTS]``: the summary book beside a bare export of the same tables.

In one process each, in turns: the whole book (formulas with stored values, links, charts, formats, print
set-up) from rows already read, and pandas' ``DataFrame.to_excel(engine="xlsxwriter")`` of its data sheets
with nothing else. The ratio is the price of all the rest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from benchmarks import timing
from evalxl import counting, totals
from evalxl.ledger import ledger
from evalxl.results import FileResult, SheetResult
from evalxl.summary import summarise
from evalxl.tables import FileRows, extract
from workbook.summary.model import DataTable, SummaryData

DISTINCT = 200


def rows(count: int) -> list[FileRows]:
    """So many files of one project each, of some 200 distinct ones, with the findings of the rules."""
    import dataclasses

    from evalxl.demo import data as demo_data
    from evalxl.rules.registry import check
    from evalxl.settings import Settings
    from workbook import form as forms
    from workbook.record import from_json

    form, settings = forms.get(demo_data.FORM_ID), Settings()
    found = []
    for project in demo_data.projects()[:DISTINCT]:
        record = from_json(form, demo_data.sheet(project, demo_data.YEARS[0]))
        record.sheet = "評価シート"
        record.cells = {key: f"評価シート!AB{2 + n}" for n, key in enumerate(record.values)}
        found.append(extract(FileResult("", "", "", [SheetResult(record, check(record, settings))])))
    files = []
    for number in range(count):
        (sheet,) = found[number % len(found)].sheets
        name = f"{sheet.head['department']}/{number:05}.xlsx"
        own = dataclasses.replace(sheet, project=f"{sheet.project}{number}", file=name)
        done = ("consolidated", None, sheet.sheet, None)
        files.append(FileRows(name, f"/books/{name}", f"{number:064x}", [done], [own], []))
    return files


def summary(files: list[FileRows], output: Path) -> SummaryData:
    """What the book shows."""
    sheets = [sheet for file in files for sheet in file.sheets]
    count = counting.speakers(sheets)
    sums = totals.counted(sheets, count.years)
    return summarise.build(files, ledger(files, count), count, sums, output=output)


def ours(files: list[FileRows], output: Path) -> None:
    """The book, from the rows on."""
    from workbook.summary import book

    book.write(summary(files, output), output)


def bare(tables: list[DataTable], output: Path) -> None:
    """The data sheets as frames, by pandas."""
    import pandas

    with pandas.ExcelWriter(output, engine="xlsxwriter") as writer:
        for table in tables:
            columns = [column.title for column in table.columns]
            values = ([_plain(cell) for cell in column] for column in table.values)
            frame = pandas.DataFrame(dict(zip(columns, values, strict=True)))
            frame.to_excel(writer, sheet_name=table.sheet, index=False)


def _plain(cell: object) -> object:
    return float(cell) if isinstance(cell, Decimal) else cell


def work(which: str, count: int) -> None:
    """One measured run, timed without what both need: the rows (and, for pandas, the tables)."""
    files = rows(count)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "book.xlsx"
        if which == "bare":
            data = summary(files, output)
            tables = [data.listing, data.costs, *data.tables]
            start = time.perf_counter()
            bare(tables, output)
        else:
            start = time.perf_counter()
            ours(files, output)
        print(f"{time.perf_counter() - start:.3f} {output.stat().st_size / 1e6:.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="?", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("ours", "bare"))
    asked = parser.parse_args()
    if asked.only:
        work(asked.only, asked.projects)
        return
    base = [sys.executable, "-m", "benchmarks.summary", str(asked.projects), "--only"]
    runs = timing.told_in_turns({name: [*base, name] for name in ("ours", "bare")}, asked.rounds)
    print(f"{asked.projects} projects\n\n| | seconds | MB file | peak MB |\n|---|---|---|---|")
    for name, words in (("ours", "the summary book"), ("bare", "to_excel of its tables")):
        seconds, size, memory = (timing.middle(run[n] for run in runs[name]) for n in range(3))
        print(f"| {words} | {seconds:.2f} | {size:.1f} | {memory:.0f} |")
    ratio = timing.middle(a[0] / b[0] for a, b in zip(runs["ours"], runs["bare"], strict=True))
    print(f"\nthe book takes {ratio:.2f} times the bare export (goal: under 2)")


if __name__ == "__main__":
    main()
