"""A workbook to be changed part by part: its sheets, names, formats. All else keeps its bytes."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from lxml import etree

from workbook.errors import Unchangeable
from workbook.grid import Spot, address, spot_of
from workbook.parts.notes import Notes
from workbook.parts.package import Package
from workbook.parts.sheet import Sheet
from workbook.parts.styles import Styles
from workbook.parts.xml import (
    child,
    drop,
    insert,
    local,
    make,
    make_relating,
    namespace,
    office,
    text_of,
    unset,
)

_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches",
    "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PLACE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?\d+)(?::.*)?")
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31


class Book:
    """A workbook opened for changes. Nothing is written before `save`.

    Raises `Unchangeable` for a file that is no .xlsx or .xlsm, is signed, broken or too large.
    """

    ORDER = _ORDER
    """The children of the workbook's element, as the format orders them."""

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        self.root = self.package.tree(self.package.workbook)
        self._sheets: dict[str, Sheet] = {}
        self._must_calculate = False
        styles = self.package.related(self.package.workbook, "styles")
        if styles is None or styles not in self.package:
            raise Unchangeable("broken", "styles")
        self.styles = Styles(self.package, styles)

    @classmethod
    def open(cls, path: Path | str) -> Book:
        """The book of a file; the file itself is never changed."""
        return cls(Path(path).read_bytes())

    def save(self, path: Path | str) -> None:
        """Write the changed book, whole or not at all."""
        self.package.save(path)

    def to_bytes(self) -> bytes:
        """The changed book."""
        return self.package.to_bytes()

    @property
    def main(self) -> str:
        """The main namespace: Strict files have one of their own."""
        return namespace(self.root)

    # -- sheets --

    def sheet_names(self) -> list[str]:
        """All worksheets, in order."""
        return [name for name, _ in self._listed()]

    def sheet(self, name: str) -> Sheet:
        """A worksheet. Raises `Unchangeable` when there is none of that name."""
        if name not in self._sheets:
            part = dict(self._listed()).get(name)
            if part is None:
                raise Unchangeable("no_sheet", name)
            self._sheets[name] = Sheet(self, name, part)
        return self._sheets[name]

    def notes(self, name: str) -> Notes:
        """The notes of a worksheet."""
        return Notes(self.sheet(name))

    def free_sheet_name(self, wanted: str) -> str:
        """``wanted``, or ``wanted (2)`` … where that is taken; letters that Excel forbids left out."""
        wanted = _NOT_IN_A_NAME.sub("", wanted).strip("'")[:LONGEST_NAME] or "Sheet"
        taken = {e.get("name", "").lower() for e in self._sheet_elements()}
        name, number = wanted, 1
        while name.lower() in taken:
            number += 1
            name = f"{wanted[: LONGEST_NAME - 5]} ({number})"
        return name

    def add_sheet(self, name: str, xml: bytes, *, state: str = "", at: int | None = None) -> None:
        """A new worksheet behind the others, or number ``at`` (from 0). ``state``: hidden or veryHidden."""
        package = self.package
        folder = package.workbook.rpartition("/")[0]
        part = package.free_name(f"{folder}/worksheets/sheet{{}}.xml" if folder else "worksheets/sheet{}.xml")
        package.add(part, xml, _SHEET_TYPE)
        ident = package.relate(package.workbook, "worksheet", part)
        self._change()
        elements = self._sheet_elements()
        holder = child(self.root, "sheets")
        assert holder is not None
        sheet = make_relating(self.root, "sheet", ident)
        sheet.set("name", name)
        sheet.set("sheetId", str(max((int(e.get("sheetId", "0")) for e in elements), default=0) + 1))
        if state:
            sheet.set("state", state)
        at = len(elements) if at is None else at
        holder.insert(at, sheet)
        if at < len(elements):
            self._shift(at, 1)

    def remove_sheet(self, name: str) -> None:
        """Take a worksheet out, with its part, its notes and the names that count on it alone."""
        elements = self._sheet_elements()
        at = next((i for i, e in enumerate(elements) if e.get("name") == name), None)
        part = dict(self._listed()).get(name)
        if at is None or part is None:
            raise Unchangeable("no_sheet", name)
        for _, kind, target in self.package.relations(part):
            if kind in ("comments", "vmlDrawing", "printerSettings") and target in self.package:
                self.package.remove(target)
        self.package.unrelate(self.package.workbook, part)
        self.package.remove(part)
        self._change()
        drop(elements[at])
        self._sheets.pop(name, None)
        self._shift(at, -1)

    # -- names --

    def names(self) -> dict[str, str]:
        """What the book's names stand for; those of single sheets are left out."""
        holder = child(self.root, "definedNames")
        items = [] if holder is None else [e for e in holder if e.get("localSheetId") is None]
        return {e.get("name", ""): e.text or "" for e in items}

    def define(self, name: str, sheet: str, spot: Spot, *, hidden: bool = True) -> None:
        """A name for a cell: it follows the cell when rows are put in. It takes the place of an older one."""
        self.undefine(name)
        letters, digits = _split(address(*spot))
        shown = {"hidden": "1"} if hidden else {}
        self._put_name({"name": name, **shown}, f"{quoted(sheet)}!${letters}${digits}")

    def repeat_row(self, sheet: str, row: int) -> None:
        """Print a row of a sheet (from 0) at the head of each page; the name goes with the sheet."""
        at = next(i for i, element in enumerate(self._sheet_elements()) if element.get("name") == sheet)
        area = f"{quoted(sheet)}!${row + 1}:${row + 1}"
        self._put_name({"name": "_xlnm.Print_Titles", "localSheetId": str(at)}, area)

    def _put_name(self, attributes: dict[str, str], reference: str) -> None:
        self._change()
        holder = child(self.root, "definedNames")
        if holder is None:
            holder = make(self.root, "definedNames")
            insert(self.root, holder, _ORDER)
        element = make(holder, "definedName", attributes)
        element.text = reference
        # Excel wants them in the order of the alphabet.
        behind = (e for e in holder if e.get("name", "").upper() > attributes["name"].upper())
        first = next(behind, None)
        if first is None:
            holder.append(element)
        else:
            first.addprevious(element)

    def has_empty_names(self) -> bool:
        """Whether there is a list of names with none in it, as openpyxl writes."""
        holder = child(self.root, "definedNames")
        return holder is not None and not len(holder)

    def undefine(self, name: str, *, keep_empty: bool = False) -> None:
        """Take a name of the book away, if there is one; and the list of names with its last one."""
        holder = child(self.root, "definedNames")
        for element in [] if holder is None else list(holder):
            if element.get("name") == name and element.get("localSheetId") is None:
                self._change()
                drop(element)
        if holder is not None and not len(holder) and not keep_empty:
            drop(holder)

    def place_of(self, name: str) -> tuple[str, Spot] | None:
        """Sheet and cell that a name stands for; None when there is no such name or its cell is gone."""
        return place(self.names().get(name, ""))

    # -- texts --

    def shared_text(self, index: int) -> str:
        """A shared text, without its furigana."""
        items = self._shared_items
        return text_of(items[index]) if index < len(items) else ""

    def shared_item(self, cell: etree._Element) -> etree._Element | None:
        """The shared text that a cell of the kind ``s`` shows."""
        value = child(cell, "v")
        index = int(value.text or -1) if value is not None else -1
        return self._shared_items[index] if 0 <= index < len(self._shared_items) else None

    @functools.cached_property
    def _shared_items(self) -> list[etree._Element]:
        part = self.package.related(self.package.workbook, "sharedStrings")
        return [] if part is None or part not in self.package else list(self.package.tree(part))

    # -- calculation --

    def value_changed(self) -> None:
        """Have everything calculated when the book is next opened, if it calculates anything."""
        if self._must_calculate:
            return
        self._must_calculate = True
        if any(self._calculates(part) for _, part in self._listed()):
            self._change()
            calc = child(self.root, "calcPr")
            if calc is None:
                calc = make(self.root, "calcPr")
                insert(self.root, calc, _ORDER)
            calc.set("fullCalcOnLoad", "1")

    def drop_calculation_chain(self) -> None:
        """Forget the order of calculation, which Excel makes anew: it would name a formula that is gone."""
        part = self.package.related(self.package.workbook, "calcChain")
        if part is not None:
            self.package.unrelate(self.package.workbook, part)
            self.package.remove(part)

    # -- inside --

    def _calculates(self, part: str) -> bool:
        data = self.package.read(part)
        return b"<f>" in data or b"<f " in data or b":f>" in data or b":f " in data

    def _change(self) -> None:
        self.package.change(self.package.workbook)

    def _sheet_elements(self) -> list[etree._Element]:
        holder = child(self.root, "sheets")
        return [e for e in holder if local(e) == "sheet"] if holder is not None else []

    def _listed(self) -> list[tuple[str, str]]:
        """Name and part of each worksheet; sheets of charts and dialogs are none."""
        relations = self.package.relations(self.package.workbook)
        parts = {ident: target for ident, kind, target in relations if kind == "worksheet"}
        ident = f"{{{office(self.main)}}}id"
        pairs = [(e.get("name", ""), parts.get(e.get(ident, ""), "")) for e in self._sheet_elements()]
        return [(name, part) for name, part in pairs if part and part in self.package]

    def _shift(self, at: int, by: int) -> None:
        """Names and views count sheets: after a sheet came (+1) or went (-1) as number ``at``."""
        for element in list(self.root.iter(f"{{{self.main}}}definedName")):
            number = element.get("localSheetId")
            if number is not None and by < 0 and int(number) == at:
                drop(element)
            elif number is not None and int(number) >= at:
                element.set("localSheetId", str(int(number) + by))
        last = len(self._sheet_elements()) - 1
        for view in self.root.iter(f"{{{self.main}}}workbookView"):
            for name in ("activeTab", "firstSheet"):
                old = int(view.get(name, "0"))
                comes_before = old > at or (old == at and by > 0 and name == "activeTab")
                new = min(old + by if comes_before else old, last)
                if new != old:
                    view.set(name, str(new))
                    if new == 0:
                        unset(view, name)  # as it is where nothing was moved


def quoted(sheet: str) -> str:
    """A sheet's name as a reference writes it.

    >>> quoted("評価シート"), quoted("J's")
    ("'評価シート'", "'J''s'")
    """
    return "'" + sheet.replace("'", "''") + "'"


def place(reference: str) -> tuple[str, Spot] | None:
    """Sheet and cell of a reference such as ``'評価シート'!$AB$45``; None for anything else.

    >>> place("評価シート!C2")
    ('評価シート', (1, 2))
    """
    match = _PLACE.fullmatch(reference)
    if not match or "#REF" in reference:
        return None
    name = match[1].replace("''", "'") if match[1] else match[2]
    return name, spot_of(match[3])


def _split(cell: str) -> tuple[str, str]:
    letters = cell.rstrip("0123456789")
    return letters, cell[len(letters) :]
