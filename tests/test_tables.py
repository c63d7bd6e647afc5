"""The tidy tables: what they hold, what counts in totals, and that CSV and Parquet keep it exactly."""

from __future__ import annotations

import csv
import dataclasses
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evalxl import annotating, answer_sheet, export, results, tables, totals
from evalxl.counting import speakers
from evalxl.identity import BUDGET
from evalxl.results import FileResult, SheetResult
from evalxl.rules import registry
from evalxl.settings import Settings
from evalxl.tables import FileRows, SheetRows, Table
from tests.support import many
from workbook.record import Record


def rows_of(*results: FileResult) -> list[FileRows]:
    return [tables.extract(result) for result in results]


def sheets_of(*records: Record) -> list[SheetRows]:
    return [
        tables.extract_sheet(SheetResult(record, []), f"{number}.xlsx")
        for number, record in enumerate(records)
    ]


def made_of(*results: FileResult) -> tables.Makers:
    files = rows_of(*results)
    return tables.tidy(files, speakers([sheet for file in files for sheet in file.sheets]).years)


def tidy_of(*results: FileResult) -> dict[str, Table]:
    return {name: make() for name, make in made_of(*results).items()}


def rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*table.columns.values(), strict=True)]


# ---- what the tables hold


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("files", "file sha256 status code project department division"),
        ("projects", "project department division file fiscal_year project_name policy_code policy_name "
         "measure_code budget_account budget_minor period_kind period_start_year summary_A summary_D "
         "directions direction_keep direction_improve_B matrix_cost matrix_outcome"),
        ("costs", "project department division file fiscal_year phase row amount cell counted"),
        ("indicators", "project department division file family slot name unit fiscal_year phase value cell"),
        ("judgements", "project department division file question flagged reason"),
        ("findings", "project department division file code severity field year cell message hint"),
    ],
)  # fmt: skip
def test_every_table_has_its_columns_with_and_without_sheets(name: str, columns: str) -> None:
    for found in (tidy_of(*many.results(2)), tidy_of()):
        missing = set(columns.split()) - set(found[name].columns)
        assert not missing


def test_each_figure_of_a_record_is_one_row_with_its_cell() -> None:
    record = many.record(7)
    found = rows(tidy_of(many.result(record, "a.xlsx"))["costs"])
    assert len(found) == 10 * 4
    for row in found:
        key = f"costs.{row['row']}.{row['fiscal_year']}"
        assert row["amount"] == record[key]
        assert row["cell"] == record.cells[key]
        assert row["phase"] == ("plan" if row["fiscal_year"] == 2018 else "settled")
        assert (row["department"], row["division"], row["file"]) == (
            record["department"], record["division"], "a.xlsx",
        )  # fmt: skip


def test_a_blank_amount_is_none_and_zero_is_zero() -> None:
    record = many.record(0).with_values({"costs.bonds.2017": None, "costs.other.2017": 0})
    found = {
        (r["row"], r["fiscal_year"]): r["amount"] for r in rows(tidy_of(many.result(record, "a"))["costs"])
    }
    assert found["bonds", 2017] is None
    assert found["other", 2017] == 0


def test_judgements_indicators_and_directions_say_what_the_record_says() -> None:
    record = many.record(4)
    found = tidy_of(many.result(record, "a.xlsx"))
    by_question = {row["question"]: row for row in rows(found["judgements"])}
    assert set(by_question) == set("123456789")
    assert by_question["4"]["flagged"] is True
    assert by_question["4"]["reason"] == record["judgements.4.reason"]
    assert by_question["7"]["flagged"] is False
    indicator = rows(found["indicators"])[0]
    assert (indicator["family"], indicator["slot"], indicator["value"]) == ("activity_indicators", "ア", 1974)
    project = rows(found["projects"])[0]
    assert project["directions"] == "事業のやり方改善（有効性改善）"
    assert [n for n, v in project.items() if n.startswith("direction_") and v is True] == [
        "direction_improve_B"
    ]


def test_a_refused_file_is_a_row_and_a_finding() -> None:
    found = tidy_of(many.refused("壊れた.xlsx", reason="empty"), *many.results(1))
    first, second = rows(found["files"])
    assert (first["status"], first["code"], first["project"]) == ("refused", "F001", None)
    assert second["status"] == "consolidated"
    assert rows(found["findings"])[0]["code"] == "F001"


def test_the_project_key_is_the_same_however_codes_and_name_are_typed() -> None:
    record = many.record(0)
    typed = record.with_values({"project_name": f"　{record['project_name']} ", "budget.kan": "０２"})
    assert tables.project_key(typed, "b") == tables.project_key(record, "a")
    assert tables.project_key(record.with_values({"budget.kan": "03"}), "a") != tables.project_key(
        record, "a"
    )
    without_zeros = {f"budget.{part}": record.text(f"budget.{part}").lstrip("0") or "0" for part in BUDGET}
    assert tables.project_key(record.with_values(without_zeros), "a") == tables.project_key(record, "a")
    assert tables.project_key(record.with_values({"project_id": "0042"}), "a") == "0042"
    two = {"budget.minor": "01\n02"}
    assert tables.project_key(record.with_values(two), "a") == tables.project_key(
        record.with_values({"budget.minor": "1\n2"}), "a"
    )
    assert tables.project_key(record.with_values(two), "a") != tables.project_key(
        record.with_values({"budget.minor": "12"}), "a"
    )


def test_sheets_without_a_name_are_never_one_project() -> None:
    nameless = many.record(0).with_values({"project_name": None})
    assert tables.project_key(nameless, "a.xlsx") != tables.project_key(nameless, "b.xlsx")


# ---- which year of which sheet counts


def test_every_year_counts_where_all_sheets_are_of_one_year() -> None:
    counting = speakers(sheets_of(*(many.record(n) for n in range(5))))
    assert counting.years == [frozenset({2015, 2016, 2017, 2018})] * 5
    assert all(counting.latest)


def test_a_project_year_counts_once_and_the_later_sheet_speaks() -> None:
    counting = speakers(sheets_of(many.record(1, 2017), many.record(1, 2018)))
    assert counting.years == [frozenset({2015}), frozenset({2016, 2017, 2018, 2019})]
    assert counting.latest == [False, True]
    assert counting.doubles == [(), ()]


def test_a_year_that_the_later_sheet_leaves_blank_counts_from_the_older_one() -> None:
    blank = {f"costs.{row.name}.2016": None for row in many.FORM.costs.rows}
    counting = speakers(sheets_of(many.record(1, 2017), many.record(1, 2018).with_values(blank)))
    assert counting.years == [frozenset({2015, 2016}), frozenset({2017, 2018, 2019})]


def test_double_submissions_of_one_year_both_count_and_are_told() -> None:
    counting = speakers(sheets_of(many.record(1), many.record(2), many.record(1)))
    assert counting.years[0] == counting.years[2] == frozenset({2015, 2016, 2017, 2018})
    assert counting.doubles == [(0, 2), (), (0, 2)]
    assert counting.doubles[0] is counting.doubles[2]


def test_a_project_whose_codes_changed_between_years_is_not_counted_twice() -> None:
    renumbered = many.record(1, 2018).with_values({"budget.kan": "99"})
    counting = speakers(sheets_of(many.record(1, 2017), renumbered))
    assert counting.years[0] == frozenset({2015})
    assert counting.renumbered == [True, True]


def test_two_projects_of_one_name_in_one_year_stay_two() -> None:
    twin = many.record(1).with_values({"budget.kan": "99"})
    later = many.record(1, 2018)
    counting = speakers(sheets_of(many.record(1), twin, later))
    assert counting.years == [frozenset({2015}), frozenset(range(2015, 2019)), frozenset(range(2016, 2020))]
    assert not any(counting.renumbered)


# ---- totals and the self-check


def test_totals_are_the_records_added_up() -> None:
    records = [many.record(n) for n in range(40)]
    sheets = sheets_of(*records)
    years = speakers(sheets).years
    assert totals.counted(sheets, years) == many.sums((r, None) for r in records)
    assert totals.stated(sheets, years) == totals.counted(sheets, years)


def test_totals_are_exact_where_floats_are_not() -> None:
    tenth = {"costs.general.2017": Decimal("0.1")}
    sheets = sheets_of(*(many.record(n).with_values(tenth) for n in range(10)))
    assert totals.counted(sheets, speakers(sheets).years)["general", 2017] == Decimal(1)


def test_the_self_check_finds_a_row_that_got_lost_or_counted_twice() -> None:
    sheets = sheets_of(*(many.record(n) for n in range(3)))
    years = speakers(sheets).years
    expected = totals.stated(sheets, years)
    assert totals.check(expected, {"合計": totals.counted(sheets, years)}, {}) == []
    kept = [row for row in sheets[0].costs if row[:3:2] != (2017, "general")]
    lost = [dataclasses.replace(sheets[0], costs=kept), *sheets[1:]]
    (finding,) = totals.check(expected, {"合計": totals.counted(lost, years)}, {})
    assert (finding.code, finding.severity, finding.year) == ("X807", "error", 2017)
    twice = totals.counted([sheets[0], *sheets], [years[0], *years])
    findings = totals.check(expected, {"合計": twice}, {"project_total": "事業費計"})
    assert {finding.code for finding in findings} == {"X807"}
    one = next(f for f in findings if f.year == 2017 and "事業費計" in str(f.values["row"]))
    assert one.values["found"] - one.values["expected"] == many.record(0).cost("project_total", 2017)
    assert "事業費計" in one.message()


# ---- CSV and Parquet


def read_csv(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_and_parquet_hold_the_same_exact_figures(tmp_path: Path) -> None:
    import pyarrow.parquet

    record = many.record(3).with_values({"costs.general.2017": Decimal("1234.567"), "costs.other.2017": None})
    found = tidy_of(many.result(record, "a.xlsx"))
    export.write(made_of(many.result(record, "a.xlsx")), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.{ending}" for name in found for ending in ("csv", "parquet")
    )
    parquet = pyarrow.parquet.read_table(tmp_path / "costs.parquet").to_pylist()
    typed = read_csv(tmp_path / "costs.csv")
    for row, exact, text in zip(rows(found["costs"]), parquet, typed, strict=True):
        assert exact["amount"] == row["amount"]
        assert text["amount"] == ("" if row["amount"] is None else str(row["amount"]))
        assert isinstance(exact["amount"], (Decimal, type(None)))
    assert any(row["amount"] == Decimal("1234.567") for row in parquet)


@pytest.mark.parametrize("amount", [Decimal("1e-12"), Decimal("0.123456789012345"), 10**30, -(10**40) + 1])
def test_parquet_takes_any_figure_without_rounding(amount: Decimal | int) -> None:
    record = many.record(0).with_values({"costs.general.2017": amount})
    column = export.to_arrow(tidy_of(many.result(record, "a"))["costs"])["amount"].to_pylist()
    assert amount in column


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1", " =1", "\t=1", "- 研修を行う"]
)
def test_a_text_that_excel_would_run_is_defused_in_csv_and_kept_in_parquet(tmp_path: Path, text: str) -> None:
    import pyarrow.parquet

    found = made_of(many.result(many.record(0).with_values({"project_name": text}), "a.xlsx"))
    export.write(found, tmp_path)
    assert read_csv(tmp_path / "projects.csv")[0]["project_name"] == f"'{text}"
    assert pyarrow.parquet.read_table(tmp_path / "projects.parquet").to_pylist()[0]["project_name"] == text


@pytest.mark.parametrize("text", ["－", "-", "-35", "総務部", "1-2", "「=」"])
def test_a_harmless_text_is_the_same_in_csv(text: str) -> None:
    assert export.safe_text(text) == text


def test_broken_characters_do_not_stop_the_export(tmp_path: Path) -> None:
    found = made_of(many.result(many.record(0).with_values({"project_name": "半\ud800分"}), "a.xlsx"))
    export.write(found, tmp_path)
    assert "半" in read_csv(tmp_path / "projects.csv")[0]["project_name"]


def test_tables_without_any_row_are_written(tmp_path: Path) -> None:
    export.write(made_of(), tmp_path)
    assert read_csv(tmp_path / "costs.csv") == []


def test_all_tables_appear_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet

    (tmp_path / "costs.csv").write_text("old")
    written = 0

    def disk_full(*_: object) -> None:
        nonlocal written
        written += 1
        if written == 4:
            raise OSError("disk full")

    monkeypatch.setattr(pyarrow.parquet, "write_table", disk_full)
    with pytest.raises(OSError, match="disk full"):
        export.write(made_of(*many.results(1)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["costs.csv"]
    assert (tmp_path / "costs.csv").read_text() == "old"


def test_a_figure_that_was_worked_out_is_shown_with_two_decimals_and_exact_in_json(tmp_path: Path) -> None:
    """Such as C312's cost per unit: a fraction without an end."""
    found = many.result(many.record(0).with_values({"activity_indicators.ア.values.2016": 7}), "a.xlsx")
    sheet = found.sheets[0]
    sheet.findings = registry.check(sheet.record, Settings())
    (finding,) = [one for one in sheet.findings if one.code == "C312"]
    exact = Fraction(sheet.record.cost("grand_total", 2016)) / 7
    one_json = finding.to_json("ja")
    assert one_json["expected"] == pytest.approx(float(exact), rel=1e-15)
    assert exact.denominator == 7
    shown = f"{float(exact):.2f}"
    row = next(row for row in tables.extract(found).sheets[0].findings if row[0] == "C312")
    assert row[8] == shown
    table = answer_sheet.table([results.checked(found, lang="ja")], tmp_path / "r.xlsx", "ja")
    ((found_value, expected),) = [row[6:8] for row in zip(*table.values, strict=True) if row[1] == "C312"]
    assert str(found_value) == f"{float(one_json['found']):.2f}"
    assert expected is None  # last year's figure is what is compared with, not what should stand there
    (mark,) = [one for one in annotating.marks_of(found, "ja") if one.code == "C312"]
    assert str(mark.found) == str(found_value)
