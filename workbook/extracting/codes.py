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
    fields = list(_fields(page))
    candidates = [candidate for _, candidate in fields]
    beside = sum(
        any(is_code(value) for _, value in page.found(area))
        for candidate in candidates
        for area in candidate.areas
        if not _is_below(area, candidate)
    )
    beneath = _beneath(page, fields)
    rows = _code_rows(page, fields, beneath)
    below = sum(spot[0] in rows for _, spot in beneath)
    style = CodeStyle(below > beside, split=False, rows=rows)
    for candidate in candidates:
        found = style.found(page, candidate)
        if sum(is_code(value) for _, value in found) > 1:
            return dataclasses.replace(style, split=True)
    return style


def _beneath(page: FormPage, fields: list[tuple[Field, Candidate]]) -> list[tuple[Area, Spot]]:
    """The first code beneath each label, with the area that begins beneath the label."""
    lefts: dict[int, int] = {}
    for _, candidate in fields:
        row, column = candidate.spot
        lefts[row] = min(column, lefts.get(row, column))
    found = []
    for _, candidate in fields:
        for area in candidate.areas:
            codes = (
                [item for item in page.found(area) if is_code(item[1])] if _is_below(area, candidate) else []
            )
            if codes:
                found.append((area, codes[0][0], lefts[candidate.spot[0]]))
    rows = Counter(spot[0] for _, spot, _ in found)
    return [
        (area, spot)
        for area, spot, left in found
        if not _is_of_another_label(page, spot, left, near=spot[0] == area.rect.top, alone=rows[spot[0]] == 1)
    ]


def _is_of_another_label(page: FormPage, spot: Spot, left: int, *, near: bool, alone: bool) -> bool:
    """Whether a figure beneath the code labels, which begin at column ``left``, stands behind another label.

    That is one of the form, or a text that nothing stands before: a heading that the form does not know.
    A label further left may have its own value blank, if the figure stands ``near``, directly beneath the
    code labels, or is not ``alone`` in its row.
    """
    row, column = spot
    before = [(c, is_code(value)) for c, value in page.grid.rows[row] if c < column]
    while before and before[-1][1] and before[-1][0] >= left:
        column = before.pop()[0]
    if not before or before[-1][1]:
        return False
    last = before[-1][0]
    is_label = (row, last) in page.layout.labels
    if last >= left:  # among the codes: the name of the code before it, else a label
        return is_label or len(before) < 2 or not before[-2][1]
    right = page.block((row, last)).right
    if near:  # nothing is between them: without merged blocks that says nothing
        return is_label and last < right == column - 1
    if not alone:
        return False
    if any(m.top <= row <= m.bottom and right < m.left < column for m in page.grid.merges):
        return False  # the label's value is blank
    return is_label or len(before) < 2


def _code_rows(
    page: FormPage, fields: list[tuple[Field, Candidate]], beneath: list[tuple[Area, Spot]]
) -> frozenset[int]:
    """The rows where codes stand: the first beneath each row of labels. Further down is the next field.

    Where codes stand directly beneath labels, the row beneath labels without codes may hold their names.
    """
    first: dict[int, int] = {}
    for area, (row, _) in beneath:
        first[area.rect.top] = min(row, first.get(area.rect.top, row))
    rows = frozenset(first.values())
    if rows.isdisjoint(first):
        return rows
    tops = {
        area.rect.top for _, candidate in fields for area in candidate.areas if _is_below(area, candidate)
    }
    blank = {
        row for row in tops - first.keys() if not any(is_code(v) for _, v in page.grid.rows.get(row, ()))
    }
    return rows | blank


def _fields(page: FormPage) -> Iterator[tuple[Field, Candidate]]:
    for place in page.layout.fields:
        if place.field and place.type == "digits":
            for candidate in place.candidates:
                yield place.field, candidate


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
