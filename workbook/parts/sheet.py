"""One worksheet's part: values and formats of single cells."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from lxml import etree

from workbook.errors import Unchangeable
from workbook.grid import Rect, Spot, address, spot_of
from workbook.parts.xml import child, drop, insert, local, make, namespace, set_text, text_of, unset

if TYPE_CHECKING:
    from workbook.parts.book import Book

ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks",
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF",
    "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
LONGEST_TEXT = 32767
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
Content = str | int | float | Decimal | bool | None
_CONTENT = frozenset({"f", "v", "is"})


class Sheet:
    """A worksheet to be changed. Rows and columns are counted from 0, as in `workbook.grid`."""

    def __init__(self, book: Book, name: str, part: str) -> None:
        self.book, self.name, self.part = book, name, part
        self.root = book.package.tree(part)
        data = child(self.root, "sheetData")
        if data is None:
            raise Unchangeable("broken", name)
        self._data = data
        self._c = f"{{{namespace(self.root)}}}c"
        self._rows: dict[int, etree._Element] = {}
        self._cells: dict[int, dict[int, etree._Element]] = {}
        self._arrays: list[Rect] | None = None
        self._index_rows()

    # -- looking --

    def text(self, spot: Spot) -> str:
        """What a cell says, as text; "" for a blank one."""
        cell = self._cell(spot)
        if cell is None:
            return ""
        kind, value = cell.get("t", "n"), child(cell, "v")
        if kind == "inlineStr":
            return text_of(child(cell, "is"))
        stored = (value.text or "") if value is not None else ""
        return self.book.shared_text(int(stored)) if kind == "s" and stored else stored

    def has_formula(self, spot: Spot) -> bool:
        """Whether a cell is calculated."""
        cell = self._cell(spot)
        return cell is not None and child(cell, "f") is not None

    def contents(self) -> Iterator[tuple[Spot, tuple[str, str]]]:
        """Every cell that is not blank: its formula ("" for none) and what it shows."""
        for row in sorted(self._rows):
            for column, cell in self._cells_of(row).items():
                formula = child(cell, "f")
                said = (formula.text or "") if formula is not None else "", self.text((row, column))
                if said != ("", ""):
                    yield (row, column), said

    def formulas(self) -> Iterator[tuple[Spot, etree._Element]]:
        """Every cell that holds a formula, with the formula's element."""
        for row in sorted(self._rows):
            for column, cell in self._cells_of(row).items():
                formula = child(cell, "f")
                if formula is not None:
                    yield (row, column), formula

    def result(self, spot: Spot) -> tuple[str, str | None]:
        """The stored kind and value of a cell as the part has them; None where nothing is stored."""
        cell = self._cell(spot)
        value = child(cell, "v") if cell is not None else None
        kind = cell.get("t", "n") if cell is not None else "n"
        return kind, (value.text or None) if value is not None else None

    def style(self, spot: Spot) -> int:
        """The format of a cell; of one that is not there, its row's or column's."""
        cell = self._cell(spot)
        if cell is not None:
            return int(cell.get("s", "0"))
        row = self._rows.get(spot[0])
        if row is not None and row.get("customFormat") in ("1", "true"):
            return int(row.get("s", "0"))
        return next((int(c.get("style", "0")) for c in self._columns() if _covers(c, spot[1])), 0)

    def highest_style(self) -> int:
        """The highest format that anything on the sheet has."""
        found = (int(e.get("s", "0")) for row in self._rows.values() for e in (row, *row))
        columns = (int(c.get("style", "0")) for c in self._columns())
        return max((*found, *columns), default=0)

    def used_rows(self) -> Iterator[int]:
        """The rows that are there, in order."""
        yield from sorted(self._rows)

    def across(self, column: int, points: int) -> int:
        """The column that lies so many points right of the beginning of another."""
        standard, stated = self._widths
        left = float(points)
        while left > 0 and column < _LAST_COLUMN:
            left -= next((width for first, last, width in stated if first <= column <= last), standard)
            column += 1
        return column

    def down(self, row: int, points: int) -> int:
        """The row that lies so many points beneath the beginning of another."""
        standard = float(self._format("defaultRowHeight") or 15)
        left = float(points)
        while left > 0 and row < _LAST_ROW:
            stated = self._rows.get(row)
            left -= float(stated.get("ht") or standard) if stated is not None else standard or 15
            row += 1
        return row

    # -- changing --

    def put(self, spot: Spot, value: Content) -> None:
        """Set a cell's value; its format stays. Raises `Unchangeable` for what hangs together with others."""
        cell = self._to_overwrite(spot)
        if cell is None:
            if value is None:
                return
            cell = self._made(spot)
        self._empty(cell)
        if isinstance(value, str):
            self._put_text(cell, value, spot)
        elif value is not None:
            if isinstance(value, bool):
                cell.set("t", "b")
            etree.SubElement(cell, f"{{{namespace(cell)}}}v").text = _number(value)
        self.book.value_changed()

    def copy_value(self, source: Spot, target: Spot) -> None:
        """Give a cell what another shows, as typed. A formula in ``target`` stays, its result moves."""
        cell, other = self._cell(target), self._cell(source)
        if cell is not None and child(cell, "f") is not None:
            self._copy_result(other, cell)
            return
        self.put(target, None)
        if other is None or not any(local(e) in ("v", "is") for e in other):
            return
        cell = self._made(target) if cell is None else cell
        self._copy_result(other, cell)

    def set_result(self, spot: Spot, text: str) -> None:
        """Give a formula another stored result, "" for a blank one, until it is next calculated."""
        cell = self._cell(spot)
        if cell is None or child(cell, "f") is None:
            return
        self._copy_result(None, cell)
        cell.set("t", "str")
        etree.SubElement(cell, f"{{{namespace(cell)}}}v").text = text

    def freeze(self, spot: Spot) -> None:
        """Leave what a cell shows in the place of its formula. Nothing has to be calculated for that."""
        cell = self._cell(spot)
        formula = child(cell, "f") if cell is not None else None
        if cell is None or formula is None:
            return
        self.changed()
        self.book.drop_calculation_chain()
        shown = self.text(spot)
        kind = cell.get("t")
        drop(formula)
        unset(cell, "cm")  # says that an array spills, which a value does not
        if kind == "str":
            self._empty(cell)
            if shown:
                self._put_text(cell, shown, spot)

    def names_style(self, spot: Spot) -> bool:
        """Whether the cell itself says which format it has: some programs say even that it has none."""
        cell = self._cell(spot)
        return cell is not None and "s" in cell.attrib

    def set_style(self, spot: Spot, style: int | None) -> bool:
        """Give a cell a format, or None to say none. Tells whether the cell had to be made for it."""
        cell = self._cell(spot)
        made = cell is None
        if cell is None:
            cell = self._made(spot)
        self.changed()
        if style is None:
            unset(cell, "s")
        else:
            cell.set("s", str(style))
        return made

    def spans(self, row: int) -> str:
        """The columns that a row says it covers; "" where it says nothing."""
        element = self._rows.get(row)
        return element.get("spans", "") if element is not None else ""

    def drop_cell(self, spot: Spot, spans: str = "") -> None:
        """Take a blank cell away, with its row where that says nothing else; it gets ``spans`` again."""
        cell, row = self._cell(spot), self._rows.get(spot[0])
        if cell is None or row is None or len(cell):
            return
        self.changed()
        drop(cell)
        self._cells.pop(spot[0], None)
        if not len(row) and set(row.attrib) <= {"r"}:
            drop(row)
            del self._rows[spot[0]]
        elif spans and row.get("spans"):
            row.set("spans", spans)

    def paint_runs(self, spot: Spot, colour: str) -> None:
        """Give the letters of a text with formats of its own a colour, RRGGBB; other cells are left alone."""
        cell = self._cell(spot)
        if cell is None or cell.get("t") not in ("s", "inlineStr"):
            return
        item = child(cell, "is") if cell.get("t") == "inlineStr" else self.book.shared_item(cell)
        if item is None or child(item, "r") is None:
            return
        self.changed()
        own = make(self.root, "is")
        own.extend([etree.fromstring(etree.tostring(e, with_tail=False)) for e in item])
        for run in own.iter(f"{{{namespace(own)}}}rPr"):
            for old in run.findall(f"{{{namespace(own)}}}color"):
                run.remove(old)
            insert(run, make(run, "color", {"rgb": f"FF{colour}"}), _RUN_ORDER)
        for old in [e for e in cell if local(e) in ("v", "is")]:
            cell.remove(old)
        cell.set("t", "inlineStr")
        cell.append(own)

    def link(self, spot: Spot, location: str) -> None:
        """An internal link from a cell: ``'評価シート'!AB45``. It takes the place of one that was there."""
        self.changed()
        links = child(self.root, "hyperlinks")
        if links is None:
            links = make(self.root, "hyperlinks")
            insert(self.root, links, ORDER)
        here = address(*spot)
        for old in [e for e in links if e.get("ref") == here]:
            drop(old)
        links.append(make(links, "hyperlink", {"ref": here, "location": location}))

    def changed(self) -> None:
        """Note that this part is no longer as it was."""
        self.book.package.change(self.part)

    # -- inside --

    def _index_rows(self) -> None:
        number = -1
        for row in self._data:
            if local(row) == "row":
                stated = row.get("r")
                number = int(stated) - 1 if stated else number + 1
                self._rows[number] = row

    def _cell(self, spot: Spot) -> etree._Element | None:
        return self._cells_of(spot[0]).get(spot[1])

    def _cells_of(self, number: int) -> dict[int, etree._Element]:
        known = self._cells.get(number)
        if known is None:
            known = self._cells[number] = {}
            column = -1
            for cell in self._rows.get(number, ()):
                if cell.tag == self._c:
                    stated = cell.get("r")
                    column = column_of(stated) if stated else column + 1
                    known[column] = cell
        return known

    def _format(self, name: str) -> str | None:
        element = child(self.root, "sheetFormatPr")
        return element.get(name) if element is not None else None

    @functools.cached_property
    def _widths(self) -> tuple[float, list[tuple[int, int, float]]]:
        """The usual width of a column, and those that are stated from one column to another, in points."""

        def points(width: float) -> float:
            return (width * 7 + 5) * 0.75

        usual = float(self._format("defaultColWidth") or self._format("baseColWidth") or 8.43)
        stated = []
        for column in self._columns():
            width = (
                0 if column.get("hidden") in ("1", "true") else points(float(column.get("width") or usual))
            )
            stated.append((int(column.get("min", "1")) - 1, int(column.get("max", "1")) - 1, width))
        return points(usual), stated

    def _columns(self) -> Iterator[etree._Element]:
        columns = child(self.root, "cols")
        yield from columns if columns is not None else ()

    def _made(self, spot: Spot) -> etree._Element:
        """A new blank cell at its place."""
        self.changed()
        style = self.style(spot)
        row, cells = self._row_made(spot[0]), self._cells_of(spot[0])
        for column, other in cells.items():
            other.set("r", address(spot[0], column))  # a place that was only counted is now said
        cell = make(self.root, "c", {"r": address(*spot)})
        if style:
            cell.set("s", str(style))
        behind = [column for column in cells if column > spot[1]]
        if behind:
            cells[min(behind)].addprevious(cell)
        else:
            at = max((i for i, e in enumerate(row) if e.tag == self._c), default=-1)
            row.insert(at + 1, cell)
        cells[spot[1]] = cell
        first, _, last = row.get("spans", "").partition(":")
        if first.isdigit() and last.isdigit():
            row.set("spans", f"{min(int(first), spot[1] + 1)}:{max(int(last), spot[1] + 1)}")
        return cell

    def _row_made(self, number: int) -> etree._Element:
        if number in self._rows:
            return self._rows[number]
        for other, element in self._rows.items():
            element.set("r", str(other + 1))
        row = make(self.root, "row", {"r": str(number + 1)})
        behind = [other for other in self._rows if other > number]
        if behind:
            self._rows[min(behind)].addprevious(row)
        else:
            self._data.append(row)
        self._rows[number] = row
        self._cells.pop(number, None)
        return row

    def _to_overwrite(self, spot: Spot) -> etree._Element | None:
        """The cell, if nothing else is lost with its content."""
        where = f"{self.name}!{address(*spot)}"
        if any(_holds(rect, spot) for rect in self._array_ranges()):
            raise Unchangeable("array_formula", where)
        cell = self._cell(spot)
        formula = child(cell, "f") if cell is not None else None
        if formula is not None:
            shared = formula.get("si") if formula.get("t") == "shared" else None
            if shared is not None and formula.text and self._sharers(shared) > 1:
                raise Unchangeable("shared_formula", where)
            self.book.drop_calculation_chain()
        return cell

    def _array_ranges(self) -> list[Rect]:
        if self._arrays is None:
            formulas = self.root.iter(f"{{{namespace(self.root)}}}f")
            self._arrays = [
                rect_of(f.get("ref", ""))
                for f in formulas
                if f.get("t") in ("array", "dataTable") and f.get("ref")
            ]
        return self._arrays

    def _sharers(self, shared: str) -> int:
        formulas = self.root.iter(f"{{{namespace(self.root)}}}f")
        return sum(f.get("t") == "shared" and f.get("si") == shared for f in formulas)

    def _empty(self, cell: etree._Element) -> None:
        self.changed()
        for name in ("t", "cm", "vm"):
            unset(cell, name)
        for element in [e for e in cell if local(e) in _CONTENT]:
            drop(element)

    def _put_text(self, cell: etree._Element, value: str, spot: Spot) -> None:
        if len(value) > LONGEST_TEXT:
            raise Unchangeable("too_long", f"{self.name}!{address(*spot)}")
        cell.set("t", "inlineStr")
        inline = etree.SubElement(cell, f"{{{namespace(cell)}}}is")
        set_text(etree.SubElement(inline, f"{{{namespace(cell)}}}t"), value)

    def _copy_result(self, source: etree._Element | None, target: etree._Element) -> None:
        """Carry over what a cell shows, without its formula and format."""
        self.changed()
        self.book.value_changed()
        shown = [] if source is None else [e for e in source if local(e) in ("v", "is")]
        kind = source.get("t") if source is not None and shown else None
        calculated = child(target, "f") is not None
        if calculated and source is not None and kind in ("s", "inlineStr"):
            kind, shown = "str", [self._as_result(source)]
        elif not calculated and kind == "str" and source is not None:
            kind, shown = "inlineStr", [self._as_text(source)]
        for old in [e for e in target if local(e) in ("v", "is")]:
            target.remove(old)
        unset(target, "t")
        if kind:
            target.set("t", kind)
        at = 1 if calculated else 0
        for offset, element in enumerate(shown):
            target.insert(at + offset, etree.fromstring(etree.tostring(element, with_tail=False)))

    def _as_result(self, source: etree._Element) -> etree._Element:
        value = make(source, "v")
        value.text = self.text(spot_of(source.get("r", "")))
        return value

    def _as_text(self, source: etree._Element) -> etree._Element:
        inline = make(source, "is")
        value = child(source, "v")
        etree.SubElement(inline, f"{{{namespace(source)}}}t").text = value.text if value is not None else ""
        return inline


_RUN_ORDER = (
    "rFont", "charset", "family", "b", "i", "strike", "outline", "shadow", "condense", "extend", "color",
    "sz", "u", "vertAlign", "scheme",
)  # fmt: skip


def column_of(reference: str) -> int:
    """The column of an address, counted from 0."""
    return spot_of(reference)[1]


def rect_of(reference: str) -> Rect:
    """The block of a reference such as ``B2:C5``."""
    first, _, last = reference.partition(":")
    return Rect(*spot_of(first), *spot_of(last or first))


def _holds(rect: Rect, spot: Spot) -> bool:
    return rect.top <= spot[0] <= rect.bottom and rect.left <= spot[1] <= rect.right


def _covers(column: etree._Element, number: int) -> bool:
    return int(column.get("min", "1")) - 1 <= number <= int(column.get("max", "1")) - 1


def _number(value: int | float | Decimal | bool) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    return repr(value)
