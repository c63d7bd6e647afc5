"""What a file says of a sheet beyond its values, whatever the format."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from workbook.controls import Control
from workbook.grid import EMPTY, Rect, Spot
from workbook.notation import CellValue
from workbook.room import Lacking
from workbook.sizes import Sizes

FAR_ROW = 20_000
MOST_CELLS = 2_000_000
"""The largest block from the first to the last value: the value reader lays all its cells out."""
MOST_MERGES = 20_000


@dataclasses.dataclass(slots=True)
class SheetFacts:
    """Error cells, formulas without a stored value, what is hidden, controls; merges None: not looked up."""

    errors: dict[Spot, str] = dataclasses.field(default_factory=dict)
    uncached: set[Spot] = dataclasses.field(default_factory=set)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    booleans: dict[Spot, bool] = dataclasses.field(default_factory=dict)
    """Cells that show TRUE or FALSE, though the file calls them numbers."""
    shown: dict[Spot, str] = dataclasses.field(default_factory=dict)
    """Cells that do not show their number as it is, and how (`notation.as_shown`); of plain sheets, none."""
    merges: tuple[Rect, ...] | None = None
    controls: list[Control] = dataclasses.field(default_factory=list)
    sizes: Sizes = dataclasses.field(default_factory=Sizes)
    lacking: Callable[[Rect, str], Lacking | None] | None = None
    """What a block lacks to print a text; None where the sizes are not known."""
    visible: bool = True
    cells: dict[Spot, CellValue] | None = None
    """The values, where the file was plain enough to take them from it at once; None: not looked up."""
    extent: Rect = EMPTY
    """The block from the first to the last of those values."""
