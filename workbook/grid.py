"""The cells of one sheet as a person sees them: values by place, merged blocks, what is hidden or broken."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from typing import NamedTuple

from workbook.notation import CellValue


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


Spot = tuple[int, int]
"""Row and column of a cell, counted from 0."""


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

    def __post_init__(self) -> None:
        for spot in covered(self.merges) & self.cells.keys():
            del self.cells[spot]
        rows: dict[int, list[tuple[int, CellValue]]] = defaultdict(list)
        for row, column in sorted(self.cells.keys() | self.errors.keys()):
            rows[row].append((column, self.cells.get((row, column))))
        self.rows = dict(rows)

    def place(self, spot: Spot) -> str:
        """The address of a cell as shown to people: ``Sheet!A1``."""
        return f"{self.name}!{address(*spot)}"


@functools.lru_cache(maxsize=256)
def covered(merges: tuple[Rect, ...]) -> frozenset[Spot]:
    """The cells that merged blocks hide: all but the first of each."""
    return frozenset(
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    )


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
