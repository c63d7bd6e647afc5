"""Facts of an .xlsb that the value reader does not give: merges, errors, what is hidden or shown, ticks.

A walk over the records of the sheets' parts ([MS-XLSB]); values themselves are left to the value reader.
"""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterator, Mapping

from workbook.facts import MOST_CELLS, MOST_MERGES, SheetFacts
from workbook.formats import controls_xml
from workbook.formats.number_formats import how
from workbook.formats.sheet_biff import ERRORS
from workbook.grid import Rect
from workbook.package import Package, TooLarge
from workbook.sizes import Sizes

_LARGEST = 24 * 2**20
_MOST_TEXT = 64 * 2**20
_ROW, _COLUMN, _MERGE, _SHEET, _SHARED = 0, 60, 176, 156, 19
_ERROR, _INDEX, _FORMULA_ERROR = 3, 7, 11
_NUMBERS = frozenset((2, 5, 9))  # as a whole number or one of few digits, any number, a formula's
_FORMAT, _STYLE, _STYLES, _STYLES_END = 44, 47, 617, 618
_FIRST_VALUE, _LAST_VALUE = 2, 11  # 1 is a blank cell


def facts(package: Package) -> dict[str, SheetFacts]:
    """The facts of each sheet, by sheet name. Raises `TooLarge`, or what a broken part gives."""
    relations = package.relations(package.workbook)
    shared = next((r.target for r in relations if r.kind == "sharedStrings" and r.target in package), "")
    texts = _records(_part(package, shared)) if shared else iter(())
    lengths = [len(content) // 2 for kind, content in texts if kind == _SHARED]
    styles = next((r.target for r in relations if r.kind == "styles" and r.target in package), "")
    shown = _shown(_part(package, styles)) if styles else {}
    found, text = {}, 0
    for name, part in sheets(package).items():
        sheet = _Sheet(_part(package, part), shown)
        text += sum(lengths[i] for i in sheet.texts if i < len(lengths))
        if text > _MOST_TEXT:
            raise TooLarge(f"{part}: {text:,} characters")
        sheet.facts.controls = controls_xml.find(package, part, b"", sheet.facts.sizes)
        found[name] = sheet.facts
    return found


def sheets(package: Package) -> dict[str, str]:
    """Sheet name → part name of the worksheets."""
    targets = {r.ident: r.target for r in package.relations(package.workbook)}
    found = {}
    for kind, content in _records(_part(package, package.workbook)):
        if kind == _SHEET:
            ident, place = _text(content, 8)
            name, _ = _text(content, place)
            part = targets.get(ident, "")
            if part in package and posixpath.basename(posixpath.dirname(part)).lower() == "worksheets":
                found[name] = part
    return found


def _shown(data: bytes) -> dict[int, str]:
    """How the cell styles show a number that do not show it as it is, by their numbers."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for kind, content in _records(data):
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", content)[0]] = _text(content, 2)[0]
        elif kind in (_STYLES, _STYLES_END):
            inside = kind == _STYLES
        elif kind == _STYLE and inside:
            styles.append(struct.unpack_from("<HH", content)[1])
    shown = {number: how(of, formats.get(of)) for number, of in enumerate(styles)}
    return {number: shows for number, shows in shown.items() if shows}


def _part(package: Package, part: str) -> bytes:
    data = package.read(part)
    if len(data) > _LARGEST:
        raise TooLarge(f"{part}: {len(data):,} bytes")
    return data


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content: both the type and the length are numbers of 7 bits a byte, the low ones first."""
    place, end = 0, len(data)
    while place < end:
        kind = data[place]
        place += 1
        if kind & 0x80 and place < end:
            kind = (kind & 0x7F) | (data[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while place < end:
            byte = data[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        if place + length > end:
            raise EOFError("a record is cut off")
        yield kind, data[place : place + length]
        place += length


def _text(content: bytes, place: int) -> tuple[str, int]:
    """A text and the place behind it."""
    count = struct.unpack_from("<I", content, place)[0]
    if count == 0xFFFFFFFF:
        return "", place + 4
    end = place + 4 + 2 * count
    return content[place + 4 : end].decode("utf-16-le"), end


class _Sheet:
    """One sheet's records."""

    def __init__(self, data: bytes, shown: Mapping[int, str]) -> None:
        self.shown = shown
        self.facts = SheetFacts()
        self.texts: list[int] = []
        heights: dict[int, float] = {}
        widths: dict[int, float] = {}
        hidden: tuple[set[int], set[int]] = set(), set()
        merges: list[Rect] = []
        row = -1
        self.ends = [2**20, 2**14, -1, -1]
        for kind, content in _records(data):
            if kind == _ROW:
                row, _, height, _, flags = struct.unpack_from("<IIHBB", content)
                out = bool(flags & 0x10)
                heights[row] = 0.0 if out else height / 20
                if out:
                    hidden[0].add(row)
            elif _FIRST_VALUE <= kind <= _LAST_VALUE:
                self._value(kind, row, content)
            elif kind == _COLUMN:
                first, last, width, _, flags = struct.unpack_from("<IIIIH", content)
                for column in range(first, min(last, 1023) + 1):
                    widths[column] = 0.0 if flags & 1 else width / 256
                    if flags & 1:
                        hidden[1].add(column)
            elif kind == _MERGE:
                top, bottom, left, right = struct.unpack_from("<IIII", content)
                merges.append(Rect(top, left, bottom, right))
                if len(merges) > MOST_MERGES:
                    raise TooLarge("merged cells")
        self.facts.hidden_rows, self.facts.hidden_columns = map(frozenset, hidden)
        self.facts.merges = tuple(merges)
        self.facts.sizes = Sizes(widths, heights)

    def _value(self, kind: int, row: int, content: bytes) -> None:
        column, style = struct.unpack_from("<II", content)
        top, left, bottom, right = self.ends
        self.ends = [min(top, row), min(left, column), max(bottom, row), max(right, column)]
        top, left, bottom, right = self.ends
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise TooLarge("cells too far apart")
        if kind in _NUMBERS and (shows := self.shown.get(style & 0xFFFFFF)):
            self.facts.shown[row, column] = shows
        if kind in (_ERROR, _FORMULA_ERROR):
            self.facts.errors[row, column] = ERRORS.get(struct.unpack_from("<B", content, 8)[0], "#N/A")
        elif kind == _INDEX:
            self.texts.append(struct.unpack_from("<I", content, 8)[0])
