"""The values of sheets as spreadsheet programs usually write them, taken straight from their XML.

Most files are written plainly: no prefixes, no dates, nothing broken. Their filled cells can be cut out of
the part in a fifth of the time that a value reader takes, which lays out all the blank ones, too. Whatever is
not plain in any way is left to python-calamine, which then reads that book; for the rest both give the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from workbook.facts import MOST_MERGES
from workbook.formats.number_formats import how, is_date
from workbook.grid import Blocks, Rect, Spot, spot_of
from workbook.kept import Kept
from workbook.notation import CellValue, show
from workbook.package import known

_CELL = re.compile(
    rb'\x00r="([A-Z]{1,3}[1-9][0-9]{0,6})"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?>'
    rb"(<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
    rb'(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?(?=\x00)'
)
"""A cell up to its end tag, between what no XML holds: place, style, type, formula, value, text."""
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]{1,3})?")
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"/>')
_TEXT = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_RUBY = re.compile(r"<rPh\b.*?</rPh>|<phoneticPr\b[^<>]*/>", re.DOTALL)
_ITEM = re.compile(r"<si>(.*?)</si>", re.DOTALL)
_RUN = re.compile(r"<t(?: [^<>/]*)?>([^<]*)</t>")
_ENTITY = re.compile("&([^;&]{0,12});|&")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_XF = re.compile(rb"<xf\b[^<>]*>")
_FORMAT_OF = re.compile(rb'\bnumFmtId="([0-9]+)"')
_FORMAT = re.compile(rb'<numFmt\b(?=[^<>]*\bnumFmtId="([0-9]+)")(?=[^<>]*\bformatCode="([^"]*)")')
LARGEST = 2 * 2**20
"""Bytes of a part that is looked at here: twenty times a form's."""


class NotPlain(Exception):
    """Something that only a full reader can judge."""


class Styles(NamedTuple):
    """Cell styles by their numbers, as a sheet's part has them."""

    dates: frozenset[bytes] = frozenset()
    """Those that may show a date; an empty number where cells without a style do."""
    shown: Mapping[bytes, str] = MappingProxyType({})
    """How those show a number that do not show it as it is; see `notation.as_shown`."""


@dataclasses.dataclass(slots=True)
class PlainSheet:
    """What stands in the cells of a sheet, blank ones left out."""

    cells: dict[Spot, CellValue]
    errors: dict[Spot, str]
    uncached: set[Spot]
    merges: tuple[Rect, ...]


def sheet(data: bytes, texts: Mapping[bytes, str], styles: Styles) -> PlainSheet:
    """The cells of a sheet's part, with the shared texts and the styles.

    Raises `NotPlain`.
    """
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < 0 or not _is_text(data):
        raise NotPlain
    found = PlainSheet({}, {}, set(), _merges(data[end:]))
    pieces = data[start:end].split(b"</c>")
    last = pieces.pop()
    tails = [piece.rpartition(b"<c ")[2] for piece in pieces]
    filled = _CELL.findall(b"\0".join([b"", *tails, b""]))
    if len(filled) != len(tails) or b"<v" in last or b"<is" in last:
        raise NotPlain
    cells, dates = found.cells, styles.dates
    for place, style, kind, formula, stored, inline in filled:
        if kind == b"s" and stored:
            value = texts.get(stored)
            if value is None:
                raise NotPlain
            if value:
                cells[_SPOTS[place]] = value
        elif not kind or kind == b"n":
            if stored:
                cells[_SPOTS[place]] = _number(stored, style in dates)
            elif formula:
                found.uncached.add(_SPOTS[place])
        else:
            _put_other(found, _SPOTS[place], kind, stored, inline)
    if shown := styles.shown:
        show(cells, ((_SPOTS[place], shown[style]) for place, style, *_ in filled if style in shown))
    return found


def _number(stored: bytes, date: bool) -> float:
    if date or not (stored.isdigit() or _NUMBER.fullmatch(stored)):
        raise NotPlain
    return float(stored)


def _put_other(found: PlainSheet, spot: Spot, kind: bytes, stored: bytes, inline: bytes) -> None:
    if kind == b"e":
        found.errors[spot] = stored.decode() or "#N/A"
    elif kind == b"b" and stored in (b"0", b"1"):
        found.cells[spot] = stored == b"1"
    elif (kind == b"str" and not inline) or (kind == b"inlineStr" and not stored):
        if (value := _unescaped((stored or inline).decode())) and not value.isspace():
            found.cells[spot] = value
    else:
        raise NotPlain


_NUMBERED: Kept[int, bytes] = Kept(lambda number: b"%d" % number)
_SPOTS: Kept[bytes, Spot] = Kept(lambda place: spot_of(place.decode()))


def _is_text(data: bytes) -> bool:
    """Whether a part is UTF-8, not large, without comments, CDATA or breaks that a parser would change."""
    head = data[:100]
    utf8 = b"encoding=" not in head or b'encoding="UTF-8"' in head or b'encoding="utf-8"' in head
    breaks = data.rfind(b"\r") > data.find(b"?>") + 2  # Excel breaks the line behind the declaration
    declares = b"!" in data and b"<!" in data  # a lone letter is found ten times as fast
    return utf8 and len(data) <= LARGEST and not breaks and not declares and b"\0" not in data


# ---- merged blocks -----------------------------------------------------------------------------------------


def _merges(rest: bytes) -> tuple[Rect, ...]:
    start, end = rest.find(b"<mergeCells"), rest.find(b"</mergeCells>")
    return _blocks(rest[start:end]) if start >= 0 else ()


@known
def _blocks(part: bytes) -> tuple[Rect, ...]:
    """The merged blocks."""
    count = part.count(b"<mergeCell ")
    found = _MERGE.findall(part) if count <= MOST_MERGES else []
    if len(found) != count:
        raise NotPlain
    corners = [(_SPOTS[left + top], _SPOTS[right + bottom]) for left, top, right, bottom in found]
    return Blocks(Rect(*first, *last) for first, last in corners)


# ---- shared texts ------------------------------------------------------------------------------------------


def shared_texts(data: bytes) -> dict[bytes, str]:
    """The shared texts by their numbers, as cells have these; ruby is left out, runs are joined.

    Spaces alone are nothing. Raises `NotPlain`.
    """
    if not _is_text(data):
        raise NotPlain
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotPlain from None
    count = text.count("<si")
    found = _TEXT.findall(text)
    if len(found) != count:
        text = _RUBY.sub("", text)
        found = ["".join(_RUN.findall(item)) for item in _ITEM.findall(text)]
        if len(found) != count or len(_RUN.findall(text)) != len(re.findall(r"<t[ >]", text)):
            raise NotPlain
    if "&" in text:
        found = [_unescaped(item) if "&" in item else item for item in found]
    if "_x" in text and _ESCAPED.search(text):
        raise NotPlain
    numbers = map(_NUMBERED.__getitem__, range(len(found)))
    return {number: "" if item.isspace() else item for number, item in zip(numbers, found, strict=True)}


def _unescaped(text: str) -> str:
    if _ESCAPED.search(text):
        raise NotPlain
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[1] or ""
    if name in _ENTITIES:
        return _ENTITIES[name]
    if re.fullmatch("#[0-9]+", name):
        number = int(name[1:])
    elif re.fullmatch("#x[0-9A-Fa-f]+", name):
        number = int(name[2:], 16)
    else:
        raise NotPlain
    is_break = number in (9, 10, 13)
    if not (is_break or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000):
        raise NotPlain  # no character of XML
    return chr(number)


# ---- styles ------------------------------------------------------------------------------------------------


@known
def styles(data: bytes) -> Styles:
    """What the cell styles in the part of styles say of numbers. Raises `NotPlain`."""
    start, end = data.find(b"<cellXfs"), data.find(b"</cellXfs>")
    if start < 0 or end < 0:
        raise NotPlain
    codes = {int(number): code.decode("utf-8", "replace") for number, code in _FORMAT.findall(data)}
    if len(codes) < data.count(b"<numFmt "):
        raise NotPlain
    dates, shown = set[bytes](), dict[bytes, str]()
    for number, style in enumerate(_XF.findall(data[start:end])):
        match = _FORMAT_OF.search(style)
        of = int(match[1]) if match else 0
        code = _unescaped(codes[of]) if of in codes else None
        if is_date(of, code):
            dates.add(b"%d" % number)
        if shows := how(of, code):
            shown[b"%d" % number] = shows
    if b"0" in dates:
        dates.add(b"")
    return Styles(frozenset(dates), shown)
