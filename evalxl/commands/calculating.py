"""The formulas on the command line, one command for each, from its declaration: ``evalxl calc yoy 3 2``."""

from __future__ import annotations

import inspect
from typing import Any

from evalxl import calling
from evalxl.actions import (
    ACTIONS,
    DONE,
    FORMULAS,
    Argument,
    Command,
    Context,
    Formula,
    Outcome,
    Parameter,
)
from evalxl.cells import Block, CellError, Result
from evalxl.errors import UsageError
from evalxl.texts import Text

CALC = "calc"
NO_RESULT = Text(
    "{name} の結果は {kind} です。引数を確かめてください: {help}", "{name} gives {kind}. See: {help}"
)


def block(text: str) -> Block:
    """Cells as typed: rows end with ``;`` or a line break, cells are parted by tabs, else by spaces.

    >>> block("7338 8652; 0 5")
    [['7338', '8652'], ['0', '5']]
    """
    rows = [row for row in text.replace("\n", ";").split(";") if row.strip()] or [""]
    cells = [row.split("\t") if "\t" in text else row.split() or [""] for row in rows]
    widest = max(map(len, cells))
    return [[cell.strip() or None for cell in row] + [None] * (widest - len(row)) for row in cells]


def _argument(parameter: Parameter) -> Argument:
    many = "+" if parameter.shape == "rest" else "?" if parameter.optional else ""
    metavar = parameter.name.upper()
    return Argument(parameter.name, _help(parameter), metavar=metavar, many=many)  # type: ignore[arg-type]


def _help(parameter: Parameter) -> Text:
    if parameter.shape != "block":
        return parameter.help
    how = Text("（セルは空白、行は ; で区切ります）", " (cells apart by spaces, rows by ;)")
    return Text(parameter.help.ja + how.ja, parameter.help.en + how.en)


def _run(formula: Formula, context: Context, values: dict[str, Any]) -> Outcome:
    given: list[Block | None] = []
    for parameter in formula.parameters:
        value = values[parameter.name]
        if parameter.shape == "rest":
            given += [[[one]] for one in value]
        elif value is not None:
            given.append(block(value) if parameter.shape == "block" else [[value]])
    try:
        rows = calling.call(formula.name, given)
    except CellError as error:
        rows = [[error]]
    for cell in (cell for row in rows for cell in row):
        if isinstance(cell, CellError):
            raise UsageError(NO_RESULT, name=formula.name, kind=cell.kind, help=formula.help.of(context.lang))
    data = rows if formula.gives == "block" else rows[0][0]
    return Outcome(DONE, data, ["\t".join(map(_shown, row)) for row in rows])


def _shown(cell: Result) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell or "")


def _command(formula: Formula) -> Command:
    arguments = tuple(map(_argument, formula.parameters))
    line = " ".join(
        f'"{value}"' if " " in value else value
        for value in ("evalxl", CALC, formula.word, *formula.example.arguments)
    )

    def run(context: Context, **values: Any) -> Outcome:
        return _run(formula, context, values)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ["context", *(argument.parameter for argument in arguments)]
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    run.__signature__ = signature  # type: ignore[attr-defined]
    examples = ((line, formula.label),)
    return Command(f"{CALC} {formula.word}", formula.label, formula.help, arguments, examples, run, False)


ACTIONS |= {command.name: command for command in map(_command, FORMULAS.values())}
