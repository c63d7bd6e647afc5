Attribute VB_Name = "EvCells"
Option Explicit

' A function's value for what stands in its arguments: ranges, arrays and single values.
Public Function EvCall(ByVal Name As String, ByVal Given As Variant) As Variant
    Dim answer As Variant
    On Error GoTo Failed
    answer = EvAsk(Name, EvValues(Given, False))
    If answer(0) = "currency" Then answer = EvAsk(Name, EvValues(Given, True))
    If answer(0) = "" Then
        EvCall = answer(1)
    Else
        EvCall = EvErrors(answer(1), answer(0))
    End If
    Exit Function
Failed:
    ' #VALUE! for arguments that are none; #N/A where Python does not answer.
    If Err.Number = 5 Then EvCall = CVErr(2015) Else EvCall = CVErr(2042)
End Function

Private Function EvValues(ByVal Given As Variant, ByVal Exact As Boolean) As Variant
    Dim values() As Variant
    Dim i As Long
    If UBound(Given) < 0 Then Err.Raise 5
    ReDim values(0 To UBound(Given))
    For i = 0 To UBound(Given)
        If IsObject(Given(i)) Then
            values(i) = EvRead(Given(i), Exact)
        Else
            values(i) = Given(i)
        End If
    Next i
    EvValues = values
End Function

' The cells of a range. Exact: those of currency with all their digits, of which Value tells four decimals.
Private Function EvRead(ByVal Source As Object, ByVal Exact As Boolean) As Variant
    Dim area As Object
    Dim shown As Variant
    Dim digits As Variant
    Dim i As Long
    Dim j As Long
    If Source.Areas.Count > 1 Then Err.Raise 5
    Set area = EvUsed(Source)
    If Not Exact Then
        EvRead = area.Value
    Else
        shown = area.Value
        digits = area.Value2
        If IsArray(shown) Then
            For i = 1 To UBound(shown, 1)
                For j = 1 To UBound(shown, 2)
                    If VarType(shown(i, j)) = vbCurrency Then shown(i, j) = digits(i, j)
                Next j
            Next i
        ElseIf VarType(shown) = vbCurrency Then
            shown = digits
        End If
        EvRead = shown
    End If
End Function

' A whole column ends with the last row in use.
Private Function EvUsed(ByVal Source As Object) As Object
    Dim used As Object
    Set EvUsed = Source
    If Source.Rows.Count < 65536 Then Exit Function
    Set used = Source.Worksheet.UsedRange
    Set EvUsed = Source.Resize(used.Row + used.Rows.Count - Source.Row, Source.Columns.Count)
End Function

' Excel's own errors at the places that Python names: row,column,number;...
Private Function EvErrors(ByVal Value As Variant, ByVal Errors As String) As Variant
    Dim places As Variant
    Dim place As Variant
    Dim i As Long
    If Errors <> "" Then
        places = Split(Errors, ";")
        For i = 0 To UBound(places)
            place = Split(places(i), ",")
            If IsArray(Value) Then
                Value(CLng(place(0)), CLng(place(1))) = CVErr(CLng(place(2)))
            Else
                Value = CVErr(CLng(place(2)))
            End If
        Next i
    End If
    EvErrors = Value
End Function
