"""A macro book with what editing libraries lose, its odd parts written by hand as Excel has them."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

SHEET, OTHER = "評価シート", "別紙"
CHECK, RADIO = (20, 1), (22, 1)
"""First cells of the form controls, both ticked; the check box is linked to `LINK`."""
LINK = (24, 5)
FIRST_NOTE, THREAD = (1, 1), (2, 2)
ARRAY, FORMULA = (9, 0), (10, 0)
FURIGANA = "事務事業"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MS = "http://schemas.microsoft.com/office"
_VML = (
    '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" '
    'o:connecttype="rect"/><o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
)


def write(path: Path) -> Path:
    """Write the book (.xlsm)."""
    folder = path.parent / f"{path.stem}_parts"
    folder.mkdir(exist_ok=True)
    (folder / "vbaProject.bin").write_bytes(b"\xd0\xcf\x11\xe0 any bytes " * 40)
    (folder / "dot.png").write_bytes(_png())
    _plain(folder / "plain.xlsm", folder)
    with zipfile.ZipFile(folder / "plain.xlsm") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for add in (_furigana, _printer, _custom_ui, _thread, _controls, _slicer, _chain):
        add(parts)
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            how = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            book.writestr(zipfile.ZipInfo(name, (2018, 5, 31, 10, 0, 0)), data, how)
    return path


def parts(path: Path) -> dict[str, bytes]:
    """All members of a file, in order."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def _plain(path: Path, folder: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.add_vba_project(str(folder / "vbaProject.bin"))
    sheet, other = book.add_worksheet(SHEET), book.add_worksheet(OTHER)
    bold = book.add_format({"bold": True, "bg_color": "#C0FFEE", "num_format": "#,##0", "border": 1})
    sheet.write(0, 0, FURIGANA, bold)
    sheet.write(1, 1, 8652, bold)
    sheet.write_rich_string(2, 2, "二つの", bold, "書式")
    sheet.write(3, 3, "短い")
    sheet.write_array_formula(*ARRAY, *ARRAY, "{=SUM(B2:B3*2)}", value=17304)
    sheet.write_formula(*FORMULA, "=B2+1", None, 8653)
    sheet.write_comment(*FIRST_NOTE, "前からあるメモ", {"author": "見本 一郎"})
    sheet.write_comment(*THREAD, "[スレッド化されたコメント]", {"author": "tc={0}"})
    sheet.insert_checkbox(4, 4, True)
    sheet.insert_textbox(12, 8, "テキストボックス")
    sheet.insert_image(14, 8, str(folder / "dot.png"))
    sheet.conditional_format(0, 6, 9, 6, {"type": "data_bar", "data_bar_2010": True})
    sheet.add_sparkline(3, 7, {"range": f"{SHEET}!B1:B9"})
    sheet.data_validation(5, 5, 5, 5, {"validate": "list", "source": f"={OTHER}!$A$1:$A$3"})
    sheet.set_column(0, 10, 9)
    other.write_column(0, 0, ["拡充", "維持", "縮小"])
    book.define_name(f"{OTHER}!選択肢", f"={OTHER}!$A$1:$A$3")
    book.close()


def _change(parts: dict[str, bytes], name: str, change: Callable[[str], str]) -> None:
    before = parts[name].decode()
    after = change(before)
    assert after != before, name
    parts[name] = after.encode()


def _type(parts: dict[str, bytes], name: str, kind: str) -> None:
    tag = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    _change(parts, "[Content_Types].xml", lambda text: text.replace("</Types>", tag))


def _relate(parts: dict[str, bytes], part: str, ident: str, kind: str, target: str) -> None:
    tag = f'<Relationship Id="{ident}" Type="{kind}" Target="{target}"/></Relationships>'
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels".lstrip("/")
    _change(parts, name, lambda text: text.replace("</Relationships>", tag))


_SHEET1 = "xl/worksheets/sheet1.xml"


def _furigana(parts: dict[str, bytes]) -> None:
    ruby = f'<t>{FURIGANA}</t><rPh sb="0" eb="2"><t>ジム</t></rPh><phoneticPr fontId="1"/>'
    _change(parts, "xl/sharedStrings.xml", lambda text: text.replace(f"<t>{FURIGANA}</t>", ruby))


def _printer(parts: dict[str, bytes]) -> None:
    parts["xl/printerSettings/printerSettings1.bin"] = bytes(range(256))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
    _type(parts, "xl/printerSettings/printerSettings1.bin", kind)  # the ending stands for the VBA
    _relate(parts, _SHEET1, "rIdP", f"{_R}/printerSettings", "../printerSettings/printerSettings1.bin")
    margins = re.compile(r"(<pageMargins[^>]*/>)")
    _change(parts, _SHEET1, lambda text: margins.sub(r'\1<pageSetup paperSize="9" r:id="rIdP"/>', text))


def _custom_ui(parts: dict[str, bytes]) -> None:
    ui = '<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon/></customUI>'
    parts["customUI/customUI14.xml"] = (_HEAD + ui).encode()
    kind = f"{_MS}/2007/relationships/ui/extensibility"
    tag = f'<Relationship Id="rIdU" Type="{kind}" Target="customUI/customUI14.xml"/></Relationships>'
    _change(parts, "_rels/.rels", lambda text: text.replace("</Relationships>", tag))


def _thread(parts: dict[str, bytes]) -> None:
    main, person = "{1A2B3C4D-0000-4000-8000-000000000001}", "{1A2B3C4D-0000-4000-8000-000000000002}"
    space = f"{_MS}/spreadsheetml/2018/threadedcomments"
    parts["xl/threadedComments/threadedComment1.xml"] = (
        f'{_HEAD}<ThreadedComments xmlns="{space}"><threadedComment ref="C3" dT="2018-05-31T10:00:00.00" '
        f'personId="{person}" id="{main}"><text>根拠は？</text></threadedComment></ThreadedComments>'
    ).encode()
    parts["xl/persons/person.xml"] = (
        f'{_HEAD}<personList xmlns="{space}"><person displayName="見本 一郎" id="{person}" userId="m" '
        'providerId="None"/></personList>'
    ).encode()
    _type(parts, "xl/threadedComments/threadedComment1.xml", "application/vnd.ms-excel.threadedcomments+xml")
    _type(parts, "xl/persons/person.xml", "application/vnd.ms-excel.person+xml")
    kinds = f"{_MS}/2017/10/relationships"
    _relate(parts, _SHEET1, "rIdT", f"{kinds}/threadedComment", "../threadedComments/threadedComment1.xml")
    _relate(parts, "xl/workbook.xml", "rIdPerson", f"{kinds}/person", "persons/person.xml")
    _change(parts, "xl/comments1.xml", lambda text: text.replace("tc={0}", f"tc={main}"))


def _controls(parts: dict[str, bytes]) -> None:
    kinds = (("CheckBox", "Checkbox", CHECK, f' fmlaLink="$F${LINK[0] + 1}"'), ("Radio", "Radio", RADIO, ""))
    shapes, controls = _VML, ""
    for number, (kind, in_vml, (row, column), link) in enumerate(kinds, 1):
        ident = 1100 + number
        parts[f"xl/ctrlProps/ctrlProp{number}.xml"] = (
            f'{_HEAD}<formControlPr xmlns="{_MS}/spreadsheetml/2009/9/main" objectType="{kind}" '
            f'checked="Checked"{link} lockText="1"/>'
        ).encode()
        _type(parts, f"xl/ctrlProps/ctrlProp{number}.xml", "application/vnd.ms-excel.controlproperties+xml")
        _relate(parts, _SHEET1, f"rIdC{number}", f"{_R}/ctrlProp", f"../ctrlProps/ctrlProp{number}.xml")
        linked = f"<x:FmlaLink>$F${LINK[0] + 1}</x:FmlaLink>" if link else ""
        shapes += (
            f'<v:shape id="{in_vml}_x0020_{number}" o:spid="_x0000_s{ident}" type="#_x0000_t201" '
            "style='position:absolute;width:80pt;height:15pt'><v:textbox><div>市民<br></div></v:textbox>"
            f'<x:ClientData ObjectType="{in_vml}"><x:Anchor>{column}, 2, {row}, 2, {column + 1}, 60, '
            f"{row + 1}, 0</x:Anchor>{linked}<x:Checked>1</x:Checked></x:ClientData></v:shape>"
        )
        controls += _control(number, ident, row, column)
    _change(parts, "xl/drawings/vmlDrawing1.vml", lambda text: text.replace("</xml>", shapes + "</xml>"))
    wrapped = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="x14"><controls>{controls}</controls></mc:Choice></mc:AlternateContent>'
    )
    x14 = f'xmlns:x14="{_MS}/spreadsheetml/2009/9/main"'
    legacy = re.compile(r"(<legacyDrawing [^>]*/>)")
    _change(parts, _SHEET1, lambda text: legacy.sub(lambda match: match[1] + wrapped, text))
    if x14 not in parts[_SHEET1].decode().split(">", 2)[1]:
        _change(parts, _SHEET1, lambda text: text.replace("<worksheet ", f"<worksheet {x14} ", 1))
    cell = f'<row r="{LINK[0] + 1}"><c r="F{LINK[0] + 1}" t="b"><v>1</v></c></row></sheetData>'
    _change(parts, _SHEET1, lambda text: text.replace("</sheetData>", cell))


def _control(number: int, ident: int, row: int, column: int) -> str:
    xdr = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    ends = "".join(
        f'<{name}><xdr:col xmlns:xdr="{xdr}">{column}</xdr:col><xdr:colOff xmlns:xdr="{xdr}">0</xdr:colOff>'
        f'<xdr:row xmlns:xdr="{xdr}">{row}</xdr:row><xdr:rowOff xmlns:xdr="{xdr}">0</xdr:rowOff></{name}>'
        for name in ("from", "to")
    )
    return (
        f'<control shapeId="{ident}" r:id="rIdC{number}" name="C{number}"><controlPr defaultSize="0">'
        f"<anchor>{ends}</anchor></controlPr></control>"
    )


def _slicer(parts: dict[str, bytes]) -> None:
    space = f'xmlns="{_MS}/spreadsheetml/2009/9/main"'
    parts["xl/slicers/slicer1.xml"] = (
        f'{_HEAD}<slicers {space}><slicer name="課" cache="Slicer_課" rowHeight="1"/></slicers>'.encode()
    )
    _type(parts, "xl/slicers/slicer1.xml", "application/vnd.ms-excel.slicer+xml")
    _relate(parts, _SHEET1, "rIdS", f"{_MS}/2007/relationships/slicer", "../slicers/slicer1.xml")


def _chain(parts: dict[str, bytes]) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = f'<calcChain xmlns="{main}"><c r="A11" i="1"/><c r="A10" i="1" a="1"/></calcChain>'
    parts["xl/calcChain.xml"] = (_HEAD + chain).encode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    _type(parts, "xl/calcChain.xml", kind)
    _relate(parts, "xl/workbook.xml", "rIdChain", f"{_R}/calcChain", "calcChain.xml")
    _change(parts, "xl/workbook.xml", lambda text: text.replace(' fullCalcOnLoad="1"', ""))


def _png() -> bytes:
    """A picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    image = zlib.compress(b"\x00\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", image) + chunk(b"IEND", b"")
