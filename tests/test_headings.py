"""What clerks write over the columns of years: other words, two rows, two columns a year, two lines."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from evalxl.rules.registry import check
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
from tests.test_read import assert_same
from workbook import filled, record
from workbook.read import read_file
from workbook.styles import Style

YEARS = ("27年度(実績)", "28年度(実績)", "29年度(実績)", "30年度(計画)")


@pytest.mark.parametrize(
    "headings",
    [
        (*YEARS[:3], "30年度(当初予算)"),
        (*YEARS[:3], "30年度(目標)"),
        (*YEARS[:3], "30年度(見込み)"),
        (*YEARS[:3], "30年度（計画・目標）"),
        (*YEARS[:3], "30年度(実績見込)"),
        (*YEARS[:2], "29年度(決算見込)", YEARS[3]),
        (*YEARS[:2], "29年度(決算（見込）)", YEARS[3]),
        tuple(f"{year}年度決算見込" for year in (27, 28, 29, 30)),
        (*YEARS[:3], "30年度 決算見込額"),
        (*YEARS[:3], "30年度(実績（見込み）)"),
        (*YEARS[:3], "30年度(現計予算)"),
        (*YEARS[:3], "30年度(実施計画)"),
        ("H.27年度(実績)", "H.28年度(実績)", "H.29年度(実績)", "H.30年度(計画)"),
        ("平成27年度末実績", "平成28年度末実績", "平成29年度末実績", "平成30年度末目標"),
        ("FY2015", "FY2016", "FY2017", "FY2018"),
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
    ("headings", "years", "unread"),
    [
        ((*YEARS[:3], "30年度(暫定)"), (2015, 2016, 2017), "30年度(暫定)"),
        (("平成27年度 参考", *YEARS[1:]), (2016, 2017, 2018), "平成27年度 参考"),
        ((*YEARS[:3], "30年度の見通し"), (2015, 2016, 2017), "30年度の見通し"),
    ],
    ids=str,
)
def test_a_year_at_an_end_that_is_headed_with_unknown_words_is_told(
    book: Path, headings: tuple[str, ...], years: tuple[int, ...], unread: str
) -> None:
    tables = headed(book)

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            for heading, value in zip(table.headings, headings, strict=True):
                typed(sheet, heading.spot, value)

    found = only(changed(book, edit))
    assert found.years == years
    told = [issue for issue in found.issues if issue.code == "F016"]
    assert [(issue.key, issue.values["found"]) for issue in told] == [(t.table.name, unread) for t in tables]
    assert unread in next(f for f in check(found, Settings()) if f.code == "F016").message()


@pytest.mark.parametrize(
    "beside", ["前年度比", "30年度の増減理由", "備考（29年度）", "3年平均", "R7目標値", "備考"]
)
def test_what_stands_beside_the_years_and_is_none_of_the_next_is_no_year(book: Path, beside: str) -> None:
    tables = headed(book)

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            row, column = table.headings[-1].spot
            end = sheet.cell(row + 1, column + 1)
            block = next(m for m in sheet.merged_cells.ranges if end.coordinate in m)
            typed(sheet, (row, block.max_col), beside)

    found = only(changed(book, edit))
    assert "F016" not in {issue.code for issue in found.issues}


@pytest.mark.parametrize("settled", ["実績", "決算額", "〔決算〕"])
@pytest.mark.parametrize(
    ("years", "planned_from", "fiscal_year"),
    [
        ((27, 28, 29, 30), 3, 2017),
        (("27", "28", "29", "30"), 3, 2017),
        ((28, 29, 30, "31(元)"), 2, 2017),
        (("27年度", "28年度", "29年度", "30年度"), 3, 2017),
        (("H28", "H29", "H30", "H31"), 2, 2017),
    ],
    ids=str,
)
def test_one_word_stands_above_several_years(
    tmp_path: Path, settled: str, years: tuple[Any, ...], planned_from: int, fiscal_year: int
) -> None:
    """実績 over three columns, 計画 over one, and beneath them the years, bare or not."""
    path, plain = tmp_path / "a.xlsx", tmp_path / "plain.xlsx"
    written = [record.from_json(FORM, sample())]
    filled.write(FORM, written, plain, Style())
    rows = {table.headings[0].spot[0] + 1 for table in headed(plain)}
    filled.write(FORM, written, path, Style(inserted=tuple(sorted(rows))))
    tables = headed(path)

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            ends = {heading.spot: unmerged(sheet, heading.spot) for heading in table.headings}
            for first, last, word in ((0, planned_from - 1, settled), (planned_from, 3, "計画")):
                left, right = table.headings[first].spot, table.headings[last].spot
                merged(sheet, left, ends[right], word)
            for heading, year in zip(table.headings, years, strict=True):
                row, column = heading.spot
                merged(sheet, (row + 1, column), ends[heading.spot], year)

    found = only(changed(path, edit))
    assert found.fiscal_year == fiscal_year
    assert found.years == tuple(range(2018 - planned_from, 2022 - planned_from))[-4:]
    assert found["costs.general." + str(found.years[0])] == written[0]["costs.general.2015"]
    assert not {"F004", "F009"} & {issue.code for issue in found.issues}


@pytest.mark.parametrize("words", [("目標", "実績"), ("計画", "実績"), ("実績", "計画"), ("予算", "決算")])
@pytest.mark.parametrize("over_both", [True, False])
def test_every_year_has_two_columns(tmp_path: Path, words: tuple[str, str], over_both: bool) -> None:
    """目標 and 実績 beneath each year: of years that are over 実績 counts, of the next one 目標."""
    path, plain = tmp_path / "a.xlsx", tmp_path / "plain.xlsx"
    written = [record.from_json(FORM, sample())]
    filled.write(FORM, written, plain, Style())
    rows = {table.headings[0].spot[0] + 1 for table in headed(plain)}
    filled.write(FORM, written, path, Style(inserted=tuple(sorted(rows))))
    tables, read = headed(path), only(read_file(path))

    def edit(sheet: Worksheet) -> None:
        for table in tables:
            years = [sheet.cell(h.spot[0] + 1, h.spot[1] + 1).value for h in table.headings]
            spans = [(heading.spot, unmerged(sheet, heading.spot)) for heading in table.headings]
            for number, ((row, column), last) in enumerate(spans):
                year = str(years[number]).partition("(")[0]
                halves = [(column, column + 1), (column + 1, last)]
                merged(sheet, (row, column), last if over_both else column + 1, year)
                for word, (left, right) in zip(words, halves, strict=True):
                    merged(sheet, (row + 1, left), right, word)
                wanted = "決算" if words[0] == "予算" or words[1] == "決算" else "実績"
                for place in table.rows:
                    spot = (place.spot[0], column)
                    own = sheet.cell(spot[0] + 1, column + 1).value
                    unmerged(sheet, spot)
                    counts = (number < 3) == (words[0] == wanted)
                    figures = (own, 99) if counts else (99, own)
                    for figure, (left, right) in zip(figures, halves, strict=True):
                        merged(sheet, (spot[0], left), right, figure)

    found = only(changed(path, edit))
    assert (found.fiscal_year, found.years) == (read.fiscal_year, read.years)
    figures = [key for key in read.values if key.startswith("costs.") or ".values." in key]
    assert {key: found[key] for key in figures} == {key: read[key] for key in figures}


def test_headings_that_name_no_year_are_what_a_sheet_lacks(book: Path) -> None:
    """前年度 and 当該年度 for years: these are named, and not all that stands on the page."""

    def edit(sheet: Worksheet) -> None:
        for table in headed(book):
            for heading, text in zip(
                table.headings, ("前々年度", "前年度", "当該年度", "翌年度"), strict=True
            ):
                typed(sheet, heading.spot, text)

    (refused,) = changed(book, edit).refused
    tables = ("活動指標", "対象指標", "成果指標", "コストの推移")
    assert (refused.code, set(refused.values["missing"])) == (
        "F004",
        {f"{name}の年度見出し" for name in tables},
    )


@pytest.mark.parametrize("words", [("目標", "実績"), ("実績", "目標"), ("計画", "実績")])
def test_every_indicator_has_two_lines(tmp_path: Path, words: tuple[str, str]) -> None:
    """目標 and 実績 in lines of their own: of years that are over 実績 counts, of the next one 目標."""
    path, plain = tmp_path / "a.xlsx", tmp_path / "plain.xlsx"
    written = [record.from_json(FORM, sample())]
    filled.write(FORM, written, plain, Style())
    table = next(table for table in headed(plain) if table.table.name == "activity_indicators")
    rows = tuple(place.spot[0] + 1 for place in table.rows)
    filled.write(FORM, written, path, Style(inserted=rows))
    read = only(read_file(path))
    table = next(table for table in headed(path) if table.table.name == "activity_indicators")

    def edit(sheet: Worksheet) -> None:
        for place in table.rows:
            row = place.spot[0]
            column = place.unit.rect.left - 1
            name = place.title.rect
            text = sheet.cell(row + 1, name.left + 1).value
            unmerged(sheet, (row, name.left))
            merged(sheet, (row, name.left), column, text)
            for line, word in enumerate(words):
                typed(sheet, (row + line, column), word)
            for number, heading in enumerate(table.headings):
                spot = (row, heading.spot[1])
                figure = sheet.cell(spot[0] + 1, spot[1] + 1).value
                counts = (number < 3) == (words[0] == "実績")
                typed(sheet, spot, figure if counts else 99)
                typed(sheet, (row + 1, spot[1]), 99 if counts else figure)

    found = only(changed(path, edit))
    figures = [key for key in read.values if key.startswith("activity_indicators.")]
    assert {key: found[key] for key in figures if read[key] is not None} == {
        key: read[key] for key in figures if read[key] is not None
    }


def test_figures_that_run_on_beneath_the_phases_are_no_years(book: Path) -> None:
    """Years, 実績 and 計画 beneath them, and then a first row that reads 27, 28, 29, 30."""
    cells, written = spots(book), copy.deepcopy(sample())
    keys = [key for key in cells if key.startswith("costs.national.")]

    def edit(sheet: Worksheet) -> None:
        for number, key in enumerate(sorted(keys)):
            typed(sheet, cells[key], 27 + number)

    found = only(changed(book, edit))
    assert [found[key] for key in sorted(keys)] == [27, 28, 29, 30]
    assert found.fiscal_year == written["fiscal_year"]


@pytest.mark.parametrize("year", [int, str, "{}年度".format], ids=["27", "text", "words"])
@pytest.mark.parametrize("change", [None, 1, 31])
def test_figures_beneath_words_beneath_years_are_no_years(
    tmp_path: Path, year: Callable[[int], Any], change: int | None
) -> None:
    """単位 over two rows, years and 実績 in them, then a row that reads 27, 28, 29, 30, and 増減 beside."""
    path, plain = tmp_path / "a.xlsx", tmp_path / "plain.xlsx"
    written = [record.from_json(FORM, sample())]
    filled.write(FORM, written, plain, Style())
    (row,) = [table.headings[0].spot[0] for table in headed(plain) if table.table.kind == "costs"]
    filled.write(FORM, written, path, Style(inserted=(row + 1,)))
    (table,) = [table for table in headed(path) if table.table.kind == "costs"]
    cells = spots(path)
    first = {key: cells[key] for key in cells if key.startswith("costs.national.")}

    def edit(sheet: Worksheet) -> None:
        unit = next(c for c in sheet[row + 1] if c.value == "単位")
        for spot in (table.spot, (row, unit.column - 1)):
            words = sheet.cell(spot[0] + 1, spot[1] + 1).value
            last = unmerged(sheet, spot)
            sheet.merge_cells(start_row=row + 1, end_row=row + 2, start_column=spot[1] + 1, end_column=last)
            typed(sheet, spot, words)
        for number, heading in enumerate(table.headings):
            spot = heading.spot
            last = unmerged(sheet, spot)
            merged(sheet, spot, last, year(27 + number))
            merged(sheet, (row + 1, spot[1]), last, "計画" if number == 3 else "決算")
        for number, spot in enumerate(first[key] for key in sorted(first)):
            typed(sheet, spot, 27 + number)
        if change is not None:
            beside = max(m.max_col for m in sheet.merged_cells.ranges if m.min_row == row + 1)
            typed(sheet, (row, beside), "増減")
            typed(sheet, (next(iter(first.values()))[0], beside), change)

    found = only(changed(path, edit))
    assert [found[key] for key in sorted(first)] == [27, 28, 29, 30]
    assert (found.fiscal_year, [i.code for i in found.issues]) == (2017, [])


def test_a_word_in_the_last_row_of_a_table_heads_nothing_of_the_next(book: Path) -> None:
    """計画 typed for a figure in the row right above the years of another table is no word above these."""
    cells = spots(book)
    name, key = "target_indicators.ウ.name", "target_indicators.ウ.values.2018"
    following = next(table for table in headed(book) if table.table.name == "outcome_indicators")
    assert cells[key][0] + 1 == following.spot[0]

    def edit(sheet: Worksheet) -> None:
        for table in headed(book):
            for number, heading in enumerate(table.headings):
                typed(sheet, heading.spot, f"{27 + number}年度")
        typed(sheet, cells[name], "見込みの人数")
        typed(sheet, cells[key], "計画")

    assert [(issue.code, issue.key) for issue in only(changed(book, edit)).issues] == [("F012", key)]


def test_a_day_far_off_is_no_year(book: Path) -> None:
    """Beneath 計画 beside the form stand two days that no era has."""

    def edit(sheet: Worksheet) -> None:
        edge = max(block.max_col for block in sheet.merged_cells.ranges) + 3
        for row, column, value in ((4, 0, "計画"), (5, 0, FAR_OFF), (5, 1, FAR_OFF)):
            typed(sheet, (row, edge + column), value)

    assert_same(record.to_json(only(changed(book, edit))), sample())


FAR_OFF = datetime.date(9999, 12, 31)


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


@pytest.mark.parametrize("heading", ["前年度比(29年度)", "対29年度実績", "30年度計画との差"])
def test_a_column_of_changes_is_no_year(book: Path, heading: str) -> None:
    """A year stands in its heading, but it heads no figures of a year."""
    (costs,) = [table for layout in layouts(book) for table in layout.tables if table.table.kind == "costs"]
    row = costs.headings[-1].spot[0]

    def edit(sheet: Worksheet) -> None:
        edge = max(block.max_col for block in sheet.merged_cells.ranges)
        typed(sheet, (row, edge + 1), heading)
        typed(sheet, (row + 1, edge + 1), 12)

    assert_same(record.to_json(only(changed(book, edit))), sample())
