"""How many processes read for a run, and where they come from.

Apart from `runner`, which takes a while to load: the server of the processes can load the same meanwhile.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evalxl import interruption

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

FEW = 40
"""Under that many files processes cost more than they bring."""

MOST = 8
"""More processes than that do not read a network folder any faster."""

READING = frozenset(("read", "validate", "consolidate", "rollup", "tables", "publish", "report"))
"""The commands that read sheets in processes; their declarations are not loaded when this is asked."""

LOADED = ["evalxl.preloaded"]
"""What the server of the processes loads, once for all of them."""


def wanted(files: int, jobs: int | None) -> int:
    """How many processes read so many files: ``jobs``, or what suits the machine. 1: this one alone."""
    return jobs or (1 if files < FEW else min(processors(), MOST))


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def context() -> BaseContext:
    """The way in which processes are started here."""
    import multiprocessing  # not for commands that start none

    if not are_served():
        return multiprocessing.get_context("spawn")
    # Not fork: the parent may have threads (pyarrow's) whose locks a fork would take along.
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(LOADED)
    return found


@contextlib.contextmanager
def without_script() -> Iterator[None]:
    """Processes that are started in this block do not run the caller's script again, as Python's do.

    They need nothing of it, and one that starts a run outside of ``if __name__ == "__main__"`` would do all
    that it does once more in each of them.
    """
    script = vars(sys.modules["__main__"])
    kept: dict[str, Any] = {n: script.pop(n) for n in ("__spec__", "__file__") if n in script}
    script["__spec__"] = None
    try:
        yield
    finally:
        del script["__spec__"]
        script.update(kept)


def are_served() -> bool:
    """Whether a server starts the processes: none begins before that has loaded all they need."""
    return sys.platform != "win32"


def ahead(files: int, jobs: int | None) -> None:
    """Have the processes' server load all it needs from now on, if processes will read so many files."""
    if wanted(files, jobs) > 1 and are_served():
        from multiprocessing import forkserver

        context()  # which says what the server loads
        _watch()  # lets Ctrl+C in again, so not within the block
        with interruption.put_off():
            forkserver.ensure_running()


def _watch() -> None:
    """Start the process of Python that gives back the locks which an interrupted run leaves.

    It says so in English then, unless it is started with that warning off.
    """
    from multiprocessing import resource_tracker

    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (before, "ignore:resource_tracker:UserWarning")))
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def ahead_of(arguments: Sequence[str]) -> None:
    """Like `ahead`, for a command line that is not parsed yet: where a command that reads names many files.

    The command line takes as long to load as what the server does, and would have to wait for it later.
    """
    if not are_served() or not _reads(arguments):
        return
    jobs = next((int(n) for o, n in itertools.pairwise(arguments) if o == "--jobs" and n.isdigit()), None)
    ahead(max(map(_files, arguments), default=0), jobs)


def _reads(arguments: Sequence[str]) -> bool:
    """Whether the command is one that reads; before it stand options, some of which take a value.

    >>> _reads(["--lang", "en", "read", "提出"]), _reads(["remind", "提出", "-o", "read"])
    (True, False)
    """
    for before, word in itertools.pairwise(("", *arguments)):
        if word in READING:
            return True
        if not word.startswith("-") and not before.startswith("-"):
            return False
    return False


def _files(named: str) -> int:
    """How many files a folder holds at any depth, as far as that matters here."""
    inside = (file for _, _, files in os.walk(named) for file in files)
    return sum(1 for _ in itertools.islice(inside, FEW))
