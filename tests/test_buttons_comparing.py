"""検証 and 提出 with the masters and last year's sheets of the settings: as the command line has it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from evalxl import cli
from tests.support import many
from tests.support.pressing import Desk
from udfs.buttons import comparing
from workbook import filled
from workbook.record import to_json

RESULTS = "検証結果"
ORGANIZATION = "部,課\n総務部,情報政策課\n"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """This year's book, last year's, masters, and settings that name them."""
    now, before = many.record(0, 2018), many.record(0, 2017)
    now = now.with_values({"costs.general.2016": (before.cost("general", 2016) or 0) + 36})
    filled.write(many.FORM, [to_json(now)], tmp_path / "今年度.xlsx")
    filled.write(many.FORM, [to_json(before)], tmp_path / "前年度" / "前.xlsx")
    (tmp_path / "マスター").mkdir()
    (tmp_path / "マスター" / "organization.csv").write_bytes(ORGANIZATION.encode("cp932"))
    text = "master = 'マスター'\nprevious = '前年度'\n"
    (tmp_path / "evalxl.toml").write_text(text, encoding="utf-8")
    return tmp_path


def listed(desk: Desk) -> list[tuple[Any, Any]]:
    """Code and message of each finding on the sheet of results."""
    values = desk.excel.app.books.active.sheets[RESULTS].used_range.api.Value
    return sorted((row[1], row[3]) for row in values[3:])


def commanded(capsys: pytest.CaptureFixture[str], *given: object) -> list[tuple[str, str]]:
    capsys.readouterr()
    cli.main(["validate", *map(str, given), "--json"])
    entries = json.loads(capsys.readouterr().out)
    return sorted((f["code"], f["message"]) for entry in entries for f in entry["findings"])


def test_the_findings_are_those_of_the_command_line(
    quick: Desk, city: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = quick.excel.open(city / "今年度.xlsx")
    assert quick.press("validate") == []
    quick.saved(city / "写し.xlsx")
    beside = ["--master", city / "マスター", "--previous", city / "前年度"]
    assert listed(quick) == commanded(capsys, city / "写し.xlsx", *beside)
    codes = {code for code, _ in listed(quick)}
    assert {"Y701", "H103"} <= codes
    plain = city / "別" / "evalxl.toml"
    plain.parent.mkdir()
    plain.write_text("")
    alone = {code for code, _ in commanded(capsys, city / "写し.xlsx", "--config", plain)}
    assert not {"Y701", "H103"} & alone
    monkeypatch.chdir(city)
    assert listed(quick) == commanded(capsys, city / "写し.xlsx"), "the settings hold there, too"
    assert len(book.sheets) == 3


def test_handing_in_checks_the_same_way(quick: Desk, city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick.excel.open(city / "今年度.xlsx")
    quick.press("validate")
    errors = sum(
        row[0] == "誤り" for row in quick.excel.app.books.active.sheets[RESULTS].used_range.api.Value
    )
    assert {"Y701", "H103"} <= {code for code, _ in listed(quick)}
    quick.excel.picks = [city / "提出先"]
    quick.answer(6)
    asked, told = quick.press("submit")
    assert f"誤りが{errors}件" in asked
    (handed,) = (city / "提出先").iterdir()
    assert str(handed) in told
    capsys.readouterr()
    line = ["submit", city / "今年度.xlsx", "--to", city / "別の提出先", "--config", city / "evalxl.toml"]
    assert cli.main([*map(str, line), "--json"]) == 1
    (sheet,) = json.loads(capsys.readouterr().out)["sheets"]
    assert sum(finding["severity"] == "error" for finding in sheet["findings"]) == errors


def test_handing_in_goes_on_where_a_folder_is_away(quick: Desk, city: Path) -> None:
    shutil.rmtree(city / "マスター")
    shutil.rmtree(city / "前年度")
    quick.excel.open(city / "今年度.xlsx")
    quick.excel.picks = [city / "提出先"]
    quick.answer(6)
    _, told = quick.press("submit")
    assert len(list((city / "提出先").iterdir())) == 1
    assert "マスターを読めないため" in told
    assert "前の年度のシートを読めないため" in told


def test_last_year_is_read_once_and_anew_when_it_changes(
    quick: Desk, city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalxl.commands import beside

    reads: list[str] = []
    real = beside.previous_of
    monkeypatch.setattr(
        beside,
        "previous_of",
        lambda context, place, *rest: reads.append(place) or real(context, place, *rest),
    )
    quick.excel.open(city / "今年度.xlsx")
    for _ in range(2):
        quick.press("validate")
    assert reads == [str(city / "前年度")]
    first = listed(quick)
    shutil.copy(city / "今年度.xlsx", city / "前年度" / "別.xlsx")
    quick.press("validate")
    assert len(reads) == 2
    assert listed(quick) == first


@pytest.mark.parametrize(
    ("gone", "word"), [("マスター", "マスターを読めないため"), ("前年度", "前の年度のシートを読めないため")]
)
def test_a_folder_that_is_away_is_told_and_no_more(quick: Desk, city: Path, gone: str, word: str) -> None:
    shutil.rmtree(city / gone)
    quick.excel.open(city / "今年度.xlsx")
    (told,) = quick.press("validate")
    assert word in told
    assert gone in told
    codes = {code for code, _ in listed(quick)}
    assert codes & {"Y701", "H103"} == ({"Y701"} if gone == "マスター" else {"H103"})


def test_a_wrong_master_is_told_with_its_line(quick: Desk, city: Path) -> None:
    (city / "マスター" / "organization.csv").write_text("部,課\n総務部,\n", encoding="utf-8")
    quick.excel.open(city / "今年度.xlsx")
    (told,) = quick.press("validate")
    assert "2行目" in told
    assert "Y701" in {code for code, _ in listed(quick)}


def test_a_file_of_last_year_s_that_cannot_be_read_is_named(quick: Desk, city: Path) -> None:
    for number in range(5):
        (city / "前年度" / f"壊れた{number}.xlsx").write_bytes(b"PK")
    quick.excel.open(city / "今年度.xlsx")
    for _ in range(2):  # also when last year's is not read again
        (told,) = quick.press("validate")
        assert "壊れた0.xlsx" in told
        assert "ほか2件" in told


def test_last_year_s_that_are_of_this_year_are_told(quick: Desk, city: Path) -> None:
    shutil.copy(city / "今年度.xlsx", city / "前年度" / "前.xlsx")
    quick.excel.open(city / "今年度.xlsx")
    (told,) = quick.press("validate")
    assert "平成30年度" in told


def test_esc_stops_the_reading_of_last_year_and_changes_nothing(quick: Desk, city: Path) -> None:
    comparing._kept.clear()
    book = quick.excel.open(city / "今年度.xlsx")
    before = quick.state()
    assert quick.press("validate", escaped=True) == ["検証を中止しました。何も変えていません。"]
    assert ([sheet.name for sheet in book.sheets], quick.state()) == (["評価シート"], before)
