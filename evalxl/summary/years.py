"""The cost tables of a run's sheets, year by year: what the book's tables, sums and movers are made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from evalxl.tables import CostRow, Phase, SheetRows
from workbook.record import Number

TOTAL = "project_total"


class CostYear(NamedTuple):
    """A year of a sheet's cost table."""

    year: int
    phase: Phase
    amounts: tuple[Number | None, ...]
    """By item."""
    cells: tuple[str | None, ...]
    """By item: where its figure stands."""
    source: str | None
    """Where the project total stands, or the first figure of a form without one."""

    @property
    def leads(self) -> tuple[str | None, ...]:
        """Where the figures stand; None where there is none."""
        if None not in self.amounts:
            return self.cells
        pairs = zip(self.amounts, self.cells, strict=True)
        return tuple(None if amount is None else cell for amount, cell in pairs)


def of_sheet(sheet: SheetRows, items: Sequence[str]) -> dict[int, CostYear]:
    """The years of a sheet, in their order, each with a figure for each of the items (names of rows)."""
    by_year: dict[int, list[CostRow]] = defaultdict(list)
    for row in sheet.costs:
        by_year[row[0]].append(row)
    return {year: _year(by_year[year], tuple(items)) for year in sorted(by_year)}


def _year(rows: Sequence[CostRow], items: tuple[str, ...]) -> CostYear:
    years, phases, names, _, amounts, cells = zip(*rows, strict=True)
    source = cells[names.index(TOTAL)] if TOTAL in names else cells[0]
    if names != items:  # a form among others, whose rows are not all of the run's items
        amount_of, cell_of = dict(zip(names, amounts, strict=True)), dict(zip(names, cells, strict=True))
        amounts, cells = tuple(map(amount_of.get, items)), tuple(map(cell_of.get, items))
    return CostYear(years[0], phases[0], amounts, cells, source)
