Attribute VB_Name = "EvHelp"
Option Explicit

' Japanese stands on the add-in's hidden sheet: this code is ASCII, whatever the language of Windows.
' A row: key, text, category, then the help of each argument.
Public Sub EvRegister()
    On Error GoTo Hidden
    EvDescribeAll
    ThisWorkbook.Saved = True
    Exit Sub
Hidden:
    Resume Shown
Shown:
    ' Some Excels describe no function of an add-in as long as its book is hidden.
    On Error GoTo Done
    ThisWorkbook.IsAddin = False
    EvDescribeAll
Done:
    ThisWorkbook.IsAddin = True
    ThisWorkbook.Saved = True
End Sub

Private Sub EvDescribeAll()
    Dim texts As Variant
    Dim i As Long
    texts = ThisWorkbook.Worksheets("texts").UsedRange.Value
    For i = 1 To UBound(texts, 1)
        If Left(texts(i, 1), 3) = "EV_" Then EvDescribe texts, i
    Next i
End Sub

Private Sub EvDescribe(ByVal Texts As Variant, ByVal Row As Long)
    Dim arguments() As Variant
    Dim count As Long
    Do While count + 4 <= UBound(Texts, 2)
        If IsEmpty(Texts(Row, count + 4)) Then Exit Do
        ReDim Preserve arguments(0 To count)
        arguments(count) = Texts(Row, count + 4)
        count = count + 1
    Loop
    Application.MacroOptions Macro:=ThisWorkbook.Name & "!" & Texts(Row, 1), Description:=Texts(Row, 2), Category:=Texts(Row, 3), ArgumentDescriptions:=arguments
End Sub

Public Function EvText(ByVal Key As String) As String
    Dim texts As Variant
    Dim i As Long
    texts = ThisWorkbook.Worksheets("texts").UsedRange.Value
    For i = 1 To UBound(texts, 1)
        If texts(i, 1) = Key Then EvText = texts(i, 2)
    Next i
End Function
