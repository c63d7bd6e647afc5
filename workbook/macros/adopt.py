"""Give the buttons of a copy other macros: those of the add-in. All else keeps its bytes, the VBA too."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, unescape

from workbook.errors import Unchangeable
from workbook.parts import Book, links

_IN_ATTRIBUTE = re.compile(rb"""(?<![\w:.-])macro=("[^"]*"|'[^']*')""")
_IN_VML = re.compile(rb"(<(?:\w+:)?FmlaMacro\s*>)([^<]*)(</)")
_KINDS = ("vmlDrawing", "drawing")
_QUOTES = {'"': "&quot;"}
_APOSTROPHES = {"&quot;": '"', "&apos;": "'"}


@dataclasses.dataclass(slots=True)
class Adopted:
    """The book with other macros behind its buttons, and how many places were changed."""

    data: bytes
    changed: int


def adopt(data: bytes, macros: Mapping[str, str], file: str) -> Adopted:
    """Have controls and shapes call macros of ``file`` (``evalxl.xlam``) in the place of the book's own.

    ``macros``: what a button calls, as the file has it (``[0]!集約``), and the macro that it shall call. A
    link to ``file`` is added to the book where there is none. Raises `Unchangeable`.
    """
    book = Book(data)
    parts = [part for name in book.sheet_names() for part in _parts_of(book, name)]
    wanted = {part: changed for part in dict.fromkeys(parts) if (changed := _places(book, part, macros))}
    if not wanted:
        return Adopted(data, 0)
    number = _link(book, file, sorted(set(macros.values())))
    new = {old: f"[{number}]!{macro}" for old, macro in macros.items()}
    for part in wanted:
        book.package.write(part, _rewritten(book.package.read(part), new))
    return Adopted(book.to_bytes(), sum(wanted.values()))


def _parts_of(book: Book, sheet: str) -> list[str]:
    """The parts that say what is called on a sheet."""
    part = book.sheet(sheet).part
    related = [target for _, kind, target in book.package.relations(part) if kind in _KINDS]
    return [part, *(target for target in related if target in book.package)]


def _link(book: Book, file: str, names: list[str]) -> int:
    """The number of the link to a file; a new one where there is none that calls macros by these names."""
    for number, target in enumerate(links.targets(book), 1):
        if re.split(r"[\\/]", target)[-1].lower() == file.lower():
            return number
    return links.add(book, file, names)


def _places(book: Book, part: str, macros: Mapping[str, str]) -> int:
    found = 0

    def count(old: str) -> str | None:
        nonlocal found
        found += old in macros
        return None

    _replaced(book.package.read(part), count)
    return found


def _rewritten(data: bytes, macros: Mapping[str, str]) -> bytes:
    return _replaced(data, macros.get)


def _replaced(data: bytes, new: Callable[[str], str | None]) -> bytes:
    """A part with the macros for which ``new`` gives another; all else byte by byte as it was."""
    if not _is_utf8(data):
        raise Unchangeable("broken", "encoding")

    def attribute(match: re.Match[bytes]) -> bytes:
        macro = new(_text(match[1][1:-1]))
        return match[0] if macro is None else b'macro="' + escape(macro, _QUOTES).encode() + b'"'

    def element(match: re.Match[bytes]) -> bytes:
        macro = new(_text(match[2]).strip())
        return match[0] if macro is None else match[1] + escape(macro).encode() + match[3]

    return _IN_VML.sub(element, _IN_ATTRIBUTE.sub(attribute, data))


def _is_utf8(data: bytes) -> bool:
    declared = re.match(rb"""<\?xml[^>]*encoding=["']([\w-]+)""", data.lstrip(b"\xef\xbb\xbf"))
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")


def _text(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"), _APOSTROPHES)
