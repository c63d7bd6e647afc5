"""Facts of an .ods that the value reader does not give: merges, errors, what is hidden or shown, ticks."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from typing import Any

from workbook.controls import Box, Control, Kind
from workbook.facts import MOST_CELLS, MOST_MERGES, SheetFacts
from workbook.grid import Rect
from workbook.package import Encrypted, Package, TooLarge
from workbook.sizes import PIXEL, Sizes

_EMU = {"in": 914_400, "cm": 360_000, "mm": 36_000, "pt": 12_700, "pc": 152_400, "px": PIXEL}
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,12})?)(in|cm|mm|pt|pc|px)")
_MOST_REPEATED = 2**20
_LAST_ROW, _LAST_COLUMN = 20_000, 1024
_POINT, _CHARACTER = 12_700, 8 * PIXEL
_BOOLEANS = {"TRUE": True, "FALSE": False}
_WHOLE, _DIGITS = re.compile("-?[0-9]{1,15}"), re.compile("[0-9]+")
_PADDED = re.compile("0[0-9]{1,14}")
"""A number that is filled up with zeros."""
_ROUND = frozenset(("ellipse", "circle", "mso-spt3", "mso-spt23", "ring"))


def facts(package: Package) -> dict[str, SheetFacts]:
    """The facts of each sheet, by sheet name. Raises `Unsafe`, `TooLarge`, or what broken XML gives."""
    if "META-INF/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise Encrypted
    data = package.read("content.xml")
    return dict(_Content(data).sheets())


@dataclasses.dataclass(slots=True)
class _Draw:
    """A control or oval as drawn: its place from the sheet's corner, or from that of ``cell``."""

    what: str
    x: int
    y: int
    width: int
    height: int
    cell: tuple[int, int] | None


class _Content:
    """Reads content.xml table by table; each row is forgotten when done."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lengths: dict[str, int] = {}

    def sheets(self) -> Iterator[tuple[str, SheetFacts]]:
        from lxml import etree

        tags = ("style", "forms", "shapes", "table-column", "table-row", "table")
        table: _Table | None = None
        for event, element in etree.iterparse(
            io.BytesIO(self.data), events=("start", "end"), tag=[f"{{*}}{t}" for t in tags],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        ):  # fmt: skip
            tag = _local(element)
            if event == "start":
                # A table within a cell or a shape is no sheet.
                if tag == "table" and table is None and _local(element.getparent()) == "spreadsheet":
                    table = _Table(self.lengths)
                continue
            if tag == "style":
                self._style(element)
            elif table is not None and tag == "table" and _local(element.getparent()) == "spreadsheet":
                yield _get(element, "name"), table.facts()
                table = None
                element.clear()
            elif table is not None and tag != "table":
                self._part(table, tag, element)

    def _style(self, style: Any) -> None:
        for properties in style:
            for name in ("column-width", "row-height"):
                if length := _get(properties, name):
                    self.lengths[_get(style, "name")] = _emu(length)

    def _part(self, table: _Table, tag: str, element: Any) -> None:
        if tag == "forms":
            table.read_forms(element)
        elif tag == "shapes":
            table.draw(element, None)
        elif tag == "table-column":
            table.column(element)
        elif tag == "table-row":
            table.row(element)
            element.clear()


class _Table:
    """One sheet."""

    def __init__(self, lengths: dict[str, int]) -> None:
        self.lengths = lengths
        self.told = SheetFacts()
        self.merges: list[Rect] = []
        self.hidden: tuple[set[int], set[int]] = set(), set()
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}
        self.at_row = self.at_column = 0
        self.ends: tuple[int, int, int, int] | None = None
        self.forms: dict[str, Control] = {}
        self.drawn: list[_Draw] = []

    def facts(self) -> SheetFacts:
        told = self.told
        told.merges = tuple(self.merges)
        told.hidden_rows, told.hidden_columns = map(frozenset, self.hidden)
        told.sizes = Sizes(self.widths, self.heights)
        told.controls = list(self._controls())
        return told

    def column(self, column: Any) -> None:
        count = _count(column, "number-columns-repeated")
        for index in range(self.at_column, min(self.at_column + count, _LAST_COLUMN)):
            self.widths[index] = self.lengths.get(_get(column, "style-name"), 9 * _CHARACTER) / _CHARACTER
            if _get(column, "visibility") in ("collapse", "filter"):
                self.hidden[1].add(index)
                self.widths[index] = 0.0
        self.at_column += count

    def row(self, row: Any) -> None:
        """One row element, which may stand for many rows."""
        count = _count(row, "number-rows-repeated")
        for index in range(self.at_row, min(self.at_row + count, _LAST_ROW)):
            self.heights[index] = self.lengths.get(_get(row, "style-name"), 13 * _POINT) / _POINT
            if _get(row, "visibility") in ("collapse", "filter"):
                self.hidden[0].add(index)
                self.heights[index] = 0.0
        column = 0
        for cell in row:
            if _local(cell) in ("table-cell", "covered-table-cell"):
                columns = _count(cell, "number-columns-repeated")
                # A blank merged block counts, too: it shows where a value belongs.
                if len(cell) or _get(cell, "value-type") or _get(cell, "number-columns-spanned"):
                    self._cell(cell, column, columns, count)
                column += columns
                if column > _MOST_REPEATED:
                    raise TooLarge("columns")
        self.at_row += count

    def _cell(self, cell: Any, column: int, columns: int, rows: int) -> None:
        self._spread(column, columns, rows)
        spans = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        text = "".join(cell.find("{*}p").itertext()) if cell.find("{*}p") is not None else ""
        for row in range(self.at_row, self.at_row + rows):
            for at in range(column, column + columns):
                if spans != (1, 1):
                    self.merges.append(Rect(row, at, row + spans[0] - 1, at + spans[1] - 1))
                    if len(self.merges) > MOST_MERGES:
                        raise TooLarge("merged cells")
                # LibreOffice stores most booleans as numbers that are shown as words.
                if text in _BOOLEANS and _get(cell, "value") in ("0", "1"):
                    self.told.booleans[row, at] = _BOOLEANS[text]
                if shows := _how(cell, text):
                    self.told.shown[row, at] = shows
                if _is_error(cell, text):
                    self.told.errors[row, at] = text or "#N/A"
        if _get(cell, "formula") and not _get(cell, "value-type"):
            self.told.uncached.add((self.at_row, column))
        self.draw(cell, (self.at_row, column))

    def _spread(self, column: int, columns: int, rows: int) -> None:
        """The value reader lays out all cells between the first and the last one that holds something."""
        top, left, bottom, right = self.ends or (self.at_row, column, 0, 0)
        bottom, right = max(bottom, self.at_row + rows - 1), max(right, column + columns - 1)
        self.ends = min(top, self.at_row), min(left, column), bottom, right
        if (bottom - self.ends[0] + 1) * (right - self.ends[1] + 1) > MOST_CELLS:
            raise TooLarge("cells too far apart")

    # -- ticks --

    def read_forms(self, forms: Any) -> None:
        for control in forms.iter("{*}checkbox", "{*}radio"):
            is_check = _local(control) == "checkbox"
            if is_check:
                said = _get(control, "current-state") or _get(control, "state") or "unchecked"
                state = {"checked": True, "unchecked": False}.get(said)
            else:
                state = (_get(control, "current-selected") or _get(control, "selected")) == "true"
            sheet, _, cell = _get(control, "linked-cell").rpartition(".")
            link = f"{sheet.lstrip('$')}!{cell}" if sheet else cell
            kind: Kind = "check" if is_check else "option"
            reason = "" if state is not None else "mixed"
            made = Control(kind, None, state, _get(control, "label"), link, reason=reason)
            self.forms[_get(control, "id")] = made

    def draw(self, holder: Any, cell: tuple[int, int] | None) -> None:
        """Remember the controls and ovals drawn in a cell, or on the sheet."""
        for shape in holder.iter("{*}control", "{*}ellipse", "{*}circle", "{*}custom-shape"):
            tag = _local(shape)
            what = _get(shape, "control") if tag == "control" else "oval"
            geometry = shape.find("{*}enhanced-geometry")
            if tag == "custom-shape" and (geometry is None or _get(geometry, "type") not in _ROUND):
                continue
            if what == "oval" and "".join(shape.itertext()).strip():
                continue
            x, y, width, height = (_emu(_get(shape, name)) for name in ("x", "y", "width", "height"))
            self.drawn.append(_Draw(what, x, y, width, height, cell))

    def _controls(self) -> Iterator[Control]:
        for drawn in self.drawn:
            x, y = drawn.x, drawn.y
            if drawn.cell is not None:
                left, top = self.told.sizes.point(drawn.cell[1], 0, drawn.cell[0], 0)
                x, y = left + x, top + y
            box = Box(x, y, x + drawn.width, y + drawn.height)
            if drawn.what == "oval":
                yield Control("oval", box, True)
            elif control := self.forms.pop(drawn.what, None):
                control.box = box
                yield control


def _how(cell: Any, text: str) -> str:
    """How a cell shows its number, told by its text; "" where it shows it as it is."""
    kind, value = _get(cell, "value-type"), _get(cell, "value")
    if kind == "percentage":
        return "%"
    if kind not in ("float", "currency") or not _WHOLE.fullmatch(value):
        return ""
    if _PADDED.fullmatch(text) and int(text) == int(value):
        return "0" * len(text)
    figure = "".join(_DIGITS.findall(text))
    thousands = (abs(int(value)) + 500) // 1000
    return "," if thousands and figure == str(thousands) else ""


def _is_error(cell: Any, text: str) -> bool:
    kinds = [v for k, v in cell.attrib.items() if k.endswith("}value-type")]
    if "error" in kinds:
        return True
    return bool(_get(cell, "formula")) and text.startswith(("#", "Err:")) and "string" in kinds


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if element is not None else ""


def _get(element: Any, name: str) -> str:
    """An attribute by its local name."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def _count(element: Any, name: str) -> int:
    text = _get(element, name)
    number = int(text) if text.isdigit() and len(text) < 10 else 1
    if number > _MOST_REPEATED + 1:
        raise TooLarge(name)
    return max(1, number)


def _emu(text: str) -> int:
    match = _LENGTH.fullmatch(text)
    return int(float(match[1]) * _EMU[match[2]]) if match else 0
