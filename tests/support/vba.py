"""VBA projects for tests, in the code page of a Japanese Excel, and books with buttons that call them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from pyopenvba import ExcelFile

CODEPAGE = b"\x03\x00\x02\x00\x00\x00"
"""The record of the project's directory that says how its texts are written."""
MODULE = """Attribute VB_Name = "Module1"
Option Explicit

' Sub 昔の名前() は使わない
Public Sub 集約する()
    Dim 課 As String
    課 = Dir("*.xlsx")
    Workbooks.Open 課
    ThisWorkbook.Sheets(1).Range("A1").Value = 1
End Sub
Attribute 印刷.VB_ProcData.VB_Invoke_Func = "p\\n14"
Sub 印刷()
    ActiveSheet.PrintOut
End Sub
Private Function 合計額(a As Long) As Long
    合計額 = a
End Function
Sub Macro1()
    Dim f As String
    f = Dir("C:\\提出\\*.xls")
    Do While f <> ""
        Workbooks.Open f
        ActiveSheet.UsedRange.Copy
        f = Dir()
    Loop
End Sub
"""
BOOK = """Private Sub Workbook_Open()
    印刷
End Sub
"""
SHEET = """Private Sub CommandButton1_Click()
    集約する
End Sub
"""


def project(path: Path, module: str = MODULE, book: str = BOOK, sheet: str = SHEET) -> bytes:
    """A vbaProject.bin with these sources; ``path`` is where the book that it comes from may be written."""
    made = ExcelFile.create_new(path)
    told = made.vba_project()
    told.code_page = 932
    told.dir_raw = told.dir_raw.replace(CODEPAGE + b"\xe4\x04", CODEPAGE + b"\xa4\x03")
    made.set_module("Module1", module)
    for name, source in (("ThisWorkbook", book), ("Sheet1", sheet)):
        made.set_module(name, told.get_module(name).attribute_header + source)
    made.save(path)
    with zipfile.ZipFile(path) as package:
        return package.read("xl/vbaProject.bin")
