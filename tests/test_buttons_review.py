"""検証 in books as staff have them: odd names, hidden and filtered sheets, long texts, many findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evalxl import annotating
from tests.support import com
from tests.support.pressing import Desk, department
from workbook import marked
from workbook.annotate import answers, unmark
from workbook.marked import Mark
from workbook.parts import Book

RESULTS = "検証結果"
HIDDEN = 0


def names(book: Any) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def results(book: Any) -> list[tuple[Any, ...]]:
    """The rows of findings."""
    return list(book.sheets[RESULTS].used_range.api.Value[marked.HEAD_ROW + 1 :])


def given(monkeypatch: pytest.MonkeyPatch, marks: list[Mark]) -> None:
    """Let 検証 find these."""
    monkeypatch.setattr(annotating, "marks_of", lambda result, lang: iter(marks))


def mark(cell: str, message: str = "誤りです。", **more: Any) -> Mark:
    return Mark("error", "C301", message, "直してください。", f"1!{cell}", "1", f"f.{cell}", **more)


def test_a_path_with_brackets_and_spaces(quick: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "「総務部」 提出 (1)" / "R7 & 'R8' 100%"
    folder.mkdir(parents=True)
    book = quick.excel.open(department(folder / "電算 「最終」[2].xlsx"))
    assert quick.press("validate") == []
    assert names(book) == ["1", RESULTS, marked.MEMORY]
    assert quick.press("clear_marks") == []
    assert names(book) == ["1"]


def test_a_sheet_with_quotes_in_its_name(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    book.sheets[0].name = "電算's (案)! 2"
    quick.press("validate")
    formula = book.sheets[RESULTS].range("C4").api.Formula
    assert formula.startswith("=HYPERLINK(\"#'電算''s (案)! 2'!")
    assert unmark(quick.saved(tmp_path / "x.xlsx")) is not None
    assert quick.press("validate") == []
    assert quick.press("clear_marks") == []


def test_a_hidden_sheet_is_checked_and_stays_hidden(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    book.sheets.add("表紙", before=book.sheets[0])
    book.sheets["1"].api.Visible = HIDDEN
    quick.press("validate")
    assert "C301" in str(results(book))
    assert book.sheets["1"].api.Visible == HIDDEN
    quick.press("clear_marks")
    assert (names(book), book.sheets["1"].api.Visible) == (["表紙", "1"], HIDDEN)


def test_hidden_results_come_to_sight_again(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    book.sheets["1"].activate()
    book.sheets[RESULTS].api.Visible = HIDDEN
    assert quick.press("validate") == []
    assert book.sheets.active.name == RESULTS


def test_filtered_results_are_written_whole(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    before = results(book)
    sheet = book.sheets[RESULTS]
    sheet.range((4, marked.ANSWER + 1)).value = "確認中"
    sheet.range("A3:J40").api.AutoFilter(2, "C311")
    assert quick.press("validate") == []
    after = results(book)
    assert not sheet.api.AutoFilterMode
    assert [row[:4] for row in after] == [row[:4] for row in before]
    assert [answer.text for answer in answers(quick.saved(tmp_path / "x.xlsx")).values()] == ["確認中"]


@pytest.mark.parametrize("change", ["delete", "insert"])
def test_answers_are_found_though_columns_moved(quick: Desk, tmp_path: Path, change: str) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    sheet = book.sheets[RESULTS]
    sheet.range((4, marked.ANSWER + 1)).value = "確認中"
    if change == "delete":
        sheet.range("F:F").delete("left")
    else:
        sheet.range("B:B").insert("right")
    (told,) = quick.press("validate")
    assert "手で変えられていた" in told
    assert names(book) == ["1", f"{RESULTS}_控え", RESULTS, marked.MEMORY]
    found = answers(quick.saved(tmp_path / "x.xlsx"))
    assert [answer.text for answer in found.values()] == ["確認中"]
    assert [row[marked.STATE] for row in results(book) if row[marked.ANSWER]] == ["回答済"]


def test_thousands_of_findings(quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    marks = [mark(f"{'ABCDE'[n % 5]}{200 + n // 400}", f"{n} 番目の誤りです。", year=n) for n in range(2000)]
    given(monkeypatch, marks)
    with quick.excel.counting() as calls:
        assert quick.press("validate") == []
    assert calls.total <= 10 * 3 + 3 * 40, calls.by_name
    assert [row[3] for row in results(book)] == [one.message for one in marks]
    data = quick.saved(tmp_path / "x.xlsx")
    assert len(Book(data).notes("1").texts()) == 25
    quick.press("clear_marks")
    assert Book(quick.saved(tmp_path / "y.xlsx")).notes("1").texts() == {}


def test_many_findings_of_one_cell_can_be_taken_back(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note is cut, with a sign of it; what the book remembers of it must not be."""
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    message = '"長い"\n\\' + "説明" * 300
    marks = [mark("A300", f"{n} {message}", year=n) for n in range(40)]
    marks.append(mark("A301", "誤" * 9000))
    given(monkeypatch, marks)
    for _ in range(2):
        assert quick.press("validate") == []
    data = quick.saved(tmp_path / "x.xlsx")
    notes = Book(data).notes("1").texts()
    assert all(note.endswith("…") for note in notes.values())
    rows = Book(data).sheet(marked.MEMORY)
    assert all(json.loads(rows.text((row, 1))) for row in rows.used_rows())
    assert any(str(row[3]).endswith("…") for row in results(book))
    assert quick.press("clear_marks") == []
    assert Book(quick.saved(tmp_path / "y.xlsx")).notes("1").texts() == {}


def test_a_long_answer_is_kept_whole(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    answer = "理由" * 6000
    book.sheets[RESULTS].range((4, marked.ANSWER + 1)).value = answer
    for _ in range(2):
        assert quick.press("validate") == []
        (found,) = answers(quick.saved(tmp_path / "x.xlsx")).values()
        assert found.text == answer


def test_a_link_that_is_too_long_for_a_formula_is_a_text(quick: Desk, tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(4):
        folder /= "長い名前のフォルダー" * 7
    folder.mkdir(parents=True)
    book = quick.excel.open(department(folder / "電算.xlsx"))
    book.api.Protect("秘密", True)
    quick.press("validate")
    cell = quick.excel.app.books.active.sheets[0].range("C4")
    assert cell.api.Formula == cell.value == "1!AX63"


def test_a_step_refused_in_the_middle_leaves_the_memory_hidden(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.buttons import marking
    from udfs.buttons.batch import Step

    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    monkeypatch.setattr(marking, "looks", lambda *_: [Step("1", "A1", "no such thing")])
    quick.press("validate")
    assert book.sheets[marked.MEMORY].api.Visible == 2


def test_a_sheet_whose_notes_alone_are_protected_is_not_marked(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    book.sheets[0].api.Protect("秘密", True, False)
    (told,) = quick.press("validate")
    assert "保護されているため" in told
    assert Book(quick.saved(tmp_path / "x.xlsx")).notes("1").texts() == {}


def test_two_books_of_two_excels_with_the_same_name(quick: Desk, tmp_path: Path) -> None:
    for folder in ("甲", "乙"):
        (tmp_path / folder).mkdir()
    other = com.Excel()
    try:
        other.open(department(tmp_path / "甲" / "電算.xlsx"))
        book = quick.excel.open(department(tmp_path / "乙" / "電算.xlsx"))
        quick.press("validate")
        assert names(book) == ["1", RESULTS, marked.MEMORY]
        assert names(other.app.books.active) == ["1"]
    finally:
        other.close()
