"""Find check boxes, option buttons and ovals in the parts of an Office package (.xlsx, .xlsm, .xlsb).

A form control is written up to three times: as ``control`` in the sheet with a ctrlProp part (its state), as
a VML shape (what Excel 2007 knew, and what other tools keep), as a shape of the drawing (its caption). The
first counts; the others fill in what it lacks.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from workbook.controls import Box, Control, Kind
from workbook.drawings import Shape, captions, position, shapes
from workbook.package import Package, Relation, TooLarge, parse
from workbook.sizes import PIXEL, Sizes

MOST = 5000
LARGEST = 8 * 2**20
"""Bytes of a drawing part: a picture book, no evaluation sheet."""
_KINDS: dict[str, Kind | str] = {"checkbox": "check", "radio": "option", "gbox": "frame"}
_ACTIVEX: dict[str, Kind] = {
    "{8BD21D40-EC42-11CE-9E0D-00AA006002F3}": "check",
    "{8BD21D50-EC42-11CE-9E0D-00AA006002F3}": "option",
    "{8BD21D60-EC42-11CE-9E0D-00AA006002F3}": "check",  # a toggle button
}
_ROOT = re.compile(rb"<(?:\w+:)?worksheet\b[^>]*>")
_LOST = re.compile(r"(?:Check Box|Option Button|チェック(?: ボックス)?|オプション(?: ボタン)?) ?\d+")
_SHAPE_ID = re.compile(r"_s(\d+)$")
_OPEN_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)
"""Excel writes them in VML without an end, which would swallow all that follows."""
_DRAWN = ("drawing", "vmlDrawing", "control", "ctrlProp")
_VML_TICKS = (b'"Checkbox"', b'"Radio"', b'"GBox"', b'"Pict"')


@dataclasses.dataclass(slots=True)
class _Found:
    """One control as one of its copies tells it."""

    ident: str
    what: str
    """check, option or frame"""
    box: Box | None
    state: bool | None = False
    caption: str = ""
    link: str = ""
    activex: bool = False
    first: bool = False


def is_drawn_on(package: Package, part: str) -> bool:
    """Whether a sheet has a drawing of any kind."""
    return any(r.kind in _DRAWN for r in package.relations(part))


def find(package: Package, part: str, sheet: bytes, sizes: Sizes) -> list[Control]:
    """The ticks drawn on the sheet of a part; ``sheet`` is its XML (nothing for a binary sheet)."""
    relations = [r for r in package.relations(part) if r.kind in _DRAWN and r.target in package]
    if not relations:
        return []
    drawn = [s for r in relations if r.kind == "drawing" for s in _drawing(package, r, sizes)]
    found = list(_controls(package, sheet, {r.ident: r for r in relations}, sizes))
    texts = captions(drawn)
    parts = [_part(package, r) for r in relations if r.kind == "vmlDrawing"]
    known = all(_usable(f.box) and (f.link if f.activex else len(texts.get(f.ident, ())) == 1) for f in found)
    blank = known and any(not f.activex and not texts[f.ident][0] for f in found)
    known = known and not (blank and any(_has_text(part) for part in parts))
    # Most books say all of it twice: the second time is then left unread.
    vml = [] if known and _ticks(parts) == len(found) else [v for part in parts for v in _vml(part, sizes)]
    if max(len(found), len(vml), len(drawn)) > MOST:
        raise TooLarge(f"{part}: {max(len(found), len(vml), len(drawn))} drawings")
    found = _completed(found, vml, texts)
    controls = [*_grouped(found), *(Control("oval", s.box, True) for s in drawn if s.is_mark and s.box)]
    return [*controls, *_lost(found, drawn)]


def _drawing(package: Package, relation: Relation, sizes: Sizes) -> Iterator[Shape]:
    return shapes(parse(_part(package, relation)), sizes)


def _part(package: Package, relation: Relation) -> bytes:
    data = package.read(relation.target)
    if len(data) > LARGEST:
        raise TooLarge(f"{relation.target}: {len(data):,} bytes")
    return data


# ---- the sheet's own list ----------------------------------------------------------------------------------


def _controls(
    package: Package, sheet: bytes, relations: dict[str, Relation], sizes: Sizes
) -> Iterator[_Found]:
    if not any(r.kind in ("ctrlProp", "control") for r in relations.values()) or b"ontrols" not in sheet:
        return
    seen: dict[tuple[str, str], Any] = {}
    for element in _tail(sheet).iter("{*}control"):
        idents = [v for k, v in element.attrib.items() if k.endswith("}id")]
        key = (element.get("shapeId", ""), idents[0] if idents else "")
        # mc:Fallback repeats the control without its properties.
        if key not in seen or seen[key].find("{*}controlPr") is None:
            seen[key] = element
    for (ident, relation), element in seen.items():
        if relation in relations:
            properties = element.find("{*}controlPr")
            anchor = properties.find("{*}anchor") if properties is not None else None
            box = position(anchor, sizes) if anchor is not None else None
            yield from _control(package, relations[relation], ident, box, properties)


def _tail(sheet: bytes) -> Any:
    """The sheet without its rows: the controls stand behind them, and the rows are most of the part."""
    root = _ROOT.search(sheet)
    end = sheet.rfind(b"sheetData>")
    if not root or end < root.end():
        return parse(sheet)
    return parse(sheet[: root.end()] + sheet[end + len(b"sheetData>") :])


def _control(
    package: Package, relation: Relation, ident: str, box: Box | None, properties: Any
) -> Iterator[_Found]:
    root = package.xml(relation.target)
    if relation.kind == "control":
        get = {k.rpartition("}")[2]: v for k, v in root.attrib.items()}.get
        if control := _ACTIVEX.get((get("classid") or "").upper()):
            link = properties.get("linkedCell", "") if properties is not None else ""
            yield _Found(ident, control, box, None, link=link, activex=True)
        return
    if what := _KINDS.get(root.get("objectType", "").lower()):
        states = {"checked": True, "1": True, "mixed": None, "2": None}
        state = states.get(root.get("checked", "").lower(), False)
        first = root.get("firstButton", "") in ("1", "true")
        yield _Found(ident, what, box, state, link=root.get("fmlaLink", ""), first=first)


# ---- VML ---------------------------------------------------------------------------------------------------


def _has_text(part: bytes) -> bool:
    """Whether a text box of a VML part may hold a text: else each of its ends stands right behind a tag."""
    return any(part.count(b"</" + tag) != part.count(b"></" + tag) for tag in (b"font>", b"div>"))


def _ticks(parts: list[bytes]) -> int:
    return sum(part.count(b"ObjectType=" + sign) for part in parts for sign in _VML_TICKS)


def _vml(data: bytes, sizes: Sizes) -> Iterator[_Found]:
    if not any(sign in data for sign in _VML_TICKS):
        return
    root = parse(_OPEN_BREAK.sub(b"<br/>", data), recover=True)
    for shape in root.iter("{*}shape") if root is not None else ():
        told = shape.find("{*}ClientData")
        if told is None:
            continue
        kind = told.get("ObjectType", "").lower()
        link, mark = _text(told, "FmlaLink"), told.find("{*}Checked")
        # A picture with a linked cell is an ActiveX control; without one, buttons and pictures look the same.
        activex = kind == "pict" and told.find("{*}MapOCX") is not None and bool(link)
        what = "check" if activex else _KINDS.get(kind)
        if what:
            ids = [
                v
                for k, v in shape.attrib.items()
                if k in ("id", "{urn:schemas-microsoft-com:office:office}spid")
            ]
            ident = next((m[1] for v in ids if (m := _SHAPE_ID.search(v))), "")
            state = (
                {"": True, "1": True, "2": None}.get((mark.text or "").strip(), False)
                if mark is not None
                else False
            )
            box, first = _vml_box(_text(told, "Anchor"), sizes), told.find("{*}FirstButton") is not None
            textbox = shape.find("{*}textbox")
            caption = " ".join("".join(textbox.itertext()).split()) if textbox is not None else ""
            yield _Found(ident, what, box, None if activex else state, caption, link, activex, first)


def _text(element: Any, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _vml_box(anchor: str, sizes: Sizes) -> Box | None:
    """Left column and pixels, top row and pixels, then right and bottom."""
    try:
        left, dx, top, dy, right, dx2, bottom, dy2 = (int(n) for n in anchor.split(","))
    except ValueError:
        return None
    start = sizes.point(left, dx * PIXEL, top, dy * PIXEL)
    return Box(*start, *sizes.point(right, dx2 * PIXEL, bottom, dy2 * PIXEL))


# ---- the three copies together -----------------------------------------------------------------------------


def _completed(found: list[_Found], vml: list[_Found], texts: dict[str, list[str]]) -> list[_Found]:
    """The controls with their captions and places; those of VML that stand nowhere else behind them."""
    spare = _matched(found, vml)
    found = [*found, *spare]
    for control in found:
        told = texts.get(control.ident, ())
        if len(told) == 1 and told[0]:
            control.caption = told[0]
    return found


def _matched(found: list[_Found], vml: list[_Found]) -> list[_Found]:
    """Give each control the place and caption of its VML shape; returns the shapes that belong to none.

    By shape number; where numbers are doubled or lost, by place, then by order.
    """
    rest = list(vml)
    by_ident: dict[str, list[_Found]] = defaultdict(list)
    for shape in vml:
        by_ident[shape.ident].append(shape)
    matches: list[tuple[_Found, _Found | None]] = []
    for control in found:
        same = by_ident.get(control.ident, []) if control.ident else []
        chosen = next((v for v in same if v.box == control.box), same[0] if same else None)
        if chosen is not None:
            same.remove(chosen)
            rest.remove(chosen)
        matches.append((control, chosen))
    for control, match in matches:
        twin = match or _alike(control, rest)
        if twin is None:
            continue
        if match is None:
            rest.remove(twin)
        control.caption = control.caption or twin.caption
        if not _usable(control.box):
            control.box = twin.box
        control.link = control.link or twin.link
    return rest


def _alike(control: _Found, shapes: list[_Found]) -> _Found | None:
    """A shape without a number that may be the control's: at its place, else the first of its kind."""
    alike = [v for v in shapes if v.what == control.what and not v.ident]
    near = [v for v in alike if _usable(control.box) and v.box == control.box]
    return next(iter(near or alike), None)


def _usable(box: Box | None) -> bool:
    """LibreOffice writes places of no size where it does not know better."""
    return box is not None and box.right > box.left and box.bottom > box.top


def _grouped(found: list[_Found]) -> Iterator[Control]:
    """Check boxes and option buttons; the buttons inside one frame are a group."""
    frames = [f.box for f in found if f.what == "frame" and f.box and _usable(f.box)]
    for control in found:
        if control.what == "frame":
            continue
        kind: Kind = "option" if control.what == "option" else "check"
        box = control.box if _usable(control.box) else None
        around = [n for n, f in enumerate(frames, 1) if box and f.holds(box.centre)]
        group = min(around, key=lambda n: frames[n - 1].right - frames[n - 1].left, default=0)
        reason = "" if control.state is not None else "activex" if control.activex else "mixed"
        yield Control(kind, box, control.state, control.caption, control.link, group, reason)


def _lost(found: list[_Found], drawn: list[Shape]) -> Iterator[Control]:
    """Controls of which only the drawing is left: LibreOffice keeps no more of option buttons."""
    known = {c.ident for c in found if c.ident}
    counts: dict[str, int] = defaultdict(int)
    for control in found:
        counts[control.caption] += 1
    for shape in drawn:
        if not shape.control or shape.ident in known or not _LOST.fullmatch(shape.name):
            continue
        if counts[shape.caption] > 0:
            counts[shape.caption] -= 1
        else:
            box = shape.box if _usable(shape.box) else None
            yield Control("option", box, None, shape.caption, reason="lost")
