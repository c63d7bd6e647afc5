"""``python -m benchmarks.rollup [PROJECTS]``: a roll-up by three fields, in seconds, after loading.

So many projects × 10 rows × 4 years, summed by department, division and measure: four years, all ten rows'
totals, differences and shares. Beside it a pandas ``groupby`` over the same figures as floats, which is the
least that any roll-up has to do; and how long it takes to load the store from Parquet.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from evalxl import counting, export, tables
from evalxl.rolling import fields, loading, shown, values
from evalxl.rolling.compute import Facts, roll
from evalxl.tables import FileRows, SheetRows
from workbook import form as forms

YEARS = range(2015, 2019)
GOAL = 0.3


def sheets(count: int) -> list[SheetRows]:
    """So many invented projects of 60 divisions and 40 measures."""
    form, chance = forms.get("unnan_2017"), random.Random(0)
    found = []
    for number in range(count):
        division, measure = number % 60, number % 40
        head = {
            "form": form.id, "department": f"第{division // 6}部", "division": f"第{division}課",
            "project_name": f"第{number}事業", "measure_code": f"{measure:02}",
            "measure_name": f"第{measure}施策",
        }  # fmt: skip
        costs: list[tables.CostRow] = [
            (year, "plan" if year > 2017 else "settled", row.name, row.unit, chance.randint(0, 90_000), None)
            for row in form.costs.rows
            for year in YEARS
        ]
        found.append(
            SheetRows(f"|{number}", f"{number}.xlsx", "評価シート", form, 2017, head, costs, [], [], [], {})
        )
    return found


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median time of some work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="?", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found = sheets(asked.projects)
    with tempfile.TemporaryDirectory() as folder:
        years = counting.speakers(found).years
        done: tables.FileRow = ("consolidated", None, "評価シート", None)
        files = [FileRows(sheet.file, sheet.file, "", [done], [sheet], []) for sheet in found]
        export.write(tables.tidy(files, years), folder)
        load = seconds(lambda: Facts.of(loading.of_store(Path(folder)).sheets), 1)
    facts = Facts.of(found)
    by = fields.resolve(["department", "division", "measure"], [found[0].form])
    one = values.resolve(["project_total"], found)
    every = values.resolve([row.name for row in found[0].form.costs.rows], found)
    names = ["department", "division", "measure_code"]
    rows = [row for row in range(len(found)) for _ in range(len(every) * len(YEARS))]
    heads = facts.frame.assign(**{name: [found[row].head[name] for row in rows] for name in names})

    def bare() -> object:
        return heads.astype({"amount": "float64"}).groupby([*names, "year", "row"])["amount"].sum()

    runs = {
        "one row, all years": seconds(lambda: roll(facts, by, one), asked.rounds),
        "the same with JSON: differences, rates, shares": seconds(
            lambda: shown.to_json(roll(facts, by, one), [], 5), asked.rounds
        ),
        "all ten rows": seconds(lambda: roll(facts, by, every), asked.rounds),
        "bare pandas groupby of floats, ten rows": seconds(bare, asked.rounds),
    }
    print(f"{asked.projects} projects × 10 rows × {len(YEARS)} years; loading from Parquet {load:.2f} s\n")
    print("| roll-up by three fields | seconds | of the goal |\n|---|---|---|")
    for name, took in runs.items():
        print(f"| {name} | {took:.3f} | {took / GOAL:.2f} |")


if __name__ == "__main__":
    main()
