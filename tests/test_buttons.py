"""検証 and 検証表示を消す in the book that Excel has open: as in a file, and gone without a trace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalxl import annotating, runner
from evalxl.paths import Source
from evalxl.settings import Settings
from tests.support import pressing
from tests.support.layouts import sample
from tests.support.pressing import Desk, department, wrong
from workbook import marked
from workbook.annotate import annotate as annotate_file
from workbook.annotate import answers, unmark
from workbook.grid import Spot
from workbook.parts import Book

SHEET = "1"
RESULTS = "検証結果"


@pytest.fixture(params=[True, False], ids=["macro", "one by one"])
def desk(request: pytest.FixtureRequest, log: Path) -> Iterator[Desk]:
    with pressing.desk(batch=request.param) as found:
        yield found


def fills(book: Book, name: str = SHEET) -> dict[Spot, str]:
    sheet = book.sheet(name)
    return {spot: book.styles.fill_of(sheet.style(spot))[0] for spot, _ in sheet.contents()}


def rows(book: Book, name: str = RESULTS) -> list[list[str]]:
    sheet = book.sheet(name)
    return [[sheet.text((row, column)) for column in range(10)] for row in sheet.used_rows()]


def results_cell(desk: Desk, column: int, code: str) -> object:
    """A cell of the sheet of results, as xlwings' range."""
    sheet = desk.excel.app.books.active.sheets[RESULTS]
    for number in range(4, 60):
        if sheet.range((number, 2)).value == code:
            return sheet.range((number, column + 1))
    raise AssertionError(code)


# ---- 検証 --------------------------------------------------------------------------------------------------


def test_marks_and_results_are_those_of_a_marked_copy(desk: Desk, tmp_path: Path) -> None:
    path = department(tmp_path / "電算.xlsx")
    desk.excel.open(path)
    assert desk.press("validate") == []
    live = Book(desk.saved(tmp_path / "live.xlsx"))
    (result,) = runner.run([Source("電算.xlsx", path, str(path))], Settings())
    marks = list(annotating.marks_of(result, "ja"))
    file = Book(annotate_file(path.read_bytes(), marks, annotating.words("ja")).data)
    assert [row for row in rows(live) if any(row)] == [row for row in rows(file) if any(row)]
    assert fills(live) == fills(file)
    assert live.notes(SHEET).texts() == file.notes(SHEET).texts() != {}
    assert live.sheet_names() == [SHEET, RESULTS, marked.MEMORY]


def test_results_link_to_the_cells_and_texts_are_no_formulas(desk: Desk, tmp_path: Path) -> None:
    record = wrong()
    record["project_name"] = '=HYPERLINK("http://example.jp","x")'
    desk.excel.open(department(tmp_path / "電算.xlsx", record))
    desk.press("validate")
    sheet = desk.excel.app.books.active.sheets[RESULTS]
    formulas = [cell for row in sheet.used_range.api.Formula for cell in row if str(cell).startswith("=")]
    assert formulas
    assert all(cell.startswith("=HYPERLINK(\"#'1'!") for cell in formulas)
    assert sheet.range("C4").value == "1!AX63"


def test_what_was_not_saved_is_checked_too(quick: Desk, tmp_path: Path) -> None:
    path = department(tmp_path / "電算.xlsx", sample())
    before = path.read_bytes()
    book = quick.excel.open(path)
    quick.press("validate")
    assert "C301" not in str(rows(Book(quick.saved(tmp_path / "a.xlsx"))))
    book.sheets[SHEET].range("AX63").value = 1
    quick.press("validate")
    assert "C301" in str(rows(Book(quick.saved(tmp_path / "b.xlsx"))))
    assert path.read_bytes() == before, "the file on the disk is the user's to save"


def test_a_sheet_without_findings_is_told(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "設定"
    folder.mkdir()
    codes = ["C302", "C311", "I210", "P516", "C312", "I207", "I209"]
    (folder / "evalxl.toml").write_text(f"[rules]\noff = {codes}\n", encoding="utf-8")
    quick.excel.open(department(folder / "電算.xlsx", sample()))
    (told,) = quick.press("validate")
    assert "誤りや注意はありませんでした" in told


def test_answers_survive_and_are_listed_as_answered(desk: Desk, tmp_path: Path) -> None:
    desk.excel.open(department(tmp_path / "電算.xlsx"))
    desk.press("validate")
    results_cell(desk, marked.ANSWER, "C302").value = "'=計画は未定のため"  # type: ignore[attr-defined]
    assert desk.press("validate") == []
    data = desk.saved(tmp_path / "again.xlsx")
    (answer,) = answers(data).values()
    assert answer.text == "=計画は未定のため"
    (row,) = [row for row in rows(Book(data)) if row[1] == "C302"]
    assert row[marked.STATE] == "回答済"
    cell = Book(data).sheet(SHEET)
    noted = Book(data).notes(SHEET).texts()
    assert any("回答: =計画は未定のため" in text for text in noted.values())
    assert cell.has_formula((0, 0)) is False


def test_an_answer_typed_with_an_equals_sign_stays_a_text(desk: Desk, tmp_path: Path) -> None:
    book = desk.excel.open(department(tmp_path / "電算.xlsx"))
    for typed in ("=計画は未定のため", "=1+2", "1-2", "-確認中", "０１２"):
        desk.press("validate")
        cell = results_cell(desk, marked.ANSWER, "C302")
        assert cell.number_format == "@"  # type: ignore[attr-defined]
        cell.value = typed  # type: ignore[attr-defined]
        (answer,) = answers(desk.saved(tmp_path / "again.xlsx")).values()
        assert answer.text == typed
    assert book.sheets[RESULTS].range((3, marked.ANSWER + 1)).number_format == "General"


def test_the_headings_of_the_results_stay_in_sight(desk: Desk, tmp_path: Path) -> None:
    import openpyxl

    book = desk.excel.open(department(tmp_path / "電算.xlsx"))
    for _ in range(2):
        book.sheets[SHEET].activate()
        desk.press("validate")
        desk.saved(tmp_path / "live.xlsx")
        live = openpyxl.load_workbook(tmp_path / "live.xlsx")
        assert live.active is not None
        assert (live.active.title, live.active.freeze_panes) == (RESULTS, "A4")
        assert live[SHEET].freeze_panes is None


def test_an_answered_finding_that_was_mended_stays_on_the_list(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    results_cell(quick, marked.ANSWER, "C301").value = "確認中"  # type: ignore[attr-defined]
    book.sheets[SHEET].range("AX63").value = 8562
    quick.press("validate")
    found = rows(Book(quick.saved(tmp_path / "again.xlsx")))
    (row,) = [row for row in found if row[1] == "C301"]
    assert row[marked.ANSWER : marked.KEY] == ["確認中", "解消"]


# ---- 検証表示を消す ----------------------------------------------------------------------------------------

SOLID = '<patternFill patternType="solid"><fgColor {}/><bgColor indexed="64"/></patternFill>'
LOOKS = {
    "AX63": SOLID.format('theme="4" tint="0.59999389629810485"'),
    "BA63": SOLID.format('rgb="FFFFFF99"'),
    "AX65": '<patternFill patternType="gray125"/>',
    "AX66": '<gradientFill degree="90"><stop position="0"><color rgb="FFFF0000"/></stop>'
    '<stop position="1"><color rgb="FF00FF00"/></stop></gradientFill>',
    "AX67": SOLID.format('indexed="43"'),
}


def with_looks(path: Path) -> Path:
    """The book with all kinds of fills at the cells that will be marked, and a note of its own."""
    book = Book.open(path)
    sheet, space = book.sheet(SHEET), "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    from workbook.grid import spot_of

    for cell, fill in LOOKS.items():
        xml = f'<fill xmlns="{space}">{fill}</fill>'
        style = book.styles.with_fill_of(sheet.style(spot_of(cell)), xml, "1")
        sheet.set_style(spot_of(cell), style)
    book.notes(SHEET).put(spot_of("BA63"), "課のメモ", "企画課")
    book.save(path)
    return path


def test_colours_and_notes_are_exactly_as_they_were(desk: Desk, tmp_path: Path) -> None:
    path = with_looks(department(tmp_path / "電算.xlsx"))
    before = Book.open(path)
    desk.excel.open(path)
    desk.press("validate")
    between = Book(desk.saved(tmp_path / "marked.xlsx"))
    coloured = fills(between)
    assert sum(coloured[spot] != fill for spot, fill in fills(before).items()) > 5
    assert len(between.notes(SHEET).texts()) > 5
    assert desk.press("clear_marks") == []
    after = Book(desk.saved(tmp_path / "clear.xlsx"))
    assert fills(after) == fills(before)
    assert after.notes(SHEET).texts() == before.notes(SHEET).texts()
    assert dict(after.sheet(SHEET).contents()) == dict(before.sheet(SHEET).contents())
    assert after.sheet_names() == before.sheet_names()
    assert not [name for name in after.names() if name.startswith(marked.MEMORY)]


def test_the_command_line_takes_the_marks_of_the_button_back(quick: Desk, tmp_path: Path) -> None:
    path = with_looks(department(tmp_path / "電算.xlsx"))
    quick.excel.open(path)
    quick.press("validate")
    clean = unmark(quick.saved(tmp_path / "marked.xlsx"))
    assert clean is not None
    assert fills(Book(clean)) == fills(Book.open(path))
    assert Book(clean).notes(SHEET).texts() == Book.open(path).notes(SHEET).texts()
    assert Book(clean).sheet_names() == [SHEET]


def test_the_button_takes_the_marks_of_the_command_line_back(desk: Desk, tmp_path: Path) -> None:
    path = department(tmp_path / "電算.xlsx")
    (result,) = runner.run([Source("電算.xlsx", path, str(path))], Settings())
    marks = list(annotating.marks_of(result, "ja"))
    copy = tmp_path / "印.xlsx"
    copy.write_bytes(annotate_file(path.read_bytes(), marks, annotating.words("ja")).data)
    desk.excel.open(copy)
    desk.answer(6)
    desk.press("clear_marks")
    after = Book(desk.saved(tmp_path / "clear.xlsx"))
    assert fills(after) == fills(Book.open(path))
    assert after.notes(SHEET).texts() == {}
    assert after.sheet_names() == [SHEET]


def test_what_staff_coloured_since_stays(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    book.sheets[SHEET].range("AX63").color = (1, 2, 3)
    quick.press("clear_marks")
    assert book.sheets[SHEET].range("AX63").color == (1, 2, 3)


def test_answers_are_not_thrown_away_without_a_question(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    results_cell(quick, marked.ANSWER, "C301").value = "確認中"  # type: ignore[attr-defined]
    quick.answer(7)
    (asked,) = quick.press("clear_marks")
    assert "回答" in asked
    assert [sheet.name for sheet in book.sheets] == [SHEET, RESULTS]
    quick.press("validate")
    assert [a.text for a in answers(quick.saved(tmp_path / "again.xlsx")).values()] == ["確認中"]


def test_a_book_without_marks_is_told(quick: Desk, tmp_path: Path) -> None:
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    assert quick.press("clear_marks") == ["「電算.xlsx」に検証の印は付いていません。"]


# ---- traffic, state, log -----------------------------------------------------------------------------------


def test_calls_are_bounded(quick: Desk, tmp_path: Path) -> None:
    """No more than 10 a sheet (those of results and memory among them) and 3 for each 50 findings."""
    for name, records in (("one", [wrong()]), ("many", [wrong() for _ in range(5)])):
        book = quick.excel.open(department(tmp_path / f"{name}.xlsx", *records))
        with quick.excel.counting() as calls:
            quick.press("validate")
        sheets = len(book.sheets)
        findings = len(book.sheets[RESULTS].used_range.api.Value) - marked.HEAD_ROW - 1
        assert calls.total <= 10 * sheets + 3 * -(-findings // 50), calls.by_name
        assert calls.by_name["Workbook.SaveCopyAs"] == 1, "one read"
        assert calls.by_name["Range.Value"] == 2, "written in blocks"
        if name == "one":  # again: marks of before are taken back first
            with quick.excel.counting() as calls:
                quick.press("validate")
            assert calls.total <= 10 * sheets + 3, calls.by_name
        with quick.excel.counting() as calls:
            quick.press("clear_marks")
        assert calls.total <= 10 * sheets, calls.by_name
    assert findings > 50


@pytest.mark.parametrize("button", ["validate", "clear_marks"])
def test_excel_is_left_as_it_was(quick: Desk, tmp_path: Path, button: str) -> None:
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    xl = quick.excel.dispatch
    xl.ScreenUpdating, xl.DisplayAlerts, xl.EnableEvents = True, False, True
    xl.Calculation, xl.StatusBar = -4135, "課の作業中"
    before = quick.state()
    quick.press(button)
    assert quick.state() == before == [True, True, False, -4135, "課の作業中"]


def test_excel_is_left_as_it_was_after_a_mistake_of_ours(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    from udfs.buttons import live

    def broken(self: object) -> None:
        raise ZeroDivisionError("電算入力 8562")

    quick.excel.open(department(tmp_path / "電算.xlsx"))
    before = quick.state()
    monkeypatch.setattr(live.Live, "result", broken)
    (told,) = quick.press("validate")
    assert quick.state() == before
    assert "ZeroDivisionError" in told
    assert str(log) in told
    written = log.read_text(encoding="utf-8")
    assert "validate failed" in written
    assert "ZeroDivisionError" in written
    assert "8562" not in written
    assert "電算" not in written


def test_the_log_tells_what_happened_and_nothing_of_the_sheets(
    quick: Desk, tmp_path: Path, log: Path
) -> None:
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    written = log.read_text(encoding="utf-8")
    assert "validate done" in written
    assert "error=1" in written
    for word in ("電算", "総務", "8652", "8562"):
        assert word not in written


def test_no_copy_of_the_book_is_left_behind(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    assert os.listdir(tmp_path / "temp") == []
