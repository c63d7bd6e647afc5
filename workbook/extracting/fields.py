"""The fields of a page and the reasons of its questions: one value, or a code and a name, at each label."""

from __future__ import annotations

import msgspec

from workbook.errors import Refused
from workbook.extracting import codes, texts
from workbook.extracting.codes import CodeStyle
from workbook.extracting.draft import Draft
from workbook.extracting.page import FormPage, Found
from workbook.grid import Spot
from workbook.locating import Area, Candidate, FieldPlace
from workbook.notation import fold, read_tick
from workbook.record import Value


class Answer(msgspec.Struct):
    """What stands at one label: values by key, the first cell (also of a blank), and all cells."""

    values: dict[str, Value]
    spot: Spot
    found: Found

    @property
    def is_filled(self) -> bool:
        """Whether there is any value."""
        return any(value is not None for value in self.values.values())


def read_fields(draft: Draft, page: FormPage) -> FormPage:
    """Read all fields; the page comes back with the cells of its codes claimed.

    Raises `Refused` F005 where a doubled label makes a value ambiguous.
    """
    page = page.unclaimed()
    style = codes.code_style(page)
    # Codes first: a blank value must not take the code beneath the next label for its own.
    for place in page.layout.codes_first:
        repeated = page.layout.page > 1 and place.key in draft.values
        answers = [_answer(draft, page, place, candidate, style) for candidate in place.candidates]
        if place.is_coded:
            page.claimed.update(spot for answer in answers for spot, _ in answer.found)
        filled = [answer for answer in answers if answer.is_filled] if len(answers) > 1 else answers
        if repeated:
            _compare_heads(draft, page, place, (filled or answers)[0])
            continue
        # Several labels are natural for a reason: there the first that has a value counts.
        if len(filled) > 1 and place.field:
            filled = [_merged(page, place, filled)]
        answer = (filled or answers)[0]
        for key, value in answer.values.items():
            if value is not None or key not in draft.values:
                draft.put(page, key, value, answer.spot)
        if page.grid.errors:
            draft.check_errors(page, place.key, answer.found)
        if place.is_box:
            draft.check_room(page, place.key, answer.found)
            draft.check_hidden(page, answer.found)
    return page


def _answer(
    draft: Draft, page: FormPage, place: FieldPlace, candidate: Candidate, style: CodeStyle
) -> Answer:
    if candidate.inline:
        text = draft.words.inline_value(str(page.grid.cells[candidate.spot]))
        if text:
            return Answer(texts.typed(place, [text]), candidate.spot, [])
    if place.field and place.type == "digits":
        code = codes.read_code(draft, page, place.field, candidate, style)
        return Answer(code.values, code.spot, code.found)
    areas = style.areas_of_name(candidate) if place.is_coded else candidate.areas
    if place.is_box and len(areas) > 1:
        areas = texts.begins_beside(page, candidate)
    if (beneath := candidate.beneath) and _heads_values(page, candidate.spot[0], beneath):
        areas = (*areas, beneath)
    for area in areas:
        if page.grid.uncached:
            draft.check_uncached(page, area)
        found = page.found(area)
        if place.type == "code_text" and codes.is_below(area, candidate):
            # The name stands beside its code; what is further down belongs to another label.
            found = [item for item in found if item[0][0] in style.rows]
        if place.is_box:
            found = [item for item in texts.without_table(page, found) if read_tick(item[1]) is None]
            run = texts.box_cells(page, area, found + texts.typed_on(page, area, found, draft.words))
            if place.field and place.field.value == "section":
                run = texts.first_text(page, run)
            text = texts.lines(run)
            parts = [text] if text else []
        else:
            run = texts.nearest_run(page, found, coded=place.type == "code_name", whole=place.type == "text")
            parts = texts.of_code(run) if place.type == "code_name" else texts.each(run)
        if run:
            return Answer(texts.typed(place, parts), run[0][0], run)
    return Answer(texts.typed(place, []), areas[0].corner if areas else candidate.spot, [])


def _heads_values(page: FormPage, row: int, beneath: Area) -> bool:
    """Whether a label's row holds nothing but labels and codes, and what begins beneath it is no remark."""
    labels = page.layout.labels
    spots = ((row, column) for column, _ in page.grid.rows[row])
    if not all(spot in labels or spot in page.claimed for spot in spots):
        return False
    found = page.found(beneath)
    return bool(found) and not str(found[0][1]).lstrip().startswith("※")


def _merged(page: FormPage, place: FieldPlace, filled: list[Answer]) -> Answer:
    """Two labels with one value are no harm; with two values nobody can tell which is meant."""
    merged: dict[str, Value] = {}
    for answer in filled:
        for key, value in answer.values.items():
            if value is None:
                continue
            if merged.get(key, value) != value:
                cells = [page.place(c.spot) for c in place.candidates]
                raise Refused("F005", sheet=page.grid.name, cell=cells[0], label=place.label, cells=cells)
            merged[key] = value
    return msgspec.structs.replace(filled[0], values=merged)


def _compare_heads(draft: Draft, page: FormPage, place: FieldPlace, answer: Answer) -> None:
    """The second page repeats the head of the first: both must be of one project."""
    draft.check_errors(page, place.key, answer.found)
    first, second = draft.values.get(place.key), answer.values.get(place.key)
    if isinstance(first, str) and isinstance(second, str) and fold(first) != fold(second):
        cell = page.place(answer.spot)
        draft.note("F010", place.key, cell, label=place.label, found=second, expected=first)
