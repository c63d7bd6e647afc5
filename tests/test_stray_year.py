"""A sheet whose year is a slip of the pen moves no output to that year, and each output tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalxl import cli
from tests.support import many
from tests.support.books import stored
from workbook import filled, pdf
from workbook.styles import Style


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty projects of FY2017, and one whose sheet says 令和9年度."""
    folder = tmp_path_factory.mktemp("city")
    for number in range(21):
        record = many.record(number, 2027 if number == 20 else 2017)
        filled.write(many.FORM, [record], folder / "提出" / f"{number:02}.xlsx", Style(years="era"))
    return folder


@pytest.fixture(autouse=True)
def there(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(city)


def words(sheet: list[list[object]]) -> str:
    return "\n".join(str(cell) for row in sheet for cell in row)


def run(*arguments: str) -> None:
    assert cli.main([*arguments, "--json"]) in (0, 1)


def test_the_summary_book_and_the_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    run("consolidate", "提出", "-o", "集約.xlsx", "--fail-on", "never")
    front = stored(Path("集約.xlsx"))["概要"]
    told = words(front)
    assert "評価年度：平成29年度" in told
    assert "シートがない事業" not in told
    assert "【平成29年度より後のシート】1件あります" in told
    years = next(row for row in front if "平成29年度" in row)
    assert [cell for cell in years if cell][:5] == [
        "区分", "平成27年度", "平成28年度", "平成29年度", "平成30年度",
    ]  # fmt: skip
    assert "平成29年度の対前年度比" in years
    assert not any("令和9年度" in str(cell) for cell in years)
    capsys.readouterr()
    run("status", "集約.xlsx")
    assert json.loads(capsys.readouterr().out)["fiscal_year"] == 2017


def test_a_roll_up() -> None:
    run("rollup", "提出", "--by", "department", "-o", "部別.xlsx", "--format", "xlsx")
    first, *_ = stored(Path("部別.xlsx")).values()
    assert "構成比\n（平成29年度）" in words(first)


def test_the_papers_of_the_council(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    run("report", "提出", "-o", "議会")
    book = stored(Path("議会/主要な施策の成果.xlsx"))
    told = words(book["目次"])
    assert "平成29年度の\n対前年度増減" in told
    assert "平成29年度より後の評価シートが1件あります" in told
    assert "より前の評価シート" not in told
    assert all("平成29年度の評価" in words(page) for name, page in book.items() if name != "目次")


def test_the_pages_for_citizens() -> None:
    run("publish", "提出", "-o", "公表")
    told = Path("公表/index.html").read_text("utf-8")
    assert "評価シートがないため" not in told
    assert "1件の事業は、平成29年度（2017年度）より後の年度の評価を載せています。" in told
    assert "令和9年度" not in told.partition('id="list"')[0].partition("<body")[2]
