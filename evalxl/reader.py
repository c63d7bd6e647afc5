"""Reads and checks one file after the other: what this process does, or each of those that a run starts."""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from evalxl.paths import Source, opened
from evalxl.results import FileResult, SheetResult
from evalxl.rules import registry
from evalxl.rules.registry import Finding
from evalxl.settings import Settings
from workbook import quiet
from workbook.errors import Refused
from workbook.form import Form

T = TypeVar("T")

LIMIT = 60.0
"""Seconds for one file: some thousand times what a sheet takes."""
_GLANCE = 0.5
"""Seconds after which a wait is looked at anew: on Windows nothing else lets Ctrl-C in."""


@dataclasses.dataclass(slots=True, frozen=True)
class Task(Generic[T]):
    """What is to be done with every file. ``form`` None: any form that is known."""

    settings: Settings
    form: Form | None
    then: Callable[[FileResult], T]
    limit: float = LIMIT
    """Seconds after which a file is given up."""

    def of(self, source: Source) -> T:
        """What comes of one file, however long it takes."""
        return self.after(source, self.read(source))

    def after(self, source: Source, result: FileResult) -> T:
        """Do what is to be done with a result. What it cannot do with one is no reason to end the run."""
        try:
            return self.then(result)
        except Exception as error:
            return self.given_up(source, _reason(source, error), type(error).__name__)

    def read(self, source: Source) -> FileResult:
        """Read and check one file. Never raises for what stands in it, nor for a mistake of ours."""
        from workbook import marks, read  # noqa: F401 - what is wrong with the program is no fault of a file

        started = time.perf_counter()
        try:
            result = self._of(source)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # panics of the Rust libraries are no Exception
            return self._refused(source, _reason(source, error), type(error).__name__)
        result.seconds = time.perf_counter() - started
        return result

    def _of(self, source: Source) -> FileResult:
        from workbook import marks, read  # not for a process that has others read

        with opened(source) as path:
            reading = read.read_file(
                path, form=self.form, name=source.file, templates=self.settings.templates
            )
            result = FileResult(source.file, source.address, reading.sha256 or "")
            if not reading.records and marks.is_own_output(path):
                result.skipped = "own_output"
                return result
        result.refused = [refusal(refused, self.settings) for refused in reading.refused]
        result.sheets = [SheetResult(r, registry.check(r, self.settings)) for r in reading.records]
        return result

    def given_up(self, source: Source, reason: str, detail: str) -> T:
        """What comes of a file that could not be worked on to its end."""
        return self.then(self._refused(source, reason, detail))

    def _refused(self, source: Source, reason: str, detail: str) -> FileResult:
        finding = refusal(Refused("F001", reason=reason, detail=detail), self.settings)
        return FileResult(source.file, source.address, refused=[finding])

    def lost(self, source: Source, seconds: float) -> T:
        """What comes of a file whose process ended after so many seconds of work on it alone."""
        if seconds >= self.limit:
            return self.given_up(source, "timeout", f"{self.limit:g} s")
        return self.given_up(source, "panic", "killed")

    @contextlib.contextmanager
    def watching(self) -> Iterator[Callable[[], None]]:
        """End this process when a file takes longer than the limit; call what is given before each file.

        A thread of the interpreter's own sees to that: neither a loop in a library nor a lock stops it. As
        starting it takes a twentieth of the time of a file, it is started anew only when a quarter of the
        limit is over. So it may come early where there are several files; whoever finds this process ended
        gives each of them the whole limit alone.
        """
        begun = -math.inf

        def begin() -> None:
            nonlocal begun
            if time.monotonic() - begun > self.limit / 4:
                faulthandler.dump_traceback_later(self.limit, exit=True, file=nowhere)
                begun = time.monotonic()

        with open(os.devnull, "w") as nowhere:
            try:
                yield begin
            finally:
                faulthandler.cancel_dump_traceback_later()


def in_time(task: Task[T], sources: Iterable[Source]) -> Iterator[T]:
    """What comes of files one after the other, each within the limit, in a process that must live on.

    A thread reads them. One that does not come back from a file is left alone and another one goes on: as
    nothing ends a thread, it takes time from the others until the program ends, and what it finds is thrown
    away. What a library does without letting other threads run is waited for.
    """
    given: SimpleQueue[tuple[Source, Future[FileResult]] | None] | None = None
    try:
        for source in sources:
            given = given or _thread(task.read)
            found: Future[FileResult] = Future()
            given.put((source, found))
            if _is_done(found, task.limit):
                yield task.after(source, found.result())
            else:
                given = None
                yield task.given_up(source, "timeout", f"{task.limit:g} s")
    finally:
        if given:
            given.put(None)


def _thread(read: Callable[[Source], FileResult]) -> SimpleQueue[tuple[Source, Future[FileResult]] | None]:
    """A thread that reads what is put into the queue, up to None."""
    given: SimpleQueue[tuple[Source, Future[FileResult]] | None] = SimpleQueue()

    def work() -> None:
        for source, found in iter(given.get, None):
            try:
                found.set_result(read(source))
            except BaseException as error:  # Ctrl-C and the like are for whoever waits
                found.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return given


def _is_done(found: Future[FileResult], limit: float) -> bool:
    """Wait for a result, within the limit; where there is none, nobody waits for its thread any more."""
    end = time.monotonic() + limit
    try:
        while not found.done() and (left := end - time.monotonic()) > 0:
            wait([found], min(left, _GLANCE))
    finally:
        if not found.done():
            quiet.give_up()
    return found.done()


def _reason(source: Source, error: BaseException) -> str:
    """Why a file gave nothing, in one of F001's words."""
    if source.fetched or not isinstance(error, OSError):
        return "panic"
    return "missing" if isinstance(error, FileNotFoundError) else "unreachable"


def refusal(refused: Refused, settings: Settings) -> Finding:
    """The finding of a refused file or sheet; it keeps the sheet's name where only a sheet is refused."""
    refused.values.setdefault("sheet", refused.sheet)
    return registry.finding_of_refusal(refused, settings)


_task: Task[Any] | None = None
"""In a process of the pool: what it does with each file."""


def prepare(task: Task[Any]) -> None:
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    registry.load()


def check(sources: Sequence[Source]) -> list[Any]:
    assert _task is not None, "the pool's initializer runs first"
    return watched(_task, sources)


def watched(task: Task[T], sources: Iterable[Source]) -> list[T]:
    """What comes of files one after the other, each within the limit; beyond it this process ends."""
    found = []
    with task.watching() as begin:
        for source in sources:
            begin()
            found.append(task.of(source))
    return found
