"""Which boxes are ticked. How a sheet ticks shows only in all its boxes together.

A tick stands in the label's cell, left of it or right of it; between two labels in a row it may belong to
either, and ○ is "off" beside ● but the mark itself where there is nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from workbook.extracting.page import FormPage
from workbook.grid import Spot
from workbook.labels import Vocabulary
from workbook.locating import Area, BoxPlace, GroupPlace
from workbook.notation import Tick

Side = Literal["left", "right"]
_ON: frozenset[Tick | None] = frozenset({"on"})
_ON_OR_CIRCLE: frozenset[Tick | None] = frozenset({"on", "circle"})
_NEAR = 2
"""A tick that is this many columns from the label behind it touches it."""


class Ticked(msgspec.Struct):
    """A group's ticked values, in the form's order, and the cell to point at."""

    page: FormPage
    key: str
    values: tuple[str, ...]
    spot: Spot


class _Beside(NamedTuple):
    """A tick in a cell of its own."""

    spot: Spot
    tick: Tick


class _Vote(NamedTuple):
    """How many ticks speak for either side."""

    left: int = 0
    right: int = 0

    @property
    def winner(self) -> Side | None:
        """The side that more ticks speak for."""
        return None if self.left == self.right else "left" if self.left > self.right else "right"


class _Box(msgspec.Struct):
    place: BoxPlace
    own: Tick | None = None
    left: _Beside | None = None
    right: _Beside | None = None

    def beside(self, side: Side) -> _Beside | None:
        """The tick beside the label, where the label's cell has none of its own."""
        if self.own:
            return None
        return self.left if side == "left" else self.right

    def tick(self, side: Side) -> Tick | None:
        """The box's tick on a form that ticks on that side."""
        beside = self.beside(side)
        return self.own or (beside.tick if beside else None)

    def spot(self, side: Side) -> Spot:
        """The cell of the tick, else that of the label."""
        beside = self.beside(side)
        return beside.spot if beside else self.place.spot


class _Group(msgspec.Struct):
    page: FormPage
    place: GroupPlace
    boxes: list[_Box]


def read_ticks(pages: list[FormPage], words: Vocabulary) -> Iterator[Ticked]:
    """What is ticked in each group of boxes."""
    groups = [
        _Group(page, place, [_box(page, box, words) for box in place.boxes])
        for page in pages
        for place in page.layout.groups
    ]
    sides = _sides(groups)
    ticks = [[box.tick(side) for box in group.boxes] for group, side in zip(groups, sides, strict=True)]
    by_kind: dict[str, list[list[Tick | None]]] = defaultdict(list)
    for group, states in zip(groups, ticks, strict=True):
        by_kind[group.place.kind].append(states)
    on_ticks = {kind: _ON_OR_CIRCLE if _circle_is_on(states) else _ON for kind, states in by_kind.items()}
    for group, side, states in zip(groups, sides, ticks, strict=True):
        on_states = on_ticks[group.place.kind]
        on = [box for box, state in zip(group.boxes, states, strict=True) if state in on_states]
        first = next(iter(on or group.boxes), None)
        spot = first.spot(side) if first else (0, 0)
        yield Ticked(group.page, group.place.key, tuple(box.place.value for box in on), spot)


def _box(page: FormPage, place: BoxPlace, words: Vocabulary) -> _Box:
    own = words.ticks[str(page.grid.cells[place.spot])][place.index]
    if own or not place.alone:
        return _Box(place, own)
    ticks, left, right = page.grid.ticks, _spots(page, place.left), _spots(page, place.right)
    before = None if ticks.keys().isdisjoint(left) else _first(ticks, reversed(left))
    behind = None if ticks.keys().isdisjoint(right) else _first(ticks, right)
    return _Box(place, None, before, behind)


def _spots(page: FormPage, area: Area) -> Sequence[Spot]:
    return [spot for spot, _ in page.seen(area)] if area.seen is None else area.seen


def _first(ticks: Mapping[Spot, Tick], spots: Iterable[Spot]) -> _Beside | None:
    return next((_Beside(spot, ticks[spot]) for spot in spots if spot in ticks), None)


def _sides(groups: list[_Group]) -> list[Side]:
    """On which side of its labels each group has its ticks.

    By its own evidence, else by that of the groups of its kind (all questions, say), else by the form's.
    """
    lefts = {box.left.spot for group in groups for box in group.boxes if box.left}
    rights = {box.right.spot for group in groups for box in group.boxes if box.right}
    if not (lefts or rights):
        return ["left"] * len(groups)
    votes = [_vote(group, lefts, rights) for group in groups]
    kinds: dict[str, list[_Vote]] = defaultdict(list)
    for group, vote in zip(groups, votes, strict=True):
        kinds[group.place.kind].append(vote)
    of_kind = {kind: _together(some) for kind, some in kinds.items()}
    whole = _together(votes)
    agreed = whole.winner if not (whole.left and whole.right) else None
    return [
        vote.winner
        or of_kind[group.place.kind].winner
        or _touching(group).winner
        or agreed
        or whole.winner
        or "left"
        for group, vote in zip(groups, votes, strict=True)
    ]


def _together(votes: Iterable[_Vote]) -> _Vote:
    return _Vote(*map(sum, zip(*votes, strict=True)))


def _vote(group: _Group, lefts: set[Spot], rights: set[Spot]) -> _Vote:
    """The ticks of a group that can only be left, or only right, of a label."""
    left = right = 0
    for box in group.boxes:
        if box.left and box.left.spot not in rights:
            left += 1
        if box.right and box.right.spot not in lefts:
            right += 1
    return _Vote(left, right)


def _touching(group: _Group) -> _Vote:
    """The ticks between two labels that touch the one and keep well away from the other."""
    touches_right = touches_left = 0
    behind = {box.left.spot: box.place.spot[1] for box in group.boxes if box.left}
    for box in group.boxes:
        if not box.right or box.right.spot not in behind:
            continue
        tick = group.page.block(box.right.spot)
        before = tick.left - group.page.block(box.place.spot).right
        after = behind[box.right.spot] - tick.right
        touches_right += before <= _NEAR < after
        touches_left += after <= _NEAR < before
    return _Vote(touches_left, touches_right)


def _circle_is_on(ticks: list[list[Tick | None]]) -> bool:
    """In groups of one kind ○ is the mark unless ● is, or unless every box has one."""
    used = Counter(state for states in ticks for state in states if state)
    if not used["circle"] or used["on"]:
        return not used["on"]
    # A form of ●/○ pairs on which nothing is ticked has ○ at every box.
    return any("circle" in states and any(s != "circle" for s in states) for states in ticks)
