"""Opens what the stages of a run work with, and joins the run."""

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
from crawler.fetch.host_throttle import HostThrottle
from crawler.fetch.turns import TurnKeeper, request_interval
from crawler.kinds.registry import all_kinds, kind_of
from crawler.link_checking.image_fallbacks import ImageFetcher
from crawler.link_checking.in_flight import ChecksInFlight
from crawler.link_checking.link_checker import LinkChecker
from crawler.link_checking.lookup_runner import LookupRunner
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
    """What the stages of one run share; `kinds` are those whose links are checked."""

    def __init__(
        self,
        crawler: Crawler,
        workspace: Workspace,
        kinds: Collection[str],
        interruption: Interruption,
    ) -> None:
        assert crawler.engine is not None  # noqa: S101 - it is the engine that runs this
        store = workspace.store
        self.options = options = options_of(crawler)
        self.workspace = workspace
        self.started_at = datetime.now(UTC)
        self.interruption = interruption
        self.download = crawler.engine.download_async
        self.queue = ResultQueue()
        self.network = ConnectivityMonitor()
        self.hosts = HostThrottle(time.monotonic, time.monotonic() + options.run_timeout)
        self.crew = Worker(store, self.hosts, partial(request_interval, crawler), options.workers.count)
        self.pictures = ImageFetcher(
            self.download,
            store=store,
            image_store=workspace.image_store,
            options=options,
            time_left=lambda: self.hosts.time_left,
            hold_host=self.crew.hold_host,
        )
        self.turns = TurnKeeper(self.hosts, self.crew, self._is_closed)
        self.retries = RetryQueue(store, self.crew)
        self.checker = LinkChecker(self)
        self.in_flight = ChecksInFlight(self.queue, self.turns)
        with_lookup = [name for name in sorted(kinds) if all_kinds()[name].has_lookup(options)]
        self.pages = [name for name in sorted(kinds) if name not in with_lookup]
        """Kinds whose links are asked for one by one; the others have a lookup."""
        self.batches = LookupRunner(with_lookup, self)
        self.helpers: WorkerProcesses | None = None
        interruption.add_callback(self.turns.stop)
        interruption.add_callback(self.queue.notify)

    @property
    def has_other_workers(self) -> bool:
        """Whether other processes or machines may work on the same run."""
        return self.helpers is not None or self.workspace.store.shared

    @property
    def kinds(self) -> list[str]:
        """Return the kinds whose links are checked."""
        return [*self.pages, *self.batches.kinds]

    async def is_online(self) -> bool:
        """Return whether the network is there, by asking hosts that always are."""
        return await self.interruption.guard(self.network.is_online(self.download))

    def _is_closed(self, link: Link) -> bool:
        return kind_of(link).keeps_body and self.pictures.closed_reason is not None


@contextmanager
def open_context(
    crawler: Crawler,
    kinds: Collection[str],
    interruption: Interruption,
    *,
    is_finished: Callable[[], bool],
) -> Iterator[RunContext]:
    """Open what the options name, begin or join a run, and close all of it again.

    At the end, helpers end by themselves if the run `is_finished`. Raises UserError for what cannot be used.
    """
    with ExitStack() as resources:
        workspace = resources.enter_context(open_workspace(options_of(crawler)))
        context = RunContext(crawler, workspace, kinds, interruption)
        if parent_pipe := context.options.workers.parent_pipe:
            _join_run(context, parent_pipe)
        else:
            context.helpers = helpers = _start_run(context)
            if helpers is not None:
                resources.callback(lambda: helpers.close(finished=is_finished()))
        beating = asyncio.ensure_future(context.crew.keep_heartbeat())
        beating.add_done_callback(partial(_heart_stopped, context))
        resources.callback(beating.cancel)
        resources.callback(context.crew.close)
        yield context


def _start_run(context: RunContext) -> WorkerProcesses | None:
    """Begin a run, and have as many helpers as WORKERS says."""
    options = context.options.workers
    run = context.workspace.store.start_run(context.started_at)
    if (count := options.count - 1) < 1:
        return None
    helpers = WorkerProcesses(options.command, count, run.number, context.workspace.lock_fd)
    context.interruption.add_callback(helpers.interrupt)
    return helpers


def _join_run(context: RunContext, parent_pipe: str) -> None:
    """Help the run of the worker that started this process, and end when that does."""
    interrupts.final_message = ""  # the leader prints it
    ear, _, number = parent_pipe.partition(":")
    context.workspace.store.join_run(int(number))
    watch_parent(int(ear), _leader_ended)


def _leader_ended() -> None:
    """Do as at a signal, where the leader's end is not due to one that came here, too."""
    if not interrupts.number:
        raise_signal(SIGTERM)


def _heart_stopped(context: RunContext, beating: Task[None]) -> None:
    if not beating.cancelled():
        context.queue.fail(beating.exception())
