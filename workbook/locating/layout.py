"""Put the findings on a page together to its layout."""

from __future__ import annotations

import functools

from workbook.form import Form
from workbook.locating import split
from workbook.locating.boxes import find_groups, find_questions
from workbook.locating.fields import choose_fields, choose_reasons, place_field, reasons_like_boxes
from workbook.locating.matrix import find_free_text, find_matrix
from workbook.locating.page import Page
from workbook.locating.places import WHOLE, PageLayout, Printed
from workbook.locating.tables import find_tables


@functools.lru_cache(maxsize=128)
def locate(form: Form, sheet: Printed) -> tuple[PageLayout, ...]:
    """The pages of the form on a sheet: none, one or both."""
    tokens = split.tokens(sheet)
    return tuple(
        _layout(Page(form, tokens, sheet.merges, number, rect)) for number, rect in split.pages(form, tokens)
    )


def empty_page(form: Form, number: int) -> PageLayout:
    """The page as it is when nothing of it is there: all its labels are missing."""
    return _layout(Page(form, [], (), number, WHOLE))


def _layout(page: Page) -> PageLayout:
    """Everything on a page. Labels are chosen first, as the areas end at them."""
    tables = find_tables(page)
    chosen = list(choose_fields(page))
    questions = find_questions(page)
    chosen += choose_reasons(page, questions)
    page.harden(token for choice in chosen for token in choice.tokens)
    page.soften(reasons_like_boxes(page, questions, chosen))
    groups = find_groups(page, questions)
    matrix, frame = find_matrix(page)
    return PageLayout(
        page=page.number,
        rect=page.rect,
        labels=frozenset(page.hard_spots),
        fields=tuple(place_field(page, choice) for choice in chosen),
        groups=tuple(groups),
        tables=tuple(tables),
        matrix=matrix,
        free=find_free_text(page, frame),
        missing=tuple(dict.fromkeys(page.missing)),
        doubled=tuple(page.doubled),
        found=page.found,
    )
