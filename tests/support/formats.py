"""Books in formats that no library here writes: Strict Open XML and .xlsb, made from an .xlsx."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook

_STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships":
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing":
        "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
}  # fmt: skip


def strict(source: Path, target: Path) -> Path:
    """The same book as "Strict Open XML Spreadsheet": other names of the same things."""
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in book.namelist():
            data = book.read(name)
            for transitional, other in _STRICT.items():
                data = data.replace(transitional.encode(), other.encode())
            if name == "xl/workbook.xml":
                data = re.sub(rb"<workbook ", b'<workbook conformance="strict" ', data, count=1)
            copy.writestr(name, data)
    return target


def macro(source: Path, target: Path) -> Path:
    """The same book as .xlsm: another content type, and a project of macros."""
    with zipfile.ZipFile(source) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in book.namelist():
            data = book.read(name)
            if name == "[Content_Types].xml":
                plain, enabled = (
                    b"openxmlformats-officedocument.spreadsheetml.sheet.main",
                    b"ms-excel.sheet.macroEnabled.main",
                )
                data = data.replace(plain, enabled)
            copy.writestr(name, data)
        copy.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return target


def xlsb(
    source: Path,
    target: Path,
    *,
    vml: dict[int, bytes] | None = None,
    errors: dict[tuple[int, int], int] | None = None,
) -> Path:
    """The values and merged blocks of a book as .xlsb. ``vml``: a drawing by sheet number, from 1.

    ``errors`` puts error cells (by row and column, with their code) onto the first sheet.
    """
    book = CalamineWorkbook.from_path(source)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        copy.writestr("[Content_Types].xml", _types(len(book.sheet_names)))
        copy.writestr("_rels/.rels", _rels({"rId1": ("officeDocument", "xl/workbook.bin")}))
        sheets = b""
        for number, meta in enumerate(book.sheets_metadata, 1):
            sheet = book.get_sheet_by_name(meta.name)
            merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            cells = {
                (row, column): value
                for row, line in enumerate(sheet.to_python(skip_empty_area=False))
                for column, value in enumerate(line)
                if value != ""
            }
            wrong = (errors or {}) if number == 1 else {}
            copy.writestr(f"xl/worksheets/sheet{number}.bin", _sheet(cells, merges, wrong))
            visible = 0 if "Visible" in str(meta.visible) and "Hidden" not in str(meta.visible) else 1
            sheets += _record(
                156, struct.pack("<II", visible, number) + _text(f"rId{number}") + _text(meta.name)
            )
            if vml and number in vml:
                copy.writestr(f"xl/drawings/vmlDrawing{number}.vml", vml[number])
                rels = {"rIdV": ("vmlDrawing", f"../drawings/vmlDrawing{number}.vml")}
                copy.writestr(f"xl/worksheets/_rels/sheet{number}.bin.rels", _rels(rels))
        copy.writestr("xl/workbook.bin", _record(131) + _record(143) + sheets + _record(144) + _record(132))
        named = {
            f"rId{n}": ("worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(book.sheet_names) + 1)
        }
        copy.writestr("xl/_rels/workbook.bin.rels", _rels(named))
    return target


def xlsb_of(
    cells: dict[tuple[int, int], object], number_formats: dict[tuple[int, int], str] | None = None
) -> bytes:
    """An .xlsb of one sheet with these cells, of which some have number formats."""
    styles = dict(zip(number_formats or (), range(1, 100), strict=False))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        copy.writestr("[Content_Types].xml", _types(1))
        copy.writestr("_rels/.rels", _rels({"rId1": ("officeDocument", "xl/workbook.bin")}))
        copy.writestr("xl/worksheets/sheet1.bin", _sheet(cells, [], {}, styles))
        sheet = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("様式"))
        copy.writestr("xl/workbook.bin", _record(131) + _record(143) + sheet + _record(144) + _record(132))
        copy.writestr("xl/styles.bin", _styles([*(number_formats or {}).values()]))
        named = {"rId1": ("worksheet", "worksheets/sheet1.bin"), "rId2": ("styles", "styles.bin")}
        copy.writestr("xl/_rels/workbook.bin.rels", _rels(named))
    return out.getvalue()


def _styles(codes: list[str]) -> bytes:
    """The part of styles: one without a number format, and one for each."""
    formats = b"".join(_record(44, struct.pack("<H", n) + _text(code)) for n, code in enumerate(codes, 164))
    usual, own = _record(47, struct.pack("<HH12x", 0xFFFF, 9)), _record(47, struct.pack("<HH12x", 0, 0))
    own += b"".join(_record(47, struct.pack("<HH12x", 0, n)) for n in range(164, 164 + len(codes)))
    named = _record(626, struct.pack("<I", 1)) + usual + _record(627)
    styles = _record(617, struct.pack("<I", 1 + len(codes))) + own + _record(618)
    return (
        _record(278) + _record(615, struct.pack("<I", len(codes))) + formats + _record(616) + named + styles
    )


def _sheet(
    cells: dict[tuple[int, int], object],
    merges: list[tuple[int, int, int, int]],
    errors: dict[tuple[int, int], int],
    styles: dict[tuple[int, int], int] | None = None,
) -> bytes:
    rows = b""
    for row in sorted({spot[0] for spot in cells.keys() | errors.keys()}):
        rows += _record(0, struct.pack("<IIHBBBI", row, 0, 270, 0, 0, 0, 0))
        for column in sorted(c for r, c in cells.keys() | errors.keys() if r == row):
            head = struct.pack("<II", column, (styles or {}).get((row, column), 0))
            value = cells.get((row, column))
            if (row, column) in errors:
                rows += _record(3, head + bytes([errors[row, column]]))
            elif isinstance(value, bool):
                rows += _record(4, head + bytes([value]))
            elif isinstance(value, (int, float)):
                rows += _record(5, head + struct.pack("<d", value))
            else:
                rows += _record(6, head + _text(str(value)))
    merged = b"".join(
        _record(176, struct.pack("<IIII", top, bottom, left, right)) for top, left, bottom, right in merges
    )
    if merged:
        merged = _record(177, struct.pack("<I", len(merges))) + merged + _record(178)
    edge = max((c for _, c in cells), default=0), max((r for r, _ in cells), default=0)
    dimension = _record(148, struct.pack("<IIII", 0, edge[1], 0, edge[0]))
    return _record(129) + dimension + _record(145) + rows + _record(146) + merged + _record(130)


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(content), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + content


def _text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _types(sheets: int) -> str:
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.bin" ContentType="application/vnd.ms-excel.worksheet"/>'
        for n in range(1, sheets + 1)
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        f"{overrides}</Types>"
    )


def _rels(targets: dict[str, tuple[str, str]]) -> str:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rows = "".join(
        f'<Relationship Id="{i}" Type="{base}/{k}" Target="{t}"/>' for i, (k, t) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'
