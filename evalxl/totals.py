"""Exact totals, and the self-check that they re-add to the sheets (X807)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from evalxl.rules.registry import Finding, finding_of
from evalxl.tables import SheetRows, Table
from workbook.record import Number

Totals = dict[tuple[str, int], Decimal]
"""(row, fiscal_year) → sum in the row's unit. A blank adds nothing; years without any figure are 0."""


def counted(sheets: Sequence[SheetRows], years: Sequence[frozenset[int]]) -> Totals:
    """The totals of the run: of each sheet the years that count (`counting.speakers`)."""
    totals: dict[tuple[str, int], Number] = {}
    for sheet, speaking in zip(sheets, years, strict=True):
        for year, _, row, _, amount, _ in sheet.costs:
            if year in speaking:
                key = row, year
                totals[key] = totals.get(key, 0) + (amount or 0)
    return _exact(totals)


def _exact(sums: Mapping[tuple[str, int], Number]) -> Totals:
    """Until here whole numbers are added up as such, which is quicker."""
    return {key: Decimal(amount) for key, amount in sums.items()}


def by_row(totals: Totals) -> dict[str, dict[int, Decimal]]:
    """Totals by row, then year, both in order of appearance and time."""
    out: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for row, year in sorted(totals, key=lambda key: key[1]):
        out[row][year] = totals[row, year]
    return dict(out)


def stated(sheets: Sequence[SheetRows], years: Sequence[frozenset[int]]) -> Totals:
    """What the records themselves hold, of the years that count: the other side of the self-check."""
    out: dict[tuple[str, int], Number] = {}
    for sheet, speaking in zip(sheets, years, strict=True):
        for key, amount in sheet.sums.items():
            if key[1] in speaking:
                out[key] = out.get(key, 0) + amount
    return _exact(out)


def of_table(costs: Table) -> Totals:
    """What the tidy cost table adds up to where it counts."""
    out: Totals = defaultdict(Decimal)
    columns = costs.columns
    for row, year, amount, counts in zip(
        columns["row"], columns["fiscal_year"], columns["amount"], columns["counted"], strict=True
    ):
        if counts and amount is not None:
            out[row, year] += amount
    return dict(out)


def check(expected: Totals, carriers: Mapping[str, Totals], labels: Mapping[str, str]) -> list[Finding]:
    """X807 for every row and year where something that carries the totals differs from ``expected``.

    ``carriers`` are the report, the tidy table and the sheets of the summary book, by name; ``labels`` the
    words for the rows.
    """
    return list(_gaps(expected, carriers, labels))


def _gaps(expected: Totals, carriers: Mapping[str, Totals], labels: Mapping[str, str]) -> Iterator[Finding]:
    for name, carried in carriers.items():
        for row, year in sorted({*expected, *carried}):
            found, right = carried.get((row, year), Decimal(0)), expected.get((row, year), Decimal(0))
            if found != right:
                label = f"{labels.get(row, row)}（{name}）"
                yield finding_of("X807", year=year, found=found, expected=right, row=label)


def lost_years(sheets: Iterable[SheetRows], speaking: Iterable[frozenset[int]]) -> int:
    """How many project-years are left out because a later sheet speaks for them."""
    pairs = zip(sheets, speaking, strict=True)
    return sum(len({row[0] for row in sheet.costs if row[4] is not None} - years) for sheet, years in pairs)
