"""Ticks that are no text: check boxes, option buttons and ovals, laid into the cells as glyphs.

So the rest of the reader needs to know nothing of them. A control counts for the cell under its little box,
an oval for the cell under its centre or the text inside it. What is contradictory or cannot be read becomes
an empty box and a `Note`: it is told, and neither side of it is believed.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from workbook.grid import Grid, Note, Rect, Spot, spot_of
from workbook.notation import GLYPHS, CellValue, fold, glyph_tick, read_tick
from workbook.sizes import PIXEL, Sizes

Kind = Literal["check", "option", "oval"]

_BOX = 8 * PIXEL
"""From a control's left edge to the middle of its little box."""
_SLACK = 6 * PIXEL
"""How far a text may stick out of an oval drawn around it by hand."""
_TALL = 100
"""Rows of a merged block that is not worth listing by rows."""
_ON, _OFF, _MARK, _RING = "■", "□", "●", "○"
_DEFAULT_CAPTION = re.compile(r"(?:CHECKBOX|OPTIONBUTTON|チェック(?:ボックス)?|オプション(?:ボタン)?)\d+")
_BETWEEN = tuple(map(re.compile, (r"\s{2,}|\s*\n\s*", r"\s*[　\n]\s*", r"\s+", r"\s*[・/、,|]\s*")))
"""What stands between the choices in one cell, the clearest first: 公平・公正 is one word."""
_WIDE_GAP = re.compile(r"\S(?:　|\s{2})\s*\S")
_LETTER = 14 * PIXEL
_GLYPH = re.compile(rf"\s*([{''.join(sorted(GLYPHS))}])\s*")
_LINK = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?(?P<place>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})")


class Box(NamedTuple):
    """Where a drawing lies: its edges in EMU from the sheet's corner."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def centre(self) -> tuple[int, int]:
        """x and y of the middle."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def holds(self, place: tuple[int, int]) -> bool:
        """Whether a place lies inside."""
        return self.left <= place[0] <= self.right and self.top <= place[1] <= self.bottom


@dataclasses.dataclass(slots=True)
class Control:
    """One tick drawn on a sheet. ``state`` None: not known, for the ``reason``."""

    kind: Kind
    box: Box | None
    state: bool | None = False
    caption: str = ""
    link: str = ""
    """The linked cell as the file names it; it holds TRUE, FALSE, or the number of the option chosen."""
    group: int = 0
    """Option buttons of one number exclude each other; 0 for buttons of no group box."""
    reason: str = ""


def lay(grids: Iterable[Grid], found: Mapping[str, tuple[list[Control], Sizes]]) -> None:
    """Put the ticks of all sheets into the cells of ``grids``; what is to be told, into their ``notes``."""
    by_name = {grid.name: grid for grid in grids}
    laid = [
        (_Sheet(grid, by_name, *found[name]), found[name][0])
        for name, grid in by_name.items()
        if name in found and found[name][0]
    ]
    # All links first: the cell of one control may lie under another, and on another sheet.
    for sheet, _ in laid:
        sheet.compare_links()
    for sheet, _ in laid:
        sheet.clear_links()
    for sheet, _ in laid:
        sheet.lay()
    for grid in by_name.values():
        if laid:
            grid.index()


class _Sheet:
    """The controls of one sheet on its cells."""

    def __init__(self, grid: Grid, grids: Mapping[str, Grid], controls: list[Control], sizes: Sizes) -> None:
        self.grid, self.grids, self.controls, self.sizes = grid, grids, controls, sizes
        self.linked: list[tuple[Grid, Spot]] = []
        self.told: dict[int, tuple[CellValue, CellValue]] = {}

    # -- linked cells --

    def compare_links(self) -> None:
        """Give controls without a state that of their cell; unsettle those that their cell contradicts."""
        for control in self.controls:
            if control.link and control.kind == "check":
                self._compare_check(control)
        groups: dict[int, list[Control]] = defaultdict(list)
        for control in self.controls:
            if control.kind == "option":
                groups[control.group].append(control)
        for options in groups.values():
            self._compare_options(options)

    def _compare_check(self, control: Control) -> None:
        place = self._linked(control.link)
        if place is None:
            return
        grid, spot = place
        if spot in grid.errors:
            control.state, control.reason = None, control.reason or "mixed"  # #N/A is the cell of a mixed box
            del grid.errors[spot]
            return
        value = grid.cells.get(spot)
        if value is None:
            return  # a blank cell contradicts nothing
        says = bool(value) if isinstance(value, (bool, int, float)) else None
        if says is not None:
            self.linked.append(place)
        if control.state is None and control.reason == "activex" and says is not None:
            control.state, control.reason = says, ""
        elif control.state is not None and says != control.state:
            self._unsettle(control, "differs", control.state, value)

    def _compare_options(self, options: list[Control]) -> None:
        """The linked cell of option buttons holds the number of the one chosen, from 1."""
        links = {o.link for o in options if o.link}
        place = self._linked(min(links)) if len(links) == 1 else None
        value = place[0].cells.get(place[1]) if place else None
        if place is None or value is None:
            return
        if isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
            for option in (o for o in options if o.state):
                self._unsettle(option, "differs", True, value)
            return
        self.linked.append(place)
        chosen = [number for number, option in enumerate(options, 1) if option.state]
        if chosen == [value] or (not chosen and value == 0):
            return
        for number, option in enumerate(options, 1):
            if option.state or number == value:
                self._unsettle(option, "differs", bool(option.state), number == value)

    def _unsettle(self, control: Control, reason: str, found: CellValue, expected: CellValue) -> None:
        control.state, control.reason = None, reason
        self.told[id(control)] = (found, expected)

    def _linked(self, link: str) -> tuple[Grid, Spot] | None:
        match = _LINK.fullmatch(link.strip().lstrip("="))
        if not match:
            return None
        name = (match["sheet"] or self.grid.name).strip("'").replace("''", "'")
        grid = self.grids.get(name)
        return (grid, spot_of(match["place"])) if grid else None

    def clear_links(self) -> None:
        """What the linked cells say the controls say; beside another label it would be a tick of that."""
        for grid, spot in self.linked:
            grid.cells.pop(spot, None)

    # -- laying --

    def lay(self) -> None:
        """Each control on its cell; several on one cell in the order of their places."""
        cells: dict[Spot, list[Control]] = defaultdict(list)
        for control in sorted(self.controls, key=self._order):
            if control.kind == "oval":
                self._lay_oval(control)
            elif control.box is None:
                self._tell(control, None)
            else:
                cells[self._spot(control)].append(control)
        for spot, controls in cells.items():
            self._lay_boxes(spot, controls)

    def _order(self, control: Control) -> tuple[int, int, int]:
        if control.box is None:
            return 0, 0, 0
        row, _ = self.sizes.spot(*control.box.centre)
        return row, control.box.left, control.box.top

    def _spot(self, control: Control) -> Spot:
        """The cell under the little box; for one with a caption on another text, the next blank one."""
        assert control.box is not None
        left, top, right, bottom = control.box
        middle = (top + bottom) // 2
        spot = self._first(self.sizes.spot(min(left + _BOX, (left + right) // 2), middle))
        caption = self._caption(control)
        if not caption:
            return self._overflown(spot, left) or spot
        if self._suits(spot, caption):
            return spot
        row, last = self.sizes.spot(right - 1, middle)
        for column in range(spot[1] + 1, last + 1):
            beneath = self._first((row, column))
            if self._suits(beneath, caption):
                return beneath
        return spot

    def _overflown(self, spot: Spot, x: int) -> Spot | None:
        """The cell left of a blank one whose text, several choices beside each other, is shown across it."""
        if spot in self.grid.cells:
            return None
        before = [c for c, value in self.grid.rows.get(spot[0], ()) if c < spot[1] and value is not None]
        text = self.grid.cells.get((spot[0], before[-1])) if before else None
        if not isinstance(text, str) or _WIDE_GAP.search(text.strip()) is None:
            return None
        first = spot[0], before[-1]
        block = self._block(first)
        reach = self.sizes.left(first[1]) + len(text) * _LETTER
        return first if block.right == first[1] and x < reach else None

    def _suits(self, spot: Spot, caption: str) -> bool:
        text = self.grid.cells.get(spot)
        return text is None or (isinstance(text, str) and _bare(text) in ("", fold(caption)))

    def _lay_boxes(self, spot: Spot, controls: list[Control]) -> None:
        text = self.grid.cells.get(spot)
        if text is None:
            if len(controls) > 1 and not all(self._caption(c) for c in controls):
                for control in controls:
                    self._unplaced(control, spot)
                return
            shown = [f"{_glyph(c)} {self._caption(c)}".rstrip() for c in controls]
            self.grid.cells[spot] = "　".join(shown)
            for control in controls:
                if control.state is None:
                    self._tell(control, spot)
            return
        if len(controls) == 1:
            self._lay_on_text(spot, controls[0], str(text))
            return
        for between in _BETWEEN:
            parts = between.split(str(text).strip())
            if self._stand_before(controls, parts):
                self.grid.cells[spot] = "　".join(
                    f"{_glyph(c)} {p}" for c, p in zip(controls, parts, strict=True)
                )
                for control in controls:
                    if control.state is None:
                        self._tell(control, spot)
                return
        for control in controls:
            self._unplaced(control, spot)

    def _stand_before(self, controls: list[Control], parts: list[str]) -> bool:
        """Whether controls beside each other stand for the parts of a text, one each."""
        if len(parts) != len(controls):
            return False
        boxes = [c.box for c in controls if c.box]
        apart = all(max(b.left - a.left, b.top - a.top) >= 2 * _BOX for a, b in itertools.pairwise(boxes))
        return apart and all(self._caption(c) in ("", p) for c, p in zip(controls, parts, strict=True))

    def _lay_on_text(self, spot: Spot, control: Control, text: str) -> None:
        """One box on a text: before it; but what the text says by a glyph of its own must be the same."""
        caption = self._caption(control)
        if caption and not self._suits(spot, caption):
            self._unplaced(control, spot)
            return
        match = _GLYPH.match(text)
        typed = glyph_tick(fold(match[1])) if match else None
        if match and typed and control.state is not None and (typed == "off") == control.state:
            self._unsettle(control, "glyph", control.state, match[1])
        rest = text[match.end() :] if match else text
        self.grid.cells[spot] = f"{_glyph(control)} {rest or caption}".rstrip()
        if control.state is None:
            self._tell(control, spot)

    def _lay_oval(self, oval: Control) -> None:
        assert oval.box is not None
        ringed = self._ringed(oval.box)
        if len(ringed) > 1:
            oval.caption = "、".join(str(self.grid.cells[spot]) for spot in ringed)
            self._unplaced(oval, ringed[0])
            return
        spot = ringed[0] if ringed else self._first(self.sizes.spot(*oval.box.centre))
        text = self.grid.cells.get(spot)
        if text is None:
            self.grid.cells[spot] = self._mark()
        elif isinstance(text, str) and _bare(text):
            self._ring(oval, spot, text)

    def _ring(self, oval: Control, spot: Spot, text: str) -> None:
        """An oval around a text is its tick, but not on an empty box, nor on several choices."""
        match = _GLYPH.match(text)
        rest = text[match.end() :] if match else text
        if match and glyph_tick(fold(match[1])) == "off":
            self._unsettle(oval, "glyph", True, match[1])
            self._tell(oval, spot)
        elif _GLYPH.search(rest):
            self._unplaced(oval, spot)
        else:
            self.grid.cells[spot] = f"{self._mark()} {rest}"

    def _mark(self) -> str:
        """An oval's glyph: beside typed ○ and no other marks it is one of them; ● would make them "off"."""
        if self._oval is None:
            texts = [v for v in self.grid.cells.values() if isinstance(v, str)]
            ticks = [t for v in texts if (t := read_tick(v) or ((m := _GLYPH.match(v)) and glyph_tick(m[1])))]
            # One lone mark is the matrix's: it says nothing of the boxes.
            self._oval = _RING if "circle" in ticks and ticks.count("on") < 2 else _MARK
        return self._oval

    _oval: str | None = None

    def _ringed(self, box: Box) -> list[Spot]:
        """The texts that an oval goes around: it covers them, or lies on them with its centre."""
        centre_row, centre_column = self.sizes.spot(*box.centre)
        found = []
        for spot, value in self.grid.cells.items():
            if not isinstance(value, str) or not spot[0] <= centre_row:
                continue
            block = self._block(spot)
            if block.bottom < centre_row:
                continue
            if block.left <= centre_column <= block.right or (
                box.left - _SLACK <= self.sizes.left(block.left)
                and self.sizes.left(block.right + 1) <= box.right + _SLACK
            ):
                found.append(spot)
        return found

    # -- cells --

    def _first(self, spot: Spot) -> Spot:
        """The cell itself, or the first one of the merged block that it is part of."""
        row, column = spot
        if self._by_row is None:
            self._by_row, self._tall = defaultdict(list), []
            for block in self.grid.merges:
                if block.bottom - block.top > _TALL:
                    self._tall.append(block)
                else:
                    for at in range(block.top, block.bottom + 1):
                        self._by_row[at].append(block)
        for top, left, bottom, right in (*self._by_row.get(row, ()), *self._tall):
            if left <= column <= right and top <= row <= bottom:
                return top, left
        return spot

    _by_row: dict[int, list[Rect]] | None = None
    _tall: list[Rect]

    def _block(self, spot: Spot) -> Rect:
        if self._blocks is None:
            self._blocks = {(m.top, m.left): m for m in self.grid.merges}
        return self._blocks.get(spot) or Rect(*spot, *spot)

    _blocks: dict[Spot, Rect] | None = None

    # -- telling --

    def _caption(self, control: Control) -> str:
        caption = " ".join(control.caption.split())
        return "" if _DEFAULT_CAPTION.fullmatch(fold(caption)) else caption

    def _unplaced(self, control: Control, spot: Spot) -> None:
        """Which text the tick belongs to cannot be told."""
        if control.state is not False or control.kind == "oval":
            self._unsettle(control, "place", control.state, None)
            self._tell(control, spot)

    def _tell(self, control: Control, spot: Spot | None) -> None:
        text = str(self.grid.cells.get(spot, "")) if spot else ""
        found, expected = self.told.get(id(control), (None, None))
        label = self._caption(control) or _GLYPH.sub("", text)
        self.grid.notes.append(Note(spot, label, control.reason or "mixed", found, expected))


def _glyph(control: Control) -> str:
    return _ON if control.state else _OFF


def _bare(text: str) -> str:
    """A text without the glyph before it, folded."""
    match = _GLYPH.match(text)
    return fold(text[match.end() :] if match else text)
