"""Facts of a sheet's XML that the value reader does not give. Parts are scanned, parsed only on a hit.

What would make the value reader take all memory is refused here, before it sees the file: cells far apart,
tens of thousands of merged blocks, long texts repeated in many cells.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from workbook.facts import FAR_ROW, MOST_CELLS, MOST_MERGES, SheetFacts
from workbook.formats import controls_xml, sheet_plain
from workbook.formats.rooms_xml import Rooms
from workbook.grid import Spot, around
from workbook.package import Package, TooLarge
from workbook.sizes import Sizes

# Searched one by one: that is some forty times as fast as one pattern of alternatives.
_NO_VALUE = (b"</f></c>", b'"/></c>', b"<v></v>", b"<v/>", b"<v />")
_HIDDEN = (b'hidden="1"', b'hidden="true"')
_FAR = re.compile(rb' r="[A-Za-z]{0,2}+(?:[A-Za-z]|\d{5})')
"""A reference with three letters or five digits."""
_STRING_CELL = re.compile(rb"""\bt=["']s["'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<""")
_SHORTEST_CELL = len('<c t="s"><v>0</v></c>')
_MOST_TEXT = 64 * 2**20
"""Characters in all cells together: the value reader copies a shared text into each cell that has it."""
_WORKSHEET = re.compile(rb"<(?:\w+:)?worksheet\b")
_ROW = re.compile(rb"<row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_ATTRIBUTE = re.compile(
    rb"""\b(r|ht|hidden|min|max|width|defaultRowHeight|defaultColWidth)=["']([^"']*)["']"""
)
_FORMAT = re.compile(rb"<(?:\w+:)?sheetFormatPr\b([^>]*)>")
_LAST_COLUMN = 1024
"""Columns with a width of their own, or hidden, beyond this one belong to no form."""


def facts(package: Package) -> dict[str, SheetFacts]:
    """The facts of each sheet, by sheet name. Raises `Unsafe`, `TooLarge`, or what broken XML gives."""
    found: dict[str, SheetFacts] = {}
    shared, sheets = _Texts(package), package.sheets()
    if len({sheet.part for sheet in sheets if sheet.part in package}) < len(sheets):
        shared.texts = None  # a book that only a full reader can judge
    for sheet in sheets:
        part = sheet.part
        if part not in package or sheet.name in found:
            continue
        data = package.read(part)
        if _WORKSHEET.search(data, 0, 4096) and not data[-64:].rstrip().endswith(b"worksheet>"):
            raise ValueError(f"{part} is cut off")  # the value reader would give what there is of it
        shared.count(data, part)
        found[sheet.name] = _facts(package, part, data, shared)
        found[sheet.name].visible = sheet.visible
    return found


def _facts(package: Package, part: str, data: bytes, shared: _Texts) -> SheetFacts:
    told = _plain(data, part, shared)
    if told is None:
        _refuse_large(data, part)
        shown = shared.styles.shown if shared.styles else {}
        shows = any(b's="%b"' % style in data for style in shown)
        told = _parse(data, shown) if shows or _is_telling(data) else SheetFacts()
    if controls_xml.is_drawn_on(package, part):
        told.sizes = _sizes(data)
        told.controls = controls_xml.find(package, part, data, told.sizes)
    if len(data) <= sheet_plain.LARGEST:
        told.lacking = Rooms(data, shared.looks, shared.data).lacking
    return told


def _plain(data: bytes, part: str, shared: _Texts) -> SheetFacts | None:
    """The facts with the values of a sheet that is written the usual way; None for any other."""
    if shared.texts is None or shared.styles is None:
        return None
    try:
        found = sheet_plain.sheet(data, shared.texts, shared.styles)
    except sheet_plain.NotPlain:
        return None
    # Another sheet may not be plain: then the value reader lays out this one, too.
    extent = around(found.cells)
    elsewhere = [*found.errors, *found.uncached]
    whole = around([*found.cells, *elsewhere]) if elsewhere else extent
    if whole.area > MOST_CELLS:
        raise _too_far(part)
    told = SheetFacts(found.errors, found.uncached, merges=found.merges, cells=found.cells, extent=extent)
    if _has_hidden(data):
        parsed = _parse(data)
        told.hidden_rows, told.hidden_columns = parsed.hidden_rows, parsed.hidden_columns
    return told


def _has_hidden(data: bytes) -> bool:
    return b"hidden=" in data and any(sign in data for sign in _HIDDEN)


def _is_telling(data: bytes) -> bool:
    """Whether a sheet may have error cells, formulas without a value, hidden rows or columns.

    Each search goes through all of the part, so that the cheap ones come first and save others.
    """
    if b't="e"' in data or (b"'" in data and b" r='" in data):
        return True
    if _has_hidden(data):
        return True
    # Where every cell that is not blank ends with a value, only an empty value remains to be seen.
    signs = _NO_VALUE[2:3] if data.count(b"</v></c>") == data.count(b"</c>") else _NO_VALUE
    return any(sign in data for sign in signs) or _has_prefix(data)


# ---- bounds ------------------------------------------------------------------------------------------------


def _refuse_large(data: bytes, part: str) -> None:
    """The value reader lays out all cells between the first and the last value: far corners take all memory.

    Blank cells that only carry a format do no harm.
    """
    if data.count(b"mergeCell ", max(data.rfind(b"sheetData"), 0)) > MOST_MERGES:
        raise TooLarge(f"{part}: merged cells")
    many = len(data) > FAR_ROW * len("<row/>") and data.count(b"<row") > FAR_ROW
    if not (many or _is_odd(data) or _FAR.search(data)):
        return
    top, left, bottom, right = MOST_CELLS, MOST_CELLS, -1, -1
    for row, column, cell in _cells(data, SheetFacts()):
        if len(cell):
            top, left = min(top, row), min(left, column)
            bottom, right = max(bottom, row), max(right, column)
            if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
                raise _too_far(part)


def _too_far(part: str) -> TooLarge:
    return TooLarge(f"{part}: cells too far apart")


def _is_odd(data: bytes) -> bool:
    """Whether a sheet is written as no spreadsheet program does, so that patterns may not see its cells."""
    head = data.find(b"sheetData")
    if _has_prefix(data) or b"r =" in data:
        return True
    if b"'" in data and b"r='" in data:
        return True
    breaks = (b"\n", b"\r", b"\t")
    return any(data.find(sign, head) >= 0 and sign + b"r=" in data for sign in breaks)


def _has_prefix(data: bytes) -> bool:
    """Whether the tags have a namespace prefix, as no spreadsheet program writes them."""
    head = data.find(b"sheetData")
    return data[max(head - 1, 0) : head] == b":"


class _Texts:
    """The shared texts, how much text the cells come to with them, and the cell styles.

    ``texts`` and ``styles`` are None where their part is not written the usual way.
    """

    def __init__(self, package: Package) -> None:
        data, self.looks = _related(package, "sharedStrings"), _related(package, "styles")
        self.texts, self.styles = self._read(data, self.looks)
        if not package.relations(""):
            self.texts = None
        if self.texts is None:
            self.longest = max(self._lengths(data))
        else:
            self.longest = max(map(len, self.texts.values()), default=0)
        self.data = data
        self.total = 0

    @staticmethod
    def _read(texts: bytes, styles: bytes) -> tuple[dict[bytes, str] | None, sheet_plain.Styles | None]:
        try:
            of_cells = sheet_plain.styles(styles) if styles else sheet_plain.Styles()
            return sheet_plain.shared_texts(texts) if texts else {}, of_cells
        except sheet_plain.NotPlain:
            return None, None

    @staticmethod
    def _lengths(data: bytes) -> list[int]:
        return [len(text) for text in re.split(rb"</(?:\w+:)?si\s*>", data)]

    def count(self, data: bytes, part: str) -> None:
        """Add a sheet. Raises `TooLarge` when its cells come to too much text."""
        cells = len(data) // _SHORTEST_CELL
        if self.total + cells * self.longest > _MOST_TEXT:
            lengths = self._lengths(self.data)
            for match in _STRING_CELL.finditer(data):
                index = int(match[1])
                self.total += lengths[index] if index < len(lengths) else 0
        if self.total > _MOST_TEXT:
            raise TooLarge(f"{part}: {self.total:,} characters")


def _related(package: Package, kind: str) -> bytes:
    """The part of the workbook of that kind; nothing where there is none."""
    parts = (r.target for r in package.relations(package.workbook) if r.kind == kind)
    part = next((p for p in parts if p in package), None)
    return package.read(part) if part else b""


# ---- facts -------------------------------------------------------------------------------------------------


def _parse(data: bytes, styles: Mapping[bytes, str] = MappingProxyType({})) -> SheetFacts:
    found, shown = SheetFacts(), {style.decode(): how for style, how in styles.items()}
    for row, column, cell in _cells(data, found):
        formula, value = cell.find("{*}f"), cell.find("{*}v")
        stored = value is not None and bool(value.text)
        if cell.get("t") == "e":
            found.errors[row, column] = (value.text if value is not None else None) or "#N/A"
        # Excel stores an empty text result as t="str" with an empty value: that is calculated.
        elif formula is not None and not stored and cell.get("t") != "str":
            found.uncached.add((row, column))
        if how := shown.get(cell.get("s")):
            found.shown[row, column] = how
    return found


def _cells(data: bytes, found: SheetFacts) -> Iterator[tuple[int, int, Any]]:
    """Cells with their places; a missing ``r`` means the next place, as the format says.

    Row by row, each forgotten when done: a tree of the whole part would take twenty times its size. Hidden
    rows and columns are put into ``found``.
    """
    from lxml import etree

    wanted = ("{*}row", "{*}col")
    number, hidden_rows, hidden_columns = -1, set[int](), set[int]()
    for _, element in etree.iterparse(
        io.BytesIO(data), tag=wanted, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    ):
        hidden = element.get("hidden") in ("1", "true")
        if element.tag.endswith("col"):
            if hidden:
                first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden_columns.update(range(max(first - 1, 0), min(last, _LAST_COLUMN)))
            continue
        number = int(element.get("r")) - 1 if element.get("r") else number + 1
        if hidden:
            hidden_rows.add(number)
        yield from _row_cells(number, element)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    found.hidden_rows, found.hidden_columns = frozenset(hidden_rows), frozenset(hidden_columns)


def _row_cells(number: int, row: Any) -> Iterator[tuple[int, int, Any]]:
    column = -1
    for cell in row.iter("{*}c"):
        reference = cell.get("r")
        if reference:
            spot = _spot(reference)
            # The cell's own row counts where the two differ, as for the value reader.
            number, column = spot if spot[0] >= 0 else (number, spot[1])
        else:
            column += 1
        yield number, column, cell


def _spot(reference: str) -> Spot:
    column = row = 0
    for char in reference[:12]:
        if char.isdigit():
            row = row * 10 + int(char)
        else:
            column = column * 26 + ord(char.upper()) - 64
    return row - 1, column - 1


def _sizes(data: bytes) -> Sizes:
    """The widths and heights, by pattern: only the place of drawings depends on them."""
    head = data[: max(data.find(b"sheetData"), 0)]
    usual = _attributes(match[1]) if (match := _FORMAT.search(head)) else {}
    columns: dict[int, float] = {}
    for match in _COLUMN.finditer(head):
        told = _attributes(match[1])
        first, last = int(_float(told.get(b"min"), 1)) - 1, int(_float(told.get(b"max"), 1))
        width = 0.0 if _is_hidden(told) else _float(told.get(b"width"), 9.0)
        columns.update(dict.fromkeys(range(max(first, 0), min(last, _LAST_COLUMN)), width))
    rows: dict[int, float] = {}
    number = -1
    for match in _ROW.finditer(data):
        told = _attributes(match[1])
        number = int(_float(told.get(b"r"), number + 2)) - 1
        if _is_hidden(told):
            rows[number] = 0.0
        elif b"ht" in told:
            rows[number] = _float(told[b"ht"], 13.5)
    width, height = _float(usual.get(b"defaultColWidth"), 9.0), _float(usual.get(b"defaultRowHeight"), 13.5)
    return Sizes(columns, rows, width, height)


def _is_hidden(told: dict[bytes, bytes]) -> bool:
    return told.get(b"hidden") in (b"1", b"true")


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))


def _float(text: bytes | None, default: float) -> float:
    try:
        number = float(text or default)
    except ValueError:
        return default
    return number if 0 <= number < 1e6 else default
