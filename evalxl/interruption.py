"""Ctrl+C: told in one line, and nothing is waited for, neither a thread nor a process."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

CODE = 130
"""The exit code that shells give to a program ended by Ctrl+C."""


def told(given: Sequence[str]) -> int:
    """Say that it ends here, and give the exit code."""
    from evalxl import terminal, texts  # the interruption may have been while these were loaded

    terminal.tell(texts.INTERRUPTED.of(terminal.language(given)))
    return CODE


@contextlib.contextmanager
def put_off() -> Iterator[None]:
    """Ctrl+C waits for the end of the block, and processes started in it are not reached by it at all.

    A process that is half started is on nobody's list of those to be ended. And a terminal sends Ctrl+C to
    all of them: those that are still loading what they need would each show where they were.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave() -> NoReturn:
    """End the program now: all it wrote is whole or taken back, what still works does so for nobody.

    Python itself would wait for its threads, and one that reads half a message of a process that was ended
    waits for good.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for process in multiprocessing.active_children():
            process.kill()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # there may be none, or nobody reads it any more
            stream.flush()
    os._exit(CODE)
