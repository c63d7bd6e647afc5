"""Sheets of several years: what is one project over the years, what counts, what is told of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import evalxl
from evalxl import cli
from evalxl.pages import gather, opendata, views
from evalxl.past import Previous, past_of
from evalxl.settings import Settings
from tests.support import many
from tests.support.books import stored
from tests.support.layouts import Style, write_book
from tests.support.records import sample
from tests.support.runs import config, run
from workbook.record import Record

ORGANIZATION = """部,課,開始年度,終了年度,引継先
市民部,保育課,,2017,教育部保育課
教育部,保育課,2018,,
"""
HEAD = "事務事業名,部,課,開始年度,終了年度,引継先\n"
LISTED_ANEW = HEAD + "保育所事業,市民部,保育課,,2017,\n保育所事業,教育部,保育課,2018,,\n"
"""A project under its old section and under the new one, as a city keeps its list: no successor is named."""


def sheet(year: int, section: tuple[str, str] = ("総務部", "財政課"), **changes: Any) -> Record:
    """A project's sheet of that year; its figures of a year are the same on each, but for plans."""
    department, division = section
    named = {"project_name": changes.pop("project_name", "保育所事業")}
    record = many.record(3, year, department=department, division=division, **named)
    return record.with_values({name.replace("__", "."): value for name, value in changes.items()})


def first_page(book: Path) -> str:
    return "\n".join(str(cell) for row in stored(book)["概要"] for cell in row if cell)


def totals(report: Any) -> dict[str, Any]:
    found: dict[str, Any] = report.to_json()["totals"]["project_total"]
    return found


OLD, NEW = ("市民部", "保育課"), ("教育部", "保育課")
TWICE = {
    "2017.xlsx": sheet(2017, OLD),
    "2018.xlsx": sheet(2018, NEW),
    "2018（再提出）.xlsx": sheet(2018, NEW, outline="2回目に提出した説明です。"),
}


@pytest.mark.parametrize(
    "masters",
    [
        {},
        {"projects": LISTED_ANEW},
        {"projects": LISTED_ANEW, "organization": ORGANIZATION},
        {"organization": ORGANIZATION},
    ],
    ids=lambda masters: "+".join(masters) or "none",
)
def test_a_double_submission_does_not_bring_back_last_years_sheet(
    masters: dict[str, str], tmp_path: Path
) -> None:
    """Masters join what was reorganised; that a list has a row for each year makes no two projects of one."""
    report = run(TWICE, tmp_path / "a.xlsx", config(**masters))
    one = sheet(2018, NEW).cost("project_total", 2017)
    assert one is not None
    assert totals(report)["2017"] == 2 * one
    told = first_page(tmp_path / "a.xlsx")
    assert "【二重提出】" in told
    assert "のシートがない事業】" not in told


def test_a_double_submission_with_new_codes_is_joined_with_last_years_sheet(tmp_path: Path) -> None:
    files = {
        "2017": [sheet(2017)],
        "2018": [sheet(2018, budget__kan="99"), sheet(2018, budget__kan="99", outline="再提出")],
    }
    report = run(
        {f"{year}_{i}.xlsx": one for year, found in files.items() for i, one in enumerate(found)},
        tmp_path / "a.xlsx",
    )
    one = sheet(2018).cost("project_total", 2017)
    assert one is not None
    assert totals(report)["2017"] == 2 * one


def test_only_sheets_whose_codes_differ_are_said_to_differ(tmp_path: Path) -> None:
    """A section that was renamed changes no code."""
    city = config(projects=LISTED_ANEW, organization=ORGANIZATION)
    moved = {"2017.xlsx": sheet(2017, OLD), "2018.xlsx": sheet(2018, NEW)}
    run(moved, tmp_path / "a.xlsx", city)
    assert "コードが違います" not in first_page(tmp_path / "a.xlsx")
    recoded = {
        "3.xlsx": sheet(2017, project_name="別の事業"),
        "4.xlsx": sheet(2018, project_name="別の事業", budget__kan="99"),
    }
    run(moved | recoded, tmp_path / "b.xlsx", city)
    assert "2件のシートは、年度間でコードが違いますが" in first_page(tmp_path / "b.xlsx")


def test_what_is_counted_twice_is_told_with_its_amount_on_every_face(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy and its original: on the first page, on every screen, in the council's papers."""
    written_twice(tmp_path / "提出")
    amount = f"{sample()['costs']['project_total']['2017']:,}千円"
    book, data = tmp_path / "a.xlsx", tmp_path / "表"
    places = [str(tmp_path / "提出")]
    cli.main(["consolidate", *places, "-o", str(book), "--data", str(data)])
    told = [capsys.readouterr().err, first_page(book)]
    cli.main(["rollup", str(data), "--by", "課"])
    told.append(capsys.readouterr().out)
    cli.main(["report", *places, "-o", str(tmp_path / "議会")])
    told += [capsys.readouterr().out, str(stored(tmp_path / "議会" / "主要な施策の成果.xlsx"))]
    cli.main(["publish", *places, "-o", str(tmp_path / "公表")])
    told.append(capsys.readouterr().err)
    for text in told:
        assert f"平成29年度の事業費計には、2枚目からのシートの{amount}が重なって" in text


def written_twice(folder: Path) -> None:
    folder.mkdir()
    for name in ("a.xlsx", "写し.xlsx"):
        write_book(folder / name, [sample()], Style())


# ---- ended, split, moved


ENDED = HEAD + "保育所事業,総務部,財政課,,2017,\n相談事業,総務部,財政課,,,\n"


def two_years() -> dict[str, Record]:
    """Of one project there are both years' sheets, of another only the first year's."""
    return {
        "2017.xlsx": sheet(2017),
        "相談2017.xlsx": sheet(2017, project_name="相談事業"),
        "相談2018.xlsx": sheet(2018, project_name="相談事業"),
    }


def test_the_plan_of_a_project_that_ended_is_not_in_the_next_years_total(
    tmp_path: Path,
) -> None:
    """By the master; without it nobody knows, and the plan counts and is told, as it was."""
    one, plan = (sheet(year).cost("project_total", 2018) for year in (2018, 2017))
    assert one is not None
    assert plan is not None
    book, data = tmp_path / "a.xlsx", tmp_path / "表"
    report = run(two_years(), book, config(projects=ENDED), data=data)
    assert totals(report)["2018"] == one
    assert "【終了した事業】マスターで終了した事業の、終了後の年度の計画1件" in first_page(book)
    assert f"保育所事業 平成30年度 {plan:,}千円" in first_page(book)
    assert "のシートがない事業】" not in first_page(book)
    assert not [finding for finding in report.checks if finding.code == "X807"]
    unknown = run(two_years(), tmp_path / "b.xlsx")
    assert totals(unknown)["2018"] == one + plan
    assert "【平成30年度のシートがない事業】1件" in first_page(tmp_path / "b.xlsx")


def test_pages_for_citizens_leave_out_the_plan_of_a_project_that_ended() -> None:
    masters = config(projects=ENDED).masters
    files = [gather.public(many.result(one, name), (), "ja") for name, one in two_years().items()]
    gathered = gather.gather(files, masters)
    lines = {line.label: line.values for line in views.overview(gathered).lines}
    one = sheet(2018).cost("project_total", 2018)
    assert lines["事業費計(A)"][2] == f"{one:,}"
    tables = opendata.public_tables(gathered.projects, ())
    rows = zip(*(tables["costs"].columns[name] for name in ("fiscal_year", "row", "amount")), strict=True)
    assert sum(amount or 0 for year, row, amount in rows if (year, row) == (2018, "project_total")) == one
    assert any("終了した事業" in remark.head for remark in gathered.remarks)


def test_a_project_that_goes_on_under_another_row_of_the_master_has_not_ended(tmp_path: Path) -> None:
    """Its sheet of the new year is missing, which is told; what was planned is all that is known of it."""
    goes_on = (
        HEAD + "保育所事業,総務部,財政課,,2017,\n保育所事業,総務部,会計課,2018,,\n相談事業,総務部,財政課,,,\n"
    )
    report = run(two_years(), tmp_path / "a.xlsx", config(projects=goes_on))
    assert "終了した事業" not in first_page(tmp_path / "a.xlsx")
    assert [finding.code for finding in report.checks] == ["X801"]


def test_a_project_that_ended_by_the_master_has_not_vanished(tmp_path: Path) -> None:
    masters = config(projects=ENDED).masters
    pasts = [past_of(one) for name, one in two_years().items() if "2017" in name]
    for known, expected in ((masters, []), (None, ["Y706"])):
        settings = Settings().beside(known, Previous(pasts, known))
        report = run({"a.xlsx": sheet(2018, project_name="相談事業")}, tmp_path / "a.xlsx", settings)
        assert [finding.code for finding in report.checks] == expected


SPLIT = (
    HEAD + "通報事業,総務部,財政課,,2017,予防事業、通い事業\n見守り事業,総務部,財政課,,2017,通い事業\n"
    "予防事業,総務部,財政課,2018,,\n通い事業,総務部,財政課,2018,,\n"
)


def test_figures_of_a_project_that_was_split_stay_its_own_and_are_told(tmp_path: Path) -> None:
    """Nothing says how they divide; what became one with another goes over into it whole."""
    names = {2017: ("通報事業", "見守り事業"), 2018: ("予防事業", "通い事業")}
    files = {
        f"{year}{name}.xlsx": sheet(year, project_name=name, budget__minor=f"{year % 7}{number}")
        for year, found in names.items()
        for number, name in enumerate(found)
    }
    report = run(files, tmp_path / "a.xlsx", config(projects=SPLIT), data=tmp_path / "表")
    assert not any("X802" in row[0] for one in report.sheets for row in one.findings)
    assert "【分かれた事業】分かれた事業1件" in first_page(tmp_path / "a.xlsx")
    assert "（通報事業）" in first_page(tmp_path / "a.xlsx")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "projects.csv").write_text(SPLIT, encoding="utf-8")
    rolled = evalxl.rollup([tmp_path / "表"], "事業", year=[2015, 2018], master=tmp_path / "m")
    found = {line["path"][0]: line["amounts"] for line in rolled["lines"]}
    old, new = sheet(2017).cost("project_total", 2015), sheet(2018).cost("project_total", 2018)
    assert found == {
        "通報事業": {"2015": old, "2018": None},
        "通い事業": {"2015": old, "2018": new},
        "予防事業": {"2015": None, "2018": new},
    }
    assert any("分かれた事業1件" in note for note in rolled["notes"])


def test_a_project_that_moved_section_and_codes_at_once_is_told_and_joined_only_by_the_master(
    tmp_path: Path,
) -> None:
    moved = {
        "2017.xlsx": sheet(2017, ("市民部", "福祉課"), project_name="移動事業"),
        "2018.xlsx": sheet(2018, ("市民部", "市民課"), project_name="移動事業", budget__kan="77"),
    }
    one = sheet(2018).cost("project_total", 2017)
    assert one is not None
    rows = "移動事業,市民部,福祉課,,2017,{}\n移動事業,市民部,市民課,2018,,\n"
    for masters in ({}, {"projects": HEAD + rows.format("")}):
        report = run(moved, tmp_path / "a.xlsx", config(**masters))
        assert totals(report)["2017"] == 2 * one
        told = first_page(tmp_path / "a.xlsx")
        assert "【同じ名前の事業】" in told
        assert "移動事業: 平成29年度 市民部福祉課→平成30年度 市民部市民課" in told
    report = run(moved, tmp_path / "b.xlsx", config(projects=HEAD + rows.format("移動事業")))
    assert totals(report)["2017"] == one
    assert "同じ名前の事業" not in first_page(tmp_path / "b.xlsx")


def test_two_projects_of_one_name_that_both_have_sheets_each_year_are_no_news(tmp_path: Path) -> None:
    files = {
        f"{year}{division}.xlsx": sheet(year, ("市民部", division), budget__kan=kan)
        for year in (2017, 2018)
        for division, kan in (("福祉課", "11"), ("市民課", "22"))
    }
    run(files, tmp_path / "a.xlsx")
    assert "同じ名前の事業" not in first_page(tmp_path / "a.xlsx")
