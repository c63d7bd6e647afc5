Attribute VB_Name = "EvFunctions"
Option Explicit

' Made by tools/generate.py; changes here are lost.

Public Function EV_TOTAL(ParamArray parts() As Variant) As Variant
    Dim given As Variant
    given = parts
    EV_TOTAL = EvCall("EV_TOTAL", given)
End Function

Public Function EV_YOY(ByVal this_year As Variant, ByVal last_year As Variant) As Variant
    EV_YOY = EvCall("EV_YOY", Array(this_year, last_year))
End Function

Public Function EV_YOY_RATE(ByVal this_year As Variant, ByVal last_year As Variant) As Variant
    EV_YOY_RATE = EvCall("EV_YOY_RATE", Array(this_year, last_year))
End Function

Public Function EV_YOY_TABLE(ByVal table As Variant) As Variant
    EV_YOY_TABLE = EvCall("EV_YOY_TABLE", Array(table))
End Function

Public Function EV_LABOUR(ByVal hours As Variant, ByVal yen_per_hour As Variant) As Variant
    EV_LABOUR = EvCall("EV_LABOUR", Array(hours, yen_per_hour))
End Function

Public Function EV_TOTAL_COST(ByVal project As Variant, ByVal labour As Variant) As Variant
    EV_TOTAL_COST = EvCall("EV_TOTAL_COST", Array(project, labour))
End Function

Public Function EV_UNIT_COST(ByVal cost As Variant, ByVal quantity As Variant) As Variant
    EV_UNIT_COST = EvCall("EV_UNIT_COST", Array(cost, quantity))
End Function

Public Function EV_SHARE(ByVal parts As Variant, Optional ByVal digits As Variant) As Variant
    If IsMissing(digits) Then
        EV_SHARE = EvCall("EV_SHARE", Array(parts))
    Else
        EV_SHARE = EvCall("EV_SHARE", Array(parts, digits))
    End If
End Function

Public Function EV_NUMBER(ByVal value As Variant, Optional ByVal unit As Variant) As Variant
    If IsMissing(unit) Then
        EV_NUMBER = EvCall("EV_NUMBER", Array(value))
    Else
        EV_NUMBER = EvCall("EV_NUMBER", Array(value, unit))
    End If
End Function

Public Function EV_YEAR(ByVal value As Variant, Optional ByVal near As Variant) As Variant
    If IsMissing(near) Then
        EV_YEAR = EvCall("EV_YEAR", Array(value))
    Else
        EV_YEAR = EvCall("EV_YEAR", Array(value, near))
    End If
End Function

Public Function EV_ERA(ByVal value As Variant, Optional ByVal near As Variant) As Variant
    If IsMissing(near) Then
        EV_ERA = EvCall("EV_ERA", Array(value))
    Else
        EV_ERA = EvCall("EV_ERA", Array(value, near))
    End If
End Function

Public Function EV_ACHIEVEMENT(ByVal result As Variant, ByVal plan As Variant, Optional ByVal good As Variant) As Variant
    If IsMissing(good) Then
        EV_ACHIEVEMENT = EvCall("EV_ACHIEVEMENT", Array(result, plan))
    Else
        EV_ACHIEVEMENT = EvCall("EV_ACHIEVEMENT", Array(result, plan, good))
    End If
End Function

Public Function EV_ROLLUP(ByVal table As Variant, ByVal by As Variant, ByVal value As Variant, Optional ByVal year As Variant) As Variant
    If IsMissing(year) Then
        EV_ROLLUP = EvCall("EV_ROLLUP", Array(table, by, value))
    Else
        EV_ROLLUP = EvCall("EV_ROLLUP", Array(table, by, value, year))
    End If
End Function
