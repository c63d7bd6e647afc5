"""Calls a declared formula with blocks of cells: the one way in for Excel, the command line and tests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from evalxl import formula_rollup, formulas  # noqa: F401 (importing declares them)
from evalxl.actions import FORMULAS, Formula, Parameter
from evalxl.cells import UNKNOWN, Block, Cell, CellError, Results, checked, each, number, result, word

_READ: dict[str, Callable[[Cell], Any]] = {"number": number, "word": word, "cell": checked}


def call(name: str, blocks: Sequence[Block | None]) -> Results:
    """What the formula gives for these blocks, as a block; one cell is a block of one.

    ``blocks`` are rows of cells in the order of the parameters; None for an argument that is left out.
    Raises `CellError` where all of the result is an error: #NAME? for an unknown formula, #VALUE! for a
    wrong number of arguments.

    >>> call("EV_YOY", [[[8652.0], [5.0]], [[7338.0]]])
    [[1314.0], [-7333.0]]
    """
    if name not in FORMULAS:
        raise CellError(UNKNOWN)
    called = FORMULAS[name]
    _check(called, blocks)
    if all(parameter.shape == "each" for parameter in called.parameters):
        return each(_single(called), blocks)
    return _whole(called, blocks)


def _check(called: Formula, blocks: Sequence[Block | None]) -> None:
    needed = sum(not parameter.optional for parameter in called.parameters)
    rest = called.parameters[-1].shape == "rest"
    if len(blocks) < needed or (len(blocks) > len(called.parameters) and not rest):
        raise CellError()
    given = blocks[:needed] if not rest else blocks
    if any(block is None for block in given):
        raise CellError()


@functools.cache
def _single(called: Formula) -> Any:
    """The formula on single cells, each read as its parameter says."""
    readers = [_READ[parameter.kind] for parameter in called.parameters]
    run = called.run

    def on_cells(*cells: Cell) -> Any:
        return run(*[read(cell) for read, cell in zip(readers, cells, strict=False)])

    return on_cells


def _whole(called: Formula, blocks: Sequence[Block | None]) -> Results:
    if called.parameters[-1].shape == "rest":
        given: list[Any] = list(blocks)
    else:
        given = [_given(p, block) for p, block in zip(called.parameters, blocks, strict=False)]
    found = called.run(*given)
    return found if called.gives == "block" else [[result(found)]]


def _given(parameter: Parameter, block: Block | None) -> Any:
    if block is None or parameter.shape == "block":
        return block
    if len(block) != 1 or len(block[0]) != 1:
        raise CellError()
    return _READ[parameter.kind](block[0][0])
