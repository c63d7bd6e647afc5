"""財源別: the whole city by funding source and year, then each department's sources in one year."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.summary import styles
from workbook.summary.cells import safe_text
from workbook.summary.model import COUNTED, YEAR, Item, Node, SummaryData
from workbook.summary.page import set_page
from workbook.summary.rollups import change_heads, changes, show_fractions, write_change, year_head
from workbook.summary.styles import Styles

SHEET = "財源別"
HEAD, FIRST = 3, 5
"""Rows, counted from 0: the head of the first part and its first item."""


def write_sources(book: Workbook, sheet: Worksheet, data: SummaryData, look: Styles) -> None:
    """Write the sheet 財源別; with a sentence in the place of figures when there is no project."""
    sheet.write_string(0, 0, "財源別の集計", look.title)
    sheet.set_default_row(17)
    sheet.set_row(0, 28)
    set_page(sheet, "財源別の集計")
    if not data.years:
        sheet.write_string(1, 0, "集約できた事業がありません。", look.note)
        return
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(data.years) + 2 * len(changes(data)) + 1, 13)
    foot = _by_year(sheet, data, look)
    _by_department(sheet, foot + 2, data, look)


def item_rows(data: SummaryData) -> dict[str, int]:
    """The row of each item in the first part, counted from 0; the overview points at them."""
    return {item.name: FIRST + index for index, item in enumerate(data.items)}


def year_columns(data: SummaryData) -> dict[int, int]:
    """The column of each year in the first part, counted from 0."""
    return {column.year: 1 + index for index, column in enumerate(data.years)}


def _by_year(sheet: Worksheet, data: SummaryData, look: Styles) -> int:
    """The first part; returns its last row."""
    sheet.write_string(2, 0, "全体（年度の推移）", look.heading)
    sheet.merge_range(HEAD, 0, HEAD + 1, 0, "区分", look.header)
    for year, column in year_columns(data).items():
        year_head(sheet, HEAD, column, next(c for c in data.years if c.year == year), look)
    first_change = 1 + len(data.years)
    change_heads(sheet, HEAD, first_change, [change.title for change in changes(data)], look)
    for item in data.items:
        _item_line(sheet, item_rows(data)[item.name], item, data, look)
    last = FIRST + len(data.items)
    _source_check(sheet, last, data, look)
    figures = [*range(1, first_change), *range(first_change, first_change + 2 * len(changes(data)), 2)]
    show_fractions(sheet, (FIRST, last - 1), figures, look)
    return last


def _item_line(sheet: Worksheet, row: int, item: Item, data: SummaryData, look: Styles) -> None:
    base = {"bold": True, "bg_color": styles.PALE} if item.name in data.total_items else {}
    amount = look.cell(num_format=styles.MONEY, **base)
    rate = look.cell(num_format=styles.RATE, align="right", **base)
    sheet.write_string(row, 0, f"{item.title}（{item.unit}）", look.cell(indent=int(item.source), **base))
    table = data.costs.name
    for year, column in year_columns(data).items():
        head = xl_rowcol_to_cell(HEAD, column, row_abs=True)
        formula = f"=SUMIFS({table}[{item.title}],{table}[{YEAR}],{head},{table}[{COUNTED}],1)"
        sheet.write_formula(row, column, formula, amount, float(_sum(data.total, item, year)))
    for number, change in enumerate(changes(data)):
        both = (data.years[change.this].year, data.years[change.before].year)
        places = tuple(xl_rowcol_to_cell(row, year_columns(data)[year]) for year in both)
        values = (_sum(data.total, item, both[0]), _sum(data.total, item, both[1]))
        write_change(sheet, row, 1 + len(data.years) + 2 * number, places, values, (amount, rate))


def _source_check(sheet: Worksheet, row: int, data: SummaryData, look: Styles) -> None:
    """What the sources add up to, less the project total: sheets whose sources do not fit show here."""
    sources, total = _sources(data), _project_total(data)
    if not sources or total is None:
        return
    style = look.of(font_size=9, font_color=styles.GREY, num_format=styles.CHECK, align="right")
    sheet.write_string(row, 0, f"財源の合計と{total.title}の差", look.note)
    rows = item_rows(data)
    for year, column in year_columns(data).items():
        cells = [xl_rowcol_to_cell(rows[item.name], column) for item in sources]
        formula = f"=ROUND({'+'.join(cells)}-{xl_rowcol_to_cell(rows[total.name], column)},3)"
        gap = sum((_sum(data.total, i, year) for i in sources), Decimal(0)) - _sum(data.total, total, year)
        sheet.write_formula(row, column, formula, style, float(round(gap, 3)))


def _by_department(sheet: Worksheet, top: int, data: SummaryData, look: Styles) -> None:
    """The second part: departments × sources in the year chosen in its head."""
    rollup, total = data.rollups[0], _project_total(data)
    columns = [*_sources(data), *([total] if total else [])]
    sheet.write_string(top, 0, f"{rollup.levels[0]}別・財源別", look.heading)
    sheet.write_string(top, 2, "← 年度を選べます", look.note)
    year = data.evaluated_year or data.years[-1].year
    box = look.of(
        bold=True,
        bg_color=palette.CHOICE,
        border=2,
        border_color=styles.TEAL,
        num_format='0"年度"',
        align="center",
    )
    sheet.write_number(top, 1, year, box)
    chosen = xl_rowcol_to_cell(top, 1, row_abs=True, col_abs=True)
    sheet.data_validation(
        top, 1, top, 1, {"validate": "list", "source": [column.year for column in data.years]}
    )
    sheet.write_string(top + 1, 0, rollup.levels[0], look.header)
    for number, item in enumerate(columns, start=1):
        sheet.write_string(top + 1, number, item.title, look.header)
    nodes = [node for node in rollup.nodes if len(node.path) == 1]
    for row, node in enumerate([*nodes, data.total], start=top + 2):
        _department_line(sheet, row, node, (columns, year, chosen), data, look)
    foot = top + 2 + len(nodes)
    show_fractions(sheet, (top + 2, foot), range(1, len(columns) + 1), look)


def _department_line(
    sheet: Worksheet,
    row: int,
    node: Node,
    columns_year: tuple[Sequence[Item], int, str],
    data: SummaryData,
    look: Styles,
) -> None:
    columns, year, chosen = columns_year
    base = {} if node.path else {"bold": True, "bg_color": styles.PALE, "top": 2}
    label, amount = look.cell(**base), look.cell(num_format=styles.MONEY, **base)
    sheet.write_string(row, 0, safe_text(node.path[0]) if node.path else "合　計", label)
    table, level = data.costs.name, data.rollups[0].levels[0]
    where = f",{table}[{level}],{xl_rowcol_to_cell(row, 0, col_abs=True)}" if node.path else ""
    for number, item in enumerate(columns, start=1):
        criteria = f"{table}[{YEAR}],{chosen}{where},{table}[{COUNTED}],1"
        formula = f"=SUMIFS({table}[{item.title}],{criteria})"
        sheet.write_formula(row, number, formula, amount, float(_sum(node, item, year)))


def _sources(data: SummaryData) -> list[Item]:
    return [item for item in data.items if item.source]


def _project_total(data: SummaryData) -> Item | None:
    return next((item for item in data.items if item.name == data.default_item), None)


def _sum(node: Node, item: Item, year: int) -> Decimal:
    return node.sums.get(item.name, {}).get(year, Decimal(0))
