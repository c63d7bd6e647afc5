"""The parts of evalxl.xlam and the file around them: a book with one hidden sheet, the VBA, the ribbon."""

from __future__ import annotations

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from pyopenvba import ExcelFile

from udfs import ribbon
from udfs.addin import texts, vba

SHEET = "texts"
_KEPT = ("xl/styles.xml", "xl/theme/theme1.xml", "xl/vbaProject.bin")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


def build() -> bytes:
    """The add-in's file. Raises `DiffersError` when it does not read back as what went in."""
    from udfs.addin.readback import verify

    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    verify(out.getvalue())
    return out.getvalue()


def parts() -> dict[str, bytes]:
    """All parts of the file, by name."""
    table, sheet = _strings(texts.rows())
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(_root_relations()),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                ("rId1", f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
                ("rId2", f"{_OFFICE}/styles", "styles.xml"),
                ("rId3", f"{_OFFICE}/theme", "theme/theme1.xml"),
                ("rId4", f"{_OFFICE}/sharedStrings", "sharedStrings.xml"),
                (
                    "rId5",
                    "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
                    "vbaProject.bin",
                ),
            ]
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": table,
        **_of_new_addin(),
        **{name: ribbon.xml(namespace) for name, namespace in ribbon.NAMESPACES.items()},
        "docProps/core.xml": _CORE,
    }
    return {name: data if isinstance(data, bytes) else data.encode() for name, data in found.items()}


def _of_new_addin() -> dict[str, bytes]:
    """What an empty add-in that Excel made gives: styles, theme, and its VBA project, with our modules."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.xlam"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            for name, source in vba.modules().items():
                project.add_module(name, _crlf(source))
            book.set_module(vba.BOOK, _crlf(vba.book_code()))
            book.save()
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in _KEPT}


def _crlf(source: str) -> str:
    """As VBA has it, and with nothing that its code page lacks."""
    source.encode("ascii")
    return source.replace("\n", "\r\n")


def _content_types() -> str:
    overrides = {
        "/xl/workbook.xml": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
        "/xl/worksheets/sheet1.xml": f"{_SHEETML}.worksheet+xml",
        "/xl/styles.xml": f"{_SHEETML}.styles+xml",
        "/xl/sharedStrings.xml": f"{_SHEETML}.sharedStrings+xml",
        "/xl/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    defaults = {
        "bin": "application/vnd.ms-office.vbaProject", "rels": _RELATIONS_TYPE, "xml": "application/xml",
    }  # fmt: skip
    inner = "".join(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items())
    inner += "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in overrides.items())
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{inner}</Types>'


def _root_relations() -> list[tuple[str, str, str]]:
    ui, older = ribbon.NAMESPACES
    return [
        ("rId1", f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
        ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ("rId3", "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility", ui),
        ("rId4", "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility", older),
    ]


def _relations(relations: list[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{to}"/>' for i, t, to in relations)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _workbook() -> str:
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr codeName="{vba.BOOK}"/>'
        f'<bookViews><workbookView/></bookViews><sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )


def _strings(rows: list[list[str]]) -> tuple[str, str]:
    """The table of texts, and the sheet that shows them."""
    known = {text: number for number, text in enumerate(dict.fromkeys(text for row in rows for text in row))}
    inner = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in known)
    count = sum(map(len, rows))
    table = f'{_HEAD}<sst xmlns="{_MAIN}" count="{count}" uniqueCount="{len(known)}">{inner}</sst>'
    cells = ("".join(f'<c t="s"><v>{known[text]}</v></c>' for text in row) for row in rows)
    data = "".join(f"<row>{row}</row>" for row in cells)
    sheet = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr codeName="Sheet1"/><sheetData>{data}</sheetData>'
        "</worksheet>"
    )
    return table, sheet


_CORE = (
    f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>事務事業評価</dc:title><dc:creator>evalxl</dc:creator>'
    "</cp:coreProperties>"
)
