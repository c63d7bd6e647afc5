"""Formulas that only work where the add-in is installed, turned into the values that they show.

Such formulas call a function EV_…, or reach the add-in's file by a link, or use a name that does either. The
rest of the book keeps its bytes (`workbook.parts`); nothing is calculated here.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Iterator

import olefile

from workbook.grid import Spot, address
from workbook.parts import Book, Sheet, links
from workbook.parts.sheet import rect_of

_WORDS = re.compile(rb"(?i)E\0?V\0?_|evalxl|e\0v\0a\0l\0x\0l")
"""How a function or the add-in's file would stand in any format, in bytes of one or two a letter."""
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_CALL = re.compile(r"(?<![A-Za-z0-9_.])(?:_xludf\.|_xlfn\.)?EV_[A-Z0-9_.]+\s*\(", re.IGNORECASE)
_FILE = re.compile(r"evalxl[^\\/'\"\]]*\.xla", re.IGNORECASE)
_NUMBERED = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"[^\W\d][\w.\\?]*")


@dataclasses.dataclass(slots=True)
class Frozen:
    """The book with values in the place of formulas; the same bytes where there were none."""

    data: bytes
    cells: list[str]
    """What was turned into values, ``Sheet!A1``."""
    unknown: list[tuple[str, str]]
    """Cells without a value to keep, with what they hold: "" or an error such as #NAME?. They stay."""


def freeze(data: bytes) -> Frozen:
    """Turn the formulas that need the add-in into values.

    Raises `Unchangeable` where a book has such formulas and cannot be changed (signed, .xls, .xlsb, .ods).
    """
    if not _mentions(data):
        return Frozen(data, [], [])
    book = Book(data)
    needs = _Needs(book)
    cells: list[str] = []
    unknown: list[tuple[str, str]] = []
    for name in book.sheet_names():
        sheet = book.sheet(name)
        for spot, reference in list(_needing(sheet, needs)):
            lost = [(f"{name}!{address(*at)}", found) for at, found in _unknown(sheet, spot, reference)]
            unknown += lost
            if not lost:
                sheet.freeze(spot)
                cells.append(f"{name}!{address(*spot)}")
    if not cells:
        return Frozen(data, [], unknown)
    _drop_link(book, needs.links)
    return Frozen(book.to_bytes(), cells, unknown)


def _mentions(data: bytes) -> bool:
    """Whether anything in a file, of whatever format, could be a formula that needs the add-in."""
    if data[:2] != b"PK":
        return any(_WORDS.search(stream) for stream in _streams(data))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = (n for n in package.namelist() if n.lower().endswith((".xml", ".rels", ".bin")))
        return any(_WORDS.search(package.read(name)) for name in names)


def _streams(data: bytes) -> Iterator[bytes]:
    with olefile.OleFileIO(io.BytesIO(data)) as book:
        for path in book.listdir():
            yield book.openstream(path).read()


class _Needs:
    """Which formulas of a book need the add-in."""

    def __init__(self, book: Book) -> None:
        self.links = {n for n, target in enumerate(links.targets(book), 1) if _FILE.search(target)}
        self.names: set[str] = set()
        named = {name.upper(): text for name, text in book.names().items()}
        while found := {n for n, text in named.items() if self(text)} - self.names:
            self.names |= found

    def __call__(self, formula: str) -> bool:
        plain = _TEXT.sub('""', formula)
        if _CALL.search(plain) or _FILE.search(plain):
            return True
        if any(int(number) in self.links for number in _NUMBERED.findall(plain)):
            return True
        return bool(self.names) and any(word.upper() in self.names for word in _WORD.findall(plain))


def _needing(sheet: Sheet, needs: _Needs) -> Iterator[tuple[Spot, str]]:
    """Cells whose formulas need the add-in, with the block of an array; a shared formula is one for all."""
    shared: set[str] = set()
    for spot, formula in sheet.formulas():
        group = formula.get("si", "") if formula.get("t") == "shared" else ""
        if formula.text and needs(formula.text):
            shared.add(group)
        elif not group or group not in shared or formula.text:
            continue
        yield spot, formula.get("ref", "") if formula.get("t") == "array" else ""


def _unknown(sheet: Sheet, spot: Spot, reference: str) -> Iterator[tuple[Spot, str]]:
    """Cells of a formula that show no value which could be kept."""
    kind, value = sheet.result(spot)
    if value is None and kind != "str":
        yield spot, ""
    block = rect_of(reference) if reference else None
    rows = range(block.top, block.bottom + 1) if block else [spot[0]]
    for row in rows:
        for column in range(block.left, block.right + 1) if block else [spot[1]]:
            kind, value = sheet.result((row, column))
            if kind == "e":
                yield (row, column), value or "#N/A"


def _drop_link(book: Book, ours: set[int]) -> None:
    """Take the link to the add-in away, about which Excel would ask, where nothing counts on it any more.

    Links are known by their number: only the last one can go without a change of formulas.
    """
    last = len(links.targets(book))
    sign = f"[{last}]".encode()
    texts = ("sharedstrings.xml", ".rels", ".vml")
    names = [name for name in book.package.names() if name.lower().endswith(".xml")]
    used = (sign in book.package.read(name) for name in names if not name.lower().endswith(texts))
    if last in ours and not any(used):
        links.drop_last(book)
