"""Buttons pressed where they cannot do all they should: each with its dialog, and nothing lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support import com
from tests.support.pressing import Desk, department, desk
from workbook import marked
from workbook.annotate import answers
from workbook.parts import Book

RESULTS = "検証結果"


def names(book: Any) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def contents(data: bytes, sheet: str = "1") -> dict[Any, Any]:
    return dict(Book(data).sheet(sheet).contents())


def test_a_book_that_is_no_evaluation_sheet(quick: Desk, tmp_path: Path) -> None:
    other = openpyxl.Workbook()
    other.active["A1"] = "買い物"
    other.save(tmp_path / "買い物.xlsx")
    book = quick.excel.open(tmp_path / "買い物.xlsx")
    before = quick.state()
    for button in ("validate", "rollover", "submit"):
        (told,) = quick.press(button)
        assert "「買い物.xlsx」は事務事業評価シートとして読み取れません" in told
        assert "直し方" in told
    assert (names(book), quick.state()) == (["Sheet"], before)


def test_a_spoilt_sheet_is_marked_as_what_it_is(quick: Desk, tmp_path: Path) -> None:
    path = department(tmp_path / "電算.xlsx")
    book = quick.excel.open(path)
    for row in book.sheets[0].used_range.api.Value:
        assert row
    found = next(
        (number, row.index("事務事業名"))
        for number, row in enumerate(book.sheets[0].used_range.api.Value)
        if "事務事業名" in row
    )
    top = book.sheets[0].used_range.row
    left = book.sheets[0].used_range.column
    book.sheets[0].range((top + found[0], left + found[1])).value = "題名"
    quick.press("validate")
    assert names(book) == ["1", RESULTS, marked.MEMORY]
    assert "F004" in str(book.sheets[RESULTS].used_range.api.Value)


def test_a_protected_sheet_is_not_marked_but_its_findings_are_listed(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    before = contents(quick.saved(tmp_path / "before.xlsx"))
    book.sheets[0].api.Protect("秘密")
    (told,) = quick.press("validate")
    assert "次のシートは保護されているため" in told
    assert "シート保護の解除" in told
    data = quick.saved(tmp_path / "after.xlsx")
    assert contents(data) == before
    assert Book(data).notes("1").texts() == {}
    assert "C301" in str(book.sheets[RESULTS].used_range.api.Value)


def test_marks_on_a_sheet_protected_since_stay_until_it_is_free(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    before = quick.saved(tmp_path / "before.xlsx")
    book.sheets["1"].api.Protect()
    for button in ("clear_marks", "validate"):
        (told,) = quick.press(button)
        assert "印を消せません" in told
    after = quick.saved(tmp_path / "after.xlsx")
    assert contents(after) == contents(before)
    assert Book(after).notes("1").texts() == Book(before).notes("1").texts()
    book.sheets["1"].api.Unprotect()
    quick.press("clear_marks")
    assert names(book) == ["1"]


@pytest.mark.parametrize(("what", "word"), [("structure", "構成が保護"), ("shared", "共有されている")])
def test_a_book_that_takes_no_sheet_has_its_results_in_another(
    quick: Desk, tmp_path: Path, what: str, word: str
) -> None:
    path = department(tmp_path / "電算.xlsx")
    book = quick.excel.open(path)
    if what == "structure":
        book.api.Protect("秘密", True)
    else:
        book.api.MultiUserEditing = True
    (told,) = quick.press("validate")
    assert word in told
    assert names(book) == ["1"]
    other = quick.excel.app.books.active
    assert names(other) == [RESULTS]
    values = str(other.sheets[0].used_range.api.Value)
    assert "C301" in values
    assert f"[{path}]'1'!AX63" in other.sheets[0].range("C4").api.Formula


def test_a_book_of_an_old_format_has_its_results_in_another(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.buttons import marking
    from workbook.errors import Unchangeable

    def refuse(data: bytes) -> None:
        raise Unchangeable("not_xlsx")

    monkeypatch.setattr(marking, "Structure", refuse)
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    (told,) = quick.press("validate")
    assert ".xlsx に保存し直して" in told
    assert names(book) == ["1"]
    assert names(quick.excel.app.books.active) == [RESULTS]


def test_a_read_only_book_is_marked_and_told(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    book.api.ReadOnly = True
    (told,) = quick.press("validate")
    assert "読み取り専用" in told
    assert names(book) == ["1", RESULTS, marked.MEMORY]


def test_an_excel_in_edit_mode(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    before = quick.state()
    with quick.excel.editing():
        (told,) = quick.press("validate")
    assert "Enterキー" in told
    assert (names(book), quick.state()) == (["1"], before)


def test_a_moment_s_busyness_is_waited_for(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.excel.line.rejecting = 4
    assert quick.press("validate") == []
    assert RESULTS in names(book)


def test_edit_mode_in_the_middle_leaves_excel_as_it_was(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.buttons import live

    def typing(self: live.Live) -> None:
        quick.excel.line.rejecting = 4
        self.book.Name  # noqa: B018 (a call over COM)

    quick.excel.open(department(tmp_path / "電算.xlsx"))
    before = quick.state()
    monkeypatch.setattr(live.Live, "result", typing)
    (told,) = quick.press("validate")
    assert "Enterキー" in told
    assert quick.state() == before


def test_two_excels_each_have_their_own_buttons(quick: Desk, tmp_path: Path) -> None:
    first = quick.excel.open(department(tmp_path / "一つ目.xlsx"))
    with desk() as other:
        second = other.excel.open(department(tmp_path / "二つ目.xlsx"))
        assert len(com.desktop) == 2
        other.press("validate")
        assert (names(first), names(second)) == (["1"], ["1", RESULTS, marked.MEMORY])
        quick.press("validate")
        other.press("clear_marks")
        assert (names(first), names(second)) == (["1", RESULTS, marked.MEMORY], ["1"])


def test_a_book_never_saved(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    inner = quick.excel.inner.workbooks()[0]
    inner.path, inner.name = "", "Book1"
    quick.press("validate")
    assert names(book) == ["1", RESULTS, marked.MEMORY]
    quick.excel.picks = [tmp_path / "提出先"]
    quick.answer(6)
    quick.press("submit")
    (path,) = (tmp_path / "提出先").iterdir()
    assert path.suffix == ".xlsx"
    (told,) = quick.press("settings")
    assert "保存してから" in told


# ---- a sheet of results edited by hand ---------------------------------------------------------------------


def answered(desk: Desk, book: Any) -> Any:
    """The sheet of results with an answer to its first finding."""
    desk.press("validate")
    sheet = book.sheets[RESULTS]
    sheet.range((4, marked.ANSWER + 1)).value = "確認中"
    return sheet


def test_sorting_it_is_no_change(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    sheet = answered(quick, book)
    rows = sheet.range("A4:J15").api.Formula
    sheet.range("A4:J15").api.Formula = tuple(reversed(rows))
    assert quick.press("validate") == []
    assert names(book) == ["1", RESULTS, marked.MEMORY]
    assert [a.text for a in answers(quick.saved(tmp_path / "x.xlsx")).values()] == ["確認中"]


@pytest.mark.parametrize("edit", ["beside", "text", "row"])
def test_what_was_written_into_it_is_kept(quick: Desk, tmp_path: Path, edit: str) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    sheet = answered(quick, book)
    if edit == "beside":
        sheet.range("L5").value = "課長と相談"
    elif edit == "text":
        sheet.range("D4").value = "課長と相談"
    else:
        sheet.range("1:1").insert("down")
        sheet.range("A1").value = "課長と相談"
    (told,) = quick.press("validate")
    assert "手で変えられていた" in told
    assert names(book) == ["1", f"{RESULTS}_控え", RESULTS, marked.MEMORY]
    assert "課長と相談" in str(book.sheets[f"{RESULTS}_控え"].used_range.api.Value)
    assert [a.text for a in answers(quick.saved(tmp_path / "x.xlsx")).values()] == ["確認中"]
    assert quick.press("validate") == [], "and it is kept once"
    assert len(book.sheets) == 4


def test_it_may_be_renamed(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    answered(quick, book).name = "指摘と回答"
    book.names[marked.RESULTS].refers_to = "=指摘と回答!$A$3"  # Excel's own doing, which the stub does not do
    assert quick.press("validate") == []
    assert names(book) == ["1", "指摘と回答", marked.MEMORY]


def test_it_may_be_deleted(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    book.sheets[RESULTS].delete()
    assert quick.press("validate") == []
    assert sorted(names(book)) == sorted(["1", RESULTS, marked.MEMORY])


def test_a_sheet_of_that_name_that_is_not_ours_stays(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    own = book.sheets.add(RESULTS, after=book.sheets[0])
    own.range("A1").value = "課の表"
    quick.press("validate")
    assert own.range("A1").value == "課の表"
    assert len(book.sheets) == 4
    quick.press("clear_marks")
    assert names(book) == ["1", RESULTS]


def test_a_damaged_memory_is_told_and_nothing_is_changed(quick: Desk, tmp_path: Path) -> None:
    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    quick.press("validate")
    book.sheets[marked.MEMORY].range("B3").value = "壊れた"
    before = contents(quick.saved(tmp_path / "before.xlsx"))
    for button in ("validate", "clear_marks"):
        (told,) = quick.press(button)
        assert "印の控え" in told
    assert contents(quick.saved(tmp_path / "after.xlsx")) == before


def test_a_step_that_excel_refuses_leaves_marks_that_can_be_taken_back(
    quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from udfs.buttons import marking
    from udfs.buttons.batch import Step

    book = quick.excel.open(department(tmp_path / "電算.xlsx"))
    before = quick.saved(tmp_path / "before.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(marking, "looks", lambda *_: [Step("1", "A1", "no such thing")])
        (told,) = quick.press("validate")
    assert "Excelがこの操作を受け付けませんでした" in told
    quick.press("clear_marks")
    after = quick.saved(tmp_path / "after.xlsx")
    assert names(book) == ["1"]
    assert contents(after) == contents(before)
    assert Book(after).notes("1").texts() == {}
