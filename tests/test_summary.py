"""The summary book: right stored values, formulas that give the same, text that stays text, links, limits."""

from __future__ import annotations

import datetime
import os
import re
import warnings
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from evalxl import summary_tables, tables, totals
from evalxl.consolidation import Report, consolidate
from evalxl.grouping import literal
from evalxl.results import FileResult
from tests.support import many
from tests.support.office import Office
from workbook.errors import OutputLocked
from workbook.marks import is_own_output
from workbook.summary import book, cells
from workbook.summary.datasheet import DataSheet
from workbook.summary.model import Link

SHEETS = [
    "概要", "一覧", "部課別", "施策別", "予算科目別", "財源別", "コスト", "指標", "評価", "方向性",
    "検証結果", "受付簿",
]  # fmt: skip
ROLLUPS = {"部課別": 2, "施策別": 3, "予算科目別": 4}
"""Sheet → how many levels it has."""
CHOICE, HEAD, FIRST = 2, 4, 6
EVIL = [
    "=cmd|' /C calc'!A0", "+1", "-1+2", "@x", "{=1}", "http://example.jp/", "<r>a</r>", "mailto:a@b.jp",
    "1E5",
]  # fmt: skip


def make(results: Sequence[FileResult], folder: Path, name: str = "集約.xlsx") -> Report:
    return consolidate(results, folder / name, created="2018年8月1日")


def two_years(folder: Path, count: int = 36) -> list[FileResult]:
    """Sheets of two evaluated years, a double submission, a refused file."""
    place = str(folder)
    found = many.results(count, 2017, place) + many.results(count // 2, 2018, place)
    found.append(many.result(many.record(3), "市民部/写し #1.xlsx", folder=place))
    found.append(many.refused("市民部/壊れた.xlsx", folder=place, reason="empty"))
    return found


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("mixed")
    return make(two_years(folder), folder)


def stored(path: Path) -> dict[str, list[list[Any]]]:
    """The stored values of all sheets, as another library than ours reads them."""
    found = CalamineWorkbook.from_path(path)
    return {
        name: found.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in found.sheet_names
    }


def opened(path: Path) -> openpyxl.Workbook:
    """The book for openpyxl, which warns that it would drop the data bars' newer part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def table(sheet: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]


# ---- stored values


def test_the_sheets_are_those_of_the_design_in_order(mixed: Report) -> None:
    assert CalamineWorkbook.from_path(mixed.output).sheet_names == SHEETS
    assert is_own_output(mixed.output)


@pytest.mark.parametrize(("sheet", "depth"), ROLLUPS.items())
def test_the_total_line_carries_the_exact_totals(mixed: Report, sheet: str, depth: int) -> None:
    values = stored(mixed.output)[sheet]
    years = [int(v) for v in values[HEAD][depth + 1 :] if isinstance(v, float)]
    assert years == [2015, 2016, 2017, 2018, 2019]
    line = next(row for row in values if row[0] == "合　計")
    for number, year in enumerate(years):
        assert Decimal(line[depth + 1 + number]) == mixed.totals["project_total", year]


def test_subtotals_are_the_sums_of_their_lines(mixed: Report) -> None:
    values = stored(mixed.output)["部課別"]
    lines = [row for row in values[FIRST:] if row[0] != "合　計" and isinstance(row[2], float)]
    lines = [row for row in lines if not str(row[0]).startswith("検算")]
    open_sum, heads = 0.0, 0
    for row in [*lines, ["end", ""]]:
        if row[0]:
            assert open_sum == 0
            heads += 1
            open_sum = row[4] if row[0] != "end" else 0.0
        else:
            open_sum -= row[4]
    assert heads == 7  # six departments and the end


def test_the_overview_counts_what_came_in(mixed: Report) -> None:
    overview = stored(mixed.output)["概要"]
    cards = dict(zip(overview[3][::2], overview[4][::2], strict=True))
    report = mixed.to_json()
    assert cards["ファイル"] == report["files"] == 56
    assert cards["受付できないもの"] == len(report["refused"]) == 1
    assert (cards["誤り"], cards["注意"], cards["参考"]) == tuple(report["findings"].values())
    assert cards["事業"] == 36
    words = "\n".join(str(cell) for row in overview for cell in row)
    for told in ("【二重提出】", "【複数の評価年度】", "【平成30年度のシートがない事業】"):
        assert told in words


def test_all_sheets_are_listed_also_those_that_do_not_count(mixed: Report) -> None:
    values = {
        name: table(values) for name, values in stored(mixed.output).items() if name in [*SHEETS[6:], "一覧"]
    }
    assert len(values["一覧"]) == len(mixed.sheets) == 55
    counted = [row for row in values["コスト"] if row["集計対象"] == 1]
    assert 0 < len(counted) < len(values["コスト"]) == 4 * 55
    for year in (2015, 2016, 2017, 2018, 2019):
        amounts = [Decimal(row["事業費計"]) for row in counted if row["年度"] == year]
        assert sum(amounts) == mixed.totals["project_total", year]


def test_the_ledger_tells_double_and_refused(mixed: Report) -> None:
    ledger = {row["ファイル"]: row for row in table(stored(mixed.output)["受付簿"])}
    assert ledger["市民部/壊れた.xlsx"]["状況"] == "受付不可"
    assert ledger["市民部/壊れた.xlsx"]["コード"] == "F001"
    double = ledger["市民部/写し #1.xlsx"]
    assert double["状況"] == "二重提出"
    assert "2017_004.xlsx" in double["備考"]
    assert sum(row["状況"] == "提出" for row in ledger.values()) == 53


def test_changes_are_written_as_public_finance_writes_them(tmp_path: Path) -> None:
    def costs(before: int, this: int) -> dict[str, int]:
        return {"costs.project_total.2016": before, "costs.project_total.2017": this}

    pairs = [(0, 5), (5, 0), (0, 0), (10, 9)]
    results = [
        many.result(many.record(n).with_values(costs(*pair)), f"{n}.xlsx") for n, pair in enumerate(pairs)
    ]
    values = stored(make(results, tmp_path).output)["施策別"]
    lines = [row for row in values[FIRST:] if row[2] and row[3] == 1]
    found = {(row[5], row[6]): (row[8], row[9]) for row in lines}
    assert found[0, 5] == (5, "皆増")
    assert found[5, 0] == (-5, "皆減")
    assert found[0, 0] == (0, "－")
    assert found[10, 9] == (-1, pytest.approx(-0.1))


# ---- what LibreOffice makes of it


def changed_cells(before: list[list[Any]], after: list[list[Any]]) -> list[tuple[int, int, Any, Any]]:
    return [
        (r, c, x, y)
        for r, (left, right) in enumerate(zip(before, after, strict=True))
        for c, (x, y) in enumerate(zip(left, right, strict=True))
        if x != y
        and not (isinstance(x, float) and isinstance(y, float) and y == pytest.approx(x, 1e-12, 1e-9))
    ]


@pytest.mark.office
def test_recalculated_the_book_has_no_error_and_the_stored_values(mixed: Report, office: Office) -> None:
    before = office.read(mixed.output, recalculate=False)
    after = office.read(mixed.output)
    formulas = 0
    for name in SHEETS:
        assert after[name].errors == "", name
        assert changed_cells(before[name].values, after[name].values) == []
        formulas += sum(str(f).startswith("=") for row in after[name].formulas for f in row)
    assert formulas > 1500


@pytest.mark.office
@pytest.mark.parametrize(("sheet", "depth"), ROLLUPS.items())
@pytest.mark.parametrize(("item", "row"), [("一般財源", "general"), ("延べ業務時間", "work_hours")])
def test_another_item_can_be_chosen_and_re_adds_to_the_tables(
    mixed: Report, office: Office, sheet: str, depth: int, item: str, row: str
) -> None:
    place = f"{chr(64 + depth)}{CHOICE + 1}"
    found = office.read(mixed.output, changes=[(sheet, place, item)])[sheet]
    assert found.errors == ""
    line = next(values for values in found.values if values[0] == "合　計")
    for number, year in enumerate((2015, 2016, 2017, 2018, 2019)):
        assert Decimal(line[depth + 1 + number]) == mixed.totals[row, year]
    check = next(values for values in found.values if str(values[0]).startswith("検算"))
    assert set(check[depth : depth + 6]) == {0.0}


@pytest.mark.office
def test_a_changed_figure_runs_through_to_every_sheet(mixed: Report, office: Office) -> None:
    head = stored(mixed.output)["コスト"][0]
    rows = table(stored(mixed.output)["コスト"])
    number = next(n for n, row in enumerate(rows) if row["年度"] == 2018 and row["集計対象"] == 1)
    place = f"{chr(65 + head.index('事業費計'))}{number + 2}"
    change = ("コスト", place, rows[number]["事業費計"] + 1000.0)
    found = office.read(mixed.output, changes=[change])
    expected = mixed.totals["project_total", 2018] + 1000
    for sheet, depth in ROLLUPS.items():
        line = next(values for values in found[sheet].values if values[0] == "合　計")
        assert line[depth + 4] == expected
    for sheet in ("財源別", "概要"):
        line = next(values for values in found[sheet].values if values[0] == "事業費計（千円）")
        assert expected in line


@pytest.mark.office
def test_text_stays_text_in_libreoffice(tmp_path: Path, office: Office) -> None:
    results = [many.result(evil_record(text, n), f"{n}.xlsx") for n, text in enumerate(EVIL)]
    found = office.read(make(results, tmp_path).output)
    for sheet in found.values():
        assert sheet.errors == ""
    assert set(EVIL) <= {str(value).rstrip() for value in found["コスト"].column("事業名")}
    for row in found["コスト"].formulas:
        assert not any(str(formula).startswith("=") and "cmd" not in str(formula) for formula in row)
    line = next(values for values in found["部課別"].values if values[0] == "合　計")
    assert line[5] == sum(many.record(n).cost("project_total", 2017) or 0 for n in range(len(EVIL)))


@pytest.mark.office
def test_the_book_prints(mixed: Report, office: Office, tmp_path: Path) -> None:
    pictures = office.pictures(mixed.output, tmp_path, dots=30)
    assert len(pictures) >= len(SHEETS)


# ---- text and links


def evil_record(text: str, number: int) -> Any:
    places = ["project_name", "department", "division", "policy.name", "measure.name", "direction_text"]
    places += ["activity_indicators.ア.name", "judgements.4.reason", "summary.text", "measure.code"]
    return many.record(number).with_values(dict.fromkeys(places, text))


def test_no_text_of_a_department_is_a_formula_or_a_link(tmp_path: Path) -> None:
    results = [many.result(evil_record(text, n), f"{n}.xlsx") for n, text in enumerate(EVIL)]
    path = make(results, tmp_path).output
    found = opened(path)
    for name in ("コスト", "指標", "評価", "方向性", "一覧", "受付簿"):
        for row in found[name].iter_rows():
            for cell in row:
                assert cell.data_type != "f", (name, cell.coordinate, cell.value)
                if cell.hyperlink and cell.hyperlink.target:
                    assert cell.hyperlink.target.startswith(("..\\", "../")), cell.hyperlink.target
    names = {cell.value.rstrip() for cell in found["コスト"]["C"][1:]}
    assert names == set(EVIL)


def test_long_texts_and_control_characters_are_told_not_lost_in_silence(tmp_path: Path) -> None:
    texts = ["長" * 40_000, "改\x0b行\x00と\ufffeベル\x07", "半分\ud800", "_x0041_", " 前後 ", "𠮷" * 20_000]
    results = [
        many.result(many.record(n).with_values({"direction_text": text}), f"{n}.xlsx")
        for n, text in enumerate(texts)
    ]
    path = make(results, tmp_path).output
    found = opened(path)["方向性"]
    column = [cell.value for cell in found[1]].index("説明")
    values = [str(row[column]) for row in found.iter_rows(min_row=2, values_only=True)]
    assert values[0].endswith("…（以下省略）")
    assert all(len(value.encode("utf-16-le")) // 2 <= 32_767 for value in values)
    assert values[5].endswith("…（以下省略）")
    assert "半分" in values[2]
    assert " 前後 " in values


def test_labels_that_sumifs_would_read_otherwise_are_made_literal() -> None:
    for text in ("*", "?課", "~", "=1", ">5", "<>", "2017", "1E5", "10%", "1/2", ""):
        label = literal(text)
        assert not re.match(r"[=<>]", label)
        assert not set(label) & set("*?~")
        assert re.search(r"[^\W\d_eE]", label) or label.startswith("「")
    assert len(literal("部" * 300)) < 255


@pytest.mark.office
def test_sections_with_odd_names_add_up_in_libreoffice(tmp_path: Path, office: Office) -> None:
    names = [
        "*",
        "総務*課",
        "総務課",
        "?",
        "01",
        "1",
        "1.0",
        ">0",
        "<>",
        "総 務課",
        "ＡＢ課",
        "AB課",
        None,
        "~*",
    ]
    results = [
        many.result(many.record(0, project_name=f"事業{n}").with_values({"division": name}), f"{n:02d}.xlsx")
        for n, name in enumerate(names)
    ]
    report = make(results, tmp_path)
    before, after = (office.read(report.output, recalculate=again)["部課別"] for again in (False, True))
    assert changed_cells(before.values, after.values) == []
    assert (
        len({row[1] for row in after.values[FIRST:] if row[1]}) == len(names) - 2
    )  # two pairs are one section


def test_links_are_relative_and_survive_a_move_of_the_folder(tmp_path: Path) -> None:
    home = tmp_path / "R1"
    (home / "提出").mkdir(parents=True)
    results = many.results(2, folder=str(home / "提出"))
    results.append(many.result(many.record(5), "第 1#%20部[a]/電算 'α'.xlsx", folder=str(home / "提出")))
    for result in results:
        Path(result.path).parent.mkdir(parents=True, exist_ok=True)
        Path(result.path).write_bytes(b"")
    path = make(results, home / "集約").output
    moved = tmp_path / "R2"
    home.rename(moved)
    sheet = opened(moved / "集約" / path.name)["一覧"]
    links = [cell.hyperlink for cell in sheet["C"][1:]]
    assert len(links) == 3
    for link in links:
        relative = unescaped(link.target.replace("\\", "/"))
        assert (moved / "集約" / relative).is_file(), relative
        assert re.fullmatch(r"'評価シート'![A-Z]+\d+", link.location)


def unescaped(target: str) -> str:
    from urllib.parse import unquote

    return unquote(target)


def test_a_link_that_excel_could_not_take_is_plain_text() -> None:
    assert cells.address(Link("a", "提出/" + "長" * 3000)) is None
    assert cells.address(Link("a", "")) is None
    address = cells.address(Link("a", "https://example.jp/a b.xlsx", "シート!A1"))
    assert address == "https://example.jp/a b.xlsx#'シート'!A1"


def test_beyond_the_number_of_links_that_excel_takes_there_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbook.summary.datasheet.MAX_LINKS", 3)
    sheet = opened(make(many.results(6), tmp_path).output)["一覧"]
    names = sheet["C"][1:]
    assert [bool(cell.hyperlink) for cell in names] == [True] * 3 + [False] * 3
    assert all(cell.value for cell in names)


def test_targets_on_another_drive_or_address_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert summary_tables.target("s3://bucket/a.xlsx", Path("out.xlsx")) == "s3://bucket/a.xlsx"

    def other_drive(*_: object) -> str:
        raise ValueError("path is on mount 'D:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert summary_tables.target("D:\\提出\\a.xlsx", Path("out2.xlsx")) == "D:\\提出\\a.xlsx"


# ---- sizes, and the package itself


@pytest.mark.office
@pytest.mark.parametrize("results", [[], [many.refused("a.xlsx", reason="empty")], many.results(1)])
def test_books_of_nothing_and_of_one_open(tmp_path: Path, office: Office, results: list[FileResult]) -> None:
    found = office.read(make(results, tmp_path).output)
    assert list(found) == SHEETS
    assert all(sheet.errors == "" for sheet in found.values())


def test_the_fast_body_says_what_xlsxwriter_itself_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet's own writer against XlsxWriter's, cell by cell, formats and links included."""
    values = [
        ["a", "=1", " b ", "", None],
        [1, Decimal("2.5"), 10**15, -3, 10**16],
        ["あ\n", "<r>x</r>", "0", "<&>", "x"],
    ]

    def fill(sheet: Any, first: int, columns: Any, heights: Any) -> None:
        for number, (column, style) in enumerate(columns):
            for row, value in enumerate(column):
                one = style if not callable(style) else style(value)
                put_slowly(sheet, first + row, number, value, one)

    fast, slow = tmp_path / "fast.xlsx", tmp_path / "slow.xlsx"
    write_plain(fast, values)
    monkeypatch.setattr(DataSheet, "fill", fill)
    monkeypatch.delattr(DataSheet, "_write_rows")
    write_plain(slow, values)
    left, right = (opened(path)["表"] for path in (fast, slow))
    assert left.dimensions == right.dimensions
    for one, other in zip(left.iter_rows(), right.iter_rows(), strict=True):
        for a, b in zip(one, other, strict=True):
            assert (a.value, a.data_type, a.number_format, a.alignment.vertical) == (
                b.value, b.data_type, b.number_format, b.alignment.vertical,
            )  # fmt: skip


def put_slowly(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, cells.safe_text(value), style)
    elif cells.digits_of(value) > 15:
        sheet.write_string(row, column, str(value), style)
    else:
        sheet.write_number(row, column, float(value), style)


def write_plain(path: Path, columns: list[list[Any]]) -> None:
    from xlsxwriter import Workbook

    workbook = Workbook(path)
    sheet = workbook.add_worksheet("表", worksheet_class=DataSheet)
    style = workbook.add_format({"num_format": "#,##0", "valign": "top"})
    sheet.write_string(0, 0, "見出し")
    sheet.fill(1, [(column, style) for column in columns], [15.0] * len(columns[0]))
    workbook.close()


def test_the_same_run_gives_the_same_cells(tmp_path: Path) -> None:
    first, second = (stored(make(many.results(12), tmp_path, f"{n}.xlsx").output) for n in (1, 2))
    assert first == second


def test_table_names_and_heads_are_ones_that_excel_takes(mixed: Report) -> None:
    found = opened(mixed.output)
    names = [name for sheet in found for name in sheet.tables]
    assert sorted(names) == sorted(f"{name}表" for name in ["一覧", *SHEETS[6:]])
    for sheet in found:
        for one in sheet.tables.values():
            heads = [column.name for column in one.tableColumns]
            assert len({head.lower() for head in heads}) == len(heads)
            assert all(len(head) < 255 and not set(head) & set("[]#'@") for head in heads)


def test_print_set_up_repeats_heads_and_fits_the_width(mixed: Report) -> None:
    for sheet in opened(mixed.output):
        assert sheet.page_setup.paperSize in ("8", "9", 8, 9)
        assert sheet.page_setup.fitToWidth == 1 or sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title not in ("概要", "財源別"):
            assert sheet.print_title_rows, sheet.title


# ---- whole or not at all, and the self-check


def test_a_failing_run_leaves_the_old_book_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "集約.xlsx"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(book, "write_overview", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        make(many.results(1), tmp_path)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["集約.xlsx"]


def test_a_book_that_excel_has_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "集約.xlsx"
    target.write_bytes(b"old")

    def locked(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("os.replace", locked)
    with pytest.raises(OutputLocked) as caught:
        make(many.results(1), tmp_path)
    assert caught.value.reason == "open"
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["集約.xlsx"]


def test_a_total_that_does_not_re_add_is_an_error_in_report_and_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = totals.counted

    def wrong(*args: Any) -> totals.Totals:
        found = right(*args)
        found["general", 2017] += 1
        return found

    monkeypatch.setattr("evalxl.consolidation.totals.counted", wrong)
    report = make(many.results(3), tmp_path)
    assert {finding.code for finding in report.checks} == {"X807"}
    assert report.to_json()["findings"]["error"] >= 1
    assert "X807" in {row["コード"] for row in table(stored(report.output)["検証結果"])}


def test_the_report_has_the_names_of_the_contract(mixed: Report) -> None:
    report = mixed.to_json()
    assert list(report) == ["files", "consolidated", "refused", "findings", "totals", "seconds"]
    assert report["consolidated"] == 55
    assert report["refused"] == [
        {"file": "市民部/壊れた.xlsx", "code": "F001", "message": report["refused"][0]["message"]}
    ]
    assert list(report["findings"]) == ["error", "warning", "info"]
    assert set(report["totals"]) == {row.name for row in many.FORM.costs.rows}
    assert all(isinstance(year, str) for years in report["totals"].values() for year in years)
    assert mixed.checks == []


def test_results_may_come_as_rows_and_in_any_order(tmp_path: Path) -> None:
    results = many.results(8)
    first = make(results, tmp_path, "1.xlsx")
    second = consolidate(
        [tables.extract(r) for r in reversed(results)], tmp_path / "2.xlsx", created="2018年8月1日"
    )
    assert first.totals == second.totals
    assert stored(first.output) == stored(second.output)


def test_the_date_is_todays_when_none_is_given(tmp_path: Path) -> None:
    report = consolidate(many.results(1), tmp_path / "a.xlsx")
    day = datetime.date.today()  # noqa: DTZ011
    assert f"{day.year}年{day.month}月{day.day}日" in str(stored(report.output)["概要"][1][0])


def test_the_package_has_native_charts_and_no_formula_of_newer_excels(mixed: Report) -> None:
    with zipfile.ZipFile(mixed.output) as package:
        names = package.namelist()
        formulas = b"".join(package.read(n) for n in names if n.startswith("xl/worksheets/sheet"))
    assert sum(name.startswith("xl/charts/chart") for name in names) == 3
    assert b"_xlfn" not in formulas
    assert b't="array"' not in formulas
