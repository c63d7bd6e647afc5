"""Reads and checks one file after the other: what this process does, or each of those that a run starts."""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from evalxl.paths import Source, opened
from evalxl.results import FileResult, SheetResult
from evalxl.rules import registry
from evalxl.rules.registry import Finding
from evalxl.settings import Settings
from workbook import marks, read
from workbook.errors import Refused
from workbook.form import Form

T = TypeVar("T")

LIMIT = 60.0
"""Seconds for one file in a process: some thousand times what a sheet takes."""


@dataclasses.dataclass(slots=True, frozen=True)
class Task(Generic[T]):
    """What is to be done with every file. ``form`` None: any form that is known."""

    settings: Settings
    form: Form | None
    then: Callable[[FileResult], T]
    limit: float = LIMIT
    """Seconds after which the process that works on a file is ended."""

    def of(self, source: Source) -> T:
        """Read and check one file. Never raises for what stands in it, nor for a mistake of ours."""
        started = time.perf_counter()
        try:
            result = self._of(source)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # panics of the Rust libraries are no Exception
            return self.given_up(source, _reason(source, error), type(error).__name__)
        result.seconds = time.perf_counter() - started
        return self.then(result)

    def _of(self, source: Source) -> FileResult:
        with opened(source) as path:
            reading = read.read_file(path, form=self.form, name=source.file)
            result = FileResult(source.file, source.address, reading.sha256 or "")
            if not reading.records and marks.is_own_output(path):
                result.skipped = "own_output"
                return result
        result.refused = [refusal(refused, self.settings) for refused in reading.refused]
        result.sheets = [SheetResult(r, registry.check(r, self.settings)) for r in reading.records]
        return result

    def given_up(self, source: Source, reason: str, detail: str) -> T:
        """What comes of a file that could not be worked on to its end."""
        finding = refusal(Refused("F001", reason=reason, detail=detail), self.settings)
        return self.then(FileResult(source.file, source.address, refused=[finding]))

    def lost(self, source: Source, seconds: float) -> T:
        """What comes of a file whose process ended after so many seconds of work on it alone."""
        if seconds >= self.limit:
            return self.given_up(source, "timeout", f"{self.limit:g} s")
        return self.given_up(source, "panic", "killed")

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """End this process when the block takes longer than the limit, whatever holds it.

        A thread of the interpreter's own sees to that: neither a loop in a library nor a lock stops it.
        """
        with open(os.devnull, "w") as nowhere:
            faulthandler.dump_traceback_later(self.limit, exit=True, file=nowhere)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()


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
    return [watched(_task, source) for source in sources]


def watched(task: Task[T], source: Source) -> T:
    """What comes of a file, within the limit; beyond it this process ends."""
    with task.watched():
        return task.of(source)
