"""増減の大きい事業: the projects whose cost moved most, with their figures' sources, and a chart."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook.summary import styles
from workbook.summary.cells import address, safe_text
from workbook.summary.charts import mover_chart
from workbook.summary.model import Link, Mover, Number, SummaryData, figure
from workbook.summary.page import set_page
from workbook.summary.rollups import show_fractions, write_change
from workbook.summary.styles import Styles

SHEET = "増減の大きい事業"
WIDTHS = (5, 14, 18, 38, 14, 14, 14, 10)
CHART_ROWS = 13


def write_movers(book: Workbook, sheet: Worksheet, data: SummaryData, look: Styles) -> None:
    """Write the sheet; with a sentence in the place of figures when there are no two years to compare."""
    sheet.set_default_row(18)
    sheet.set_row(0, 28)
    set_page(sheet, SHEET, landscape=False, pages_high=1)
    movers = data.movers
    if movers is None or not (movers.up or movers.down):
        sheet.write_string(0, 0, SHEET, look.title)
        sheet.write_string(1, 0, "前年度と比べて増減した事業がありません。", look.note)
        return
    sheet.write_string(0, 0, f"{SHEET}（{movers.item}）", look.title)
    note = f"{movers.years[0]}と{movers.years[1]}の比較（単位：千円）。事業名と数値から元のシートが開きます。"
    sheet.write_string(1, 0, safe_text(note), look.note)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    row = 3
    for heading, found in (("増えた事業", movers.up), ("減った事業", movers.down)):
        if found:
            last = _block(sheet, row, heading, found, movers.years, look)
            sheet.insert_chart(
                last + 2, 0, mover_chart(book, SHEET, (row + 2, last), heading), {"x_offset": 2}
            )
            row = last + 2 + CHART_ROWS + 2
    sheet.print_area(0, 0, row - 2, len(WIDTHS) - 1)


def _block(
    sheet: Worksheet,
    row: int,
    heading: str,
    movers: Sequence[Mover],
    years: tuple[str, str],
    look: Styles,
) -> int:
    """A heading, the column heads and a line a project; returns the last row."""
    sheet.write_string(row, 0, heading, look.heading)
    for column, title in enumerate(("順位", "部", "課", "事業名", *years, "増減", "増減率")):
        sheet.write_string(row + 1, column, safe_text(title), look.header)
    for place, mover in enumerate(movers, start=1):
        _line(sheet, row + 1 + place, place, mover, look)
    last = row + 1 + len(movers)
    show_fractions(sheet, (row + 2, last), range(4, 7), look)
    return last


def _line(sheet: Worksheet, row: int, place: int, mover: Mover, look: Styles) -> None:
    money = look.cell(num_format=styles.MONEY)
    sheet.write_number(row, 0, place, look.cell(align="center"))
    for column, text in enumerate(mover.section, start=1):
        sheet.write_string(row, column, safe_text(text), look.cell(shrink=True))
    name = look.cell(font_color=styles.LINK, underline=1, shrink=True)
    _linked(sheet, row, 3, mover.project, name)
    for column, cell in ((4, mover.before), (5, mover.this)):
        _linked(sheet, row, column, cell, money)
    cells = (xl_rowcol_to_cell(row, 5), xl_rowcol_to_cell(row, 4))
    values = (Decimal(figure(mover.this) or 0), Decimal(figure(mover.before) or 0))
    rate: dict[str, Any] = {"num_format": styles.RATE, "align": "right"}
    write_change(sheet, row, 6, cells, values, (money, look.cell(**rate)))


def _linked(sheet: Worksheet, row: int, column: int, cell: Link | Number, style: Format) -> None:
    """A text or a figure with its link, where Excel takes the address."""
    if isinstance(cell, Link) and (target := address(cell)):
        sheet.write_url(row, column, target, style, safe_text(cell.text))
    value = figure(cell)
    if value is not None:
        sheet.write_number(row, column, float(value), style)
    elif isinstance(cell, Link):
        sheet.write_string(row, column, safe_text(cell.text), style)
