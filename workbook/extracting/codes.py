"""Budget codes, whose digits stand in one cell or in a cell each, beside their labels or beneath."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

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

    def found(self, page: FormPage, candidate: Candidate) -> Found:
        """What is not blank in them; beneath a label only what stands in a row of codes."""
        return [
            item
            for area in self.areas(candidate)
            for item in page.found(area)
            if not _is_below(area, candidate) or not self.rows or item[0][0] in self.rows
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
    rows = _code_rows(beneath)
    below = sum(spot[0] in rows for _, spot in beneath)
    style = CodeStyle(below > beside, split=False, rows=rows)
    for candidate in candidates:
        found = style.found(page, candidate)
        if sum(is_code(value) for _, value in found) > 1:
            return dataclasses.replace(style, split=True)
    return style


def _beneath(page: FormPage, candidates: Iterable[Candidate]) -> list[tuple[Area, Spot]]:
    """The first code beneath each label, with the area that begins beneath the label."""
    return [
        (area, spot)
        for candidate in candidates
        for area in candidate.areas
        if _is_below(area, candidate)
        for spot in [spot for spot, value in page.found(area) if is_code(value)][:1]
    ]


def _code_rows(beneath: list[tuple[Area, Spot]]) -> frozenset[int]:
    """The rows where codes stand: the first beneath each row of labels. Further down is the next field."""
    first: dict[int, int] = {}
    for area, (row, _) in beneath:
        first[area.rect.top] = min(row, first.get(area.rect.top, row))
    return frozenset(first.values())


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
