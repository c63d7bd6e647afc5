"""部課別前年度比 and its like: each line's totals against the year before, in the year chosen in the head."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.summary import styles
from workbook.summary.cells import span
from workbook.summary.model import YEAR, Item, Node, Rollup, SummaryData
from workbook.summary.page import set_page
from workbook.summary.rollups import LineStyle, criteria, show_fractions, write_change, write_labels
from workbook.summary.styles import Styles

TITLE, NOTE, CHOICE, HEAD, FIRST = 0, 1, 2, 4, 6
"""Rows of the sheet, counted from 0."""
ENDING = "前年度比"


def sheet_name(rollup: Rollup) -> str:
    """The sheet beside a roll-up's own."""
    return f"{rollup.sheet}{ENDING}"


def comparable(data: SummaryData) -> list[int]:
    """The years that have a year before them."""
    years = [column.year for column in data.years]
    return [year for year in years if year - 1 in years]


def write_comparison(
    book: Workbook, sheet: Worksheet, rollup: Rollup, data: SummaryData, look: Styles
) -> None:
    """Write one sheet; with a sentence in the place of figures when there are no two years to compare."""
    title = f"{rollup.title}（{ENDING}）"
    sheet.write_string(TITLE, 0, title, look.title)
    sheet.set_default_row(17)
    sheet.set_row(TITLE, 28)
    if not comparable(data):
        sheet.write_string(NOTE, 0, "比べられる年度がありません。", look.note)
        set_page(sheet, title)
        return
    _Writer(sheet, rollup, data, look).write(title)


class _Writer:
    """One sheet in the making: where its columns stand."""

    def __init__(self, sheet: Worksheet, rollup: Rollup, data: SummaryData, look: Styles) -> None:
        self.sheet, self.rollup, self.data, self.look = sheet, rollup, data, look
        self.depth = len(rollup.levels)
        self.items = [item for item in data.items if item.name in data.total_items]
        years = comparable(data)
        self.year = data.evaluated_year if data.evaluated_year in years else years[-1]
        self.choice = xl_rowcol_to_cell(CHOICE, self.depth - 1, row_abs=True, col_abs=True)

    def write(self, title: str) -> None:
        self._widths()
        self._choice()
        self._heads()
        labels = [""] * self.depth
        for row, node in enumerate(self.rollup.nodes, start=FIRST):
            level = len(node.path)
            labels[level - 1] = xl_rowcol_to_cell(row, level - 1, row_abs=True, col_abs=True)
            self._line(row, node, labels[:level])
        foot = FIRST + len(self.rollup.nodes)
        self._line(foot, self.data.total, [])
        for number in range(len(self.items)):
            first = self.depth + 4 * number
            show_fractions(self.sheet, (FIRST, foot), range(first, first + 3), self.look)
            self._bars(first + 2, foot - 1)
        self.sheet.freeze_panes(FIRST, self.depth)
        set_page(self.sheet, title, repeat=(HEAD, HEAD + 1))
        self.sheet.print_area(0, 0, foot, self.depth + 4 * len(self.items) - 1)

    def _widths(self) -> None:
        self.sheet.set_column(0, max(self.depth - 2, 0), 4)
        self.sheet.set_column(self.depth - 1, self.depth - 1, 38)
        for number in range(len(self.items)):
            first = self.depth + 4 * number
            self.sheet.set_column(first, first + 2, 12.5)
            self.sheet.set_column(first + 3, first + 3, 9.5)

    def _choice(self) -> None:
        sheet, look = self.sheet, self.look
        note = "色の付いた欄で年度を選べます。▲は減、皆増は前年度が0、皆減は当年度が0であることを示します。"
        sheet.write_string(NOTE, 0, note, look.note)
        box = look.of(
            bold=True, font_size=12, bg_color=palette.CHOICE, border=2, border_color=styles.TEAL,
            align="left", num_format=_year_format(self.data),
        )  # fmt: skip
        if self.depth > 1:
            span(sheet, (CHOICE, 0, CHOICE, self.depth - 2), "年度", look.of(bold=True, align="right"))
        sheet.write_number(CHOICE, self.depth - 1, self.year, box)
        options = {"validate": "list", "source": comparable(self.data)}
        sheet.data_validation(CHOICE, self.depth - 1, CHOICE, self.depth - 1, options)
        sheet.write_string(CHOICE, self.depth, f"単位：{self.items[0].unit}", look.note)

    def _heads(self) -> None:
        sheet, header = self.sheet, self.look.header
        span(sheet, (HEAD, 0, HEAD + 1, self.depth - 1), " ＞ ".join(self.rollup.levels), header)
        for number, item in enumerate(self.items):
            first = self.depth + 4 * number
            sheet.merge_range(HEAD, first, HEAD, first + 3, item.title, header)
            for column, text in enumerate(("前年度", "当年度", "増減", "増減率"), start=first):
                sheet.write_string(HEAD + 1, column, text, header)

    def _line(self, row: int, node: Node, labels: Sequence[str]) -> None:
        style = LineStyle(self.look, len(node.path), self.depth)
        if len(node.path) < self.depth:
            self.sheet.set_row(row, 20)
        write_labels(self.sheet, row, node, self.depth, style)
        where = criteria(self.data, self.rollup, labels)
        for number, item in enumerate(self.items):
            self._compare(row, self.depth + 4 * number, node, item, where, style)

    def _compare(self, row: int, first: int, node: Node, item: Item, where: str, style: LineStyle) -> None:
        table = self.data.costs.name
        before, this = (
            node.sums.get(item.name, {}).get(year, Decimal(0)) for year in (self.year - 1, self.year)
        )
        for column, (value, offset) in enumerate(((before, "-1"), (this, "")), start=first):
            formula = f"=SUMIFS({table}[{item.title}],{table}[{YEAR}],{self.choice}{offset}{where})"
            self.sheet.write_formula(row, column, formula, style.money, float(value))
        cells = (xl_rowcol_to_cell(row, first + 1), xl_rowcol_to_cell(row, first))
        write_change(self.sheet, row, first + 2, cells, (this, before), (style.money, style.rate))

    def _bars(self, column: int, last: int) -> None:
        """The size of each difference, to the right for more, to the left for less."""
        self.sheet.conditional_format(FIRST, column, last, column, {
            "type": "data_bar", "bar_solid": True,
            "bar_color": palette.BAR, "bar_negative_color": palette.FALLING_BAR,
            "bar_border_color": palette.BAR, "bar_negative_border_color": palette.FALLING_BAR,
        })  # fmt: skip


def _year_format(data: SummaryData) -> str:
    """The number format of a chosen year; the evaluated one also shows in the era's words."""
    title = next((column for column in data.years if column.year == data.evaluated_year), None)
    if title is None:
        return '0"年度"'
    return f'[={title.year}]"{title.title}（"0"年度）";0"年度"'
