"""The stub of Windows' COM: what the tests of the add-in rest on behaves as pywin32 and Excel do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import com

BRIDGE = """
Function CallUdf(ByVal name As String, ByVal cells As Variant) As Variant
    Dim server As Object
    Set server = CreateObject("stub.XLPython")
    CallUdf = server.CallUDF("stub_udfs", name, Array(cells))
End Function
Function Missing() As Variant
    Dim server As Object
    Set server = CreateObject("stub.Unknown")
End Function
"""

UDF = """
import xlwings

@xlwings.func
@xlwings.arg("cells", ndim=2)
def double(cells):
    return [[2 * cell for cell in row] for row in cells]
"""


@pytest.fixture
def excel() -> Iterator[com.Excel]:
    instance = com.Excel()
    yield instance
    instance.close()


def test_values_pass_as_over_com(excel: com.Excel) -> None:
    sheet = excel.new().sheets[0]
    sheet.range("A1").value = [[1, "x", None], [2.5, "=1/0", True]]
    assert sheet.range("A1:C2").api.Value == ((1.0, "x", None), (2.5, -2146826281, True))
    assert sheet.range("A1:C2").options(err_to_str=True).value[1][1] == "#DIV/0!"


def test_calls_are_counted(excel: com.Excel) -> None:
    sheet = excel.new().sheets[0].api
    with excel.counting() as calls:
        sheet.Range("A1:B2").Value = ((1, 2), (3, 4))
    assert calls.by_name == {"Worksheet.Range": 1, "Range.Value": 1}
    assert calls.total == 2


def test_an_excel_in_edit_mode_rejects_calls(excel: com.Excel) -> None:
    from xlwings import _xlwindows

    book = excel.new()
    with pytest.MonkeyPatch.context() as patch, excel.editing():
        patch.setattr(_xlwindows, "N_COM_ATTEMPTS", 3)
        with pytest.raises(com.com_error) as caught:
            _ = book.name
    assert caught.value.hresult == -2147418111
    assert book.name.startswith("Book")


def test_two_instances_are_two(excel: com.Excel) -> None:
    import xlwings

    other = com.Excel()
    excel.new(), other.new()
    other.new().sheets[0].range("A1").value = "of the other"
    assert {app.pid for app in xlwings.apps} == {excel.hwnd, other.hwnd}
    assert [len(app.books) for app in (excel.app, other.app)] == [1, 2]
    other.close()
    assert [app.pid for app in xlwings.apps] == [excel.hwnd]


def test_vba_reaches_python_through_xlwings_own_server(
    excel: com.Excel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xlwings import com_server

    (tmp_path / "stub_udfs.py").write_text(UDF)
    monkeypatch.syspath_prepend(tmp_path)
    excel.serve("stub.XLPython", com_server.XLPython)
    excel.module(BRIDGE, "Bridge")
    sheet = excel.new().sheets[0]
    sheet.range("A1").value = [[1, 2], [3, 4]]
    assert excel.run("CallUdf", "double", sheet.range("A1:B2").api) == ((2.0, 4.0), (6.0, 8.0))
    assert excel.app.macro("evalxl.xlam!CallUdf")("double", sheet.range("A2").api) == 6.0
    with pytest.raises(com.com_error) as caught:
        excel.app.macro("evalxl.xlam!Missing")()
    assert "429" in str(caught.value.excepinfo) or "ActiveX" in str(caught.value.excepinfo)


def test_what_excel_lacks_is_told(excel: com.Excel) -> None:
    excel.new()
    excel.module("Sub Nothing_()\nEnd Sub", "M")
    with pytest.raises(com.com_error, match="Cannot run"):
        excel.app.macro("other.xlam!Nothing_")()
    with pytest.raises(NotImplementedError):
        excel.app.api.NoSuchProperty = 1


def test_a_copy_of_the_live_book_has_what_was_not_saved(excel: com.Excel, tmp_path: Path) -> None:
    import openpyxl

    book = excel.new()
    book.sheets[0].range("B3").value = "未保存"
    book.api.SaveCopyAs(str(tmp_path / "写し.xlsx"))
    assert (book.api.Path, book.api.Saved) == ("", False)
    assert openpyxl.load_workbook(tmp_path / "写し.xlsx").active["B3"].value == "未保存"


def test_dialogs_are_noted(excel: com.Excel) -> None:
    from tests.support.com import modules

    modules.dialogs.clear()
    modules.answers[:] = [6]
    assert excel.app.alert("よろしいですか", "確認", buttons="yes_no") == "yes"
    assert modules.dialogs == [("確認", "よろしいですか")]
