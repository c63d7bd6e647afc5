"""The data sheets: each one Excel table with a filter, its header in the first row and frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from workbook import palette
from workbook.summary import styles
from workbook.summary.cells import safe_text
from workbook.summary.datasheet import DataSheet, Style
from workbook.summary.model import COUNTED, LATEST, Cell, Column, DataTable
from workbook.summary.page import set_page
from workbook.summary.styles import Styles

SEVERITIES = {
    "誤り": (styles.ERROR, styles.ERROR_PALE),
    "注意": (styles.WARNING, styles.WARNING_PALE),
    "参考": (styles.INFO, styles.INFO_PALE),
}
"""Words of a severity column → colour of the text and of the cell."""


def write_table(sheet: DataSheet, table: DataTable, look: Styles) -> None:
    """Write one data sheet. Without any row the table has one blank row, as Excel wants one."""
    by_column = table.values if len(table) else [(None,)] * len(table.columns)
    rows = len(by_column[0])
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, column.width)
    indents = _indents(table.columns, by_column)
    styled = [
        (values, _style(column, values, look, indent, _led(table, column)))
        for column, values, indent in zip(table.columns, by_column, indents, strict=True)
    ]
    sheet.fill(1, styled, _heights(table, by_column, indents))
    if table.leads:
        titles = [column.title for column in table.columns]
        cells = {titles.index(title): cells for title, cells in table.leads.cells.items()}
        sheet.lead(table.leads.files, cells)
    sheet.head(rows, len(table.columns), {
        "name": table.name,
        "style": "Table Style Light 1",
        "columns": [{"header": column.title, "header_format": look.header} for column in table.columns],
        "description": table.description or table.sheet,
    })  # fmt: skip
    heads = max(text_lines(column.title, column.width) for column in table.columns)
    sheet.set_row(0, max(heads + 0.4, 2) * LINE)
    _pale_rows(sheet, table, look)
    sheet.freeze_panes(1, table.frozen)
    set_page(sheet, f"{table.sheet}　{table.description}", paper="A3", landscape=True, repeat=(0, 0))
    sheet.print_area(0, 0, rows, (table.printed or len(table.columns)) - 1)


def _indents(columns: Sequence[Column], by_column: Sequence[Sequence[Cell]]) -> list[bool]:
    """Which columns hold texts right behind figures, which end where they begin."""
    behind = [False, *map(_ends_right, columns, by_column)]
    return [after and column.kind in WRAPPED for column, after in zip(columns, behind, strict=False)]


def _ends_right(column: Column, values: Sequence[Cell]) -> bool:
    """Whether a column shows figures at its right edge."""
    mixed = column.kind == "wrap" and not set(map(type, values)) <= {str, NoneType}
    return mixed or column.kind in ("amount", "figure", "count")


def _pale_rows(sheet: Worksheet, table: DataTable, look: Styles) -> None:
    """Rows that do not count in the totals are grey: they have a 0 in the column that says so."""
    titles = [column.title for column in table.columns]
    for title in (COUNTED, LATEST):
        if title in titles and len(table):
            flag = f"${xl_col_to_name(titles.index(title))}2"
            rule = {"type": "formula", "criteria": f"={flag}=0", "format": look.rule(font_color=palette.GREY)}
            sheet.conditional_format(1, 0, len(table), len(titles) - 1, rule)


LINE = 16.5
"""Points a line of text."""
WRAPPED = ("wrap", "text", "link")
"""Kinds of columns whose texts go on in the next line."""
INDENT = 2
"""Characters of a column's width that an indent takes."""
INDENTED = {"align": "left", "indent": 1}
MOST_LINES = 24
"""Excel's rows are 409 points high at most."""


def _heights(table: DataTable, by_column: Sequence[Sequence[Cell]], indents: Sequence[bool]) -> list[float]:
    """Rows high enough for their wrapped texts: not every program sees to that when it opens a book."""
    lines: list[Iterable[int]] = [[1] * len(by_column[0])]
    for number, (column, values) in enumerate(zip(table.columns, by_column, strict=True), start=1):
        # What stays off paper for filtering may be cut; it would only make the printed rows high.
        if column.kind in WRAPPED and number <= (table.printed or number):
            width = column.width - INDENT * indents[number - 1]
            known = {value: text_lines(value, width) for value in set(values)}
            lines.append(map(known.__getitem__, values))
    most = map(max, *lines) if len(lines) > 1 else lines[0]
    return [min(most, MOST_LINES) * LINE for most in most]


_NOTE_LINE = 13
"""Points of a line of a note, whose letters are small."""
_SMALLER = 11 / 9
"""So many more of its letters stand in a column than of those that a width counts."""


def write_note(sheet: Worksheet, row: int, last: int, text: str, width: float, style: Format) -> None:
    """A note in small letters over the columns up to ``last``, ``width`` wide in all, as high as its lines.

    Merged cells do not grow by themselves; and a page is printed as narrow as its longest line makes it.
    """
    sheet.merge_range(row, 0, row, last, safe_text(text), style)
    sheet.set_row(row, _NOTE_LINE * text_lines(text, width * _SMALLER))


def text_lines(value: Cell, width: float) -> int:
    """How many lines a text takes in a column of so many characters; a Japanese letter is two wide.

    >>> text_lines("総務部", 6), text_lines("総務部\\n総務課", 6), text_lines(None, 6)
    (1, 2, 1)
    """
    if not isinstance(value, str):
        return 1
    room = max(int(width) - 1, 1) if width > 8 else int(width)
    if 2 * len(value) <= room and "\n" not in value:
        return 1
    # In this encoding a letter has as many bytes as it is columns wide.
    return sum(max(1, -(-len(line.encode("cp932", "replace")) // room)) for line in value.split("\n"))


def _led(table: DataTable, column: Column) -> Sequence[bool]:
    """Which cells of a column lead to a file; empty for none."""
    if table.leads is None or column.title not in table.leads.cells:
        return ()
    pairs = zip(table.leads.files, table.leads.cells[column.title], strict=True)
    return [cell is not None and file != "" for file, cell in pairs]


def _style(column: Column, values: Sequence[Cell], look: Styles, indent: bool, led: Sequence[bool]) -> Style:
    """The format of a column's cells, or of each value; ``led`` are those with a link."""
    if column.kind == "severity":
        by_word = {value: _severity(value, look) for value in dict.fromkeys(values)}
        return [by_word[value] for value in values]
    if column.kind == "link":
        shape: dict[str, Any] = {"valign": "top", "text_wrap": True, **(INDENTED if indent else {})}
        plain, linked = look.cell(**shape), look.cell(**shape, font_color=styles.LINK, underline=1)
        return [linked if one else plain for one in led or [False] * len(values)]
    if column.kind in ("figure", "amount"):
        places = [_places(value) if isinstance(value, Decimal) else 0 for value in values]
        by_places = {
            one: look.cell(valign="top", num_format=money(one)) for one in dict.fromkeys((0, *places))
        }
        return [by_places[one] for one in places] if len(by_places) > 1 else by_places[0]
    by_kind: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True},
        "wrap": {"text_wrap": True},
        "center": {"align": "center"},
        "year": {"align": "center", "num_format": "0"},
        "count": {"num_format": "#,##0;▲#,##0;0"},
    }
    plain = look.cell(valign="top", **by_kind[column.kind])
    if not indent:
        return plain
    indented = look.cell(valign="top", **by_kind[column.kind], **INDENTED)
    if not _ends_right(column, values):
        return indented
    # A figure among the texts stays at the right, where figures are.
    return [indented if isinstance(value, str) else plain for value in values]


def _severity(value: Cell, look: Styles) -> Format:
    ink, paper = SEVERITIES.get(str(value), (styles.INK, palette.WHITE))
    return look.cell(valign="top", align="center", bold=True, font_color=ink, bg_color=paper)


def _places(value: Decimal) -> int:
    """How many decimal places a figure has: as many are shown, so that none is hidden (but three at most)."""
    return -int(value.normalize().as_tuple().exponent)


def money(places: int) -> str:
    """The number format of amounts with up to so many places, negatives with ▲.

    >>> money(0), money(1)
    ('#,##0;▲#,##0;0', '#,##0.0;▲#,##0.0;0')
    """
    tail = "." + "0" * min(places, 3) if places > 0 else ""
    return f"#,##0{tail};▲#,##0{tail};0"
