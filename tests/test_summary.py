"""The summary book: right stored values, formulas that give the same, text that stays text, links, limits."""

from __future__ import annotations

import datetime
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from evalxl import tables, totals
from evalxl.consolidation import Report, consolidate
from tests.support import many
from tests.support.books import (
    CHOICE,
    EVIL,
    FIRST,
    HEAD,
    ROLLUPS,
    SHEETS,
    TABLES,
    changed_cells,
    evil_record,
    make,
    opened,
    stored,
    table,
    two_years,
)
from tests.support.office import Office
from tests.support.runs import PROJECTS, config, run
from workbook.errors import OutputLocked
from workbook.marks import is_own_output
from workbook.summary import book


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("mixed")
    return make(two_years(folder), folder)


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


def test_a_text_right_behind_a_figure_is_set_off_from_it(mixed: Report) -> None:
    book = opened(mixed.output)
    behind = 0
    for sheet in (book[name] for name in ("一覧", "コスト", "指標", "方向性")):
        rights = [
            any(isinstance(cell.value, (int, float)) and cell.alignment.horizontal is None for cell in cells)
            for cells in sheet.iter_cols(min_row=2)
        ]
        for after, cell in zip(rights, sheet[2][1:], strict=False):
            if isinstance(cell.value, str) and cell.alignment.horizontal != "center":
                looks = (cell.alignment.horizontal, cell.alignment.indent)
                assert looks == (("left", 1) if after else (None, 0)), cell.coordinate
                behind += after
    assert behind > 2


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


def test_a_section_of_which_nothing_came_in_stands_on_the_overview_too(tmp_path: Path) -> None:
    projects = (
        PROJECTS
        + "電算セキュリティ対策事業,総務部,情報システム課,1,10,5,50,1,1,\n"
        + "広報事業,総務部,秘書広報課,1,2,3,4,1,1,\n"
        + "市民相談事業,市民部,市民課,1,2,3,4,1,2,\n"
    )
    organization = "department,division\n総務部,秘書広報課\n総務部,情報システム課\n市民部,市民課\n"
    run({"a.xlsx": {}}, tmp_path / "集約.xlsx", config(projects=projects, organization=organization))
    overview = stored(tmp_path / "集約.xlsx")["概要"]
    first = next(number for number, row in enumerate(overview) if row[0] == "部") + 1
    lines = [(row[0], row[4], *row[8:12]) for row in overview[first:] if row[4]]
    assert [(line[0], line[1], line[2]) for line in lines] == [
        ("総務部", "情報システム課", 1), ("総務部", "秘書広報課", 0), ("市民部", "市民課", 0),
    ]  # fmt: skip
    assert lines[1][3:] == (0, 0, 0)


def test_only_figures_that_are_not_whole_show_decimals(tmp_path: Path) -> None:
    half = {"costs.staff_count.2017": Decimal("1.5")}
    run({"a.xlsx": half}, tmp_path / "集約.xlsx")
    sheet = opened(tmp_path / "集約.xlsx")["コスト"]
    column = next(cell.column for cell in sheet[1] if cell.value == "正規職員従事人数")
    shown = {cell.value: cell.number_format for (cell,) in sheet.iter_rows(2, None, column, column)}
    assert shown.pop(1.5) == "#,##0.0;▲#,##0.0;0"
    assert set(shown.values()) == {"#,##0;▲#,##0;0"}


def test_all_sheets_are_listed_also_those_that_do_not_count(mixed: Report) -> None:
    values = {name: table(values) for name, values in stored(mixed.output).items() if name in TABLES}
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
    assert sum(row["状況"] in ("提出", "差戻し") for row in ledger.values()) == 53


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


def test_every_figure_of_the_listing_and_the_costs_leads_to_its_cell(tmp_path: Path) -> None:
    found = many.results(4, folder=str(tmp_path))
    record = found[2].sheets[0].record
    path = make(found, tmp_path).output
    for name, titles in (
        ("一覧", ("前年度 事業費計", "事業費計", "人件費計")),
        ("コスト", ("一般財源", "事業費計")),
    ):
        sheet = opened(path)[name]
        head = [cell.value for cell in sheet[1]]
        rows = [row for row in sheet.iter_rows(min_row=2) if row[2].value == record["project_name"]]
        assert rows
        for row in rows:
            for title in titles:
                cell = row[head.index(title)]
                if cell.value is None:
                    continue
                sheet_name, _, place = cell.hyperlink.location.rpartition("!")
                key = next(k for k, where in record.cells.items() if where.endswith(f"!{place}"))
                assert sheet_name == "'評価シート'"
                assert record[key] == cell.value
                assert cell.hyperlink.target.endswith("_003.xlsx")


def test_each_file_is_one_relation_however_many_links_lead_to_it(mixed: Report) -> None:
    with zipfile.ZipFile(mixed.output) as package:
        names = [name for name in package.namelist() if name.startswith("xl/worksheets/_rels/")]
        for name in names:
            targets = re.findall(rb'Target="([^"]+)" TargetMode="External"', package.read(name))
            if name != "xl/worksheets/_rels/sheet10.xml.rels":  # the short list of movers is XlsxWriter's own
                assert len(targets) == len(set(targets)), name


def test_links_beyond_excels_number_are_told_and_counting_figures_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalxl.summary.tables.MAX_LINKS", 120)
    results = many.results(3, 2017, str(tmp_path)) + many.results(3, 2018, str(tmp_path))
    path = make(results, tmp_path).output
    words = "\n".join(str(cell) for row in stored(path)["概要"] for cell in row)
    assert "リンクがありません" in words
    sheet = opened(path)["コスト"]
    head = [cell.value for cell in sheet[1]]
    linked = {0: 0, 1: 0}
    for row in sheet.iter_rows(min_row=2):
        figures = row[head.index("国庫支出金") : head.index("トータルコスト") + 1]
        linked[row[head.index("集計対象")].value] += sum(bool(cell.hyperlink) for cell in figures)
        assert row[head.index("出典")].hyperlink
    assert linked[0] == 0
    assert 0 < linked[1] <= 120 - 24


def test_the_projects_that_moved_most_are_listed(mixed: Report) -> None:
    values = stored(mixed.output)["増減の大きい事業"]
    start = next(n for n, row in enumerate(values) if row[0] == "順位")
    rises = [row[6] for row in values[start + 1 :] if isinstance(row[0], float)]
    amounts: dict[Any, dict[int, Any]] = {}
    for row in table(stored(mixed.output)["コスト"]):
        if row["集計対象"] == 1 and row["年度"] in (2017, 2018):
            key = (row["部"], row["課"], row["事業名"])
            amounts.setdefault(key, {})[int(row["年度"])] = row["事業費計"]
    # A double submission is two projects here, so only those that stand once are compared.
    largest = sorted((a.get(2018, 0) - a.get(2017, 0) for a in amounts.values()), reverse=True)
    assert rises[0] == largest[0]
    assert rises[:10] == sorted(rises[:10], reverse=True)


# ---- what LibreOffice makes of it


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
@pytest.mark.parametrize(("sheet", "depth"), ROLLUPS.items())
def test_another_year_can_be_compared_with_the_one_before(
    mixed: Report, office: Office, sheet: str, depth: int
) -> None:
    name = f"{sheet}前年度比"
    place = f"{chr(64 + depth)}{CHOICE + 1}"
    for year in (2017, 2018):
        found = office.read(mixed.output, changes=[(name, place, float(year))])[name]
        assert found.errors == ""
        line = next(values for values in found.values if values[0] == "合　計")
        for number, row in enumerate(("project_total", "labour_total", "grand_total")):
            before, this = (mixed.totals[row, y] for y in (year - 1, year))
            first = depth + 4 * number
            assert [Decimal(v) for v in line[first : first + 3]] == [before, this, this - before]
            assert line[first + 3] == pytest.approx(float((this - before) / before))


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
    assert sum(name.startswith("xl/charts/chart") for name in names) == 7
    assert b"_xlfn" not in formulas
    assert b't="array"' not in formulas


def test_a_stack_of_sources_stands_on_zero(tmp_path: Path) -> None:
    """Figures that are nearly the same would else get an axis that starts high up, and columns that lie."""
    name = "costs.general.{}".format
    lowered = many.record(0).with_values({name(year): -(10**6) for year in (2015, 2016, 2017, 2018)})
    for number, (record, zero) in enumerate([(many.record(0), True), (lowered, False)]):
        consolidate([many.result(record, "a.xlsx")], tmp_path / f"{number}.xlsx", created="2018年8月1日")
        with zipfile.ZipFile(tmp_path / f"{number}.xlsx") as book:
            charts = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/charts/chart")]
        (stacked,) = [chart for chart in charts if "財源別" in chart]
        assert ('<c:min val="0"/>' in stacked) is zero
