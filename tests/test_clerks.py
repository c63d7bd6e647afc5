"""What clerks do to the form they were given: slots, boxes, codes, figures and labels of their own.

What they write over the columns of years is in `test_headings`.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from evalxl import cli
from evalxl.rules import registry
from evalxl.settings import Settings
from tests.support.edited import (
    FORM,
    changed,
    headed,
    layouts,
    merged,
    only,
    spots,
    typed,
    unmerged,
)
from tests.support.layouts import sample
from tests.support.office import Office
from tests.test_read import assert_same, read_records
from workbook import filled, record
from workbook.extracting import texts
from workbook.grid import spot_of
from workbook.notation import read_number
from workbook.read import Reading, read_file
from workbook.record import Number
from workbook.styles import Style

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


def cost_cells(path: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    return ((key, spot) for key, spot in spots(path).items() if key.startswith("costs."))


def test_amounts_shown_in_thousands(book: Path) -> None:
    money = {row.name for row in FORM.costs.rows if row.unit == "千円"}
    cells = [(key, spot) for key, spot in cost_cells(book) if key.split(".")[1] in money]

    def edit(sheet: Worksheet) -> None:
        for key, spot in cells:
            _, row, year = key.split(".")
            if (value := sample()["costs"][row][year]) is not None:
                typed(sheet, spot, value * 1000).number_format = "#,##0,"

    assert_same(record.to_json(only(changed(book, edit))), sample())


@pytest.mark.parametrize(
    ("unit", "yen"), [("（円）", 1), ("単位：円", 1), ("(百万円)", 1_000_000), ("万円", 10_000)]
)
def test_amounts_of_another_unit(book: Path, unit: str, yen: int) -> None:
    money = {row.name for row in FORM.costs.rows if row.unit == "千円"}
    (costs,) = [table for layout in layouts(book) for table in layout.tables if table.table.kind == "costs"]
    units = [row.unit.corner for row in costs.rows if row.name in money]
    figures = {row.name: [area.corner for area in row.values] for row in costs.rows if row.name in money}

    def edit(sheet: Worksheet) -> None:
        for spot in units:
            typed(sheet, spot, unit)
        for row in figures:
            for spot, (_, value) in zip(figures[row], sorted(sample()["costs"][row].items()), strict=True):
                typed(sheet, spot, None if value is None else value * 1000 / yen)

    found = only(changed(book, edit))
    assert_same(record.to_json(found), sample())
    assert "F013" in {issue.code for issue in found.issues}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("999,999,999,999,999", 999_999_999_999_999),
        ("99,999,999,999,999.5", Decimal("99999999999999.5")),
        ("0.123456789012345", Decimal("0.123456789012345")),
        ("8652.00000000000000000000", 8652),
        ("999999999999999.123456789012345", None),
        ("99999999999999.123456789012345", None),
        ("8652.1234567890123", None),
        ("1.00000000000000000000000000001", None),
    ],
)
def test_a_figure_typed_as_text_has_no_more_digits_than_excel(
    book: Path, text: str, number: Number | None
) -> None:
    found = only(changed(book, lambda sheet: typed(sheet, spots(book)["costs.general.2017"], text)))
    assert found.values["costs.general.2017"] == number
    assert ("F012" in {issue.code for issue in found.issues}) is (number is None)
    if number is not None:
        assert number * 2 - number == number


FIGURES = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(0, 10**15 - 1), st.integers(0, 15)
)


@given(st.lists(FIGURES.filter(lambda figure: figure < 10**9), min_size=1, max_size=9))
def test_ten_thousand_figures_of_a_city_add_up_exactly(figures: list[Decimal]) -> None:
    """As many as a large city has sheets, of the size of what it spends, in thousand yen."""
    assert all(read_number(format(figure, "f")).kind == "number" for figure in figures)
    times = 10_000 // len(figures)
    assert sum(figures * times) == sum(map(Fraction, figures)) * times


def test_a_code_is_filled_up_by_its_format(book: Path) -> None:
    row, column = spots(book)["budget.kan"]

    def edit(sheet: Worksheet) -> None:
        typed(sheet, (row, column), 4).number_format = "00"
        typed(sheet, (row, column + 1), None)

    assert only(changed(book, edit)).values["budget.kan"] == "04"


def test_a_zero_for_a_blank_name_is_no_digit_of_its_code(book: Path) -> None:
    name, (row, _) = sample()["budget"]["major_name"], spots(book)["budget.major"]

    def edit(sheet: Worksheet) -> None:
        (cell,) = [cell for cell in sheet[row + 1] if cell.value == name]
        cell.value = 0

    found = only(changed(book, edit))
    assert found.values["budget.major"] == sample()["budget"]["major"]
    assert found.values["budget.major_name"] is None


def test_zeros_for_a_blank_indicator_are_none(book: Path) -> None:
    cells, written = spots(book), copy.deepcopy(sample())
    key = "outcome_indicators.ウ"
    written["outcome_indicators"] = [i for i in written["outcome_indicators"] if i["slot"] != "ウ"]

    def edit(sheet: Worksheet) -> None:
        for cell, spot in cells.items():
            if cell.startswith(f"{key}."):
                typed(sheet, spot, 0)

    assert_same(record.to_json(only(changed(book, edit))), written)


def test_a_column_between_the_unit_and_the_years_is_none_of_them(book: Path) -> None:
    table = next(t for layout in layouts(book) for t in layout.tables if t.table.name == "outcome_indicators")
    head = table.headings[0].spot

    def edit(sheet: Worksheet) -> None:
        blocks = [str(b) for b in sheet.merged_cells.ranges if b.min_row - 1 <= table.rows[0].spot[0] + 2]
        for block in blocks:
            if openpyxl.worksheet.cell_range.CellRange(block).min_row - 1 >= head[0]:
                sheet.unmerge_cells(block)
        typed(sheet, (head[0], head[1] - 1), "基準値")
        for row in table.rows:
            typed(sheet, (row.spot[0], head[1] - 1), 1234)

    found = record.to_json(only(changed(book, edit)))
    units = {i["slot"]: i["unit"] for i in found["outcome_indicators"]}
    assert units == {i["slot"]: i["unit"] for i in sample()["outcome_indicators"]}


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


@pytest.mark.parametrize("style", [Style(), Style(inside=True), Style(two_sheets=True, left=2)], ids=str)
@pytest.mark.parametrize(
    "text",
    dict.fromkeys(label for question in FORM.questions for label in (question.flagged, question.other)),
)
def test_a_reason_may_say_what_a_box_says(tmp_path: Path, style: Style, text: str) -> None:
    written = copy.deepcopy(sample())
    for judgement in written["judgements"].values():
        judgement["reason"] = text
    filled.write(FORM, [record.from_json(FORM, written)], tmp_path / "a.xlsx", style)
    assert_same(record.to_json(only(read_file(tmp_path / "a.xlsx"))), written)


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


@pytest.mark.parametrize(
    ("typed_as", "year"),
    [
        ("昭27", 1952),
        ("平16", 2004),
        ("S.57", 1982),
        ("H16.4.1", 2004),
        ("R2.3.7", 2019),
        ("昭和57年4月", 1982),
    ],
)
def test_the_first_year_in_short_or_as_a_day(book: Path, typed_as: str, year: int) -> None:
    found = with_first_year(book, typed_as)
    assert found.values["period.start_year"] == year


@pytest.mark.parametrize("typed_as", ["H16頃", "平成16年以前", "不明（S50年代）"])
def test_a_first_year_that_is_none_is_told(book: Path, typed_as: str) -> None:
    found = with_first_year(book, typed_as)
    assert found.values["period.start_year"] is None
    (told,) = [issue for issue in found.issues if issue.code == "F012"]
    assert (told.key, told.values["found"]) == ("period.start_year", typed_as)


def with_first_year(book: Path, typed_as: str) -> record.Record:
    (group,) = [g for layout in layouts(book) for g in layout.groups if g.key == "period"]
    box = next(box for box in group.boxes if box.value == "recurring")
    places = [spot for spot in box.right.spots or () if spot[0] == box.spot[0]]

    def edit(sheet: Worksheet) -> None:
        for spot in places:
            if str(sheet.cell(spot[0] + 1, spot[1] + 1).value or "").strip().isdigit():
                typed(sheet, spot, typed_as)

    return only(changed(book, edit))


def test_a_mark_typed_as_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    filled.write(FORM, [record.from_json(FORM, sample())], path, Style(on="v", off=""))
    assert_same(record.to_json(only(read_file(path))), sample())


def test_the_headings_of_most_tables_count(book: Path) -> None:
    (costs,) = [table for layout in layouts(book) for table in layout.tables if table.table.kind == "costs"]
    old = ("26年度(決算)", "27年度(決算)", "28年度(決算)", "29年度(計画)")

    def edit(sheet: Worksheet) -> None:
        for heading, text in zip(costs.headings, old, strict=True):
            typed(sheet, heading.spot, text)

    found = only(changed(book, edit))
    assert found.fiscal_year == 2017
    assert [issue.key for issue in found.issues if issue.code == "F009"] == ["costs"]


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


# ---- a form typed anew, without any merged cell ------------------------------------------------------------


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Labels in one column and their texts right of them, as somebody types a form anew."""
    path = tmp_path / "b.xlsx"
    filled.write(FORM, [record.from_json(FORM, sample())], path, Style(coarse=True))
    return path


@pytest.mark.parametrize("note", [None, "※簡潔に記入すること"])
def test_a_text_beside_its_label_goes_on_in_the_next_row(plain: Path, note: str | None) -> None:
    written = copy.deepcopy(sample())
    written["outline"] = "一行目\n二行目"
    place = next(f for layout in layouts(plain) for f in layout.fields if f.key == "outline")
    row, column = place.candidates[0].spot
    book = openpyxl.load_workbook(plain)
    sheet = book.worksheets[0]
    for block in [str(b) for b in sheet.merged_cells.ranges]:
        sheet.unmerge_cells(block)
    old = spots(plain)["outline"]
    typed(sheet, old, None)
    sheet.insert_rows(row + 2, 2)
    typed(sheet, (row, column + 1), "一行目")
    typed(sheet, (row + 1, column + 1), "二行目")
    typed(sheet, (row + 1, column), note)
    book.save(plain)
    assert only(read_file(plain)).values["outline"] == written["outline"]


# ---- labels of other cities --------------------------------------------------------------------------------


def relabelled(book: Path, words: dict[str, str]) -> Reading:
    """The book with some of its labels written otherwise."""

    def edit(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in words:
                    typed(sheet, (cell.row - 1, cell.column - 1), words[str(cell.value)])

    return changed(book, edit)


@pytest.mark.parametrize(
    "label", ["【理由】", "＜理由＞", "理由⇒", "理由→", "理由：", "判断理由", "理由・根拠", "その理由"]
)
def test_reasons_are_asked_for_in_other_words(book: Path, label: str) -> None:
    assert_same(record.to_json(only(relabelled(book, {"理由": label}))), sample())


@pytest.mark.parametrize(
    ("printed_as", "label"),
    [
        ("県支出金", "都道府県支出金"),
        ("県支出金", "府支出金"),
        ("地方債", "市債"),
        ("地方債", "町債"),
        ("一般財源", "一般財源等"),
    ],
)
def test_funding_sources_of_other_places(book: Path, printed_as: str, label: str) -> None:
    assert_same(record.to_json(only(relabelled(book, {printed_as: label}))), sample())


@pytest.mark.parametrize("mark", ["{} ", "({})", "{}.", "①"])
@pytest.mark.parametrize("inside", [True, False])
def test_directions_may_be_numbered(tmp_path: Path, mark: str, inside: bool) -> None:
    filled.write(FORM, [record.from_json(FORM, sample())], tmp_path / "a.xlsx", Style(inside=inside))
    names = {name for direction in FORM.directions for name in (direction.value, *direction.aliases)}
    numbers = itertools.count(1)

    def edit(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                glyph, space, name = str(cell.value or "").rpartition(" ")
                if name in names and glyph in ("", "☑", "□"):
                    number = mark.format(next(numbers))
                    typed(sheet, (cell.row - 1, cell.column - 1), f"{glyph}{space}{number}{name}")

    found = only(changed(tmp_path / "a.xlsx", edit))
    assert next(numbers) > len(FORM.directions)
    assert_same(record.to_json(found), sample())


# ---- figures that are none ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed_as", "number_format"),
    [
        ("100②", None),
        ("10²", None),
        ("①②", None),
        ("12⒌", None),
        (1e27, None),
        ("1" * 28, None),
        (1234567890123456, None),
        (1e-320, None),
        ("0." + "0" * 80 + "1", None),
        (44652, '[$-411]ggge"年"'),
        (44652, "ge"),
    ],
    ids=str,
)
def test_what_is_no_figure_is_told(
    book: Path, typed_as: Any, number_format: str | None, tmp_path: Path
) -> None:
    cells, key = spots(book), "costs.other.2017"

    def edit(sheet: Worksheet) -> None:
        cell = typed(sheet, cells[key], typed_as)
        cell.number_format = number_format or "General"

    found = only(changed(book, edit))
    assert found[key] is None
    assert ("F012", key) in {(issue.code, issue.key) for issue in found.issues}
    line = ["consolidate", str(book), "-o", str(tmp_path / "out.xlsx"), "--data", str(tmp_path / "data")]
    assert cli.main([*line, "--fail-on", "never"]) == 0
    assert cli.main(["validate", str(book), "--report", str(tmp_path / "report.xlsx")]) in (0, 1)


@pytest.mark.parametrize(("typed_as", "number_format"), [(1.5e3, "0.0E+0"), ("12m²", "General")])
def test_figures_in_other_clothes_are_figures(book: Path, typed_as: Any, number_format: str) -> None:
    cells = spots(book)
    name, key = "activity_indicators.ア.unit", "activity_indicators.ア.values.2017"

    def edit(sheet: Worksheet) -> None:
        typed(sheet, cells[name], "m2")
        typed(sheet, cells[key], typed_as).number_format = number_format

    assert only(changed(book, edit))[key] == (12 if isinstance(typed_as, str) else 1500)


# ---- digits one to a cell ----------------------------------------------------------------------------------


def test_a_zero_at_the_end_of_a_code_is_one_of_its_digits(book: Path) -> None:
    """Three cells of one width for 中事業, where the form prints two."""
    row, column = spots(book)["budget.minor"]
    name = (row, column + 2)

    def edit(sheet: Worksheet) -> None:
        text = sheet.cell(name[0] + 1, name[1] + 1).value
        last = unmerged(sheet, name)
        for number, digit in enumerate((8, 3, 0)):
            typed(sheet, (row, column + number), digit)
        merged(sheet, (row, column + 3), last, text)

    found = only(changed(book, edit))
    assert (found["budget.minor"], found["budget.minor_name"]) == ("830", sample()["budget"]["minor_name"])


@pytest.mark.parametrize(
    ("cells", "code"),
    [(("(", 0, 2, ")", "名"), "02"), ((0, 7, 0, "名"), "070"), (("0", "7", "名"), "07"), ((5, "名"), "5")],
    ids=str,
)
def test_a_code_may_have_a_cell_for_each_digit(cells: tuple[Any, ...], code: str) -> None:
    found = [((0, column), value) for column, value in enumerate(cells)]
    assert texts.code_and_name(texts.of_code(found)) == (code, "名")


@pytest.mark.parametrize("brackets", ["()", "（　）", "(  ) "])
@pytest.mark.parametrize("name", ["みんなで築くまち", ""])
def test_brackets_left_blank_hold_no_code(book: Path, brackets: str, name: str) -> None:
    (before,) = read_file(book).records
    cell = before.cells["measure.code"].partition("!")[2]

    def edit(sheet: Worksheet) -> None:
        sheet[cell].value = brackets + name

    found = only(changed(book, edit))
    assert (found["measure.code"], found["measure.name"]) == (None, name or None)
    told = registry.check(found, Settings())
    assert "measure.code" in {finding.field for finding in told if finding.code == "H101"}


# ---- what stands beside ------------------------------------------------------------------------------------


def test_what_stands_right_behind_a_merged_value_is_none_of_it(book: Path) -> None:
    """A label that the form does not know, and its value, right behind the name of who is to be called."""
    row, column = spots(book)["contact_name"]

    def edit(sheet: Worksheet) -> None:
        last = unmerged(sheet, (row, column))
        merged(sheet, (row, column), last - 2, sample()["contact_name"])
        for number, text in enumerate(("作成日", "H30.5.7")):
            typed(sheet, (row, last - 2 + number), text)

    assert only(changed(book, edit))["contact_name"] == sample()["contact_name"]


def test_a_line_of_a_text_in_a_hidden_row_is_told(plain: Path) -> None:
    cells = spots(plain)
    row, column = cells["direction_text"]

    def edit(sheet: Worksheet) -> None:
        typed(sheet, (row + 1, column), "（作業用）確認済み")
        sheet.row_dimensions[row + 2].hidden = True

    found = only(changed(plain, edit))
    assert "作業用" in str(found["direction_text"])
    assert [i.values["found"] for i in found.issues if i.code == "F008"] == ["hidden_row"]


def test_more_indicators_than_the_form_has_room_for(book: Path) -> None:
    """Marks that the form prints nowhere, in two of its rows."""
    table = next(table for table in headed(book) if table.table.name == "activity_indicators")
    places = {place.name: place for place in table.rows}

    def edit(sheet: Worksheet) -> None:
        for mark, place in zip("カキ", (places["ウ"], places["エ"]), strict=True):
            typed(sheet, place.spot, mark)
            typed(sheet, place.title.corner, f"{mark}の件数")
            typed(sheet, place.unit.corner, "件")
            typed(sheet, (place.spot[0], table.headings[0].spot[1]), 7)

    found = only(changed(book, edit))
    assert [found[f"activity_indicators.{mark}.name"] for mark in "カキ"] == ["カの件数", "キの件数"]


# ---- labels and their values -------------------------------------------------------------------------------


def above_their_values(path: Path, *, far: bool) -> dict[str, Any]:
    """Write the head's labels into rows of labels alone, and their values into the rows beneath.

    Without merged cells; ``far``: with columns between the labels. What is in the head is returned.
    """
    (layout, *_) = layouts(path)
    places = {f.key: f for f in layout.fields if f.field and f.field.section == "head" and f.type != "digits"}
    (found,) = read_file(path).records
    book = openpyxl.load_workbook(path)
    old, new = book.worksheets[0], book.create_sheet("評価シート（縦）")
    for block in list(old.merged_cells.ranges):
        old.unmerge_cells(str(block))
    moved = {}
    for place in places.values():
        for key in (place.key, f"{place.key}.code", f"{place.key}.name"):
            if key in found.cells and found.values.get(key) is not None:
                moved[spot_of(found.cells[key].rpartition("!")[2])] = place.candidates[0].spot
    last = max(place.candidates[0].spot[0] for place in places.values()) + 2
    for row in old.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            spot = (cell.row - 1, cell.column - 1)
            top, column = moved.get(spot, spot)
            down = top * 2 + (spot in moved) if top <= last else top + last
            typed(new, (down, column * 2 if far and top <= last else column), cell.value)
    book.remove(old)
    book.save(path)
    head = ("project_name", "department", "division", "group", "division_head", "contact_name", "phone")
    coded = [f"{key}.{part}" for key in ("policy", "measure", "basic_program") for part in ("code", "name")]
    texts_of = [f"{key}.{part}" for key in ("measure", "basic_program") for part in ("target", "intent")]
    return {key: found.values[key] for key in (*head, *coded, *texts_of)}


@pytest.mark.parametrize("far", [False, True])
def test_labels_alone_in_their_rows_have_their_values_beneath(book: Path, far: bool) -> None:
    expected = above_their_values(book, far=far)
    (found,) = read_file(book).records
    assert {key: found.values[key] for key in expected} == expected


def test_a_remark_beneath_labels_without_values_is_no_value(book: Path) -> None:
    above_their_values(book, far=True)

    def edit(sheet: Worksheet) -> None:
        (name,) = [
            cell for row in sheet.iter_rows() for cell in row if cell.value == sample()["project_name"]
        ][:1]
        name.value = "※正式な名称を書いてください。"

    assert only(changed(book, edit)).values["project_name"] is None


def test_the_name_of_a_code_has_a_row_of_its_own(book: Path) -> None:
    """All codes beneath their labels in one line, then 大事業名 and 中事業名 with the names beside them."""
    budget = sample()["budget"]
    labels = ("会計", "款", "項", "目", "大事業", "中事業")
    keys = ("account", "kan", "kou", "moku", "major", "minor")
    (layout, *_) = layouts(book)
    places = [f.candidates[0].spot for f in layout.fields if f.type == "digits"]
    (top, left), last = min(places), max(row for row, _ in places) + 1

    def edit(sheet: Worksheet) -> None:
        for block in list(sheet.merged_cells.ranges):
            if top < block.min_row <= last + 1 and block.min_col > left:
                sheet.unmerge_cells(str(block))
        for row in range(top, last + 1):
            for column in range(left, sheet.max_column):
                typed(sheet, (row, column), None)
        for number, (label, key) in enumerate(zip(labels, keys, strict=True)):
            typed(sheet, (top, left + 2 * number), label)
            typed(sheet, (top + 1, left + 2 * number), budget[key])
        for down, label in enumerate(("大事業名", "中事業名"), 2):
            typed(sheet, (top + down, left), label)
            typed(sheet, (top + down, left + 4), budget["major_name" if down == 2 else "minor_name"])
        blocks = [block for block in sheet.merged_cells.ranges if block.min_row > top + 4]
        for block in blocks:
            block.shift(row_shift=1)
        sheet.insert_rows(top + 5)  # a blank row beneath them

    found = only(changed(book, edit))
    assert {key: found.values[f"budget.{key}"] for key in budget} == budget


@pytest.mark.parametrize(
    ("typed_as", "text"),
    [
        ("② 事業内容\n(期間限定複数年度\n事業は全体像を記述)\n市民に配る。", "市民に配る。"),
        ("② 事業内容 " + "市民に配る。" * 100, "市民に配る。" * 100),
    ],
    ids=["note over two lines", "long"],
)
def test_a_label_with_its_note_and_its_text_in_one_cell(book: Path, typed_as: str, text: str) -> None:
    outline = spots(book)["outline"]
    (label,) = [f.candidates[0].spot for layout in layouts(book) for f in layout.fields if f.key == "outline"]

    def edit(sheet: Worksheet) -> None:
        typed(sheet, outline, None)
        typed(sheet, label, typed_as)

    assert only(changed(book, edit)).values["outline"] == text


@pytest.mark.parametrize("name", ["③ 対象\n・意図の妥当性", "③ 対象 ・ 意図の妥当性"])
def test_a_question_with_its_explanation_in_one_cell(book: Path, name: str) -> None:
    def edit(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.replace(" ", "").startswith(
                    "③対象・意図の妥当性"
                ):
                    cell.value = f"{name}\n対象を限定する必要はないか？"

    assert_same(record.to_json(only(changed(book, edit))), sample())
