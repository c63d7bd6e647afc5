"""The same record from every format that departments send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support import drawn, formats
from tests.support.drawn import How, draw
from tests.support.layouts import Style, write_book
from tests.support.office import Office
from tests.support.records import sample
from workbook.grid import Rect
from workbook.read import read_file
from workbook.record import Record
from workbook.source import Book, open_book

STYLES = {
    "plain": Style(hidden="hidden"),
    "unmerged": Style(merge="none"),
    "two sheets": Style(pages="sheets"),
    "numbers as text": Style(numbers=("full_comma", "unit"), tick="ballot"),
    "codes as numbers": Style(budget_typed="number", budget_cells="whole", year_style="number"),
    "booleans": Style(tick="bool", place_period="left", place_question="left"),
}


def only(path: Path) -> Record:
    reading = read_file(path)
    assert not reading.refused, reading.refused[0].values
    (record,) = reading.records
    return record


def said(record: Record) -> dict[str, Any]:
    """Values with their cells."""
    return {k: (v, record.cells.get(k)) for k, v in record.values.items() if v is not None}


@pytest.fixture(params=STYLES.values(), ids=STYLES)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write_book(tmp_path / "book.xlsx", [sample()], request.param, seed=2)
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize("suffix", ["strict.xlsx", "xlsm", "xlsb"])
def test_formats_made_by_hand(suffix: str, book: Path, tmp_path: Path) -> None:
    make = {"strict.xlsx": formats.strict, "xlsm": formats.macro, "xlsb": formats.xlsb}[suffix]
    other = make(book, tmp_path / f"other.{suffix}")
    assert said(only(other)) == said(only(book))


@pytest.mark.office
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_formats_that_libreoffice_writes(suffix: str, book: Path, tmp_path: Path, office: Office) -> None:
    other = office.save_again(book, tmp_path / f"other.{suffix}")
    assert said(only(other)) == said(only(book))


@pytest.mark.parametrize("how", [How(), How(link="here"), How(ovals=True)], ids=["boxes", "linked", "ovals"])
def test_controls_in_strict_books(how: How, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], Style())
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", how)
    other = formats.strict(tmp_path / "drawn.xlsx", tmp_path / "strict.xlsx")
    assert said(only(other)) == said(only(tmp_path / "drawn.xlsx"))


@pytest.mark.parametrize("captions", ["", "vml"], ids=["labels in cells", "captions"])
def test_controls_in_an_xlsb(captions: str, tmp_path: Path) -> None:
    write_book(tmp_path / "typed.xlsx", [sample()], Style())
    how = How(parts="vml", captions=captions)
    draw(tmp_path / "typed.xlsx", tmp_path / "drawn.xlsx", how)
    import zipfile

    with zipfile.ZipFile(tmp_path / "drawn.xlsx") as package:
        vml = package.read("xl/drawings/vmlDrawing1.vml")
    other = formats.xlsb(tmp_path / "drawn.xlsx", tmp_path / "drawn.xlsb", vml={1: vml})
    assert only(other).values == only(tmp_path / "typed.xlsx").values


# ---- what the value reader hides ---------------------------------------------------------------------------


def odd(path: Path) -> Path:
    """A book with an error value, hidden rows and columns, and merged blocks."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("様式")
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B3", "=NA()", None, "#N/A")
        sheet.write("A1", "初め")
        sheet.write("D6", "終わり")
        sheet.merge_range("A8:C9", "結合")
        sheet.merge_range("B11:B14", 5)
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_column("C:C", None, None, {"hidden": True})
    return path


def seen(book: Book) -> tuple[Any, ...]:
    (grid,) = book.grids
    return grid.cells, grid.errors, set(grid.merges), set(grid.hidden_rows), set(grid.hidden_columns)


EXPECTED = (
    {(0, 0): "初め", (5, 3): "終わり", (7, 0): "結合", (10, 1): 5},
    {(1, 1): "#DIV/0!", (2, 1): "#N/A"},
    {Rect(7, 0, 8, 2), Rect(10, 1, 13, 1)},
    {4},
    {2},
)


def test_errors_hidden_rows_and_merges(tmp_path: Path) -> None:
    assert seen(open_book(odd(tmp_path / "odd.xlsx"))) == EXPECTED


@pytest.mark.office
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_the_same_in_other_formats(suffix: str, tmp_path: Path, office: Office) -> None:
    other = office.save_again(odd(tmp_path / "odd.xlsx"), tmp_path / f"other.{suffix}")
    assert seen(open_book(other)) == EXPECTED


def test_errors_and_merges_of_an_xlsb(tmp_path: Path) -> None:
    other = formats.xlsb(
        odd(tmp_path / "odd.xlsx"), tmp_path / "odd.xlsb", errors={(1, 1): 0x07, (2, 1): 0x2A}
    )
    assert seen(open_book(other))[:3] == EXPECTED[:3]


def test_an_error_in_a_field_is_told_in_every_format(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", [sample()], Style())
    record = only(tmp_path / "a.xlsx")
    cell = record.cells["costs.general.2017"].rpartition("!")[2]
    row, column = drawn.spot(cell)
    other = formats.xlsb(tmp_path / "a.xlsx", tmp_path / "a.xlsb", errors={(row, column): 0x17})
    (issue,) = [i for i in only(other).issues if i.code == "F011"]
    assert (issue.key, issue.values["found"]) == ("costs.general.2017", "#REF!")


SHOWN = [
    (0.955, "0.0%", "95.5%"),
    (0.5, "0%", "50%"),
    (5_652_000.0, "#,##0,", "5652000"),
    (417.0, "00000", "00417"),
    (5_652_000.0, "#,##0", "5652000.0"),
    (0.5, '0.0"%"', "0.5"),
    (42_826.0, 'ggge"年"', "2017-04-01"),
]
"""A number, its format, and what the cell is then."""


def shown(path: Path) -> list[tuple[str, str]]:
    (grid,) = open_book(path).grids
    values = (value for _, value in sorted(grid.cells.items()))
    alike = [float(value) if type(value) is int else value for value in values]  # as .ods files have them
    return [(type(value).__name__, str(value)) for value in alike]


def numbers(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row, (value, number_format, _) in enumerate(SHOWN, 1):
        cell: Any = book.active.cell(row, 1, value)
        cell.number_format = number_format
    book.save(path)
    return path


def test_numbers_are_what_their_cells_show(tmp_path: Path) -> None:
    assert [text for _, text in shown(numbers(tmp_path / "a.xlsx"))] == [text for *_, text in SHOWN]


def test_numbers_of_an_xlsb_are_what_their_cells_show(tmp_path: Path) -> None:
    cells = {(row, 0): value for row, (value, *_) in enumerate(SHOWN)}
    codes = {(row, 0): code for row, (_, code, _) in enumerate(SHOWN)}
    (tmp_path / "a.xlsb").write_bytes(formats.xlsb_of(dict(cells), codes))
    assert shown(tmp_path / "a.xlsb") == shown(numbers(tmp_path / "a.xlsx"))


@pytest.mark.office
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_numbers_are_what_their_cells_show_in_what_libreoffice_writes(
    suffix: str, tmp_path: Path, office: Office
) -> None:
    book = numbers(tmp_path / "a.xlsx")
    assert shown(office.save_again(book, tmp_path / f"b.{suffix}")) == shown(book)
