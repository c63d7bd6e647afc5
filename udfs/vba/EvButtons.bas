Attribute VB_Name = "EvButtons"
Option Explicit

' Made by tools/generate.py; changes here are lost.

Public Sub EvOnRibbon(ByVal control As Object)
    EvPress control.Tag
End Sub

Public Sub EvValidate()
    EvPress "validate"
End Sub

Public Sub EvClearMarks()
    EvPress "clear_marks"
End Sub

Public Sub EvConsolidate()
    EvPress "consolidate"
End Sub

Public Sub EvRollup()
    EvPress "rollup"
End Sub

Public Sub EvRollover()
    EvPress "rollover"
End Sub

Public Sub EvSubmit()
    EvPress "submit"
End Sub

Public Sub EvSettings()
    EvPress "settings"
End Sub

Public Sub EvDoctor()
    EvPress "doctor"
End Sub
