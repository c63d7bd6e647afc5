"""The figures of the tables, row by row and year by year."""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import NamedTuple

from workbook.errors import Refused
from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.extracting.texts import named
from workbook.form import Table
from workbook.grid import Spot
from workbook.locating import Area, RowPlace, TablePlace
from workbook.notation import fold, read_number, tidy
from workbook.record import exact

_YEN = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}
_MONEY = re.compile(rf"(?:^|[(:])({'|'.join(sorted(_YEN, key=len, reverse=True))})(?=$|\))")


def read_tables(draft: Draft, page: FormPage) -> None:
    """Read all tables of a page, whose years are known already.

    Raises `Refused` F005 where two rows of one label hold different figures.
    """
    for place in page.layout.tables:
        if place.table.kind == "totals":
            for row in place.rows:
                _total(draft, page, place.table, row)
            continue
        rows: dict[str, list[RowPlace]] = {}
        for row in place.rows:
            rows.setdefault(row.name, []).append(row)
        for doubled in rows.values():
            row = doubled[0] if len(doubled) == 1 else _only_filled(page, place, doubled)
            if place.table.kind == "costs":
                _cost_row(draft, page, place, row)
            else:
                _indicator_row(draft, page, place, row)


def _only_filled(page: FormPage, place: TablePlace, rows: list[RowPlace]) -> RowPlace:
    """Of rows with one label the one that is filled; two different fillings are ambiguous."""
    contents = [tuple(str(v) for a in row.values for _, v in page.found(a)) for row in rows]
    filled = [(row, content) for row, content in zip(rows, contents, strict=True) if content]
    if len({content for _, content in filled}) > 1:
        cells = [page.place(row.spot) for row, _ in filled]
        label = next((r.label for r in place.table.rows if r.name == rows[0].name), rows[0].name)
        raise Refused("F005", sheet=page.grid.name, cell=cells[0], label=label, cells=cells)
    return filled[0][0] if filled else rows[0]


class _Figure(NamedTuple):
    """Where a figure of a row belongs: its key, its year, the area where it stands."""

    key: str
    year: int
    area: Area


@functools.lru_cache(maxsize=4096)
def _by_year(row: RowPlace, key: str, years: tuple[int, ...]) -> tuple[_Figure, ...]:
    """The figures of a row, the same on all sheets of one layout.

    A year that is headed twice (F009 tells) counts where it comes first.
    """
    areas: dict[int, Area] = {}
    for year, area in zip(years, row.values, strict=True):
        areas.setdefault(year, area)
    return tuple(_Figure(f"{key}.{year}", year, area) for year, area in areas.items())


def _cost_row(draft: Draft, page: FormPage, place: TablePlace, row: RowPlace) -> None:
    """The figures of a cost row, in the form's unit also where the sheet says 円 or 百万円."""
    unit = next(r.unit for r in place.table.rows if r.name == row.name)
    printed = tidy(page.grid.cells.get(row.unit.corner)) or tidy(page.grid.cells.get(place.spot))
    typed = _money_unit(printed) if unit == "千円" and printed else unit
    for figure in _by_year(row, f"costs.{row.name}", draft.columns[place.table.name]):
        _number(draft, page, figure, typed)
        if typed != unit:
            _to_thousands(draft, figure.key, figure.year, typed)


def _money_unit(printed: str) -> str:
    """The unit of money that a unit's cell, or else a table's title, names; 千円 where it names none.

    >>> _money_unit("（円）"), _money_unit("コストの推移（単位：百万円）"), _money_unit("千円")
    ('円', '百万円', '千円')
    """
    match = _MONEY.search(fold(printed))
    return match[1] if match else "千円"


def _to_thousands(draft: Draft, key: str, year: int | None, unit: str) -> None:
    value = draft.values[key]
    if isinstance(value, (int, Decimal)):
        thousands = exact(Decimal(value) * _YEN[unit] / 1000)
        draft.values[key] = thousands
        found, expected = f"{value}{unit}", f"{thousands}千円"
        draft.note("F013", key, draft.cells[key], year, found=found, expected=expected)


def _indicator_row(draft: Draft, page: FormPage, place: TablePlace, row: RowPlace) -> None:
    """An indicator's name, unit and figures."""
    key = f"{place.table.name}.{row.name}"
    named_at = _name(draft, page, f"{key}.name", row)
    units = page.found(row.unit)
    unit = named(units)
    draft.put(page, f"{key}.unit", unit, units[0][0] if units else row.unit.corner)
    # Name and unit are what Excel shows where its cells are linked to empty ones: so are the zeros.
    linked = unit is None and page.grid.cells.get(named_at) == 0
    for figure in _by_year(row, f"{key}.values", draft.columns[place.table.name]):
        _number(draft, page, figure, unit)
        if linked and draft.values[figure.key] == 0:
            draft.values[figure.key] = None


def _name(draft: Draft, page: FormPage, key: str, row: RowPlace) -> Spot:
    """Read the name of an indicator, behind its slot mark or in cells of its own; gives its cell."""
    inline = draft.words.behind_slot(str(page.grid.cells[row.spot])) if row.inline else None
    found = page.found(row.title)
    spot: Spot = found[0][0] if found else row.title.corner
    if row.inline:
        spot = row.spot
    draft.put(page, key, inline or named(found), spot)
    draft.check_errors(page, key, found)
    return spot


def _total(draft: Draft, page: FormPage, table: Table, row: RowPlace) -> None:
    """The one figure of a row without years. Its unit may stand before or behind it in a cell of its own."""
    key, area = f"{table.name}.{row.name}", row.values[0]
    unit = next(r.unit for r in table.rows if r.name == row.name)
    draft.check_uncached(page, area)
    found = page.found(area)
    units = [spot for spot, value in found if isinstance(value, str) and fold(value) in (fold(unit), "円")]
    in_yen = unit == "千円" and any(fold(str(page.grid.cells[spot])) == "円" for spot in units)
    before = [spot for spot in units if spot == found[0][0]]
    blank = (area.rect.top, page.block(before[0]).right + 1) if before else area.corner
    figures = [item for item in found if item[0] not in units]
    _put_number(draft, page, key, None, figures, blank, "円" if in_yen else unit)
    if in_yen:
        _to_thousands(draft, key, None, "円")


def _number(draft: Draft, page: FormPage, figure: _Figure, unit: str | None) -> None:
    """A figure as typed. What is no number is told and stays blank: nothing is read as 0."""
    key, year, area = figure
    if page.grid.uncached:
        draft.check_uncached(page, area)
    _put_number(draft, page, key, year, page.found(area), area.corner, unit)


def _put_number(
    draft: Draft, page: FormPage, key: str, year: int | None, found: Found, blank: Spot, unit: str | None
) -> None:
    if not found:
        draft.put(page, key, None, blank)
        return
    spot, value = found[0]
    if len(found) > 1:
        value = " ".join(str(v) for _, v in found)
    if page.grid.errors:
        draft.check_errors(page, key, found, year)
    read = read_number(value, unit)
    draft.put(page, key, read.number, spot)
    if read.kind == "dash":
        draft.answered.add(key)
    elif read.kind == "bad":
        draft.note("F012", key, draft.cells[key], year, found=str(value), expected=unit or "")
    elif read.normalised:
        typed = str(value).strip()
        draft.note("F013", key, draft.cells[key], year, found=typed, expected=read.number)
