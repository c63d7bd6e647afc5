"""A page of the form on its sheet: where its values stand, and the cells that were typed there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from workbook.grid import Grid, Rect, Spot
from workbook.locating import Area, PageLayout
from workbook.notation import CellValue

Found = list[tuple[Spot, CellValue]]
"""Cells that are not blank, in reading order. The value of an error cell is None."""


@dataclasses.dataclass(slots=True, frozen=True, eq=False)
class FormPage:
    """A page's layout and its sheet. ``claimed`` are cells that have been read as another field's value."""

    layout: PageLayout
    grid: Grid
    claimed: frozenset[Spot] = frozenset()

    def claiming(self, spots: Iterable[Spot]) -> FormPage:
        """The page with more cells claimed."""
        return dataclasses.replace(self, claimed=self.claimed.union(spots))

    def found(self, area: Area) -> Found:
        """What is not blank in an area, labels and claimed cells left out."""
        grid = self.grid
        found = [(s, grid.cells.get(s)) for s in area.extra if s in grid.cells or s in grid.errors]
        found += grid.within(area.rect)
        labels, claimed, others, out = self.layout.labels, self.claimed, area.others, area.without
        found = [f for f in found if f[0] not in labels and f[0] not in claimed and f[0] not in others]
        if area.extra:
            found.sort(key=lambda item: item[0])
        return [f for f in found if not out.holds(f[0])] if out else found

    def block(self, spot: Spot) -> Rect:
        """The merged block that begins at a cell, else the cell itself."""
        return self.grid.block(spot)

    def place(self, spot: Spot) -> str:
        """A cell's address as shown to people: ``Sheet!A1``."""
        return self.grid.place(spot)
