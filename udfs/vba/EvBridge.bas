Attribute VB_Name = "EvBridge"
Option Explicit

' The way to Python: a COM class of this user, which Windows starts when it is first asked for.
Private Server As Object
Private NotBefore As Date

' What a function gives: where errors are, and the value. A server that has ended is started again.
Public Function EvAsk(ByVal Name As String, ByRef Values As Variant) As Variant
    On Error GoTo Gone
    EvAsk = EvServer().Udf(Name, Values)
    Exit Function
Gone:
    Set Server = Nothing
    Resume Again
Again:
    On Error GoTo 0
    EvAsk = EvServer().Udf(Name, Values)
End Function

' A button of the ribbon, by its name.
Public Sub EvPress(ByVal Name As String)
    On Error GoTo Failed
    NotBefore = 0
    Set Server = Nothing
    EvServer().Press Name, Application
    Exit Sub
Failed:
    MsgBox EvWhy(Err.Number, Err.Description), vbExclamation, EvText("title")
End Sub

' After a failure the next cells do not wait for Windows again, for a minute.
Private Function EvServer() As Object
    If Server Is Nothing Then
        If Now < NotBefore Then Err.Raise 429
        On Error GoTo Failed
        Set Server = CreateObject("evalxl.Bridge")
        On Error GoTo 0
    End If
    Set EvServer = Server
    Exit Function
Failed:
    NotBefore = Now + TimeSerial(0, 1, 0)
    Err.Raise Err.Number, , Err.Description
End Function

' What went wrong and what to do: no such class (429), forbidden (70, E_ACCESSDENIED), anything else.
Private Function EvWhy(ByVal Number As Long, ByVal Description As String) As String
    Select Case Number
        Case 429
            EvWhy = EvText("missing")
        Case 70, -2147024891
            EvWhy = EvText("blocked")
        Case Else
            EvWhy = EvText("failed")
    End Select
    EvWhy = EvWhy & vbLf & vbLf & "(" & Number & " " & Description & ")"
End Function
