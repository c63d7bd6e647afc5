"""The cells of one sheet as a person sees them: values by place, merged blocks, what is hidden or broken."""

from __future__ import annotations

import dataclasses
import functools
import operator
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from workbook.kept import Kept
from workbook.notation import CellValue, Tick, ticks_among
from workbook.room import Lacking


class Rect(NamedTuple):
    """A block of cells, all bounds inclusive and counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def overlaps(self, other: Rect) -> bool:
        """Whether the two blocks share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def holds(self, spot: Spot) -> bool:
        """Whether a cell belongs to the block."""
        return self.top <= spot[0] <= self.bottom and self.left <= spot[1] <= self.right

    @property
    def is_cell(self) -> bool:
        """Whether the block is a single cell."""
        return self.top == self.bottom and self.left == self.right

    @property
    def area(self) -> int:
        """How many cells it has; 0 for `EMPTY`."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


class Blocks(tuple[Rect, ...]):
    """The merged blocks of a sheet. Most sheets of a run have the same, so that they are hashed but once."""

    @functools.cached_property
    def _hash(self) -> int:
        return super().__hash__()

    def __hash__(self) -> int:
        return self._hash


EMPTY = Rect(0, 0, -1, -1)
"""No block at all."""

Spot = tuple[int, int]
"""Row and column of a cell, counted from 0."""
_COLUMN = operator.itemgetter(0)


class Note(NamedTuple):
    """A tick that contradicts itself or cannot be read: where, of what, the ``reason``, and both sides."""

    spot: Spot | None
    label: str
    reason: str
    found: CellValue
    expected: CellValue


@dataclasses.dataclass(slots=True)
class Grid:
    """One sheet. ``cells`` holds what is not blank; of a merged block only its first cell counts."""

    name: str
    cells: dict[Spot, CellValue]
    merges: tuple[Rect, ...] = ()
    visible: bool = True
    errors: dict[Spot, str] = dataclasses.field(default_factory=dict)
    """Cells that hold an error value, such as #REF!."""
    uncached: frozenset[Spot] = frozenset()
    """Formulas without a stored value."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    rows: dict[int, list[tuple[int, CellValue]]] = dataclasses.field(default_factory=dict)
    places: Kept[Spot, str] = dataclasses.field(init=False)
    """The addresses of its cells as shown to people: ``Sheet!A1``."""
    _ticks: dict[Spot, Tick] | None = None
    _blocks: Mapping[Spot, Rect] = dataclasses.field(init=False)
    """The merged blocks by their first cells."""
    notes: list[Note] = dataclasses.field(default_factory=list)
    lacking: Callable[[Rect, str], Lacking | None] | None = None
    """What a block lacks to print a text; None where the sizes are not known."""

    def __post_init__(self) -> None:
        self.places = places(self.name)
        hidden, self._blocks = _blocks(self.merges)
        if not hidden.isdisjoint(self.cells):
            for spot in hidden.intersection(self.cells):
                del self.cells[spot]
        self.index()

    def index(self) -> None:
        """Arrange the cells by rows; to be called again when ``cells`` were changed."""
        rows: dict[int, list[tuple[int, CellValue]]] = defaultdict(list)
        for (row, column), value in self.cells.items():
            rows[row].append((column, value))
        for row, column in self.errors.keys() - self.cells.keys():
            rows[row].append((column, None))
        for cells in rows.values():
            cells.sort(
                key=_COLUMN
            )  # cells come in this order from most files: then that costs next to nothing
        self.rows = dict(rows)
        self._ticks = None

    @property
    def ticks(self) -> dict[Spot, Tick]:
        """The cells that hold nothing but a tick."""
        if self._ticks is None:
            self._ticks = ticks_among(self.cells)
        return self._ticks

    def at(self, spots: Iterable[Spot]) -> list[tuple[Spot, CellValue]]:
        """What is not blank in some cells, in their order. The value of an error cell is None."""
        cells, errors = self.cells, self.errors
        if errors:
            return [(spot, cells.get(spot)) for spot in spots if spot in cells or spot in errors]
        return [(spot, cells[spot]) for spot in spots if spot in cells]

    def within(self, rect: Rect) -> list[tuple[Spot, CellValue]]:
        """What is not blank in a block, in reading order. The value of an error cell is None."""
        found = []
        for row in range(rect.top, rect.bottom + 1):
            cells = self.rows.get(row)
            if cells:
                # A tuple of the column alone sorts before the column with its value.
                first, end = bisect_left(cells, (rect.left,)), bisect_left(cells, (rect.right + 1,))
                found += [((row, column), value) for column, value in cells[first:end]]
        return found

    def block(self, spot: Spot) -> Rect:
        """The merged block that begins at a cell, else the cell itself."""
        return self._blocks.get(spot) or Rect(*spot, *spot)

    def place(self, spot: Spot) -> str:
        """The address of a cell as shown to people: ``Sheet!A1``."""
        return self.places[spot]


@functools.lru_cache(maxsize=32)
def _blocks(merges: tuple[Rect, ...]) -> tuple[frozenset[Spot], Mapping[Spot, Rect]]:
    """The cells that merged blocks hide, and the blocks by their first cells."""
    hidden = frozenset(
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    )
    return hidden, {(block.top, block.left): block for block in reversed(merges)}


def covered(merges: tuple[Rect, ...]) -> frozenset[Spot]:
    """The cells that merged blocks hide: all but the first of each."""
    return _blocks(merges)[0]


@functools.lru_cache(maxsize=32)
def places(sheet: str) -> Kept[Spot, str]:
    """The addresses of the cells of all sheets of that name: thousands of files have the same."""
    return Kept(functools.partial(_place, sheet), most=65536)


def _place(sheet: str, spot: Spot) -> str:
    return f"{sheet}!{address(*spot)}"


def around(spots: Collection[Spot]) -> Rect:
    """The smallest block that holds all the cells; `EMPTY` for none."""
    if not spots:
        return EMPTY
    rows, columns = zip(*spots, strict=True)
    return Rect(min(rows), min(columns), max(rows), max(columns))


_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@functools.lru_cache(maxsize=16384)
def spot_of(reference: str) -> Spot:
    """Row and column, counted from 0, of an address such as ``$AB$45``. ValueError for anything else.

    >>> spot_of("AB45"), address(*spot_of("$a$1"))
    ((44, 27), 'A1')
    """
    match = _REFERENCE.fullmatch(reference)
    if not match:
        raise ValueError(reference)
    column = 0
    for char in match[1].upper():
        column = column * 26 + ord(char) - 64
    return int(match[2]) - 1, column - 1


@functools.lru_cache(maxsize=65536)
def address(row: int, column: int) -> str:
    """A cell's address from row and column counted from 0.

    >>> address(44, 27)
    'AB45'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
