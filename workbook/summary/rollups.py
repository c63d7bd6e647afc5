"""The roll-up sheets (部課別, 施策別, 予算科目別): live SUMIFS over the cost sheet, with right stored values.

Each figure is one SUMIFS that finance can follow with F2: the item chosen at the head of the sheet, the
labels of the line, the year of the column. Subtotals ask the cost sheet too and do not add up lines; the
check at the foot adds the lines up and holds them against the total.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.summary import styles
from workbook.summary.cells import safe_text, span
from workbook.summary.model import COUNTED, YEAR, Node, Rollup, SummaryData, YearColumn
from workbook.summary.page import set_page
from workbook.summary.styles import Styles

TITLE, NOTE, CHOICE, HEAD, PHASE, FIRST = 0, 1, 2, 4, 5, 6
"""Rows of the sheet, counted from 0."""


@dataclass(frozen=True, slots=True)
class Change:
    """Two columns that compare a year with the one before: the difference and the rate."""

    this: int
    """Index among the years."""
    title: str

    @property
    def before(self) -> int:
        return self.this - 1


def changes(data: SummaryData) -> list[Change]:
    """The evaluated year against the year before, and the plan against the evaluated year."""
    numbers = [column.year for column in data.years]
    found = []
    for year in (data.evaluated_year, (data.evaluated_year or 0) + 1):
        if year in numbers and year - 1 in numbers:
            index = numbers.index(year)
            if numbers[index - 1] == year - 1:
                found.append(Change(index, f"{data.years[index].title}の対前年度比"))
    return found


def rate_text(this: Decimal, before: Decimal) -> Decimal | str:
    """The rate of change as public finance writes it: a fraction, or 皆増, 皆減, －.

    >>> rate_text(Decimal(9), Decimal(10)), rate_text(Decimal(9), Decimal(0))
    (Decimal('-0.1'), '皆増')
    >>> rate_text(Decimal(0), Decimal(9)), rate_text(Decimal(0), Decimal(0))
    ('皆減', '－')
    """
    if this == before == 0:
        return "－"
    if before == 0:
        return "皆増"
    return "皆減" if this == 0 else (this - before) / abs(before)


def write_rollup(book: Workbook, sheet: Worksheet, rollup: Rollup, data: SummaryData, look: Styles) -> None:
    """Write one roll-up sheet; with a sentence in the place of figures when there is no project."""
    sheet.write_string(TITLE, 0, rollup.title, look.title)
    sheet.set_default_row(17)
    sheet.set_row(TITLE, 28)
    if not data.years:
        sheet.write_string(NOTE, 0, "集約できた事業がありません。", look.note)
        set_page(sheet, rollup.title)
        return
    _Writer(sheet, rollup, data, look).write()


class _Writer:
    """One sheet in the making: where its columns stand."""

    def __init__(self, sheet: Worksheet, rollup: Rollup, data: SummaryData, look: Styles) -> None:
        self.sheet, self.rollup, self.data, self.look = sheet, rollup, data, look
        self.depth = len(rollup.levels)
        self.count_column = self.depth
        self.first_year = self.depth + 1
        self.first_change = self.first_year + len(data.years)
        self.changes = changes(data)
        self.last = self.first_change + 2 * len(self.changes) - 1
        self.level_column = self.last + 2
        self.leaves = [node for node in rollup.nodes if len(node.path) == self.depth]
        self.item = next(item for item in data.items if item.name == data.default_item)

    def write(self) -> None:
        self._widths()
        self._choice()
        self._heads()
        labels = [""] * self.depth  # where the label of each level stands now
        for row, node in enumerate(self.rollup.nodes, start=FIRST):
            level = len(node.path)
            labels[level - 1] = xl_rowcol_to_cell(row, level - 1, row_abs=True, col_abs=True)
            self._line(row, node, labels[:level])
        foot = FIRST + len(self.rollup.nodes)
        self._line(foot, self.data.total, [])
        self._check(foot)
        differences = range(self.first_change, self.last, 2)
        figures = [*range(self.first_year, self.first_change), *differences]
        show_fractions(self.sheet, (FIRST, foot), figures, self.look)
        self.sheet.freeze_panes(FIRST, self.first_year)
        set_page(self.sheet, self.rollup.title, repeat=(HEAD, PHASE))
        self.sheet.print_area(0, 0, foot + 1, self.last)

    def _widths(self) -> None:
        for level in range(self.depth - 1):
            self.sheet.set_column(level, level, 4)
        self.sheet.set_column(self.depth - 1, self.depth - 1, 38)
        self.sheet.set_column(self.count_column, self.count_column, 7)
        self.sheet.set_column(self.first_year, self.last, 13)
        self.sheet.set_column(self.level_column, self.level_column, 4, None, {"hidden": True})

    def _choice(self) -> None:
        sheet, look = self.sheet, self.look
        sheet.write_string(
            NOTE,
            0,
            "色の付いた欄で集計する項目を選べます。数式は「コスト」シートの集計対象の行を集計します。",
            look.note,
        )
        titles = [item.title for item in self.data.items]
        box = look.of(bold=True, font_size=12, bg_color=palette.CHOICE, border=2, border_color=styles.TEAL)
        label = look.of(bold=True, align="right")
        if self.depth > 1:
            span(sheet, (CHOICE, 0, CHOICE, self.depth - 2), "項目", label)
        else:
            sheet.write_string(CHOICE, self.depth, "← 集計する項目", look.note)
        sheet.write_string(CHOICE, self.depth - 1, self.item.title, box)
        sheet.data_validation(CHOICE, self.depth - 1, CHOICE, self.depth - 1, {
            "validate": "list", "source": titles, "input_title": "集計する項目",
            "input_message": "一覧から選ぶと、この表が選んだ項目で計算し直されます。",
        })  # fmt: skip
        self.choice = xl_rowcol_to_cell(CHOICE, self.depth - 1, row_abs=True, col_abs=True)
        sheet.write_formula(
            CHOICE, self.count_column, self._unit_formula(), look.note, f"単位：{self.item.unit}"
        )

    def _unit_formula(self) -> str:
        """The unit of the chosen item, in words."""
        units = {item.unit for item in self.data.items}
        common = max(units, key=lambda unit: sum(item.unit == unit for item in self.data.items))
        formula = f'"{common}"'
        for item in self.data.items:
            if item.unit != common:
                formula = f'IF({self.choice}="{item.title}","{item.unit}",{formula})'
        return f'="単位："&{formula}'

    def _heads(self) -> None:
        sheet, header = self.sheet, self.look.header
        span(sheet, (HEAD, 0, PHASE, self.depth - 1), " ＞ ".join(self.rollup.levels), header)
        sheet.merge_range(HEAD, self.count_column, PHASE, self.count_column, "事業数", header)
        for number, column in enumerate(self.data.years, start=self.first_year):
            year_head(sheet, HEAD, number, column, self.look)
        change_heads(sheet, HEAD, self.first_change, [change.title for change in self.changes], self.look)

    def _line(self, row: int, node: Node, labels: Sequence[str]) -> None:
        level = len(node.path)
        style = LineStyle(self.look, level, self.depth)
        if level < self.depth:
            self.sheet.set_row(row, 20)
        write_labels(self.sheet, row, node, self.depth, style)
        self._count(row, node, labels, style)
        for number, column_ in enumerate(self.data.years, start=self.first_year):
            formula = self._sum_formula(labels, xl_rowcol_to_cell(HEAD, number, row_abs=True))
            value = _sum(node, self.item.name, column_.year)
            self.sheet.write_formula(row, number, formula, style.money, float(value))
        for number, change in enumerate(self.changes):
            self._change(row, self.first_change + 2 * number, node, change, style)
        self.sheet.write_number(row, self.level_column, level)

    def _sum_formula(self, labels: Sequence[str], year: str) -> str:
        table = self.data.costs.name
        # Named from the first item's column to the last's: LibreOffice knows no plain コスト表[#Headers].
        items = f"[{self.data.items[0].title}]:[{self.data.items[-1].title}]"
        column = f"INDEX({table}[{items}],0,MATCH({self.choice},{table}[[#Headers],{items}],0))"
        return f"=SUMIFS({column},{table}[{YEAR}],{year}{criteria(self.data, self.rollup, labels)})"

    def _count(self, row: int, node: Node, labels: Sequence[str], style: LineStyle) -> None:
        table = self.data.costs.name
        where = criteria(self.data, self.rollup, labels)
        formula = f"=COUNTIFS({table}[{YEAR}],{self.data.evaluated_year}{where})"
        self.sheet.write_formula(row, self.count_column, formula, style.money, node.count)

    def _change(self, row: int, first: int, node: Node, change: Change, style: LineStyle) -> None:
        years = self.data.years
        this, before = (_sum(node, self.item.name, years[i].year) for i in (change.this, change.before))
        cells = tuple(
            xl_rowcol_to_cell(row, self.first_year + index) for index in (change.this, change.before)
        )
        write_change(self.sheet, row, first, cells, (this, before), (style.money, style.rate))

    def _check(self, foot: int) -> None:
        """A line that adds the lowest lines up again and holds them against the total."""
        row, sheet = foot + 1, self.sheet
        style = self.look.of(font_size=9, font_color=styles.GREY, num_format=styles.CHECK, align="right")
        sheet.write_string(row, 0, "検算（内訳の和と合計）", self.look.note)
        level = xl_col_to_name(self.level_column)
        for number in range(self.count_column, self.first_change):
            column = xl_col_to_name(number)
            lines = f"${level}${FIRST + 1}:${level}${foot},{self.depth}"
            added = f"SUMIFS({column}${FIRST + 1}:{column}${foot},{lines})"
            formula = f"=ROUND({added}-{column}{foot + 1},3)"
            sheet.write_formula(row, number, formula, style, float(self._gap(number)))

    def _gap(self, number: int) -> Decimal:
        if number == self.count_column:
            return Decimal(sum(node.count for node in self.leaves) - self.data.total.count)
        year = self.data.years[number - self.first_year].year
        lines = sum((_sum(node, self.item.name, year) for node in self.leaves), Decimal(0))
        return round(lines - _sum(self.data.total, self.item.name, year), 3)


def criteria(data: SummaryData, rollup: Rollup, labels: Sequence[str]) -> str:
    """What SUMIFS asks of the cost sheet for a line: its labels (cells), and that the row counts."""
    table = data.costs.name
    pairs = zip(rollup.levels, labels, strict=False)
    return "".join(f",{table}[{level}],{label}" for level, label in pairs) + f",{table}[{COUNTED}],1"


class LineStyle:
    """The formats of one line: the total, a subtotal, or a lowest line."""

    def __init__(self, look: Styles, level: int, depth: int) -> None:
        base: dict[str, Any] = {}
        if level == 0:
            base = {"bold": True, "bg_color": styles.PALE, "top": 2, "bottom": 2}
        elif level < depth:
            base = {"bold": True, "bg_color": styles.PAPER if level > 1 else styles.PALE}
        self._look, self._base = look, base
        self.money = look.cell(num_format=styles.MONEY, **base)
        self.rate = look.cell(num_format=styles.RATE, align="right", **base)

    def label(self, column: int, level: int) -> Format:
        """A label cell: lines between the columns of one line are left out."""
        inner = {"left": 1 if column == 0 else 0, "right": 0, "border_color": styles.LINE}
        base = {"top": 1, "bottom": 1, **self._base, **inner}
        return self._look.of(shrink=column == level - 1 and column > 2, **base)


def write_labels(sheet: Worksheet, row: int, node: Node, depth: int, style: LineStyle) -> None:
    """The label cells of a line: its last level's words in that level's column."""
    level = len(node.path)
    for column in range(depth):
        text = "合　計" if level == 0 and column == 0 else ""
        text = safe_text(node.path[-1]) if level and column == level - 1 else text
        sheet.write_string(row, column, text, style.label(column, level))


def year_head(sheet: Worksheet, row: int, column: int, year: YearColumn, look: Styles) -> None:
    """The head of a year's column: the year as a number (formulas ask for it), shown in the era's words."""
    words = look.of(
        bold=True, font_color=palette.WHITE, bg_color=styles.NAVY, align="center", border=1,
        border_color=styles.LINE, num_format=f'"{year.title}"',
    )  # fmt: skip
    sheet.write_number(row, column, year.year, words)
    sheet.write_string(row + 1, column, year.phase, look.header)


def change_heads(sheet: Worksheet, row: int, column: int, titles: Iterable[str], look: Styles) -> None:
    """The heads of comparisons, two columns each: its title over 増減 and 増減率."""
    for first, title in zip(itertools.count(column, 2), titles, strict=False):
        sheet.merge_range(row, first, row, first + 1, title, look.header)
        sheet.write_string(row + 1, first, "増減", look.header)
        sheet.write_string(row + 1, first + 1, "増減率", look.header)


def write_change(
    sheet: Worksheet,
    row: int,
    column: int,
    cells: tuple[str, ...],
    values: tuple[Decimal, Decimal],
    formats: tuple[Format, Format],
) -> None:
    """Two cells: the difference and the rate of ``cells`` (this year's, last year's)."""
    this, before = cells
    sheet.write_formula(row, column, f"={this}-{before}", formats[0], float(values[0] - values[1]))
    rate = rate_text(*values)
    formula = (
        f'=IF(AND({this}=0,{before}=0),"－",IF({before}=0,"皆増",IF({this}=0,"皆減",'
        f"({this}-{before})/ABS({before}))))"
    )
    sheet.write_formula(row, column + 1, formula, formats[1], rate if isinstance(rate, str) else float(rate))


def _sum(node: Node, item: str, year: int) -> Decimal:
    return node.sums.get(item, {}).get(year, Decimal(0))


def show_fractions(sheet: Worksheet, rows: tuple[int, int], columns: Iterable[int], look: Styles) -> None:
    """Figures that are not whole show up to three places, so that the format never hides a part of one."""
    style = look.rule(num_format="#,##0.0##;▲#,##0.0##")
    for column in columns:
        first = xl_rowcol_to_cell(rows[0], column)
        criteria = f"=AND(ISNUMBER({first}),ROUND({first},3)<>ROUND({first},0))"
        options = {"type": "formula", "criteria": criteria, "format": style}
        sheet.conditional_format(rows[0], column, rows[1], column, options)
