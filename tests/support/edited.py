"""The form as it is printed, filled in, and what is changed in it by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.layouts import sample
from workbook import filled, record
from workbook import form as forms
from workbook.grid import spot_of
from workbook.locating import locate, printed
from workbook.locating.places import PageLayout, TablePlace
from workbook.read import Reading, read_file
from workbook.source import open_book
from workbook.styles import Style

FORM = forms.get("unnan_2017")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    filled.write(FORM, [record.from_json(FORM, sample())], path, Style())
    return path


def changed(path: Path, edit: Callable[[Worksheet], None]) -> Reading:
    book = openpyxl.load_workbook(path)
    edit(book.worksheets[0])
    book.save(path)
    return read_file(path)


def layouts(path: Path) -> Iterator[PageLayout]:
    for grid in open_book(path).grids:
        yield from locate(FORM, printed(grid, FORM))


def typed(sheet: Worksheet, spot: tuple[int, int], value: Any) -> Any:
    cell: Any = sheet.cell(spot[0] + 1, spot[1] + 1)
    cell.value = value
    return cell


def spots(path: Path) -> dict[str, tuple[int, int]]:
    """The cell of each value, counted from 0."""
    (found,) = read_file(path).records
    return {key: spot_of(cell.rpartition("!")[2]) for key, cell in found.cells.items()}


def only(reading: Reading) -> record.Record:
    assert not reading.refused, [(r.code, r.values) for r in reading.refused]
    (found,) = reading.records
    return found


def headed(path: Path) -> list[TablePlace]:
    return [table for layout in layouts(path) for table in layout.tables if table.headings]


def unmerged(sheet: Worksheet, spot: tuple[int, int]) -> int:
    """Take a merged block apart; its last column, counted from 1, comes back."""
    row, column = spot[0] + 1, spot[1] + 1
    block = next(m for m in sheet.merged_cells.ranges if (m.min_row, m.min_col) == (row, column))
    last: int = block.max_col
    sheet.unmerge_cells(str(block))
    sheet.cell(row, column).value = None
    return last


def merged(sheet: Worksheet, spot: tuple[int, int], last: int, value: Any) -> None:
    row, column = spot[0] + 1, spot[1] + 1
    sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=last)
    typed(sheet, spot, value)
