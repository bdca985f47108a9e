"""The objects that the stages of a run share, and how a run is started, or a shard of it joined."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.settings import BaseSettings

from crawler.config.crawl_options import options_of
from crawler.config.setting_names import ENVIRONMENT, FILE, FROM_ENVIRONMENT
from crawler.errors import UserError
from crawler.fetch.connectivity import ConnectivityMonitor
from crawler.fetch.large_bodies import BodyBudget
from crawler.fetch.politeness.host_throttle import MAX_WAIT, HostThrottle
from crawler.fetch.politeness.reach import Reach
from crawler.fetch.politeness.turns import TurnKeeper, request_interval
from crawler.kinds.registry import all_kinds, kind_of
from crawler.link_checking.images.image_fallbacks import ImageFetcher
from crawler.link_checking.images.own_images import OwnImages
from crawler.link_checking.in_flight import ChecksInFlight
from crawler.link_checking.link_checker import LinkChecker
from crawler.link_checking.lookup_runner import LookupRunner
from crawler.link_checking.result_queue import MAX_IN_FLIGHT, ResultQueue
from crawler.messages import say
from crawler.run.workspace import open_workspace
from crawler.scheduling.retries import RetryQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from scrapy.crawler import Crawler

    from crawler.executors.executors import TaskExecutor
    from crawler.models.link import Link
    from crawler.run.interruption import Interruption
    from crawler.run.workspace import Workspace
    from crawler.scheduling.tasks import ShardTask


class RunContext:
    """The objects that the stages of one run share; `kinds` are the kinds of links to check.

    In the process of a shard, `task` says what to check there, and `report` sends the link that is being checked.
    """

    def __init__(
        self,
        crawler: Crawler,
        workspace: Workspace,
        kinds: Collection[str],
        interruption: Interruption,
        *,
        task: ShardTask | None = None,
        report: Callable[[object], None] | None = None,
    ) -> None:
        assert crawler.engine is not None  # noqa: S101 - only created while the engine runs
        store = workspace.store
        self.options = options = options_of(crawler)
        self.workspace = workspace
        self.task = task
        self.report = report
        self.started_at = datetime.now(UTC)
        self.due_by = task.due_by if task else self.started_at
        """The run checks the links that were due at that time."""
        self.has_read = False
        """Whether the notes are registered, so that it is known which links are due."""
        self.executor: TaskExecutor | None = None
        """Executes the shards of this run; None if this process checks all links."""
        self.overrides = _overrides(crawler)
        self.interruption = interruption
        self.reach = Reach(task.shard.sites, task.shard.hosts) if task else Reach()
        is_shared = task is not None or options.workers.is_shared
        self.download = (
            self.reach.guarded(crawler.engine.download_async) if is_shared else crawler.engine.download_async
        )
        self.queue = ResultQueue()
        self.max_in_flight = 1 if task and task.one_by_one else MAX_IN_FLIGHT
        self.skipped = set(task.skipped) if task else set()
        """URLs that are not checked, since their checks ended processes or they failed twice in other shards."""
        self.connectivity = ConnectivityMonitor()
        # A task may wait for a worker, and a clock may be set back.
        seconds = min(task.time_left, task.ends_at - time.time()) if task else options.run_timeout
        self.began_at = time.monotonic()
        """When the run began, in seconds of `time.monotonic`: the time of the clock may change."""
        self.throttle = HostThrottle(time.monotonic, self.began_at + seconds)
        self.interval = partial(request_interval, crawler)
        """The seconds between two requests to a host."""
        self.image_fetcher = ImageFetcher(
            self.download,
            store=store,
            image_store=workspace.image_store,
            options=options,
            time_left=lambda: self.throttle.time_left,
            require_host=self.reach.require,
        )
        self.own_images = OwnImages(store, workspace.image_store)
        self.turns = TurnKeeper(self.throttle, self.reach, self._is_closed)
        self.bodies = BodyBudget()
        self.retries = RetryQueue(store)
        self.checker = LinkChecker(self)
        self.in_flight = ChecksInFlight(self.queue, self.turns)
        with_lookup = [name for name in sorted(kinds) if all_kinds()[name].has_lookup(options)]
        self.request_kinds = [name for name in sorted(kinds) if name not in with_lookup]
        """Kinds whose links are requested one by one; the others have a lookup."""
        self.page_kinds = [name for name in with_lookup if all_kinds()[name].has_pages]
        """Kinds with a lookup whose links are requested if that has no result for them."""
        self.lookup_runner = LookupRunner(with_lookup, self)
        interruption.add_callback(self.turns.stop)
        interruption.add_callback(self.queue.notify)

    @property
    def kinds(self) -> list[str]:
        """Return the kinds of links that are checked."""
        return [*self.request_kinds, *self.lookup_runner.kinds]

    async def is_online(self) -> bool:
        """Return whether the network works, by requests to reference hosts; a shard leaves that to the run."""
        if self.task is not None:
            return self.task.is_online
        return await self.interruption.guard(self.connectivity.is_online(self.download))

    def take_hosts(self) -> float:
        """Take the hosts of a shard, without one all; return the seconds to wait before the first request.

        That is what is left of the interval after the last request of an earlier shard, or the longest interval if one
        ended without saying when it sent that. A host that wants a longer wait gets no request until then, and what
        redirects to it is not checked.
        """
        hosts = self.task.shard.hosts if self.task else None
        waits, is_lost = self.workspace.store.take_hosts(hosts)
        left = [0.0]
        for host, seconds in waits.items():
            longest = max(MAX_WAIT, self.interval(host))  # what is longer is not waited for: a clock was set back
            if seconds > self.interval(host):
                self.throttle.back_off(host, seconds if math.isinf(seconds) else min(seconds, longest))
            elif self.reach.includes(host):  # not the hosts of other shards
                left.append(seconds)
        delays = self.options.requests.delays
        wanted = map(self.interval, hosts) if hosts is not None else delays.values()
        return max(wanted, default=0.0) if is_lost else max(left)

    def release_hosts(self) -> None:
        """Save when other shards may send the next request to each host that got one here."""
        now = time.monotonic()
        waits = {host: max(0.0, at + self.interval(host) - now) for host, at in self.turns.requested_at.items()}
        waits |= {host: max(seconds, waits.get(host, 0.0)) for host, seconds in self.throttle.waits().items()}
        self.turns.requested_at.clear()
        self.workspace.store.release_hosts(waits, self.throttle.closed_hosts)

    def _is_closed(self, link: Link) -> bool:
        return kind_of(link).keeps_body and self.image_fetcher.closed_reason is not None


def _overrides(crawler: Crawler) -> dict[str, Any]:
    """Return the settings of the file beside the notes and all that come before it, for the processes of shards.

    Secrets of the environment are not sent: a process on another machine reads its own.
    """
    settings, given = crawler.settings, dict[str, Any](_IS_SHARD=True)
    for name in settings:
        priority = settings.getpriority(name) or 0
        is_kept = name in FROM_ENVIRONMENT and priority == ENVIRONMENT
        if priority >= FILE and not is_kept and name != "_SETTINGS_FILE":
            value = settings[name]
            given[name] = value.copy_to_dict() if isinstance(value, BaseSettings) else value
    return given


@contextmanager
def open_context(crawler: Crawler, kinds: Collection[str], interruption: Interruption) -> Iterator[RunContext]:
    """Open the workspace, start a run, and yield its context; at the end, close everything.

    Raises UserError if notes, database, image store or executor cannot be used.
    """
    with ExitStack() as resources:
        options = options_of(crawler)
        workspace = resources.enter_context(open_workspace(options))
        context = RunContext(crawler, workspace, kinds, interruption)
        workspace.store.start_run(context.started_at)
        if options.workers.is_shared:
            from crawler.executors.executors import open_executor

            if options.workers.scheduler and not workspace.store.shared:
                raise UserError(say("error.dask_database"))
            executor = open_executor(options.workers.count, options.workers.scheduler)
            context.executor = resources.enter_context(executor)
        yield context


@contextmanager
def open_shard(
    crawler: Crawler, task: ShardTask, interruption: Interruption, report: Callable[[object], None] | None
) -> Iterator[RunContext]:
    """Open the workspace for a shard of the run of another process, and yield its context."""
    with open_workspace(options_of(crawler), is_shard=True) as workspace:
        workspace.store.join_run(task.run)
        yield RunContext(crawler, workspace, task.kinds, interruption, task=task, report=report)
