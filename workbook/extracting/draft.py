"""A record in the making, and what is noticed while it is read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from workbook.extracting.page import FormPage, Found
from workbook.form import Form
from workbook.grid import Spot
from workbook.labels import Vocabulary, vocabulary
from workbook.locating import Area
from workbook.record import Issue, Record, Value

_SHORT = 12
"""Texts of so few letters have room in every cell that is meant for one."""


class Draft(Struct):
    """What was read so far. ``latest`` is the latest fiscal year that can have been evaluated."""

    form: Form
    latest: int
    fiscal_year: int = 0
    years: set[int] = set()
    columns: dict[str, tuple[int, ...]] = {}
    """The fiscal year of each column, by table."""
    values: dict[str, Value] = {}
    cells: dict[str, str] = {}
    issues: list[Issue] = []
    answered: set[str] = set()
    uncached: list[str] = []
    """Formulas that were never calculated, where a value is expected."""

    @property
    def words(self) -> Vocabulary:
        """The form's labels."""
        return vocabulary(self.form)

    def record(self, file: str, sheet: str) -> Record:
        """The finished record."""
        if self.uncached:
            self.note("F007", None, self.uncached[0], found=len(self.uncached), cells=self.uncached)
        return Record(
            self.form,
            file,
            sheet,
            self.fiscal_year,
            tuple(sorted(self.years)),
            self.values,
            self.cells,
            self.issues,
            frozenset(self.answered),
        )

    def put(self, page: FormPage, key: str, value: Value, spot: Spot) -> None:
        """Set a value and the cell it came from, or would have come from."""
        self.values[key] = value
        self.cells[key] = page.grid.places[spot]

    def note(
        self, code: str, key: str | None, cell: str | None, year: int | None = None, **values: Any
    ) -> None:
        """Note an issue with the figures for its message."""
        self.issues.append(Issue(code, key, cell, values, year))

    def check_errors(self, page: FormPage, key: str, found: Found, year: int | None = None) -> None:
        """Tell error values among the cells of a value."""
        if not page.grid.errors:
            return
        for spot, _ in found:
            if spot in page.grid.errors:
                self.note("F011", key, page.place(spot), year, found=page.grid.errors[spot])

    def check_room(self, page: FormPage, key: str, found: Found) -> None:
        """Tell texts that need more lines than their cells print."""
        grid = page.grid
        if not grid.lacking:
            return
        for spot, value in found:
            if isinstance(value, str) and len(value) > _SHORT:
                lacking = grid.lacking(grid.block(spot), value.rstrip())
                if lacking:
                    self.note("T605", key, grid.place(spot), found=lacking.lines, expected=lacking.printed)

    def check_hidden(self, page: FormPage, found: Found) -> None:
        """Tell rows and columns that are hidden among the cells of a text; of its first cell others tell."""
        for axis, hidden in enumerate((page.grid.hidden_rows, page.grid.hidden_columns)):
            spot = next((spot for spot, _ in found[1:] if spot[axis] in hidden), None) if hidden else None
            if spot:
                self.note("F008", None, page.place(spot), found=("hidden_row", "hidden_column")[axis])

    def check_uncached(self, page: FormPage, area: Area) -> None:
        """Remember formulas in an area that were never calculated."""
        if page.grid.uncached:
            for spot in sorted(page.grid.uncached):
                if area.rect.holds(spot) and (place := page.place(spot)) not in self.uncached:
                    self.uncached.append(place)
