"""What the reader sees on the sheets of a book: labels, values, years and ticks, each with its cell."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from workbook.extracting import FormPage
from workbook.form import Form
from workbook.grid import Grid, Rect, Spot
from workbook.labels import vocabulary
from workbook.locating import Area, PageLayout
from workbook.notation import fold, read_tick, tidy
from workbook.read import pages_of

Role = Literal["label", "value", "year", "tick", "text"]
_LIKE = 0.5
"""How alike two texts must be for one to be shown as the nearest to the other."""
_LONGEST_LABEL = 60


@dataclasses.dataclass(slots=True, frozen=True)
class SeenCell:
    """A cell that is not blank: its block, what it shows, and what it is to the form.

    ``name`` is the flat key of a value or of what a label stands for; empty where it has none.
    """

    block: Rect
    cell: str
    text: str
    role: Role
    name: str = ""


@dataclasses.dataclass(slots=True, frozen=True)
class Missing:
    """A label that was not found, and the texts on the sheet that are most like it: (cell, text)."""

    label: str
    near: tuple[tuple[str, str], ...]


@dataclasses.dataclass(slots=True, frozen=True)
class SeenSheet:
    """One sheet and the form that is nearest to it; ``form`` is None where nothing of any form is there."""

    grid: Grid
    form: Form | None
    layouts: tuple[PageLayout, ...]
    others: tuple[tuple[Form, int, int], ...]
    """The other forms that have anything here, with their labels found and missing."""

    @property
    def complete(self) -> bool:
        """Whether all labels of what stands here are there, each once."""
        pages = [layout for layout in self.layouts if layout.is_form]
        return bool(pages) and not any(page.missing or page.doubled for page in pages)

    @property
    def pages(self) -> tuple[int, ...]:
        """Which pages of the form stand here."""
        return tuple(layout.page for layout in self.layouts if layout.is_form)

    @property
    def found(self) -> int:
        """How many labels were found."""
        return sum(layout.found for layout in self.layouts)

    def cells(self) -> list[SeenCell]:
        """All cells that are not blank, in reading order."""
        roles = self._roles()
        out = []
        for spot in sorted(self.grid.cells.keys() | self.grid.errors.keys()):
            text = self.grid.errors.get(spot) or tidy(self.grid.cells.get(spot)) or ""
            value = self.grid.cells.get(spot)
            role, name = roles.get(spot, ("tick" if value is not None and read_tick(value) else "text", ""))
            text = text or ("0" if value == 0 else "")
            out.append(SeenCell(self.grid.block(spot), self.grid.place(spot), text, role, name))
        return out

    def missing(self) -> list[Missing]:
        """The labels that the form has and the sheet has not."""
        labels = dict.fromkeys(label for layout in self.layouts for label in layout.missing)
        known = {spot for layout in self.layouts for spot in layout.labels}
        texts = {
            fold(value): (self.grid.place(spot), value)
            for spot, value in self.grid.cells.items()
            if isinstance(value, str) and len(value) <= _LONGEST_LABEL and spot not in known
        }
        return [Missing(label, _nearest(label, texts)) for label in labels]

    def doubled(self) -> list[tuple[str, tuple[str, ...]]]:
        """The labels that stand twice, with their cells."""
        pairs = (pair for layout in self.layouts for pair in layout.doubled)
        return [(label, tuple(self.grid.place(spot) for spot in spots)) for label, spots in pairs]

    def _roles(self) -> dict[Spot, tuple[Role, str]]:
        roles: dict[Spot, tuple[Role, str]] = {}
        words = vocabulary(self.form) if self.form else None
        if words and not self.layouts:
            for spot, value in self.grid.cells.items():
                if isinstance(value, str) and (label := words.recognise(value)):
                    roles[spot] = ("year" if label.year else "tick" if label.options else "label", "")
        for layout in self.layouts:
            page = FormPage(layout, self.grid)
            roles |= {spot: ("label", "") for spot in layout.labels if spot in self.grid.cells}
            for role, name, spots in _places(layout, page):
                roles |= {spot: (role, name) for spot in spots if spot in self.grid.cells}
        return roles


def see(grids: Sequence[Grid], forms: Sequence[Form]) -> list[SeenSheet]:
    """Each sheet with the form that has most labels there."""
    return [_sheet(grid, forms) for grid in grids]


def _sheet(grid: Grid, forms: Sequence[Form]) -> SeenSheet:
    found = [(form, tuple(page.layout for page in pages_of(form, [grid]))) for form in forms]
    found = [(form, layouts) for form, layouts in found if any(layout.found for layout in layouts)]
    found.sort(key=lambda item: sum(p.found - len(p.missing) for p in item[1]), reverse=True)
    if not found:
        return SeenSheet(grid, None, (), ())
    (form, layouts), *rest = found
    others = tuple((f, sum(p.found for p in ps), sum(len(p.missing) for p in ps)) for f, ps in rest)
    return SeenSheet(grid, form, layouts, others)


def _places(layout: PageLayout, page: FormPage) -> Iterator[tuple[Role, str, list[Spot]]]:
    """Labels and what stands at them. Labels come last, as one cell can be both."""
    for cell in layout.matrix:
        yield "value", "matrix", _spots(page, [cell.area])
    for field in layout.fields:
        for candidate in field.candidates:
            yield "value", field.key, _spots(page, candidate.areas[:1])
        yield "label", field.key, [candidate.spot for candidate in field.candidates]
    for table in layout.tables:
        name = table.table.name
        yield "year", name, [heading.spot for heading in table.headings]
        for row in table.rows:
            yield "value", f"{name}.{row.name}", _spots(page, [row.title, row.unit, *row.values])
            yield "label", f"{name}.{row.name}", [row.spot]
    for group in layout.groups:
        for box in group.boxes:
            beside = [spot for area in (box.left, box.right) for spot, _ in page.seen(area)]
            ticks = [spot for spot in beside if read_tick(page.grid.cells.get(spot))]
            yield "tick", f"{group.key}:{box.value}", [*ticks, box.spot]
    if layout.free:
        yield "value", "", _spots(page, [layout.free])


def _spots(page: FormPage, areas: Iterable[Area]) -> list[Spot]:
    return [spot for area in areas for spot, _ in page.found(area)]


def _nearest(label: str, texts: dict[str, tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(texts[near] for near in difflib.get_close_matches(fold(label), texts, 3, _LIKE))
