"""One palette, one set of formats. What a colour means is said in words too, for black and white print."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

NAVY = "#1F3A5F"
TEAL = "#2A7F8E"
PALE = "#E3EEF0"
PAPER = "#F4F6F8"
LINE = "#B4BEC8"
INK = "#222B33"
GREY = "#5F6B76"
ERROR, ERROR_PALE = "#9B1C1C", "#FBE4E1"
WARNING, WARNING_PALE = "#7A4B00", "#FFF1CF"
INFO, INFO_PALE = "#34495E", "#E9EEF3"
LINK = "#1A5FA8"

SERIES = ("#1F3A5F", "#2A9D8F", "#A9D6D3", "#E3A63B", "#8D99A6")
"""Colours of chart series, told apart by lightness too (colour-blind readers, black and white print)."""

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
            bold=True, font_color="#FFFFFF", bg_color=NAVY, align="center", text_wrap=True, border=1,
            border_color=LINE,
        )  # fmt: skip

    def cell(self, **properties: Any) -> Format:
        """A cell of a table: thin lines around it."""
        return self.of(border=1, border_color=LINE, **properties)
