"""Which labels a sheet has, and which pages of the form stand on it."""

from __future__ import annotations

import operator
from collections.abc import Iterator

from workbook.form import Form
from workbook.grid import Grid, Rect
from workbook.labels import Label, Vocabulary, vocabulary
from workbook.locating.places import WHOLE, Printed, Token
from workbook.notation import CellValue


def printed(grid: Grid, form: Form) -> Printed:
    """The labels and merged blocks of a sheet."""
    words = vocabulary(form)
    recognise = words.recognise
    found: list[tuple[int, int, Label]] = []
    for row, cells in sorted(grid.rows.items()):
        labels = [
            (row, column, label)
            for column, value in cells
            if isinstance(value, str) and (label := recognise(value))
        ]
        found += _with_bare_years(labels, cells, words)
    return Printed(tuple(found), grid.merges)


def _with_bare_years(
    labels: list[tuple[int, int, Label]], cells: list[tuple[int, CellValue]], words: Vocabulary
) -> list[tuple[int, int, Label]]:
    """The labels of a row, with year headings that are bare numbers: only in a row of 単位, right of it."""
    units = [column for _, column, label in labels if label.meanings and label.meanings[0].kind == "unit"]
    if not units:
        return labels
    row, known = labels[0][0], {column for _, column, _ in labels}
    years = (
        (row, column, year)
        for column, value in cells
        if column > units[0] and column not in known and (year := words.bare_year(value))
    )
    return sorted([*labels, *years], key=operator.itemgetter(1))


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
