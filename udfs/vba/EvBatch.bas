Attribute VB_Name = "EvBatch"
Option Explicit

' Many small changes in one call from Python, which says what is to be done. Each row of Steps is one:
' sheet, address, what, value. Gives the number of steps done; minus the number of the step that failed.
Public Function EvBatch(ByVal BookName As String, ByVal Steps As Variant) As Long
    Dim i As Long
    Dim c As Long
    Dim done As Long
    c = LBound(Steps, 2)
    On Error GoTo Failed
    For i = LBound(Steps, 1) To UBound(Steps, 1)
        done = done + 1
        EvStep Workbooks(BookName), CStr(Steps(i, c)), CStr(Steps(i, c + 1)), CStr(Steps(i, c + 2)), Steps(i, c + 3)
    Next i
    EvBatch = done
    Exit Function
Failed:
    EvBatch = -done
End Function

Private Sub EvStep(ByVal Book As Object, ByVal SheetName As String, ByVal Address As String, ByVal What As String, ByVal Value As Variant)
    Select Case What
        Case "add"
            Book.Worksheets.Add(After:=Book.Worksheets(Book.Worksheets.Count)).Name = SheetName
        Case "rename"
            Book.Worksheets(SheetName).Name = Value
        Case "visible"
            Book.Worksheets(SheetName).Visible = Value
        Case "delete"
            Book.Worksheets(SheetName).Visible = -1
            Book.Worksheets(SheetName).Delete
        Case "activate"
            Book.Worksheets(SheetName).Activate
        Case "name"
            Book.Names.Add Name:=Address, RefersTo:=Value, Visible:=False
        Case "unname"
            Book.Names(Address).Delete
        Case "clear"
            EvClear Book.Worksheets(SheetName)
        Case "freeze"
            EvFreeze Book.Windows(1), Value
        Case Else
            EvFormat Book.Worksheets(SheetName).Range(Address), What, Value
    End Select
End Sub

' A filter or a table would let cells be passed over.
Private Sub EvClear(ByVal Sheet As Object)
    Sheet.AutoFilterMode = False
    Do While Sheet.ListObjects.Count > 0
        Sheet.ListObjects(1).Unlist
    Loop
    Sheet.Cells.Clear
    Sheet.Cells.EntireRow.Hidden = False
End Sub

' Keeps the first rows of the sheet in front in sight. Not every view can: then they are not.
Private Sub EvFreeze(ByVal Window As Object, ByVal Rows As Long)
    On Error Resume Next
    If Window.FreezePanes Then Exit Sub
    Window.Split = False
    Window.ScrollRow = 1
    Window.SplitRow = Rows
    Window.FreezePanes = True
End Sub

Private Sub EvFormat(ByVal Target As Object, ByVal What As String, ByVal Value As Variant)
    Select Case What
        Case "color": Target.Interior.Color = Value
        Case "pattern": Target.Interior.Pattern = Value
        Case "index": Target.Interior.ColorIndex = Value
        Case "theme": Target.Interior.ThemeColor = Value
        Case "tint": Target.Interior.TintAndShade = Value
        Case "note": Target.AddComment Value
        Case "notetext": Target.Comment.Text Value
        Case "noteheight"
            Target.Comment.Shape.Width = 300
            Target.Comment.Shape.Height = Value
        Case "unnote": Target.ClearComments
        Case "bold": Target.Font.Bold = Value
        Case "size": Target.Font.Size = Value
        Case "fontcolor": Target.Font.Color = Value
        Case "underline": Target.Font.Underline = Value
        Case "wrap"
            Target.WrapText = Value
            Target.VerticalAlignment = -4160
        Case "width": Target.ColumnWidth = Value
        Case "height": Target.RowHeight = Value
        Case "hidden": Target.Hidden = Value
        Case "format": Target.NumberFormat = Value
        Case Else: Err.Raise 5
    End Select
End Sub
