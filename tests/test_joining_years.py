"""Sheets of several years: what is one project over the years, what counts, what is told of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalxl import cli
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
