"""A new worksheet's XML, for sheets that are added to a book."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from workbook.grid import address
from workbook.parts.xml import MAIN, set_text


@dataclasses.dataclass(slots=True, frozen=True)
class Written:
    """A cell of a new sheet: a text, its format, and where it leads."""

    text: str | int | float = ""
    style: int = 0
    link: str = ""
    """``'評価シート'!AB45``; "" for no link."""


def sheet_xml(
    rows: Sequence[Sequence[Written]],
    *,
    main: str = MAIN,
    widths: Sequence[float] = (),
    hidden: Sequence[int] = (),
    frozen: int = 0,
    heights: Mapping[int, float] | None = None,
) -> bytes:
    """A worksheet: texts stay texts, whatever they begin with. ``frozen`` rows stay in sight."""
    prefixes: Any = {None: main}  # its stubs do not know that None is a prefix
    root = etree.Element(f"{{{main}}}worksheet", nsmap=prefixes)
    _sub(_sub(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
    if frozen:
        view = _sub(_sub(root, "sheetViews"), "sheetView", showGridLines="0", workbookViewId="0")
        _sub(view, "pane", ySplit=str(frozen), topLeftCell=address(frozen, 0), activePane="bottomLeft",
             state="frozen")  # fmt: skip
    _columns(root, widths, hidden)
    _rows(root, rows, heights or {})
    _links(root, rows)
    setup = {"orientation": "landscape", "paperSize": "9", "fitToHeight": "0"}
    _sub(root, "pageMargins", left="0.4", right="0.4", top="0.5", bottom="0.5", header="0.2", footer="0.2")
    _sub(root, "pageSetup", **setup)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _columns(root: etree._Element, widths: Sequence[float], hidden: Sequence[int]) -> None:
    if not widths:
        return
    columns = _sub(root, "cols")
    for number, width in enumerate(widths, 1):
        column = _sub(columns, "col", min=str(number), max=str(number), width=f"{width:g}", customWidth="1")
        if number - 1 in hidden:
            column.set("hidden", "1")


def _rows(root: etree._Element, rows: Sequence[Sequence[Written]], heights: Mapping[int, float]) -> None:
    data = _sub(root, "sheetData")
    for number, row in enumerate(rows):
        element = _sub(data, "row", r=str(number + 1))
        if number in heights:
            element.set("ht", f"{heights[number]:g}")
            element.set("customHeight", "1")
        for column, cell in enumerate(row):
            _cell(element, address(number, column), cell)


def _links(root: etree._Element, rows: Sequence[Sequence[Written]]) -> None:
    links = [
        (address(number, column), cell.link)
        for number, row in enumerate(rows)
        for column, cell in enumerate(row)
        if cell.link
    ]
    holder = _sub(root, "hyperlinks") if links else root
    for here, there in links:
        _sub(holder, "hyperlink", ref=here, location=there)


def _cell(row: etree._Element, here: str, cell: Written) -> None:
    if cell.text == "" and not cell.style:
        return
    element = _sub(row, "c", r=here)
    if cell.style:
        element.set("s", str(cell.style))
    if isinstance(cell.text, str):
        if cell.text:
            element.set("t", "inlineStr")
            set_text(_sub(_sub(element, "is"), "t"), cell.text)
    else:
        _sub(element, "v").text = repr(cell.text)


def _sub(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)
