"""What clerks do to the form they were given: other words over years, slots, boxes and codes of their own."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.layouts import sample
from tests.support.office import Office
from tests.test_read import assert_same, read_records
from workbook import filled, record
from workbook import form as forms
from workbook.grid import spot_of
from workbook.locating import locate, printed
from workbook.locating.places import PageLayout
from workbook.read import Reading, read_file
from workbook.source import open_book
from workbook.styles import Style

FORM = forms.get("unnan_2017")
YEARS = ("27年度(実績)", "28年度(実績)", "29年度(実績)", "30年度(計画)")


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


# ---- years -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headings",
    [
        (*YEARS[:3], "30年度(当初予算)"),
        (*YEARS[:3], "30年度(目標)"),
        (*YEARS[:3], "30年度(見込み)"),
        (*YEARS[:3], "30年度（計画・目標）"),
        (*YEARS[:2], "平成29年度", YEARS[3]),
        (*YEARS[:2], "29年度(実績)※", YEARS[3]),
        ("平成27年度(2015)", "平成28年度(2016)", "平成29年度(2017)", "平成30年度(2018)"),
        ("実績（H27）", "実績（H28）", "実績（H29）", "計画（H30）"),
        ("27年度決算(千円)", "28年度\n決算額", "29年度決算(千円)", "30年度予算(千円)"),
        tuple(datetime.date(year, 4, 1) for year in range(2015, 2019)),
    ],
    ids=str,
)
def test_years_are_headed_with_other_words(book: Path, headings: tuple[Any, ...]) -> None:
    tables = [table for layout in layouts(book) for table in layout.tables]

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            for heading, value in zip(table.headings, headings, strict=True):
                cell = typed(sheet, heading.spot, value)
                if isinstance(value, datetime.date):
                    cell.number_format = 'ggge"年度"'

    found = only(changed(book, edit))
    assert_same(record.to_json(found), sample())
    assert "F009" not in {issue.code for issue in found.issues}


@pytest.mark.parametrize(
    "first",
    [
        "平成31年度(令和元年度)",
        "令和元年度（平成31年度）",
        "31・元年度",
        "31/元年度",
        "2019年度(R1)",
        "令和元(2019)年度",
    ],
)
def test_a_year_of_two_eras_is_written_both_ways(book: Path, first: str) -> None:
    headings = ("29年度(実績)", "30年度(実績)", f"{first}(実績)", "2年度(計画)")
    tables = [table for layout in layouts(book) for table in layout.tables]

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            for heading, value in zip(table.headings, headings, strict=True):
                typed(sheet, heading.spot, value)

    found = only(changed(book, edit))
    assert (found.fiscal_year, found.years) == (2019, (2017, 2018, 2019, 2020))


def test_a_column_of_changes_is_no_year(book: Path) -> None:
    """前年度比(29年度) stands in a heading, but it heads no figures of a year."""
    (costs,) = [table for layout in layouts(book) for table in layout.tables if table.table.kind == "costs"]
    row, column = costs.headings[-1].spot

    def edit(sheet: Worksheet) -> None:
        edge = max(block.max_col for block in sheet.merged_cells.ranges)
        typed(sheet, (row, edge + 1), "前年度比(29年度)")
        typed(sheet, (row + 1, edge + 1), 12)

    assert_same(record.to_json(only(changed(book, edit))), sample())
    assert column


# ---- tables ------------------------------------------------------------------------------------------------


def rows_of(path: Path) -> Iterator[tuple[str, str, tuple[int, int]]]:
    for layout in layouts(path):
        for table in layout.tables:
            if table.table.slots:
                yield from ((table.table.name, row.name, row.spot) for row in table.rows)


@pytest.mark.parametrize("mark", ["({})", "{}.", "{}．", "{}：", "{}、", "（{}）"])
def test_slots_are_marked_in_their_own_way(book: Path, mark: str) -> None:
    rows = list(rows_of(book))

    def edit(sheet: Worksheet) -> None:
        for _, slot, spot in rows:
            typed(sheet, spot, mark.format(slot))

    assert_same(record.to_json(only(changed(book, edit))), sample())


@pytest.mark.parametrize("mark", ["{}{}", "({}){}", "{}・{}", "{}．{}"])
@pytest.mark.parametrize("which", ["all", "second"])
def test_names_are_typed_right_behind_their_slots(book: Path, mark: str, which: str) -> None:
    rows, cells = list(rows_of(book)), spots(book)

    def edit(sheet: Worksheet) -> None:
        for table, slot, spot in rows:
            name = cells.get(f"{table}.{slot}.name")
            if name and (which == "all" or slot == "イ"):
                text = sheet.cell(name[0] + 1, name[1] + 1).value or ""
                typed(sheet, name, None)
                typed(sheet, spot, mark.format(slot, text) if text else slot)

    assert_same(record.to_json(only(changed(book, edit))), sample())


def test_a_row_of_dashes_is_no_indicator(book: Path) -> None:
    cells = spots(book)
    blank = [key for key in cells if key.startswith("activity_indicators.エ.")]

    def edit(sheet: Worksheet) -> None:
        for key in blank:
            typed(sheet, cells[key], "-")

    assert blank
    assert_same(record.to_json(only(changed(book, edit))), sample())


@pytest.mark.parametrize("table", ["activity_indicators", "target_indicators", "outcome_indicators"])
@pytest.mark.parametrize("name", ["その他", "事業費計", "対象", "意図（市民）", "目的", "現状維持"])
def test_a_name_may_read_like_a_label(book: Path, table: str, name: str) -> None:
    cells, written = spots(book), copy.deepcopy(sample())
    written[table][0]["name"] = name
    found = changed(book, lambda sheet: typed(sheet, cells[f"{table}.ア.name"], name))
    assert_same(record.to_json(only(found)), written)


@pytest.mark.parametrize("program", ["openpyxl", "xlsx", "ods"])
def test_a_percentage_is_what_is_shown(book: Path, program: str, office: Office) -> None:
    cells, written = spots(book), copy.deepcopy(sample())
    indicator = written["outcome_indicators"][0]
    indicator |= {"unit": "％", "values": {"2015": 50, "2016": 100, "2017": 95.5, "2018": None}}

    def edit(sheet: Worksheet) -> None:
        typed(sheet, cells["outcome_indicators.ア.unit"], "％")
        for year, value in (("2015", 0.5), ("2016", 1), ("2017", 0.955), ("2018", None)):
            typed(sheet, cells[f"outcome_indicators.ア.values.{year}"], value).number_format = "0.0%"

    changed(book, edit)
    path = book if program == "openpyxl" else office.save_again(book, book.with_name(f"b.{program}"))
    found = only(read_file(path))
    assert_same(record.to_json(found), written)
    assert [i.values["found"] for i in found.issues if i.key == "outcome_indicators.ア.values.2017"] == [
        "95.5%"
    ]


def test_a_percentage_of_another_unit_stays_as_it_is(book: Path) -> None:
    cells = spots(book)
    key = "outcome_indicators.ア.values.2017"

    def edit(sheet: Worksheet) -> None:
        typed(sheet, cells["outcome_indicators.ア.unit"], "件")
        typed(sheet, cells[key], 0.955).number_format = "0.0%"

    assert float(str(only(changed(book, edit)).values[key])) == 0.955


# ---- texts and codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [0, 1])
@pytest.mark.parametrize("filled_in", [True, False])
def test_a_box_that_a_department_put_beneath_is_not_read(book: Path, gap: int, filled_in: bool) -> None:
    """【財政課コメント】 in merged rows of the form's width, below the text of the directions."""
    cells, written = spots(book), copy.deepcopy(sample())
    row, column = cells["direction_text"]

    def edit(sheet: Worksheet) -> None:
        box = next(b for b in sheet.merged_cells.ranges if (b.min_row, b.min_col) == (row + 1, column + 1))
        last, left, right = box.max_row + gap, box.min_col, box.max_col
        sheet.cell(last + 1, left).value = "【財政課コメント】"
        sheet.merge_cells(start_row=last + 1, end_row=last + 1, start_column=left, end_column=right)
        sheet.cell(last + 2, left).value = "継続して実施"
        sheet.merge_cells(start_row=last + 2, end_row=last + 6, start_column=left, end_column=right)
        if not filled_in:
            sheet.cell(row + 1, column + 1).value = None
            written["direction_text"] = None

    assert_same(record.to_json(only(changed(book, edit))), written)


def test_a_large_blank_block_beneath_takes_no_text_away(book: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        last = max(block.max_row for block in sheet.merged_cells.ranges)
        edge = max(block.max_col for block in sheet.merged_cells.ranges)
        sheet.merge_cells(start_row=last + 3, end_row=last + 5, start_column=1, end_column=2 * edge)

    assert_same(record.to_json(only(changed(book, edit))), sample())


@pytest.mark.parametrize("text", ["現状維持", "廃止"])
def test_the_text_of_the_directions_may_be_one_of_their_words(book: Path, text: str) -> None:
    cells, written = spots(book), copy.deepcopy(sample())
    written["direction_text"] = text
    found = changed(book, lambda sheet: typed(sheet, cells["direction_text"], text))
    assert_same(record.to_json(only(found)), written)


@pytest.mark.parametrize("typed_as", ["10 教育費", "１０　教育費", "(10)教育費", "10.教育費"])
def test_a_code_with_its_name_is_told(book: Path, typed_as: str) -> None:
    cells = spots(book)
    row, column = cells["budget.kan"]

    def edit(sheet: Worksheet) -> None:
        typed(sheet, (row, column), typed_as)
        typed(sheet, (row, column + 1), None)

    found = only(changed(book, edit))
    assert found.values["budget.kan"] == "10"
    assert [i.values["found"] for i in found.issues if i.key == "budget.kan"] == [typed_as]


@pytest.mark.parametrize(
    "behind", [" 平成16年4月～", "：平成16年度～", "（平成16年度～）", " 平成16年度から"]
)
def test_the_first_year_stands_behind_its_box_in_one_cell(tmp_path: Path, behind: str) -> None:
    path = tmp_path / "a.xlsx"
    filled.write(FORM, [record.from_json(FORM, sample())], path, Style(on="■", inside=True))

    def edit(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "単年度繰返" in cell.value:
                    head = cell.value[: cell.value.index("単年度繰返")]
                    cell.value = f"{head}単年度繰返{behind}"

    found = only(changed(path, edit))
    assert found.values["period"] == ("recurring",)
    assert found.values["period.start_year"] == 2004


def test_the_axes_and_their_boxes_may_stand_in_one_cell(book: Path) -> None:
    pages = list(layouts(book))
    axes = {group.key: group for page in pages for group in page.groups if group.key.startswith("summary.")}

    def edit(sheet: Worksheet) -> None:
        for axis in FORM.axes:
            boxes = axes[f"summary.{axis.key}"].boxes
            row, left = boxes[0].spot[0] + 1, boxes[0].spot[1] + 1
            merged = [
                b
                for b in sheet.merged_cells.ranges
                if b.min_row <= row <= b.max_row and b.min_col <= left + 40
            ]
            for block in merged:
                sheet.unmerge_cells(str(block))
            for column in range(1, left + 40):
                sheet.cell(row, column).value = None
            flagged = sample()["summary"][axis.key] == FORM.axis_options.flagged
            ticks = "□■" if flagged else "■□"
            words = f"{ticks[0]} {FORM.axis_options.fine}　{ticks[1]} {FORM.axis_options.flagged}"
            sheet.cell(row, 1).value = f"{axis.key} {axis.label}　{words}"

    found = only(changed(book, edit))
    for axis in FORM.axes:
        assert record.to_json(found)["summary"][axis.key] == sample()["summary"][axis.key]


def test_a_stray_space_far_below_is_nothing(book: Path) -> None:
    found = changed(book, lambda sheet: setattr(sheet.cell(1_048_576, 3), "value", " "))
    assert_same(record.to_json(only(found)), sample())


def test_records_are_read(book: Path) -> None:
    (found,) = read_records(book)
    assert_same(found, sample())
