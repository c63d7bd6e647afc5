"""The functions as Excel calls them, made from their declarations: xlwings finds and calls them here.

Every argument comes as a block (rows of cells), an error cell as its text, a blank as None. An error goes
back as its text, too; the add-in's VBA makes Excel's own error of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings

from evalxl.actions import FORMULAS, Formula, Parameter
from evalxl.calling import call
from evalxl.cells import CellError, Results
from udfs.identity import CATEGORY

_LONGEST = 255
"""Letters of a help text that Excel takes."""


def _answer(name: str, blocks: tuple[Any, ...]) -> list[list[Any]]:
    try:
        return _texts(call(name, blocks))
    except CellError as error:
        return [[error.kind]]


def _texts(rows: Results) -> list[list[Any]]:
    return [[cell.kind if isinstance(cell, CellError) else cell for cell in row] for row in rows]


def _parameter(parameter: Parameter) -> inspect.Parameter:
    kinds = inspect.Parameter
    kind = kinds.VAR_POSITIONAL if parameter.shape == "rest" else kinds.POSITIONAL_OR_KEYWORD
    default = None if parameter.optional else inspect.Parameter.empty
    return inspect.Parameter(parameter.name, kind, default=default)


def _function(formula: Formula) -> Callable[..., Any]:
    # Without type hints: xlwings would take them for converters.
    def function(*blocks):  # type: ignore[no-untyped-def]
        return _answer(formula.name, blocks)

    function.__name__ = function.__qualname__ = formula.name
    function.__doc__ = formula.help.ja[:_LONGEST]
    signature = inspect.Signature([_parameter(parameter) for parameter in formula.parameters])
    function.__signature__ = signature  # type: ignore[attr-defined]
    declared: Callable[..., Any] = function
    for parameter in formula.parameters:
        doc = parameter.help.ja[:_LONGEST]
        declared = xlwings.arg(parameter.name, ndim=2, err_to_str=True, doc=doc)(declared)
    # Last: each of the above sets the category back to xlwings' own.
    return xlwings.func(category=CATEGORY)(declared)


globals().update({name: _function(formula) for name, formula in FORMULAS.items()})
