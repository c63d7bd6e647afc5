"""Excel around a button's work: is it ready, keep it quiet, and leave it as it was."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from evalxl.texts import Text
from udfs.buttons import texts

REJECTED, RETRY_LATER, NOT_NOW = -2147418111, -2147417846, -2146777998
"""Excel is busy: it rejects calls, asks to try later, or (as a code within an error) edits a cell."""
VERY_HIDDEN, VISIBLE = 2, -1
_QUIET = ("ScreenUpdating", "EnableEvents", "DisplayAlerts")
"""What is switched off meanwhile. The way of calculation stays: it would go into the copies of the book."""
_WAITS = (0.0, 0.2, 0.4)
_ATTEMPTS = 3


class Trouble(Exception):
    """A button cannot do what it should: ``text`` says why and what to do. Nothing was changed."""

    def __init__(self, text: Text, **values: Any) -> None:
        super().__init__(text.of("en", **values))
        self.text, self.values = text, values


class Stopped(Exception):
    """The user pressed Esc, or closed a window without a choice: all stays as it is. What is to be told."""


def com_error() -> type[Exception]:
    """The error of pywin32's calls."""
    import pywintypes  # type: ignore[import-untyped, unused-ignore]

    kind: type[Exception] = pywintypes.com_error
    return kind


def is_busy(error: BaseException) -> bool:
    """Whether a COM error says that Excel has no time now."""
    info: Sequence[Any] = getattr(error, "excepinfo", None) or ()
    return getattr(error, "hresult", 0) in (REJECTED, RETRY_LATER) or NOT_NOW in info[5:]


def detail(error: BaseException) -> str:
    """What Excel says about an error."""
    info: Sequence[Any] = getattr(error, "excepinfo", None) or ()
    said = info[2] if len(info) > 2 else ""
    return str(said or getattr(error, "strerror", "") or error)


@contextlib.contextmanager
def patient() -> Iterator[None]:
    """xlwings tries a rejected call again for ever: for the length of the block only a few times."""
    from xlwings import _xlwindows

    before, _xlwindows.N_COM_ATTEMPTS = _xlwindows.N_COM_ATTEMPTS, _ATTEMPTS
    try:
        yield
    finally:
        _xlwindows.N_COM_ATTEMPTS = before


def ready(xl: Any) -> None:
    """Wait a moment for an Excel that is busy. Raises `Trouble`."""
    for wait in _WAITS:
        time.sleep(wait)
        try:
            _ = xl.Hwnd
            return
        except com_error() as error:
            if not is_busy(error):
                raise
    raise Trouble(texts.BUSY)


@contextlib.contextmanager
def quiet(xl: Any, working: str) -> Iterator[None]:
    """No redrawing, events or questions within the block; all as before at its end, whatever happens."""
    before: dict[str, Any] = {}
    try:
        for name in _QUIET:
            before[name] = getattr(xl, name)
            setattr(xl, name, False)
        before["StatusBar"] = xl.StatusBar
        xl.StatusBar = working
        yield
    finally:
        for name, was in reversed(before.items()):
            _restore(xl, name, was)


def _restore(xl: Any, name: str, was: Any) -> None:
    """Give Excel a property back, with patience: this must not fail for a moment's busyness."""
    for wait in _WAITS:
        time.sleep(wait)
        try:
            setattr(xl, name, was)
            return
        except com_error():
            continue


def escape_pressed(xl: Any) -> bool:
    """Whether Esc is down while Excel is in front."""
    import ctypes

    user32: Any = ctypes.windll.user32  # type: ignore[attr-defined, unused-ignore]
    return bool(user32.GetForegroundWindow() == xl.Hwnd and user32.GetAsyncKeyState(0x1B) & 0x8001)
