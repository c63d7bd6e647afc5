"""Budget codes, whose digits stand in one cell or in a cell each, beside their labels or beneath."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator

from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.extracting.texts import each, joined
from workbook.form import Field
from workbook.grid import Spot
from workbook.locating import Area, Candidate
from workbook.notation import CellValue, fold
from workbook.record import Value, exact

_DIGITS = re.compile(r"[0-9]+")


@dataclasses.dataclass(slots=True, frozen=True)
class CodeStyle:
    """How a sheet writes its codes: beneath their labels or beside; one digit to a cell or all in one."""

    below: bool
    split: bool
    rows: frozenset[int] = frozenset()
    """The rows beneath labels where codes stand."""

    def areas(self, candidate: Candidate) -> tuple[Area, ...]:
        """The areas that lie the way this sheet's codes go."""
        areas = tuple(a for a in candidate.areas if _is_below(a, candidate) == self.below)
        return areas or candidate.areas[:1]

    def has_codes(self, area: Area, row: int) -> bool:
        """Whether a row beneath a label is one of codes; where there are none, the first may hold a name."""
        return row in self.rows if self.rows else row == area.rect.top

    def found(self, page: FormPage, candidate: Candidate) -> Found:
        """What is not blank in them; beneath a label only what stands in a row of codes."""
        return [
            item
            for area in self.areas(candidate)
            for item in page.found(area)
            if not _is_below(area, candidate) or self.has_codes(area, item[0][0])
        ]


@dataclasses.dataclass(slots=True, frozen=True)
class Code:
    """A code, and a name where the field has one, by key; its first cell and all its cells."""

    values: dict[str, Value]
    spot: Spot
    found: Found


def code_style(page: FormPage) -> CodeStyle:
    """How this page writes its codes: all go the same way."""
    candidates = list(_candidates(page))
    beside = sum(
        any(is_code(value) for _, value in page.found(area))
        for candidate in candidates
        for area in candidate.areas
        if not _is_below(area, candidate)
    )
    beneath = _beneath(page, candidates)
    rows = _code_rows(page, candidates, beneath)
    below = sum(figure.spot[0] in rows for figure in beneath)
    style = CodeStyle(below > beside, split=False, rows=rows)
    for candidate in candidates:
        found = style.found(page, candidate)
        if sum(is_code(value) for _, value in found) > 1:
            return dataclasses.replace(style, split=True)
    return style


@dataclasses.dataclass(slots=True, frozen=True)
class _Figure:
    """The first figure beneath a code label: the area, its cell, and the row of the label."""

    area: Area
    spot: Spot
    line: int

    @property
    def step(self) -> int:
        """How many rows are between the label and the figure."""
        return self.spot[0] - self.area.rect.top


def _beneath(page: FormPage, candidates: list[Candidate]) -> list[_Figure]:
    """The first code beneath each label."""
    lefts: dict[int, int] = {}
    for row, column in (candidate.spot for candidate in candidates):
        lefts[row] = min(column, lefts.get(row, column))
    found = []
    for candidate in candidates:
        for area in candidate.areas:
            spots = (
                [spot for spot, value in page.found(area) if is_code(value)]
                if _is_below(area, candidate)
                else []
            )
            if spots and not _is_past_a_block(page, area, spots[0]):
                found.append(_Figure(area, spots[0], candidate.spot[0]))
    rows = Counter(figure.spot[0] for figure in found)
    found = [
        figure
        for figure in found
        if not _is_of_another_label(page, figure, lefts[figure.line], alone=rows[figure.spot[0]] == 1)
    ]
    return [figure for figure in found if _is_near(page, figure, found, last=max(lefts))]


def _is_near(page: FormPage, figure: _Figure, found: list[_Figure], last: int) -> bool:
    """Whether a figure is near enough to the code label above it to be its code.

    A row between them is natural where several codes skip it, where those of other labels do, or where a merged
    block shows that it is there for the code. But a figure alone beneath the last line of labels and beneath a
    blank row may be anything: it is left out, and the missing code is told.
    """
    return (
        figure.step == 0
        or figure.line < last
        or not page.block(figure.spot).is_cell
        or any(
            other.spot[0] == figure.spot[0] or other.step == figure.step
            for other in found
            if other is not figure
        )
    )


def _is_past_a_block(page: FormPage, area: Area, spot: Spot) -> bool:
    """Whether between a label and a figure stands a merged block that is blank: that is for the code."""
    return any(
        area.rect.top <= m.top
        and m.bottom < spot[0]
        and m.left == area.rect.left
        and (m.top, m.left) not in page.grid.cells
        for m in page.grid.merges
    )


def _is_of_another_label(page: FormPage, figure: _Figure, left: int, *, alone: bool) -> bool:
    """Whether a figure beneath the code labels, which begin at column ``left``, stands behind another label.

    That is one of the form, or a text that nothing stands before: a heading that the form does not know.
    A label further left may have its own value blank, if the figure stands directly beneath the code labels,
    or is not ``alone`` in its row.
    """
    row, column = figure.spot
    before = [(c, is_code(value)) for c, value in page.grid.rows[row] if c < column]
    while before and before[-1][0] >= left:
        last, is_figure = before.pop()
        if is_figure:
            column = last
        elif (row, last) in page.layout.labels or not (before and before[-1][1]):
            return True  # not the name of the code before it
    if not before or before[-1][1]:
        return False
    last = before[-1][0]
    is_label = (row, last) in page.layout.labels
    right = page.block((row, last)).right
    if figure.step == 0:  # nothing is between them: without merged blocks that says nothing
        return is_label and last < right == column - 1
    if not alone:
        return False
    if any(m.top <= row <= m.bottom and right < m.left < column for m in page.grid.merges):
        return False  # the label's value is blank
    return is_label or len(before) < 2


def _code_rows(page: FormPage, candidates: list[Candidate], beneath: list[_Figure]) -> frozenset[int]:
    """The rows where codes stand: the first beneath each row of labels. Further down is the next field.

    Where codes stand directly beneath labels, the row beneath labels without codes may hold their names.
    """
    first: dict[int, int] = {}
    for figure in beneath:
        top, row = figure.area.rect.top, figure.spot[0]
        first[top] = min(row, first.get(top, row))
    rows = frozenset(first.values())
    if rows.isdisjoint(first):
        return rows
    tops = {
        area.rect.top for candidate in candidates for area in candidate.areas if _is_below(area, candidate)
    }
    blank = {
        row for row in tops - first.keys() if not any(is_code(v) for _, v in page.grid.rows.get(row, ()))
    }
    return rows | blank


def _candidates(page: FormPage) -> Iterator[Candidate]:
    for place in page.layout.fields:
        if place.type == "digits":
            yield from place.candidates


def _is_below(area: Area, candidate: Candidate) -> bool:
    return area.rect.top > candidate.spot[0]


def read_code(draft: Draft, page: FormPage, field: Field, candidate: Candidate, style: CodeStyle) -> Code:
    """The code at one label. A name where only a code belongs is kept as typed."""
    areas = style.areas(candidate)
    found = style.found(page, candidate)
    if style.below and found:  # one row of codes: the next one has labels of its own
        last = page.block(found[0][0]).bottom
        found = [item for item in found if item[0][0] <= last]
    for area in areas:
        draft.check_uncached(page, area)
    digits = [item for item in found if is_code(item[1])]
    names = each([item for item in found if not is_code(item[1])])
    values: dict[str, Value] = {field.name: _code(draft, page, field, digits, style)}
    if field.names:
        if not names and style.below:  # the name may stand where the codes do not
            others = [item for a in candidate.areas if a not in areas for item in page.found(a)]
            names = each([item for item in others if not is_code(item[1])])
        values[field.names] = joined(names)
    elif names and not digits:
        values[field.name] = joined(names)
    blank = areas[0].corner if areas else candidate.spot
    return Code(values, found[0][0] if found else blank, found)


def _code(draft: Draft, page: FormPage, field: Field, digits: Found, style: CodeStyle) -> str | None:
    if not digits:
        return None
    spot, value = digits[0]
    text = "".join(_code_text(value) for _, value in digits)
    number = isinstance(value, (int, float)) and len(digits) == 1
    if number and len(text) < field.digits and not style.split:
        # A number cannot hold its leading zero; where digits have a cell each, one may be missing.
        padded = text.zfill(field.digits)
        draft.note("F013", field.name, page.place(spot), found=text, expected=padded)
        return padded
    return text


def is_code(value: CellValue) -> bool:
    """Whether a cell holds nothing but digits."""
    return _DIGITS.fullmatch(_code_text(value).replace("\n", "")) is not None


def _code_text(value: CellValue) -> str:
    """Digits as they count; a cell of several lines keeps them apart."""
    if isinstance(value, str):
        return "\n".join(fold(line).lstrip("'") for line in value.splitlines() if line.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return str(exact(value))
