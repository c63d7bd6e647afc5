"""Reads and checks many workbooks: one after the other, or in processes when there are many.

The results come in the order of the files, whatever the processes do. A file that breaks the program, kills
its process or keeps it busy without an end becomes a finding of that file; the run goes on. Without processes
a file that takes too long is left to a thread of its own (`reader.in_time`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, TypeVar

from evalxl import interruption, processes, reader
from evalxl.paths import Source
from evalxl.reader import Task
from evalxl.results import FileResult
from evalxl.rules import registry
from evalxl.settings import Settings
from workbook.form import Form

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import SimpleQueue

T = TypeVar("T")

CHUNK = 25
"""Files that a process is given at once: fewer cost more in passing them on, more make the end uneven."""


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
    limit: float = reader.LIMIT,
    meanwhile: Callable[[], object] | None = None,
) -> Generator[T]:
    """Like `run`, and do ``then`` with each result where it was made.

    So only what ``then`` gives comes back from the processes; it must be a function that can be sent to them.
    A file that takes more than ``limit`` seconds to read is refused for that (F001). ``meanwhile`` is
    called once while the processes, or their server, load what they need: there is time then for what this
    one needs later.
    """
    task = Task(settings, form, then, limit)
    jobs = processes.wanted(len(sources), jobs)
    if jobs > 1:
        yield from _in_processes(sources, task, jobs, meanwhile or registry.load)
    else:
        yield from reader.in_time(task, sources)


def _itself(result: FileResult) -> FileResult:
    return result


def _in_processes(
    sources: Sequence[Source], task: Task[T], jobs: int, meanwhile: Callable[[], object]
) -> Iterator[T]:
    waiting = deque(_chunks(sources, jobs))
    processes.ahead(len(sources), jobs)
    done = processes.are_served()
    if done:
        meanwhile()  # no process begins before the server has loaded what all of them need
    while waiting:
        under_way: deque[tuple[Sequence[Source], Future[list[T]]]] = deque()
        with contextlib.suppress(BrokenProcessPool), _processes(task, jobs) as pool:
            while waiting or under_way:
                # A few chunks ahead and no more: whoever takes the results sets the pace, memory stays flat.
                while waiting and len(under_way) < jobs + 2:
                    under_way.append((waiting[0], _given(pool, waiting[0])))
                    waiting.popleft()
                if not done:
                    meanwhile()
                    done = True
                results = under_way[0][1].result()
                under_way.popleft()
                yield from results
        if under_way and not _are_of_use(task):
            rest = [source for chunk in (*(chunk for chunk, _ in under_way), *waiting) for source in chunk]
            yield from reader.in_time(task, rest)
            return
        for chunk, future in under_way:
            lost = not future.done() or future.cancelled() or future.exception() is not None
            yield from _one_by_one(chunk, task) if lost else future.result()


def _given(pool: ProcessPoolExecutor, sources: Sequence[Source]) -> Future[list[Any]]:
    with processes.without_script(), interruption.put_off():  # as this may start a process
        return pool.submit(reader.check, sources)


def _chunks(sources: Sequence[Source], jobs: int) -> Iterator[Sequence[Source]]:
    """The files in portions, smaller ones at the end, so that all processes end at about the same time."""
    start = 0
    while start < len(sources):
        size = max(1, min(CHUNK, (len(sources) - start) // (2 * jobs)))
        yield sources[start : start + size]
        start += size


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
    """Whether processes can work here at all, as on some machines they cannot."""
    with contextlib.suppress(BrokenProcessPool), _processes(task, 1) as pool:
        return _given(pool, []).result() == []
    return False


def _alone(pool: ProcessPoolExecutor, source: Source) -> list[Any]:
    """What comes of one file in the one process of a pool; nothing when the process died of it."""
    with contextlib.suppress(BrokenProcessPool):
        return _given(pool, [source]).result()
    return []


@contextlib.contextmanager
def _processes(task: Task[Any], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool that ends at once, with its processes, when the block does not end well."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, processes.context(), reader.prepare, (task,))
    try:
        yield pool
    except BaseException:
        with interruption.put_off():
            _end(pool, set(multiprocessing.active_children()) - others)
        raise
    pool.shutdown()


def _end(pool: ProcessPoolExecutor, own: Iterable[BaseProcess]) -> None:
    """End a pool and its processes at once, whatever they are at."""
    results: SimpleQueue[Any] | None = pool._result_queue
    pool.shutdown(wait=False, cancel_futures=True)
    for process in own:
        process.terminate()
    if results:
        # The pool's thread may be at half a message of one of them, and would wait for the rest for good, and
        # Python for it, as long as anybody could still write: this process itself.
        results._writer.close()  # type: ignore[attr-defined]
