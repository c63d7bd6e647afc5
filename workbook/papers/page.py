"""One page: what a council reads of a measure. Nine columns, the parts one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.papers.model import IndicatorLine, Number, Paper, Papers, ProjectLine
from workbook.summary import styles
from workbook.summary.cells import quoted, safe_text, span
from workbook.summary.charts import FONT as CHART_FONT
from workbook.summary.model import Item
from workbook.summary.page import set_page
from workbook.summary.rollups import show_fractions, write_change
from workbook.summary.styles import Styles

COLUMNS = 9
FIRST_WIDTH, WIDTH = 25.0, 9.2
"""Characters: the first column, and each other."""
LINE, HEAD_LINE = 15.5, 26.0
"""Points: a line of a table, and its head."""
CHART_LINES = 9
PAPER = 730.0
"""Points that an A4 page holds at full size; up to `SQUEEZE` times that is made to fit on one."""
SQUEEZE = 1.45
HEADROOM = 1.2
"""Of the tiny columns in a cell, so that the highest does not touch its border."""
INDICATOR_YEARS = 4
"""Years in the table of indicators, whose names need the room."""
SETTLED, ACTUAL = "決算", "実績"
"""What settled figures are called: of costs, and of indicators."""
MARKS = {True: "△", False: "○", None: "－"}


class Page:
    """One sheet in the making; ``row`` is where the next part begins."""

    def __init__(self, book: Workbook, sheet: Worksheet, paper: Paper, papers: Papers, look: Styles) -> None:
        self.book, self.sheet, self.paper, self.papers, self.look = book, sheet, paper, papers, look
        self.years = papers.years
        self.row = 0
        self.height = 0.0
        self.cost_head = 0
        self.cost_rows: dict[str, int] = {}

    @property
    def first_year(self) -> int:
        """The column of the first year in the table of costs; the label takes what the years leave."""
        return COLUMNS - 3 - len(self.years)

    @property
    def total_item(self) -> Item:
        """事業費計, or the first row of a form without it."""
        items = self.papers.items
        return next((item for item in items if item.name == "project_total"), items[0])

    def total_place(self, number: int) -> tuple[int, int]:
        """Row and column of 事業費計 in the year of that number."""
        return self.cost_rows[self.total_item.name], self.first_year + number

    def sum_of(self, item: str, year: int) -> Decimal:
        """The exact sum; 0 without any figure."""
        return self.paper.sums.get(item, {}).get(year, Decimal(0))

    def values_of_change(self, item: str) -> tuple[Decimal, Decimal]:
        """The sums of the evaluated year and of the one before."""
        year = self.papers.evaluated_year
        return self.sum_of(item, year), self.sum_of(item, year - 1)

    def write(self) -> None:
        """Write all parts."""
        self.sheet.set_column(0, 0, FIRST_WIDTH)
        self.sheet.set_column(1, COLUMNS - 1, WIDTH)
        self._head()
        self._costs()
        self._chart_and_directions()
        self._indicators()
        self._projects()
        high = 1 if self.height <= PAPER * SQUEEZE else 0
        repeat = None if high else (0, 1)
        title = self.papers.title
        set_page(self.sheet, title, landscape=False, pages_high=high, repeat=repeat, file_name=False)
        self.sheet.print_area(0, 0, self.row - 1, COLUMNS - 1)

    def _next(self, height: float = LINE) -> int:
        """Take a row of that height; returns its number."""
        self.sheet.set_row(self.row, height)
        self.row += 1
        self.height += height
        return self.row - 1

    def _heading(
        self, text: str, columns: tuple[int, int] = (0, COLUMNS - 1), *, row: int | None = None
    ) -> int:
        place = self._next(22) if row is None else row
        for column in range(columns[0], columns[1] + 1):
            self.sheet.write_blank(place, column, None, self.look.heading)
        self.sheet.write_string(place, columns[0], text, self.look.heading)
        return place

    def _heads(self, row: int, heads: list[tuple[int, int, str]]) -> None:
        for first, last, text in heads:
            span(self.sheet, (row, first, row, last), text, self._header())

    def _header(self) -> Format:
        return self.look.of(
            bold=True, font_size=9, font_color=palette.WHITE, bg_color=styles.NAVY, align="center",
            text_wrap=True, border=1, border_color=styles.LINE,
        )  # fmt: skip

    def _year_heads(self, first: int) -> list[tuple[int, int, str]]:
        return [(first + i, first + i, f"{y.title}\n{y.phase}") for i, y in enumerate(self.years)]

    def _indicator_heads(self, first: int) -> list[tuple[int, int, str]]:
        """The last years, of which indicators have 実績 where costs have 決算."""
        years = self.years[-INDICATOR_YEARS:]
        phases = (y.phase.replace(SETTLED, ACTUAL) for y in years)
        titles = (f"{year.title}\n{phase}" for year, phase in zip(years, phases, strict=True))
        return [(first + i, first + i, title) for i, title in enumerate(titles)]

    # ---- head

    def _head(self) -> None:
        paper, look = self.paper, self.look
        grey = look.of(font_size=9, font_color=styles.GREY)
        above = self._next(15)
        span(self.sheet, (above, 0, above, 5), paper.above, grey)
        year = next((y.title for y in self.years if y.year == self.papers.evaluated_year), "")
        right = look.of(font_size=9, font_color=styles.GREY, align="right")
        span(self.sheet, (above, 6, above, COLUMNS - 1), f"{year}の評価", right)
        band = look.of(
            bold=True, font_size=16, font_color=palette.WHITE, bg_color=styles.NAVY, indent=1, shrink=True
        )
        title = self._next(32)
        span(self.sheet, (title, 0, title, COLUMNS - 1), f"{self.papers.level}　{paper.title}", band)
        pairs = [("対象", paper.target), ("意図", paper.intent)]
        words = "　　".join(f"{label}：{' '.join(text.split())}" for label, text in pairs if text)
        if words:
            aim = look.of(text_wrap=True, bg_color=styles.PALE, indent=1)
            place = self._next(15.0 * (1 + len(words) // 46) + 4)
            span(self.sheet, (place, 0, place, COLUMNS - 1), words, aim)
        self._next(6)

    # ---- costs

    def _costs(self) -> None:
        self._heading("コストの推移")
        self.cost_head = self._next(HEAD_LINE)
        change = self.first_year + len(self.years)
        heads = [(0, self.first_year - 1, "区分"), *self._year_heads(self.first_year)]
        heads += [(change, change, "前年度比\n増減"), (change + 1, change + 1, "前年度比\n増減率")]
        heads.append((COLUMNS - 1, COLUMNS - 1, "推移"))
        self._heads(self.cost_head, heads)
        first = self.row
        for item in self.papers.items:
            self._cost_line(item, change)
        show_fractions(self.sheet, (first, self.row - 1), range(self.first_year, change + 1), self.look)
        self._next(8)

    def _cost_line(self, item: Item, change: int) -> None:
        base: dict[str, Any] = {}
        if item.name in self.papers.total_items:
            base = {"bold": True, "bg_color": styles.PALE}
        row = self._next()
        self.cost_rows[item.name] = row
        money = self.look.cell(num_format=styles.MONEY, **base)
        rate = self.look.cell(num_format=styles.RATE, align="right", **base)
        label = self.look.cell(indent=int(item.source), **base)
        span(self.sheet, (row, 0, row, self.first_year - 1), f"{item.title}（{item.unit}）", label)
        for number, year in enumerate(self.years, start=self.first_year):
            amount = self.paper.sums.get(item.name, {}).get(year.year)
            self._number(row, number, amount, money)
        places = {year.year: number for number, year in enumerate(self.years, start=self.first_year)}
        both = (self.papers.evaluated_year, self.papers.evaluated_year - 1)
        filled = self.paper.sums.get(item.name, {})
        if both[1] in places and any(year in filled for year in both):
            cells = tuple(_figure_of(row, places[year]) for year in both)
            write_change(self.sheet, row, change, cells, self.values_of_change(item.name), (money, rate))
        else:
            for column in (change, change + 1):
                self.sheet.write_string(row, column, "－", rate)
        self.sheet.write_blank(row, COLUMNS - 1, None, self.look.cell(**base))
        values = [filled.get(year.year) for year in self.years]
        self._sparkline(row, self.first_year, values)

    def _number(self, row: int, column: int, amount: Number | None, style: Format) -> None:
        if amount is None:
            self.sheet.write_string(row, column, "－", self.look.cell(align="right", font_color=styles.GREY))
        else:
            self.sheet.write_number(row, column, float(amount), style)

    def _sparkline(self, row: int, first: int, values: Sequence[Number | None]) -> None:
        """Figures as tiny columns that stand on 0; a cell with a dash leaves a gap.

        Columns, because LibreOffice prints no thin lines in cells.
        """
        filled = [float(value) for value in values if value is not None]
        if not any(filled):
            return
        ends = (xl_rowcol_to_cell(row, number) for number in (first, first + len(values) - 1))
        self.sheet.add_sparkline(row, COLUMNS - 1, {
            "range": quoted(f"{self.sheet.name}!{':'.join(ends)}"), "type": "column",
            "min": min(0.0, *filled) * HEADROOM, "max": max(0.0, *filled) * HEADROOM,
            "series_color": styles.TEAL, "negative_points": True, "negative_color": styles.ERROR,
        })  # fmt: skip

    # ---- chart and directions

    def _chart_and_directions(self) -> None:
        place = self._heading("事業費の推移（財源別、千円）", (0, 4))
        self._heading("今後の方向性（事業数）", (6, COLUMNS - 1), row=place)
        top = self.row
        for _ in range(max(CHART_LINES, len(self.paper.directions) + 1)):
            self._next()
        self.sheet.insert_chart(top, 0, self._chart(), {"x_offset": 2, "y_offset": 3, "object_position": 2})
        figure = self.look.cell(num_format="#,##0")
        for row, (title, count) in enumerate(self.paper.directions, start=top):
            span(self.sheet, (row, 6, row, COLUMNS - 2), title, self.look.cell(shrink=True))
            self.sheet.write_number(row, COLUMNS - 1, count, figure)
        if self.paper.directions:
            last = top + len(self.paper.directions) - 1
            bar = {
                "type": "data_bar",
                "bar_color": palette.BAR_PRINTED,
                "bar_solid": True,
                "min_type": "num",
                "min_value": 0,
            }
            self.sheet.conditional_format(top, COLUMNS - 1, last, COLUMNS - 1, bar)
        else:
            self.sheet.write_string(top, 6, "記入がありません。", self.look.note)
        self._next(8)

    def _chart(self) -> Any:
        chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
        sources = [item for item in self.papers.items if item.source and self.paper.sums.get(item.name)]
        # The largest source stands at the foot, where its changes can be compared.
        sources.sort(key=lambda item: -sum(self.paper.sums[item.name].values()))
        layers = palette.source_layers(item.name for item in self.papers.items if item.source)
        for item in sources or [self.total_item]:
            row, first, last = (
                self.cost_rows[item.name],
                self.first_year,
                self.first_year + len(self.years) - 1,
            )
            chart.add_series({
                "name": item.title,
                "categories": [self.sheet.name, self.cost_head, first, self.cost_head, last],
                "values": [self.sheet.name, row, first, row, last],
                "fill": {"color": styles.SERIES[layers.get(item.name, 0)]},
                "border": {"color": palette.WHITE, "width": 0.75},
                "gap": 60,
            })  # fmt: skip
        grid = {"visible": True, "line": {"color": palette.GRID, "width": 0.75}}
        font = {**CHART_FONT, "size": 8}
        chart.set_title({"none": True})
        chart.set_legend({"position": "right", "font": font})
        chart.set_x_axis({"num_font": font, "line": {"color": styles.LINE}})
        axis: dict[str, Any] = {
            "num_format": "#,##0",
            "num_font": font,
            "major_gridlines": grid,
            "line": {"none": True},
        }
        if all(amount >= 0 for item in sources for amount in self.paper.sums[item.name].values()):
            axis["min"] = 0  # a stack whose foot is cut off would lie about its parts
        chart.set_y_axis(axis)
        chart.set_chartarea({"border": {"none": True}})
        chart.set_size({"width": 470, "height": CHART_LINES * LINE * 4 / 3 - 4})
        return chart

    # ---- indicators

    def _indicators(self) -> None:
        self._heading("主な指標（事業費の大きい事業から）")
        if not self.paper.indicators:
            self.sheet.write_string(self._next(), 0, "指標の記入がありません。", self.look.note)
            self._next(8)
            return
        values = COLUMNS - 1 - len(self.years[-INDICATOR_YEARS:])
        head = self._next(HEAD_LINE)
        heads = [(0, 0, "事業"), (1, values - 1, "指標（単位）"), *self._indicator_heads(values)]
        self._heads(head, [*heads, (COLUMNS - 1, COLUMNS - 1, "推移")])
        first = self.row
        for indicator in self.paper.indicators:
            self._indicator(indicator, values)
        show_fractions(self.sheet, (first, self.row - 1), range(values, COLUMNS - 1), self.look)
        if self.paper.indicators_left:
            words = f"このほか{self.paper.indicators_left}の指標は、各事業の評価シートにあります。"
            self.sheet.write_string(self._next(), 0, words, self.look.note)
        self._next(8)

    def _indicator(self, indicator: IndicatorLine, values: int) -> None:
        row = self._next()
        words = self.look.cell(shrink=True, font_size=9)
        self.sheet.write_string(row, 0, safe_text(indicator.project), words)
        unit = f"（{indicator.unit}）" if indicator.unit else ""
        span(self.sheet, (row, 1, row, values - 1), indicator.name + unit, words)
        shown = indicator.values[-INDICATOR_YEARS:]
        for number, value in enumerate(shown):
            self._number(row, values + number, value, self.look.cell(num_format=styles.MONEY))
        self.sheet.write_blank(row, COLUMNS - 1, None, self.look.cell())
        self._sparkline(row, values, shown)

    # ---- projects

    def _projects(self) -> None:
        self._heading(f"構成する事業（{len(self.paper.projects)}件、千円）")
        head = self._next(HEAD_LINE)
        keys = "".join(key for key, _ in self.papers.axes)
        heads = ["事業", "担当課", "前年度\n事業費", "事業費", "増減", "人件費", f"評価\n{keys}"]
        self._heads(head, [*((i, i, text) for i, text in enumerate(heads)), (7, COLUMNS - 1, "今後の方向性")])
        first = self.row
        for project in self.paper.projects:
            self._project(project)
        self._project_total(first)
        show_fractions(self.sheet, (first, self.row - 1), range(2, 6), self.look)
        axes = "、".join(f"{key} {label}" for key, label in self.papers.axes)
        text = f"評価の欄は {axes} の順。○ 適切　△ 見直し余地あり　－ 記入なし"
        self.sheet.write_string(self._next(), 0, text, self.look.note)
        if any(project.doubled for project in self.paper.projects):
            text = "※ 同じ年度のシートが二重に提出されている事業です。どちらも集計に含めています。"
            self.sheet.write_string(self._next(), 0, text, self.look.note)
        if any(project.unread for project in self.paper.projects):
            text = "＊ 計算されていないなどのため値の分からない金額や時間があり、合計に入っていない事業です。"
            self.sheet.write_string(self._next(), 0, text, self.look.note)

    def _project(self, project: ProjectLine) -> None:
        row = self._next()
        words, money = self.look.cell(shrink=True, font_size=9), self.look.cell(num_format=styles.MONEY)
        self.sheet.write_string(
            row, 0, safe_text(f"{'※' * project.doubled}{'＊' * project.unread}{project.name}"), words
        )
        self.sheet.write_string(row, 1, safe_text(project.section), words)
        for column, amount in ((2, project.before), (3, project.now), (5, project.labour)):
            self._number(row, column, amount, money)
        if project.before is None and project.now is None:
            self._number(row, 4, None, money)
        else:
            self._difference(row, (project.now or 0) - (project.before or 0), money)
        marks = "".join(MARKS[axis] for axis in project.axes)
        self.sheet.write_string(row, 6, marks, self.look.cell(align="center", font_size=9))
        span(self.sheet, (row, 7, row, COLUMNS - 1), project.directions or "－", words)

    def _difference(self, row: int, value: Number, style: Format) -> None:
        """事業費 less that of the year before; the total's is worked out as each project's, not added up."""
        formula = f"={_figure_of(row, 3)}-{_figure_of(row, 2)}"
        self.sheet.write_formula(row, 4, formula, style, float(value))

    def _project_total(self, first: int) -> None:
        base = {"bold": True, "bg_color": styles.PALE, "top": 2}
        row, last = self._next(), self.row - 2
        self.sheet.write_string(row, 0, "計", self.look.cell(**base))
        for column in (1, 6):
            self.sheet.write_blank(row, column, None, self.look.cell(**base))
        span(self.sheet, (row, 7, row, COLUMNS - 1), "", self.look.cell(**base))
        projects, money = self.paper.projects, self.look.cell(num_format=styles.MONEY, **base)
        before, now = _sum([p.before for p in projects]), _sum([p.now for p in projects])
        sums = {2: before, 3: now, 5: _sum([p.labour for p in projects])}
        for column, value in sums.items():
            cells = (xl_rowcol_to_cell(line, column) for line in (first, max(first, last)))
            self.sheet.write_formula(row, column, f"=SUM({':'.join(cells)})", money, float(value))
        self._difference(row, now - before, money)


def _figure_of(row: int, column: int) -> str:
    """A cell in a formula that reckons with it: a dash is no number, and adds nothing."""
    return f"N({xl_rowcol_to_cell(row, column)})"


def _sum(amounts: list[Number | None]) -> Decimal:
    return sum((Decimal(amount) for amount in amounts if amount is not None), Decimal(0))
