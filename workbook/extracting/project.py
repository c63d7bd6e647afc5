"""One project from its pages to its record."""

from __future__ import annotations

from workbook.errors import Refused
from workbook.extracting.draft import Draft
from workbook.extracting.fields import read_fields
from workbook.extracting.matrix import read_free_text, read_matrix
from workbook.extracting.page import FormPage
from workbook.extracting.period import read_period
from workbook.extracting.tables import read_tables
from workbook.extracting.ticks import read_ticks
from workbook.extracting.years import read_years
from workbook.form import Form
from workbook.notation import fold
from workbook.record import Record


def extract(form: Form, file: str, pages: list[FormPage], latest: int) -> Record:
    """Read the pages of one project; ``latest`` is the latest fiscal year that can have been evaluated.

    Raises `Refused` F005 where a doubled label makes a value ambiguous.
    """
    draft = Draft(form, latest)
    for page in pages:
        read_years(draft, page)
    for page in pages:
        rest = read_fields(draft, page)
        read_tables(draft, rest)
        read_matrix(draft, rest)
        read_free_text(draft, rest)
    for ticked in read_ticks(pages, draft.words):
        draft.put(ticked.page, ticked.key, ticked.values, ticked.spot)
    for choice in form.choices:
        read_period(draft, pages, choice)
    return draft.record(file, pages[0].grid.name)


def evaluated_year(form: Form, page: FormPage, latest: int) -> int:
    """The fiscal year that a page's tables evaluate; 0 for a page without tables of years."""
    draft = Draft(form, latest)
    read_years(draft, page)
    return draft.fiscal_year


def head(form: Form, page: FormPage) -> tuple[str, ...]:
    """The texts by which the pages of one project are paired: project, department, division, folded.

    Empty when a doubled label makes them ambiguous.
    """
    draft = Draft(form, 0)
    try:
        read_fields(draft, page)
    except Refused:
        return ()
    values = (draft.values.get(key) for key in ("project_name", "department", "division"))
    return tuple(fold(value) if isinstance(value, str) else "" for value in values)
