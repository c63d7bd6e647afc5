"""The functions that Excel will call, by the names they will have there: plain Python, no Excel yet.

Each takes cell values as Excel hands them over (numbers as float, blank as None, a range as rows of cells)
and calls the function of `evalxl.arithmetic` that the rules call, too. A number comes back as float, a rate
that does not exist as the word that public finance writes (皆増, 皆減, －), nothing as None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from evalxl import arithmetic
from workbook.notation import read_number

Cell = float | int | str | bool | None
Cells = Cell | Sequence["Cells"]
Result = float | str | None


def ev_total(parts: Cells) -> Result:
    """The sum of what is filled; blank where all cells are (千円 in, 千円 out).

    >>> ev_total([[6091.0, None], ["７，３３８", "－"]])
    13429.0
    """
    return _result(arithmetic.total(_numbers(parts)))


def ev_labour_cost(hours: Cell, yen_per_hour: Cell) -> Result:
    """人件費 in 千円 from hours and yen an hour, rounded half up; blank where one is.

    >>> ev_labour_cost(1987.0, 4077.0)
    8101.0
    """
    return _result(arithmetic.labour_cost(_number(hours), _number(yen_per_hour)))


def ev_grand_total(project: Cell, labour: Cell) -> Result:
    """トータルコスト (A)+(B) in 千円; blank where both are.

    >>> ev_grand_total(8652.0, 8101.0)
    16753.0
    """
    return _result(arithmetic.grand_total(_number(project), _number(labour)))


def ev_yoy(this_year: Cell, last_year: Cell) -> Result:
    """The change from last year; blank where a year is.

    >>> ev_yoy(8652.0, 7338.0)
    1314.0
    """
    return _result(arithmetic.yoy(_number(this_year), _number(last_year)))


def ev_yoy_rate(this_year: Cell, last_year: Cell) -> Result:
    """The change from last year as a part of it, or 皆増, 皆減, －; blank where a year is.

    >>> ev_yoy_rate(3.0, 2.0), ev_yoy_rate(3.0, 0.0)
    (0.5, '皆増')
    """
    return _result(arithmetic.yoy_rate(_number(this_year), _number(last_year)))


def ev_unit_cost(cost: Cell, quantity: Cell) -> Result:
    """Cost for one unit, in the cost's unit; blank where one is, or the quantity is 0.

    >>> ev_unit_cost(9.0, 2.0)
    4.5
    """
    return _result(arithmetic.unit_cost(_number(cost), _number(quantity)))


def ev_achievement(result: Cell, plan: Cell) -> Result:
    """達成率: the result as a part of the plan; blank where one is, or the plan is 0.

    >>> ev_achievement(300.0, 400.0)
    0.75
    """
    return _result(arithmetic.achievement(_number(result), _number(plan)))


FUNCTIONS: dict[str, Callable[..., Result]] = {
    "EV_TOTAL": ev_total,
    "EV_LABOUR_COST": ev_labour_cost,
    "EV_GRAND_TOTAL": ev_grand_total,
    "EV_YOY": ev_yoy,
    "EV_YOY_RATE": ev_yoy_rate,
    "EV_UNIT_COST": ev_unit_cost,
    "EV_ACHIEVEMENT": ev_achievement,
}
"""The name in Excel → the function."""


def _number(value: Cell) -> arithmetic.Number | None:
    """A cell's number as departments type it; None for blank and dash. ValueError where there is none."""
    read = read_number(value)
    if read.kind == "bad":
        raise ValueError(f"no number: {value!r}")
    return read.number


def _numbers(cells: Cells) -> Iterator[arithmetic.Number | None]:
    if isinstance(cells, Sequence) and not isinstance(cells, str):
        for part in cells:
            yield from _numbers(part)
    else:
        yield _number(cells)


def _result(value: arithmetic.Number | Fraction | str | None) -> Result:
    return float(value) if isinstance(value, (int, Decimal, Fraction)) else value
