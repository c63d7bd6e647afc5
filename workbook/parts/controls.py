"""Form controls of a sheet: check boxes and option buttons unticked in all places where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from workbook.grid import Rect, Spot, spot_of
from workbook.parts.xml import child, local, namespace, office, unset

if TYPE_CHECKING:
    from lxml import etree

    from workbook.parts.sheet import Sheet

_TICKS = frozenset({"CheckBox", "Radio"})
_SHAPES = re.compile(rb"<(?:\w+:)?shape\b.*?</(?:\w+:)?shape\s*>", re.DOTALL)
_VML_TICK = re.compile(rb"""ObjectType\s*=\s*["'](Checkbox|Radio)["']""")
_CHECKED = re.compile(rb"\s*<x:Checked>[^<]*</x:Checked>")
_ANCHOR = re.compile(rb"<x:Anchor>([^<]*)</x:Anchor>")
_LINK = re.compile(rb"<x:FmlaLink>([^<]*)</x:FmlaLink>")
_ANYWHERE = Rect(-1, -1, -1, -1)
Wanted = Callable[[Rect], bool]


def untick(sheet: Sheet, wanted: Wanted) -> None:
    """Untick the controls whose cells (from the first to the last one they cover) are ``wanted``.

    A linked cell becomes FALSE; that of option buttons becomes blank. A control without a place counts as
    one at row and column -1.
    """
    for control in _controls(sheet):
        properties, rect = control
        if wanted(rect):
            _untick_properties(sheet, properties)
    _untick_vml(sheet, wanted)


def _controls(sheet: Sheet) -> Iterator[tuple[str, Rect]]:
    """The part with a control's state, and the cells it covers."""
    package = sheet.book.package
    targets = {i: t for i, kind, t in package.relations(sheet.part) if kind == "ctrlProp" and t in package}
    if not targets:
        return
    ident = f"{{{office(namespace(sheet.root))}}}id"
    seen = set()
    for control in sheet.root.iter(f"{{{namespace(sheet.root)}}}control"):
        part = targets.get(control.get(ident, ""))
        if part and part not in seen:
            seen.add(part)
            yield part, _rect(control)


def _rect(control: etree._Element) -> Rect:
    corners = {local(e): e for e in control.iter() if local(e) in ("from", "to")}
    if len(corners) < 2:
        return _ANYWHERE
    numbers = [
        int(next((e.text or "0" for e in corners[corner] if local(e) == axis), "0"))
        for corner in ("from", "to")
        for axis in ("row", "col")
    ]
    return Rect(*numbers)


def _untick_properties(sheet: Sheet, part: str) -> None:
    package = sheet.book.package
    properties = package.tree(part)
    if properties.get("objectType") not in _TICKS:
        return
    if "checked" in properties.attrib:
        unset(package.change(part), "checked")
    link = properties.get("fmlaLink")
    if link:
        _clear_link(sheet, link, properties.get("objectType") == "CheckBox")


def _untick_vml(sheet: Sheet, wanted: Wanted) -> None:
    package = sheet.book.package
    legacy = child(sheet.root, "legacyDrawing")
    ident = legacy.get(f"{{{office(namespace(legacy))}}}id") if legacy is not None else None
    part = next((t for i, _, t in package.relations(sheet.part) if i == ident), None)
    if part is None or part not in package:
        return
    data = package.read(part)
    new = _SHAPES.sub(lambda match: _untick_shape(sheet, match[0], wanted), data)
    if new != data:
        package.write(part, new)


def _untick_shape(sheet: Sheet, shape: bytes, wanted: Wanted) -> bytes:
    kind, anchor, link = _VML_TICK.search(shape), _ANCHOR.search(shape), _LINK.search(shape)
    if not kind:
        return shape
    numbers = [int(n) for n in re.findall(rb"-?\d+", anchor[1])] if anchor else []
    rect = Rect(numbers[2], numbers[0], numbers[6], numbers[4]) if len(numbers) == 8 else _ANYWHERE
    if not wanted(rect):
        return shape
    if link:
        _clear_link(sheet, link[1].decode(), kind[1] == b"Checkbox")
    return _CHECKED.sub(b"", shape)


def _clear_link(sheet: Sheet, link: str, is_check: bool) -> None:
    from workbook.parts.book import place

    where = place(link)
    if where is not None and where[0] in sheet.book.sheet_names():
        target, spot = sheet.book.sheet(where[0]), where[1]
    elif "!" not in link:
        try:
            target, spot = sheet, _first(link)
        except ValueError:  # a name
            return
    else:
        return
    if target.text(spot) and not target.has_formula(spot):
        target.put(spot, False if is_check else None)


def _first(reference: str) -> Spot:
    return spot_of(reference.partition(":")[0])
