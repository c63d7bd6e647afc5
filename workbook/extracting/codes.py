"""Budget codes, whose digits stand in one cell or in a cell each, beside their labels or beneath."""

from __future__ import annotations

import functools
import re
from collections import Counter

import msgspec

from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.extracting.texts import each, joined
from workbook.form import Field
from workbook.grid import Spot
from workbook.locating import Area, Candidate
from workbook.notation import DASHES, CellValue, fold
from workbook.record import Value, exact

_DIGITS = re.compile(r"[0-9]+")
_CODE_AND_NAME = re.compile(r"[(（]?(?P<code>[0-9０-９]{1,8})[)）]?[\s.．:：・]*(?P<name>[^\W\d_][^\n]*)")
"""10 教育費 in one cell."""


class CodeStyle(msgspec.Struct, frozen=True):
    """How a sheet writes its codes: beneath their labels or beside; one digit to a cell or all in one."""

    below: bool
    split: bool
    rows: frozenset[int]
    """The rows beneath labels where codes stand or, if they are blank, their names."""
    blank: bool
    """Whether there is no code at all."""

    def areas(self, candidate: Candidate) -> tuple[Area, ...]:
        """The areas that lie the way this sheet's codes go."""
        areas = tuple(a for a in candidate.areas if is_below(a, candidate) == self.below)
        return areas or candidate.areas[:1]

    def areas_of_name(self, candidate: Candidate) -> list[Area]:
        """All areas of a name with a label of its own; those that lie the way the codes go come first."""
        return sorted(candidate.areas, key=lambda area: is_below(area, candidate) != self.below)

    def found(self, page: FormPage, candidate: Candidate, areas: tuple[Area, ...]) -> Found:
        """What is not blank in them; beneath a label only what stands in a row of codes."""
        return [
            item
            for area in areas
            for item in page.found(area)
            if not is_below(area, candidate) or item[0][0] in self.rows
        ]


class Code(msgspec.Struct, frozen=True):
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
    rows = _code_rows(page)
    below = sum(rows.values())
    style = CodeStyle(below > beside, split=False, rows=frozenset(rows), blank=not below and not beside)
    for candidate in candidates:
        found = style.found(page, candidate, style.areas(candidate))
        if sum(is_code(value) for _, value in found) > 1:
            return msgspec.structs.replace(style, split=True)
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
    too_long = field.names and len(digits) > 1 and _length(digits) > field.digits
    if too_long and digits[-1][1] == 0 and not _have_a_cell_each(page, digits):
        digits.pop()  # what Excel shows where the name's cell is linked to an empty one
    names = [text for text in each([item for item in found if not is_code(item[1])]) if text not in DASHES]
    code = _code(draft, page, field, digits, style)
    if not digits and len(names) == 1 and (both := _CODE_AND_NAME.fullmatch(names[0])):
        code, typed, names = fold(both["code"]), names[0], [both["name"]]
        if not field.names:
            draft.note("F013", field.name, page.place(found[0][0]), found=typed, expected=code)
    values: dict[str, Value] = {field.name: code}
    if field.names:
        if not names and (style.below or style.blank):  # the name may stand where the codes do not
            others = style.found(page, candidate, tuple(a for a in candidate.areas if a not in areas))
            names = each([item for item in others if not is_code(item[1])])
        values[field.names] = joined(names)
    elif names and not code:
        values[field.name] = joined(names)
    blank = areas[0].corner if areas else candidate.spot
    return Code(values, found[0][0] if found else blank, found)


def _have_a_cell_each(page: FormPage, digits: Found) -> bool:
    """Whether digits stand one to a cell, all of one width: then the last one is no name."""
    widths = {page.block(spot).right - spot[1] for spot, _ in digits}
    return len(widths) == 1 and all(len(_code_text(value)) == 1 for _, value in digits)


def _length(digits: Found) -> int:
    return sum(len(_code_text(value)) for _, value in digits)


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


class _Line(msgspec.Struct, frozen=True):
    """Code labels side by side in one row, and the areas beneath them."""

    left: int
    columns: frozenset[int]
    """Where the labels begin, those of the codes' names too."""
    areas: tuple[Area, ...]

    @property
    def top(self) -> int:
        """The row directly beneath the labels, or beneath the highest of them."""
        return max(area.rect.top for area in self.areas)

    @property
    def room(self) -> int:
        """How many rows further down a code can stand at most."""
        return min(area.rect.bottom for area in self.areas) - self.top

    def box_row(self, page: FormPage) -> int | None:
        """The row of the first merged blocks beneath the labels: there the codes belong."""
        last = self.top + self.room
        tops = (m.top for m in page.grid.merges if m.left in self.columns and self.top <= m.top <= last)
        return min(tops, default=None)


class _Figure(msgspec.Struct, frozen=True):
    """The first figure beneath a code label, and how many cells with figures are in its row there."""

    line: _Line
    spot: Spot
    cells: int
    is_digit: bool

    @property
    def row(self) -> int:
        """The figure's row."""
        return self.spot[0]

    @property
    def is_direct(self) -> bool:
        """Whether it stands directly beneath its label."""
        return self.row <= self.line.top


def _code_rows(page: FormPage) -> dict[int, int]:
    """The row of codes beneath each line of labels, with how many codes stand in it.

    What is further down is something else.
    """
    return _Beneath(page, _lines(page)).rows()


def is_below(area: Area, candidate: Candidate) -> bool:
    """Whether an area lies beneath a label, not beside it."""
    return area.rect.top > candidate.spot[0]


@functools.lru_cache(maxsize=4096, typed=True)
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


def _lines(page: FormPage) -> list[_Line]:
    """The lines of code labels, from above; none where a code has no room beneath its label."""
    rows: dict[int, list[Candidate]] = {}
    names = [c.spot for place in page.layout.fields if place.type == "code_text" for c in place.candidates]
    for place in page.layout.fields:
        if place.type == "digits":
            for candidate in place.candidates:
                rows.setdefault(candidate.spot[0], []).append(candidate)
    lines = []
    for row, labels in sorted(rows.items()):
        areas = tuple(area for label in labels for area in label.areas if is_below(area, label))
        columns = [label.spot[1] for label in labels]
        if areas:
            lines.append(
                _Line(min(columns), frozenset([*columns, *(c for r, c in names if r == row)]), areas)
            )
        elif row < max(rows):
            return []  # the next labels follow directly: all codes stand beside theirs
    return lines


class _Beneath:
    """The figures beneath the lines of code labels that stand behind no other label."""

    def __init__(self, page: FormPage, lines: list[_Line]) -> None:
        self.page, self.lines = page, lines
        self.name_columns = _name_columns(page) if lines else frozenset()
        first = (self._first(line, area) for line in lines for area in line.areas)
        all_figures = [figure for figure in first if figure]
        self.count = Counter(figure.row for figure in all_figures)
        self.figures = [figure for figure in all_figures if not self._has_another_label(figure)]

    def _first(self, line: _Line, area: Area) -> _Figure | None:
        figures = [item for item in self.page.found(area) if is_code(item[1])]
        if not figures:
            return None
        spot, value = figures[0]
        return _Figure(
            line, spot, sum(row == spot[0] for (row, _), _ in figures), len(_code_text(value)) == 1
        )

    def rows(self) -> dict[int, int]:
        """How many codes stand in the first row of codes beneath each line.

        Beneath labels without codes it may still hold their names: it is where the codes would stand.
        """
        codes = [figure for figure in self.figures if figure.is_direct or self._is_told(figure)]
        first: dict[int, int] = {}
        for code in codes:
            first[code.line.top] = min(code.row, first.get(code.line.top, code.row))
        rows = {row: sum(code.row == row for code in codes) for row in first.values()}
        step = max(0, min((row - top for top, row in first.items()), default=0))
        blank = [self._blank_row(line, step) for line in self.lines if line.top not in first]
        return rows | {row: 0 for row in blank if row not in self.count}

    def _blank_row(self, line: _Line, step: int) -> int:
        """The row for the codes of a line, ``step`` beneath its labels if nothing else tells."""
        box_row = line.box_row(self.page)
        if box_row is not None:
            return box_row
        others = (other.room for other in self.lines[:-1])
        last = line.top + (max(others, default=0) if line is self.lines[-1] else line.room)
        named = (row for row in range(line.top, last + 1) if self._has_name(line, row))
        return next(named, line.top + step)

    def _is_told(self, figure: _Figure) -> bool:
        """Whether anything tells that a figure is the code of the label some rows above it.

        Merged blocks beneath the labels do, by their row; without them digits in a cell each, a name or other
        codes in the row, or as much room beneath another line. Else it may be any figure that follows a blank
        line of codes: it is left out, and the missing code is told.
        """
        line, row = figure.line, figure.row
        box_row = line.box_row(self.page)
        if box_row is not None and box_row <= row:
            return box_row == row
        if line is not self.lines[-1]:
            return True  # other code labels follow: between them is nothing but codes
        if any(self._has_name(line, above) for above in range(line.top, row)):
            return False
        step = row - line.top
        if any(step <= other.room for other in self.lines[:-1]):
            return True
        if figure.cells > 1:
            return figure.is_digit
        return self._has_name(line, row, after=figure.spot[1]) or any(
            other.row == row and (other.cells == 1 or other.is_digit)
            for other in self.figures
            if other is not figure
        )

    def _has_name(self, line: _Line, row: int, after: int = -1) -> bool:
        """Whether in a row beneath a line of labels, right of a column, stands the name of a code."""
        cells = self.page.grid.rows.get(row, ())
        return any(c > after and self._is_name(line, (row, c)) for c, value in cells if not is_code(value))

    def _is_name(self, line: _Line, spot: Spot) -> bool:
        return line.left < spot[1] in self.name_columns and spot not in self.page.layout.labels

    def _has_another_label(self, figure: _Figure) -> bool:
        """Whether a figure stands behind another label.

        That is one of the form, or a text that nothing stands before: a heading that the form does not know.
        One that does not adjoin the codes may have its own value blank, if the figure stands directly beneath
        the code labels, is not alone in its row or has a cell for each digit.
        """
        row, column = figure.spot
        alone = self.count[row] == 1
        labels = self.page.layout.labels
        before = [(c, is_code(value)) for c, value in self.page.grid.rows[row] if c < column]
        while before and before[-1][0] >= figure.line.left:
            last, is_figure = before.pop()
            if is_figure:
                column = last
            elif (row, last) in labels or not (
                self._is_name(figure.line, (row, last)) or _ends_in_figure(before)
            ):
                return True
        if not before:
            return False
        last, is_figure = before[-1]
        right = self.page.block((row, last)).right
        adjoins = right == column - 1
        if is_figure:
            return adjoins and not figure.is_direct
        is_label = (row, last) in labels
        is_heading = is_label or len(before) < 2
        if adjoins:
            return is_heading and (not figure.is_direct or alone or (is_label and last < right))
        if figure.is_direct or not alone or (figure.is_digit and figure.cells > 1):
            return False
        merges = self.page.grid.merges
        is_blank = any(m.top <= row <= m.bottom and right < m.left < column for m in merges)
        return is_heading and not is_blank


def _ends_in_figure(cells: list[tuple[int, bool]]) -> bool:
    return bool(cells) and cells[-1][1]


def _name_columns(page: FormPage) -> frozenset[int]:
    """The columns of the labels beneath which names of codes may stand."""
    return frozenset(
        candidate.spot[1]
        for place in page.layout.fields
        if place.type == "code_text" or (place.field and place.field.names)
        for candidate in place.candidates
    )
