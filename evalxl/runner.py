"""Reads and checks many workbooks: one after the other, or in processes when there are many.

The results come in the order of the files, whatever the processes do. A file that breaks the program, kills
its process or keeps it busy without an end becomes a finding of that file; the run goes on. Without processes
nothing can stop a file that takes too long.
"""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
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

CHUNK = 25
"""Files that a process is given at once: fewer cost more in passing them on, more make the end uneven."""

FEW = 40
"""Under that many files processes cost more than they bring."""

MOST_JOBS = 8
"""More processes than that do not read a network folder any faster."""

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


def run(
    sources: Sequence[Source], settings: Settings, *, form: Form | None = None, jobs: int | None = None
) -> Iterator[FileResult]:
    """Read and check the files, in their order.

    ``jobs`` is the number of processes; None: as many as there are processors, and none for a few files. With
    1 everything happens in this process. Closing the iterator ends the processes.
    """
    return run_then(sources, settings, _itself, form=form, jobs=jobs)


def run_then(
    sources: Sequence[Source],
    settings: Settings,
    then: Callable[[FileResult], T],
    *,
    form: Form | None = None,
    jobs: int | None = None,
    limit: float = LIMIT,
) -> Generator[T]:
    """Like `run`, and do ``then`` with each result where it was made.

    So only what ``then`` gives comes back from the processes; it must be a function that can be sent to them.
    A file that takes a process more than ``limit`` seconds is refused for that (F001).
    """
    task = Task(settings, form, then, limit)
    registry.load()
    jobs = jobs or (1 if len(sources) < FEW else min(processors(), MOST_JOBS))
    if jobs > 1:
        yield from _in_processes(sources, task, jobs)
    else:
        yield from map(task.of, sources)


def _itself(result: FileResult) -> FileResult:
    return result


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(sources: Sequence[Source], task: Task[T], jobs: int) -> Iterator[T]:
    size = min(CHUNK, -(-len(sources) // jobs))
    waiting = deque(sources[start : start + size] for start in range(0, len(sources), size))
    while waiting:
        under_way: deque[tuple[Sequence[Source], Future[list[T]]]] = deque()
        with contextlib.suppress(BrokenProcessPool), _processes(task, jobs) as pool:
            while waiting or under_way:
                # A few chunks ahead and no more: whoever takes the results sets the pace, memory stays flat.
                while waiting and len(under_way) < jobs + 2:
                    under_way.append((waiting[0], pool.submit(_check, waiting[0])))
                    waiting.popleft()
                results = under_way[0][1].result()
                under_way.popleft()
                yield from results
        if under_way and not _are_of_use(task):
            rest = [source for chunk in (*(chunk for chunk, _ in under_way), *waiting) for source in chunk]
            yield from map(task.of, rest)
            return
        for chunk, future in under_way:
            lost = not future.done() or future.cancelled() or future.exception() is not None
            yield from _one_by_one(chunk, task) if lost else future.result()


def _one_by_one(chunk: Sequence[Source], task: Task[T]) -> Iterator[T]:
    """The files of a chunk whose process died: only the one that kills it again is refused for that."""
    rest = deque(chunk)
    while rest:
        with _processes(task, 1) as pool:
            alive = True
            while rest and alive:
                source, started = rest.popleft(), time.monotonic()
                results = _alone(pool, source)
                alive = bool(results)
                yield from results or [task.lost(source, time.monotonic() - started)]


def _are_of_use(task: Task[Any]) -> bool:
    """Whether processes can work here at all: not on some machines, nor from a script that starts a run
    outside of ``if __name__ == "__main__"``, which each of them would run again."""
    with contextlib.suppress(BrokenProcessPool), _processes(task, 1) as pool:
        return pool.submit(_check, []).result() == []
    return False


def _alone(pool: ProcessPoolExecutor, source: Source) -> list[Any]:
    """What comes of one file in the one process of a pool; nothing when the process died of it."""
    with contextlib.suppress(BrokenProcessPool):
        return pool.submit(_check, [source]).result()
    return []


@contextlib.contextmanager
def _processes(task: Task[Any], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool that ends at once, with its processes, when the block does not end well."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, _context(), _prepare, (task,))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    pool.shutdown()


def _context() -> BaseContext:
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    # Not fork: the parent may have threads (pyarrow's) whose locks a fork would take along.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [__name__, *(f"evalxl.rules.{name}" for name in registry.FAMILIES.values())]
    )
    return context


_task: Task[Any] | None = None
"""In a process of the pool: what it does with each file."""


def _prepare(task: Task[Any]) -> None:
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    registry.load()


def _check(sources: Sequence[Source]) -> list[Any]:
    assert _task is not None, "the pool's initializer runs first"
    return [watched(_task, source) for source in sources]


def watched(task: Task[T], source: Source) -> T:
    """What comes of a file, within the limit; beyond it this process ends."""
    with task.watched():
        return task.of(source)
