"""Lay records out as a workbook, in as many ways as departments do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from . import extras
from .back import back
from .front import front
from .grid import Addresses, Box, Formats, Layouter, Placed, SheetWriter, loosen
from .pen import Pen
from .records import Record, expected, sample
from .spec import spec_of
from .style import Style, styles

__all__ = ["Style", "expected", "styles", "write_book"]

_PAIRS = (("表面", "裏面"), ("Sheet1", "Sheet2"), ("様式1", "様式2"), ("表", "裏"), ("DO", "SEE・PLAN"))
_SINGLE = ("", "個票", "Sheet", "様式", "No.")


def write_book(path: str | Path, records: Sequence[Record], style: Style, seed: int = 0) -> None:
    """Write a workbook with the records' sheets, laid out as ``style`` and ``seed`` say.

    The same arguments give the same book. Several records come one a sheet, or (``pages="sheets"``) as pairs
    of a front and a back sheet, shuffled only where their heads are filled and differ.
    """
    _Book(path, style, seed).write(list(records))


class _Book:
    def __init__(self, path: str | Path, style: Style, seed: int) -> None:
        self.style, self.seed = style, seed
        self.rng = random.Random(f"book/{seed}")
        self.book = Workbook(str(path))
        self.formats = Formats(self.book)

    def write(self, records: list[Record]) -> None:
        """Make the sheets in the order of their tabs, then fill them record by record."""
        beside = {where: self._beside(where) for where in ("first", "last")}
        for name in beside["first"]:
            self.book.add_worksheet(name)
        tabs = self._tabs(records)
        for name in beside["last"]:
            self.book.add_worksheet(name)
        for number, (record, sheets) in enumerate(zip(records, tabs, strict=True)):
            self._fill(record, [self._sheet(name) for name in sheets], f"{self.seed}/{number}")
        for name in (*beside["first"], *beside["last"]):
            self._fill_beside(self._sheet(name))
        self._sheet(tabs[0][0]).activate()
        self.book.close()

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.get_worksheet_by_name(name)
        assert sheet is not None
        return sheet

    # tabs -----------------------------------------------------------------------------------------
    def _tabs(self, records: list[Record]) -> list[list[str]]:
        """Adds the records' sheets; returns each record's names."""
        if self.style.pages != "sheets":
            word = _SINGLE[self.style.sheet_names]
            names = [[f"{word}{i}"] for i in range(1, len(records) + 1)]
        elif len(records) == 1:
            names = [list(_PAIRS[self.style.sheet_names])]
        else:
            first, second = _PAIRS[self.style.sheet_names]
            numbered = (
                self.style.sheet_names == 1
            )  # Sheet1, Sheet2, Sheet3 … say nothing about who is whose back
            names = [
                [f"Sheet{2 * i - 1}", f"Sheet{2 * i}"] if numbered else [f"{first}({i})", f"{second}({i})"]
                for i in range(1, len(records) + 1)
            ]
        order = [name for pair in names for name in pair]
        if self.style.shuffled and (self.style.pages != "sheets" or _told_apart(records)):
            self.rng.shuffle(order)
        for name in order:
            self.book.add_worksheet(name)
        return names

    def _beside(self, where: str) -> list[str]:
        """The names of the other sheets at one end of the book."""
        names = []
        if self.style.guide == where:
            names.append(self.rng.choice(("記入要領", "記載要領", "記入要領（必ず読むこと）")))
        if self.style.example == where:
            names.append(self.rng.choice(("記入例", "【記入例】", "記入例（総務課）")))
        if self.style.hidden != "none" and where == "last":
            names.append(self.rng.choice(("リスト", "マスタ", "list")))
        return names

    def _fill_beside(self, sheet: Worksheet) -> None:
        name = sheet.get_name()
        if "要領" in name:
            extras.guide(sheet, self.formats)
        elif "記入例" in name:
            self._fill(extras.example(sample()), [sheet], f"{self.seed}/example")
        else:
            extras.hidden_list(sheet, self.style.hidden == "very")

    # pages ----------------------------------------------------------------------------------------
    def _fill(self, record: dict[str, Any], sheets: list[Worksheet], seed: str) -> None:
        """Write a record's two pages on one sheet or two."""
        style, rng = self.style, random.Random(seed)
        pen = Pen(style, rng, record["fiscal_year"], spec_of(record))
        pages = [self._lay(front(pen, record), seed + "/front"), self._lay(back(pen, record), seed + "/back")]
        row, col, addresses = style.offset_row, style.offset_col, Addresses()
        height, width = (max(getattr(cell, end) for cell in pages[0]) for end in ("bottom", "right"))
        gap = rng.randint(1, 3)
        if len(sheets) == 2:
            starts = [(row, col), (row, col)]
        elif style.pages == "right":
            starts = [(row, col), (row, col + width + gap)]
        else:
            starts = [(row, col), (row + height + gap, col)]
        for page, start, sheet in zip(pages, starts, [sheets[0], sheets[-1]], strict=True):
            SheetWriter(sheet, self.formats, style, rng).write(page, addresses, *start)
        for sheet in sheets:
            self._set_up(sheet, col + 2 * width + 20, rng)

    def _lay(self, box: Box, seed: str) -> list[Placed]:
        layouter = Layouter(self.style, seed)
        layouter.lay(box, 0, 0, self.style.grid)
        loosen(layouter.placed, self.style, layouter.free)
        return layouter.placed

    def _set_up(self, sheet: Worksheet, columns: int, rng: random.Random) -> None:
        sheet.set_column(0, columns, 118 / self.style.grid)
        sheet.set_default_row(11)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        extras.stray(sheet, self.formats, self.style.stray, rng)


def _told_apart(records: list[Record]) -> bool:
    """Whether the heads are filled and differ, so that a back sheet can be paired with its front."""
    heads = [tuple(record[name] for name in ("project_name", "department", "division")) for record in records]
    return len(set(heads)) == len(heads) and all(all(head) for head in heads)
