"""Put the summary book together: the sheets in their order, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from workbook import collector
from workbook.atomic import replacing
from workbook.marks import OWN_OUTPUT
from workbook.summary import comparison, moving, overview, sources, styles
from workbook.summary.datasheet import DataSheet, FormulaSheet
from workbook.summary.listing import write_table
from workbook.summary.model import SummaryData
from workbook.summary.overview import write_overview
from workbook.summary.package import Book
from workbook.summary.rollups import write_rollup
from workbook.summary.sources import write_sources
from workbook.summary.styles import Styles

TABS = {"summary": styles.NAVY, "rollup": styles.TEAL, "data": styles.LINE}
OPTIONS = {
    # Texts of departments stay texts, also where some helper would guess.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write(data: SummaryData, path: Path | str) -> None:
    """Write the summary book to ``path``, in place of what stands there, only once it is complete.

    Raises `workbook.errors.OutputLocked` when ``path`` is open in Excel, ``OSError`` when the disk is full.
    """
    with replacing(path) as temporary, collector.paused():
        _write(data, temporary)


def _write(data: SummaryData, path: Path) -> None:
    book = Book(str(path), OPTIONS)
    try:
        _fill(book, data)
        book.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error
    finally:
        book.fileclosed = True  # or its destructor complains about a book given up


def _fill(book: Workbook, data: SummaryData) -> None:
    book.set_properties({"title": data.title, "keywords": OWN_OUTPUT})
    book.set_calc_mode("auto")
    look = Styles(book)
    book.formats[0].set_font_name(styles.FONT)
    book.formats[0].set_font_size(10)
    first = book.add_worksheet(overview.SHEET, worksheet_class=FormulaSheet)
    first.set_tab_color(TABS["summary"])
    _data_sheet(book, data.listing.sheet)
    rollups = {rollup.sheet: rollup for rollup in data.rollups}
    compared = {comparison.sheet_name(rollup): rollup for rollup in data.rollups}
    for name in [*rollups, sources.SHEET, *compared, moving.SHEET]:
        book.add_worksheet(name, worksheet_class=FormulaSheet).set_tab_color(TABS["rollup"])
    for table in (data.costs, *data.tables):
        _data_sheet(book, table.sheet)
    for table in (data.listing, data.costs, *data.tables):
        write_table(book.get_worksheet_by_name(table.sheet), table, look)
    for name, rollup in rollups.items():
        write_rollup(book, book.get_worksheet_by_name(name), rollup, data, look)
    for name, rollup in compared.items():
        comparison.write_comparison(book, book.get_worksheet_by_name(name), rollup, data, look)
    moving.write_movers(book, book.get_worksheet_by_name(moving.SHEET), data, look)
    write_sources(book, book.get_worksheet_by_name(sources.SHEET), data, look)
    write_overview(book, first, data, look)
    first.activate()


def _data_sheet(book: Workbook, name: str) -> None:
    book.add_worksheet(name, worksheet_class=DataSheet).set_tab_color(TABS["data"])
