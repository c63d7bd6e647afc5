"""The reader: one record, laid out as many ways as departments do, reads the same; or is refused in full."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.layouts import Style, expected, sample, styles, write_book
from tests.support.office import Office
from tests.support.records import record_lists, records
from workbook import blank
from workbook import form as forms
from workbook.form import Form
from workbook.notation import fold
from workbook.read import Reading, read_file
from workbook.record import to_json

FORM = forms.get("unnan_2017")
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


def comparable(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what depends on the file, flat, without blanks: null, {} and [] say the same."""
    flat: dict[str, Any] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                walk(part, f"{path}.{name}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for part in value:
                walk(part, f"{path}.{part['slot']}")
        elif value not in (None, []):
            flat[path] = value

    walk({k: v for k, v in record.items() if k not in ("file", "sheet", "form", "cells")}, "")
    return flat


def read_records(path: Path) -> list[dict[str, Any]]:
    reading = read_file(path)
    assert not reading.refused, [(r.code, r.sheet, r.values) for r in reading.refused]
    return [to_json(record) for record in reading.records]


def assert_same(
    found: dict[str, Any], written: dict[str, Any], may_lack: frozenset[str] = frozenset()
) -> None:
    read, typed = comparable(found), comparable(expected(written))
    assert read == {path: value for path, value in typed.items() if path in read or path not in may_lack}


def lone_code(written: dict[str, Any], style: Style) -> frozenset[str]:
    """A code alone in the last line of codes, rows beneath its label and without a block around it.

    It may be any figure: it is left out, and told as a blank code.
    """
    if style.merge == "all" or style.budget != "under" or style.budget_cells != "whole":
        return frozenset()
    last = [key for key in ("kou", "moku", "minor") if written["budget"].get(key)]
    return frozenset(f".budget.{key}" for key in last) if len(last) == 1 else frozenset()


def test_the_printed_form_reads_as_it_was_written(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, sample())


@SLOW
@given(style=styles(), seed=st.integers(0, 10**6))
def test_any_layout_of_one_record_reads_the_same(tmp_path: Path, style: Style, seed: int) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], style, seed)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, sample())


# Codes of any length are typed as texts here: of digits in cells of their own a last 0 may be the picture of
# a blank name.
@SLOW
@given(style=styles(budget_typed="text"), seed=st.integers(0, 10**6), record=records())
def test_any_record_in_any_layout_reads_the_same(
    tmp_path: Path, style: Style, seed: int, record: dict[str, Any]
) -> None:
    write_book(tmp_path / "a.xlsx", [record], style, seed)
    (found,) = read_records(tmp_path / "a.xlsx")
    assert_same(found, record, lone_code(record, style))


@settings(SLOW, max_examples=10)
@given(style=styles(budget_typed="text"), seed=st.integers(0, 10**6), written=record_lists())
def test_several_projects_of_one_book_are_told_apart(
    tmp_path: Path, style: Style, seed: int, written: list[dict[str, Any]]
) -> None:
    write_book(tmp_path / "a.xlsx", written, style, seed)
    found = {fold(record["project_name"]): record for record in read_records(tmp_path / "a.xlsx")}
    assert len(found) == len(written)
    for record in written:
        assert_same(found[fold(record["project_name"])], record, lone_code(record, style))


@pytest.mark.parametrize("pages", ["below", "right", "sheets"])
def test_a_book_saved_again_by_another_program_reads_the_same(
    tmp_path: Path, office: Office, pages: str
) -> None:
    write_book(
        tmp_path / "a.xlsx", [sample()], Style(pages=pages, numbers=("comma", "format"), formulas=True)
    )
    office.save_again(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    (found,) = read_records(tmp_path / "b.xlsx")
    assert_same(found, sample())


def test_every_value_keeps_the_cell_it_came_from(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(pages="sheets", numbers=("plain",)))
    (record,) = read_file(tmp_path / "a.xlsx").records
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for key in ("costs.general.2017", "costs.work_hours.2016", "outcome_indicators.ア.values.2015"):
        sheet, _, address = str(record.cell(key)).partition("!")
        assert book[sheet][address].value == record[key]
    for key in ("project_name", "judgements.4.reason", "direction_text"):
        sheet, _, address = str(record.cell(key)).partition("!")
        assert str(record[key]) in str(book[sheet][address].value)


# ---- refused, and told ----


def change(path: Path, edit: Any) -> Path:
    """The book with some cells edited, saved beside it."""
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    value = edit(cell.value)
                    if value != cell.value:
                        cell.value = value
    target = path.with_name("changed.xlsx")
    book.save(target)
    return target


def required_labels(form: Form) -> list[str]:
    rows = [row.label for row in form.costs.rows]
    tables = [table.label for table in form.tables]
    questions = [question.label for question in form.questions]
    unique = [
        "事務事業名",
        "所属課",
        "政策名",
        "施策名",
        "基本事業名",
        "予算科目",
        "事業内容",
        "関係者からの意見・要望",
    ]
    optional = {"予算科目"}
    return [*rows, *tables, *questions, *(label for label in unique if label not in optional)]


@pytest.mark.parametrize("label", required_labels(FORM))
def test_a_label_that_is_gone_is_named_and_nothing_is_guessed(tmp_path: Path, label: str) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(pages="sheets", notes="none", marks="none"))
    wanted = fold(label)
    changed = change(tmp_path / "a.xlsx", lambda text: None if fold(text) == wanted else text)
    reading = read_file(changed)
    assert not reading.records
    (refused,) = reading.refused
    assert refused.code == "F004"
    assert wanted in [fold(missing) for missing in refused.values["missing"]]


def test_all_missing_labels_are_named_at_once(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    gone = {"一般財源", "延べ業務時間", "課長名"}
    changed = change(tmp_path / "a.xlsx", lambda text: None if fold(text) in gone else text)
    (refused,) = read_file(changed).refused
    assert refused.code == "F004"
    assert gone <= set(refused.values["missing"])


def head_with(tmp_path: Path, *texts: str) -> Path:
    """The sample with some cells written in a row of their own above its head."""
    write_book(tmp_path / "a.xlsx", [sample()], Style(offset_row=5))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for column, text in enumerate(texts, 1):
        book.worksheets[0].cell(2, column, text)
    book.save(tmp_path / "b.xlsx")
    return tmp_path / "b.xlsx"


def test_a_label_twice_with_two_values_is_ambiguous(tmp_path: Path) -> None:
    (refused,) = read_file(head_with(tmp_path, "所属課", "財政課")).refused
    assert refused.code == "F005"
    assert refused.values["label"] == "所属課"
    assert len(refused.values["cells"]) == 2


@pytest.mark.parametrize("again", [sample()["division"], ""])
def test_a_label_twice_with_one_value_is_no_harm(tmp_path: Path, again: str) -> None:
    (found,) = read_records(head_with(tmp_path, "所属課", again))
    assert_same(found, sample())


def test_a_row_twice_with_two_fillings_is_ambiguous(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(numbers=("plain",), merge="none"))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    (record,) = read_file(tmp_path / "a.xlsx").records
    sheet, _, address = str(record.cell("costs.grand_total.2017")).partition("!")
    cell = book[sheet][address]
    label = next(c for c in book[sheet][cell.row] if isinstance(c.value, str) and "トータル" in c.value)
    unit = next(c for c in book[sheet][cell.row] if c.value == "千円")
    for column, value in ((label.column, "一般財源"), (unit.column, "千円"), (cell.column, 1)):
        book[sheet].cell(cell.row + 1, column, value)
    book.save(tmp_path / "b.xlsx")
    (refused,) = read_file(tmp_path / "b.xlsx").refused
    assert (refused.code, refused.values["label"]) == ("F005", "一般財源")


def test_another_paper_is_no_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["車両番号", "使用者", "走行距離"])
    book.save(tmp_path / "a.xlsx")
    (refused,) = read_file(tmp_path / "a.xlsx").refused
    assert refused.code == "F003"
    assert refused.values["nearest"] == FORM.title
    assert refused.values["missing"]


def test_instructions_with_the_same_words_do_not_win(tmp_path: Path) -> None:
    for place in ("first", "last"):
        write_book(tmp_path / "a.xlsx", [sample()], Style(guide=place, example=place))
        (found,) = read_records(tmp_path / "a.xlsx")
        assert_same(found, sample())


def codes(reading: Reading) -> list[str]:
    (record,) = reading.records
    return [issue.code for issue in record.issues]


@pytest.mark.parametrize(
    ("typed", "code"), [("別紙", "F012"), ("29（4）", "F012"), ("8,652円", "F012"), ("8652.0", "F013")]
)
def test_what_stands_in_a_number_cell_is_told(tmp_path: Path, typed: str, code: str) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(numbers=("plain",)))
    (record,) = read_file(tmp_path / "a.xlsx").records
    sheet, _, address = str(record.cell("costs.general.2017")).partition("!")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book[sheet][address] = typed
    book.save(tmp_path / "b.xlsx")
    (record,) = read_file(tmp_path / "b.xlsx").records
    (issue,) = [i for i in record.issues if i.code == code]
    assert (issue.key, issue.year, issue.cell) == ("costs.general.2017", 2017, f"{sheet}!{address}")
    assert issue.values["found"] == typed
    assert record["costs.general.2017"] == (None if code == "F012" else 8652)


def test_a_formula_that_was_never_calculated_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(formulas=True))
    openpyxl.load_workbook(tmp_path / "a.xlsx").save(tmp_path / "b.xlsx")  # openpyxl stores no values
    (record,) = read_file(tmp_path / "b.xlsx").records
    (issue,) = [i for i in record.issues if i.code == "F007"]
    assert record.cell("costs.project_total.2017") in issue.values["cells"]
    assert record["costs.project_total.2017"] is None


def test_an_error_value_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(numbers=("plain",)))
    (record,) = read_file(tmp_path / "a.xlsx").records
    sheet, _, address = str(record.cell("costs.general.2017")).partition("!")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book[sheet][address] = "#REF!"
    book[sheet][address].data_type = "e"
    book.save(tmp_path / "b.xlsx")
    (record,) = read_file(tmp_path / "b.xlsx").records
    (issue,) = [i for i in record.issues if i.code == "F011"]
    assert (issue.key, issue.values["found"]) == ("costs.general.2017", "#REF!")


def test_hidden_rows_with_values_are_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(numbers=("plain",)))
    (record,) = read_file(tmp_path / "a.xlsx").records
    sheet, _, address = str(record.cell("costs.general.2017")).partition("!")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book[sheet].row_dimensions[book[sheet][address].row].hidden = True
    book.save(tmp_path / "b.xlsx")
    assert "F008" in codes(read_file(tmp_path / "b.xlsx"))


def test_a_second_page_of_another_project_is_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style(pages="sheets"))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for row in book.worksheets[-1].iter_rows():
        for cell in row:
            if cell.value == sample()["project_name"]:
                cell.value = "別の事業"
    book.save(tmp_path / "b.xlsx")
    assert "F010" in codes(read_file(tmp_path / "b.xlsx"))


def test_the_input_is_never_changed(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    shutil.copy2(tmp_path / "a.xlsx", tmp_path / "before.xlsx")
    before = (tmp_path / "a.xlsx").stat()
    read_file(tmp_path / "a.xlsx")
    after = (tmp_path / "a.xlsx").stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "before.xlsx").read_bytes()


def test_a_hidden_sheet_that_is_filled_in_is_told_though_not_read(tmp_path: Path) -> None:
    other = sample() | {"project_name": "別の事業"}
    write_book(tmp_path / "a.xlsx", [sample(), other], Style())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    hidden = next(s for s in book.worksheets if "別の事業" in {c.value for row in s.iter_rows() for c in row})
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    (record,) = read_file(tmp_path / "a.xlsx").records
    assert record["project_name"] == sample()["project_name"]
    told = [(issue.values["found"], issue.cell) for issue in record.issues if issue.code == "F008"]
    assert told == [("sheet_left_out", f"{hidden.title}!A1")]


def test_a_hidden_blank_form_is_not_told(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    copy = book.create_sheet("様式")
    for row in blank.workbook(FORM, 2017, rates={}, two_sheets=False).worksheets[0].iter_rows():
        for cell in row:
            if cell.value is not None and not str(cell.value).startswith("="):
                copy.cell(cell.row, cell.column, cell.value)
    copy.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    (record,) = read_file(tmp_path / "a.xlsx").records
    assert "F008" not in {issue.code for issue in record.issues}
