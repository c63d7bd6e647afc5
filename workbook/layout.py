"""How a form is laid out, as data: boxes in boxes, in relative widths and heights, never addresses.

The boxes come from the ``[layout]`` tables of the form's TOML file; `workbook.place` puts them on the grid.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from workbook.errors import FormError
from workbook.form import Form, Struct

LEAVES = (
    "text",
    "label",
    "value",
    "digits",
    "link",
    "option",
    "table",
    "totals",
    "questions",
    "axes",
    "directions",
    "matrix",
)


class Box(Struct, frozen=True):
    """A stretch of the grid: either a stack (``rows``), a line (``cols``) or one leaf.

    ``h`` and ``w`` are grid rows and columns; 0 takes what the neighbours leave.
    ``frame`` draws a bold outline.
    """

    h: int = 0
    w: int = 0
    frame: bool = False
    look: str = ""
    rows: tuple[Box, ...] = ()
    cols: tuple[Box, ...] = ()
    text: str = ""
    label: str = ""
    value: str = ""
    digits: str = ""
    link: str = ""
    option: str = ""
    table: str = ""
    totals: str = ""
    questions: int = 0
    axes: int = 0
    directions: tuple[int, ...] = ()
    matrix: bool = False
    widths: tuple[int, ...] = ()
    group: str = ""
    brackets: bool = False

    @property
    def kind(self) -> str:
        """Which leaf this is; ``rows`` or ``cols`` for a box of boxes, empty for an empty box."""
        return next((name for name in (*LEAVES, "rows", "cols") if getattr(self, name)), "")


class Page(Struct, frozen=True):
    """One printed page: its boxes from top to bottom."""

    rows: tuple[Box, ...]


class Layout(Struct, frozen=True):
    """The ``[layout]`` table of a form. Widths of columns are in characters, heights of rows in points."""

    columns: int
    column_width: float
    row_height: float
    sheet: str
    sheets: tuple[str, ...]
    page: tuple[Page, ...]


@functools.cache
def of(form: Form) -> Layout:
    """The form's layout. Raises `FormError` when it has none, or when it names what the form has not."""
    file = f"{form.id}.toml"
    if not form.layout:
        raise FormError(file, 1, "missing_key", "layout")
    try:
        layout = msgspec.convert(form.layout, Layout)
    except msgspec.ValidationError as error:
        raise FormError(file, 1, "wrong_value", f"[layout] {error}") from None
    for reason, detail in _contradictions(form, layout):
        raise FormError(file, 1, reason, f"[layout] {detail}")
    return layout


def boxes(page: Page) -> Iterator[Box]:
    """Every box of a page, outer before inner."""
    waiting = list(reversed(page.rows))
    while waiting:
        box = waiting.pop()
        yield box
        waiting.extend(reversed([*box.rows, *box.cols]))


def _contradictions(form: Form, layout: Layout) -> Iterator[tuple[str, str]]:
    if len(layout.sheets) != len(layout.page):
        yield "wrong_value", f"{len(layout.page)} pages, {len(layout.sheets)} names in sheets"
    fields = {field.name for field in form.fields} | {form.free_text.name}
    tables = {table.name for table in form.tables}
    choices = {choice.name for choice in form.choices}
    options = {f"{choice.name}.{option.value}" for choice in form.choices for option in choice.options}
    known = {
        "label": fields | tables | choices,
        "totals": {table.name for table in form.totals_tables},
        "value": fields,
        "digits": fields,
        "link": fields,
        "option": options,
        "table": tables,
    }
    for page in layout.page:
        for box in boxes(page):
            kinds = [name for name in (*LEAVES, "rows", "cols") if getattr(box, name)]
            if len(kinds) > 1:
                yield "two_leaves", " + ".join(kinds)
            elif box.kind in known and getattr(box, box.kind) not in known[box.kind]:
                yield "unknown_name", f'{box.kind} = "{getattr(box, box.kind)}"'
