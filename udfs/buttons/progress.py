"""How far a button is, in the status bar, and Esc to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from evalxl.texts import Text
from udfs.buttons import texts
from udfs.buttons.excel import Stopped

if TYPE_CHECKING:
    from udfs.buttons import Session

T = TypeVar("T")
_OFTEN = 0.2
"""Seconds between two looks at the keyboard, and two changes of the status bar."""


def watcher(session: Session, text: Text, stopped: Text = texts.STOPPED) -> Callable[..., Iterator[T]]:
    """What `Context.watch` wants: gives results on and shows how many there were (``text``).

    It raises `Stopped`, with what is to be told then, when Esc was pressed.
    """

    def watched(results: Iterable[T], total: int) -> Iterator[T]:
        last = 0.0
        for done, result in enumerate(results, 1):
            now = time.monotonic()
            if now - last >= _OFTEN or done == total:
                last = now
                if session.escaped():
                    raise Stopped(stopped)
                session.status(text.of(session.lang, done=done, all=total))
            yield result

    return watched
