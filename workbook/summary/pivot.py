"""A roll-up as a book of its own: one sheet a value, printed like the summary book's roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbook.atomic import replacing
from workbook.marks import OWN_OUTPUT
from workbook.summary import styles
from workbook.summary.book import OPTIONS
from workbook.summary.cells import digits_of, safe_text, sheet_name, span
from workbook.summary.listing import text_lines
from workbook.summary.model import Number, YearColumn
from workbook.summary.page import set_page
from workbook.summary.rollups import change_heads, show_fractions, write_change, year_head
from workbook.summary.styles import Styles

TITLE, UNIT, HEAD, FIRST = 0, 1, 3, 5
"""Rows of the sheet, counted from 0."""


@dataclass(frozen=True, slots=True)
class PivotLine:
    """A line: its level (0 is the total), its words, its amounts by year (None: blank), its share."""

    level: int
    label: str
    amounts: Sequence[Number | None]
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of the list of those that moved most; ``rate`` as `PivotLine.share`, or 皆増 and the like."""

    label: str
    difference: Number
    rate: Decimal | str


@dataclass(frozen=True, slots=True)
class Pivot:
    """One sheet. ``lines`` stand in the order of printing, the total last."""

    title: str
    levels: Sequence[str]
    unit: str
    years: Sequence[YearColumn]
    changes: Sequence[tuple[int, int, str]]
    """Index of the year, of the one it is compared with, and the title of the two columns."""
    share_title: str
    lines: Sequence[PivotLine]
    moved: Sequence[tuple[str, Sequence[Moved]]] = ()
    """Under the table: a heading with its lines."""
    notes: Sequence[str] = ()


def write(pivots: Sequence[Pivot], path: Path | str) -> None:
    """Write the book to ``path``, in place of what stands there, only once it is complete.

    Differences and rates are formulas over the amounts; the amounts are those of the roll-up.
    Raises `workbook.errors.OutputLocked` when ``path`` is open in Excel.
    """
    with replacing(path) as temporary:
        book = Workbook(str(temporary), OPTIONS)
        try:
            book.set_properties({"title": pivots[0].title, "keywords": OWN_OUTPUT})
            book.formats[0].set_font_name(styles.FONT)
            book.formats[0].set_font_size(10)
            look, names = Styles(book), set[str]()
            for pivot in pivots:
                sheet = book.add_worksheet(sheet_name(pivot.title, names))
                sheet.set_tab_color(styles.TEAL)
                _Writer(sheet, pivot, look).write()
            book.close()
        except FileCreateError as error:
            raise OSError(*error.args) from error
        finally:
            book.fileclosed = True  # or its destructor complains about a book given up


WIDE = 12
"""Columns from which a page of A4 would be too small to read."""


class _Writer:
    """One sheet in the making: where its columns stand."""

    def __init__(self, sheet: Worksheet, pivot: Pivot, look: Styles) -> None:
        self.sheet, self.pivot, self.look = sheet, pivot, look
        self.depth = len(pivot.levels)
        self.first_change = self.depth + len(pivot.years)
        self.share = self.first_change + 2 * len(pivot.changes)
        self.label_width = 0.0

    def write(self) -> None:
        sheet, pivot = self.sheet, self.pivot
        sheet.set_default_row(17)
        sheet.set_row(TITLE, 28)
        title = f"{pivot.title}（{'・'.join(pivot.levels)}別）"
        sheet.write_string(TITLE, 0, safe_text(title), self.look.title)
        sheet.write_string(UNIT, 0, safe_text(f"単位：{pivot.unit}" if pivot.unit else ""), self.look.note)
        self._widths()
        self._heads()
        for row, line in enumerate(pivot.lines, start=FIRST):
            self._line(row, line)
        foot = FIRST + len(pivot.lines) - 1
        figures = [*range(self.depth, self.first_change), *range(self.first_change, self.share, 2)]
        show_fractions(sheet, (FIRST, foot), figures, self.look)
        last = self._moved(foot + 2)
        sheet.freeze_panes(FIRST, self.depth)
        paper = "A3" if self.share > WIDE else "A4"
        set_page(sheet, pivot.title, paper=paper, repeat=(HEAD, HEAD + 1), landscape=self.share > 6)
        sheet.print_area(0, 0, last, self.share)

    def _widths(self) -> None:
        longest = max((text_lines(line.label, 1) for line in self.pivot.lines), default=10)
        self.sheet.set_column(0, max(self.depth - 2, 0), 3)
        width = min(max(longest, 18), 50)
        self.label_width = 3 * (self.depth - 1) + width
        self.sheet.set_column(self.depth - 1, self.depth - 1, width)
        self.sheet.set_column(self.depth, self.share, 13)

    def _heads(self) -> None:
        sheet, header = self.sheet, self.look.header
        words = safe_text(" ＞ ".join(self.pivot.levels))
        span(sheet, (HEAD, 0, HEAD + 1, self.depth - 1), words, header)
        for number, column in enumerate(self.pivot.years, start=self.depth):
            year_head(sheet, HEAD, number, column, self.look)
        change_heads(sheet, HEAD, self.first_change, [title for *_, title in self.pivot.changes], self.look)
        sheet.merge_range(HEAD, self.share, HEAD + 1, self.share, self.pivot.share_title, header)

    def _line(self, row: int, line: PivotLine) -> None:
        base: dict[str, Any] = {}
        if line.level < self.depth:
            base = {"bold": True, "bg_color": styles.PALE if line.level < 2 else styles.PAPER}
        look, sheet = self.look, self.sheet
        for column in range(self.depth):
            here = column == max(line.level - 1, 0)
            edge = {"left": 1 if column == 0 else 0, "right": 0, "border_color": styles.LINE}
            style = look.of(top=1, bottom=1, shrink=here and column == self.depth - 1, **base, **edge)
            sheet.write_string(row, column, safe_text(line.label) if here else "", style)
        money = look.cell(num_format=styles.MONEY, **base)
        rate = look.cell(num_format=styles.RATE, align="right", **base)
        for column, amount in enumerate(line.amounts, start=self.depth):
            _write_amount(sheet, row, column, amount, look, base)
        for number, (this, before, _) in enumerate(self.pivot.changes):
            values = line.amounts[this], line.amounts[before]
            cells = tuple(xl_rowcol_to_cell(row, self.depth + index) for index in (this, before))
            column = self.first_change + 2 * number
            if values == (None, None):
                sheet.write_string(row, column, "－", rate)
                sheet.write_string(row, column + 1, "－", rate)
            else:
                pair = (Decimal(values[0] or 0), Decimal(values[1] or 0))
                write_change(sheet, row, column, cells, pair, (money, rate))
        if line.share is None:
            sheet.write_string(row, self.share, "－", rate)
        else:
            sheet.write_number(row, self.share, float(line.share), rate)

    def _moved(self, row: int) -> int:
        """The lines that moved most, and the notes; returns the last row used."""
        sheet, look = self.sheet, self.look
        rate = look.cell(num_format=styles.RATE, align="right")
        for heading, lines in self.pivot.moved:
            if not lines:
                continue
            # A row of its own: beside the heads of the columns a long heading would be cut.
            sheet.write_string(row, 0, safe_text(heading), look.heading)
            row += 1
            span(sheet, (row, 0, row, self.depth - 1), safe_text(" ＞ ".join(self.pivot.levels)), look.header)
            for column, head in enumerate(("増減", "増減率"), start=self.depth):
                sheet.write_string(row, column, head, look.header)
            for line in lines:
                row += 1
                sheet.set_row(row, 17 * text_lines(line.label, self.label_width))
                span(sheet, (row, 0, row, self.depth - 1), line.label, look.cell(text_wrap=True))
                _write_amount(sheet, row, self.depth, line.difference, look, {})
                if isinstance(line.rate, str):
                    sheet.write_string(row, self.depth + 1, line.rate, rate)
                else:
                    sheet.write_number(row, self.depth + 1, float(line.rate), rate)
            show_fractions(sheet, (row - len(lines) + 1, row), [self.depth], look)
            row += 2
        for note in self.pivot.notes:
            sheet.write_string(row, 0, safe_text(f"※ {note}"), look.note)
            row += 1
        return row


def _write_amount(
    sheet: Worksheet, row: int, column: int, amount: Number | None, look: Styles, base: dict[str, Any]
) -> None:
    """A figure as figure; one of more digits than Excel holds as text; a blank stays blank."""
    money = look.cell(num_format=styles.MONEY, align="right", **base)
    if amount is None:
        sheet.write_blank(row, column, None, money)
    elif digits_of(amount) > 15:
        sheet.write_string(row, column, format(Decimal(amount), "f"), money)
    else:
        sheet.write_number(row, column, float(amount), money)
