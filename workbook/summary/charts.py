"""The native charts of the overview, in one style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_rowcol_to_cell

from workbook import palette
from workbook.summary import styles
from workbook.summary.model import Item, SummaryData

FONT = {"name": styles.FONT, "size": 9, "color": styles.INK}


@dataclass(frozen=True, slots=True)
class Area:
    """Where the table of costs stands: its sheet, the row of its years, their columns, its items' rows."""

    sheet: str
    head: int
    first: int
    last: int
    lines: Mapping[str, int]
    share: int | None
    """The row that says which part of the total is labour."""


def cost_chart(book: Workbook, area: Area, data: SummaryData) -> Chart:
    """Cost by year, a column stacked from the funding sources."""
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    chosen = [item for item in data.items if item.source]
    # The largest source stands at the foot, where its changes can be compared.
    chosen.sort(key=lambda item: -sum(data.total.sums.get(item.name, {}).values()))
    layers = palette.source_layers(item.name for item in data.items if item.source)
    for item in chosen:
        chart.add_series(_series(area, item, styles.SERIES[layers[item.name]]))
    _dress(chart, "事業費の推移（財源別、千円）", legend=True)
    if all(amount >= 0 for item in chosen for amount in data.total.sums.get(item.name, {}).values()):
        chart.set_y_axis({**_AMOUNTS, "min": 0})  # a stack whose foot is cut off would lie about its parts
    return chart


def labour_chart(book: Workbook, area: Area, data: SummaryData) -> Chart:
    """The share of labour in the total cost, year by year, as columns of 100 %."""
    chart = book.add_chart({"type": "column", "subtype": "percent_stacked"})
    by_name = {item.name: item for item in data.items}
    for name, colour in (("project_total", styles.SERIES[0]), ("labour_total", styles.SERIES[3])):
        if name in by_name:
            series = _series(area, by_name[name], colour)
            if name == "labour_total":
                labels = {"value": True, "num_format": "#,##0", "font": {**FONT, "size": 8}}
                series["data_labels"] = labels | ({"custom": _share_labels(area)} if area.share else {})
            chart.add_series(series)
    _dress(chart, "トータルコストの内訳（人件費の割合）", legend=True)
    chart.set_y_axis(
        {"num_format": "0%", "num_font": FONT, "major_gridlines": _lines(), "line": {"none": True}}
    )
    return chart


def _share_labels(area: Area) -> list[dict[str, Any]]:
    """Labels that take the share's own cell, so that they follow the figures."""
    cells = (xl_rowcol_to_cell(area.share or 0, c, True, True) for c in range(area.first, area.last + 1))
    return [{"value": f"='{area.sheet}'!{cell}"} for cell in cells]


def direction_chart(book: Workbook, sheet: str, rows: tuple[int, int], height: float) -> Chart:
    """Bars: how many projects chose which direction, in the form's order from the top."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series({
        "categories": [sheet, rows[0], 0, rows[1], 0],
        "values": [sheet, rows[0], 2, rows[1], 2],
        "fill": {"color": styles.TEAL},
        "gap": 45,
        "data_labels": {"value": True, "font": FONT},
    })  # fmt: skip
    _dress(chart, "方向性（事業数）", legend=False)
    chart.set_y_axis({"reverse": True, "num_font": {**FONT, "size": 8}, "line": {"color": styles.LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 330, "height": height})
    return chart


def mover_chart(book: Workbook, sheet: str, rows: tuple[int, int], heading: str) -> Chart:
    """Bars: the differences of the projects that moved most, the largest at the top."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series({
        "categories": [sheet, rows[0], 3, rows[1], 3],
        "values": [sheet, rows[0], 6, rows[1], 6],
        "fill": {"color": styles.TEAL if heading == "増えた事業" else styles.SERIES[3]},
        "gap": 40,
        "data_labels": {"value": True, "font": {**FONT, "size": 8}, "num_format": "#,##0;▲#,##0"},
    })  # fmt: skip
    _dress(chart, f"{heading}（増減、千円）", legend=False)
    axis = {"reverse": True, "num_font": {**FONT, "size": 8}, "label_position": "low"}
    chart.set_y_axis({**axis, "line": {"color": styles.LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 905, "height": 305})
    return chart


def judgement_chart(book: Workbook, sheet: str, rows: tuple[int, int], height: float) -> Chart:
    """Bars of 100 %: of each question how many projects see room or an effect, and how many do not."""
    chart = book.add_chart({"type": "bar", "subtype": "percent_stacked"})
    for column, colour in ((4, styles.SERIES[3]), (5, styles.SERIES[2])):
        chart.add_series({
            "name": [sheet, rows[0] - 1, column],
            "categories": [sheet, rows[0], 0, rows[1], 0],
            "values": [sheet, rows[0], column, rows[1], column],
            "fill": {"color": colour},
            "gap": 45,
            "data_labels": {"value": True, "font": {**FONT, "size": 8}, "num_format": "#,##0;;"},
        })  # fmt: skip
    _dress(chart, "設問ごとの評価（事業数）", legend=True)
    chart.set_y_axis({"reverse": True, "num_font": {**FONT, "size": 7}, "line": {"color": styles.LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 462, "height": height})
    return chart


def section_chart(book: Workbook, sheet: str, rows: tuple[int, int], height: float) -> Chart:
    """Bars by section: projects handed in, and the errors in them."""
    chart = book.add_chart({"type": "bar"})
    for column, colour in ((8, styles.TEAL), (9, styles.SERIES[3])):
        chart.add_series({
            "name": [sheet, rows[0] - 1, column],
            "categories": [sheet, rows[0], 4, rows[1], 4],
            "values": [sheet, rows[0], column, rows[1], column],
            "fill": {"color": colour},
            "gap": 50,
            "data_labels": {"value": True, "font": {**FONT, "size": 8}, "num_format": "#,##0;;"},
        })  # fmt: skip
    _dress(chart, "課別の提出事業数と誤りの数", legend=True)
    chart.set_y_axis({"reverse": True, "num_font": {**FONT, "size": 8}, "line": {"color": styles.LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 930, "height": height})
    return chart


def _series(area: Area, item: Item, colour: str) -> dict[str, Any]:
    row = area.lines[item.name]
    return {
        "name": item.title,
        "categories": [area.sheet, area.head, area.first, area.head, area.last],
        "values": [area.sheet, row, area.first, row, area.last],
        "fill": {"color": colour},
        "border": {"color": palette.WHITE, "width": 0.75},
        "gap": 60,
    }


def _dress(chart: Chart, title: str, *, legend: bool) -> None:
    chart.set_title({"name": title, "name_font": {**FONT, "size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": FONT} if legend else {"none": True})
    chart.set_x_axis({"num_font": FONT, "line": {"color": styles.LINE}})
    chart.set_y_axis(_AMOUNTS)
    chart.set_chartarea({"border": {"color": styles.LINE}})
    chart.set_size({"width": 462, "height": 295})


def _lines() -> dict[str, Any]:
    return {"visible": True, "line": {"color": palette.GRID, "width": 0.75}}


_AMOUNTS = {"num_format": "#,##0", "num_font": FONT, "major_gridlines": _lines(), "line": {"none": True}}
