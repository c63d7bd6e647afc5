"""Formats of cells: a new one is derived from the cell's own, so that everything else of it stays."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from workbook.parts.xml import child, insert, make, unset

if TYPE_CHECKING:
    from workbook.parts.package import Package

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles",
    "colors", "extLst",
)  # fmt: skip
_XF_ORDER = ("alignment", "protection", "extLst")
_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
    "family", "charset", "scheme",
)  # fmt: skip

_TEXT = 49
"""The number format "@", which every book has."""


class Counts(NamedTuple):
    """How many formats, fills and fonts there are."""

    formats: int
    fills: int
    fonts: int


class Styles:
    """The styles part. Formats are given by their index, as cells have it in ``s``."""

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        self._root = package.tree(part)
        self._known: dict[str, dict[bytes, int]] = {}

    def counts(self) -> Counts:
        """What there is now; `trim` goes back to it."""
        return Counts(*(len(self._all(kind)) for kind in ("cellXfs", "fills", "fonts")))

    def with_fill(self, style: int, colour: str) -> int:
        """The format with a solid fill; ``colour`` is RRGGBB."""
        fill = make(self._root, "fill")
        pattern = etree.SubElement(fill, f"{fill.tag[:-4]}patternFill", {"patternType": "solid"})
        etree.SubElement(pattern, f"{fill.tag[:-4]}fgColor", {"rgb": f"FF{colour}"})
        etree.SubElement(pattern, f"{fill.tag[:-4]}bgColor", {"indexed": "64"})
        return self._derived(style, "fillId", self._index("fills", fill), "applyFill", "1")

    def with_fill_of(self, style: int, xml: str, applied: str | None) -> int:
        """The format with a fill as `fill_of` gave it."""
        fill = etree.fromstring(xml)
        return self._derived(style, "fillId", self._index("fills", fill), "applyFill", applied)

    def fill_of(self, style: int) -> tuple[str, str | None]:
        """A format's fill as XML, and whether it says that it applies: to be put back by `with_fill_of`."""
        xf = self._xf(style)
        fill = copy.deepcopy(self._all("fills")[int(xf.get("fillId", "0"))])
        etree.cleanup_namespaces(fill)
        return etree.tostring(fill, encoding="unicode", with_tail=False), xf.get("applyFill")

    def fill_colour(self, style: int) -> str:
        """The colour of a format's solid fill as RRGGBB; "" for none or one of another kind."""
        fill = self._all("fills")[int(self._xf(style).get("fillId", "0"))]
        colour = fill.find("{*}patternFill/{*}fgColor")
        return (colour.get("rgb") or "")[-6:] if colour is not None else ""

    def with_colour(self, style: int, colour: str) -> int:
        """The format with its letters in a colour, RRGGBB; face and size stay."""
        return self.with_font(style, colour=colour)

    def with_font(
        self, style: int, *, colour: str = "", bold: bool = False, underline: bool = False, size: float = 0
    ) -> int:
        """The format with some of its font changed."""
        font = copy.deepcopy(self._all("fonts")[int(self._xf(style).get("fontId", "0"))])
        font.tail = None
        wanted: list[tuple[str, dict[str, str]]] = []
        wanted += [("color", {"rgb": f"FF{colour}"})] if colour else []
        wanted += [("b", {})] if bold else []
        wanted += [("u", {})] if underline else []
        wanted += [("sz", {"val": f"{size:g}"})] if size else []
        for name, attributes in wanted:
            old = child(font, name)
            if old is not None:
                font.remove(old)
            _in_place(font, make(font, name, attributes))
        return self._derived(style, "fontId", self._index("fonts", font), "applyFont", "1")

    def as_text(self, style: int) -> int:
        """The format with "@": what is typed stays a text, also ``=…`` and ``1-2``."""
        return self._derived(style, "numFmtId", _TEXT, "applyNumberFormat", "1")

    def with_wrap(self, style: int, *, top: bool = True) -> int:
        """The format with lines broken within the cell."""
        xf = self._copy(style)
        alignment = child(xf, "alignment")
        if alignment is None:
            alignment = make(xf, "alignment")
            insert(xf, alignment, _XF_ORDER)
        alignment.set("wrapText", "1")
        if top:
            alignment.set("vertical", "top")
        xf.set("applyAlignment", "1")
        return self._index("cellXfs", xf)

    def trim(self, before: Counts, used: int) -> None:
        """Take away what was added behind ``before``; ``used`` is the highest format that a cell has."""
        for kind, count in zip(("cellXfs", "fills", "fonts"), before, strict=True):
            if kind == "cellXfs" and used >= count:
                return
            holder = self._holder(kind)
            for element in list(holder)[count:]:
                holder.remove(element)
            holder.set("count", str(len(holder)))
            self._known.pop(kind, None)
            self._package.change(self._part)

    # -- inside --

    def _holder(self, kind: str) -> etree._Element:
        holder = child(self._root, kind)
        if holder is None:
            self._package.change(self._part)
            holder = make(self._root, kind, {"count": "0"})
            insert(self._root, holder, _ORDER)
        return holder

    def _all(self, kind: str) -> etree._Element:
        return self._holder(kind)

    def _xf(self, style: int) -> etree._Element:
        formats = self._all("cellXfs")
        return formats[style if style < len(formats) else 0]

    def _copy(self, style: int) -> etree._Element:
        xf = copy.deepcopy(self._xf(style))
        xf.tail = None
        return xf

    def _derived(self, style: int, name: str, index: int, apply: str, applied: str | None) -> int:
        xf = self._copy(style)
        xf.set(name, str(index))
        if applied is None:
            unset(xf, apply)
        else:
            xf.set(apply, applied)
        return self._index("cellXfs", xf)

    def _index(self, kind: str, element: etree._Element) -> int:
        """Where an equal element stands, or where this one now stands as the last."""
        holder = self._holder(kind)
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = {}
            for index, other in enumerate(holder):
                known.setdefault(_key(other), index)
        key = _key(element)
        if key not in known:
            self._package.change(self._part)
            holder.append(element)
            holder.set("count", str(len(holder)))
            known[key] = len(holder) - 1
        return known[key]


def _in_place(font: etree._Element, element: etree._Element) -> None:
    insert(font, element, _FONT_ORDER)


def _key(element: etree._Element) -> bytes:
    """What makes two elements equal: name, attributes in any order, children."""
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
