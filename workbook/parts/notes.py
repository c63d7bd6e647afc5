"""Notes of cells: the comments part with the text, and the VML part with the yellow boxes.

The VML part may hold form controls as well. It is changed as bytes, a box in or a box out, so that all else
in it stays as it is, however it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from workbook import palette
from workbook.grid import Spot, address, spot_of
from workbook.parts.sheet import ORDER
from workbook.parts.xml import (
    child,
    drop,
    insert,
    local,
    make,
    make_relating,
    namespace,
    office,
    set_text,
    text_of,
)

if TYPE_CHECKING:
    from workbook.parts.sheet import Sheet

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_NAMESPACES = (
    b'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_SHAPE_TYPE = (
    b"<v:shapetype " + _NAMESPACES + b' id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    b'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NEW_VML = (
    b"<xml "
    + _NAMESPACES
    + b'><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%d"/></o:shapelayout></xml>'
)
_SHAPE = (
    '<v:shape {spaces} id="_x0000_s{number}" type="#_x0000_t202" '
    'style="position:absolute;width:{width}pt;height:{height}pt;z-index:99;visibility:hidden" '
    f'fillcolor="{palette.NOTE}" o:insetmode="auto"><v:fill color2="{palette.NOTE}"/>'
    '<v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)
_SHAPES = re.compile(rb"<(?:\w+:)?shape\b(?:[^>]*/>|.*?</(?:\w+:)?shape\s*>)", re.DOTALL)
_NUMBERS = re.compile(rb"""(?:id|spid)\s*=\s*["']_x0000_s(\d+)["']""")
_IDMAP = re.compile(rb"""(<o:idmap\b[^>]*?\bdata\s*=\s*["'])([\d,\s]*)""")
_CLUSTER = 1024
"""Excel gives each sheet's shapes numbers out of blocks of that many."""
_WIDE, _LINE = 300, 13  # of a box: points across, points a line
_CHARACTERS = 30  # full-width letters on a line of the box


class Notes:
    """The notes of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._package = sheet, sheet.book.package

    def texts(self) -> dict[Spot, str]:
        """What the notes say, by cell; threaded comments have a note as well, for older programs."""
        return {spot: text_of(child(comment, "text")) for spot, comment in self._comments()}

    def threaded(self) -> frozenset[Spot]:
        """Cells with a threaded comment: their note belongs to Excel."""
        part = self._package.related(self._sheet.part, "threadedComment")
        if part is None or part not in self._package:
            return frozenset()
        refs = (e.get("ref", "") for e in self._package.tree(part) if local(e) == "threadedComment")
        return frozenset(spot_of(ref.partition(":")[0]) for ref in refs if ref)

    def xml(self, spot: Spot) -> str | None:
        """The note's text with its formats, as `put_xml` takes it; None where there is no note."""
        comment = dict(self._comments()).get(spot)
        text = child(comment, "text") if comment is not None else None
        if text is None:
            return None
        copy = etree.fromstring(etree.tostring(text, with_tail=False))
        etree.cleanup_namespaces(copy)
        return etree.tostring(copy, encoding="unicode")

    def put_xml(self, spot: Spot, xml: str) -> None:
        """Give a note that is there another text, formats included."""
        comment = dict(self._comments()).get(spot)
        text = child(comment, "text") if comment is not None else None
        if comment is None or text is None:
            return
        self._change()
        comment.replace(text, etree.fromstring(xml))

    @staticmethod
    def text_of_xml(xml: str) -> str:
        """What a text as `xml` gave it says."""
        return text_of(etree.fromstring(xml))

    def put_plain(self, spot: Spot, text: str) -> None:
        """Give a note that is there another text, without formats."""
        comment = dict(self._comments()).get(spot)
        if comment is not None:
            body = make(comment, "text")
            set_text(etree.SubElement(body, f"{{{namespace(body)}}}t"), text)
            self.put_xml(spot, etree.tostring(body, encoding="unicode"))

    def put(self, spot: Spot, text: str, author: str) -> None:
        """A note on a cell; one that is there gets this text before its own (see `xml` to keep that)."""
        comment = dict(self._comments()).get(spot)
        if comment is None:
            self._make_comment(spot, text, author)
            self._make_box(spot, text)
            return
        self._change()
        old = child(comment, "text")
        new = make(comment, "text")
        new.append(_run(comment, text))
        for element in old if old is not None else ():
            new.append(element if local(element) != "t" else _run(comment, element.text or ""))
        if old is not None:
            comment.remove(old)
        comment.append(new)

    def remove(self, spot: Spot) -> None:
        """Take the note of a cell away, with its box; parts that then hold nothing go, too."""
        comment = dict(self._comments()).get(spot)
        if comment is None:
            return
        part = self._part("comments")
        assert part is not None
        self._change()
        author = comment.get("authorId", "")
        drop(comment)
        if not list(self._comments()):
            self._package.unrelate(self._sheet.part, part)
            self._package.remove(part)
        else:
            self._drop_author(part, author)
        self._remove_box(spot)

    # -- comments --

    def _part(self, kind: str) -> str | None:
        part = self._package.related(self._sheet.part, kind)
        return part if part is not None and part in self._package else None

    def _change(self) -> None:
        part = self._part("comments")
        assert part is not None
        self._package.change(part)

    def _comments(self) -> Iterator[tuple[Spot, etree._Element]]:
        part = self._package.related(self._sheet.part, "comments")
        if part is not None and part in self._package:
            for comment in self._package.tree(part).iter("{*}comment"):
                yield spot_of(comment.get("ref", "").partition(":")[0]), comment

    def _make_comment(self, spot: Spot, text: str, author: str) -> None:
        part = self._package.related(self._sheet.part, "comments")
        if part is None or part not in self._package:
            part = self._package.free_name("xl/comments{}.xml")
            main = namespace(self._sheet.root)
            empty = f'<comments xmlns="{main}"><authors/><commentList/></comments>'
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            self._package.add(part, (head + empty).encode(), _COMMENTS_TYPE)
            self._package.relate(self._sheet.part, "comments", part)
        root = self._package.change(part)
        authors, comments = child(root, "authors"), child(root, "commentList")
        assert authors is not None
        assert comments is not None
        names = [a.text or "" for a in authors]
        if author not in names:
            names.append(author)
            element = make(authors, "author")
            element.text = author
            authors.append(element)
        comment = make(comments, "comment", {"ref": address(*spot), "authorId": str(names.index(author))})
        body = make(comment, "text")
        body.append(_run(comment, text))
        comment.append(body)
        comments.append(comment)

    def _drop_author(self, part: str, index: str) -> None:
        """The last author goes when nobody's note is his."""
        root = self._package.tree(part)
        authors = child(root, "authors")
        used = {c.get("authorId", "") for _, c in self._comments()}
        if authors is not None and index not in used and index == str(len(authors) - 1):
            drop(authors[-1])

    # -- boxes --

    def _vml(self) -> str | None:
        legacy = child(self._sheet.root, "legacyDrawing")
        if legacy is None:
            return None
        ident = legacy.get(f"{{{office(namespace(legacy))}}}id")
        targets = {i: target for i, _, target in self._package.relations(self._sheet.part)}
        return targets.get(ident or "")

    def _make_box(self, spot: Spot, text: str) -> None:
        part = self._vml() or self._make_vml()
        data = self._package.read(part)
        number, data = self._free_number(data)
        lines = sum(1 + len(line) // _CHARACTERS for line in text.split("\n"))
        width, height = _WIDE, _LINE * (lines + 1)
        shape = _SHAPE.format(
            spaces=_NAMESPACES.decode(), number=number, width=width, height=height,
            anchor=self._anchor(spot, width, height), row=spot[0], column=spot[1],
        )  # fmt: skip
        has_type = re.search(rb"""<(?:\w+:)?shapetype\b[^>]*\bid\s*=\s*["']_x0000_t202["']""", data)
        new = (b"" if has_type else _SHAPE_TYPE) + shape.encode()
        self._package.write(part, _with(data, new))

    def _make_vml(self) -> str:
        part = self._package.free_name("xl/drawings/vmlDrawing{}.vml")
        self._package.write(part, _NEW_VML % self._free_cluster())
        self._package.default_type("vml", _VML_TYPE)
        ident = self._package.relate(self._sheet.part, "vmlDrawing", part)
        self._sheet.changed()
        root = self._sheet.root
        legacy = make_relating(root, "legacyDrawing", ident)
        insert(root, legacy, ORDER)
        return part

    def _clusters(self, data: bytes) -> list[int]:
        return [int(n) for m in _IDMAP.finditer(data) for n in re.findall(rb"\d+", m[2])]

    def _free_cluster(self) -> int:
        used = {0}
        for name in self._package.names():
            if name.lower().endswith(".vml"):
                data = self._package.read(name)
                used.update(self._clusters(data), (int(n) // _CLUSTER for n in _NUMBERS.findall(data)))
        return max(used) + 1

    def _free_number(self, data: bytes) -> tuple[int, bytes]:
        """A number that no shape of the sheet has, and the VML that knows of its block."""
        taken = {int(n) for n in _NUMBERS.findall(data)}
        for cluster in self._clusters(data):
            first = cluster * _CLUSTER
            highest = max((n for n in taken if first <= n < first + _CLUSTER), default=first)
            if highest + 1 < first + _CLUSTER:
                return highest + 1, data
        cluster = self._free_cluster()
        if _IDMAP.search(data):
            data = _IDMAP.sub(rb"\g<1>\g<2>,%d" % cluster, data, count=1)
        return cluster * _CLUSTER + 1, data

    def _anchor(self, spot: Spot, width: int, height: int) -> str:
        """Beside the cell, over as many columns and rows as the box is large."""
        left, right = spot[1] + 1, self._sheet.across(spot[1] + 1, width)
        top = max(0, spot[0] - 1)
        return f"{left}, 15, {top}, 2, {right}, 15, {self._sheet.down(top, height)}, 4"

    def _remove_box(self, spot: Spot) -> None:
        part = self._vml()
        if part is None or part not in self._package:
            return
        data = self._package.read(part)
        for match in _SHAPES.finditer(data):
            if _is_note_of(match[0], spot):
                data = data[: match.start()] + data[match.end() :]
                break
        if b"#_x0000_t202" not in data:
            data = data.replace(_SHAPE_TYPE, b"")
        if _SHAPES.search(data) or b"shapetype" in data:
            self._package.write(part, data)
        else:
            self._drop_vml(part)

    def _drop_vml(self, part: str) -> None:
        self._package.unrelate(self._sheet.part, part)
        self._package.remove(part)
        self._package.drop_default_type("vml")
        self._sheet.changed()
        legacy = child(self._sheet.root, "legacyDrawing")
        assert legacy is not None
        drop(legacy)


def _run(like: etree._Element, text: str) -> etree._Element:
    run = make(like, "r")
    properties = etree.SubElement(run, f"{{{namespace(like)}}}rPr")
    etree.SubElement(properties, f"{{{namespace(like)}}}sz", {"val": "9"})
    set_text(etree.SubElement(run, f"{{{namespace(like)}}}t"), text)
    return run


def _with(data: bytes, shape: bytes) -> bytes:
    """The VML with one more shape, as the last one."""
    end = data.rfind(b"</")
    if end < 0:  # <xml …/>: nothing in it yet
        return data.rstrip().removesuffix(b"/>") + b">" + shape + b"</xml>"
    return data[:end] + shape + data[end:]


def _is_note_of(shape: bytes, spot: Spot) -> bool:
    row, column = re.search(rb"<x:Row>\s*(\d+)", shape), re.search(rb"<x:Column>\s*(\d+)", shape)
    is_note = re.search(rb"""ObjectType\s*=\s*["']Note["']""", shape) is not None
    return bool(is_note and row and column and (int(row[1]), int(column[1])) == spot)
