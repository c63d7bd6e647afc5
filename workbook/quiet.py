"""Keeps the terminal clean where a library written in Rust breaks down: it prints its trouble on its own."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

_STDERR = 2
_lock = threading.Lock()


class _Held:
    """The real stderr while readers run; several threads may read at once."""

    readers = 0
    round = 0
    """Goes up when readers are given up: those of an earlier round no longer count."""
    panicked = False
    real = -1
    catch: IO[bytes] | None = None
    """What is printed meanwhile. Kept for the next time: making a file for each book would cost too much."""
    owner = 0


@contextlib.contextmanager
def panics() -> Iterator[None]:
    """Hold back what is printed on stderr; a panic's own text is dropped (its error says the same).

    Whatever else was printed comes out at the end. Without a stderr, as under pythonw, nothing happens.
    """
    with _lock:
        if not _Held.readers:
            _hold()
        _Held.readers += 1
        mine = _Held.round
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        _Held.panicked = _Held.panicked or type(error).__name__ == "PanicException"
        raise
    finally:
        with _lock:
            if mine == _Held.round:
                _Held.readers -= 1
                if not _Held.readers:
                    _release()


def give_up() -> None:
    """Have the real stderr back, though a reader has not come to its end and perhaps never will."""
    with _lock:
        _Held.round += 1
        if _Held.readers:
            _Held.readers = 0
            _release()


def _hold() -> None:
    _Held.panicked = False
    try:
        real = os.dup(_STDERR)
    except OSError:
        return
    try:
        os.dup2(_catch().fileno(), _STDERR)
        _Held.real = real
    except OSError:
        os.close(real)


def _catch() -> IO[bytes]:
    if _Held.catch is None or _Held.owner != os.getpid():  # a forked process must not write into its parent's
        _Held.catch = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the program runs)
        _Held.owner = os.getpid()
    return _Held.catch


def _release() -> None:
    if _Held.real < 0 or _Held.catch is None:
        return
    os.dup2(_Held.real, _STDERR)
    os.close(_Held.real)
    _Held.real = -1
    if _Held.catch.seek(0, os.SEEK_END):
        _Held.catch.seek(0)
        printed = _Held.catch.read()
        _Held.catch.seek(0)
        _Held.catch.truncate()
        if not _Held.panicked:
            os.write(_STDERR, printed)
