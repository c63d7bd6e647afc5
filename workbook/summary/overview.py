"""概要: what a mayor or a council reads first. Counts, totals, charts, the matrix, the sections."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.summary import sources, styles
from workbook.summary.cells import safe_text, span
from workbook.summary.charts import (
    Area,
    cost_chart,
    direction_chart,
    judgement_chart,
    labour_chart,
    section_chart,
)
from workbook.summary.listing import write_note
from workbook.summary.model import LATEST, Card, DataTable, Item, Matrix, SummaryData
from workbook.summary.page import set_page
from workbook.summary.rollups import Change, change_heads, changes, show_fractions, write_change
from workbook.summary.styles import Styles

SHEET = "概要"
COLUMNS = 12
"""The page is twelve columns of one width: parts span some of them."""
WIDTH = 10.5
CHART_ROWS = 15
SCALE = 60
"""Percent: twelve columns on a portrait A4, with room for a wider font than the one asked for."""
PAGE_ROWS = 72
"""Plain rows on a page of that scale."""


def write_overview(book: Workbook, sheet: Worksheet, data: SummaryData, look: Styles) -> None:
    """Write the first sheet. Each part begins where the one above it ended."""
    sheet.set_column(0, COLUMNS - 1, WIDTH)
    row = _title(sheet, data, look)
    row = _cards(sheet, row, data, look)
    row = _notices(sheet, row, data, look)
    if data.years:
        row = _costs(book, sheet, row, data, look)
        row = _plans(book, sheet, row, data, look)
        second = row
        row = _judgements(book, sheet, row, data, look)
        row, chart = _sections(book, sheet, row, data, look)
        sheet.set_h_pagebreaks([second, *([chart] if row - second > PAGE_ROWS else [])])
    set_page(sheet, data.title, landscape=False)
    # A fixed scale: where Excel fits a page by itself it passes over page breaks that were set.
    sheet.set_print_scale(SCALE)
    sheet.print_area(0, 0, row, COLUMNS - 1)


def _title(sheet: Worksheet, data: SummaryData, look: Styles) -> int:
    band = look.of(bold=True, font_size=20, font_color=palette.WHITE, bg_color=styles.NAVY, indent=1)
    sheet.merge_range(0, 0, 0, COLUMNS - 1, safe_text(data.title), band)
    sheet.set_row(0, 40)
    year = next((c.title for c in data.years if c.year == data.evaluated_year), "")
    words = f"評価年度：{year}　　作成：{data.created}" if year else f"作成：{data.created}"
    sheet.merge_range(1, 0, 1, COLUMNS - 1, words, look.of(font_color=styles.GREY, align="right"))
    return 3


def _cards(sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> int:
    """The counts, two columns each: the label above, the figure below."""
    sheet.set_row(row + 1, 34)
    for number, card in enumerate(data.overview.cards[: COLUMNS // 2]):
        column = 2 * number
        paper, ink = _card_colours(card)
        edge = {"border": 1, "border_color": palette.WHITE, "bg_color": paper, "align": "center"}
        sheet.merge_range(row, column, row, column + 1, card.label, look.of(font_color=styles.GREY, **edge))
        figure = look.of(bold=True, font_size=22, font_color=ink, num_format="#,##0", **edge)
        sheet.merge_range(row + 1, column, row + 1, column + 1, "", figure)
        sheet.write_number(row + 1, column, card.value, figure)
    return row + 3


def _card_colours(card: Card) -> tuple[str, str]:
    if card.value and card.tone == "error":
        return styles.ERROR_PALE, styles.ERROR
    if card.value and card.tone == "warning":
        return styles.WARNING_PALE, styles.WARNING
    return styles.PALE, styles.NAVY


def _notices(sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> int:
    style = look.of(font_size=9, text_wrap=True, font_color=styles.INK, bg_color=styles.PAPER, indent=1)
    for notice in data.overview.notices:
        write_note(sheet, row, COLUMNS - 1, notice, COLUMNS * WIDTH, style)
        row += 1
    return row + 1


def _heading(sheet: Worksheet, row: int, text: str, look: Styles, columns: tuple[int, int]) -> None:
    for column in range(columns[0], columns[1] + 1):
        sheet.write_blank(row, column, None, look.heading)
    sheet.write_string(row, columns[0], text, look.heading)
    sheet.set_row(row, 20)


# ---- costs --------------------------------------------------------------------------------


def _costs(book: Workbook, sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> int:
    """The table of items × years, pointing at 財源別, and the two charts that show it."""
    _heading(sheet, row, "コストの推移", look, (0, COLUMNS - 1))
    table = _CostTable.of(data, row + 1)
    table.heads(sheet, look)
    for item in data.items:
        table.line(sheet, item, look)
    last = table.lines[data.items[-1].name]
    share = table.share(sheet, look)
    differences = range(table.after, COLUMNS, 2)
    show_fractions(sheet, (table.head + 2, last), [*table.places.values(), *differences], look)
    area = Area(SHEET, table.head, table.first, table.after - 1, table.lines, share)
    chart_row = (share or last) + 2
    sheet.insert_chart(chart_row, 0, cost_chart(book, area, data), {"x_offset": 2})
    sheet.insert_chart(chart_row, COLUMNS // 2, labour_chart(book, area, data), {"x_offset": 6})
    return chart_row + CHART_ROWS + 1


@dataclass(frozen=True, slots=True)
class _CostTable:
    """Where the parts of the table of costs stand on the page; it fills the page's columns."""

    data: SummaryData
    head: int
    first: int
    """Column of the first year shown."""
    places: dict[int, int]
    """Year → column."""
    lines: dict[str, int]
    """Item → row."""
    changes: list[Change]

    @classmethod
    def of(cls, data: SummaryData, head: int) -> _CostTable:
        found = changes(data)
        shown = data.overview.years[-(COLUMNS - 3 - 2 * len(found)) :]  # the label has three columns at least
        first = COLUMNS - 2 * len(found) - len(shown)
        places = {column.year: first + number for number, column in enumerate(shown)}
        lines = {item.name: head + 2 + number for number, item in enumerate(data.items)}
        return cls(data, head, first, places, lines, found)

    @property
    def after(self) -> int:
        """The column behind the years."""
        return self.first + len(self.places)

    def heads(self, sheet: Worksheet, look: Styles) -> None:
        sheet.merge_range(self.head, 0, self.head + 1, self.first - 1, "区分", look.header)
        for year in self.data.years:
            if place := self.places.get(year.year):
                sheet.write_string(self.head, place, year.title, look.header)
                sheet.write_string(self.head + 1, place, year.phase, look.header)
        change_heads(sheet, self.head, self.after, [change.title for change in self.changes], look)

    def line(self, sheet: Worksheet, item: Item, look: Styles) -> None:
        row, data = self.lines[item.name], self.data
        base = {"bold": True, "bg_color": styles.PALE} if item.name in data.total_items else {}
        amount = look.cell(num_format=styles.MONEY, **base)
        rate = look.cell(num_format=styles.RATE, align="right", **base)
        label = look.cell(indent=int(item.source), **base)
        span(sheet, (row, 0, row, self.first - 1), f"{item.title}（{item.unit}）", label)
        for year, column in self.places.items():
            line, place = sources.item_rows(data)[item.name], sources.year_columns(data)[year]
            cell = xl_rowcol_to_cell(line, place, row_abs=True, col_abs=True)
            value = float(self._sum(item.name, year))
            sheet.write_formula(row, column, f"='{sources.SHEET}'!{cell}", amount, value)
        for number, change in enumerate(self.changes):
            this, before = data.years[change.this].year, data.years[change.before].year
            cells = tuple(xl_rowcol_to_cell(row, self.places[year]) for year in (this, before))
            values = (self._sum(item.name, this), self._sum(item.name, before))
            write_change(sheet, row, self.after + 2 * number, cells, values, (amount, rate))

    def share(self, sheet: Worksheet, look: Styles) -> int | None:
        """The line 人件費の割合; returns its row, None where the form has no such items."""
        if not {"labour_total", "grand_total"} <= self.lines.keys():
            return None
        row = max(self.lines.values()) + 1
        rate = look.cell(num_format="0.0%", align="right")
        span(sheet, (row, 0, row, self.first - 1), "トータルコストに占める人件費の割合", look.cell())
        for year, column in self.places.items():
            part, whole = (xl_rowcol_to_cell(self.lines[n], column) for n in ("labour_total", "grand_total"))
            all_of_it = self._sum("grand_total", year)
            value = float(self._sum("labour_total", year) / all_of_it) if all_of_it else "－"
            sheet.write_formula(row, column, f'=IF({whole}=0,"－",{part}/{whole})', rate, value)
        return row

    def _sum(self, item: str, year: int) -> Decimal:
        return self.data.total.sums.get(item, {}).get(year, Decimal(0))


# ---- directions and matrix --------------------------------------------------------------------------------


def _plans(book: Workbook, sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> int:
    """Directions with their chart on the left, the matrix on the right."""
    _heading(sheet, row, "今後の方向性（複数選択あり）", look, (0, 6))
    _heading(sheet, row, "期待する成果とコスト", look, (8, COLUMNS - 1))
    table = next(table for table in data.tables if table.sheet == "方向性")
    figure = look.cell(num_format="#,##0")
    first = row + 1
    for number, (direction, count) in enumerate(data.overview.directions, start=first):
        sheet.set_row(number, PLAN_HEIGHT)
        sheet.merge_range(number, 0, number, 1, direction, look.cell())
        formula = f'=COUNTIFS({table.name}[{direction}],"○",{table.name}[{LATEST}],1)'
        sheet.write_formula(number, 2, formula, figure, count)
    last = row + len(data.overview.directions)
    if data.overview.directions:
        chart = direction_chart(book, SHEET, (first, last), PLAN_HEIGHT * (last - row) * 4 / 3)
        sheet.insert_chart(first, 3, chart, {"x_offset": 6})
    bottom = _matrix(sheet, row + 1, table.name, data.overview.matrix, look)
    return max(last, bottom) + 2


PLAN_HEIGHT = 22.5
"""Points a line beside the chart of directions."""


def _matrix(sheet: Worksheet, row: int, table: str, matrix: Matrix, look: Styles) -> int:
    """Outcome × cost: the more projects, the darker; × where the form allows none. Returns the last row."""
    left = 8
    header = look.header
    sheet.merge_range(row, left, row + 1, left, "成果＼コスト", header)
    sheet.merge_range(row, left + 1, row, left + len(matrix.costs), "コスト", header)
    for number, cost in enumerate(matrix.costs, start=left + 1):
        sheet.write_string(row + 1, number, cost, header)
    for line, outcome in enumerate(matrix.outcomes, start=row + 2):
        sheet.write_string(line, left, outcome, header)
        for number, cost in enumerate(matrix.costs, start=left + 1):
            count = matrix.counts.get((cost, outcome), 0)
            formula = (
                f"=COUNTIFS({table}[コスト],{xl_rowcol_to_cell(row + 1, number, row_abs=True)},"
                f"{table}[成果],{xl_rowcol_to_cell(line, left, col_abs=True)},{table}[{LATEST}],1)"
            )
            style = _heat((cost, outcome) in matrix.forbidden, look)
            sheet.write_formula(line, number, formula, style, count)
    last = row + 1 + len(matrix.outcomes)
    scale: dict[str, Any] = {"type": "2_color_scale", "min_color": palette.WHITE, "max_color": palette.SCALE}
    scale |= {"min_type": "num", "min_value": 0, "max_type": "max"}
    sheet.conditional_format(row + 2, left + 1, last, left + len(matrix.costs), scale)
    sheet.write_string(last + 1, left, "数は事業数。×は様式で選べない欄。", look.note)
    return last + 1


def _heat(forbidden: bool, look: Styles) -> Format:
    form = '"× "#,##0;;"×"' if forbidden else '#,##0;;"－"'
    return look.cell(align="center", bold=True, font_size=13, num_format=form)


# ---- judgements --------------------------------------------------------------------------------


def _judgements(book: Workbook, sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> int:
    """Of each question how many projects see room for improvement, counted over 評価, with a chart."""
    asked = data.overview.asked
    if not asked:
        return row
    _heading(sheet, row, "設問ごとの評価（余地や影響の有無）", look, (0, COLUMNS - 1))
    head = row + 1
    sheet.merge_range(head, 0, head, 3, "設問", look.header)
    sheet.write_string(head, 4, "あり", look.header)
    sheet.write_string(head, 5, "なし", look.header)
    table = next(table for table in data.tables if table.sheet == "評価")
    titles = [column.title for column in table.columns]
    figure = look.cell(num_format='#,##0;;"－"', align="right")
    latest = _column(table, titles.index(LATEST))
    for line, question in enumerate(asked, start=head + 1):
        sheet.set_row(line, PLAN_HEIGHT)
        sheet.merge_range(line, 0, line, 3, safe_text(question.title), look.cell(shrink=True))
        place = _column(table, titles.index(question.title))
        for column, (words, count) in enumerate(
            zip((question.flagged, question.other), question.counts, strict=True), start=4
        ):
            parts = (f'COUNTIFS({place},"{word}",{latest},1)' for word in words)
            sheet.write_formula(line, column, f"={'+'.join(parts)}", figure, count)
    last = head + len(asked)
    height = (PLAN_HEIGHT * len(asked) + 15) * 4 / 3
    sheet.insert_chart(head, 6, judgement_chart(book, SHEET, (head + 1, last), height), {"x_offset": 6})
    return last + 2


def _column(table: DataTable, number: int) -> str:
    """The cells of a column of a data sheet, for a formula: its title may hold what no formula takes."""
    area = xl_range_abs(1, number, max(len(table), 1), number)
    return f"'{table.sheet}'!{area}"


# ---- sections --------------------------------------------------------------------------------


def _sections(book: Workbook, sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> tuple[int, int]:
    """Each section's projects and findings, counted by formulas over 一覧, and a chart under them.

    Returns the last row, and that of the chart.
    """
    _heading(sheet, row, "課別の提出状況と検証結果", look, (0, COLUMNS - 1))
    head, listing = row + 1, data.listing.name
    sheet.merge_range(head, 0, head, 3, "部", look.header)
    sheet.merge_range(head, 4, head, 7, "課", look.header)
    for number, title in enumerate(("事業数", "誤り", "注意", "参考"), start=8):
        sheet.write_string(head, number, title, look.header)
    figure = look.cell(num_format='#,##0;;"－"', align="right")
    line = head
    for line, section in enumerate(data.overview.sections, start=head + 1):
        sheet.merge_range(line, 0, line, 3, section.department, look.cell())
        sheet.merge_range(line, 4, line, 7, section.division, look.cell())
        place = ",".join(
            f"{listing}[{title}],{xl_rowcol_to_cell(line, column, col_abs=True)}"
            for title, column in (("部", 0), ("課", 4))
        )
        sheet.write_formula(line, 8, f"=COUNTIFS({place},{listing}[{LATEST}],1)", figure, section.projects)
        counts = (section.errors, section.warnings, section.infos)
        for column, (title, count) in enumerate(zip(("誤り", "注意", "参考"), counts, strict=True), start=9):
            sheet.write_formula(line, column, f"=SUMIFS({listing}[{title}],{place})", figure, count)
    if line > head:
        for column, colour in ((9, palette.MISSING_BAR), (10, palette.OPEN_BAR)):
            bar = {
                "type": "data_bar",
                "bar_color": colour,
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
            }
            sheet.conditional_format(head + 1, column, line, column, bar)
        height = min(120 + 26 * (line - head), 1300)
        sheet.insert_chart(line + 2, 0, section_chart(book, SHEET, (head + 1, line), height), {"x_offset": 2})
        return line + 2 + int(height // 20) + 1, line + 2
    return line, line
