"""Turn the typed ticks of a book into drawn ones: form controls, option buttons, ActiveX, ovals.

The parts are written by hand, as Excel writes them; the record that the book holds stays the same.
"""

# ruff: noqa: E501 (parts stand here as programs write them)
from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from workbook.grid import Rect, address

_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ON, OFF, MARK = "■", "□", "●"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPLIT = re.compile(f"[{ON}{OFF}]")


@dataclasses.dataclass(frozen=True)
class How:
    """In which way a tick is drawn."""

    kind: str = "check"
    """check, option, activex"""
    parts: str = "both"
    """both: ctrlProp and VML; ctrlprop or vml: only that"""
    captions: str = ""
    """vml or drawing: where the control's own text stands; empty: the label is in the cell"""
    link: str = ""
    """here, or the name of another sheet"""
    ovals: bool = False
    """The ● of the matrix as ovals."""
    wrong: frozenset[int] = frozenset()
    """Numbers of the controls (from 0) whose linked cell says the opposite."""
    fallback: bool = True
    """Wrapped in mc:AlternateContent with a Fallback, as Excel does."""


@dataclasses.dataclass
class Drawn:
    """One control as it is to be written."""

    number: int
    state: bool
    caption: str
    block: Rect
    step: int
    """Which one of those on its block."""
    of: int
    """How many those are."""
    link: str = ""


def draw(source: Path, target: Path, how: How) -> list[Drawn]:
    """Write a copy of a book of `layouts` (its ticks ■ and □) with drawn ticks; returns the controls."""
    with zipfile.ZipFile(source) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    strings = ["".join(si.itertext()) for si in etree.fromstring(parts["xl/sharedStrings.xml"]).iter("{*}si")]
    names = [s.get("name", "") for s in etree.fromstring(parts["xl/workbook.xml"]).iter("{*}sheet")]
    drawn: list[Drawn] = []
    for number, name in enumerate(names, 1):
        if name != how.link:
            _Sheet(parts, number, name, strings, how, drawn).write()
    if how.link in names:
        _add_links(parts, names.index(how.link) + 1, [(d.link, _linked_state(d, how)) for d in drawn])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for part, data in parts.items():
            book.writestr(part, data)
    return drawn


def _linked_state(control: Drawn, how: How) -> bool:
    return control.state != (control.number in how.wrong)


class _Sheet:
    def __init__(
        self,
        parts: dict[str, bytes],
        number: int,
        name: str,
        strings: list[str],
        how: How,
        drawn: list[Drawn],
    ) -> None:
        self.parts, self.number, self.name, self.strings, self.how = parts, number, name, strings, how
        self.drawn, self.first = drawn, len(drawn)
        self.part = f"xl/worksheets/sheet{number}.xml"
        self.root = etree.fromstring(parts[self.part])
        self.blocks = {}
        for merge in self.root.iter("{*}mergeCell"):
            rect = Rect(*_range(merge.get("ref", "")))
            self.blocks[rect.top, rect.left] = rect
        self.ovals: list[Rect] = []
        used = [spot(cell.get("r", ""))[1] for cell in self.root.iter("{*}c") if len(cell)]
        self.links = max([*used, *(block.right for block in self.blocks.values())]) + 2
        """The first column of linked cells, right of all that stands on the sheet."""

    def write(self) -> None:
        for cell in list(self.root.iter("{*}c")):
            if cell.get("t") == "s":
                self._cell(cell, self.strings[int(cell.findtext("{*}v", "0"))])
        mine = self.drawn[self.first :]
        if not mine and not self.ovals:
            return
        if self.how.link == "here":
            for control in mine:
                row, column = spot(control.link.replace("$", ""))
                _put_boolean(self.root, row, column, _linked_state(control, self.how))
        self._add_parts(mine)
        self.parts[self.part] = _HEAD + etree.tostring(self.root, encoding="UTF-8", xml_declaration=False)

    def _cell(self, cell: Any, text: str) -> None:
        row, column, _, _ = _range(cell.get("r", ""))
        block = self.blocks.get((row, column), Rect(row, column, row, column))
        if text.strip() == MARK and self.how.ovals:
            self.ovals.append(block)
            _blank(cell)
            return
        glyphs = _SPLIT.findall(text)
        if not glyphs:
            return
        texts = [t.strip() for t in _SPLIT.split(text)]
        before, labels = texts[0], texts[1:]
        assert not before, "the glyph stands first"
        captioned = bool(self.how.captions) and any(labels)
        for step, (glyph, label) in enumerate(zip(glyphs, labels, strict=True)):
            control = Drawn(
                len(self.drawn), glyph == ON, label if captioned else "", block, step, len(glyphs)
            )
            if self.how.link == "here":
                beside = sum(c.block.top == block.top for c in self.drawn[self.first :])
                control.link = f"${_letters(self.links + beside)}${block.top + 1}"
            elif self.how.link:
                control.link = f"{self.how.link}!$F${control.number + 1}"
            self.drawn.append(control)
        self._retype(cell, "" if captioned else "　　".join(labels))

    def _retype(self, cell: Any, text: str) -> None:
        if not text:
            _blank(cell)
            return
        self.strings.append(text)
        shared = self.parts["xl/sharedStrings.xml"]
        one = f'<si><t xml:space="preserve">{escape(text)}</t></si></sst>'.encode()
        self.parts["xl/sharedStrings.xml"] = shared.replace(b"</sst>", one)
        cell.find("{*}v").text = str(len(self.strings) - 1)

    # -- parts --

    def _add_parts(self, controls: list[Drawn]) -> None:
        how, number = self.how, self.number
        relations: list[tuple[str, str, str]] = []
        tail = ""
        if controls and how.parts != "vml":
            tail = self._ctrl_props(controls, relations)
        if self.ovals or (controls and how.parts != "vml"):
            self.parts[f"xl/drawings/drawing{number}.xml"] = self._drawing(controls).encode()
            relations.append(("rIdD", "drawing", f"../drawings/drawing{number}.xml"))
            _content(
                self.parts,
                f"xl/drawings/drawing{number}.xml",
                "application/vnd.openxmlformats-officedocument.drawing+xml",
            )
            self._append(f'<drawing xmlns="{_MAIN}" xmlns:r="{_REL}" r:id="rIdD"/>')
        if controls and how.parts != "ctrlprop":
            self.parts[f"xl/drawings/vmlDrawing{number}.vml"] = self._vml(controls).encode()
            relations.append(("rIdV", "vmlDrawing", f"../drawings/vmlDrawing{number}.vml"))
            self._append(f'<legacyDrawing xmlns="{_MAIN}" xmlns:r="{_REL}" r:id="rIdV"/>')
        if tail:
            self._append(tail)
        types = self.parts["[Content_Types].xml"]
        if b'"vml"' not in types:
            default = b'<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            self.parts["[Content_Types].xml"] = types.replace(b"<Override", default + b"<Override", 1)
        rows = "".join(f'<Relationship Id="{i}" Type="{_REL}/{k}" Target="{t}"/>' for i, k, t in relations)
        rels = f"xl/worksheets/_rels/sheet{number}.xml.rels"
        assert rels not in self.parts
        self.parts[rels] = f'<Relationships xmlns="{_PKG}">{rows}</Relationships>'.encode()

    def _append(self, xml: str) -> None:
        self.root.append(etree.fromstring(xml))

    def _ctrl_props(self, controls: list[Drawn], relations: list[tuple[str, str, str]]) -> str:
        rows = ""
        for c in controls:
            link = f' fmlaLink="{escape(c.link)}"' if c.link else ""
            anchor = f'<anchor moveWithCells="1">{_markers(c, "")}</anchor>'
            if self.how.kind == "activex":
                part, kind = f"xl/activeX/activeX{c.number + 1}.xml", "control"
                self.parts[part] = (
                    b'<ax:ocx xmlns:ax="http://schemas.microsoft.com/office/2006/activeX" '
                    b'ax:classid="{8BD21D40-EC42-11CE-9E0D-00AA006002F3}" ax:persistence="persistStreamInit"/>'
                )
                _content(self.parts, part, "application/vnd.ms-office.activeX+xml")
                link = f' linkedCell="{escape(c.link)}"' if c.link else ""
            else:
                part, kind, link = f"xl/ctrlProps/ctrlProp{c.number + 1}.xml", "ctrlProp", ""
                object_type = "Radio" if self.how.kind == "option" else "CheckBox"
                checked = ' checked="Checked"' if c.state else ""
                linked = f' fmlaLink="{escape(c.link)}"' if c.link else ""
                self.parts[part] = (
                    '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
                    f'objectType="{object_type}"{checked}{linked} lockText="1" noThreeD="1"/>'
                ).encode()
                _content(self.parts, part, "application/vnd.ms-excel.controlproperties+xml")
            ident = f"rIdC{c.number}"
            relations.append((ident, kind, "/" + part))
            one = f'shapeId="{_shape(c)}" r:id="{ident}" name="Check Box {c.number + 1}"'
            control = f'<control {one}><controlPr defaultSize="0"{link}>{anchor}</controlPr></control>'
            rows += _alternate(control, f"<control {one}/>") if self.how.fallback else control
        controls_xml = f"<controls>{rows}</controls>"
        if not self.how.fallback:
            return controls_xml.replace("<controls>", f"<controls {_NAMES}>", 1)
        return _alternate(controls_xml, "", _NAMES)

    def _drawing(self, controls: list[Drawn]) -> str:
        rows = ""
        for c in controls if self.how.kind != "activex" else ():
            text = c.caption if self.how.captions == "drawing" else ""
            rows += (
                '<mc:AlternateContent><mc:Choice xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
                f'Requires="a14"><xdr:twoCellAnchor>{_markers(c, "xdr:")}<xdr:sp><xdr:nvSpPr><xdr:cNvPr '
                f'id="{_shape(c)}" name="Check Box {c.number + 1}" hidden="1"><a:extLst><a:ext uri="x">'
                f'<a14:compatExt spid="_x0000_s{_shape(c)}"/></a:ext></a:extLst></xdr:cNvPr><xdr:cNvSpPr/></xdr:nvSpPr>'
                f'<xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody><a:bodyPr/><a:p><a:r>'
                f"<a:t>{escape(text)}</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
                "</mc:Choice><mc:Fallback/></mc:AlternateContent>"
            )
        for number, block in enumerate(self.ovals):
            rows += oval(block, 9000 + number)
        return (
            '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
            f'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{rows}</xdr:wsDr>'
        )

    def _vml(self, controls: list[Drawn]) -> str:
        rows = ""
        kind = {"option": "Radio", "activex": "Pict"}.get(self.how.kind, "Checkbox")
        for c in controls:
            checked = "<x:Checked>1</x:Checked>" if c.state and kind != "Pict" else ""
            link = f"<x:FmlaLink>{escape(c.link)}</x:FmlaLink>" if c.link else ""
            top, left, bottom, right = c.block
            columns = right - left + 1
            shift = left + c.step * columns // c.of if columns >= c.of else left
            rest = 2 if columns >= c.of else _offset(c)
            anchor = f"{shift}, {rest}, {top}, 2, {right}, {rest + 30}, {bottom}, 14"
            text = c.caption if self.how.captions == "vml" else ""
            rows += (
                f'<v:shape id="_x0000_s{_shape(c)}" type="#_x0000_t201"><v:textbox><div style=\'text-align:left\'>'
                f'<font face="MS PGothic">{escape(text)}</font><br></div></v:textbox>'  # unclosed, as Excel 2007 does
                f'<x:ClientData ObjectType="{kind}"><x:SizeWithCells/><x:Anchor>\n {anchor}</x:Anchor>{checked}{link}'
                f"{'<x:MapOCX/>' if kind == 'Pict' else ''}</x:ClientData></v:shape>"
            )
        return (
            '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
            f'xmlns:x="urn:schemas-microsoft-com:office:excel">{rows}</xml>'
        )


_NAMES = (
    f'xmlns="{_MAIN}" xmlns:r="{_REL}" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def _alternate(choice: str, fallback: str, names: str = "") -> str:
    return (
        f'<mc:AlternateContent {names}><mc:Choice Requires="x14">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


def oval(block: Rect, number: int, *, geometry: str = "ellipse", filled: bool = False) -> str:
    """The anchor of an oval over a block, a little inside it, as people draw them."""
    top, left, bottom, right = block
    fill = '<a:solidFill><a:srgbClr val="000000"/></a:solidFill>' if filled else "<a:noFill/>"
    return (
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>{left}</xdr:col><xdr:colOff>9525</xdr:colOff><xdr:row>{top}</xdr:row>"
        f"<xdr:rowOff>9525</xdr:rowOff></xdr:from><xdr:to><xdr:col>{right}</xdr:col><xdr:colOff>90000</xdr:colOff>"
        f"<xdr:row>{bottom}</xdr:row><xdr:rowOff>120000</xdr:rowOff></xdr:to><xdr:sp macro='' textlink=''>"
        f'<xdr:nvSpPr><xdr:cNvPr id="{number}" name="円/楕円 {number}"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr>'
        f'<a:prstGeom prst="{geometry}"><a:avLst/></a:prstGeom>{fill}</xdr:spPr></xdr:sp><xdr:clientData/>'
        "</xdr:twoCellAnchor>"
    )


def change(path: Path, part: str, edit: Callable[[bytes], bytes], target: Path | None = None) -> Path:
    """A copy of a package with one part edited; a part that is not there is edited from nothing."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts[part] = edit(parts.get(part, b""))
    target = target or path
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return target


def _shape(control: Drawn) -> int:
    return 1025 + control.number


def _offset(control: Drawn) -> int:
    return 2 + control.step * 40


def _markers(control: Drawn, prefix: str) -> str:
    top, left, bottom, right = control.block
    # Several in one block: side by side, in columns where the block has them.
    columns = right - left + 1
    shift = left + control.step * columns // control.of if columns >= control.of else left
    rest = 9525 * (2 if columns >= control.of else _offset(control))
    names = "xdr:"

    def marker(tag: str, column: int, across: int, row: int, down: int) -> str:
        return (
            f"<{prefix}{tag}><{names}col>{column}</{names}col><{names}colOff>{across}</{names}colOff>"
            f"<{names}row>{row}</{names}row><{names}rowOff>{down}</{names}rowOff></{prefix}{tag}>"
        )

    return marker("from", shift, rest, top, 9525) + marker("to", right, rest + 300000, bottom, 130000)


def _blank(cell: Any) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)


def _put_boolean(root: Any, row: int, column: int, value: bool) -> None:
    """Append a boolean cell to its row."""
    data = next(root.iter("{*}sheetData"))
    element = next((r for r in data if int(r.get("r")) == row + 1), None)
    if element is None:
        element = etree.Element(f"{{{_MAIN}}}row", r=str(row + 1))
        after = [r for r in data if int(r.get("r")) < row + 1]
        data.insert(len(after), element)
    cell = etree.SubElement(element, f"{{{_MAIN}}}c", r=address(row, column), t="b")
    etree.SubElement(cell, f"{{{_MAIN}}}v").text = str(int(value))


def _add_links(parts: dict[str, bytes], number: int, links: list[tuple[str, bool]]) -> None:
    part = f"xl/worksheets/sheet{number}.xml"
    root = etree.fromstring(parts[part])
    for link, value in links:
        row, column, _, _ = _range(link.rpartition("!")[2].replace("$", ""))
        _put_boolean(root, row, column, value)
    parts[part] = _HEAD + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _content(parts: dict[str, bytes], part: str, kind: str) -> None:
    one = f"<Override PartName={quoteattr('/' + part)} ContentType={quoteattr(kind)}/></Types>"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", one.encode())


def _range(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    return (*spot(first), *spot(last or first))


def spot(reference: str) -> tuple[int, int]:
    """Row and column, from 0, of an address."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", reference)
    assert match
    column = 0
    for char in match[1]:
        column = column * 26 + ord(char) - 64
    return int(match[2]) - 1, column - 1


def _letters(column: int) -> str:
    return address(0, column).rstrip("0123456789")
