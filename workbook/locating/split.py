"""Which labels a sheet has, and which pages of the form stand on it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator

from workbook.form import Form
from workbook.grid import Grid, Rect, Spot
from workbook.labels import Label, Vocabulary, vocabulary
from workbook.locating.places import FAR, WHOLE, Printed, Token
from workbook.notation import CellValue

Place = tuple[int, int, Label]
"""A label at its row and column."""
_DEEPEST = 24
"""Rows beneath its headings in which a table of indicators ends."""


def printed(grid: Grid, form: Form) -> Printed:
    """The labels and merged blocks of a sheet."""
    words = vocabulary(form)
    recognise = words.recognise
    found: list[Place] = []
    heads: list[tuple[int, int]] = []
    for row, cells in sorted(grid.rows.items()):
        labels = [
            (row, column, label)
            for column, value in cells
            if isinstance(value, str) and (label := recognise(value))
        ]
        if labels and (first := _first_heading(labels)) is not None:
            labels = _with_headings(labels, cells, words, first)
            heads.append((row, first))
        found += labels
    if heads and sum(label.slot != "" for _, _, label in found) < words.slot_rows:
        glued = _glued_slots(grid, words, heads, found)
        found = sorted([*found, *glued], key=operator.itemgetter(0, 1))
    return Printed(tuple(found), grid.merges)


def _first_heading(labels: list[Place]) -> int | None:
    """The column behind which a row holds headings of years: that of 単位, else of the first of two years."""
    for _, column, label in labels:
        if label.is_unit:
            return column
    years = [column for _, column, label in labels if label.year]
    return years[0] if len(years) > 1 else None


def _with_headings(
    labels: list[Place], cells: list[tuple[int, CellValue]], words: Vocabulary, first: int
) -> list[Place]:
    """The labels of a row of headings, with those years that would be none, or something else, elsewhere."""
    row, known = labels[0][0], {column for _, column, label in labels if label.year}
    years = {
        column: (row, column, year)
        for column, value in cells
        if column > first and column not in known and (year := words.heading(value))
    }
    rest = [place for place in labels if place[1] not in years]
    return sorted([*rest, *years.values()], key=operator.itemgetter(1))


def _glued_slots(
    grid: Grid, words: Vocabulary, heads: list[tuple[int, int]], found: list[Place]
) -> Iterator[Place]:
    """Slot marks whose names stand right behind them, in a column where the others are: ア…, イ…, ウ."""
    known = {(row, column): label for row, column, label in found}
    for (row, first), (end, _) in itertools.pairwise([*heads, (FAR, 0)]):
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
