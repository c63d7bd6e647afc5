"""What locating starts from (the labels of a sheet) and what it gives (places, as plain data)."""

from __future__ import annotations

import functools
from typing import NamedTuple

from msgspec import Struct

from workbook.form import Field, Table
from workbook.grid import Rect, Spot
from workbook.labels import Label

FAR = 1_000_000
"""A row or column beyond every sheet's end."""
WHOLE = Rect(0, 0, FAR, FAR)


class Printed(NamedTuple):
    """All that a layout depends on: the labels of a sheet at their places, and the merged blocks."""

    labels: tuple[tuple[int, int, Label], ...]
    merges: tuple[Rect, ...]


class Token(Struct, frozen=True, eq=False):
    """A label at its place; the block is the merged one where there is one."""

    row: int
    col: int
    bottom: int
    right: int
    label: Label

    @property
    def rect(self) -> Rect:
        """The label's block."""
        return Rect(self.row, self.col, self.bottom, self.right)

    @property
    def spot(self) -> Spot:
        """The label's cell."""
        return self.row, self.col

    def is_a(self, kind: str) -> bool:
        """Whether the label can be of that kind and stands alone in its cell."""
        return not self.label.inline and any(m.kind == kind for m in self.label.meanings)

    def shares_rows(self, block: Rect) -> bool:
        """Whether the label stands on a row of the block."""
        return self.row <= block.bottom and self.bottom >= block.top

    def inside(self, block: Rect) -> bool:
        """Whether the label's cell stands in the block."""
        return block.top <= self.row <= block.bottom and block.left <= self.col <= block.right


class Taken(Struct, frozen=True, eq=False):
    """The cells of a page that hold no value: those beneath merged blocks, and its labels."""

    hidden: frozenset[Spot]
    labels: set[Spot]
    """Complete once the layout is."""


_MANY = 200
"""An area of more cells than that is not listed: its rows are looked through."""


class Area(Struct, frozen=True, eq=False, dict=True):
    """Where to look for a value: a block of cells, and first cells of merged blocks that reach into it."""

    rect: Rect
    extra: tuple[Spot, ...] = ()
    without: Rect | None = None
    others: frozenset[Spot] = frozenset()
    """Blocks that reach into the area but stand beside or beneath a label of their own."""
    taken: Taken = Taken(frozenset(), set())

    def __repr__(self) -> str:
        """Without all the cells of the page that are taken."""
        return f"Area({self.rect!r}, {self.extra!r})"

    @functools.cached_property
    def corner(self) -> Spot:
        """The first cell: where a value would stand if there were one."""
        return self.rect.top, self.rect.left

    @functools.cached_property
    def inside(self) -> tuple[Spot, ...] | None:
        """The cells of the block that can be seen, in reading order; None when they are too many to list."""
        top, left, bottom, right = self.rect
        if max(0, bottom - top + 1) * max(0, right - left + 1) > _MANY:
            return None
        spots = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        return tuple(spot for spot in spots if spot not in self.taken.hidden)

    @functools.cached_property
    def seen(self) -> tuple[Spot, ...] | None:
        """All cells that can be seen, those of blocks from outside first; None when they are too many."""
        return None if self.inside is None else (*self.extra, *self.inside)

    @functools.cached_property
    def spots(self) -> tuple[Spot, ...] | None:
        """The cells where a value can stand, labels left out; None when they are too many to list."""
        if self.inside is None:
            return None
        return tuple(spot for spot in sorted({*self.extra, *self.inside}) if self.may_hold(spot))

    def may_hold(self, spot: Spot) -> bool:
        """Whether a cell in the area can hold its value: it is no label and belongs to no other one."""
        out = self.without
        return spot not in self.taken.labels and spot not in self.others and not (out and out.holds(spot))


class Candidate(Struct, frozen=True, eq=False):
    """One label of a field and the areas where its value may stand, the likeliest first."""

    spot: Spot
    inline: bool
    areas: tuple[Area, ...]
    beneath: Area | None = None
    """Where the value stands if the label's row holds nothing but labels, as where each heads a column."""

    @property
    def corner(self) -> Spot:
        """Where a value would stand if there were one."""
        return self.areas[0].corner if self.areas else self.spot


class FieldPlace(Struct, frozen=True, eq=False, dict=True):
    """A value under a flat key. ``field`` is None for reasons and the like, which are texts."""

    key: str
    label: str
    candidates: tuple[Candidate, ...]
    field: Field | None = None

    @functools.cached_property
    def type(self) -> str:
        """How the value is written; see `Field`."""
        return self.field.type if self.field else "text"

    @functools.cached_property
    def is_box(self) -> bool:
        """Whether the value has a box of its own, over several rows."""
        return self.field is None or self.field.is_box

    @functools.cached_property
    def is_coded(self) -> bool:
        """Whether the value stands as the codes of the sheet do: beside their labels or beneath."""
        return self.field is not None and self.field.is_coded


class BoxPlace(Struct, frozen=True, eq=False):
    """One box of a group: the ``index``-th box in its cell, and where its tick may stand beside it."""

    value: str
    spot: Spot
    index: int
    alone: bool
    left: Area
    right: Area


class GroupPlace(Struct, frozen=True, eq=False, dict=True):
    """The boxes of one group, in the form's order."""

    key: str
    boxes: tuple[BoxPlace, ...]

    @functools.cached_property
    def kind(self) -> str:
        """What the group is one of: period, judgements, summary, directions."""
        return self.key.partition(".")[0]


class Heading(Struct, frozen=True):
    """The heading of a year column: its cell, the year and the phase word (実績, 計画 …), both folded."""

    spot: Spot
    year: str
    phase: str


class RowPlace(Struct, frozen=True, eq=False):
    """One row of a table: its label, its name (of an indicator), its unit, one area for each year column."""

    name: str
    spot: Spot
    inline: bool
    title: Area
    unit: Area
    values: tuple[Area, ...]


class TablePlace(Struct, frozen=True, eq=False):
    """A table's year headings and rows."""

    table: Table
    headings: tuple[Heading, ...]
    rows: tuple[RowPlace, ...]
    spot: Spot
    """The cell of its title."""


class MatrixCell(Struct, frozen=True, eq=False):
    """One cell of cost × outcome."""

    cost: str
    outcome: str
    area: Area


class PageLayout(Struct, frozen=True, eq=False, dict=True):
    """Everything found on one page; ``missing`` and ``doubled`` are labels that spoil it."""

    page: int
    rect: Rect
    labels: frozenset[Spot]
    fields: tuple[FieldPlace, ...]
    groups: tuple[GroupPlace, ...]
    tables: tuple[TablePlace, ...]
    matrix: tuple[MatrixCell, ...]
    free: Area | None
    missing: tuple[str, ...]
    doubled: tuple[tuple[str, tuple[Spot, ...]], ...]
    found: int
    """How many labels were found, to tell an altered form from another paper."""

    @functools.cached_property
    def codes_first(self) -> list[FieldPlace]:
        """The fields, those first whose value is a code."""
        return sorted(self.fields, key=lambda place: not place.is_coded)

    @functools.cached_property
    def is_form(self) -> bool:
        """Whether this is the page at all: most labels are there, and what only a form has."""
        if self.page == 1:
            structure = any(len(t.headings) >= 2 and t.rows for t in self.tables)
        else:
            structure = sum(len(g.boxes) >= 2 for g in self.groups) >= 3
        return structure and self.found >= len(self.missing)
