"""Which labels a sheet has, and which pages of the form stand on it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator

from workbook import notation
from workbook.form import Form
from workbook.grid import Grid, Rect, Spot
from workbook.labels import Label, Vocabulary, vocabulary
from workbook.locating.places import FAR, WHOLE, Printed, Token

Place = tuple[int, int, Label]
"""A label at its row and column."""
_SPOT = operator.itemgetter(0, 1)
_DEEPEST = 24
"""Rows beneath its headings in which a table of indicators ends."""


def printed(grid: Grid, form: Form) -> Printed:
    """The labels and merged blocks of a sheet."""
    words = vocabulary(form)
    labels = words.labels
    found = [
        (*spot, label)
        for spot, value in grid.cells.items()
        if isinstance(value, str) and (label := labels[value])
    ]
    found.sort()  # two of them never stand in one cell, so that no labels are compared
    heads = _heads(found, grid, words)
    if heads:
        found = _with_headings(found, heads, grid, words)
        if sum(label.slot != "" for _, _, label in found) < words.slot_rows:
            found = sorted([*found, *_glued_slots(grid, words, heads, found)], key=_SPOT)
    return Printed(tuple(found), grid.merges)


def _heads(found: list[Place], grid: Grid, words: Vocabulary) -> dict[int, int]:
    """The rows with headings of years, and the column behind which these stand.

    That is the column of 単位, else of the first of two years.
    """
    rows: dict[int, list[tuple[int, Label]]] = {}
    for row, column, label in found:
        if label.is_heading:
            rows.setdefault(row, []).append((column, label))
    heads: dict[int, int] = {}
    for row, labels in rows.items():
        units = [column for column, label in labels if label.is_unit]
        years = [column for column, label in labels if label.year]
        phases = [column for column, label in labels if label.is_phase]
        if units or len(years) > 1:
            heads.setdefault(row, [*units, *years][0])
        if phases and not years and not _stands_beneath_years(grid, row, phases[0], words, rows):
            below = grid.block((row, phases[0])).bottom + 1
            if _are_years(grid, below, phases[0], words):
                heads[below] = phases[0] - 1
    return dict(sorted(heads.items()))


def _stands_beneath_years(
    grid: Grid, row: int, first: int, words: Vocabulary, rows: dict[int, list[tuple[int, Label]]]
) -> bool:
    """Whether a row of 実績 and 計画 has its years above it: what follows beneath are figures then."""
    return any(
        any(label.year for _, label in rows.get(above, ())) or _are_years(grid, above, first, words)
        for above in (row - 1, row - 2)
    )


def _are_years(grid: Grid, row: int, first: int, words: Vocabulary) -> bool:
    """Whether a row has from that column on bare years, one after the other: 27, 28, 29 beneath 実績."""
    cells = [words.heading(value) for column, value in grid.rows.get(row, ()) if column >= first]
    years = [heading.year for heading in itertools.takewhile(bool, cells) if heading]
    latest = max(notation.year_candidates(years[0]), default=0) if years else 0
    return len(years) > 1 and notation.resolve_columns(years, 0, latest) is not None


def _with_headings(found: list[Place], heads: dict[int, int], grid: Grid, words: Vocabulary) -> list[Place]:
    """The labels with those years of rows of headings that would be none, or something else, elsewhere."""
    known = {(row, column) for row, column, label in found if row in heads and label.year}
    years = {
        (row, column): year
        for row, first in heads.items()
        for column, value in grid.rows[row]
        if column > first and (row, column) not in known and (year := words.heading(value))
    }
    if not years:
        return found
    rest = [place for place in found if place[:2] not in years]
    return sorted([*rest, *((*spot, year) for spot, year in years.items())], key=_SPOT)


def _glued_slots(grid: Grid, words: Vocabulary, heads: dict[int, int], found: list[Place]) -> Iterator[Place]:
    """Slot marks whose names stand right behind them, in a column where the others are: ア…, イ…, ウ."""
    known = {(row, column): label for row, column, label in found}
    for (row, first), (end, _) in itertools.pairwise([*heads.items(), (FAR, 0)]):
        columns: dict[int, list[tuple[Spot, str]]] = {}
        for below in range(row + 1, min(row + _DEEPEST, end)):
            for column, value in grid.rows.get(below, ()):
                label = known.get((below, column))
                if column < first and (slot := label.slot if label else words.glued_slot(value)):
                    columns.setdefault(column, []).append(((below, column), slot))
        for marks in columns.values():
            if "".join(slot for _, slot in marks) in words.slot_runs:
                yield from ((*spot, words.glued(slot)) for spot, slot in marks if spot not in known)


def tokens(sheet: Printed) -> list[Token]:
    """The labels of a sheet with the blocks they fill."""
    blocks = {(m.top, m.left): m for m in sheet.merges}
    found = []
    for row, column, label in sheet.labels:
        block = blocks.get((row, column))
        bottom, right = (block.bottom, block.right) if block else (row, column)
        found.append(Token(row, column, bottom, right, label))
    return found


def pages(form: Form, found: list[Token]) -> Iterator[tuple[int, Rect]]:
    """Which pages stand on the sheet, and where one ends: beneath each other or side by side."""
    opens = {s.name: s.page for s in form.sections if s.labels}
    first = [t for t in found if t.is_a("table") or _page_opened(t, opens) == 1]
    second = [t for t in found if t.is_a("question") or _page_opened(t, opens) == 2]
    if first and second:
        front, back = _halves(found, first, second)
        yield 1, front
        yield 2, back
    elif first:
        yield 1, WHOLE
    elif second:
        yield 2, WHOLE


def _page_opened(token: Token, pages_of: dict[str, int]) -> int:
    """The page whose section the label heads; 0 when it heads none."""
    return next((pages_of.get(m.name, 0) for m in token.label.meanings if m.kind == "section"), 0)


def _halves(found: list[Token], first: list[Token], second: list[Token]) -> tuple[Rect, Rect]:
    """The parts of a sheet that holds both pages. The second page begins with a project name of its own."""
    names = [
        t for t in found if any(m.kind == "field" and m.name == "project_name" for m in t.label.meanings)
    ]
    last_row = max(t.row for t in first)
    top = min(t.row for t in second)
    if top > last_row:
        top = max((t.row for t in names if last_row < t.row < top), default=top)
        return WHOLE._replace(bottom=top - 1), WHOLE._replace(top=top)
    edge = max(t.right for t in found if t.label.year)
    left = min((t.col for t in second if t.col > edge), default=edge + 1)
    left = min([left, *(t.col for t in names if t.col > edge)])
    return WHOLE._replace(right=left - 1), WHOLE._replace(left=left)
