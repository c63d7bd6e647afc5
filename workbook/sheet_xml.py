"""Facts of a sheet's XML that the value reader does not give. Parts are scanned as bytes and parsed only on a hit."""

from __future__ import annotations

import dataclasses
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from workbook.grid import Spot


class Unsafe(Exception):
    """A part holds what no spreadsheet program writes: a document type or entities."""


@dataclasses.dataclass(slots=True)
class SheetFacts:
    """Error cells, formulas without a stored value, hidden rows and columns."""

    errors: dict[Spot, str] = dataclasses.field(default_factory=dict)
    uncached: set[Spot] = dataclasses.field(default_factory=set)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


NOTHING = SheetFacts()
_SHEET = re.compile(r"/?xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Searched one by one: that is some forty times as fast as one pattern of alternatives.
_WORTH_PARSING = (
    b't="e"', b"</f></c>", b'"/></c>', b"<v></v>", b"<v/>", b"<v />",
    b'hidden="1"', b'hidden="true"', b" r='",
)  # fmt: skip
_FAR_COLUMN = re.compile(rb"""<c r="[A-Z]{3}\d""")
_LAST_ROW = re.compile(rb"""<row\b[^>]*?\br="(\d+)\"""")
_FAR_ROW = 20_000
MOST_CELLS = 2_000_000


def facts(package: zipfile.ZipFile, names: list[str]) -> dict[str, SheetFacts]:
    """The facts of each sheet that has any, by sheet name."""
    telling: dict[str, bytes] = {}
    for name in names:
        if _SHEET.fullmatch(name):
            data = package.read(name)
            _refuse_unsafe(data)
            _refuse_far(data)
            if any(sign in data for sign in _WORTH_PARSING):
                telling[name.lstrip("/")] = data
    if not telling:
        return {}
    parts = _sheet_parts(package)
    return {parts[part]: _parse(data) for part, data in telling.items() if part in parts}


def _refuse_unsafe(data: bytes) -> None:
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise Unsafe("DOCTYPE")


def _refuse_far(data: bytes) -> None:
    """The reader lays out all cells between the first and the last value: far corners would take all memory.

    Blank cells that only carry a format do no harm.
    """
    last = data.rfind(b"<row ")
    match = _LAST_ROW.match(data, last) if last >= 0 else None
    if (match and int(match[1]) > _FAR_ROW) or _FAR_COLUMN.search(data):
        spots = [(r, c) for r, c, cell in _cells(_parse_xml(data), set()) if len(cell)]
        rows, columns = [r for r, _ in spots] or [0], [c for _, c in spots] or [0]
        if (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) > MOST_CELLS:
            raise Unsafe("cells too far apart")


def _parse_xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Part name → sheet name, by the relations of the workbook part."""
    root_rels = _relations(package, "_rels/.rels")
    workbook = next((t for _, kind, t in root_rels if kind.endswith("/officeDocument")), "xl/workbook.xml")
    workbook = workbook.lstrip("/")
    folder, base = posixpath.split(workbook)
    targets = {}
    for ident, _, target in _relations(package, f"{folder}/_rels/{base}.rels"):
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        targets[ident] = posixpath.normpath(path)
    found = {}
    for sheet in _parse_xml(package.read(workbook)).iter("{*}sheet"):
        ident = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        if ident in targets:
            found[targets[ident]] = sheet.get("name", "")
    return found


def _relations(package: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    root = _parse_xml(package.read(part))
    return [(r.get("Id", ""), r.get("Type", ""), r.get("Target", "")) for r in root]


def _parse(data: bytes) -> SheetFacts:
    found = SheetFacts()
    root = _parse_xml(data)
    hidden_rows: set[int] = set()
    for row, column, cell in _cells(root, hidden_rows):
        formula, value = cell.find("{*}f"), cell.find("{*}v")
        stored = value is not None and bool(value.text)
        if cell.get("t") == "e":
            found.errors[row, column] = (value.text if value is not None else None) or "#N/A"
        # Excel stores an empty text result as t="str" with an empty value: that is calculated.
        elif formula is not None and not stored and cell.get("t") != "str":
            found.uncached.add((row, column))
    found.hidden_rows = frozenset(hidden_rows)
    found.hidden_columns = frozenset(_hidden_columns(root))
    return found


def _cells(root: Any, hidden_rows: set[int]) -> Iterator[tuple[int, int, Any]]:
    """Cells with their places; a missing ``r`` means the next place, as the format says."""
    row_number = -1
    for row in root.iter("{*}row"):
        row_number = int(row.get("r")) - 1 if row.get("r") else row_number + 1
        if row.get("hidden") in ("1", "true"):
            hidden_rows.add(row_number)
        column = -1
        for cell in row.iter("{*}c"):
            column = _column(cell.get("r")) if cell.get("r") else column + 1
            yield row_number, column, cell


def _hidden_columns(root: Any) -> Iterator[int]:
    for col in root.iter("{*}col"):
        if col.get("hidden") in ("1", "true"):
            first, last = int(col.get("min")), int(col.get("max"))
            yield from range(first - 1, min(last, first + 1023))


def _column(reference: str) -> int:
    number = 0
    for char in reference:
        if not char.isalpha():
            break
        number = number * 26 + ord(char.upper()) - 64
    return number - 1
