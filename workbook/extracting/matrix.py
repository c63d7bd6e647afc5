"""The marks in the matrix of cost × outcome, and the free text of its section."""

from __future__ import annotations

from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage
from workbook.extracting.texts import first_text, lines, typed_on, without_table
from workbook.notation import read_tick


def read_matrix(draft: Draft, page: FormPage) -> None:
    """All cells that are marked, as (cost, outcome)."""
    cells = page.layout.matrix
    if not cells:
        return
    marks = []
    spot = cells[0].area.corner
    for cell in cells:
        found = page.found(cell.area)
        draft.check_errors(page, "matrix", found)
        for at, value in found:
            if read_tick(value) in ("on", "circle"):
                marks.append((cell.cost, cell.outcome))
                spot = at
    draft.put(page, "matrix", tuple(marks), spot)


def read_free_text(draft: Draft, page: FormPage) -> None:
    """The text that stands free beneath the boxes of the directions."""
    area = page.layout.free
    if area is None:
        return
    found = [item for item in without_table(page, page.found(area)) if read_tick(item[1]) is None]
    key = draft.form.free_text.name
    draft.check_errors(page, key, found)
    text = first_text(page, found + typed_on(page, area, found, draft.words))
    draft.check_room(page, key, text)
    draft.check_hidden(page, text)
    draft.put(page, key, lines(text), text[0][0] if text else area.corner)
