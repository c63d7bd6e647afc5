"""Facts of an .xls that the value reader does not give: errors, what is hidden or shown, ticks.

A walk over the records of the Workbook stream ([MS-XLS]); values themselves are left to the value reader.
"""

from __future__ import annotations

import dataclasses
import io
import struct
from collections.abc import Iterator

from workbook.controls import Box, Control, Kind
from workbook.facts import MOST_CELLS, MOST_MERGES, SheetFacts
from workbook.formats.number_formats import how
from workbook.grid import address
from workbook.package import Encrypted, TooLarge
from workbook.sizes import Sizes

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
_MOST_TEXT = 64 * 2**20
_BOF, _EOF, _CONTINUE, _FILEPASS = 0x809, 0x0A, 0x3C, 0x2F
_BOUNDSHEET, _EXTERNSHEET, _SST = 0x85, 0x17, 0xFC
_ROW, _COLINFO, _DEFAULT_HEIGHT, _DEFAULT_WIDTH, _MERGES = 0x208, 0x7D, 0x225, 0x55, 0xE5
_VALUES = frozenset((0x203, 0x27E, 0xFD, 0x204, 0xD6, 0x06, 0x205, 0xBD))
_NUMBERS = frozenset((0x203, 0x27E, 0xBD, 0x06))
_FORMAT, _XF = 0x41E, 0xE0
_FORMULA, _BOOLERR, _MULRK, _LABELSST = 0x06, 0x205, 0xBD, 0xFD
_OBJ, _DRAWING, _TXO = 0x5D, 0xEC, 0x1B6
_CHECK, _OPTION, _FRAME, _OVAL = 0x0B, 0x0C, 0x13, 0x03
_SHAPES = (0x06, 0x1E)
_ELLIPSE, _DONUT = 3, 23
_ANCHOR, _SHAPE = b"\x10\xf0\x12\x00\x00\x00", b"\x0a\xf0\x08\x00\x00\x00"
_POINTS = 1 / 20


def facts(data: bytes) -> dict[str, SheetFacts]:
    """The facts of each sheet, by sheet name. Raises `Encrypted`, `TooLarge` or what a broken file gives."""
    return facts_of_stream(_stream(data))


def facts_of_stream(stream: bytes) -> dict[str, SheetFacts]:
    """The facts of each sheet, from the Workbook stream alone."""
    globals_ = _Globals(stream)
    return {name: _Sheet(stream, place, globals_).facts for place, name in globals_.sheets}


def _stream(data: bytes) -> bytes:
    import olefile

    ole = olefile.OleFileIO(io.BytesIO(data))
    if ole.exists("EncryptedPackage"):
        raise Encrypted
    name = next((n for n in ("Workbook", "Book") if ole.exists(n)), None)
    if name is None:
        raise ValueError("no Workbook stream")
    return bytes(ole.openstream(name).read())


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Type and content of the records from a place on, to the end of the substream."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        content = stream[place + 4 : place + 4 + length]
        if len(content) < length:
            raise EOFError("a record is cut off")
        place += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        yield kind, content
        if kind == _EOF and depth <= 0:
            return


class _Globals:
    """What the whole book says: sheet names, references, the lengths of shared texts, number formats."""

    def __init__(self, stream: bytes) -> None:
        self.sheets: list[tuple[int, str]] = []
        self.references: list[int] = []
        self.longest = 0
        self.text = 0
        formats: dict[int, str] = {}
        styles: list[int] = []
        pieces: list[bytes] = []
        last = 0
        for kind, content in _records(stream, 0):
            if kind == _FILEPASS:
                raise Encrypted
            if kind == _BOUNDSHEET:
                place, _, sheet_kind = struct.unpack_from("<IBB", content)
                name = _short_text(content[6:])
                if sheet_kind == 0:
                    self.sheets.append((place, name))
            elif kind == _EXTERNSHEET:
                count = struct.unpack_from("<H", content)[0]
                self.references = [struct.unpack_from("<HhH", content, 2 + 6 * i)[1] for i in range(count)]
            elif kind == _FORMAT:
                formats[struct.unpack_from("<H", content)[0]] = _text(content, 2)
            elif kind == _XF:
                styles.append(struct.unpack_from("<HH", content)[1])
            elif kind == _SST or (kind == _CONTINUE and last == _SST):
                pieces.append(content)
            last = kind if kind != _CONTINUE else last
        self.longest = _longest(pieces)
        shown = {number: how(of, formats.get(of)) for number, of in enumerate(styles)}
        self.shown = {number: shows for number, shows in shown.items() if shows}
        """How the cell styles show a number that do not show it as it is, by their numbers."""


def _longest(pieces: list[bytes]) -> int:
    """The longest shared text, in characters; the most that there can be where the table is odd."""
    table = b"".join(pieces)
    place, longest = 8, 0
    while place + 3 <= len(table):
        count, flags = struct.unpack_from("<HB", table, place)
        place += 3
        runs = extra = 0
        if flags & 8:
            runs = struct.unpack_from("<H", table, place)[0] if place + 2 <= len(table) else 0
            place += 2
        if flags & 4:
            extra = struct.unpack_from("<I", table, place)[0] if place + 4 <= len(table) else 0
            place += 4
        longest = max(longest, count)
        place += count * (2 if flags & 1 else 1) + 4 * runs + extra
    # A text that runs on into the next record has one byte more there: what follows is then read askew.
    return longest if len(pieces) < 2 else max(longest, min(32_767, len(table)))


def _short_text(content: bytes) -> str:
    return _characters(content, 1, content[0])


def _text(content: bytes, place: int) -> str:
    return _characters(content, place + 2, struct.unpack_from("<H", content, place)[0])


def _characters(content: bytes, place: int, count: int) -> str:
    """Characters of one byte or of two, as the flags before them say."""
    wide = content[place] & 1
    raw = content[place + 1 : place + 1 + count * (1 + wide)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


@dataclasses.dataclass(slots=True)
class _Drawn:
    """One object, as it is put together from several records."""

    shape: int = 0
    anchor: tuple[int, ...] = ()
    kind: int = -1
    state: int = 0
    link: str = ""
    caption: str = ""

    @property
    def is_oval(self) -> bool:
        """Whether it is an ellipse or a ring, of the old drawing layer or the new."""
        return self.kind == _OVAL or (self.kind in _SHAPES and self.shape in (_ELLIPSE, _DONUT))


class _Sheet:
    """One sheet's records."""

    def __init__(self, stream: bytes, place: int, book: _Globals) -> None:
        self.book = book
        self.facts = SheetFacts()
        self.heights: dict[int, float] = {}
        self.widths: dict[int, float] = {}
        self.usual = [9.0, 13.5]
        self.hidden: tuple[set[int], set[int]] = set(), set()
        self.drawn: list[_Drawn] = []
        self.ends = [MOST_CELLS, MOST_CELLS, -1, -1]
        self.merges = 0
        self._walk(stream, place)
        self.facts.hidden_rows, self.facts.hidden_columns = map(frozenset, self.hidden)
        self.facts.sizes = Sizes(self.widths, self.heights, *self.usual)
        self.facts.controls = list(self._controls())

    def _walk(self, stream: bytes, place: int) -> None:
        depth, last, waiting = 0, 0, False
        for kind, content in _records(stream, place):
            depth += (kind == _BOF) - (kind == _EOF)
            if depth > 1:  # a chart within the sheet
                continue
            if kind in _VALUES:
                self._value(kind, content)
            elif kind == _DRAWING:
                self._shape(content)
            elif kind == _OBJ and self.drawn:
                _read_object(self.drawn[-1], content, self.book)
            elif kind == _CONTINUE and last == _TXO and waiting and self.drawn and content:
                encoding = "utf-16-le" if content[0] & 1 else "latin-1"
                self.drawn[-1].caption = content[1:].decode(encoding, "replace")
                waiting = False
            else:
                self._size(kind, content)
            waiting = waiting or kind == _TXO
            last = kind if kind != _CONTINUE else last

    def _value(self, kind: int, content: bytes) -> None:
        row, column = struct.unpack_from("<HH", content)
        last = struct.unpack_from("<H", content, len(content) - 2)[0] if kind == _MULRK else column
        top, left, bottom, right = self.ends
        self.ends = [min(top, row), min(left, column), max(bottom, row), max(right, last)]
        top, left, bottom, right = self.ends
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise TooLarge("cells too far apart")
        if kind in _NUMBERS and self.book.shown:
            self._shown(kind, row, column, content)
        code, is_error = struct.unpack_from("<BB", content, 6) if kind == _BOOLERR else (0, 0)
        if kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:
            code, is_error = content[8], 1
        if is_error:
            self.facts.errors[row, column] = ERRORS.get(code, "#N/A")
        elif kind == _LABELSST:
            self.book.text += self.book.longest
            if self.book.text > 16 * _MOST_TEXT:  # an upper bound: real sheets stay far below
                raise TooLarge("texts")

    def _shown(self, kind: int, row: int, column: int, content: bytes) -> None:
        """How the number of the record is shown, or each of several in a row."""
        places = range(4, len(content) - 6, 6) if kind == _MULRK else (4,)
        for at, place in enumerate(places, column):
            if shows := self.book.shown.get(struct.unpack_from("<H", content, place)[0]):
                self.facts.shown[row, at] = shows

    def _size(self, kind: int, content: bytes) -> None:
        if kind == _ROW:
            row, _, _, height, _, _, flags = struct.unpack_from("<HHHHHHH", content)
            if flags & 0x20:
                self.hidden[0].add(row)
            self.heights[row] = 0.0 if flags & 0x20 else (height & 0x7FFF) * _POINTS
        elif kind == _COLINFO:
            first, last, width, _, flags = struct.unpack_from("<HHHHH", content)
            for column in range(first, min(last, 255) + 1):
                self.widths[column] = 0.0 if flags & 1 else width / 256
                if flags & 1:
                    self.hidden[1].add(column)
        elif kind == _DEFAULT_HEIGHT:
            self.usual[1] = struct.unpack_from("<HH", content)[1] * _POINTS
        elif kind == _DEFAULT_WIDTH:
            self.usual[0] = struct.unpack_from("<H", content)[0] + 0.7
        elif kind == _MERGES:
            self.merges += struct.unpack_from("<H", content)[0]
            if self.merges > MOST_MERGES:
                raise TooLarge("merged cells")

    # -- drawings --

    def _shape(self, content: bytes) -> None:
        anchor, shape = content.rfind(_ANCHOR), content.rfind(_SHAPE)
        if anchor < 0 or len(content) < anchor + 24:
            return  # the piece of a drawing that only holds a text
        drawn = _Drawn(anchor=struct.unpack_from("<9H", content, anchor + 6)[1:])
        if shape >= 2:
            drawn.shape = struct.unpack_from("<H", content, shape - 2)[0] >> 4
        self.drawn.append(drawn)

    def _controls(self) -> Iterator[Control]:
        boxes = [(d, self._box(d)) for d in self.drawn]
        frames = [box for d, box in boxes if d.kind == _FRAME]
        for drawn, box in boxes:
            state = {0: False, 1: True}.get(drawn.state)
            group = next((n for n, f in enumerate(frames, 1) if f.holds(box.centre)), 0)
            reason = "" if state is not None else "mixed"
            if drawn.kind in (_CHECK, _OPTION):
                kind: Kind = "check" if drawn.kind == _CHECK else "option"
                yield Control(kind, box, state, drawn.caption, drawn.link, group, reason)
            elif drawn.is_oval and not drawn.caption.strip():
                yield Control("oval", box, True)

    def _box(self, drawn: _Drawn) -> Box:
        """Offsets are in 1024ths of the column's width and 256ths of the row's height."""
        left, dx, top, dy, right, dx2, bottom, dy2 = drawn.anchor
        sizes = self.facts.sizes

        def place(column: int, across: int, row: int, down: int) -> tuple[int, int]:
            (x, y), (x_next, y_next) = sizes.point(column, 0, row, 0), sizes.point(column + 1, 0, row + 1, 0)
            return x + (x_next - x) * min(across, 1024) // 1024, y + (y_next - y) * min(down, 256) // 256

        return Box(*place(left, dx, top, dy), *place(right, dx2, bottom, dy2))


def _read_object(drawn: _Drawn, content: bytes, book: _Globals) -> None:
    """The kind, state and linked cell of an object, from its sub-records."""
    place = 0
    while place + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, place)
        part = content[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == 0x15 and len(part) >= 4:
            drawn.kind = struct.unpack_from("<H", part)[0]
        elif kind in (0x0A, 0x12) and len(part) >= 2:  # the last one holds the state
            drawn.state = struct.unpack_from("<H", part)[0]
        elif kind == 0x14 and len(part) >= 6:
            drawn.link = _link(part[6:], book)
        elif kind == 0:
            return


def _link(tokens: bytes, book: _Globals) -> str:
    """The address in a formula that is one reference."""
    if len(tokens) >= 5 and tokens[0] & 0x1F == 0x04:
        row, column = struct.unpack_from("<HH", tokens, 1)
        return address(row, column & 0xFF)
    if len(tokens) >= 7 and tokens[0] & 0x1F == 0x1A:
        reference, row, column = struct.unpack_from("<HHH", tokens, 1)
        sheet = book.references[reference] if reference < len(book.references) else -1
        if 0 <= sheet < len(book.sheets):
            name = book.sheets[sheet][1].replace("'", "''")
            return f"'{name}'!{address(row, column & 0xFF)}"
    return ""
