"""What a book's macros are, from any format that Excel keeps them in. Nothing is run."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import olefile

from workbook import source
from workbook.errors import Refused
from workbook.formats import sheet_bin
from workbook.grid import address
from workbook.macros import controls, vba
from workbook.macros.controls import Clickable
from workbook.macros.model import Button, ButtonKind, Macros, Procedure
from workbook.package import Package, TooLarge, parse

LARGEST = 8 * 2**20
"""Bytes of a part with drawings."""
_CODE_NAME = re.compile(rb"""<(?:\w+:)?sheetPr\b[^>]*\bcodeName=["']([^"']*)["']""")
_CALL = re.compile(r"(?:(?P<book>\[\d+\]|'(?:[^']|'')+'|[^!']+)!)?(?P<macro>.*)", re.DOTALL)
_EVENT = re.compile(r"(?:Workbook|Worksheet|Chart|App\w*)_\w+", re.IGNORECASE)
_AUTO = re.compile(r"Auto_(?:Open|Close|Activate|Deactivate)", re.IGNORECASE)
_CALLED = re.compile(r"\s*'?\s*(?P<name>[^\s'\"(]+)")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VBA = "vbaProject"
_RIBBON = "extensibility"


def look(path: Path | str) -> Macros:
    """The macros of a workbook. Raises `Refused` (F001, F002) for a file that is none or cannot be opened."""
    data = source.content(Path(path))
    with source.told("open"):
        if data[:8] == _OLE:
            return _look_into_old(data)
        if data[:2] != b"PK":
            raise Refused("F001", reason="not_excel")
        package = Package(data)
        package.verify()
        if "content.xml" in package:
            return Macros(
                problems=[("basic", "")] if any(n.startswith("Basic/") for n in package.names) else []
            )
        if package.workbook not in package:
            raise Refused("F001", reason="not_excel")
        return _Look(package).found


def _look_into_old(data: bytes) -> Macros:
    """An .xls: its VBA. What its buttons call stands in records of its own, which are not read."""
    with olefile.OleFileIO(io.BytesIO(data)) as book:
        streams = {path[0].lower() for path in book.listdir()}
    if "encryptedpackage" in streams:
        raise Refused("F002")
    if not streams & {"workbook", "book"}:
        raise Refused("F001", reason="not_excel")
    found = Macros()
    if "_vba_project_cur" in streams:
        found.problems.append(("old_format", ""))
        _add_vba(found, data)
    return found


def _add_vba(found: Macros, data: bytes) -> None:
    try:
        found.modules, found.locked = vba.modules(data)
    except vba.Unreadable as error:
        found.problems.append(("unreadable_vba", str(error)))
    for procedure in (p for module in found.modules for p in module.procedures):
        if _EVENT.fullmatch(procedure.name) or _AUTO.fullmatch(procedure.name):
            found.events.append(procedure)


class _Look:
    """The parts of one package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.found = Macros()
        parts = {r.kind: r.target for r in package.relations(package.workbook) if r.target in package}
        if _VBA in parts:
            _add_vba(self.found, package.read(parts[_VBA]))
        kinds = {r.kind for r in package.relations(package.workbook)}
        self.found.problems += [("macro_sheets", "")] if "xlMacrosheet" in kinds else []
        self.procedures: dict[str, list[Procedure]] = defaultdict(list)
        for procedure in (p for module in self.found.modules for p in module.procedures):
            self.procedures[procedure.name.lower()].append(procedure)
        self.links = list(self._links())
        for part, name in self._sheets().items():
            self.found.buttons += self._on_sheet(part, name)
        self.found.buttons += self._in_ribbon()

    def _sheets(self) -> dict[str, str]:
        if self.package.workbook.endswith(".bin"):
            return {part: name for name, part in sheet_bin.sheets(self.package).items()}
        return {sheet.part: sheet.name for sheet in self.package.sheets() if sheet.part in self.package}

    def _links(self) -> Iterator[str]:
        """The files that the book's links lead to, in their order."""
        if self.package.workbook.endswith(".bin"):
            return
        targets = {r.ident: r.target for r in self.package.relations(self.package.workbook)}
        for element in self.package.xml(self.package.workbook).iter("{*}externalReference"):
            ident = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            relations = self.package.relations(targets.get(ident, ""))
            yield relations[0].target if relations else ""

    # -- sheets --

    def _on_sheet(self, part: str, name: str) -> Iterator[Button]:
        relations = [r for r in self.package.relations(part) if r.target in self.package]
        data = self.package.read(part)
        root = parse(data) if b"ontrol" in data and not part.endswith(".bin") else None
        listed = list(controls.in_sheet(root)) if root is not None else []
        vml = [c for r in relations if r.kind == "vmlDrawing" for c in controls.in_vml(self._read(r.target))]
        drawn = [
            c
            for r in relations
            if r.kind == "drawing"
            for c in controls.in_drawing(parse(self._read(r.target)))
        ]
        classes = {r.ident: self._class_of(r.target) for r in relations if r.kind == "control"}
        code = _code_name(data) if listed else ""
        for found in _together([*listed, *vml, *drawn]):
            if found.activex in classes:
                yield from self._activex(found, classes[found.activex], code, name)
            elif found.calls:
                yield self._button("control" if found.control else "shape", found, name)

    def _read(self, part: str) -> bytes:
        data = self.package.read(part)
        if len(data) > LARGEST:
            raise TooLarge(f"{part}: {len(data):,} bytes")
        return data

    def _class_of(self, part: str) -> str:
        root = parse(self._read(part))
        return next((v for k, v in root.attrib.items() if k.endswith("}classid")), "")

    def _activex(self, found: Clickable, classid: str, code: str, sheet: str) -> Iterator[Button]:
        """A control of ActiveX: the VBA of its sheet has a procedure for each of its events."""
        begin = f"{found.name}_".lower()
        own = [
            p
            for name, procedures in self.procedures.items()
            if name.startswith(begin)
            for p in procedures
            if not code or p.module.lower() == code.lower()
        ]
        if own or controls.is_command_button(classid):
            calls = own[0].name if own else ""
            cell = f"{sheet}!{address(*found.spot)}" if found.spot else None
            yield Button("activex", calls, found.label or found.name, sheet, cell, "", tuple(own))

    def _button(self, kind: ButtonKind, found: Clickable, sheet: str | None) -> Button:
        cell = f"{sheet}!{address(*found.spot)}" if found.spot and sheet else None
        book, procedures = self._called(found.calls)
        return Button(kind, found.calls, found.label or found.name, sheet, cell, book, procedures)

    def _in_ribbon(self) -> Iterator[Button]:
        parts = [
            r.target for r in self.package.relations("") if r.kind == _RIBBON and r.target in self.package
        ]
        for part in parts:
            for found in controls.in_ribbon(parse(self._read(part))):
                yield self._button("ribbon", found, None)

    def _called(self, calls: str) -> tuple[str, tuple[Procedure, ...]]:
        """The other file in which a macro stands, else the procedures of that name."""
        match = _CALL.fullmatch(calls)
        named = (match["book"] or "").strip("'") if match else ""
        book = self._book(named)
        called = _CALLED.match(match["macro"] if match else "")
        if book or called is None:
            return book, ()
        module, _, name = called["name"].rpartition(".")
        own = self.procedures.get(name.lower(), [])
        return "", tuple(p for p in own if not module or p.module.lower() == module.lower())

    def _book(self, named: str) -> str:
        if not re.fullmatch(r"\[\d+\]", named):
            return named
        number = int(named.strip("[]"))
        return self.links[number - 1] if 0 < number <= len(self.links) else ("" if not number else named)


def _together(found: Iterable[Clickable]) -> list[Clickable]:
    """One for each control: the first that tells something counts; those without a number are their own."""
    by_ident: dict[str, Clickable] = {}
    for number, one in enumerate(found):
        known = by_ident.setdefault(one.ident or f"#{number}", one)
        if known is not one:
            known.calls = known.calls or one.calls
            known.label = known.label or one.label
            known.name = known.name or one.name
            known.spot = known.spot or one.spot
            known.activex = known.activex or one.activex
    return list(by_ident.values())


def _code_name(sheet: bytes) -> str:
    match = _CODE_NAME.search(sheet, 0, 4096)
    return match[1].decode("utf-8", "replace") if match else ""
