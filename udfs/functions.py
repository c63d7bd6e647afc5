"""The functions as Excel calls them, made from their declarations: xlwings finds and calls them here.

Every argument becomes a block (rows of cells), an error cell its text. An error goes back as its text, too;
the add-in's VBA makes Excel's own error of it. xlwings hands cells on as COM has them ("raw"): its own way
looks at every cell several times, and most blocks hold nothing but figures, texts and blanks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import NoneType
from typing import Any

import xlwings
from xlwings import conversion

from evalxl.actions import FORMULAS, Formula, Parameter
from evalxl.calling import call
from evalxl.cells import CellError, Result, Results
from udfs import variants
from udfs.identity import CATEGORY

_LONGEST = 255
"""Letters of a help text that Excel takes."""


_PLAIN = frozenset((float, str, NoneType))
"""What needs no converting on its way in."""
_CLEANED = {"ndim": 2, "err_to_str": True}
"""How xlwings converts the rest: error cells to their texts, dates to Python's."""


def block(argument: Any) -> Any:
    """An argument as rows of cells, error cells and dates among them converted."""
    rows = variants.rows(argument)
    if variants.kinds(rows) <= _PLAIN:
        return rows
    return conversion.read(None, rows, _CLEANED)  # type: ignore[no-untyped-call]


def _answer(name: str, arguments: tuple[Any, ...]) -> list[list[Any]]:
    try:
        return _texts(call(name, [block(argument) for argument in arguments]))
    except CellError as error:
        return [[error.kind]]


def _texts(rows: Results) -> list[list[Any]]:
    """The results with texts for errors, and empty ones for blanks: Excel would show 0."""
    if variants.kinds(rows) <= {float, str}:
        return rows
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Result) -> Any:
    if cell is None:
        return ""
    return cell.kind if isinstance(cell, CellError) else cell


def _parameter(parameter: Parameter) -> inspect.Parameter:
    kinds = inspect.Parameter
    kind = kinds.VAR_POSITIONAL if parameter.shape == "rest" else kinds.POSITIONAL_OR_KEYWORD
    default = None if parameter.optional else inspect.Parameter.empty
    return inspect.Parameter(parameter.name, kind, default=default)


def _function(formula: Formula) -> Callable[..., Any]:
    # Without type hints: xlwings would take them for converters.
    def function(*arguments):  # type: ignore[no-untyped-def]
        return _answer(formula.name, arguments)

    function.__name__ = function.__qualname__ = formula.name
    function.__doc__ = formula.help.ja[:_LONGEST]
    signature = inspect.Signature([_parameter(parameter) for parameter in formula.parameters])
    function.__signature__ = signature  # type: ignore[attr-defined]
    declared: Callable[..., Any] = function
    for parameter in formula.parameters:
        doc = parameter.help.ja[:_LONGEST]
        declared = xlwings.arg(parameter.name, "raw", doc=doc)(declared)
    # Last: each of the above sets the category back to xlwings' own.
    return xlwings.func(category=CATEGORY)(xlwings.ret("raw")(declared))


globals().update({name: _function(formula) for name, formula in FORMULAS.items()})
