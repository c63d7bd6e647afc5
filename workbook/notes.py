"""From what was noticed at the ticks of a sheet to the issues of the record that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbook.extracting import FormPage
from workbook.form import Form
from workbook.grid import Note, Spot
from workbook.labels import vocabulary
from workbook.locating import Area
from workbook.notation import fold
from workbook.record import Issue


def issues(form: Form, pages: Iterable[FormPage]) -> Iterator[Issue]:
    """The F014 of one project. A tick whose place belongs to none of its pages is of no concern to it."""
    for page in pages:
        for note in page.grid.notes:
            if note.spot is None or _inside(note.spot, page):
                key = _key(page, note.spot) if note.spot else None
                if key or note.reason != "place" or _names_option(form, note):
                    cell = page.grid.place(note.spot) if note.spot else None
                    values = {"reason": note.reason, "found": note.found, "expected": note.expected}
                    # A tick of a group is named by that: 見直し余地がある stands in many places.
                    if not key:
                        values["label"] = note.label or form.title
                    yield Issue("F014", key, cell, values)


def _inside(spot: Spot, page: FormPage) -> bool:
    top, left, bottom, right = page.layout.rect
    return top <= spot[0] <= bottom and left <= spot[1] <= right


def _key(page: FormPage, spot: Spot) -> str | None:
    """The group of boxes that a cell belongs to."""
    for group in page.layout.groups:
        if any(spot == box.spot for box in group.boxes):
            return group.key
    for group in page.layout.groups:
        if any(_holds(area, spot) for box in group.boxes for area in (box.left, box.right)):
            return group.key
    return "matrix" if any(_holds(cell.area, spot) for cell in page.layout.matrix) else None


def _holds(area: Area, spot: Spot) -> bool:
    top, left, bottom, right = area.rect
    return spot in area.extra or (top <= spot[0] <= bottom and left <= spot[1] <= right)


def _names_option(form: Form, note: Note) -> bool:
    """Whether a tick without a place is one of the form's by its words: a box 印刷する is not."""
    words = fold(note.label)
    return any(option in words for option in vocabulary(form).options)
