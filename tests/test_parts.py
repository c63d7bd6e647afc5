"""Changing single parts of a workbook: what was asked for changes, all else keeps its bytes."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from tests.support import rich
from tests.support.office import Office
from workbook.errors import Unchangeable
from workbook.grid import Rect
from workbook.parts import Book, Written, sheet_xml
from workbook.parts.controls import untick

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich.write(tmp_path_factory.mktemp("rich") / "rich.xlsm")


def changed(before: bytes, after: bytes) -> set[str]:
    """The parts that are no longer the same, new or gone."""
    old, new = members(before), members(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        return {name: book.read(name) for name in book.namelist()}


def loaded(data: bytes) -> openpyxl.Workbook:
    """The book for openpyxl, which warns of all that it would lose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


def values(data: bytes, sheet: str = rich.SHEET) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    found: list[list[object]] = [
        list(row) for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    ]
    return found


# ---- untouched parts ---------------------------------------------------------------------------------------


def test_a_book_that_is_not_changed_has_the_same_parts_packed_the_same(source: Path) -> None:
    data = source.read_bytes()
    again = Book(data).to_bytes()
    assert changed(data, again) == set()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(io.BytesIO(again)) as new:
        shown = [
            [(m.filename, m.compress_type, m.compress_size, m.date_time) for m in book.infolist()]
            for book in (old, new)
        ]
    assert shown[0] == shown[1]


def test_packed_bytes_are_carried_over_even_behind_data_descriptors(source: Path) -> None:
    streamed = io.BytesIO()

    class Pipe(io.RawIOBase):
        """A stream that cannot go back: zipfile then writes sizes behind the data."""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return streamed.write(bytes(data))  # type: ignore[call-overload]

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as target:  # type: ignore[arg-type]
        for name, data in rich.parts(source).items():
            target.writestr(name, data)
    data = streamed.getvalue()
    book = Book(data)
    book.sheet(rich.SHEET).put((0, 1), 1)
    assert changed(data, book.to_bytes()) == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}


def test_a_cell_changes_its_sheet_alone(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    book.sheet(rich.SHEET).put((3, 3), "長くした説明")
    assert changed(data, book.to_bytes()) == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    assert values(book.to_bytes())[3][3] == "長くした説明"


def test_what_did_not_change_in_a_changed_sheet_is_spelled_as_before(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    sheet = book.sheet(rich.SHEET)
    sheet.put((1, 1), 1)
    sheet.put((1, 1), 8652)
    assert members(book.to_bytes())["xl/worksheets/sheet1.xml"] == members(data)["xl/worksheets/sheet1.xml"]


def test_the_input_file_and_the_order_of_members_stay(source: Path, tmp_path: Path) -> None:
    before = source.read_bytes()
    book = Book.open(source)
    book.notes(rich.SHEET).put((5, 5), "見てください", "企画課")
    book.save(tmp_path / "out.xlsm")
    assert source.read_bytes() == before
    names = list(rich.parts(source))
    assert [n for n in rich.parts(tmp_path / "out.xlsm") if n in names] == names
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsm"]


# ---- values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (8652, 8652.0),
        (Decimal("18302439.578"), 18302439.578),
        (-0.5, -0.5),
        (True, True),
        (False, False),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        (" 前後の空白 \n二行目", " 前後の空白 \n二行目"),
        ("<&>\"'", "<&>\"'"),
        (None, ""),
        ("", ""),
    ],
)
def test_values_read_as_they_were_put(source: Path, value: object, read: object) -> None:
    book = Book.open(source)
    book.sheet(rich.SHEET).put((1, 1), value)  # type: ignore[arg-type]
    assert values(book.to_bytes())[1][1] == read


def test_characters_that_xml_forbids_come_back(source: Path) -> None:
    book = Book.open(source)
    text = "a\x0bb_x000B_c"
    book.sheet(rich.SHEET).put((1, 1), text)
    assert Book(book.to_bytes()).sheet(rich.SHEET).text((1, 1)) == text


def test_new_cells_and_rows_stand_in_order(source: Path) -> None:
    book = Book.open(source)
    sheet = book.sheet(rich.SHEET)
    for spot in [(40, 3), (30, 5), (30, 2), (0, 30), (35, 0)]:
        sheet.put(spot, "x")
    rows = [int(row.get("r", "")) for row in sheet.root.iter(f"{{{MAIN}}}row")]
    assert rows == sorted(rows)
    for row in sheet.root.iter(f"{{{MAIN}}}row"):
        columns = [openpyxl.utils.cell.coordinate_from_string(c.get("r", ""))[0] for c in row]
        numbers = [openpyxl.utils.column_index_from_string(column) for column in columns]
        assert numbers == sorted(numbers)


def test_places_that_are_only_counted_are_kept() -> None:
    data = small({"xl/worksheets/sheet1.xml": worksheet("<row><c><v>1</v></c><c><v>2</v></c></row>")})
    book = Book(data)
    book.sheet("S").put((0, 3), 4)
    book.sheet("S").put((2, 0), 5)
    assert values(book.to_bytes(), "S") == [[1.0, 2.0, "", 4.0], ["", "", "", ""], [5.0, "", "", ""]]


def test_a_text_too_long_for_a_cell_is_refused(source: Path) -> None:
    with pytest.raises(Unchangeable, match="too_long"):
        Book.open(source).sheet(rich.SHEET).put((1, 1), "あ" * 32768)


def test_formulas_are_calculated_again_and_the_chain_is_dropped(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    book.sheet(rich.SHEET).put((1, 1), 1)
    assert b'fullCalcOnLoad="1"' in members(book.to_bytes())["xl/workbook.xml"]
    assert "xl/calcChain.xml" in members(book.to_bytes())
    book.sheet(rich.SHEET).put(rich.FORMULA, 5)
    after = members(book.to_bytes())
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"] + after["[Content_Types].xml"]


def test_a_book_without_formulas_needs_no_calculation() -> None:
    book = Book(small())
    book.sheet("S").put((0, 0), 1)
    assert b"fullCalcOnLoad" not in members(book.to_bytes())["xl/workbook.xml"]


def test_formulas_that_others_hang_on_are_refused(source: Path) -> None:
    with pytest.raises(Unchangeable, match="array_formula"):
        Book.open(source).sheet(rich.SHEET).put(rich.ARRAY, 1)
    shared = worksheet(
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>4</v></c>'
        '<c r="C2"><f t="array" ref="C2:C4">B1</f></c></row>'
    )
    data = small({"xl/worksheets/sheet1.xml": shared})
    with pytest.raises(Unchangeable, match="shared_formula"):
        Book(data).sheet("S").put((0, 0), 1)
    with pytest.raises(Unchangeable, match="array_formula"):
        Book(data).sheet("S").put((3, 2), 1)  # inside the block, though blank so far
    book = Book(data)
    book.sheet("S").put((1, 0), 1)  # what follows the master may go
    book.sheet("S").put((0, 0), 1)  # and then the master has nobody left
    assert values(book.to_bytes(), "S")[0][0] == 1.0


@pytest.mark.parametrize("name", ["_xmlsignatures/origin.sigs", "_xmlsignatures/sig1.xml"])
def test_a_signed_book_is_refused(name: str) -> None:
    with pytest.raises(Unchangeable, match="signed"):
        Book(small({name: "<x/>"}))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"text"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(Unchangeable, match="not_xlsx"):
        Book(data)


def test_entities_are_refused() -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    with pytest.raises(Unchangeable, match="broken"):
        Book(small({"xl/worksheets/sheet1.xml": bomb})).sheet("S")


# ---- formats -----------------------------------------------------------------------------------------------


def test_a_fill_leaves_all_else_of_the_format(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    sheet = book.sheet(rich.SHEET)
    style = sheet.style((1, 1))
    fill = book.styles.fill_of(style)
    new = book.styles.with_fill(style, "FFC7CE")
    sheet.set_style((1, 1), new)
    assert book.styles.with_fill(style, "FFC7CE") == new
    assert changed(data, book.to_bytes()) == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    old, now = (loaded(d)[rich.SHEET].cell(2, 2) for d in (data, book.to_bytes()))
    assert now.fill.fgColor.rgb == "FFFFC7CE"
    kept = ("font", "border", "number_format", "alignment", "protection")
    assert [repr(getattr(old, name)) for name in kept] == [repr(getattr(now, name)) for name in kept]
    assert book.styles.with_fill_of(new, *fill) == style


def test_the_check_box_of_a_cell_survives_a_colour(source: Path) -> None:
    book = Book.open(source)
    sheet = book.sheet(rich.SHEET)
    style = book.styles.with_colour(sheet.style((4, 4)), "808080")
    formats = etree.fromstring(members(with_style(book, (4, 4), style))["xl/styles.xml"]).find("{*}cellXfs")
    assert formats is not None
    assert formats[style].find(".//{*}xfComplement") is not None


def with_style(book: Book, spot: tuple[int, int], style: int) -> bytes:
    book.sheet(rich.SHEET).set_style(spot, style)
    return book.to_bytes()


# ---- notes -------------------------------------------------------------------------------------------------


def test_a_note_stands_beside_others_and_beside_controls(
    source: Path, office: Office, tmp_path: Path
) -> None:
    data = source.read_bytes()
    book = Book(data)
    book.notes(rich.SHEET).put((5, 5), "見てください", "企画課")
    book.save(tmp_path / "out.xlsm")
    assert changed(data, book.to_bytes()) == {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    before, after = (office.look(path)[rich.SHEET] for path in (source, tmp_path / "out.xlsm"))
    assert after["notes"] == before["notes"] | {"5,5": "見てください"}
    assert after["controls"] == before["controls"]
    assert 1 in after["controls"]
    assert after["shapes"] >= before["shapes"]


def test_shapes_have_numbers_of_their_own_and_both_types(source: Path) -> None:
    book = Book.open(source)
    for column in range(4, 9):
        book.notes(rich.SHEET).put((5, column), "x", "企画課")
    vml = members(book.to_bytes())["xl/drawings/vmlDrawing1.vml"].decode()
    numbers = re.findall(r'(?:id|spid)="_x0000_s(\d+)"', vml)
    assert len(numbers) == len(set(numbers)) == 2 + 2 + 5
    assert vml.count('id="_x0000_t202"') == vml.count('id="_x0000_t201"') == 1


def test_a_first_note_makes_its_parts_and_the_last_takes_them_along(office: Office, tmp_path: Path) -> None:
    data = small()
    book = Book(data)
    book.notes("S").put((2, 3), "一\n二", "企画課")
    book.save(tmp_path / "out.xlsx")
    assert changed(data, book.to_bytes()) == {
        "[Content_Types].xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/worksheets/sheet1.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    }  # fmt: skip
    assert office.look(tmp_path / "out.xlsx")["S"]["notes"] == {"2,3": "一\n二"}
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]["D3"].comment.text == "一\n二"
    again = Book(book.to_bytes())
    again.notes("S").remove((2, 3))
    assert changed(data, again.to_bytes()) == set()


def test_a_note_can_be_taken_back_from_among_others(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    book.notes(rich.SHEET).put((5, 5), "x", "企画課")
    book.notes(rich.SHEET).remove((5, 5))
    assert changed(data, book.to_bytes()) == set()


def test_a_note_on_a_noted_cell_keeps_what_was_there(source: Path) -> None:
    book = Book.open(source)
    notes = book.notes(rich.SHEET)
    own = notes.xml(rich.FIRST_NOTE)
    assert own is not None
    notes.put(rich.FIRST_NOTE, "C301\n", "企画課")
    assert notes.texts()[rich.FIRST_NOTE].startswith("C301\n")
    assert notes.texts()[rich.FIRST_NOTE].endswith("前からあるメモ")
    notes.put_xml(rich.FIRST_NOTE, own)
    assert notes.xml(rich.FIRST_NOTE) == own


def test_threaded_comments_are_told(source: Path) -> None:
    assert Book.open(source).notes(rich.SHEET).threaded() == {rich.THREAD}


# ---- controls ----------------------------------------------------------------------------------------------


def test_controls_are_unticked_in_all_their_copies(source: Path, office: Office, tmp_path: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    untick(book.sheet(rich.SHEET), lambda rect: True)
    book.save(tmp_path / "out.xlsm")
    assert changed(data, book.to_bytes()) == {
        "xl/ctrlProps/ctrlProp1.xml", "xl/ctrlProps/ctrlProp2.xml", "xl/drawings/vmlDrawing1.vml",
        "xl/worksheets/sheet1.xml", "xl/workbook.xml",
    }  # fmt: skip
    assert b"Checked>" not in members(book.to_bytes())["xl/drawings/vmlDrawing1.vml"]
    assert values(book.to_bytes())[rich.LINK[0]][rich.LINK[1]] is False
    states = office.look(tmp_path / "out.xlsm")[rich.SHEET]["controls"]
    assert len(states) == len(office.look(source)[rich.SHEET]["controls"])
    assert 1 not in states


def test_only_the_controls_asked_for_are_unticked(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)

    def on_first(rect: Rect) -> bool:
        return rect.top == rich.CHECK[0]

    untick(book.sheet(rich.SHEET), on_first)
    assert "xl/ctrlProps/ctrlProp2.xml" not in changed(data, book.to_bytes())


# ---- sheets, names, links ----------------------------------------------------------------------------------


def test_a_sheet_comes_and_goes_without_a_trace(source: Path) -> None:
    data = source.read_bytes()
    book = Book(data)
    book.add_sheet("検証結果", sheet_xml([[Written("=1"), Written(2)]]))
    book.define("_mark", rich.SHEET, (44, 27))
    with_sheet = book.to_bytes()
    assert values(with_sheet, "検証結果") == [["=1", 2.0]]
    again = Book(with_sheet)
    assert again.place_of("_mark") == (rich.SHEET, (44, 27))
    again.undefine("_mark")
    again.remove_sheet("検証結果")
    assert changed(data, again.to_bytes()) == set()


def test_names_of_sheets_count_on_when_one_is_put_before_them(source: Path) -> None:
    book = Book.open(source)
    book.add_sheet("表紙", sheet_xml([[Written("x")]]), at=0)
    found = loaded(book.to_bytes())
    assert found.sheetnames == ["表紙", rich.SHEET, rich.OTHER]
    assert "選択肢" in found[rich.OTHER].defined_names
    assert found.active.title == rich.SHEET
    again = Book(book.to_bytes())
    again.remove_sheet("表紙")
    assert changed(source.read_bytes(), again.to_bytes()) == set()


def test_names_of_a_sheet_go_with_it(source: Path) -> None:
    book = Book.open(source)
    book.remove_sheet(rich.OTHER)
    assert "選択肢" not in members(book.to_bytes())["xl/workbook.xml"].decode()


def test_free_names_of_sheets() -> None:
    book = Book(small())
    assert book.free_sheet_name("s") == "s (2)"
    assert book.free_sheet_name("a/b[c]:?*") == "abc"
    assert len(book.free_sheet_name("あ" * 40)) == 31


def test_a_link_leads_to_a_cell(source: Path) -> None:
    book = Book.open(source)
    book.sheet(rich.SHEET).link((0, 0), f"'{rich.OTHER}'!A2")
    book.sheet(rich.SHEET).link((0, 0), f"'{rich.OTHER}'!A3")
    sheet = loaded(book.to_bytes())[rich.SHEET]
    assert sheet.cell(1, 1).hyperlink.location == f"'{rich.OTHER}'!A3"


# ---- the Strict kind ---------------------------------------------------------------------------------------


def strict() -> bytes:
    transitional = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return repacked(
        {
            name: data.replace(MAIN.encode(), STRICT.encode()).replace(
                transitional, b"http://purl.oclc.org/ooxml/officeDocument/relationships"
            )
            for name, data in members(small()).items()
        }
    )


def test_strict_books_stay_strict() -> None:
    data = strict()
    book = Book(data)
    assert book.package.strict
    book.sheet("S").put((0, 0), "厳格")
    book.notes("S").put((0, 0), "x", "企画課")
    book.add_sheet("検証結果", sheet_xml([[Written("y")]], main=book.main))
    after = members(book.to_bytes())
    assert values(book.to_bytes(), "S")[0][0] == "厳格"
    assert values(book.to_bytes(), "検証結果") == [["y"]]
    assert not any(b"schemas.openxmlformats.org/spreadsheetml" in part for part in after.values())
    assert b"officeDocument/2006/relationships" not in after["xl/worksheets/_rels/sheet1.xml.rels"]


# ---- other judges ------------------------------------------------------------------------------------------


def test_the_audit_finds_nothing_new(source: Path, tmp_path: Path) -> None:
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed: NOT CHECKED")
    book = Book.open(source)
    sheet = book.sheet(rich.SHEET)
    sheet.put((3, 3), "長く")
    sheet.put((50, 50), 1)
    sheet.set_style((3, 3), book.styles.with_fill(sheet.style((3, 3)), "FFC7CE"))
    book.notes(rich.SHEET).put((5, 5), "x", "企画課")
    book.notes(rich.OTHER).put((5, 5), "x", "企画課")
    book.add_sheet("検証結果", sheet_xml([[Written("x", link="'別紙'!A1")]], widths=[9], frozen=1))
    book.define("_mark", rich.SHEET, (44, 27))
    book.save(tmp_path / "out.xlsm")
    found = []
    for path in (source, tmp_path / "out.xlsm"):
        errors = audit.OpenXmlValidator().validate(str(path)).errors
        found.append({(e.part_uri, e.description) for e in errors})
    assert found[1] <= found[0]


def worksheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def small(more: dict[str, str] | None = None) -> bytes:
    """A book of one sheet S, as little as there can be."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("S")
    book.close()
    parts = members(out.getvalue()) | {name: text.encode() for name, text in (more or {}).items()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    return repacked(parts)


def repacked(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()
