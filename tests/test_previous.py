"""Against last year: the same comparison from departments' books, tidy tables or a summary book."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalxl import cli, previous
from evalxl.past import Past, Previous, past_of
from evalxl.rolling import loading
from evalxl.rules import registry
from evalxl.settings import Settings
from tests.support import many
from tests.support.books import stored, table
from tests.support.runs import codes, config, run
from workbook import filled
from workbook.grid import spot_of
from workbook.parts import Book
from workbook.read import read_file
from workbook.record import Record, to_json

SEVENTEEN = [many.record(n, 2017) for n in range(12)]


def later(number: int, **changes: Any) -> Record:
    """The project's sheet of 2018, with the same past as its sheet of 2017."""
    found, before = many.record(number, 2018, **changes), many.record(number, 2017)
    past_values = {k: v for k, v in before.values.items() if ".values." in k and k[-4:] in ("2016", "2017")}
    return found.with_values(past_values)


def past(record: Record, **more: Any) -> Past:
    found = past_of(record)
    for name, value in more.items():
        setattr(found, name, value)
    return found


def fired(record: Record, before: list[Record], settings: Settings | None = None) -> list[tuple[str, Any]]:
    masters = settings.masters if settings else None
    found = Previous([past_of(one) for one in before], masters)
    rules = Settings().beside(masters, found)
    findings = registry.check(record, rules)
    own = (finding for finding in findings if finding.code[0] == "Y" and finding.code != "Y702")
    return [(f.code, f.field if f.code == "Y701" else f.values.get("what")) for f in own]


# ---- where last year comes from


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A consolidation of twelve sheets of 2017: its books, its tables, its summary book."""
    folder = tmp_path_factory.mktemp("2017")
    run({f"{n}.xlsx": one for n, one in enumerate(SEVENTEEN)}, folder / "集約.xlsx", data=folder / "表")
    for n, one in enumerate(SEVENTEEN):
        filled.write(many.FORM, [to_json(one)], folder / "提出" / f"{n}.xlsx")
    return folder


def _figures(pasts: list[Past]) -> dict[str, Mapping[str, Any]]:
    # A dash of a cost is 0 on a sheet and blank in the tables: only what is told in both is compared.
    return {one.name: {k: v for k, v in one.figures.items() if v != 0} for one in pasts}


def test_tables_and_summary_book_hold_the_figures_of_the_sheets(kept: Path) -> None:
    right = [past_of(one) for one in SEVENTEEN]
    tables = [previous.of_rows(sheet) for sheet in loading.of_store(kept / "表").sheets]
    summary = previous.of_summary(str(kept / "集約.xlsx"))
    assert len(right) == len(tables) == len(summary) == 12
    for found in (tables, summary):
        assert _figures(found) == _figures(right)
        assert {p.name: p.indicators for p in found} == {p.name: p.indicators for p in right}
        assert {(p.name, p.fiscal_year, p.identity.section, p.ends) for p in found} == {
            (p.name, p.fiscal_year, p.identity.section, p.ends) for p in right
        }


@pytest.mark.parametrize("source", ["提出", "提出/0.xlsx", "表", "集約.xlsx", "."])
def test_last_year_may_be_given_as_any_of_what_is_left_of_it(
    kept: Path, source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = later(0)
    changed = changed.with_values({"costs.general.2016": (changed.cost("general", 2016) or 0) + 36})
    filled.write(many.FORM, [to_json(changed)], tmp_path / "new.xlsx")
    given = ["validate", str(tmp_path / "new.xlsx"), "--previous", str(kept / source), "--json"]
    assert cli.main(given) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    found = [
        (f["code"], f["field"], f["year"], f["found"] - f["expected"])
        for f in entry["findings"]
        if f["code"] == "Y701"
    ]
    assert found == [("Y701", "costs.general", 2016, 36)]


def test_last_years_folder_with_another_form_or_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "備品台帳"
    (tmp_path / "old").mkdir()
    book.save(tmp_path / "old" / "備品.xlsx")
    filled.write(many.FORM, [to_json(later(0))], tmp_path / "new.xlsx")
    for folder in ("old", "nowhere"):
        assert cli.main(["validate", str(tmp_path / "new.xlsx"), "--previous", str(tmp_path / folder)]) == 2
        told = capsys.readouterr().err
        assert "--previous" in told
        assert ("F003" in told) == (folder == "old")


def test_a_report_is_no_summary_book(kept: Path, tmp_path: Path) -> None:
    assert (
        cli.main(["validate", str(kept / "提出"), "--report", str(tmp_path / "r.xlsx"), "--fail-on", "never"])
        == 0
    )
    assert previous.of_summary(str(tmp_path / "r.xlsx")) == []


# ---- what is compared


def test_the_same_past_gives_nothing() -> None:
    for n in range(12):
        assert fired(later(n), SEVENTEEN) == []


def test_a_rewritten_figure_is_told_but_not_a_new_plan() -> None:
    now = later(1)
    assert fired(now.with_values({"costs.general.2018": 1, "costs.general.2019": 2}), SEVENTEEN) == []
    assert fired(now.with_values({"costs.work_hours.2016": 1}), SEVENTEEN) == [
        ("Y701", "costs.work_hours.2016")
    ]
    # Of a settled year a blank is no figure, but a blank source beside a total is 0.
    assert fired(now.with_values({"costs.work_hours.2016": None}), SEVENTEEN) == []
    assert fired(now.with_values({"costs.general.2016": None}), SEVENTEEN) == [("Y701", "costs.general.2016")]


def test_an_indicator_is_followed_to_another_slot_and_its_changes_are_told() -> None:
    now = later(2)
    table_ = "activity_indicators"
    swap = {f"{table_}.{b}.{k[len(f'{table_}.{a}.'):]}": v for a, b in (("ア", "イ"), ("イ", "ア"))
            for k, v in now.values.items() if k.startswith(f"{table_}.{a}.")}  # fmt: skip
    before = [one.with_values({f"{table_}.ア.values.{y}": 10 for y in (2016, 2017)}) for one in SEVENTEEN]
    same = {f"{table_}.イ.values.{y}": 10 for y in (2016, 2017)}
    assert fired(now.with_values({**swap, **same}), before) == []
    assert fired(now.with_values({**swap, **same, f"{table_}.イ.values.2016": 11}), before) == [
        ("Y701", f"{table_}.イ.values.2016")
    ]
    assert fired(now.with_values({f"{table_}.ア.unit": "箱"}), SEVENTEEN) == [("Y704", "unit")]
    assert fired(now.with_values({f"{table_}.ア.name": "まったく別のもの"}), SEVENTEEN) == [("Y704", "name")]
    gone = {key: None for key in now.values if key.startswith(f"{table_}.ウ.")}
    assert fired(now.with_values(gone), SEVENTEEN) == [("Y704", "gone")]


@pytest.mark.parametrize(("result", "severity"), [(59, "warning"), (60, "info"), (79, "info"), (80, None)])
def test_a_missed_plan_is_graded(result: int, severity: str | None) -> None:
    key = "activity_indicators.イ.values.2018"
    before = SEVENTEEN[3].with_values({key: 100})
    found = Previous([past_of(before)])
    now = later(3).with_values({key: result})
    findings = registry.check(now, Settings().beside(None, found))
    assert [f.severity for f in findings if f.code == "Y703"] == ([severity] if severity else [])


# ---- new, vanished, merged, split


def test_new_and_vanished_projects(tmp_path: Path) -> None:
    before = Previous([past_of(one) for one in SEVENTEEN[1:4]])
    sheets = {f"{n}.xlsx": later(n) for n in (2, 3, 4)}
    report = run(sheets, tmp_path / "a.xlsx", Settings().beside(None, before))
    assert [f.code for f in report.checks] == ["Y706"]
    assert report.checks[0].values["found"] == SEVENTEEN[1].text("project_name")
    assert {
        name: [c for c in own if c == "Y705"] for name, own in codes(report).items() if "Y705" in own
    } == {"4.xlsx": ["Y705"]}


def test_one_file_of_last_year_says_nothing_about_other_sections(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a whole year's folder what is not there is new; from one file only in its own section."""
    own = SEVENTEEN[0]
    added = later(0, project_name="別の事業").with_values({"budget.minor": "77", "budget.major": "78"})
    assert added.text("division") == own.text("division") != later(1).text("division")
    for name, one in {"同じ課の新規": added, "ほかの課": later(1), "ほかの課の新規": later(13)}.items():
        filled.write(many.FORM, [to_json(one)], tmp_path / "new" / f"{name}.xlsx")
    for source, expected in (("提出/0.xlsx", {"同じ課の新規"}), ("提出", {"同じ課の新規", "ほかの課の新規"})):
        given = ["validate", str(tmp_path / "new"), "--previous", str(kept / source), "--json"]
        cli.main([*given, "--fail-on", "never"])
        entries = json.loads(capsys.readouterr().out)
        new = {e["file"] for e in entries if "Y705" in [f["code"] for f in e["findings"]]}
        assert {Path(name).stem for name in new} == expected


def test_sheets_that_are_not_of_an_earlier_year_are_told(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong folder must not look like a year in which nothing was rewritten."""
    books, before = str(kept / "提出"), str(kept / "提出" / "0.xlsx")
    output = tmp_path / "集約.xlsx"
    for verb in (["validate", books], ["consolidate", books, "-o", str(output)]):
        for lang, words in (("ja", "平成29年度"), ("en", "Nothing was compared")):
            cli.main([*verb, "--previous", before, "--fail-on", "never", "--lang", lang])
            assert words in capsys.readouterr().err
    assert any("比べていません" in str(cell) for row in stored(output)["概要"] for cell in row)
    filled.write(many.FORM, [to_json(later(0))], tmp_path / "new.xlsx")
    cli.main(["validate", str(tmp_path / "new.xlsx"), "--previous", before, "--fail-on", "never"])
    assert "前の年度がありません" not in capsys.readouterr().err


def test_what_was_to_end_has_not_vanished(tmp_path: Path) -> None:
    before = Previous([past(SEVENTEEN[0], ends=True), past_of(SEVENTEEN[1])])
    report = run({"1.xlsx": later(1)}, tmp_path / "a.xlsx", Settings().beside(None, before))
    assert report.checks == []


MERGE = (
    "project_id,project_name,department,division,from_year,to_year,successor\n"
    "1,{a},{as_},,29,新しい事業\n2,{b},{bs},,29,新しい事業\n3,新しい事業,{as_},30,,\n"
)


def test_two_projects_that_became_one_are_compared_with_their_sum(tmp_path: Path) -> None:
    a, b = SEVENTEEN[0], SEVENTEEN[12 - 1]
    sections = [f"{one.text('department')},{one.text('division')}" for one in (a, b)]
    text = MERGE.format(a=a.text("project_name"), b=b.text("project_name"), as_=sections[0], bs=sections[1])
    settings = config(projects=text)
    new = later(0, project_name="新しい事業")
    new = new.with_values({f"budget.{part}": "77" for part in ("major", "minor")})
    added = {
        f"costs.{row.name}.{year}": (a.cost(row.name, year) or 0) + (b.cost(row.name, year) or 0)
        for row in many.FORM.costs.rows
        for year in (2016, 2017)
    }
    assert fired(new.with_values(added), [a, b], settings) == []
    assert fired(new, [a, b], settings) == []  # one project's own figures may stand as well
    wrong = {**added, "costs.general.2016": added["costs.general.2016"] + 1}
    assert fired(new.with_values(wrong), [a, b], settings) == [("Y701", "costs.general.2016")]
    before = Previous([past_of(a), past_of(b)], settings.masters)
    report = run({"n.xlsx": new}, tmp_path / "x.xlsx", Settings().beside(settings.masters, before))
    assert "Y706" not in [f.code for f in report.checks]


def test_one_project_that_became_two_is_neither_new_nor_rewritten() -> None:
    a = SEVENTEEN[0]
    section = f"{a.text('department')},{a.text('division')}"
    text = (
        "project_name,department,division,from_year,to_year,successor\n"
        f"{a.text('project_name')},{section},,29,東の事業；西の事業\n東の事業,{section},30,,\n西の事業,{section},30,,\n"
    )
    for name in ("東の事業", "西の事業"):
        new = later(0, project_name=name).with_values({"budget.minor": "77", "budget.major": "78"})
        new = new.with_values({"costs.general.2016": 1})
        assert fired(new, [a], config(projects=text)) == []
        assert fired(new, [a]) == [("Y705", None)]


def test_a_renamed_section_is_followed_and_two_of_the_same_name_are_told_apart() -> None:
    one = many.record(0, 2017, project_name="庶務事業")
    other = many.record(0, 2017, project_name="庶務事業", division="広報課").with_values(
        {"costs.general.2016": 5, "budget.minor": "81"}
    )
    now = later(0, project_name="庶務事業", division="管理課").with_values({"budget.minor": "82"})
    assert fired(now, [one, other]) == [("Y705", None)]
    organization = (
        "部,課,開始年度,終了年度,引継先\n総務部,総務課,,29,管理課\n総務部,管理課,30,,\n総務部,広報課,,,\n"
    )
    assert fired(now, [one, other], config(organization=organization)) == []


# ---- the table of rewritten figures


def test_the_table_of_rewritten_figures_has_both_and_their_place(tmp_path: Path) -> None:
    before = Previous([past_of(one) for one in SEVENTEEN])
    now = later(4)
    old = now.cost("general", 2017) or 0
    output = tmp_path / "a.xlsx"
    settings = Settings().beside(None, before)
    run({"n.xlsx": now.with_values({"costs.general.2017": old - 7})}, output, settings, data=tmp_path / "表")
    (row,) = pd.read_parquet(tmp_path / "表" / "rewritten.parquet").to_dict("records")
    assert (row["field"], row["fiscal_year"], row["before"], row["after"], row["difference"]) == (
        "costs.general", 2017, old, old - 7, -7,
    )  # fmt: skip
    (shown,) = table(stored(output)["過去数値の変更"])
    assert (shown["項目"], shown["年度"], shown["差"]) == ("一般財源", "平成29年度", -7)


def test_last_years_sheets_go_to_other_processes() -> None:
    before = Previous([past_of(one) for one in SEVENTEEN])
    again = pickle.loads(pickle.dumps(before))
    assert again.digest == before.digest
    assert again.year_before(2018) == 2017
    assert again.year_before(2017) is None


# ---- what was rolled over and not touched


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A sheet of 2017 without formulas of ours, and the sheet of 2018 that is made from it."""
    folder = tmp_path_factory.mktemp("更新")
    before = folder / "2017" / "a_2017.xlsx"
    filled.write(many.FORM, [to_json(SEVENTEEN[3])], before)
    assert cli.main(["rollover", str(before), "-o", str(folder / "2018")]) == 0
    return before, folder / "2018" / "a_2018.xlsx"


def _left(path: Path, before: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str, int]]:
    cli.main(["validate", str(path), "--previous", str(before), "--json"])
    ((sheet),) = json.loads(capsys.readouterr().out)
    own = [f for f in sheet["findings"] if f["code"] == "Y707"]
    assert all(f["severity"] == "warning" and f["cell"] for f in own)
    return [(f["code"], f["field"].partition(".")[0], f["year"]) for f in own]


def test_a_plan_that_rollover_put_there_and_nobody_overwrote_is_told(
    rolled: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = rolled
    assert _left(after, before, capsys) == [("Y707", "activity_indicators", 2018), ("Y707", "costs", 2018)]


@pytest.mark.parametrize("key", ["costs.work_hours.2018", "activity_indicators.ア.values.2018"])
def test_one_figure_that_came_out_otherwise_shows_that_the_plan_was_overwritten(
    rolled: tuple[Path, Path], key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = rolled
    (record,) = read_file(after).records
    cell = record.cells[key].partition("!")[2]
    book = Book(after.read_bytes())
    book.sheet(record.sheet).put(spot_of(cell), 77)
    changed = tmp_path / "a_2018.xlsx"
    changed.write_bytes(book.to_bytes())
    other = "activity_indicators" if key.startswith("costs") else "costs"
    assert [table for _, table, _ in _left(changed, before, capsys)] == [other]


def test_few_figures_or_zeros_as_planned_are_not_asked_about() -> None:
    before = many.record(3, 2017)
    planned = {key: before[key] for key in before.values if key.startswith("costs.") and key.endswith("2018")}
    assert ("Y707", "costs") in fired(later(3).with_values(planned), [before])
    none = {key: 0 if "hours" not in key else value for key, value in planned.items()}
    assert ("Y707", "costs") not in fired(later(3).with_values(none), [before.with_values(none)])
