"""Cells as formulas get them from Excel, and what they give back: figures, texts, Excel's own errors, blocks.

A cell is None (blank), a number (Excel's are all float), text, bool, a date, or an error, which comes as its
text (``#N/A``). A range is always a block: rows of cells, also where it is a single cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, TypeGuard

from workbook.notation import CellValue, read_number, tidy
from workbook.record import Number

Cell: TypeAlias = CellValue | Decimal
Block: TypeAlias = Sequence[Sequence[Cell]]

ERRORS = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036,
    "#N/A": 2042,
}  # fmt: skip
"""Excel's errors and the numbers by which VBA's CVErr makes them."""
VALUE, NOT_FOUND, UNKNOWN, TOO_LARGE = "#VALUE!", "#N/A", "#NAME?", "#NUM!"
_AS_NUMBER = range(-2146826288, -2146826000)
"""How errors come over COM; those newer than `ERRORS` keep this form, and no cell's number has it."""

_DIGITS = 10**15
"""Below this Excel keeps every digit."""


class CellError(Exception):
    """A formula's result is an error of Excel: ``kind`` is its text. Stands in a block as a cell, too."""

    def __init__(self, kind: str = VALUE) -> None:
        super().__init__(kind)
        self.kind = kind


Result: TypeAlias = float | str | CellError | None
"""A cell that goes back to Excel; None shows nothing."""
Results: TypeAlias = list[list[Result]]


def checked(cell: Cell) -> Cell:
    """The cell, unless it is an error: that passes through every formula. Raises `CellError`."""
    if isinstance(cell, str) and cell in ERRORS:
        raise CellError(cell)
    if isinstance(cell, int) and cell in _AS_NUMBER:
        raise CellError()
    return cell


def is_whole(cell: Cell) -> TypeGuard[float]:
    """Whether a cell holds a whole number that floats reckon with exactly, as most do.

    A difference of two such is exact as a float, and their quotient the float nearest to the fraction.
    """
    return isinstance(cell, float) and -_DIGITS < cell < _DIGITS and cell.is_integer()


def number(cell: Cell, unit: str | None = None) -> Number | None:
    """A number as typed (full-width digits, thousands, ▲, a unit behind it); None for a blank and a dash.

    Raises `CellError`: #VALUE! for text, dates and truth values, and the cell's own error.

    >>> number("▲１，９７４千円"), number(8652.0), number("－"), number(" ")
    (-1974, 8652, None, None)
    """
    if is_whole(cell):  # most cells: no detour
        return int(cell)
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else cell
    read = read_number(checked(cell), unit)  # type: ignore[arg-type]  # no Decimal any more
    if read.kind == "bad":
        raise CellError()
    return read.number


def word(cell: Cell) -> str:
    """A text; '' for a blank. A whole number is its digits. Raises `CellError` for an error."""
    cell = checked(cell)
    if isinstance(cell, (bool, datetime.date)):
        raise CellError()
    return tidy(cell) or "" if not isinstance(cell, Decimal) else str(cell)


def result(value: Number | Fraction | str | None) -> Result:
    """What a cell shows for a figure: the nearest float. Raises `CellError` (#NUM!) for one too large."""
    if value is None or isinstance(value, str):
        return value
    try:
        return float(value)
    except OverflowError:
        raise CellError(TOO_LARGE) from None


def flat(block: Block) -> Iterator[Cell]:
    """All cells, row by row."""
    return (cell for row in block for cell in row)


def each(run: Callable[..., Any], blocks: Sequence[Block | None]) -> Results:
    """Run a function of single cells over blocks, cell by cell; a single one, row or column is repeated.

    An error stays in its own cell. Raises `CellError` (#VALUE!) where the blocks do not fit together.

    >>> each(lambda a, b: a + b, [[[1], [2]], [[10]]])
    [[11.0], [12.0]]
    """
    height = max(len(block) for block in blocks if block is not None)
    width = max(len(block[0]) for block in blocks if block is not None)
    columns = [_repeated(_LEFT_OUT if block is None else block, height, width) for block in blocks]
    return [[one(run, cells) for cells in zip(*rows, strict=True)] for rows in zip(*columns, strict=True)]


_LEFT_OUT: Block = ((None,),)


def one(run: Callable[..., Any], cells: Iterable[Any]) -> Result:
    """What a function of single cells gives for these: an error is a result, too."""
    try:
        return result(run(*cells))
    except CellError as error:
        return error


def _repeated(block: Block, height: int, width: int) -> Block:
    if len(block) not in (1, height) or len(block[0]) not in (1, width):
        raise CellError()
    if len(block[0]) == 1 < width:
        block = [list(row) * width for row in block]
    return list(block) * height if len(block) == 1 < height else block
