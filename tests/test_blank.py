"""The empty form: what a department gets into its hands, read back with openpyxl."""

from __future__ import annotations

from pathlib import Path

import msgspec
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from workbook import form, layout, place
from workbook.blank import blank
from workbook.errors import FormError
from workbook.placed import Placed
from workbook.read import read_file

FORM = form.get("unnan_2017")
RATES = {2015: 3914, 2016: 3966, 2017: 4077}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blank") / "様式.xlsx"
    blank(FORM, path, 2017, rates=RATES)
    return path


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def sheet(book: Workbook) -> Worksheet:
    return book.worksheets[0]


def cells(kind: str) -> list[Placed]:
    return [cell for page in place.stacked(place.pages(FORM, 2017)) for cell in page if cell.kind == kind]


def at(sheet: Worksheet, cell: Placed):
    return sheet.cell(cell.row + 1, cell.col + 1)


def test_every_label_of_the_form_has_a_cell_of_its_own(sheet: Worksheet) -> None:
    written = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    wanted = {field.label for field in FORM.fields if field.value == "right" and not field.optional}
    wanted |= {row.label for row in FORM.costs.rows} | {direction.value for direction in FORM.directions}
    wanted |= {text for q in FORM.questions for text in (f"{q.mark} {q.label}", q.flagged, q.other)}
    wanted |= {f"{t.mark} {t.label}" for t in FORM.tables} | {c.label for c in FORM.choices[0].options}
    wanted |= {"29年度実績（29年度に行った主な活動）", "30年度計画（30年度に計画する主な活動）"}
    assert wanted <= written


def test_the_pages_are_covered_once(sheet: Worksheet) -> None:
    seen = set()
    for page in place.stacked(place.pages(FORM, 2017)):
        for cell in page:
            for row in range(cell.row, cell.bottom):
                for column in range(cell.col, cell.right):
                    assert (row, column) not in seen
                    seen.add((row, column))
    assert len(seen) == sheet.max_row * layout.of(FORM).columns


def test_only_inputs_are_unlocked(sheet: Worksheet) -> None:
    assert sheet.protection.sheet
    assert not sheet.protection.password
    for kind in ("value", "tick", "year", "digit"):
        assert all(not at(sheet, cell).protection.locked for cell in cells(kind))
    for kind in ("print", "label", "heading", "link"):
        assert all(at(sheet, cell).protection.locked for cell in cells(kind))


def test_sums_are_locked_but_in_the_planned_year(sheet: Worksheet) -> None:
    by_key = {cell.key: at(sheet, cell) for cell in cells("number")}
    assert by_key["costs.project_total.2017"].protection.locked
    assert not by_key["costs.project_total.2018"].protection.locked
    assert not by_key["costs.general.2017"].protection.locked


def test_ticks_and_marks_are_chosen_from_lists(sheet: Worksheet) -> None:
    lists = {v.formula1: v for v in sheet.data_validations.dataValidation}
    ticks, marks = lists['"□,☑"'], lists['"●"']
    assert all(at(sheet, cell).coordinate in ticks.sqref for cell in cells("tick"))
    open_cells = [cell for cell in cells("mark") if not cell.text]
    barred = [cell for cell in cells("mark") if cell.text]
    assert all(at(sheet, cell).coordinate in marks.sqref for cell in open_cells)
    assert len(barred) == len(FORM.matrix.forbidden)
    assert all(at(sheet, cell).value == "×" and at(sheet, cell).protection.locked for cell in barred)
    assert len(cells("tick")) == 3 + 2 * 9 + 2 + 2 * 4 + 8


def test_a_tick_stands_left_of_its_label() -> None:
    labels = {(cell.row, cell.col) for cell in cells("label")}
    assert all((cell.row, cell.right) in labels for cell in cells("tick"))


def test_formulas(sheet: Worksheet) -> None:
    place_of = {cell.key: at(sheet, cell).coordinate for cell in cells("number")}
    value = {cell.key: at(sheet, cell).value for cell in cells("number")}
    first, last = place_of["costs.national.2017"], place_of["costs.general.2017"]
    assert value["costs.project_total.2017"] == f'=IF(COUNT({first}:{last})=0,"",SUM({first}:{last}))'
    hours = place_of["costs.work_hours.2016"]
    assert value["costs.labour_total.2016"] == f'=IF(ISNUMBER({hours}),ROUND({hours}*3966/1000,0),"")'
    assert value["costs.labour_total.2018"] is None  # no rate is set for that year: it is typed
    both = place_of["costs.project_total.2018"], place_of["costs.labour_total.2018"]
    assert value["costs.grand_total.2018"] == f'=IF(COUNT({",".join(both)})<2,"",{"+".join(both)})'


def test_the_second_page_shows_the_head_of_the_first(sheet: Worksheet) -> None:
    sources = {cell.key: at(sheet, cell).coordinate for cell in cells("value")}
    links = cells("link")
    assert [cell.key for cell in links] == FORM.sections[2].repeats
    for cell in links:
        source = sources[cell.key]
        assert at(sheet, cell).value == f'=IF({source}="","",{source})'


def test_two_sheets_are_linked_across(tmp_path: Path) -> None:
    blank(FORM, tmp_path / "2.xlsx", 2017, two_sheets=True)
    front, back = openpyxl.load_workbook(tmp_path / "2.xlsx").worksheets
    assert (front.title, back.title) == ("表面", "裏面")
    name = next(c for c in place.pages(FORM, 2017)[1] if c.key == "project_name" and c.kind == "link")
    assert "'表面'!" in at(back, name).value


def test_print_setup(sheet: Worksheet) -> None:
    heights = [place.height(page) for page in place.pages(FORM, 2017)]
    areas = sheet.print_area.split(",")
    assert len(areas) == 2
    assert areas[1].endswith(f"${sum(heights)}")
    assert [b.id for b in sheet.row_breaks.brk] == heights[:1]
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation) == (9, "portrait")
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 2)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "&P" in sheet.oddFooter.center.text


def test_negative_amounts_are_shown_with_a_triangle(sheet: Worksheet) -> None:
    formats = {at(sheet, cell).number_format for cell in cells("number")}
    assert formats == {"#,##0;▲#,##0;0"}


@pytest.mark.parametrize(
    ("fiscal_year", "names"),
    [
        (2017, ["27年度", "28年度", "29年度", "30年度"]),
        (2019, ["29年度", "30年度", "31(元)年度", "令和2年度"]),
        (2018, ["28年度", "29年度", "30年度", "31(元)年度"]),
        (2023, ["3年度", "4年度", "5年度", "6年度"]),
    ],
)
def test_years_are_headed_as_a_city_writes_them(fiscal_year: int, names: list[str]) -> None:
    assert list(place.year_names(FORM, fiscal_year).values()) == names


@pytest.mark.parametrize("fiscal_year", [2017, 2018, 2019, 2020, 2023])
@pytest.mark.parametrize("two_sheets", [False, True])
def test_the_reader_knows_the_empty_form(tmp_path: Path, fiscal_year: int, two_sheets: bool) -> None:
    blank(FORM, tmp_path / "様式.xlsx", fiscal_year, two_sheets=two_sheets)
    reading = read_file(tmp_path / "様式.xlsx")
    assert not reading.refused
    (record,) = reading.records
    assert record.fiscal_year == fiscal_year
    assert not any(record.values.values())
    wanted = {field.name for field in FORM.fields if field.type in ("text", "digits", "phone")}
    assert wanted - {"budget.major_name", "budget.minor_name"} <= set(record.cells)


def test_a_layout_that_names_what_the_form_has_not_is_refused() -> None:
    def changed(**leaf: object) -> form.Form:
        page = {"rows": [leaf, *FORM.layout["page"][0]["rows"]]}
        pages = [page, FORM.layout["page"][1]]
        return msgspec.structs.replace(FORM, layout={**FORM.layout, "page": pages})

    for leaf, reason in (
        ({"h": 1, "label": "no_such_field"}, "unknown_name"),
        ({"h": 1, "label": "policy", "value": "policy"}, "two_leaves"),
        ({"h": 1, "lable": "policy"}, "wrong_value"),
    ):
        with pytest.raises(FormError) as refused:
            layout.of(changed(**leaf))
        assert refused.value.reason == reason
    with pytest.raises(FormError):
        layout.of(msgspec.structs.replace(FORM, layout={}))


def test_the_boxes_of_a_question_stand_as_they_are_printed(sheet: Worksheet) -> None:
    """Of all questions only ⑤ has the box that asks for nothing, 影響無, first."""
    places = {cell.value: (cell.row, cell.column) for row in sheet.iter_rows() for cell in row}
    assert places["影響無"][0] == places["影響有"][0]
    assert places["影響無"] < places["影響有"]
    assert places["削減余地がある"] < places["削減余地がない"]
    assert places["見直し余地がある"] < places["公平・公正である"]
