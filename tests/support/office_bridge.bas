Attribute VB_Name = "EvBridge"
Option Explicit

' In the place of the add-in's module of this name, where there is no COM: LibreOffice asks the test's service.
Public Function EvAsk(ByVal Name As String, ByVal Values As Variant) As Variant
    Dim answer As Variant
    answer = EvJob().execute(Array(EvNamed("name", Name), EvNamed("values", Values)))
    EvAsk = Array(answer(0), EvBlock(answer(1)))
End Function

Public Sub EvPress(ByVal Name As String)
    EvJob().execute Array(EvNamed("press", Name))
End Sub

Private Function EvJob() As Object
    Set EvJob = CreateUnoService("evalxl.Bridge")
End Function

Private Function EvNamed(ByVal Name As String, ByVal Value As Variant) As Object
    Dim named As Object
    Set named = CreateUnoStruct("com.sun.star.beans.NamedValue")
    named.Name = Name
    named.Value = Value
    Set EvNamed = named
End Function

' Rows in rows, as UNO has them, become a block, as COM has it.
Private Function EvBlock(ByVal Rows As Variant) As Variant
    Dim block() As Variant
    Dim i As Long
    Dim j As Long
    EvBlock = Rows
    If Not IsArray(Rows) Then Exit Function
    ReDim block(0 To UBound(Rows), 0 To UBound(Rows(0)))
    For i = 0 To UBound(Rows)
        For j = 0 To UBound(Rows(0))
            block(i, j) = Rows(i)(j)
        Next j
    Next i
    EvBlock = block
End Function
