"""Budget codes, whose digits stand in one cell or in a cell each, beside their labels or beneath."""

from __future__ import annotations

import dataclasses

from workbook.extracting.code_rows import code_rows, code_text, is_below, is_code
from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.extracting.texts import each, joined
from workbook.form import Field
from workbook.grid import Spot
from workbook.locating import Area, Candidate
from workbook.record import Value


@dataclasses.dataclass(slots=True, frozen=True)
class CodeStyle:
    """How a sheet writes its codes: beneath their labels or beside; one digit to a cell or all in one."""

    below: bool
    split: bool
    rows: frozenset[int]
    """The rows beneath labels where codes stand or, if they are blank, their names."""
    blank: bool
    """Whether there is no code at all."""

    def areas(self, candidate: Candidate, *, named: bool = False) -> tuple[Area, ...]:
        """The areas that lie the way this sheet's codes go; without any code, a name may go both ways."""
        if self.blank and named:
            return candidate.areas
        areas = tuple(a for a in candidate.areas if is_below(a, candidate) == self.below)
        return areas or candidate.areas[:1]

    def found(self, page: FormPage, candidate: Candidate, areas: tuple[Area, ...]) -> Found:
        """What is not blank in them; beneath a label only what stands in a row of codes."""
        return [
            item
            for area in areas
            for item in page.found(area)
            if not is_below(area, candidate) or item[0][0] in self.rows
        ]


@dataclasses.dataclass(slots=True, frozen=True)
class Code:
    """A code, and a name where the field has one, by key; its first cell and all its cells."""

    values: dict[str, Value]
    spot: Spot
    found: Found


def code_style(page: FormPage) -> CodeStyle:
    """How this page writes its codes: all go the same way."""
    candidates = [c for place in page.layout.fields if place.type == "digits" for c in place.candidates]
    beside = sum(
        any(is_code(value) for _, value in page.found(area))
        for candidate in candidates
        for area in candidate.areas
        if not is_below(area, candidate)
    )
    rows = code_rows(page)
    below = sum(rows.values())
    style = CodeStyle(below > beside, split=False, rows=frozenset(rows), blank=not below and not beside)
    for candidate in candidates:
        found = style.found(page, candidate, style.areas(candidate))
        if sum(is_code(value) for _, value in found) > 1:
            return dataclasses.replace(style, split=True)
    return style


def read_code(draft: Draft, page: FormPage, field: Field, candidate: Candidate, style: CodeStyle) -> Code:
    """The code at one label. A name where only a code belongs is kept as typed."""
    areas = style.areas(candidate)
    found = style.found(page, candidate, areas)
    if style.below and found:  # one row of codes: the next one has labels of its own
        last = page.block(found[0][0]).bottom
        found = [item for item in found if item[0][0] <= last]
    for area in areas:
        draft.check_uncached(page, area)
    digits = [item for item in found if is_code(item[1])]
    names = each([item for item in found if not is_code(item[1])])
    values: dict[str, Value] = {field.name: _code(draft, page, field, digits, style)}
    if field.names:
        if not names and (style.below or style.blank):  # the name may stand where the codes do not
            others = style.found(page, candidate, tuple(a for a in candidate.areas if a not in areas))
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
    text = "".join(code_text(value) for _, value in digits)
    number = isinstance(value, (int, float)) and len(digits) == 1
    if number and len(text) < field.digits and not style.split:
        # A number cannot hold its leading zero; where digits have a cell each, one may be missing.
        padded = text.zfill(field.digits)
        draft.note("F013", field.name, page.place(spot), found=text, expected=padded)
        return padded
    return text
