"""One palette, one set of formats. What a colour means is said in words too, for black and white print."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from workbook import palette
from workbook.palette import ERROR as ERROR
from workbook.palette import ERROR_PALE as ERROR_PALE
from workbook.palette import GREY as GREY
from workbook.palette import INFO as INFO
from workbook.palette import INFO_PALE as INFO_PALE
from workbook.palette import INK as INK
from workbook.palette import LINE as LINE
from workbook.palette import LINK as LINK
from workbook.palette import NAVY as NAVY
from workbook.palette import PALE as PALE
from workbook.palette import PAPER as PAPER
from workbook.palette import SERIES as SERIES
from workbook.palette import TEAL as TEAL
from workbook.palette import WARNING as WARNING
from workbook.palette import WARNING_PALE as WARNING_PALE

FONT = "游ゴシック"
MONEY = "#,##0;▲#,##0;0"
RATE = "0.0%;▲0.0%;0.0%"
CHECK = '"不一致 "#,##0.###;"不一致 ▲"#,##0.###;"一致"'


class Styles:
    """Formats of one workbook, each made once, by name or by its properties."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, **properties: Any) -> Format:
        """A format with these properties on top of the book's font and middle alignment."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._made[key] = self._book.add_format(base | properties)
        return self._made[key]

    def rule(self, **properties: Any) -> Format:
        """What a conditional format changes, and nothing else."""
        return self._book.add_format(properties)

    @property
    def title(self) -> Format:
        """The heading of a sheet."""
        return self.of(bold=True, font_size=16, font_color=NAVY)

    @property
    def heading(self) -> Format:
        """The heading of a part of a sheet."""
        return self.of(bold=True, font_size=12, font_color=NAVY, bottom=2, bottom_color=TEAL)

    @property
    def note(self) -> Format:
        """Small print."""
        return self.of(font_size=9, font_color=GREY)

    @property
    def header(self) -> Format:
        """A column's head."""
        return self.of(
            bold=True, font_color=palette.WHITE, bg_color=NAVY, align="center", text_wrap=True, border=1,
            border_color=LINE,
        )  # fmt: skip

    def cell(self, **properties: Any) -> Format:
        """A cell of a table: thin lines around it."""
        return self.of(border=1, border_color=LINE, **properties)
