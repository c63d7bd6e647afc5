"""The shapes of a drawing part: where each lies on the sheet, and which of them people draw as a tick."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from workbook.controls import Box
from workbook.notation import fold, glyph_tick
from workbook.sizes import Sizes

_MOST = 10**12
_ROUND = frozenset({"ellipse", "donut", "flowChartConnector"})


@dataclasses.dataclass(slots=True)
class Shape:
    """One shape. ``control``: it is the picture of a form control, which tells its own state."""

    ident: str
    name: str
    box: Box | None
    """None for the picture of a control that is found by its number."""
    caption: str = ""
    control: bool = False
    numbered: bool = False
    """It names the control that it is the picture of."""
    is_mark: bool = False
    """An oval, or a text box that holds nothing but a tick."""


def shapes(root: Any, sizes: Sizes) -> Iterator[Shape]:
    """The shapes of a drawing part, those in groups too."""
    for anchor in root.iter("{*}twoCellAnchor", "{*}oneCellAnchor", "{*}absoluteAnchor"):
        if any(_local(a) == "Fallback" for a in anchor.iterancestors()):
            continue
        for child in anchor:
            kind = _local(child)
            if kind == "sp":
                shape = _shape(child)
                if not shape.numbered:
                    shape.box = position(anchor, sizes)
                yield shape
            elif kind == "grpSp" and (box := position(anchor, sizes)):
                yield from _group(child, box, 0)


def captions(drawn: list[Shape]) -> dict[str, list[str]]:
    """The texts of form controls by shape number."""
    found: dict[str, list[str]] = defaultdict(list)
    for shape in drawn:
        if shape.control and shape.ident:
            found[shape.ident].append(shape.caption)
    return found


def position(anchor: Any, sizes: Sizes) -> Box | None:
    """Where an anchor lies: between two cells, from a cell on, or in EMU from the corner."""
    start = end = extent = None
    for child in anchor:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag.endswith("}from"):
            start = _marker(child, sizes)
        elif tag.endswith("}to"):
            end = _marker(child, sizes)
        elif tag.endswith("}pos"):
            start = _pair(child, "x", "y")
        elif tag.endswith("}ext"):
            extent = _pair(child, "cx", "cy")
    if start and end is None and extent:
        end = (start[0] + extent[0], start[1] + extent[1])
    return Box(*start, *end) if start and end else None


def _marker(marker: Any, sizes: Sizes) -> tuple[int, int]:
    if (
        len(marker) == 4 and marker[0].tag.endswith("}col") and marker[2].tag.endswith("}row")
    ):  # always, so far
        column, across, row, down = (_int(child.text) for child in marker)
    else:
        told = {_local(child): _int(child.text) for child in marker}
        column, across, row, down = (told.get(name, 0) for name in ("col", "colOff", "row", "rowOff"))
    return sizes.point(column, across, row, down)


def _pair(element: Any, first: str, second: str) -> tuple[int, int] | None:
    if element is None or element.get(first) is None:
        return None
    return _int(element.get(first)), _int(element.get(second))


def _int(text: str | None) -> int:
    try:
        number = int(text or 0)
    except ValueError:
        return 0
    return number if -_MOST < number < _MOST else 0


def _shape(shape: Any) -> Shape:
    name = ident = spid = geometry = ""
    hidden = False
    texts = []
    for element in shape.iter("{*}cNvPr", "{*}compatExt", "{*}prstGeom", "{*}t"):
        tag = element.tag
        if tag.endswith("}t"):
            texts.append(element.text or "")
        elif tag.endswith("}cNvPr"):
            name, ident = element.get("name", ""), element.get("id", "")
            hidden = element.get("hidden") in ("1", "true")
        elif tag.endswith("}compatExt"):
            spid = element.get("spid", "")
        elif tag.endswith("}prstGeom"):
            geometry = element.get("prst", "")
    caption = "".join(texts).strip()
    number = re.search(r"(\d+)$", spid)
    is_round = geometry in _ROUND
    control = number is not None or (not is_round and _is_legacy(shape))
    is_mark = not control and not hidden and (_is_tick(caption) if caption else is_round)
    return Shape(number[1] if number else ident, name, None, caption, control, number is not None, is_mark)


def _is_legacy(shape: Any) -> bool:
    """Whether only programs that know form controls are to read the shape."""
    return any(_local(a) == "Choice" and "a14" in a.get("Requires", "") for a in shape.iterancestors())


def _is_tick(caption: str) -> bool:
    return glyph_tick(fold(caption)) in ("on", "circle")


def _group(group: Any, box: Box, depth: int) -> Iterator[Shape]:
    """The shapes of a group: their places count within the group's own frame."""
    transform = next((t for p in group if _local(p) == "grpSpPr" for t in p if _local(t) == "xfrm"), None)
    frame = _frame(transform, "chOff", "chExt") if transform is not None else None
    if frame is None or depth > 8:
        return
    for child in group:
        own = next((t for p in child if _local(p).endswith("pPr") for t in p if _local(t) == "xfrm"), None)
        inner = _frame(own, "off", "ext") if own is not None else None
        if inner is None:
            continue
        place = _scaled(inner, frame, box)
        if _local(child) == "sp":
            shape = _shape(child)
            shape.box = place
            yield shape
        elif _local(child) == "grpSp":
            yield from _group(child, place, depth + 1)


def _frame(transform: Any, offset: str, extent: str) -> Box | None:
    start = _pair(transform.find(f"{{*}}{offset}"), "x", "y")
    size = _pair(transform.find(f"{{*}}{extent}"), "cx", "cy")
    return Box(*start, start[0] + size[0], start[1] + size[1]) if start and size else None


def _scaled(inner: Box, frame: Box, outer: Box) -> Box:
    """A box within a frame, where the frame is drawn as ``outer``."""
    width, height = max(1, frame.right - frame.left), max(1, frame.bottom - frame.top)

    def x(value: int) -> int:
        return outer.left + (value - frame.left) * (outer.right - outer.left) // width

    def y(value: int) -> int:
        return outer.top + (value - frame.top) * (outer.bottom - outer.top) // height

    return Box(x(inner.left), y(inner.top), x(inner.right), y(inner.bottom))


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
