"""The objects that the stages of a run share, and how a worker starts or joins a run."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from signal import SIGTERM, raise_signal
from typing import TYPE_CHECKING

from crawler.cli.interrupts import interrupts
from crawler.config.crawl_options import options_of
from crawler.fetch.connectivity import ConnectivityMonitor
from crawler.fetch.large_bodies import BodyBudget
from crawler.fetch.politeness.host_throttle import HostThrottle
from crawler.fetch.politeness.turns import TurnKeeper, request_interval
from crawler.kinds.registry import all_kinds, kind_of
from crawler.link_checking.image_fallbacks import ImageFetcher
from crawler.link_checking.in_flight import ChecksInFlight
from crawler.link_checking.link_checker import LinkChecker
from crawler.link_checking.lookup_runner import LookupRunner
from crawler.link_checking.own_images import OwnImages
from crawler.link_checking.result_queue import ResultQueue
from crawler.run.workspace import open_workspace
from crawler.scheduling.processes import WorkerProcesses, watch_parent
from crawler.scheduling.retries import RetryQueue
from crawler.scheduling.worker import Worker

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable, Collection, Iterator

    from scrapy.crawler import Crawler

    from crawler.models.link import Link
    from crawler.run.interruption import Interruption
    from crawler.run.workspace import Workspace


class RunContext:
    """The objects that the stages of one run share; `kinds` are the kinds of links to check."""

    def __init__(
        self,
        crawler: Crawler,
        workspace: Workspace,
        kinds: Collection[str],
        interruption: Interruption,
    ) -> None:
        assert crawler.engine is not None  # noqa: S101 - only created while the engine runs
        store = workspace.store
        self.options = options = options_of(crawler)
        self.workspace = workspace
        self.started_at = datetime.now(UTC)
        self.interruption = interruption
        self.download = crawler.engine.download_async
        self.queue = ResultQueue()
        self.connectivity = ConnectivityMonitor()
        self.throttle = HostThrottle(time.monotonic, time.monotonic() + options.run_timeout)
        self.worker = Worker(store, self.throttle, partial(request_interval, crawler), options.workers.count)
        self.image_fetcher = ImageFetcher(
            self.download,
            store=store,
            image_store=workspace.image_store,
            options=options,
            time_left=lambda: self.throttle.time_left,
            hold_host=self.worker.hold_host,
        )
        self.own_images = OwnImages(store, workspace.image_store)
        self.turns = TurnKeeper(self.throttle, self.worker, self._is_closed)
        self.bodies = BodyBudget()
        self.retries = RetryQueue(store, self.worker)
        self.checker = LinkChecker(self)
        self.in_flight = ChecksInFlight(self.queue, self.turns)
        with_lookup = [name for name in sorted(kinds) if all_kinds()[name].has_lookup(options)]
        self.request_kinds = [name for name in sorted(kinds) if name not in with_lookup]
        """Kinds whose links are requested one by one; the others have a lookup."""
        self.lookup_runner = LookupRunner(with_lookup, self)
        self.worker_processes: WorkerProcesses | None = None
        interruption.add_callback(self.turns.stop)
        interruption.add_callback(self.queue.notify)

    @property
    def has_other_workers(self) -> bool:
        """Whether other processes or machines can take part in the run."""
        return self.worker_processes is not None or self.workspace.store.shared

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of links that are checked."""
        return [*self.request_kinds, *self.lookup_runner.kinds]

    async def is_online(self) -> bool:
        """Return whether the network works, by requests to reference hosts."""
        return await self.interruption.guard(self.connectivity.is_online(self.download))

    def _is_closed(self, link: Link) -> bool:
        return kind_of(link).keeps_body and self.image_fetcher.closed_reason is not None


@contextmanager
def open_context(
    crawler: Crawler,
    kinds: Collection[str],
    interruption: Interruption,
    *,
    is_finished: Callable[[], bool],
) -> Iterator[RunContext]:
    """Open the workspace, start or join a run, and yield its context; at the end, close everything.

    Worker processes that were started end by themselves if `is_finished` returns true, otherwise they are stopped.
    Raises UserError if notes, database or image store cannot be used.
    """
    with ExitStack() as resources:
        workspace = resources.enter_context(open_workspace(options_of(crawler)))
        context = RunContext(crawler, workspace, kinds, interruption)
        if parent_pipe := context.options.workers.parent_pipe:
            _join_run(context, parent_pipe)
        else:
            context.worker_processes = processes = _start_run(context)
            if processes is not None:
                resources.callback(lambda: processes.close(finished=is_finished()))
        heartbeat = asyncio.ensure_future(context.worker.keep_heartbeat())
        heartbeat.add_done_callback(partial(_heartbeat_ended, context))
        resources.callback(heartbeat.cancel)
        resources.callback(context.worker.close)
        yield context


def _start_run(context: RunContext) -> WorkerProcesses | None:
    """Start a run and WORKERS - 1 more processes; return these, None if there are none."""
    options = context.options.workers
    run = context.workspace.store.start_run(context.started_at)
    if (count := options.count - 1) < 1:
        return None
    processes = WorkerProcesses(options.command, count, run.number, context.workspace.lock_fd)
    context.interruption.add_callback(processes.interrupt)
    return processes


def _join_run(context: RunContext, parent_pipe: str) -> None:
    """Join the run of the parent process, and end when that ends."""
    interrupts.final_message = ""  # the parent process prints it
    read_end, _, number = parent_pipe.partition(":")
    context.workspace.store.join_run(int(number))
    watch_parent(int(read_end), _parent_ended)


def _parent_ended() -> None:
    """Send SIGTERM to this process, unless it has already received the signal that ended its parent."""
    if not interrupts.number:
        raise_signal(SIGTERM)


def _heartbeat_ended(context: RunContext, heartbeat: Task[None]) -> None:
    if not heartbeat.cancelled():
        context.queue.fail(heartbeat.exception())
