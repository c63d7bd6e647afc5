"""An object of the in-memory Excel as pywin32 hands it to Python, and the values that go to and fro."""
# ruff: noqa: N802 (names of Windows)

from __future__ import annotations

import datetime as dt
import time
import types
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pyopenvba.exceptions import VBACompileError, VBARuntimeError, VBAUnsupportedError
from pyopenvba.interpreter._objects import MISSING, MemberSpec, VBAObject
from pyopenvba.interpreter._values import (
    EMPTY,
    NOTHING,
    NULL,
    VBAArray,
    VBACurrency,
    VBADate,
    VBAErrorValue,
    VBAInt,
    error,
)

DISP_E_EXCEPTION, DISP_E_UNKNOWNNAME, RPC_E_CALL_REJECTED = -2147352567, -2147352570, -2147418111
_FIRST_ERROR = -2146826288
"""How #NULL!, CVErr(2000), comes over COM; the other error cells follow."""
_RANGE = "{00020846-0000-0000-C000-000000000046}"


class com_error(Exception):  # noqa: N801 (its name in pywin32)
    """An error that an object reported."""

    def __init__(self, hresult: int, strerror: str = "", excepinfo: Any = None, argerror: Any = None) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror = hresult, strerror
        self.excepinfo, self.argerror = excepinfo, argerror


class TimeType(dt.datetime):
    """pywin32's time."""


class Calls:
    """What went over COM: every property read or set, every method called."""

    def __init__(self) -> None:
        self.by_name: Counter[str] = Counter()
        self.seconds = 0.0
        """The processor's time that Excel's side took."""

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self.by_name.values())


class Line:
    """The way to one Excel: counts what passes, and can be busy or dead."""

    def __init__(self) -> None:
        self.counters: list[Calls] = []
        self.rejecting = 0
        """So many calls will still be rejected, as by an Excel that is editing a cell; -1: all."""

    def call(self, owner: VBAObject, name: str, do: Any) -> Any:
        """Do something on Excel's side of the line."""
        start = time.process_time()
        if self.rejecting:
            self.rejecting -= self.rejecting > 0
            raise com_error(RPC_E_CALL_REJECTED, "Call was rejected by callee.")
        try:
            return do()
        except VBAUnsupportedError as gap:
            raise NotImplementedError(str(gap)) from gap
        except VBACompileError as problem:
            raise _reported(error(1004, str(problem))) from problem
        except VBARuntimeError as problem:
            raise _reported(problem) from problem
        finally:
            for calls in self.counters:
                calls.by_name[f"{owner.vba_type_name}.{name}"] += 1
                calls.seconds += time.process_time() - start


def _reported(problem: VBARuntimeError) -> com_error:
    scode = -2146827284 if problem.number == 1004 else -2146828288 + problem.number
    info = (0, "Microsoft Excel", problem.description, None, 0, scode)
    return com_error(DISP_E_EXCEPTION, "Exception occurred.", info)


class _TypeInfo:
    def __init__(self, name: str) -> None:
        self.name = name

    def GetTypeAttr(self) -> Any:
        iid = _RANGE if self.name == "Range" else f"{{{self.name}}}"
        return types.SimpleNamespace(iid=iid)

    def GetDocumentation(self, _: int) -> tuple[str]:
        return (self.name,)


class PyIDispatch:
    """The raw pointer under an object."""

    def __init__(self, target: VBAObject, line: Line) -> None:
        self.target, self.line = target, line

    def GetIDsOfNames(self, _: int, name: str) -> int:
        if self.target.vba_member(name) is None:
            raise com_error(DISP_E_UNKNOWNNAME, "Unknown name.")
        return 1

    def GetTypeInfo(self) -> _TypeInfo:
        return _TypeInfo(self.target.vba_type_name)


class CDispatch:
    """An object of Excel in Python's hands."""

    def __init__(self, target: VBAObject, line: Line) -> None:
        self.__dict__["_oleobj_"] = PyIDispatch(target, line)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._find(name)
        if found is None:
            raise AttributeError(f"{self._target.vba_type_name}.{name}")
        spec, called = found
        if called:
            return types.MethodType(lambda _, *args, **named: self._get(spec.name, args, named), self)
        return self._get(spec.name, (), {})

    def __setattr__(self, name: str, value: Any) -> None:
        if self._target.vba_member(name) is None:
            raise NotImplementedError(f"{self._target.vba_type_name}.{name} = …")
        self._line.call(self._target, name, lambda: self._target.vba_set(name, to_vba(value)))

    def __call__(self, *args: Any, **named: Any) -> Any:
        item = "Item" if self._target.vba_member("Item") else self._default()
        return self._get(item, args, named)

    def __iter__(self) -> Iterator[Any]:
        items = self._line.call(self._target, "_NewEnum", lambda: list(self._target.vba_iterate()))
        return (to_python(item, self._line) for item in items)

    def __len__(self) -> int:
        return int(self._get("Count", (), {}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CDispatch) and other._target is self._target

    def __hash__(self) -> int:
        return id(self._target)

    @property
    def _target(self) -> VBAObject:
        return self.__dict__["_oleobj_"].target  # type: ignore[no-any-return]

    @property
    def _line(self) -> Line:
        return self.__dict__["_oleobj_"].line  # type: ignore[no-any-return]

    def _default(self) -> str:
        spec = self._target.vba_default_member()
        if spec is None:
            raise TypeError(f"{self._target.vba_type_name} cannot be called")
        return spec.name

    def _find(self, name: str) -> tuple[MemberSpec, bool] | None:
        """A member, and whether Python sees a method: one with arguments that it must have, or Get…()."""
        spec = self._target.vba_member(name)
        if spec is None and name.startswith("Get"):
            spec = self._target.vba_member(name[3:])
            return (spec, True) if spec else None
        if spec is None:
            known = any(base.__name__ == "Application" for base in type(self._target).__mro__)
            return (MemberSpec(name, "method"), True) if known and name == "Run" else None
        return spec, spec.kind == "method" or (name == "Range" and self._target.vba_type_name != "Areas")

    def _get(self, name: str, args: Any, named: Any) -> Any:
        given = [to_vba(arg, gap=MISSING) for arg in args]
        while given and given[-1] is MISSING:
            given.pop()
        words = {key: to_vba(value) for key, value in named.items() if value is not None}
        found = self._line.call(self._target, name, lambda: self._target.vba_get(name, given, words))
        return to_python(found, self._line)


_SAME = frozenset((float, str, bool))
"""What is the same on both sides."""


def to_vba(value: Any, gap: Any = EMPTY) -> Any:
    """What Excel gets for a Python value; ``gap`` for None."""
    if type(value) in _SAME:
        return value
    value = getattr(value, "_inner", value)  # xlwings wraps objects to try again
    if value is None:
        return gap
    if isinstance(value, CDispatch):
        return value._target
    if isinstance(value, (list, tuple)):
        return _array(value)
    if isinstance(value, dt.datetime):
        return VBADate.from_datetime(value.replace(tzinfo=None))
    return value


def _array(value: Any) -> VBAArray:
    rows = list(value)
    if rows and all(isinstance(row, (list, tuple)) for row in rows):
        width = len(rows[0])
        if any(len(row) != width for row in rows):
            raise TypeError("rows of different lengths make no block")
        items = [to_vba(row[column]) for column in range(width) for row in rows]
        return VBAArray([(0, len(rows) - 1), (0, width - 1)], items=items)
    return VBAArray([(0, len(rows) - 1)], items=[to_vba(item) for item in rows])


def to_python(value: Any, line: Line) -> Any:
    """What pywin32 makes of a value from Excel."""
    if type(value) in _SAME:
        return value
    if value is EMPTY or value is NULL or value is NOTHING or value is MISSING:
        return None
    if isinstance(value, VBAObject):
        return CDispatch(value, line)
    if isinstance(value, VBADate):
        return TimeType(*value.to_datetime().timetuple()[:6], tzinfo=dt.UTC)
    if isinstance(value, VBAErrorValue):
        return _FIRST_ERROR + value.number - 2000
    if isinstance(value, VBAArray):
        return _tuples(value, line)
    if isinstance(value, bool):
        return value
    if isinstance(value, VBACurrency):
        return Decimal(value)
    if isinstance(value, VBAInt):
        return int(value)
    return float(value) if isinstance(value, int) else value


def _tuples(array: VBAArray, line: Line) -> tuple[Any, ...]:
    items = [to_python(item, line) for item in array.items]
    if len(array.bounds) == 1:
        return tuple(items)
    (low, high), _ = array.bounds
    rows = high - low + 1
    return tuple(tuple(items[row::rows]) for row in range(rows))
