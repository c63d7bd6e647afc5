"""T605: a text that surely has no room in its cell is told, any other never; whoever saved the book."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from evalxl.demo import data
from evalxl.rules import registry
from evalxl.settings import Settings
from tests.support.office import Office
from workbook import form
from workbook.filled import write
from workbook.formats.rooms_xml import Rooms
from workbook.grid import Rect, spot_of
from workbook.read import read_file
from workbook.record import Issue, from_json
from workbook.room import Lacking
from workbook.source import open_book
from workbook.styles import Style

FORM = form.get("unnan_2017")
SAMPLE = from_json(FORM, data.sample(2017))
LONG = {
    "outline": "研修の機会を増やし、相談できる窓口を設ける。" * 20,
    "judgements.5.reason": "やめれば情報が漏れるおそれがある。" * 20,
    "summary.text": "\n".join("一行" for _ in range(12)),
    "direction_text": "手順を見直し、次の年度から新しい研修を始める。" * 40,
}
STYLES = {"fine": Style(), "coarse": Style(coarse=True), "sheets": Style(two_sheets=True, top=2, left=1)}


def told(path: Path) -> dict[str | None, Issue]:
    """What is told of the first record, by key."""
    record = read_file(path).records[0]
    return {issue.key: issue for issue in record.issues if issue.code == "T605"}


def written(path: Path, values: dict[str, Any], style: Style) -> Path:
    write(FORM, [SAMPLE.with_values(values)], path, style)
    return path


# ---- the form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_long_texts_of_the_form_are_told_and_no_others(style: Style, tmp_path: Path) -> None:
    path = written(tmp_path / "book.xlsx", LONG, style)
    found, record = told(path), read_file(path).records[0]
    assert found.keys() == LONG.keys()
    for key, issue in found.items():
        assert issue.cell == record.cells[str(key)]
        assert issue.values["found"] > issue.values["expected"] >= 1
    assert told(written(tmp_path / "short.xlsx", {}, style)) == {}


def test_the_finding_says_how_many_lines(tmp_path: Path) -> None:
    record = read_file(written(tmp_path / "book.xlsx", LONG, Style())).records[0]
    findings = [f for f in registry.check(record, Settings()) if f.code == "T605"]
    (finding,) = [f for f in findings if f.field == "summary.text"]
    assert (finding.severity, finding.cell) == ("info", record.cells["summary.text"])
    assert finding.message().endswith("の文章は12行ほどになり、枠に印刷されるのは6行ほどです。")


@pytest.mark.office
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_what_libreoffice_saved_is_told_the_same(style: Style, office: Office, tmp_path: Path) -> None:
    book = written(tmp_path / "book.xlsx", LONG, style)
    again = told(office.save_again(book, tmp_path / "again.xlsx"))
    assert {k: i.values for k, i in again.items()} == {k: i.values for k, i in told(book).items()}
    assert told(office.save_again(book, tmp_path / "again.ods")) == {}
    assert told(office.save_again(book, tmp_path / "again.xls")) == {}
    assert told(office.save_again(written(tmp_path / "s.xlsx", {}, style), tmp_path / "s2.xlsx")) == {}


@pytest.mark.office
def test_what_is_told_is_cut_off_when_libreoffice_prints_it(office: Office, tmp_path: Path) -> None:
    """The end of a text that is told does not show on paper; that of a text that is not told does."""
    reason = "judgements.5.reason"
    pages = {}
    for name, text in (("told", LONG[reason]), ("fits", "漏れるおそれがある。" * 10), ("blank", "")):
        book = written(tmp_path / f"{name}.xlsx", {reason: text}, Style())
        assert bool(told(book)) == (name == "told")
        pages[name] = [page.read_bytes() for page in office.pictures(book, tmp_path)]
    longer = written(tmp_path / "longer.xlsx", {reason: LONG[reason] * 2}, Style())
    assert [page.read_bytes() for page in office.pictures(longer, tmp_path)] == pages["told"]
    assert pages["fits"] != pages["blank"]


# ---- one cell ----------------------------------------------------------------------------------------------

TEXT = "本文" * 30
"""120 half letters."""


def cell(change: Callable[[Worksheet], object] = lambda sheet: None, place: str = "B2:D3") -> io.BytesIO:
    """A book with a block of 3 × 10 letters in two rows of 15 points that wraps its text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for column in "BCD":
        sheet.column_dimensions[column].width = 10
    for row in (2, 3):
        sheet.row_dimensions[row].height = 15
    if ":" in place:
        sheet.merge_cells(place)
    sheet["B2"] = TEXT
    sheet["B2"].alignment = Alignment(wrap_text=True)
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out


def lacking(book: io.BytesIO, tmp_path: Path, place: str = "B2:D3") -> Lacking | None:
    path = tmp_path / "cell.xlsx"
    path.write_bytes(book.getvalue())
    (grid,) = open_book(path).grids
    first, _, last = place.partition(":")
    assert grid.lacking
    return grid.lacking(Rect(*spot_of(first), *spot_of(last or first)), str(grid.cells[1, 1]))


def test_a_block_is_as_large_as_its_columns_and_rows(tmp_path: Path) -> None:
    assert lacking(cell(), tmp_path) == Lacking(lines=4, printed=2)
    assert lacking(cell(lambda s: s.column_dimensions["C"].__setattr__("width", 50)), tmp_path) is None
    assert lacking(cell(lambda s: s.row_dimensions[3].__setattr__("height", 60)), tmp_path) is None


def test_hidden_rows_and_columns_print_nothing(tmp_path: Path) -> None:
    wide = cell(lambda s: [s.column_dimensions[c].__setattr__("width", 20) for c in "BC"])
    assert lacking(wide, tmp_path) is None

    def hide(sheet: Worksheet) -> None:
        for column in "BC":
            sheet.column_dimensions[column].width = 20
        sheet.column_dimensions["B"].hidden = True

    assert lacking(cell(hide), tmp_path) is not None


SPARED: dict[str, Callable[[Worksheet], object]] = {
    "no wrapping": lambda s: setattr(s["B2"], "alignment", Alignment(wrap_text=False)),
    "shrunk": lambda s: setattr(s["B2"], "alignment", Alignment(wrap_text=True, shrink_to_fit=True)),
    "upright": lambda s: setattr(s["B2"], "alignment", Alignment(wrap_text=True, text_rotation=255)),
    "small letters": lambda s: setattr(s["B2"], "font", Font(size=5)),
    "small letters in the text": lambda s: s.__setitem__(
        "B2", CellRichText(TextBlock(InlineFont(sz=5), TEXT[:40]), TextBlock(InlineFont(sz=5), TEXT[40:]))
    ),
}


@pytest.mark.parametrize("change", SPARED.values(), ids=SPARED)
def test_what_may_well_be_printed_is_not_told(change: Callable[[Worksheet], object], tmp_path: Path) -> None:
    assert lacking(cell(change), tmp_path) is None


def test_larger_letters_take_more_lines(tmp_path: Path) -> None:
    larger = lacking(cell(lambda s: setattr(s["B2"], "font", Font(size=20))), tmp_path)
    assert larger == Lacking(lines=7, printed=1)


def test_a_row_that_excel_fits_prints_a_single_cell_whole(tmp_path: Path) -> None:
    def loose(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].height = None

    assert lacking(cell(loose, "B2"), tmp_path, "B2") is None
    assert lacking(cell(place="B2"), tmp_path, "B2") == Lacking(lines=11, printed=1)
    # Excel fits no row to a merged block.
    assert lacking(cell(loose, "B2:D2"), tmp_path, "B2:D2") is not None


def test_sizes_that_are_not_known_are_never_guessed(tmp_path: Path) -> None:
    def loose(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].height = None

    whole = cell(loose)
    changes = {
        "xl/styles.xml": (b"cellXfs", b"cellXxx"),
        "xl/worksheets/sheet1.xml": (b"<sheetFormatPr", b"<sheetOtherPr"),
    }
    assert lacking(whole, tmp_path) is not None
    for part, (before, after) in changes.items():
        assert lacking(_changed(whole, part, before, after), tmp_path) is None, part


def _changed(book: io.BytesIO, part: str, before: bytes, after: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(before, after) if name == part else content)
    return out


STRANGE = {
    "broken styles": ("xl/styles.xml", b"</styleSheet>", b"<x a></styleSheet>"),
    "no size": ("xl/styles.xml", b'<sz val="11"', b'<sz val="0"'),
    "a size that is none": ("xl/styles.xml", b'<sz val="11"', b'<sz val="1e-320"'),
    "a row that is none": ("xl/worksheets/sheet1.xml", b'<row r="3"', b'<row r="3x"'),
    "a style too far": ("xl/worksheets/sheet1.xml", b' s="1"', b' s="%s"' % (b"9" * 5000)),
}


@pytest.mark.parametrize("change", STRANGE.values(), ids=STRANGE)
def test_a_book_with_strange_sizes_is_read_all_the_same(
    change: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    assert lacking(_changed(cell(), *change), tmp_path) is None


def test_strange_sizes_do_no_harm() -> None:
    part = (
        b'<worksheet><sheetFormatPr defaultRowHeight="x"/><cols><col min="0" max="-4" width="nan"/>'
        b'<col min="2" max="99999999" width="1e99"/></cols><sheetData><row r="2" ht="y"><c r="B2" s="9">'
        b"<v>9</v></c></row></sheetData></worksheet>"
    )
    for styles in (
        b"",
        b"<styleSheet/>",
        b"<s><fonts><font/></fonts><cellXfs><xf fontId='7'/></cellXfs></s>",
    ):
        for block in (Rect(1, 1, 1, 1), Rect(1, 1, 4, 3), Rect(1, 1, 90_000, 9), Rect(0, 0, 3, 16_000)):
            assert Rooms(part, styles, b"").lacking(block, "本文" * 5000) is None
