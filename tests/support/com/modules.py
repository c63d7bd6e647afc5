"""The modules of pywin32 that xlwings imports on Windows, and xlwings imported as it is there."""
# ruff: noqa: N802, N803 (names of Windows)

from __future__ import annotations

import ctypes
import datetime as dt
import functools
import sys
import types
from typing import Any

from tests.support.com import dispatch
from tests.support.com.dispatch import CDispatch, Line, PyIDispatch, TimeType, com_error

dialogs: list[tuple[str, str]] = []
"""Title and text of every message box."""
answers: list[int] = []
"""What the user presses in the next boxes (1 OK, 2 cancel, 6 yes, 7 no); OK where nothing is said."""


@functools.cache
def install() -> None:
    """Put the stub in the place of pywin32, and import xlwings anew as on Windows."""
    import asyncio  # noqa: F401 (must see the real system)
    import concurrent.futures  # noqa: F401
    import inspect  # noqa: F401
    import multiprocessing  # noqa: F401
    import subprocess  # noqa: F401
    import tempfile  # noqa: F401

    import numpy as np  # noqa: F401
    import pandas as pd  # noqa: F401

    sys.modules.update(_modules())
    _windows_ctypes()
    for name in [name for name in sys.modules if name.split(".")[0] == "xlwings"]:
        del sys.modules[name]
    platform, sys.platform = sys.platform, "win32"
    try:
        import xlwings
        from xlwings import _xlwindows, com_server, udfs  # noqa: F401
    finally:
        sys.platform = platform
    assert xlwings.engines.active.name == "excel"


class _Class:
    """Stands for a class that is only asked for by isinstance."""


class DispatchBaseClass(_Class):
    """Of makepy's modules."""


def _dispatch(target: Any, userName: str | None = None) -> Any:
    inner = getattr(target, "_inner", target)
    if isinstance(inner, PyIDispatch):
        return CDispatch(inner.target, inner.line)
    if isinstance(inner, CDispatch):
        return inner
    raise com_error(-2147221005, "Invalid class string")


class _Wrapped:
    """A Python object as a COM server."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        self._public_methods_ = obj._public_methods_

    def __getattr__(self, name: str) -> Any:
        if name not in self.__dict__["_public_methods_"]:
            raise AttributeError(name)
        return getattr(self.__dict__["obj"], name)


class _Policy:
    def _CreateInstance_(self, clsid: Any, iid: Any) -> Any:
        raise com_error(-2147221164, "Class not registered")


def create_instance(clsid: Any) -> Any:
    """What Windows does when a program asks for a class that a running server has registered."""
    policy = sys.modules["win32com.server.policy"]
    return policy.DefaultPolicy()._CreateInstance_(clsid, None)  # type: ignore[attr-defined]


def _unwrap(wrapped: Any) -> Any:
    if not isinstance(wrapped, _Wrapped):
        raise com_error(-2147467262, "No such interface supported")
    return wrapped.obj


def _message_box(hwnd: int, text: str, title: str, style: int = 0) -> int:
    dialogs.append((title, text))
    return answers.pop(0) if answers else 1


def _module(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(members, __file__=f"{name}.dll")
    return module


def _modules() -> dict[str, types.ModuleType]:
    pythoncom = _module(
        "pythoncom", com_error=com_error, ole_error=com_error, CoInitialize=lambda: None,
        CoUninitialize=lambda: None, IID_IDispatch="IDispatch", IID_IEnumVARIANT="IEnumVARIANT",
        TypeIIDs={"IDispatch": PyIDispatch}, CLSCTX_LOCAL_SERVER=4, REGCLS_MULTIPLEUSE=1, REGCLS_SUSPENDED=4,
        MakePyFactory=lambda clsid: clsid, CoRegisterClassObject=lambda *args: 1,
        CoRevokeClassObject=lambda number: None, EnableQuitMessage=lambda thread: None,
        CoResumeClassObjects=lambda: None, PumpWaitingMessages=lambda: 1, DISPATCH_PROPERTYGET=2,
        DISPATCH_PROPERTYPUT=4, Missing=None,
    )  # fmt: skip
    client = _module(
        "win32com.client", CDispatch=CDispatch, CoClassBaseClass=_Class, DispatchBaseClass=DispatchBaseClass,
        Dispatch=_dispatch, DispatchEx=_new_excel,
    )  # fmt: skip
    policy = _module("win32com.server.policy", DefaultPolicy=_Policy)
    util = _module("win32com.server.util", wrap=lambda obj, iid=None: _Wrapped(obj), unwrap=_unwrap)
    dispatcher = _module("win32com.server.dispatcher")
    raised = _module("win32com.server.exception", COMException=com_error)
    server = _module("win32com.server", policy=policy, util=util, dispatcher=dispatcher, exception=raised)
    modules = [
        _module("pywintypes", com_error=com_error, error=com_error, TimeType=TimeType, IID=str),
        pythoncom,
        _module("win32api", MessageBox=_message_box, GetCurrentThreadId=lambda: 1),
        _module(
            "win32con", MB_OK=0, MB_OKCANCEL=1, MB_YESNO=4, MB_YESNOCANCEL=3, MB_ICONINFORMATION=64,
            MB_ICONWARNING=48,
        ),
        _module("win32gui", FindWindowEx=lambda parent, after, name, title: parent),
        _module("win32process", GetWindowThreadProcessId=lambda hwnd: (hwnd, hwnd)),
        _module("win32event", MsgWaitForMultipleObjects=lambda *args: 0, INFINITE=-1, QS_ALLEVENTS=255,
                WAIT_OBJECT_0=0),
        _module("win32timezone", TimeZoneInfo=types.SimpleNamespace(utc=lambda: dt.UTC)),
        client, policy, util, dispatcher, raised, server,
        _module("win32com", client=client, server=server),
    ]  # fmt: skip
    return {module.__name__: module for module in modules}


def _new_excel(progid: str) -> CDispatch:
    from tests.support.com.excel import Excel

    assert progid == "Excel.Application"
    return Excel().dispatch


class _Windows:
    """user32 and its like: the instances' windows, in their order."""

    def GetTopWindow(self, _: Any) -> int:
        return next(iter(_desktop()), 0)

    def GetWindow(self, hwnd: int, _: int) -> int:
        order = list(_desktop())
        return order[order.index(hwnd) + 1] if hwnd in order[:-1] else 0

    def GetForegroundWindow(self) -> int:
        return self.GetTopWindow(None)

    def SetForegroundWindow(self, hwnd: int) -> int:
        instances = _desktop()
        for other in [other for other in instances if other != hwnd]:
            instances[other] = instances.pop(other)
        return 1

    def SetWindowPos(self, *_: Any) -> int:
        return 1


def _desktop() -> dict[int, Any]:
    from tests.support.com.excel import desktop

    return desktop


def _from_window(hwnd: int, _: int, iid: Any, pointer: Any) -> int:
    pointer._obj.value = hwnd
    return 0


class _PyDLL:
    """The one function that xlwings takes from pythoncom's DLL."""

    def __init__(self, name: str) -> None:
        self.PyCom_PyObjectFromIUnknown = _Function()


class _Function:
    restype: Any = None

    def __call__(self, pointer: Any, iid: Any, owned: bool) -> CDispatch:
        dispatch: CDispatch = _desktop()[pointer.value].dispatch
        return dispatch


def _windows_ctypes() -> None:
    """The parts of ctypes that only Windows has."""
    nothing = types.SimpleNamespace(CLSIDFromString=lambda *args: 0)
    ctypes.windll = types.SimpleNamespace(user32=_Windows())  # type: ignore[attr-defined]
    ctypes.oledll = types.SimpleNamespace(  # type: ignore[attr-defined]
        ole32=nothing, oleacc=types.SimpleNamespace(AccessibleObjectFromWindow=_from_window)
    )
    real = ctypes.PyDLL
    ctypes.PyDLL = lambda name, *rest: (  # type: ignore[misc, assignment]
        _PyDLL(name) if name == "pythoncom.dll" else real(name, *rest)
    )


__all__ = ["Line", "answers", "create_instance", "dialogs", "dispatch", "install"]
