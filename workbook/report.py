"""The findings as a book of one sheet, with a column for answers. Written with XlsxWriter."""

from __future__ import annotations

from pathlib import Path

from workbook import marks
from workbook.atomic import replacing
from workbook.summary.model import DataTable


def write(table: DataTable, path: Path | str) -> None:
    """Write the table as a workbook of its own, in place of what stands there, only once it is complete.

    Texts stay texts, whatever they begin with. Raises `workbook.errors.OutputLocked` when ``path`` is open in
    Excel, ``OSError`` when the disk is full.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    from workbook.summary.book import OPTIONS
    from workbook.summary.datasheet import DataSheet
    from workbook.summary.listing import write_table
    from workbook.summary.styles import Styles

    with replacing(path) as temporary:
        book = Workbook(str(temporary), OPTIONS)
        try:
            book.set_properties({"title": table.description, "keywords": marks.OWN_OUTPUT})
            sheet = book.add_worksheet(table.sheet, worksheet_class=DataSheet)
            write_table(sheet, table, Styles(book))
            book.close()
        except FileCreateError as error:
            raise OSError(*error.args) from error
        finally:
            book.fileclosed = True  # or its destructor complains about a book given up
