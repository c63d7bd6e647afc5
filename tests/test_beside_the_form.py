"""What stands beside, beneath and between the form's boxes is never read as a value of the form."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.layouts import Style, sample, write_book
from tests.support.office import Office
from tests.test_read import assert_same, read_records
from workbook import form as forms
from workbook.grid import spot_of
from workbook.read import read_file
from workbook.source import open_book

FOLDER = Path(forms.__file__).parent / "forms"
BOXES = ("outline", "activity_plan", "opinions", "direction_text")


def written(path: Path, blank: tuple[str, ...] = (), **style: Any) -> dict[str, Any]:
    """A book of the printed form, some of its texts left blank."""
    record = copy.deepcopy(sample())
    record.update(dict.fromkeys(blank))
    write_book(path, [record], Style(**style))
    return record


def cell_of(path: Path, field: str) -> tuple[str, int, int]:
    """The sheet, the row and the column, from 1, where a value stands or would stand."""
    (record,) = read_file(path).records
    sheet, _, place = record.cells[field].rpartition("!")
    row, column = spot_of(place)
    return sheet, row + 1, column + 1


@pytest.mark.parametrize("blank", [(), BOXES], ids=["filled", "blank"])
@pytest.mark.parametrize("note", ["確認済", "1234"])
def test_notes_right_of_the_form(tmp_path: Path, blank: tuple[str, ...], note: str) -> None:
    path = tmp_path / "a.xlsx"
    record = written(path, blank, pages="sheets")
    places = [cell_of(path, field) for field in BOXES]
    book = openpyxl.load_workbook(path)
    for name, row, _ in places:
        sheet = book[name]
        edge = max(block.max_col for block in sheet.merged_cells.ranges)
        sheet.cell(row, edge + 5).value = note
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


@pytest.mark.parametrize("lines", [1, 2])
def test_lines_typed_on_beneath_a_box_are_kept(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "a.xlsx"
    record = written(path, pages="sheets")
    name, row, column = cell_of(path, "direction_text")
    book = openpyxl.load_workbook(path)
    sheet = book[name]
    blocks = sheet.merged_cells.ranges
    last = max(b.max_row for b in blocks if b.min_row <= row + 3 and b.min_col == column)
    beneath = [b for b in blocks if b.min_row > last]
    for number in range(lines):
        sheet.cell(last + 1 + number, column).value = f"続き{number}"
        record["direction_text"] += f"\n続き{number}"
    assert not beneath, "the text is the last on its page"
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


def mebuki(path: Path) -> dict[str, Any]:
    """A book of the second form, some of whose reasons are blank."""
    record = json.loads((FOLDER / "mebuki_2019_sample.json").read_text(encoding="utf-8"))
    record |= {"form": "mebuki_2019"}
    for number in ("2", "4"):
        record["judgements"][number]["reason"] = None
    write_book(path, [record], Style(pages="sheets"))
    return dict(record)


def test_notes_right_of_questions_and_of_a_whole_section(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    record = mebuki(path)
    fields = ("judgements.2.reason", "judgements.4.reason", "division_head_opinion.text")
    places = [cell_of(path, field) for field in fields]
    book = openpyxl.load_workbook(path)
    for name, row, _ in places:
        sheet = book[name]
        edge = max(block.max_col for block in sheet.merged_cells.ranges)
        sheet.cell(row, edge + 2).value = "要修正"
        sheet.cell(row + 1, edge + 4).value = "12"
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


def test_a_tick_beside_a_box_does_not_hide_lines_typed_on(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    record = mebuki(path)
    name, row, column = cell_of(path, "division_head_opinion.text")
    book = openpyxl.load_workbook(path)
    sheet = book[name]
    last = max(b.max_row for b in sheet.merged_cells.ranges if b.min_row <= row and b.min_col == column)
    sheet.cell(last + 1, column).value = "続き"
    book.save(path)
    record["division_head_opinion"]["text"] += "\n続き"
    (found,) = read_records(path)
    assert_same(found, record)


@pytest.mark.parametrize("names", ["named", "repeat"])
@pytest.mark.parametrize("merge", ["all", "none"])
def test_names_of_blank_codes_are_kept(tmp_path: Path, merge: str, names: str) -> None:
    record = copy.deepcopy(sample())
    record["budget"] |= dict.fromkeys(("account", "kan", "kou", "moku", "major", "minor"))
    style = Style(merge=merge, budget="under", budget_cells="whole", budget_names=names)
    write_book(tmp_path / "a.xlsx", [record], style)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, record)


def test_a_merged_box_belongs_to_the_label_next_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    record = copy.deepcopy(sample()) | {"environment": "変わらない。"}
    write_book(path, [record], Style(pages="sheets", purpose="stacked"))
    name, row, column = cell_of(path, "environment")
    book = openpyxl.load_workbook(path)
    sheet = book[name]
    for block in list(sheet.merged_cells.ranges):
        if row - 1 <= block.min_row <= row + 1 and block.min_col == column:
            sheet.unmerge_cells(str(block))
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


def test_a_table_beneath_a_text_without_merged_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    record = written(path, pages="sheets", merge="none")
    book = openpyxl.load_workbook(path)
    name, row, column = cell_of(path, "direction_text")
    sheet = book[name]
    for i, line in enumerate((["確認欄"], ["係長", "課長"], ["山田", 12])):
        for j, value in enumerate(line):
            sheet.cell(row + 8 + i, column + j).value = value
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


@pytest.mark.parametrize(
    "blank", [(), ("opinions", "environment", "reforms", "direction_text")], ids=["filled", "blank"]
)
def test_a_table_of_the_citys_own_beneath_each_page(tmp_path: Path, blank: tuple[str, ...]) -> None:
    path = tmp_path / "a.xlsx"
    record = written(path, blank, pages="sheets")
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        last = max(block.max_row for block in sheet.merged_cells.ranges)
        left = min(block.min_col for block in sheet.merged_cells.ranges)
        for i, row in enumerate((["担当", "27年度", "28年度"], ["財政課", 5, "1,000"], ["会計課", "－", 12])):
            for j, value in enumerate(row):
                sheet.cell(last + 3 + i, left + 4 * j).value = value
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


def values_beneath(sheet: Worksheet, row: int) -> None:
    """Put each value of a row of the head beneath its label, in a block as wide as both were."""
    blocks = sorted((b.min_row, b.min_col, b.max_row, b.max_col) for b in sheet.merged_cells.ranges)
    for top, left, bottom, right in blocks:
        sheet.unmerge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    sheet.insert_rows(row + 1)
    head = [block for block in blocks if block[0] == row]
    for top, left, bottom, right in blocks:
        if top != row:
            down = int(top > row)
            sheet.merge_cells(
                start_row=top + down, start_column=left, end_row=bottom + down, end_column=right
            )
    for label, value in zip(head[::2], head[1::2], strict=True):
        sheet.cell(row + 1, label[1]).value = sheet.cell(row, value[1]).value
        sheet.cell(row, value[1]).value = None
        for at in (row, row + 1):
            sheet.merge_cells(start_row=at, start_column=label[1], end_row=at, end_column=value[3])


@pytest.mark.parametrize("pages", ["right", "sheets"])
@pytest.mark.parametrize("blank", [(), ("division",)], ids=str)
def test_values_of_the_head_beneath_their_labels(tmp_path: Path, pages: str, blank: tuple[str, ...]) -> None:
    path = tmp_path / "a.xlsx"
    record = written(path, blank, pages=pages)
    _, row, _ = cell_of(path, "project_name")
    book = openpyxl.load_workbook(path)
    values_beneath(book.worksheets[0], row)
    book.save(path)
    (found,) = read_records(path)
    assert_same(found, record)


@pytest.mark.office
def test_blank_merged_blocks_of_an_ods_are_seen(tmp_path: Path, office: Office) -> None:
    written(tmp_path / "a.xlsx", BOXES)
    office.save_again(tmp_path / "a.xlsx", tmp_path / "a.ods")
    (kept,), (saved,) = (open_book(tmp_path / name).grids for name in ("a.xlsx", "a.ods"))
    assert sorted(saved.merges) == sorted(kept.merges)
