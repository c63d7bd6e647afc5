"""Reads and checks files on the workers of a Dask scheduler: the same tasks, the same results in their order.

A file stands where every worker can open it: a path of a share that all have mounted, or an fsspec address
(``s3://…``), which the worker fetches for itself, with the credentials of its own environment. What happens
to a worker costs time and not results: its chunk is worked on again elsewhere. Only a file that ends several
workers, one after the other, is refused for it.

Needs the extra ``evalxl[dask]``, on this machine and on the workers.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, TypeVar

from evalxl import processes, program, reader, texts
from evalxl.errors import UsageError
from evalxl.paths import Source
from evalxl.reader import LIMIT, Task
from evalxl.results import FileResult
from evalxl.rules import registry
from evalxl.settings import Settings
from workbook.form import Form

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")

LOCAL = "local"
"""Instead of an address: a scheduler and workers started on this machine for the run."""
CHUNK = 50
"""Files in one task: a task costs some 2 ms wherever it runs."""
AHEAD = 3
"""Tasks given out for each worker's thread: enough that none waits, few enough that memory stays flat."""
PATIENCE = 60.0
"""Seconds without any worker after which the run is given up."""
TRIES = 3
"""How often a task is repeated when its transport failed."""
_GLANCE = 5.0


def run_then(
    sources: Sequence[Source],
    settings: Settings,
    then: Callable[[FileResult], T],
    scheduler: str,
    *,
    form: Form | None = None,
    jobs: int | None = None,
    limit: float = LIMIT,
    chunk: int = CHUNK,
) -> Generator[T]:
    """Like `runner.run_then`, on the workers of ``scheduler`` (``tcp://host:port``, or ``local``).

    ``jobs`` is the number of workers of a local one. Raises `UsageError` when Dask is not installed, the
    scheduler does not answer, its workers are gone, or they are not this program.
    """
    task = Task(settings, form, then, limit)
    with _client(scheduler, jobs) as client, _connected():
        _compare(client)
        yield from _in_order(client, sources, task, chunk)


# ---- the client --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _client(scheduler: str, jobs: int | None) -> Iterator[Client]:
    try:
        import distributed
    except ImportError:
        raise UsageError(texts.NO_DASK) from None
    for name in ("distributed", "distributed.client"):  # each has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told by us
    if scheduler == LOCAL:
        with _local(jobs) as cluster, distributed.Client(cluster) as client:
            yield client
        return
    try:
        client = distributed.Client(scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError):
        raise UsageError(texts.NO_SCHEDULER, address=scheduler) from None
    with client:
        yield client


@contextlib.contextmanager
def _connected() -> Iterator[None]:
    """Tell of a scheduler that is gone, however Dask says so: nobody here cancels a task."""
    from distributed.comm import CommClosedError

    try:
        yield
    except (CancelledError, CommClosedError):
        raise UsageError(texts.SCHEDULER_LOST) from None


def _local(jobs: int | None) -> Any:
    import distributed

    return distributed.LocalCluster(
        n_workers=jobs or processes.processors(),
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )


def _compare(client: Client) -> None:
    """See that all workers are this program: another one could give other results."""
    _wait_for_workers(client)
    packages = client.get_versions(packages=["evalxl"])
    for address, worker in packages["workers"].items():
        if not worker["packages"].get("evalxl"):
            raise UsageError(texts.WORKER_WITHOUT, worker=address)
    for address, told in client.run(program.description).items():
        _refuse_other(address, told, program.description())


def _refuse_other(worker: str, told: dict[str, str], own: dict[str, str]) -> None:
    if told != own:
        differing = next(name for name in own if told.get(name) != own[name])
        there, here = (which.get(differing, "")[:12] for which in (told, own))
        raise UsageError(texts.WORKER_DIFFERS, worker=worker, what=differing, there=there, here=here)


def _wait_for_workers(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise UsageError(texts.NO_WORKERS, seconds=int(PATIENCE)) from None


# ---- the work ----------------------------------------------------------------------------------------------


def _in_order(client: Client, sources: Sequence[Source], task: Task[T], chunk: int) -> Iterator[T]:
    # Submitted, not scattered: what a lost worker held is then made again.
    shared = client.submit(_itself, task, program.description(), pure=False)
    waiting = deque(sources[start : start + chunk] for start in range(0, len(sources), chunk))
    under_way: deque[tuple[Sequence[Source], Future[list[T]]]] = deque()
    while waiting or under_way:
        while waiting and len(under_way) < _width(client):
            some = waiting.popleft()
            under_way.append((some, _submit(client, shared, some)))
        some, future = under_way.popleft()
        try:
            yield from _result(client, future)
        except _WorkerLostError:
            yield from _one_by_one(client, shared, some, task)


def _width(client: Client) -> int:
    threads: int = sum(client.nthreads().values())
    return AHEAD * max(1, threads) + 1


def _submit(client: Client, shared: Future[Any], some: Sequence[Source]) -> Future[list[Any]]:
    return client.submit(_work, shared, list(some), pure=False, retries=TRIES)


def _one_by_one(client: Client, shared: Future[Any], some: Sequence[Source], task: Task[T]) -> Iterator[T]:
    """The files of a chunk that ended several workers: only the one that does it again is refused."""
    for source in some:
        started = time.monotonic()
        try:
            yield from _result(client, _submit(client, shared, [source]))
        except _WorkerLostError:
            yield task.lost(source, time.monotonic() - started)


class _WorkerLostError(Exception):
    """The scheduler gave a task up: each worker that had it was lost."""


def _result(client: Client, future: Future[list[T]]) -> list[T]:
    """The result of a task, for which it waits as long as there are workers."""
    from distributed import KilledWorker, wait

    while not future.done():
        with contextlib.suppress(TimeoutError):
            wait(future, timeout=_GLANCE)
        if client.status != "running":
            raise UsageError(texts.SCHEDULER_LOST)
        if not client.nthreads():
            _wait_for_workers(client)
    try:
        found: list[T] = future.result()
    except KilledWorker:
        raise _WorkerLostError from None
    finally:
        future.release()
    return found


# ---- on a worker -------------------------------------------------------------------------------------------


def _itself(task: Task[T], expected: dict[str, str]) -> tuple[Task[T], dict[str, str]]:
    return task, expected


def _work(shared: tuple[Task[T], dict[str, str]], sources: Sequence[Source]) -> list[T]:
    task, expected = shared
    # Again, as workers may have come since the run began.
    _refuse_other(_own_address(), program.description(), expected)
    registry.load()
    if _may_be_ended():
        return reader.watched(task, sources)
    return list(reader.in_time(task, sources))


def _own_address() -> str:
    from distributed import get_worker

    return str(get_worker().address)


def _may_be_ended() -> bool:
    """Whether ending this process harms nobody else: a nanny starts it anew, and it works on one file."""
    from distributed import get_worker

    worker = get_worker()
    return worker.nanny is not None and worker.state.nthreads == 1
