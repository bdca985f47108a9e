"""The stage that checks links in shards, each in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.executors.executors import is_lost
from crawler.fetch.connectivity import SUSPICIOUS_HOSTS
from crawler.links.targets.sites import site_of
from crawler.messages import say
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.run.stages.link_stages import CheckLinks, NetworkDownError, SettleFailures
from crawler.scheduling.plan import START_SECONDS, HostWork, plan
from crawler.scheduling.tasks import ShardTask
from crawler.store.external_sources import ARCHIVE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from concurrent.futures import Future

    from crawler.run.context import RunContext
    from crawler.run.stages.link_stages import Stage
    from crawler.scheduling.plan import Shard
    from crawler.scheduling.tasks import ShardSummary

MAX_ROUNDS = 4
"""Rounds of shards; what is left after them is checked in the process of the run."""

MAX_DEATHS = 3
"""Number of times that a shard is executed before it is split."""

DRAIN_SECONDS = 8.0
"""Seconds in which shards have to save their results when the run is interrupted."""

logger = logging.getLogger(__name__)


def check_stages(context: RunContext) -> tuple[Stage, ...]:
    """Return the stages that check due links, retry those that failed, and count those that failed twice."""
    pages = (CheckLinks(context, after_lookups=True),) if context.page_kinds else ()
    if context.executor is None:
        return CheckLinks(context), *pages, CheckLinks(context, is_retry=True), SettleFailures(context)
    return CheckShards(context), *pages, CheckShards(context, is_retry=True), SettleFailures(context)


@dataclass(slots=True)
class _Execution:
    """A shard that is being executed, and how often its process has died."""

    task: ShardTask
    deaths: int = 0
    future: Future[ShardSummary] | None = None


class CheckShards:
    """Checks due links in rounds of shards: the first for all hosts, the others for links that need several hosts.

    Links with a lookup, their sites, and the archive are left to this process: a service is asked one question after
    the other. When only few links are left, it checks them all.
    """

    def __init__(self, context: RunContext, *, is_retry: bool = False) -> None:
        self._context = context
        self._store = context.workspace.store
        self._local = CheckLinks(context, is_retry=is_retry)
        self._is_retry = is_retry
        self._crashed: list[CheckResult] = []
        self._is_online = False
        """Whether the network works although most hosts cannot be reached."""
        self._running: dict[asyncio.Future[ShardSummary], _Execution] = {}
        self.name = self._local.name

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield the results of links that are checked in this process; those of shards are saved by these."""
        context = self._context
        own = self._own_sites()
        for number in range(MAX_ROUNDS):
            if not (shards := self._plan(own, is_first=number == 0)):
                break
            context.reach.sites = own
            executing = asyncio.ensure_future(self._execute(shards))
            try:
                if number == 0:
                    async for result in self._local.run():
                        yield result
                await context.interruption.guard(asyncio.shield(executing))
            finally:
                await self._drain(executing)
        context.reach.sites = None
        await context.interruption.guard(asyncio.sleep(context.take_hosts()))
        context.queue.put(self._crashed)
        async for result in self._local.run():
            yield result
        context.release_hosts()

    def _own_sites(self) -> frozenset[str]:
        """Return the sites to which only this process sends requests."""
        context = self._context
        backlogs = self._store.backlogs(context.lookup_runner.kinds, context.due_by)
        return frozenset({site_of(ARCHIVE), *(site_of(backlog.host_key) for backlog in backlogs)})

    def _plan(self, own: frozenset[str], *, is_first: bool) -> list[Shard]:
        """Return the shards of a round; none if it is not worth the time that their processes take to start.

        The first round is for all hosts, later ones for those of links that are known to need several.
        """
        context, again = self._context, self._is_retry
        assert context.executor is not None  # noqa: S101 - there is no such stage without one
        workers, most = context.executor.workers, context.options.workers.shard_seconds
        backlogs = self._store.backlogs(context.request_kinds, context.due_by, again=again)
        bonds = self._store.deferred(context.request_kinds, context.due_by, again=again)
        here = {host for bond in bonds if any(site_of(each) in own for each in bond) for host in bond}
        open_bonds = [bond for bond in bonds if bond.isdisjoint(here)]
        wanted = {host for bond in open_bonds for host in bond}
        work = [
            HostWork(each.host, each.links, context.interval(each.host))
            for each in backlogs
            if each.host and site_of(each.host) not in own and (is_first or each.host in wanted)
        ]
        shards = plan(work, workers, most, open_bonds)
        return shards if sum(shard.cpu_seconds for shard in shards) >= most * START_SECONDS / 10 else []

    # --- executing ----------------------------------------------------------------------------------------------------

    async def _execute(self, shards: Sequence[Shard]) -> None:
        """Execute shards until all are done, also when their processes die."""
        try:
            for shard in shards:
                self._submit(_Execution(self._task(shard)))
            while self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                for done in [each for each in self._running if each.done()]:
                    each = self._running.pop(done)
                    error = done.exception()
                    if error is not None and is_lost(error):
                        self._execute_again(each, error)
                    else:
                        await self._settle(each, done.result())
        except BaseException:
            await self._stop()
            raise

    def _task(self, shard: Shard) -> ShardTask:
        context = self._context
        return ShardTask(
            shard,
            run=self._store.run_number,
            due_by=context.due_by,
            kinds=tuple(context.request_kinds),
            settings=context.overrides,
            is_retry=self._is_retry,
            ends_at=time.time() + context.throttle.time_left,
            time_left=context.throttle.time_left,
        )

    def _submit(self, each: _Execution) -> None:
        context = self._context
        assert context.executor is not None  # noqa: S101 - as in _plan
        skipped = frozenset({*context.skipped, *context.retries.urls_failed_again})
        task = replace(each.task, fetched_bytes=context.image_fetcher.fetched_bytes, skipped=skipped)
        each.future = context.executor.submit(task)
        self._running[asyncio.wrap_future(each.future)] = each

    async def _settle(self, each: _Execution, summary: ShardSummary) -> None:
        """Add what a shard brings back; execute it again if it has stopped and the network works."""
        self._add(summary)
        if summary.error is not None:
            raise UserError(summary.error)
        network = self._context.connectivity
        are_many_silent = network.is_mostly_unreachable and len(network.unreachable) >= SUSPICIOUS_HOSTS
        if summary.is_suspicious or (are_many_silent and not self._is_online):
            if not await self._context.is_online():
                raise NetworkDownError(say("error.no_host_responds"))
            self._is_online = True
        if summary.is_suspicious:
            self._submit(_Execution(replace(each.task, is_online=True), each.deaths))

    def _add(self, summary: ShardSummary) -> None:
        context = self._context
        context.retries.extend(summary.failed, summary.failed_again)
        context.connectivity.add(summary.reached, summary.unreachable)
        context.throttle.add_responses(summary.responses)
        context.image_fetcher.fetched_bytes += summary.fetched_bytes
        image_store = context.workspace.image_store
        image_store.unavailable_reason = image_store.unavailable_reason or summary.image_store_problem

    def _execute_again(self, each: _Execution, error: BaseException) -> None:
        """Execute a shard again whose process has died; after MAX_DEATHS times split, and at last link by link.

        A link that ends its process gets no verdict, and is not checked in this run.
        """
        each.deaths += 1
        link = getattr(error, "message", None)
        if each.task.one_by_one and isinstance(link, Link):
            logger.warning("%s; skipped %s, which it was checking", error, link.url)
            self._context.skipped.add(link.url)
            self._crashed.append(_crashed_result(link))
            self._submit(each)
        elif each.task.one_by_one:
            logger.warning("%s; %s not checked", error, ", ".join(each.task.shard.hosts))
        elif each.deaths < MAX_DEATHS:
            logger.warning("%s; its links are checked again", error)
            self._submit(each)
        else:
            logger.warning("%s; it is divided to find the link that ends it", error)
            parts = each.task.shard.split()
            for part in parts:
                task = replace(each.task, shard=part, one_by_one=len(parts) == 1)
                self._submit(_Execution(task, MAX_DEATHS - 1))

    # --- ending -------------------------------------------------------------------------------------------------------

    async def _drain(self, executing: asyncio.Future[None]) -> None:
        """End the execution of shards, if it goes on."""
        if not executing.done():
            executing.cancel()
        await asyncio.wait([executing])
        if not executing.cancelled():
            executing.exception()  # it is raised where the execution is awaited, unless another one came first

    async def _stop(self) -> None:
        """Let shards save what they have, for up to DRAIN_SECONDS; those that wait are not started any more."""
        if not self._running:
            return
        self._store.stop_run()
        for each in self._running.values():
            if each.future is not None:
                self._cancel(each.future)
        done, _ = await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for ended in done:
            if not ended.cancelled() and ended.exception() is None:
                self._add(ended.result())
        self._running.clear()

    def _cancel(self, future: Future[ShardSummary]) -> None:
        if self._context.executor is not None and self._context.executor.can_cancel:
            future.cancel()


def _crashed_result(link: Link) -> CheckResult:
    """Return the result of a link whose check ends the process."""
    return CheckResult(link, Check(Outcome.SKIPPED, Reason(ReasonCode.CRASHED), datetime.now(UTC), CheckMethod.PAGE))
