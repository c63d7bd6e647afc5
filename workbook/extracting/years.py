"""The fiscal years of the tables' columns."""

from __future__ import annotations

import functools
import re
from collections import Counter

from msgspec import Struct

from workbook import notation
from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage
from workbook.form import Form
from workbook.labels import ESTIMATE, vocabulary
from workbook.locating import TablePlace
from workbook.notation import tidy


class Columns(Struct, frozen=True):
    """The years of one table's columns, the index of the evaluated one, and whether they run on."""

    place: TablePlace
    years: tuple[int, ...]
    evaluated: int
    consecutive: bool

    @property
    def said(self) -> tuple[tuple[int, ...], int]:
        """The years and which is evaluated: what the tables of a sheet have in common."""
        return self.years, self.evaluated


def read_years(draft: Draft, page: FormPage) -> None:
    """Read the years of each table; the sheet's are those of most tables, of the costs where they differ."""
    read = [_columns(draft, place) for place in page.layout.tables if place.headings]
    if not read:
        return
    costs = next((columns for columns in read if columns.place.table.kind == "costs"), read[0])
    votes = Counter(columns.said for columns in read if columns.consecutive)
    main = next((c for c in read if votes[c.said] > len(read) / 2), costs)
    draft.fiscal_year = main.years[main.evaluated]
    for columns in read:
        draft.columns[columns.place.table.name] = columns.years
        draft.years.update(columns.years)
        if not columns.consecutive or columns.years != main.years or not _ends_alike(columns, main):
            _note_years(draft, page, columns)
        _note_unread(draft, page, columns)


def _ends_alike(columns: Columns, main: Columns) -> bool:
    return columns.years[columns.evaluated] == main.years[main.evaluated]


def _note_years(draft: Draft, page: FormPage, columns: Columns) -> None:
    headings, table = columns.place.headings, columns.place.table
    first = draft.fiscal_year - columns.evaluated
    draft.note(
        "F009",
        table.name,
        page.place(headings[0].spot),
        label=table.label,
        found=[heading.year for heading in headings],
        expected=[str(first + i) for i in range(len(headings))],
    )


def _note_unread(draft: Draft, page: FormPage, columns: Columns) -> None:
    """Tell what stands beside the headings of a table and names the year before the first or after the last.

    In what words a year is headed cannot all be known. A column that is left out between two others is told
    as F009, one at an end here.
    """
    headings, years = columns.place.headings, columns.years
    row, first = headings[0].spot
    last = headings[-1].spot[1]
    step = last - headings[-2].spot[1]
    unread = vocabulary(draft.form).unread_years
    for column, value in page.grid.rows[row]:
        if first - step <= column <= last + step and isinstance(value, str) and (year := unread[value]):
            if {years[0] - 1, years[-1] + 1}.isdisjoint(notation.year_candidates(year)):
                continue  # 29年度の不用額 says more of a year that has its column
            table = columns.place.table
            draft.note("F016", table.name, page.place((row, column)), label=table.label, found=tidy(value))


def _columns(draft: Draft, place: TablePlace) -> Columns:
    headings = tuple((heading.year, heading.phase) for heading in place.headings)
    years, evaluated, consecutive = _resolved(draft.form, headings, draft.latest)
    return Columns(place, years, evaluated, consecutive)


@functools.lru_cache(maxsize=1024)
def _resolved(
    form: Form, headings: tuple[tuple[str, str], ...], latest: int
) -> tuple[tuple[int, ...], int, bool]:
    """The years of headings, the index of the evaluated one, and whether they run on."""
    typed = [_year_part(year) for year, _ in headings]
    evaluated = _evaluated(form, [phase for _, phase in headings])
    years = notation.resolve_columns(typed, evaluated, latest)
    if years:
        return tuple(years), evaluated, True
    return tuple(_years_as_typed(typed, evaluated, latest)), evaluated, False


def _evaluated(form: Form, phases: list[str]) -> int:
    """The index of the last settled column: one that is not marked is as long as a planned one follows."""
    settled = vocabulary(form).settled
    phases = _without_estimates(phases, settled)
    marked = [i for i, phase in enumerate(phases) if phase in settled]
    planned = [i for i, phase in enumerate(phases) if phase and phase not in settled]
    last = marked[-1] if marked else -1
    if following := [i for i in planned if i > last]:
        return max(0, following[0] - 1)
    return last if marked else max(0, len(phases) - 1 - form.years.planned)


def _without_estimates(phases: list[str], settled: set[str]) -> list[str]:
    """決算見込 is 決算 where a plan follows, and a plan where it is the last one behind 決算."""
    plans = [i for i, phase in enumerate(phases) if phase and phase.removesuffix(ESTIMATE) not in settled]
    last = "" if settled.isdisjoint(phases) else ESTIMATE
    return [
        phase if phase in settled or i in plans or not phase
        else phase.removesuffix(ESTIMATE) if any(plan > i for plan in plans)
        else last
        for i, phase in enumerate(phases)
    ]  # fmt: skip


def _year_part(heading: str) -> str:
    """The year of a folded heading, without the phase."""
    match = re.match(notation.YEAR, heading)
    return match[0] if match else heading


def _years_as_typed(typed: list[str], evaluated: int, latest: int) -> list[int]:
    """Years that do not run on: each as typed, in the era that puts it nearest to the evaluated one."""
    candidates = [notation.year_candidates(text) for text in typed]
    anchor = next((y for y in candidates[evaluated] if y <= latest), latest)
    wanted = range(anchor - evaluated, anchor - evaluated + len(typed))
    return [_nearest(meant, year) for meant, year in zip(candidates, wanted, strict=True)]


def _nearest(candidates: tuple[int, ...], year: int) -> int:
    return min(candidates, key=lambda y: abs(y - year), default=year)
