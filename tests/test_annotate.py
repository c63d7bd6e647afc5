"""Marked copies: what is wrong shows at its cell, answers stay, and the marks go without a trace."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from benchmarks.annotate import _openpyxl
from benchmarks.destroyed import destroyed
from evalxl import annotating, texts
from evalxl.annotating import COLUMNS, Written, writing
from evalxl.cli import main
from tests.support import many, rich
from tests.support.books import stored
from tests.support.layouts import Style, sample, write_book
from tests.support.office import Office
from workbook import blank, filled
from workbook import form as forms
from workbook.annotate import ANSWERED, COLOURS, MEMORY, Answer, Mark, annotate, answers, is_marked, unmark
from workbook.errors import Unchangeable
from workbook.parts import Book
from workbook.read import read_file

FORM = forms.get("unnan_2017")
WORDS = annotating.words("ja")
RESULTS = "検証結果"


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def a_mark(sheet: str, cell: str, severity: str = "error", code: str = "C301", **more: Any) -> Mark:
    return Mark(
        severity, code, f"{code} です。", "直してください。", f"{sheet}!{cell}", sheet, f"f.{cell}", **more
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """One project on a sheet, with findings."""
    record = sample()
    record["costs"]["general"]["2017"] = 8562
    write_book(tmp_path / "電算.xlsx", [record], Style())
    return tmp_path / "電算.xlsx"


@pytest.fixture
def full(tmp_path: Path) -> bytes:
    return rich.write(tmp_path / "rich.xlsm").read_bytes()


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


# ---- marks -------------------------------------------------------------------------------------------------


def test_cells_are_coloured_by_the_gravest_finding_and_noted(full: bytes) -> None:
    marks = [
        a_mark(rich.SHEET, "D4", "info", "F013"),
        a_mark(rich.SHEET, "D4"),
        a_mark(rich.SHEET, "AB45", "warning"),
    ]
    marked = Book(annotate(full, marks, WORDS).data)
    sheet, notes = marked.sheet(rich.SHEET), marked.notes(rich.SHEET).texts()
    assert marked.styles.fill_colour(sheet.style((3, 3))) == COLOURS["error"]
    assert marked.styles.fill_colour(sheet.style((44, 27))) == COLOURS["warning"]
    assert notes[3, 3].startswith("誤り C301\nC301 です。\n直し方: 直してください。\n参考 F013")


def test_the_sheet_of_results_lists_all_findings_and_leads_to_the_cells(full: bytes) -> None:
    marks = [
        a_mark(rich.SHEET, "D4", found=8652, expected=["a", 2]),
        Mark("warning", "F008", "=隠れたシート", sheet=rich.SHEET),
    ]
    marked = Book(annotate(full, marks, WORDS).data)
    sheet = marked.sheet(RESULTS)
    rows = [[sheet.text((row, column)) for column in range(9)] for row in (2, 3, 4)]
    assert rows[0] == [texts.FINDING_HEADS[column].ja for column in COLUMNS]
    assert rows[1] == [
        "誤り",
        "C301",
        f"{rich.SHEET}!D4",
        "C301 です。",
        "直してください。",
        "8652",
        "a、2",
        "",
        "未回答",
    ]
    assert rows[2][:4] == ["注意", "F008", rich.SHEET, "=隠れたシート"]
    links = [link.get("location") for link in sheet.root.iter("{*}hyperlink")]
    assert links == [f"'{rich.SHEET}'!D4"]


def test_marks_destroy_nothing_and_a_library_that_does_is_seen(full: bytes) -> None:
    marked = annotate(full, [a_mark(rich.SHEET, "D4"), a_mark(rich.SHEET, "A1")], WORDS).data
    assert destroyed(full, marked) == []
    lost = {text.partition(" ")[0] for text in destroyed(full, _openpyxl(full, rich.SHEET, ["A1"]))}
    assert {"VBA", "furigana", "slicers", "sparklines", "threaded"} <= lost


def test_only_the_parts_concerned_change(full: bytes) -> None:
    before, after = members(full), members(annotate(full, [a_mark(rich.SHEET, "D4")], WORDS).data)
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert list(after)[: len(before)] == list(before)


def test_libreoffice_shows_marks_notes_and_controls(full: bytes, tmp_path: Path, office: Office) -> None:
    (tmp_path / "in.xlsm").write_bytes(full)
    (tmp_path / "out.xlsm").write_bytes(annotate(full, [a_mark(rich.SHEET, "D4")], WORDS).data)
    before, after = (office.look(tmp_path / name) for name in ("in.xlsm", "out.xlsm"))
    assert after[rich.SHEET]["controls"] == before[rich.SHEET]["controls"]
    new = after[rich.SHEET]["notes"].keys() - before[rich.SHEET]["notes"].keys()
    assert new == {"3,3"}
    values = office.read(tmp_path / "out.xlsm")[RESULTS].values
    assert values[3][:4] == ["誤り", "C301", f"{rich.SHEET}!D4", "C301 です。"]


def test_each_printed_page_of_the_results_has_the_headings(
    full: bytes, tmp_path: Path, office: Office
) -> None:
    marks = [a_mark(rich.SHEET, f"D{row}") for row in range(4, 90)]
    (tmp_path / "out.xlsm").write_bytes(annotate(full, marks, WORDS).data)
    printed = office.pdf(tmp_path / "out.xlsm", tmp_path / "out.pdf")
    words = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, check=True)
    pages = [page for page in words.stdout.decode().split("\f") if "直してください。" in page]
    assert len(pages) > 1
    assert all("直し方" in page and "コード" in page for page in pages)


def test_a_threaded_comment_is_left_to_excel(full: bytes) -> None:
    before = Book(full).notes(rich.SHEET).xml(rich.THREAD)
    marked = Book(annotate(full, [a_mark(rich.SHEET, "C3")], WORDS).data)
    assert marked.notes(rich.SHEET).xml(rich.THREAD) == before
    assert marked.styles.fill_colour(marked.sheet(rich.SHEET).style(rich.THREAD)) == COLOURS["error"]


def test_a_cell_of_no_sheet_is_told(full: bytes) -> None:
    done = annotate(full, [a_mark("ない", "D4"), a_mark(rich.SHEET, "D4")], WORDS)
    assert (done.cells, done.unmarked) == (1, ["ない!D4"])


def test_a_sheet_of_that_name_that_is_the_departments_own_stays(full: bytes) -> None:
    own = Book(full)
    from workbook.parts import Written, sheet_xml

    own.add_sheet(RESULTS, sheet_xml([[Written("課の控え")]]))
    data = own.to_bytes()
    marked = annotate(data, [a_mark(rich.SHEET, "D4")], WORDS).data
    assert Book(marked).sheet_names()[-2:] == [f"{RESULTS} (2)", MEMORY]
    assert members(unmark(marked) or b"") == members(data)


# ---- taking back -------------------------------------------------------------------------------------------

BOOKS: dict[str, Callable[[Path], object]] = {
    "rich": rich.write,
    "blank": lambda path: blank.blank(FORM, path, 2017),
    "filled": lambda path: write_book(path, [sample()], Style()),
}


@pytest.mark.parametrize("make", BOOKS.values(), ids=BOOKS)
def test_all_parts_are_as_before(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "in.xlsx"
    make(path)
    data = path.read_bytes()
    sheet = Book(data).sheet_names()[0]
    cells = ["A1", "B2", "C3", "D4", "E5", "A10", "ZZ90", "ZZ500"]
    marked = annotate(data, [a_mark(sheet, cell) for cell in cells], WORDS).data
    assert members(unmark(marked) or b"") == members(data)


def test_all_parts_are_as_before_in_a_book_of_libreoffice(tmp_path: Path, office: Office) -> None:
    own = openpyxl.Workbook()
    own.active.title = 'J\'s "表"'
    own.active.append(["a's", 'say "b"', "=1+1"])
    own.defined_names["text"] = DefinedName("text", attr_text='"it\'s"')
    own.save(tmp_path / "own.xlsx")
    office.save_again(tmp_path / "own.xlsx", tmp_path / "saved.xlsx")
    for name in ("own.xlsx", "saved.xlsx"):
        data = (tmp_path / name).read_bytes()
        marked = annotate(data, [a_mark(Book(data).sheet_names()[0], "A1")], WORDS).data
        assert members(unmark(marked) or b"") == members(data), name


def test_marks_do_not_pile_up(full: bytes) -> None:
    marks = [a_mark(rich.SHEET, "D4"), a_mark(rich.SHEET, "B2")]
    once = annotate(full, marks, WORDS).data
    assert members(annotate(once, marks, WORDS).data) == members(once)
    fewer = annotate(once, marks[:1], WORDS).data
    assert members(fewer) == members(annotate(full, marks[:1], WORDS).data)


def test_a_book_without_marks_has_none_to_take(full: bytes) -> None:
    assert unmark(full) is None
    assert not is_marked(full)


def test_what_staff_mended_in_the_copy_stays(full: bytes) -> None:
    copy = Book(annotate(full, [a_mark(rich.SHEET, "D4"), a_mark(rich.SHEET, "B2")], WORDS).data)
    copy.sheet(rich.SHEET).put((3, 3), "くわしい説明")
    clean = Book(unmark(copy.to_bytes()) or b"")
    assert clean.sheet(rich.SHEET).text((3, 3)) == "くわしい説明"
    assert clean.sheet_names() == Book(full).sheet_names()


def test_a_colour_and_a_note_that_staff_gave_since_stay(full: bytes) -> None:
    copy = Book(annotate(full, [a_mark(rich.SHEET, "D4")], WORDS).data)
    sheet = copy.sheet(rich.SHEET)
    sheet.set_style((3, 3), copy.styles.with_fill(sheet.style((3, 3)), "00FF00"))
    copy.notes(rich.SHEET).put_plain((3, 3), "別のメモ")
    clean = Book(unmark(copy.to_bytes()) or b"")
    assert clean.styles.fill_colour(clean.sheet(rich.SHEET).style((3, 3))) == "00FF00"
    assert clean.notes(rich.SHEET).texts()[3, 3] == "別のメモ"


def test_what_staff_added_to_a_note_stays(full: bytes) -> None:
    copy = Book(annotate(full, [a_mark(rich.SHEET, "D4")], WORDS).data)
    notes = copy.notes(rich.SHEET)
    notes.put_plain((3, 3), notes.texts()[3, 3] + "\n確認しました")
    clean = Book(unmark(copy.to_bytes()) or b"")
    assert clean.notes(rich.SHEET).texts()[3, 3] == "確認しました"


def test_marks_are_found_again_after_another_program_saved_the_copy(
    book: Path, tmp_path: Path, office: Office
) -> None:
    """LibreOffice numbers formats anew, as Excel does, and names follow their cells."""
    data = book.read_bytes()
    sheet = Book(data).sheet_names()[0]
    cell = read_file(book).records[0].cells["costs.general.2017"].partition("!")[2]
    place = Book(data).sheet(sheet)
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(annotate(data, [a_mark(sheet, cell), a_mark(sheet, "B2", "warning")], WORDS).data)
    saved = office.save_again(marked, tmp_path / "saved.xlsx").read_bytes()
    clean = Book(unmark(saved) or b"")
    assert clean.sheet_names() == [sheet]
    from workbook.grid import spot_of

    for spot in (spot_of(cell), (1, 1)):
        colour = clean.styles.fill_colour(clean.sheet(sheet).style(spot))
        assert colour == Book(data).styles.fill_colour(place.style(spot))
    assert clean.notes(sheet).texts() == {}
    (tmp_path / "clean.xlsx").write_bytes(clean.to_bytes())
    before, after = (read_file(path).records[0] for path in (book, tmp_path / "clean.xlsx"))
    assert after.values == before.values


# ---- answers -----------------------------------------------------------------------------------------------


def with_answer(data: bytes, row: int, text: str) -> bytes:
    book = Book(data)
    book.sheet(RESULTS).put((row, 7), text)
    return book.to_bytes()


def test_answers_are_kept_and_shown_as_answered(full: bytes) -> None:
    marks = [a_mark(rich.SHEET, "D4", "warning"), a_mark(rich.SHEET, "B2", "warning", "C311")]
    copy = with_answer(annotate(full, marks, WORDS).data, 3, "補助金の増による")
    again = annotate(copy, marks, WORDS)
    book = Book(again.data)
    assert again.answered == 1
    assert book.sheet(RESULTS).text((3, 7)) == "補助金の増による"
    assert book.sheet(RESULTS).text((3, 8)) == "回答済"
    assert book.styles.fill_colour(book.sheet(rich.SHEET).style((3, 3))) == ANSWERED
    assert "回答: 補助金の増による" in book.notes(rich.SHEET).texts()[3, 3]


def test_what_is_typed_as_an_answer_stays_a_text(book: Path) -> None:
    marks = [a_mark("1", "A200", "warning"), a_mark("1", "A201", "warning", "C311")]
    copy = with_answer(annotate(book.read_bytes(), marks, WORDS).data, 3, "=1+2")
    again = annotate(copy, marks[1:], WORDS)  # one of them is mended: its answer stands in grey
    for data in (copy, again.data):
        sheet = openpyxl.load_workbook(io.BytesIO(data))[WORDS.sheet]
        formats = [cell.number_format for (cell,) in sheet.iter_rows(min_row=4, min_col=8, max_col=8)]
        assert formats == ["@", "@"]
        assert {cell.number_format for cell in sheet[3]} == {"General"}
        assert {cell.number_format for cell in sheet["D"]} == {"General"}
    (answer,) = answers(again.data).values()
    assert answer.text == "=1+2"


def test_an_answer_to_what_is_mended_is_not_lost(full: bytes) -> None:
    copy = with_answer(
        annotate(full, [a_mark(rich.SHEET, "D4", "warning")], WORDS).data, 3, "補助金の増による"
    )
    again = annotate(annotate(copy, [], WORDS).data, [], WORDS)
    (answer,) = answers(again.data).values()
    assert answer.text == "補助金の増による"
    assert Book(again.data).sheet(RESULTS).text((3, 8)) == "解消"


def test_an_answer_follows_its_finding_to_another_cell(full: bytes) -> None:
    mark = a_mark(rich.SHEET, "D4")
    moved = Mark(
        mark.severity, mark.code, mark.message, mark.hint, f"{rich.SHEET}!D5", mark.sheet, mark.field
    )
    done = annotate(full, [moved], WORDS, {mark.key: Answer("理由", [""] * 9)})
    assert done.answered == 1


# ---- the command -------------------------------------------------------------------------------------------


def test_the_marked_copy_reads_as_the_book_itself(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    run("validate", book, "--annotate", tmp_path / "out")
    assert book.read_bytes() == before
    old, new = (read_file(path).records for path in (book, tmp_path / "out" / book.name))
    assert [(r.values, r.cells, r.issues) for r in new] == [(r.values, r.cells, r.issues) for r in old]


def test_each_finding_with_a_cell_is_marked(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("validate", book, "--annotate", tmp_path / "out", "--json") == 1
    (entry,) = json.loads(capsys.readouterr().out)
    marked = Book.open(tmp_path / "out" / book.name)
    notes = marked.notes(entry["sheet"]).texts()
    assert {f["code"] for f in entry["findings"]} >= {"C301"}
    for finding in entry["findings"]:
        if finding["cell"]:
            assert any(finding["message"] in text for text in notes.values())
    assert any("直し方: " in text for text in notes.values())


def test_a_folder_keeps_its_shape_and_is_undone_whole(tmp_path: Path) -> None:
    for name in ("総務部/電算.xlsx", "市民部/電算.xlsx"):
        (tmp_path / "提出" / name).parent.mkdir(parents=True)
        write_book(tmp_path / "提出" / name, [sample()], Style())
    run("validate", tmp_path / "提出", "--annotate", tmp_path / "印")
    assert run("unmark", tmp_path / "印", "-o", tmp_path / "元") == 0
    for name in ("総務部/電算.xlsx", "市民部/電算.xlsx"):
        assert is_marked((tmp_path / "印" / name).read_bytes())
        assert members((tmp_path / "元" / name).read_bytes()) == members(
            (tmp_path / "提出" / name).read_bytes()
        )


@pytest.mark.parametrize("out", [".", "..", "link"])
def test_a_folder_that_holds_the_inputs_is_refused(
    book: Path, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    if out == "link":
        (book.parent / "link").symlink_to(book.parent)
    assert run("validate", book, "--annotate", book.parent / out) == 2
    assert "もとのファイル" in capsys.readouterr().err
    assert book.read_bytes() == before
    assert run("validate", book.parent, "--annotate", book.parent) == 2
    assert run("unmark", book.parent, "-o", book.parent) == 2


def test_copies_within_the_input_folder_are_no_input(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        run("validate", book.parent, "--annotate", book.parent / "印", "--json")
        assert len(json.loads(capsys.readouterr().out)) == 1


def test_copies_among_the_files_of_the_next_run_are_passed_over_until_they_say_something_new(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The copies lie in a folder within the submissions; a department may mend its sheet in the copy."""
    inputs = tmp_path / "提出"
    (inputs / "総務部").mkdir(parents=True)
    shutil.move(book, inputs / "総務部" / "事業.xlsx")
    filled.write(many.FORM, [many.record(5)], inputs / "事業.xlsx")
    run("validate", inputs, "--annotate", inputs / "印")
    capsys.readouterr()
    for verb in (["validate", inputs], ["consolidate", inputs, "-o", tmp_path / "集約.xlsx"]):
        run(*verb, "--json")
        told = capsys.readouterr()
        assert "印を付けた写し2件" in told.err
        found = json.loads(told.out)
        assert (len(found) if isinstance(found, list) else found["consolidated"]) == 2
    received = stored(tmp_path / "集約.xlsx")["受付簿"]
    assert sum("検証の印を付けた写し" in str(row) for row in received) == 2

    mended = inputs / "印" / "総務部" / "事業.xlsx"
    changed = openpyxl.load_workbook(mended)
    changed.worksheets[0]["A1"] = "書き直した"
    changed.save(mended)
    run("validate", inputs, "--json")
    told = capsys.readouterr()
    assert "印を付けた写し1件" in told.err
    assert len(json.loads(told.out)) == 3
    (inputs / "事業.xlsx").unlink()  # a copy without its book is read: nothing else is there of it
    run("validate", inputs, "--json")
    told = capsys.readouterr()
    assert "印を付けた写し" not in told.err
    assert len(json.loads(told.out)) == 3


def test_answers_in_an_earlier_copy_are_carried_over(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / book.name
    run("validate", book, "--annotate", tmp_path / "out")
    target.write_bytes(with_answer(target.read_bytes(), 3, "確認済み"))
    run("validate", book, "--annotate", tmp_path / "out")
    assert [answer.text for answer in answers(target.read_bytes()).values()] == ["確認済み"]


def test_a_copy_in_which_staff_mended_figures_is_not_overwritten(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out" / book.name
    run("validate", book, "--annotate", tmp_path / "out")
    copy = Book.open(target)
    copy.sheet(copy.sheet_names()[0]).put((200, 3), 1)
    target.write_bytes(copy.to_bytes())
    before = target.read_bytes()
    run("validate", book, "--annotate", tmp_path / "out")
    assert target.read_bytes() == before
    assert "書きかえたセル" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../a.xlsx", "x/../../a.xlsx", "{folder}/a.xlsx"])
def test_nothing_is_written_outside_of_the_folder(name: str, tmp_path: Path) -> None:
    name = name.format(folder=tmp_path)
    written = writing(name, "", tmp_path / "out", lambda data, target: (data, Written(name)))
    assert (written.path, written.reason) == (None, "outside")
    assert not list(tmp_path.iterdir())


def test_another_file_of_that_name_is_not_overwritten(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out" / book.name
    target.parent.mkdir()
    shutil.copy(book, target)
    run("validate", book, "--annotate", tmp_path / "out")
    assert target.read_bytes() == book.read_bytes()
    assert "同じ名前の別のファイル" in capsys.readouterr().err


def test_files_that_cannot_be_marked_are_told_and_the_rest_goes_on(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "古い.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    run("validate", tmp_path, "--annotate", tmp_path / "out")
    assert "書き出せませんでした: 古い.xls" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == [book.name]


def test_a_refused_book_gets_its_finding_as_a_sheet(tmp_path: Path) -> None:
    rich.write(tmp_path / "別の書類.xlsm")
    run("validate", tmp_path / "別の書類.xlsm", "--annotate", tmp_path / "out")
    sheet = Book.open(tmp_path / "out" / "別の書類.xlsm").sheet(RESULTS)
    assert sheet.text((3, 1)) == "F003"


def test_english_copies(book: Path, tmp_path: Path) -> None:
    run("validate", book, "--annotate", tmp_path / "out", "--lang", "en")
    assert "Findings" in Book.open(tmp_path / "out" / book.name).sheet_names()


def test_a_signed_book_is_not_copied(book: Path) -> None:
    parts = members(book.read_bytes()) | {"_xmlsignatures/sig1.xml": b"<x/>"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as signed:
        for name, data in parts.items():
            signed.writestr(name, data)
    with pytest.raises(Unchangeable, match="signed"):
        annotate(out.getvalue(), [], WORDS)
