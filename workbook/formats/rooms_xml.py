"""How many lines of a text a cell prints, looked up in a sheet's XML for the few texts that may be too long.

Most texts are told apart by their length alone: nothing of the part is searched for them. Whatever is not
known for sure counts in favour of the text.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from workbook.grid import Rect, address
from workbook.package import known, parse
from workbook.room import Lacking, Room

_COLUMN = re.compile(rb"<col\b([^>]*)>")
_FORMAT = re.compile(rb"<sheetFormatPr\b([^>]*)>")
_ATTRIBUTE = re.compile(rb'\b(hidden|min|max|width|defaultRowHeight|defaultColWidth)="([^"]*)"')
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_SHARED = re.compile(rb"<v>([0-9]+)</v>")
_RUN_SIZE = re.compile(rb'<sz val="([0-9.]+)"')
_USUAL_WIDTH = 9.0
_LOWEST_ROW = 18.75
"""Rows that no size is given for are as high as the book's default font wants; Yu Gothic wants most."""
_USUAL_LINE = 13.5
"""A line of letters of the usual size."""
_MOST_COLUMNS, _MOST_ROWS = 1024, 200
"""A larger block is none of a form's."""
_DIGIT = 0.55
"""How wide a digit is to its font's size. Columns are measured in digits of the book's default font."""
_TRUE = (b"1", b"true")


class _Head(NamedTuple):
    """What a part says ahead of its cells."""

    edges: tuple[float, ...]
    """The left edges of the columns, in digits."""
    narrowest: float
    """The narrowest column; 0 where any is hidden."""
    row: float | None
    """The height of rows that have none of their own; None: not said."""


class _Look(NamedTuple):
    """How a cell's style shows a text."""

    size: float
    wraps: bool
    """Whether the text goes on in the next line, is level and not made smaller until it fits."""


class _Looks(NamedTuple):
    default: float
    """The size of the book's default font."""
    cells: tuple[_Look, ...]
    """The styles of cells, by their numbers."""


@dataclasses.dataclass(slots=True)
class Rooms:
    """The cells of a sheet, to be asked whether they print a text: its part, the styles, the shared texts."""

    part: bytes
    styles: bytes
    texts: bytes
    _head: _Head | None = None
    _known: list[tuple[int, int]] = dataclasses.field(default_factory=lambda: [(-1, 0)])
    """The rows that were found, in their order, and where they begin."""

    def lacking(self, block: Rect, text: str) -> Lacking | None:
        """What a block lacks to print a text; None where it lacks nothing, or its size is not known."""
        head = self._head = self._head or _head(self.part[: max(self.part.find(b"<sheetData"), 0)])
        line, rows = head.narrowest * (block.right - block.left + 1), block.bottom - block.top + 1
        letters = 2 * len(text) + line * text.count("\n")
        if letters <= line * rows or rows > _MOST_ROWS or block.right >= _MOST_COLUMNS:
            return None  # a line in each row holds it
        try:
            start = self._find_row(block.top)
            height = self._height(start, block, head.row) if start >= 0 else None
            if height is None or letters <= line * (height / _USUAL_LINE):
                return None
            width = head.edges[block.right + 1] - head.edges[block.left]
            return self._judged(text, self._cell(start, block), width, height)
        except (ValueError, ArithmeticError, SyntaxError):
            return None  # a size, or the styles, that no program writes: the sheet can be read all the same

    def _judged(self, text: str, cell: bytes, width: float, height: float) -> Lacking | None:
        looks = _looks(self.styles) if cell else None
        style = int(match[1]) if (match := _STYLE.search(cell, 0, cell.find(b">"))) else 0
        if looks is None or style >= len(looks.cells) or not looks.cells[style].wraps:
            return None
        room = Room(width * _DIGIT * looks.default, height, looks.cells[style].size)
        if room.lacking(text) is None:
            return None
        return room._replace(size=min([room.size, *self._run_sizes(cell)])).lacking(text)

    def _cell(self, start: int, block: Rect) -> bytes:
        """The first cell of a block, without its end tag; nothing where it is not written the usual way."""
        mark = b'<c r="%s"' % address(block.top, block.left).encode()
        first = self.part.find(mark, start)
        return self.part[first : self.part.find(b"</c>", first)] if first >= 0 else b""

    def _find_row(self, row: int) -> int:
        """Where a row begins in the part, looked for from the nearest above that is known; -1: nowhere."""
        index = bisect_right(self._known, (row + 1,))
        above, start = self._known[index - 1]
        if above == row:
            return start
        found = self.part.find(b'<row r="%d"' % (row + 1), start)
        if found >= 0:
            self._known.insert(index, (row, found))
        return found

    def _height(self, start: int, block: Rect, usual: float | None) -> float | None:
        """The height of a block's rows; None where Excel makes them as high as the text, or not known."""
        heights = {row: _row_height(tag) for row, tag in self._rows(start, block.bottom)}
        if block.is_cell and not heights[block.top].fixed:
            return None
        other = None if usual is None else max(usual, _LOWEST_ROW)
        known = (heights.get(row, _UNSAID).points for row in range(block.top, block.bottom + 1))
        found = [other if points is None else points for points in known]
        return None if None in found else sum(filter(None, found))

    def _rows(self, start: int, last: int) -> Iterator[tuple[int, bytes]]:
        """The rows from a place in the part on to the last one wanted, each with its tag."""
        part, row = self.part, -1
        while start >= 0 and row < last:
            tag = part[start : part.find(b">", start)]
            row = int(tag[8 : tag.find(b'"', 8)]) - 1
            if row <= last:
                yield row, tag
            start = part.find(b'<row r="', start + len(tag)) if row < last else -1

    def _run_sizes(self, cell: bytes) -> list[float]:
        """The sizes of letters that a part of the text was given for itself."""
        if match := _SHARED.search(cell):
            number = int(match[1]) + 1
            cell = next(itertools.islice(self.texts.split(b"<si>"), number, None), b"")
        return [size for size in map(_number, _RUN_SIZE.findall(cell)) if size]


class _RowHeight(NamedTuple):
    points: float | None
    """None: not said."""
    fixed: bool
    """Whether a person set it; any other row Excel makes as high as its texts."""


_UNSAID = _RowHeight(None, fixed=False)


def _row_height(tag: bytes) -> _RowHeight:
    if b"hidden=" in tag and (b'hidden="1"' in tag or b'hidden="true"' in tag):
        return _RowHeight(0.0, fixed=True)
    start = tag.find(b' ht="') + 5
    height = _number(tag[start : tag.find(b'"', start)]) if start > 4 else None
    return _RowHeight(height, b'customHeight="1"' in tag or b'customHeight="true"' in tag)


@known
def _head(data: bytes) -> _Head:
    match = _FORMAT.search(data)
    usual = dict(_ATTRIBUTE.findall(match[1])) if match else {}
    widths = [_number(usual.get(b"defaultColWidth")) or _USUAL_WIDTH] * _MOST_COLUMNS
    for match in _COLUMN.finditer(data):
        told = dict(_ATTRIBUTE.findall(match[1]))
        first, last = int(_number(told.get(b"min")) or 1), int(_number(told.get(b"max")) or 1)
        width = 0.0 if told.get(b"hidden") in _TRUE else _number(told.get(b"width"))
        if width is not None and 0 < first <= last:
            last = min(last, _MOST_COLUMNS)
            widths[first - 1 : last] = [width] * (last - first + 1)
    edges = tuple(itertools.accumulate(widths[:_MOST_COLUMNS], initial=0.0))
    return _Head(edges, min(widths), _number(usual.get(b"defaultRowHeight")))


@known
def _looks(styles: bytes) -> _Looks | None:
    """The fonts and alignments of the part of styles; None for one that says nothing of them."""
    root: Any = parse(styles) if styles else None
    fonts = root.find("{*}fonts") if root is not None else None
    formats = root.find("{*}cellXfs") if root is not None else None
    if fonts is None or formats is None:
        return None
    sizes = [_size(font) for font in fonts.iterfind("{*}font")]
    if not sizes or sizes[0] is None:
        return None
    return _Looks(sizes[0], tuple(_look(style, sizes) for style in formats.iterfind("{*}xf")))


def _size(font: Any) -> float | None:
    size = font.find("{*}sz")
    return None if size is None else _number(size.get("val", "").encode())


def _look(style: Any, sizes: list[float | None]) -> _Look:
    font, alignment = style.get("fontId", "0"), style.find("{*}alignment")
    size = sizes[int(font)] if font.isdecimal() and int(font) < len(sizes) else None
    if alignment is None or size is None:
        return _Look(size or 1.0, wraps=False)
    is_on = {name: alignment.get(name, "0") not in ("0", "false") for name in _ALIGNMENTS}
    return _Look(size, is_on["wrapText"] and not (is_on["shrinkToFit"] or is_on["textRotation"]))


_ALIGNMENTS = ("wrapText", "shrinkToFit", "textRotation")


def _number(text: bytes | None) -> float | None:
    """A size; None for none, and for what is no size."""
    try:
        number = float(text or b"")
    except ValueError:
        return None
    return number if 0 <= number < 1e6 else None
