"""A page of the form on its sheet: where its values stand, and the cells that were typed there."""

from __future__ import annotations

from msgspec import Struct

from workbook.grid import Grid, Rect, Spot
from workbook.locating import Area, PageLayout
from workbook.notation import CellValue

Found = list[tuple[Spot, CellValue]]
"""Cells that are not blank, in reading order. The value of an error cell is None."""


class FormPage(Struct, frozen=True, eq=False):
    """A page's layout and its sheet. ``claimed`` are cells that were read as another field's value."""

    layout: PageLayout
    grid: Grid
    claimed: set[Spot] = set()

    def unclaimed(self) -> FormPage:
        """The page with no cell claimed, to read it anew."""
        return FormPage(self.layout, self.grid)

    def found(self, area: Area) -> Found:
        """What is not blank in an area, labels and claimed cells left out."""
        spots, cells, errors = area.spots, self.grid.cells, self.grid.errors
        if spots is None:
            found = [item for item in self.seen(area) if area.may_hold(item[0])]
        elif errors:
            found = self.grid.at(spots)
        else:
            found = [(spot, cells[spot]) for spot in spots if spot in cells]
        if found and self.claimed:
            return [item for item in found if item[0] not in self.claimed]
        return found

    def seen(self, area: Area) -> Found:
        """All that is not blank in an area, labels too."""
        inside = self.grid.within(area.rect) if area.inside is None else self.grid.at(area.inside)
        return self.grid.at(area.extra) + inside if area.extra else inside

    def block(self, spot: Spot) -> Rect:
        """The merged block that begins at a cell, else the cell itself."""
        return self.grid.block(spot)

    def place(self, spot: Spot) -> str:
        """A cell's address as shown to people: ``Sheet!A1``."""
        return self.grid.place(spot)
