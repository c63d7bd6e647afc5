"""The blank form in a real spreadsheet: LibreOffice opens it, a department fills it in, its sums hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from tests.support.office import Office, Sheet
from workbook import form as forms
from workbook.blank import blank
from workbook.read import read_file
from workbook.record import Record

FORM = forms.get("unnan_2017")
TYPED = {
    "costs.national.2017": 1200.0,
    "costs.general.2017": 8652.0,
    "costs.other.2017": -35.0,
    "costs.work_hours.2017": 1987.0,
}


def place(record: Record, key: str) -> tuple[str, str]:
    sheet, _, address = str(record.cell(key)).rpartition("!")
    return sheet, address


def value(sheets: dict[str, Sheet], record: Record, key: str) -> float | str:
    sheet, address = place(record, key)
    row, column = coordinate_to_tuple(address)
    return sheets[sheet].values[row - 1][column - 1]


@pytest.mark.office
@pytest.mark.parametrize("two_sheets", [False, True])
def test_the_form_recalculates_what_a_department_types(
    tmp_path: Path, office: Office, two_sheets: bool
) -> None:
    path = tmp_path / "様式.xlsx"
    blank(FORM, path, 2017, rates={2017: 4077}, two_sheets=two_sheets)
    (record,) = read_file(path).records
    changes = [(*place(record, key), figure) for key, figure in TYPED.items()]
    changes.append((*place(record, "project_name"), "電算セキュリティ対策事業"))
    sheets = office.read(path, changes=changes)
    assert [sheet.errors for sheet in sheets.values()] == [""] * len(sheets)
    assert value(sheets, record, "costs.project_total.2017") == 9817
    assert (
        value(sheets, record, "costs.labour_total.2017") == 8101
    )  # 1,987 hours × 4,077 yen, rounded half up
    assert value(sheets, record, "costs.grand_total.2017") == 17918
    assert value(sheets, record, "costs.project_total.2016") == ""  # nothing typed is no 0
    names = [text for sheet in sheets.values() for row in sheet.values for text in row]
    assert names.count("電算セキュリティ対策事業") == 2  # the second page's head follows the first's
