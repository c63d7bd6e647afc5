"""The COM class that the add-in's VBA asks for: two calls, a function and a button, and nothing else.

Windows starts ``python -m udfs.server`` for the first `CreateObject`, for this user alone. All workbooks
share the one process; it ends by itself when the last Excel has let go of it.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from evalxl import calling  # noqa: F401 (declares the formulas)
from evalxl.actions import FORMULAS
from evalxl.cells import ERRORS, UNKNOWN, VALUE
from udfs import identity, variants
from udfs.buttons import NAMES, journal

CURRENCY = "currency"
"""The answer to cells of currency, of which Excel's Value tells four decimals alone: send their digits."""
Answer = tuple[str, Any]


class Bridge:
    """What VBA gets. It holds no state, runs no code that it is given, and knows only what is declared."""

    _public_methods_ = ("Udf", "Press")

    def Udf(self, name: str, arguments: Sequence[Any]) -> Answer:  # noqa: N802 (a name of COM)
        """A function of `FORMULAS` on cells as COM brings them.

        Gives where the errors are, as ``row,column,number;…`` counted from 0, and the value: a single one or
        rows. Or `CURRENCY`, when the digits of cells are needed.
        """
        try:
            return _udf(name, arguments)
        except Exception as error:
            journal.note_error(name if name in FORMULAS else "?", error)
            return _answer([[VALUE]])

    def Press(self, name: str, application: Any) -> bool:  # noqa: N802
        """A button of the ribbon, pressed in that Excel; whether it came to its end."""
        if name not in NAMES:
            raise ValueError("no such button")
        from udfs import buttons

        return buttons.run(name, _app(application))


def _udf(name: str, arguments: Sequence[Any]) -> Answer:
    if name not in FORMULAS:
        return _answer([[UNKNOWN]])
    if any(Decimal in variants.kinds(variants.rows(argument)) for argument in arguments):
        return CURRENCY, ""
    xlwings = _windows()
    given = tuple(map(xlwings.com_server.FromVariant, arguments))
    return _answer(xlwings.udfs.call_udf("udfs.functions", name, given))


def _answer(rows: Sequence[Sequence[Any]]) -> Answer:
    wrong = () if ERRORS.keys().isdisjoint(chain.from_iterable(rows)) else enumerate(rows)
    errors = ";".join(
        f"{i},{j},{ERRORS[cell]}"
        for i, row in wrong
        for j, cell in enumerate(row)
        if isinstance(cell, str) and cell in ERRORS
    )
    # The text comes first: pywin32 then sends two values, not an array of more dimensions.
    return errors, rows[0][0] if len(rows) == len(rows[0]) == 1 else tuple(map(tuple, rows))


def _app(application: Any) -> Any:
    """xlwings' view of the Excel that called."""
    xlwings = _windows()
    excel = xlwings._xlwindows.COMRetryObjectWrapper(xlwings.com_server.FromVariant(application))
    return xlwings.App(impl=xlwings._xlwindows.App(xl=excel))


@functools.cache
def _windows() -> Any:
    """xlwings with the modules that it has on Windows alone."""
    for name in ("_xlwindows", "udfs", "com_server"):
        importlib.import_module(f"xlwings.{name}")
    return importlib.import_module("xlwings")


def main() -> None:
    """Serve the class until nobody uses it any more."""
    server = _windows().com_server
    server.XLPython = Bridge  # its class factory then makes our narrow object: its own one has Exec and Eval
    server.serve(identity.CLSID)


if __name__ == "__main__":
    main()
