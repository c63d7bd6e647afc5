"""Files that a reader must survive, made by code: bombs, absurd sizes, missing and broken parts."""

# ruff: noqa: E501 (parts stand here as programs write them)
from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping

from . import formats

Parts = dict[str, bytes]
_SHEET, _WORKBOOK, _SHARED = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
_RELS, _TYPES, _STYLES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"
_LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
)
_MEGA = b" " * 2**20


def unpack(data: bytes) -> Parts:
    """The parts of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A package of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


def files(book: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each hostile file, made from a good one."""
    parts = unpack(book)
    yield "empty.xlsx", b""
    yield "text.xlsx", "事務事業評価".encode()
    yield "zeros.xls", bytes(4096)
    yield "ole_head.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "empty_zip.xlsx", pack({})
    for percent in range(5, 100, 5):
        yield f"cut_at_{percent}.xlsx", book[: len(book) * percent // 100]
    for name, edit in _EDITS.items():
        changed = dict(parts)
        edit(changed)
        yield f"{name}.xlsx", pack(changed)
    for part in (_WORKBOOK, _SHEET, _RELS, "_rels/.rels"):
        yield f"without_{part.replace('/', '_')}.xlsx", pack({n: d for n, d in parts.items() if n != part})
    yield "many_members.xlsx", pack(parts | {f"x/{n}": b"" for n in range(6000)})
    yield "lying_size.xlsx", _lying(parts)
    yield "bzip2.xlsx", _bzip2(parts)
    yield "two_of_one_name.xlsx", _doubled(parts)
    yield from _ods()
    yield from _xlsb()


def _sub(
    part: str, pattern: bytes, new: bytes | Callable[[re.Match[bytes]], bytes]
) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        changed, count = re.subn(pattern, new, parts[part], count=1, flags=re.DOTALL)
        assert count, (part, pattern)
        parts[part] = changed

    return edit


def _put(part: str, data: bytes) -> Callable[[Parts], None]:
    def edit(parts: Parts) -> None:
        parts[part] = data

    return edit


def _cells(*cells: bytes) -> Callable[[Parts], None]:
    """The sheet's rows replaced."""
    return _sub(_SHEET, rb"<sheetData>.*</sheetData>", b"<sheetData>" + b"".join(cells) + b"</sheetData>")


def _row(number: int, *cells: bytes) -> bytes:
    return b'<row r="%d">%s</row>' % (number, b"".join(cells))


def _entity(part: str, prolog: bytes, use: bytes) -> Callable[[Parts], None]:
    """A document type before the root, and an entity in the first text or attribute gap."""

    def edit(parts: Parts) -> None:
        data = parts[part]
        start = data.index(b"?>") + 2
        end = data.rindex(b"</")
        parts[part] = data[:start] + prolog + data[start:end] + use + data[end:]

    return edit


def _beside(body: bytes) -> Callable[[Parts], None]:
    """One more sheet in front of the others, written as programs do; the others then have a date as text."""

    def edit(parts: Parts) -> None:
        data = parts[_SHEET]
        name = "xl/worksheets/sheet77.xml"
        parts[name] = re.sub(
            rb"<sheetData>.*</sheetData>.*",
            b"<sheetData>" + body + b"</sheetData></worksheet>",
            data,
            flags=re.S,
        )
        parts[_SHEET] = data.replace(
            b"<sheetData>", b'<sheetData><row r="1"><c r="A1" t="d"><v>2020-01-01</v></c></row>', 1
        )
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        _sub(
            "[Content_Types].xml",
            rb"</Types>",
            b'<Override PartName="/%s" ContentType="%s"/></Types>' % (name.encode(), kind),
        )(parts)
        relation = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        _sub(
            _RELS,
            rb"</Relationships>",
            b'<Relationship Id="rId77" Type="%s" Target="worksheets/sheet77.xml"/></Relationships>'
            % relation,
        )(parts)
        _sub(_WORKBOOK, rb"<sheets>", b'<sheets><sheet name="far" sheetId="77" r:id="rId77"/>')(parts)

    return edit


_A1, _FAR = b'<c r="A1"><v>1</v></c>', b'<c r="XFD1048576"><v>1</v></c>'
_MERGES = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, 60_001))
_EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'

_EDITS: dict[str, Callable[[Parts], None]] = {
    "bomb_sheet": _sub(_SHEET, rb"<sheetData>", lambda m: m[0] + _MEGA * 120),
    "bomb_shared": _sub(_SHARED, rb"<si>", lambda m: b"<si><t>" + _MEGA * 120 + b"</t></si>" + m[0]),
    "bomb_styles": _sub(_STYLES, rb"<fonts", lambda m: _MEGA * 120 + m[0]),
    "bomb_elsewhere": _put("xl/media/image1.png", _MEGA * 120),
    "laughs_sheet": _entity(_SHEET, _LAUGHS, b"&m;"),
    "laughs_shared": _entity(_SHARED, _LAUGHS, b"<si><t>&m;</t></si>"),
    "laughs_workbook": _entity(_WORKBOOK, _LAUGHS, b"&m;"),
    "laughs_rels": _entity(_RELS, _LAUGHS, b"&m;"),
    "external_entity": _entity(_SHEET, _EXTERNAL, b"&e;"),
    "external_shared": _entity(_SHARED, _EXTERNAL, b"<si><t>&e;</t></si>"),
    "late_doctype": _entity(_SHEET, b"<!--" + b"x" * 9000 + b"-->" + _LAUGHS, b"&m;"),
    "utf16_doctype": lambda p: p.update({_SHEET: ('<?xml version="1.0" encoding="UTF-16"?>' + _LAUGHS.decode() + "<worksheet>&m;</worksheet>").encode("utf-16")}),
    "far_corners": _cells(_row(1, _A1), _row(1048576, _FAR)),
    "far_style_first": _cells(_row(1, _A1), _row(1048576, b'<c s="0" r="XFD1048576"><v>1</v></c>')),
    "far_single_quotes": _cells(b"<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "far_lower_case": _cells(_row(1, _A1), _row(1048576, b'<c r="xfd1048576"><v>1</v></c>')),
    "far_out_of_order": _cells(_row(1048576, _FAR), _row(1, _A1)),
    "far_own_row": _cells(b"<row>" + _A1 + _FAR + b"</row>"),
    "far_spaced": _cells(b'<row r = "1"><c r = "A1"><v>1</v></c></row><row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row>'),
    "far_line_broken": _cells(b'<row\nr="1"><c\nr="A1"><v>1</v></c></row><row\nr="1048576"><c\nr="XFD1048576"><v>1</v></c></row>'),
    "far_beside_a_date": _beside(_row(1, _A1) + _row(1048576, _FAR)),
    "beyond_the_sheet": _cells(_row(1, _A1), b'<row r="99999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>'),
    "negative_row": _cells(b'<row r="-5"><c r="A-5"><v>1</v></c></row>'),
    "long_text_often": lambda p: (_cells(*(_row(r, *(b'<c t="s"><v>0</v></c>' for _ in range(500))) for r in range(1, 800)))(p), _put(_SHARED, b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"x" * 32_000 + b"</t></si></sst>")(p), None)[-1],
    "many_merges": _sub(_SHEET, rb"<mergeCells.*</mergeCells>", b"<mergeCells>" + _MERGES + b"</mergeCells>"),
    "endless_merge": _sub(_SHEET, rb'<mergeCell ref="[^"]*"', b'<mergeCell ref="A1:XFD1048576"'),
    "endless_merges": _sub(_SHEET, rb"<mergeCells.*</mergeCells>", b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 9000 + b"</mergeCells>"),
    "many_columns_hidden": _sub(_SHEET, rb"<cols>", b'<cols><col min="1" max="999999999" hidden="1"/>'),
    "deep_xml": _sub(_SHEET, rb"</sheetData>", lambda m: m[0] + b"<a>" * 100_000),
    "unclosed_xml": _sub(_SHEET, rb"</worksheet>", b""),
    "sheet_is_text": _put(_SHEET, "これはシートではありません".encode()),
    "sheet_is_zip": _put(_SHEET, pack({"a": b"b"})),
    "workbook_is_empty": _put(_WORKBOOK, b""),
    "workbook_has_no_sheets": _sub(_WORKBOOK, rb"<sheets>.*</sheets>", b"<sheets/>"),
    "rels_to_itself": _sub(_RELS, rb'Target="worksheets/sheet1.xml"', b'Target="workbook.xml"'),
    "rels_out_of_the_package": _sub(_RELS, rb'Target="worksheets/sheet1.xml"', b'Target="../../../../etc/passwd"'),
    "rels_loop": _sub("_rels/.rels", rb'Target="xl/workbook.xml"', b'Target="_rels/.rels"'),
    "sheet_loop": _put("xl/worksheets/_rels/sheet1.xml.rels", b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="x/drawing" Target="sheet1.xml"/></Relationships>'),
    "shared_index_beyond": _sub(_SHEET, rb'(t="s"><v>)\d+', rb"\g<1>999999999"),
    "a_thousand_sheets": _sub(_WORKBOOK, rb"<sheets>", lambda m: m[0] + b"".join(b'<sheet name="n%d" sheetId="%d" r:id="rId1"/>' % (n, n + 9) for n in range(1000))),
}  # fmt: skip
READABLE = ("endless_merge", "sheet_loop", "many_columns_hidden", "bomb_elsewhere", "deep_xml")
"""What may be read all the same: the trouble stands beside the form."""


def _lying(parts: Parts) -> bytes:
    """A sheet that declares a few bytes and unpacks to 120 MB."""
    data = pack(parts | {_SHEET: parts[_SHEET].replace(b"<sheetData>", b"<sheetData>" + _MEGA * 120)})
    real = struct.pack("<I", len(parts[_SHEET]) + 120 * 2**20)
    assert data.count(real) == 2
    return data.replace(real, struct.pack("<I", 5000))


def _bzip2(parts: Parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


def _doubled(parts: Parts) -> bytes:
    import warnings

    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        warnings.simplefilter("ignore")
        for name, data in [*parts.items(), (_SHEET, b"<worksheet/>")]:
            book.writestr(name, data)
    return out.getvalue()


def _ods() -> Iterator[tuple[str, bytes]]:
    cell = '<table:table-cell office:value-type="float" office:value="1" {0}><text:p>1</text:p></table:table-cell>'
    bodies = {
        "rows": f'<table:table-row table:number-rows-repeated="1048576">{cell.format("")}</table:table-row>'
        * 3,
        "cells": f'<table:table-row table:number-rows-repeated="1048576">{cell.format(chr(32) + "table:number-columns-repeated=" + chr(34) + "16384" + chr(34))}</table:table-row>',
        "spans": f"<table:table-row>{cell.format('table:number-rows-spanned=' + chr(34) + '999999999' + chr(34))}</table:table-row>",
        "corner": f'<table:table-row>{cell.format("")}</table:table-row><table:table-row table:number-rows-repeated="1048570"/>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="16000"/>{cell.format("")}</table:table-row>',
    }
    names = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    for name, body in bodies.items():
        content = f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="a">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
        yield f"{name}.ods", _as_ods(content.encode())
    yield "laughs.ods", _as_ods(_LAUGHS + b"<a>&m;</a>")
    yield "broken.ods", _as_ods(b"<office:document-content")
    yield "nothing.ods", pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})


def _as_ods(content: bytes) -> bytes:
    return pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def _xlsb() -> Iterator[tuple[str, bytes]]:
    far = {(0, 0): 1.0, (1_048_575, 16_383): 1.0}
    yield "far.xlsb", formats.xlsb_of(far)
    good = formats.xlsb_of({(0, 0): 1.0})
    yield "cut.xlsb", good[: len(good) // 2]
    parts = unpack(good)
    sheet = parts["xl/worksheets/sheet1.bin"]
    yield (
        "long_record.xlsb",
        pack(parts | {"xl/worksheets/sheet1.bin": sheet[:20] + b"\x05\xff\xff\xff\x7f" + sheet[20:]}),
    )
    yield "many_records.xlsb", pack(parts | {"xl/worksheets/sheet1.bin": b"\x25\x00" * 20_000_000})
