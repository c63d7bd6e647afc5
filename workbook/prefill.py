"""The empty form with a project's head filled in, to be handed to its section."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from workbook import blank, layout, place
from workbook.form import Form
from workbook.parts import Book


def template(form: Form, fiscal_year: int, rates: Mapping[int, int | Decimal]) -> bytes:
    """The empty form of an evaluated year. Make it once for all projects."""
    with tempfile.TemporaryDirectory(prefix="evalxl-") as folder:
        path = Path(folder) / f"{form.id}.xlsx"
        blank.blank(form, path, fiscal_year, rates=rates)
        return path.read_bytes()


def prefilled(empty: bytes, form: Form, fiscal_year: int, values: Mapping[str, str]) -> bytes:
    """The form of `template` with values by field name: ``department``, ``budget.kan``, ``policy``.

    Texts stay texts. A code whose digits have a cell each is spread over them; one that is too long for them
    stands whole in the first, so that nothing of it is lost. Names that the form does not have are left out.
    """
    book = Book(empty)
    sheet = book.sheet(layout.of(form).sheet)
    for page in place.stacked(place.pages(form, fiscal_year)):
        for cell in page:
            value = values.get(cell.key, "")
            if value and cell.kind == "value":
                sheet.put((cell.row, cell.col), value)
            elif value and cell.kind == "digit":
                digits = form.field(cell.key).digits
                number = int(cell.option)
                if len(value) > digits:
                    piece = value if number == 0 else ""
                else:
                    piece = value.rjust(digits)[number].strip()
                sheet.put((cell.row, cell.col), piece or None)
    return book.to_bytes()
