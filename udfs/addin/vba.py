"""The add-in's VBA: what is generated from the declarations, and what is written by hand. All of it ASCII."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from evalxl.actions import FORMULAS, Formula
from evalxl.calling import call  # noqa: F401 (declares the formulas)
from udfs import ribbon

BY_HAND = ("EvBatch", "EvBridge", "EvCells", "EvHelp")
BOOK = "ThisWorkbook"


def generated() -> dict[str, str]:
    """The modules that are made from the declarations, by name."""
    return {"EvButtons": _buttons(), "EvFunctions": _functions()}


def modules() -> dict[str, str]:
    """All modules of the add-in by name, as they go into it."""
    found = {name: _kept(f"{name}.bas") for name in BY_HAND} | generated()
    return {name: found[name] for name in sorted(found)}


def book_code() -> str:
    """What the add-in does when it opens."""
    return _kept(f"{BOOK}.cls")


def _kept(name: str) -> str:
    return files("udfs").joinpath("vba", name).read_text(encoding="ascii")


def _functions() -> str:
    return "\n".join([*_head("EvFunctions"), *(line for f in FORMULAS.values() for line in _wrapper(f))])


def _head(name: str) -> list[str]:
    return [
        f'Attribute VB_Name = "{name}"',
        "Option Explicit",
        "",
        "' Made by tools/generate.py; changes here are lost.",
        "",
    ]


def _wrapper(formula: Formula) -> Iterator[str]:
    """One function: its arguments, as many as are given, go to `EvCall`."""
    names = [parameter.name for parameter in formula.parameters]
    if formula.parameters[-1].shape == "rest":
        yield f"Public Function {formula.name}(ParamArray {names[0]}() As Variant) As Variant"
        yield "    Dim given As Variant"
        yield f"    given = {names[0]}"
        yield f'    {formula.name} = EvCall("{formula.name}", given)'
    else:
        declared = ", ".join(
            f"{'Optional ' if parameter.optional else ''}ByVal {parameter.name} As Variant"
            for parameter in formula.parameters
        )
        yield f"Public Function {formula.name}({declared}) As Variant"
        yield from _call(formula, names)
    yield "End Function"
    yield ""


def _call(formula: Formula, names: list[str]) -> Iterator[str]:
    whole = f'{formula.name} = EvCall("{formula.name}", Array({", ".join(names)}))'
    if not formula.parameters[-1].optional:
        yield f"    {whole}"
        return
    yield f"    If IsMissing({names[-1]}) Then"
    yield f'        {formula.name} = EvCall("{formula.name}", Array({", ".join(names[:-1])}))'
    yield "    Else"
    yield f"        {whole}"
    yield "    End If"


def _buttons() -> str:
    """The ribbon's callback, and a macro for each button that any shape of a book can call."""
    lines = _head("EvButtons")
    lines += [
        f"Public Sub {ribbon.CALLBACK}(ByVal control As Object)",
        "    EvPress control.Tag",
        "End Sub",
        "",
    ]
    for button in (on_ribbon.button for on_ribbon in ribbon.buttons()):
        lines += [f"Public Sub {button.macro}()", f'    EvPress "{button.name}"', "End Sub", ""]
    return "\n".join(lines)
