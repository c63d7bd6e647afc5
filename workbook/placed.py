"""A placed cell of the form: where it stands, what stands in it, the lines around it."""

from __future__ import annotations

import dataclasses
from typing import Literal

from workbook.looks import LOOKS

Kind = Literal[
    "print", "label", "heading", "value", "number", "digit", "tick", "year", "link", "mark", "joined"
]
THIN, MEDIUM = 1, 2
Scalar = str | int | float


@dataclasses.dataclass(slots=True, frozen=True)
class Formula:
    """A formula with the value that Excel stored beside it, None for none; ``#REF!`` is an error value."""

    text: str
    value: Scalar | None = None


Content = Scalar | Formula | None
"""What stands in a cell."""


@dataclasses.dataclass(slots=True)
class Placed:
    """One cell or merged range, with what stands in it.

    ``text`` is printed, ``key`` is the flat key of the value that is typed here. ``option`` is the box of
    a ``tick``, the digit's index of a ``digit``, the option a ``year`` belongs to, the year of a ``heading``.
    ``edges`` are the lines left, right, above and below: 0 none, 1 thin, 2 medium.
    """

    row: int
    col: int
    height: int
    width: int
    kind: Kind
    look: str
    text: str = ""
    key: str = ""
    option: str = ""
    edges: tuple[int, int, int, int] = (0, 0, 0, 0)
    parts: tuple[Placed, ...] = ()
    """The cells that were joined into a ``joined`` one, in their order."""

    @property
    def bottom(self) -> int:
        """The first row beneath."""
        return self.row + self.height

    @property
    def right(self) -> int:
        """The first column to the right."""
        return self.col + self.width


Rect = tuple[int, int, int, int]
"""Row, column, height, width."""


def draw_edges(cells: list[Placed], outlines: list[tuple[Rect, int]]) -> None:
    """Give every cell its lines: thin ones by its look, those of outlines on both sides of the line."""
    for cell in cells:
        thin = THIN if LOOKS[cell.look].line else 0
        cell.edges = (thin, thin, thin, thin)
    for (row, col, height, width), weight in outlines:
        bottom, right = row + height, col + width
        for cell in cells:
            beside = row <= cell.row and cell.bottom <= bottom
            under = col <= cell.col and cell.right <= right
            touched = (
                beside and cell.col in (col, right),
                beside and cell.right in (col, right),
                under and cell.row in (row, bottom),
                under and cell.bottom in (row, bottom),
            )
            left, rig, top, bot = (
                max(e, weight) if t else e for e, t in zip(cell.edges, touched, strict=True)
            )
            cell.edges = (left, rig, top, bot)
