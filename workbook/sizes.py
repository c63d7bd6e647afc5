"""Where cells lie on the sheet, to find the cell that stands under a drawing."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right

POINT = 12_700
PIXEL = 9_525
"""In EMU, the unit of drawings."""
_CHARACTER = 8 * PIXEL
"""The width of a digit in the fonts of Japanese books (ＭＳ Ｐゴシック 11, 游ゴシック 11)."""
_LAST = 20_000


@dataclasses.dataclass(slots=True)
class _Line:
    """The edges of rows, or of columns: sizes in EMU, counted from 0."""

    default: int
    own: dict[int, int]
    edges: list[int] = dataclasses.field(default_factory=lambda: [0])

    def start(self, index: int) -> int:
        if 0 <= index < len(self.edges):
            return self.edges[index]
        while len(self.edges) <= min(index, _LAST):
            self.edges.append(self.edges[-1] + self.own.get(len(self.edges) - 1, self.default))
        return self.edges[min(max(index, 0), _LAST)]

    def at(self, place: int) -> int:
        while self.edges[-1] <= place and len(self.edges) <= _LAST:
            self.start(len(self.edges))
        return max(0, bisect_right(self.edges, place) - 1)


class Sizes:
    """The widths and heights of a sheet; what is not said has the usual size.

    ``columns`` in characters, ``rows`` in points, by index from 0; hidden ones are 0.
    """

    def __init__(
        self,
        columns: dict[int, float] | None = None,
        rows: dict[int, float] | None = None,
        width: float = 9.0,
        height: float = 13.5,
    ) -> None:
        self._columns = _Line(
            max(1, int(width * _CHARACTER)), {i: int(w * _CHARACTER) for i, w in (columns or {}).items()}
        )
        self._rows = _Line(max(1, int(height * POINT)), {i: int(h * POINT) for i, h in (rows or {}).items()})

    def point(self, column: int, right: int, row: int, down: int) -> tuple[int, int]:
        """x and y in EMU of a place so far right and down in a cell; never beyond that cell."""
        x, y = self._columns.start(column), self._rows.start(row)
        x_end, y_end = self._columns.start(column + 1), self._rows.start(row + 1)
        return min(x + max(right, 0), max(x, x_end - 1)), min(y + max(down, 0), max(y, y_end - 1))

    def spot(self, x: int, y: int) -> tuple[int, int]:
        """Row and column of the cell at a place."""
        return self._rows.at(y), self._columns.at(x)

    def left(self, column: int) -> int:
        """x of a column's left edge."""
        return self._columns.start(column)
