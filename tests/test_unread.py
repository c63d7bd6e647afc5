"""Figures whose cells give no value: unknown, never 0; every face that has totals says what they lack."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import openpyxl
import pytest

import evalxl
from evalxl import cli
from evalxl.rolling import loading
from tests.support.books import stored, table
from tests.support.layouts import Style, write_book
from tests.support.records import sample

NAME = "計算されていない事業"
LOST = (
    "1件のシートに2か所あります。0ではなく、合計に入っていません（計算されていない事業: "
    "事業費計(A)・トータルコスト(A)+(B)）"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two books, one of them with sums that a program wrote as formulas and nobody calculated."""
    monkeypatch.chdir(tmp_path)
    other = copy.deepcopy(sample())
    other["project_name"] = NAME
    other["budget"]["minor"] = "77"
    Path("提出").mkdir()
    write_book(Path("提出/a.xlsx"), [sample()], Style())
    write_book(Path("提出/b.xlsx"), [other], Style())
    (record,) = evalxl.read(["提出/b.xlsx"], cells=True)
    book = openpyxl.load_workbook("提出/b.xlsx")
    for row in ("project_total", "grand_total"):
        name, cell = record["cells"][f"costs.{row}.2017"].split("!")
        book[name][cell] = "=SUM(1,2)"
    book.save("提出/b.xlsx")
    return tmp_path


def test_every_face_says_what_its_totals_lack(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["consolidate", "提出", "-o", "集約.xlsx", "--data", "表"])
    told = [capsys.readouterr().err, str(stored(here / "集約.xlsx")["概要"])]
    for source in ("提出", "表", "集約.xlsx"):
        cli.main(["rollup", source, "--by", "課"])
        told.append(capsys.readouterr().out)
    cli.main(["report", "提出", "-o", "議会"])
    paper = stored(here / "議会" / "主要な施策の成果.xlsx")
    told += [capsys.readouterr().out, str(paper)]
    cli.main(["publish", "提出", "-o", "公表"])
    told.append(capsys.readouterr().err)
    for text in told:
        assert LOST in text
        assert re.search("Excelで開いて上書き保存するか、検証の指摘（F007）", text)
    assert f"＊{NAME}" in str(paper)
    assert "＊ 計算されていないなどのため" in str(paper)
    assert f"合計に入っていない事業があります：{NAME}" in Path("公表/index.html").read_text(encoding="utf-8")
    pages = [path.read_text(encoding="utf-8") for path in Path("公表/projects").iterdir()]
    assert (
        sum(
            "値の分からない記入があるため、－の欄があります（事業費計(A)、トータルコスト" in page
            for page in pages
        )
        == 1
    )


def test_nothing_is_said_where_all_is_calculated(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("提出/b.xlsx").unlink()
    cli.main(["consolidate", "提出", "-o", "集約.xlsx"])
    assert "値の分からない" not in capsys.readouterr().err + str(stored(here / "集約.xlsx")["概要"])


def test_the_unknown_stands_with_its_code_where_the_figure_would(here: Path) -> None:
    """In コスト of the book, and in the table; the figure itself stays blank and is no sum of anything."""
    report = evalxl.consolidate(["提出"], "集約.xlsx", data="表")
    assert report["findings"]["error"] == 0  # X807 among them
    lines = {(row["事業名"], row["年度"]): row for row in table(stored(here / "集約.xlsx")["コスト"])}
    assert lines[NAME, 2017]["値の分からない項目"] == "事業費計（F007）、トータルコスト（F007）"
    assert lines[NAME, 2017]["事業費計"] == ""
    assert not any(row["値の分からない項目"] for key, row in lines.items() if key != (NAME, 2017))
    for origin in (loading.of_store(Path("表")), *loading_of_book(here)):
        found = {sheet.head["project_name"]: sheet.unread for sheet in origin.sheets}
        assert found[NAME] == {("project_total", 2017): "F007", ("grand_total", 2017): "F007"}
        assert sum(map(len, found.values())) == 2


def loading_of_book(here: Path) -> list[loading.Origin]:
    from evalxl.rolling import books

    return [books.of_book(str(here / "集約.xlsx"))]


def test_tables_of_an_earlier_version_do_not_tell_and_are_read(here: Path) -> None:
    import pyarrow.parquet

    evalxl.consolidate(["提出"], "集約.xlsx", data="表")
    costs = pyarrow.parquet.read_table("表/costs.parquet")
    pyarrow.parquet.write_table(costs.drop_columns(["unread"]), "表/costs.parquet")
    assert not any(sheet.unread for sheet in loading.of_store(Path("表")).sheets)


def test_what_is_left_out_of_the_pages_is_not_named_there(here: Path) -> None:
    Path("evalxl.toml").write_text('[publish]\nleave_out = ["costs.project_total"]\n', encoding="utf-8")
    evalxl.publish(["提出"], "公表")
    for page in Path("公表/projects").iterdir():
        found = re.search("－の欄があります（(.*?)）。0では", page.read_text(encoding="utf-8"))
        assert found is None or found[1] == "トータルコスト(A)+(B)"
    assert "値の分からない" in Path("公表/index.html").read_text(encoding="utf-8")
