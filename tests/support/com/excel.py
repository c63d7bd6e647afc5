"""An Excel in memory, and what pyOpenVBA's lacks of it."""
# ruff: noqa: N803 (names of Excel)

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._bridge import ExcelBridge
from pyopenvba.apps.excel._io import save_workbook
from pyopenvba.apps.excel._model import Application, Range, Workbook
from pyopenvba.apps.excel._notes import NoteShape
from pyopenvba.exceptions import VBARuntimeError
from pyopenvba.interpreter._objects import MISSING, MemberSpec, VBAObject, method, setter
from pyopenvba.interpreter._values import EMPTY, VBAArray, VBAInt, error
from pyopenvba.powerquery import _opc

from tests.support.com.dispatch import Calls, CDispatch, Line, to_python, to_vba
from tests.support.com.modules import install

_FORMATS = {".xlsx": 51, ".xlsm": 52, ".xlsb": 50, ".xls": 56, ".xlam": 55}
_numbers = itertools.count(1001)
desktop: dict[int, Excel] = {}
"""The instances that run, by the number of their window; the one in front is first."""


class Excel:
    """One instance of Excel. ``app`` is xlwings' view of it, ``inner`` pyOpenVBA's."""

    def __init__(self) -> None:
        install()
        import xlwings
        from xlwings import _xlwindows

        self.inner = ExcelApplication()
        self.inner.interpreter.host = _Bridge(self)
        self.line = Line()
        self.hwnd = next(_numbers)
        self.classes: dict[str, Callable[[], Any]] = {}
        self.projects: set[str] = set()
        self.picks: list[Path | None] = []
        """What the user chooses in the next windows for folders; None: cancels."""
        self.typed: list[str | bool] = []
        """What the user types into the next windows for input; False: cancels."""
        self.asked: list[str] = []
        """What those windows said."""
        self.inner.application.excel_ = self  # type: ignore[attr-defined]
        desktop[self.hwnd] = self
        self.dispatch = CDispatch(self.inner.application, self.line)
        wrapped = _xlwindows.COMRetryObjectWrapper(self.dispatch)
        self.app = xlwings.App(impl=_xlwindows.App(xl=wrapped))

    def close(self) -> None:
        """End the instance."""
        desktop.pop(self.hwnd, None)

    def open(self, path: Path | str) -> Any:
        """Open a file, as a user does; gives xlwings' book."""
        self.inner.open_workbook(path)
        return self.app.books.active

    def new(self) -> Any:
        """A book that was never saved."""
        self.inner.add_workbook()
        return self.app.books.active

    def module(self, source: str, name: str = "", project: str = "evalxl.xlam") -> None:
        """Load a VBA module, as of an add-in's ``project``."""
        self.inner.add_module(source, name=name)
        self.projects.add(project.lower())

    def run(self, macro: str, *args: Any) -> Any:
        """Run a macro; arguments and result as over COM."""
        found = self.inner.interpreter.run(macro, [to_vba(arg) for arg in args])
        return to_python(found, self.line)

    def serve(self, progid: str, make: Callable[[], Any]) -> None:
        """Register a class: VBA's ``CreateObject(progid)`` gives what ``make`` makes."""
        self.classes[progid.lower()] = make

    @contextlib.contextmanager
    def counting(self) -> Iterator[Calls]:
        """Count the calls that Python makes."""
        calls = Calls()
        self.line.counters.append(calls)
        try:
            yield calls
        finally:
            self.line.counters.remove(calls)

    @contextlib.contextmanager
    def editing(self) -> Iterator[None]:
        """Somebody is typing into a cell: Excel rejects all calls."""
        self.line.rejecting = -1
        try:
            yield
        finally:
            self.line.rejecting = 0


class _Bridge(ExcelBridge):
    """The host of the interpreter, with classes to create."""

    def __init__(self, excel: Excel) -> None:
        super().__init__(excel.inner.application)
        self.excel = excel

    def create(self, type_name_: str) -> object:
        make = self.excel.classes.get(type_name_.lower())
        if make is None:
            raise error(429, "ActiveX component can't create object")
        return Server(make(), self.excel.line)


class Server(VBAObject):
    """A COM object written in Python, as VBA sees it: its ``_public_methods_`` and no more."""

    vba_type_name = "Object"

    def __init__(self, target: Any, line: Line) -> None:
        self.target, self.line = getattr(target, "obj", target), line

    def vba_get(self, name: str, args: Any = (), named: Any = None) -> object:
        public = {method.lower(): method for method in self.target._public_methods_}
        if name.lower() not in public or named:
            raise error(438, f"Object doesn't support this property or method: {name}")
        given = [_raw(to_python(arg, self.line)) for arg in args]
        try:
            found = getattr(self.target, public[name.lower()])(*given)
        except Exception as problem:
            if isinstance(problem, VBARuntimeError):
                raise
            raise error(440, f"{type(problem).__name__}: {problem}") from problem
        return _served(found, self.line)


def _raw(value: Any) -> Any:
    """Objects reach a Python server as bare pointers."""
    if isinstance(value, tuple):
        return tuple(map(_raw, value))
    if isinstance(value, CDispatch):
        return value._oleobj_
    return value.target if isinstance(value, Server) else value


def _served(value: Any, line: Line) -> object:
    return Server(value, line) if hasattr(value, "_public_methods_") else to_vba(value)


# ---- members that pyOpenVBA lacks --------------------------------------------------------------------------


def _add(owner: type[VBAObject], name: str, get: Any, kind: str = "property", put: Any = None) -> None:
    import inspect

    names = tuple(list(inspect.signature(get).parameters)[1:])
    owner.vba_add_member(MemberSpec(name, kind, get, put, parameters=names))


def _stored(owner: type[VBAObject], name: str, default: Any) -> None:
    """A property that keeps what it is given."""
    key = f"stub_{name}"
    _add(
        owner,
        name,
        lambda self: getattr(self, key, default),
        put=lambda self, value: setattr(self, key, value),
    )


def _save_copy(self: Workbook, Filename: object = MISSING) -> object:
    """What SaveCopyAs does: the book as it stands now, elsewhere; its own name and state stay."""
    saved, package = self.saved, self.package
    save_workbook(self, Path(str(Filename)))
    self.saved, self.package = saved, package
    return EMPTY


def _run_macro(self: Application, Macro: object = MISSING, *args: object) -> object:
    """Application.Run with the book before the name: evalxl.xlam!EvBatch."""
    book, _, name = str(Macro).rpartition("!")
    if book and book.strip("'").lower() not in self.excel_.projects:  # type: ignore[attr-defined]
        raise error(1004, f"Cannot run the macro '{Macro}'.")
    assert self.interpreter is not None
    if self.interpreter.find_procedure(name)[0] is None:
        raise error(1004, f"Cannot run the macro '{Macro}'.")
    return self.interpreter.run(name, list(args))


_TALL = 65_536
"""Rows from which pyOpenVBA's own way is taken: it ends a column with the sheet's last row in use."""


def _values(self: Range, *, raw: bool) -> object:
    """A block's values without detours: pyOpenVBA's own way asks four functions about each cell, and looks at
    all cells of the sheet first, so that a single row of a large sheet would cost as much as the sheet."""
    area = self.first
    if self.single or area.rows >= _TALL or self.sheet.array_formulas:
        return _slow_values(self, raw=raw)
    cells = self.sheet.cells_
    items = []
    for column in range(area.left, area.right + 1):
        for row in range(area.top, area.bottom + 1):
            cell = cells.get((row, column))
            if cell is None:
                items.append(EMPTY)
            elif cell.style is None and not cell.formula and type(cell.value) in (float, str):
                items.append(cell.value)
            else:
                items.append(self._read(row, column, raw=raw))
    return VBAArray([(1, area.rows), (1, area.columns)], items=items)


def _compress(data: bytes, *_: Any, **__: Any) -> bytes:
    """zlib's deflate for pyOpenVBA's own, which is written in Python and takes a second a book."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _format(self: Workbook) -> object:
    suffix = Path(self.name).suffix.lower()
    return VBAInt(_FORMATS.get(suffix, 51), "Long")


class _Picker(VBAObject):
    """Excel's window for folders."""

    vba_type_name = "FileDialog"

    def __init__(self, excel: Excel) -> None:
        self.excel, self.picked = excel, None

    @setter("Title")
    def _title(self, value: object) -> None:
        self.excel.asked.append(str(value))

    @method
    def Show(self) -> object:  # noqa: N802 (its name in Excel)
        self.picked = self.excel.picks.pop(0)
        return VBAInt(0 if self.picked is None else -1, "Long")

    @method
    def SelectedItems(self, Index: object = MISSING) -> object:  # noqa: N802
        return str(self.picked)


def _input(self: Application, Prompt: Any, Title: Any, Default: Any, Type: Any) -> object:
    excel = self.excel_  # type: ignore[attr-defined]
    excel.asked.append(str(Prompt))
    return excel.typed.pop(0)


_slow_values, Range._values = Range._values, _values  # type: ignore[method-assign]
_add(Application, "FileDialog", lambda self, kind: _Picker(self.excel_), "method")
_add(Application, "InputBox", _input, "method")
_stored(Application, "Interactive", True)
_opc.raw_compress = _compress
_stored(Application, "EnableCancelKey", VBAInt(1, "Long"))
_stored(Application, "Cursor", VBAInt(-4143, "Long"))
_add(Application, "Hwnd", lambda self: VBAInt(self.excel_.hwnd, "Long"))
for _name in ("Width", "Height"):  # of a note's box: pyOpenVBA only reads it, and it stays as it is
    _spec = NoteShape._vba_members[_name.lower()]
    NoteShape._vba_members[_name.lower()] = dataclasses.replace(_spec, setter=lambda self, value: None)
Application._vba_members["run"] = MemberSpec("Run", "method", _run_macro, varargs=True)
_add(Application, "Ready", lambda self: True)
_stored(Workbook, "ReadOnly", False)
_stored(Workbook, "MultiUserEditing", False)
_add(Workbook, "FileFormat", _format)
_add(Workbook, "SaveCopyAs", _save_copy, "method")
