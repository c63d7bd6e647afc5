"""Which boxes are ticked. How a sheet ticks shows only in all its boxes together.

A tick stands in the label's cell, left of it or right of it; between two labels in a row it may belong to
either, and ○ is "off" beside ● but the mark itself where there is nothing else.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from workbook.grid import Grid, Spot
from workbook.labels import Vocabulary
from workbook.locate import Area, BoxPlace, GroupPlace, PageLayout
from workbook.notation import CellValue, Tick, glyph_tick, read_tick

Page = tuple[PageLayout, Grid]
_TOUCHING = 2


@dataclasses.dataclass(slots=True)
class _Box:
    place: BoxPlace
    own: Tick | None
    left: tuple[Spot, Tick] | None
    right: tuple[Spot, Tick] | None

    def side(self, name: str) -> tuple[Spot, Tick] | None:
        return self.left if name == "left" else self.right


@dataclasses.dataclass(slots=True)
class _Group:
    page: Page
    place: GroupPlace
    boxes: list[_Box]

    @property
    def kind(self) -> str:
        """What the group is one of: period, judgements, summary, directions."""
        return self.place.key.partition(".")[0]


def read_boxes(pages: list[Page], words: Vocabulary) -> Iterator[tuple[Page, GroupPlace, tuple[Any, ...], Spot]]:
    """Each group with the values ticked, in the form's order, and the cell to point at."""
    groups = [
        _Group(page, place, [_box(page[1], box, words) for box in place.boxes])
        for page in pages
        for place in page[0].groups
    ]
    sides = _sides(groups)
    ticks = [[_tick(box, side) for box in group.boxes] for group, side in zip(groups, sides, strict=True)]
    circle_is_on = _circle_is_on(ticks)
    for group, side, states in zip(groups, sides, ticks, strict=True):
        on = [s == "on" or (s == "circle" and circle_is_on) for s in states]
        ticked = tuple(b.place.value for b, is_on in zip(group.boxes, on, strict=True) if is_on)
        boxes = [b for b, is_on in zip(group.boxes, on, strict=True) if is_on] or group.boxes
        spot = _spot(boxes[0], side) if boxes else (0, 0)
        yield group.page, group.place, ticked, spot


def _box(grid: Grid, place: BoxPlace, words: Vocabulary) -> _Box:
    text = grid.cells[place.spot]
    glyph = words.option_parts(str(text))[place.index].glyph
    own = glyph_tick(glyph) if glyph else None
    if own or not place.alone:
        return _Box(place, own, None, None)
    left = _ticks_in(grid, place.left)
    right = _ticks_in(grid, place.right)
    return _Box(place, None, left[-1] if left else None, right[0] if right else None)


def _ticks_in(grid: Grid, area: Area) -> list[tuple[Spot, Tick]]:
    top, left, bottom, right = area.rect
    cells: list[tuple[Spot, CellValue]] = [(s, grid.cells.get(s)) for s in area.extra]
    for row in range(top, bottom + 1):
        cells += (((row, c), v) for c, v in grid.rows.get(row, ()) if left <= c <= right)
    return [(spot, tick) for spot, value in cells if (tick := read_tick(value))]


def _sides(groups: list[_Group]) -> list[str]:
    """On which side of its labels each group has its ticks.

    By its own evidence, else by that of the groups of its kind (all questions, say), else by the whole form's.
    """
    lefts = {box.left[0] for group in groups for box in group.boxes if box.left}
    rights = {box.right[0] for group in groups for box in group.boxes if box.right}
    votes = [_vote(group, lefts, rights) for group in groups]
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for group, vote in zip(groups, votes, strict=True):
        kinds[group.kind].update(vote)
    whole = sum(votes, Counter[str]())
    agreed = _winner(whole) if not (whole["left"] and whole["right"]) else ""
    return [
        _winner(vote)
        or _winner(kinds[group.kind])
        or agreed
        or _nearer(group, lefts & rights)
        or _winner(whole)
        or "left"
        for group, vote in zip(groups, votes, strict=True)
    ]


def _vote(group: _Group, lefts: set[Spot], rights: set[Spot]) -> Counter[str]:
    """The ticks of a group that can only be left, or only right, of a label."""
    vote: Counter[str] = Counter()
    for box in group.boxes:
        vote["left"] += bool(box.left and box.left[0] not in rights)
        vote["right"] += bool(box.right and box.right[0] not in lefts)
    return vote


def _nearer(group: _Group, between: set[Spot]) -> str:
    """By the gap behind the ticks that stand between two labels, on a form that ticks now left, now right."""
    off = [_stands_off(group, box.left[0]) for box in group.boxes if box.left and box.left[0] in between]
    if not off:
        return ""
    return "right" if all(off) else "left"


def _stands_off(group: _Group, spot: Spot) -> bool:
    """Whether a tick between two labels keeps away from the one behind it: then it belongs to the one before."""
    behind = [b.place.spot for b in group.boxes if b.left and b.left[0] == spot]
    if not behind:
        return False
    block = next((m.right for m in group.page[1].merges if (m.top, m.left) == spot), spot[1])
    return behind[0][1] - block > _TOUCHING


def _winner(vote: Counter[str]) -> str:
    if vote["left"] == vote["right"]:
        return ""
    return "left" if vote["left"] > vote["right"] else "right"


def _tick(box: _Box, side: str) -> Tick | None:
    if box.own:
        return box.own
    beside = box.side(side)
    return beside[1] if beside else None


def _circle_is_on(ticks: list[list[Tick | None]]) -> bool:
    """○ is the mark unless ● is, or unless every box has one."""
    used = Counter(state for states in ticks for state in states if state)
    if not used["circle"] or used["on"]:
        return not used["on"]
    # A form of ●/○ pairs on which nothing is ticked has ○ at every box.
    return any("circle" in states and any(s != "circle" for s in states) for states in ticks)


def _spot(box: _Box, side: str) -> Spot:
    beside = box.side(side)
    return beside[0] if beside and not box.own else box.place.spot
