"""Open the executor of a run, which gives futures of Python's standard library."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from crawler.errors import UserError
from crawler.executors.child import SHARDS, TaskDiedError, TaskProcess, run_task
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from distributed import Client

CONNECT_SECONDS = 30
"""Seconds to wait for a Dask scheduler and its first worker."""


class TaskExecutor(Protocol):
    """Executes tasks, each in a process of its own."""

    @property
    def workers(self) -> int:
        """Number of tasks that are executed at the same time."""

    @property
    def can_cancel(self) -> bool:
        """Whether cancelling a future that waits leaves one that is being executed alone."""

    def submit(self, task: object) -> Future[Any]:
        """Execute a task as soon as a worker is free; raises TaskDiedError, or KilledWorker, where it is awaited."""


class LocalExecutor:
    """Executes tasks on this machine: a thread waits for the process of each.

    The first processes start at once. A pool of processes is not used, since it breaks as a whole when one of them is
    killed. `module` is the one that executes the tasks.
    """

    def __init__(self, workers: int, module: str = SHARDS) -> None:
        self.workers = workers
        self._module = module
        self._threads = ThreadPoolExecutor(workers, "shard")
        self._ready = deque(TaskProcess(module) for _ in range(workers))
        self._active: set[TaskProcess] = set()

    can_cancel = True

    def submit(self, task: object) -> Future[Any]:
        """Execute a task as soon as a worker is free."""
        return self._threads.submit(self._run, task)

    def _run(self, task: object) -> Any:
        process = self._ready.popleft() if self._ready else TaskProcess(self._module)
        self._active.add(process)
        try:
            return process.run(task)
        finally:
            self._active.discard(process)

    def close(self) -> None:
        """End all processes."""
        for process in [*self._ready, *self._active]:
            process.close()
        self._threads.shutdown(cancel_futures=True)


class DaskExecutor:
    """Executes tasks on the workers of a Dask cluster, which executes those of a lost worker again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._futures = client.get_executor(pure=False)

    can_cancel = False

    @property
    def workers(self) -> int:
        """Number of tasks that the workers execute at the same time, at least 1."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, task: object) -> Future[Any]:
        """Execute a task as soon as a worker is free."""
        future: Future[Any] = self._futures.submit(run_task, task)
        return future


@contextmanager
def open_executor(workers: int, scheduler: str) -> Iterator[TaskExecutor]:
    """Open the executor of the scheduler of a Dask cluster; without one, of some processes on this machine."""
    if scheduler:
        with _connected(scheduler) as client:
            yield DaskExecutor(client)
        return
    executor = LocalExecutor(workers)
    try:
        yield executor
    finally:
        executor.close()


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    """Connect to a scheduler; raise UserError if there is none, or if it has no workers."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise UserError(say("error.no_dask")) from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(say("error.dask_silent", address=scheduler, error=error)) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise UserError(say("error.dask_no_workers", address=scheduler, command=scheduler)) from None
        yield client


def is_lost(error: BaseException) -> bool:
    """Return whether a task failed because its process ended, or because it ended several Dask workers."""
    return isinstance(error, TaskDiedError) or type(error).__name__ == "KilledWorker"
