"""A master as departments keep it: a CSV in UTF-8 or Shift_JIS, saved from Excel or by another program."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from evalxl import texts
from evalxl.masters.errors import MastersError
from workbook.notation import fold

BROKEN = 0.2
"""Up to that part of unreadable letters a text is taken for UTF-8 with damage, not for another encoding."""
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How workbooks of either kind and PDFs begin."""
_HALF_KANA = re.compile("[\uff61-\uff9f]")


@dataclasses.dataclass(slots=True, frozen=True)
class Column:
    """A column of a master: its name, other headings that mean the same, whether it must be there."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclasses.dataclass(slots=True, frozen=True)
class Row:
    """A line of a master: its values by column name, stripped; a column that is not there is blank."""

    file: str
    line: int
    values: Mapping[str, str]
    headings: Mapping[str, str]
    """Column name → the heading that the file has for it."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, column: str, reason: str, found: str | None = None, **values: object) -> MastersError:
        """What is wrong with the value of a column."""
        heading = self.headings.get(column, column)
        return MastersError(
            self.file, self.line, heading, reason, found=self[column] if found is None else found, **values
        )


def rows(path: Path, columns: Iterable[Column]) -> list[Row]:
    """The lines of a master, blank ones left out. Raises `MastersError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MastersError(path.name, 0, "", "unreadable", found=texts.os_error(error)) from None
    return parse(data, path.name, columns)


def parse(data: bytes, name: str, columns: Iterable[Column]) -> list[Row]:
    """Like `rows`, from the bytes of a file."""
    lines = _lines(decode(data, name), name)
    try:
        number, heads = next(lines)
    except StopIteration:
        raise MastersError(name, 1, "", "empty") from None
    places = _places(heads, tuple(columns), name, number)
    headings = {column: heads[place] for column, place in places.items()}
    return [
        Row(name, line, _values(cells, places, heads, name, line), headings)
        for line, cells in lines
        if any(cell.strip() for cell in cells)
    ]


def unused(data: bytes, name: str, columns: Iterable[Column]) -> list[str]:
    """The headings that no column has: `parse` passes what stands under them by."""
    known = {fold(word) for column in columns for word in (column.name, *column.aliases)}
    _, heads = next(_lines(decode(data, name), name))
    return [heading.strip() for heading in heads if heading.strip() and fold(heading) not in known]


def decode(data: bytes, name: str) -> str:
    """The text of a CSV in UTF-8 (with or without BOM) or Shift_JIS. Raises `MastersError` for others."""
    if data.startswith(_BINARY):
        raise MastersError(name, 0, "", "not_csv")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        raise MastersError(name, 1, "", "encoding", found="UTF-16")
    if b"\x1b$" in data:
        raise MastersError(name, _line_of(data, data.index(b"\x1b$")), "", "encoding", found="ISO-2022-JP")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        damaged = _mostly_utf8(data)
        where, byte = error.start, data[error.start]
    if not damaged:
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError as error:
            where, byte, text = error.start, data[error.start], None
        if _is_euc(data, text):
            raise MastersError(name, _line_of(data, where), "", "encoding", found="EUC-JP")
        if text is not None:
            return text
    raise MastersError(name, _line_of(data, where), "", "encoding", found=f"0x{byte:02X}")


def _line_of(data: bytes, place: int) -> int:
    return data[:place].count(b"\n") + 1


def _mostly_utf8(data: bytes) -> bool:
    """Whether a text that is no whole UTF-8 is UTF-8 all the same, with a damaged letter here and there."""
    text = data.decode("utf-8", "replace")
    lost, strange = text.count("\ufffd"), sum(letter > "\u07ff" for letter in text)
    return lost <= BROKEN * (strange - lost)


def _is_euc(data: bytes, as_cp932: str | None) -> bool:
    """EUC-JP is no Shift_JIS (None), or read as such gives rows of half-width kana."""
    try:
        data.decode("euc_jp")
    except UnicodeDecodeError:
        return False
    if as_cp932 is None:
        return True
    letters = sum(not letter.isascii() for letter in as_cp932)
    return len(_HALF_KANA.findall(as_cp932)) > letters / 3


def _lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it begins in; blank lines before the heading are passed by."""
    head = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in head and "," not in head else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before, begun = 0, False
    try:
        for cells in reader:
            begun = begun or any(cell.strip() for cell in cells)
            if begun:
                yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        shown = text.splitlines()[before].strip() if before < len(text.splitlines()) else ""
        raise MastersError(name, before + 1, "", "syntax", found=shown) from None


def _places(heads: list[str], columns: tuple[Column, ...], name: str, line: int) -> dict[str, int]:
    """Where each known column stands. A heading that is nearly a missing column's is a slip, and told."""
    known = {fold(word): column.name for column in columns for word in (column.name, *column.aliases)}
    places: dict[str, int] = {}
    strange: list[str] = []
    for place, heading in enumerate(heads):
        column = known.get(fold(heading))
        if column is None:
            strange.append(heading)
        elif column in places:
            raise MastersError(name, line, heading, "double_column", found=heading)
        else:
            places[column] = place
    open_words = {word: column for word, column in known.items() if column not in places}
    for heading in filter(str.strip, strange):
        near = difflib.get_close_matches(fold(heading), open_words, 1, 0.8)
        if near:
            raise MastersError(name, line, heading, "unknown_column", found=heading, nearest=near[0])
    for needed in columns:
        if needed.required and needed.name not in places:
            expected = " / ".join((needed.name, *needed.aliases))
            raise MastersError(name, line, needed.name, "missing_column", expected=expected)
    return places


def _values(
    cells: list[str], places: Mapping[str, int], heads: list[str], name: str, line: int
) -> dict[str, str]:
    beyond = [cell for cell in cells[len(heads) :] if cell.strip()]
    if beyond:
        raise MastersError(name, line, "", "too_many", found=beyond[0])
    return {column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()}
