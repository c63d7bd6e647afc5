"""What is cut out of a plain sheet's XML is what python-calamine reads, cell by cell."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.support.layouts import Style, write_book
from tests.support.office import Office
from tests.support.records import sample
from workbook import source
from workbook.facts import SheetFacts
from workbook.formats import sheet_xml
from workbook.grid import Grid
from workbook.package import Package

HOSTILE = Path(__file__).parent.parent.parent / "shared" / "hostile"


def both(data: bytes) -> tuple[list[Grid], list[Grid]]:
    """The grids by the short way and by python-calamine; an AssertionError where the book is not plain."""
    facts, _ = source._facts(data)
    assert all(told.cells is not None for told in facts.values()), "not plain"
    package = Package(data)
    shared = sheet_xml._Texts(package)
    shared.texts = None  # as if they were not plain
    parts = {sheet.name: sheet.part for sheet in package.sheets()}
    slow = {}
    for name, told in facts.items():
        shown = sheet_xml._facts(package, parts[name], package.read(parts[name]), shared).shown
        slow[name] = SheetFacts(
            told.errors, told.uncached, told.hidden_rows, told.hidden_columns, shown=shown
        )
    return list(source._plain_grids(facts)), list(source._grids(data, slow))


def shown(grids: list[Grid]) -> list[tuple[Any, ...]]:
    """All that is said of the sheets; numbers with their types."""
    return [
        (
            g.name,
            g.visible,
            {k: (type(v), v) for k, v in g.cells.items()},
            sorted(g.merges),
            g.errors,
            g.uncached,
        )
        for g in grids
    ]


def is_plain(data: bytes) -> bool:
    facts, _ = source._facts(data)
    return all(told.cells is not None for told in facts.values())


def assert_same(data: bytes) -> None:
    short, full = both(data)
    assert shown(short) == shown(full)


# ---- books of other writers --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_generated_layouts(seed: int, tmp_path: Path) -> None:
    write_book(tmp_path / "book.xlsx", [sample()], Style(), seed=seed)
    assert_same((tmp_path / "book.xlsx").read_bytes())


@pytest.mark.office
def test_a_book_that_libreoffice_saved(tmp_path: Path, office: Office) -> None:
    write_book(tmp_path / "book.xlsx", [sample()], Style(), seed=1)
    assert_same(office.save_again(tmp_path / "book.xlsx", tmp_path / "again.xlsx").read_bytes())


def test_books_of_many_programs() -> None:
    """Of the strange books those that are plain at all; the rest goes to the value reader."""
    plain = 0
    for path in sorted(HOSTILE.glob("*.xls[xm]")):
        try:
            plain_one = is_plain(data := path.read_bytes())
        except BaseException:  # refused before anything is read
            continue
        if plain_one:
            plain += 1
            assert_same(data)
    assert plain >= 5 or not HOSTILE.exists()


# ---- values of every kind ----------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
    max_size=20,
) | st.sampled_from(["&amp;", "<b>", '"', "_x000D_", "a\nb", " 前後 ", "=1+1", "'", "]]>", "㈱①", "　"])
VALUES = TEXTS | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12)


def written(rows: list[list[Any]], **options: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("評価")
        grey = book.add_format({"bg_color": "#EEEEEE"})
        sheet.merge_range(20, 1, 22, 4, "結合", grey)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, grey if column % 2 else None)
                else:
                    sheet.write(row, column, value)
                sheet.write_blank(row, column + 9, None, grey)
    return out.getvalue()


@given(st.lists(st.lists(VALUES, max_size=4), max_size=4), st.booleans())
def test_values_as_xlsxwriter_writes_them(rows: list[list[Any]], in_place: bool) -> None:
    data = written(rows, constant_memory=in_place)
    if is_plain(data):  # escapes such as _x000D_ are left to the value reader
        assert_same(data)
    else:
        assert any("_x" in v or "\r" in v for row in rows for v in row if isinstance(v, str))


@given(st.lists(st.lists(VALUES, max_size=4), max_size=4))
def test_values_as_openpyxl_writes_them(rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    sheet.merge_cells("B21:E23")
    out = io.BytesIO()
    book.save(out)
    if is_plain(out.getvalue()):
        assert_same(out.getvalue())
    else:
        assert any("_x" in v or "\r" in v for row in rows for v in row if isinstance(v, str))


def changed(data: bytes, part: str, before: str, after: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            text = old.read(member).decode("utf-8")
            if member.filename == part:
                assert before in text
                text = text.replace(before, after)
            new.writestr(member.filename, text)
    return out.getvalue()


SHEET, TEXT_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def test_ruby_and_formatted_runs() -> None:
    ruby = '<si><t>総務部</t><rPh sb="0" eb="3"><t>ソウムブ</t></rPh><phoneticPr fontId="1"/></si>'
    runs = '<si><r><rPr><b/></rPr><t>総</t></r><r><t xml:space="preserve"> 務部</t></r></si>'
    for item in (ruby, runs):
        data = changed(written([["総務部"]]), TEXT_PART, "<si><t>総務部</t></si>", item)
        assert_same(data)
        assert both(data)[0][0].cells[0, 0] in ("総務部", "総 務部")


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"><f>1+1</f><v>2</v></c>',
        '<c r="A1" t="str"><f>A9&amp;"x"</f><v>a&lt;b</v></c>',
        '<c r="A1" t="str"><f>""</f><v></v></c>',
        '<c r="A1"><f>1+1</f></c>',
        '<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="A1" t="b"><v>1</v></c>',
        '<c r="A1"><v>1.5E-7</v></c>',
        '<c r="A1" t="inlineStr"><is><t>&#12354;&#x3042;&#10;&#xD;&#9;x</t></is></c>',
        '<c r="A1" s="0"></c>',
    ],
)
def test_cells_of_every_type(cell: str) -> None:
    data = changed(written([[1]]), SHEET, '<c r="A1"><v>1</v></c>', cell)
    short, full = both(data)
    assert short[0].cells == full[0].cells
    assert (short[0].errors, short[0].uncached) == (full[0].errors, full[0].uncached)


# ---- what is not plain -------------------------------------------------------------------------------------


def test_dates_are_left_to_the_value_reader() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        date = book.add_format({"num_format": "ggge年m月d日"})
        book.add_worksheet().write_datetime(0, 0, datetime.datetime(2017, 4, 1), date)  # noqa: DTZ001
    assert not is_plain(out.getvalue())


@pytest.mark.parametrize("code", ["#,##0;▲#,##0", '0.0%;[Red]"▲ "0.0%', "#,##0_ ", "@", '0"年度"', "General"])
def test_numbers_in_any_format_are_plain(code: str) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet().write_number(0, 0, 43000.5, book.add_format({"num_format": code}))
    assert_same(out.getvalue())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<c r="A1"><v>1</v></c>', '<c r="A1" cm="1"><v>1</v></c>'),
        ('<c r="A1"><v>1</v></c>', "<c><v>1</v></c>"),
        ('<c r="A1"><v>1</v></c>', '<c r="A1"><v>0x1</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1"><v>nan</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1" t="s"><v>-1</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1" t="s"><v>99</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1" t="d"><v>2017-04-01</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1"><v xml:space="preserve">1</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<!-- --><c r="A1"><v>1</v></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1" t="inlineStr"><is><t>&nbsp;</t></is></c>'),
        ('<c r="A1"><v>1</v></c>', '<c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c>'),
        ("<sheetData>", "<sheetData >"),
        ('<mergeCell ref="B21:E23"/>', '<mergeCell ref="B21"/>'),
    ],
)
def test_what_else_is_left_to_it(before: str, after: str) -> None:
    data = changed(written([[1]]), SHEET, before, after)
    assert not is_plain(data)
