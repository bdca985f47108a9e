"""The stages of a run; the spider defines which of them a run has, and their order."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

from crawler.checks.response_check import inconclusive_result
from crawler.errors import ImageStoreError
from crawler.fetch.politeness.host_throttle import HostUnavailableError
from crawler.fetch.politeness.reach import OtherShardError
from crawler.link_checking.result_queue import POLL_SECONDS
from crawler.messages import say
from crawler.models.reasons.reason import ReasonCode
from crawler.models.result import CheckResult
from crawler.run.images.image_places import check_placed_images
from crawler.run.images.saved_images import check_saved_images
from crawler.scheduling.frontier import Frontier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from datetime import datetime

    from crawler.models.result import DueLink
    from crawler.run.context import RunContext
    from crawler.run.workspace import Workspace

LAST_RESPONSES = 3.0
"""Seconds to wait for responses to sent requests when the run is interrupted."""

CHECKING = "checking"
"""The name of the stage whose links are counted as progress. Names of stages are keys of texts for terminals."""

RETRYING = "retrying"


class NetworkDownError(Exception):
    """Our own network failed, so that failures must not count against links."""


class Stage(Protocol):
    """A part of a run that yields results."""

    name: str
    """What the run is doing, as shown in the progress."""

    def run(self) -> AsyncIterator[CheckResult]:
        """Yield results; raise RunInterruptedError after a signal, links without a result stay due."""


class ReadNotes:
    """Registers the mentions of the notes in the store; it is called in a thread."""

    name = "reading"

    def __init__(self, workspace: Workspace, *, checks_images: bool = True) -> None:
        self._workspace = workspace
        self._checks_images = checks_images

    def run(self, due_by: datetime, seconds: float) -> None:
        """Read the notes, new ones for so many seconds, and look whether saved images are still there.

        Raises UserError if notes cannot be read.
        """
        workspace, image_store = self._workspace, self._workspace.image_store
        shown = workspace.read(due_by, seconds)
        image_store.connect()
        if self._checks_images and image_store.unavailable_reason is None:
            try:
                with_placed = check_placed_images(workspace.image_places(), workspace.store, image_store, shown)
                check_saved_images(workspace.store, image_store, due_by, with_placed)
            except ImageStoreError as error:
                image_store.unavailable_reason = str(error)


class CheckLinks:
    """Checks due links, in a retry those that failed before, until all results are saved.

    With `after_lookups` the links are those for which the lookups have no result.
    """

    def __init__(self, context: RunContext, *, is_retry: bool = False, after_lookups: bool = False) -> None:
        self.name = RETRYING if is_retry else CHECKING
        self._context = context
        self._starts_lookups = not is_retry and not after_lookups and context.task is None
        self._kinds = [
            *([] if after_lookups else context.request_kinds),
            *(context.page_kinds if is_retry or after_lookups else ()),
        ]
        self._store = context.workspace.store
        self._queue = context.queue
        self._lookup_runner = context.lookup_runner
        self._is_retry = is_retry

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield results; raise NetworkDownError if no host responds any more."""
        context, frontier = self._context, self._open_frontier()
        if self._starts_lookups:
            self._lookup_runner.start(context.due_by)
        try:
            while True:
                if context.connectivity.is_suspicious and not await context.is_online():
                    raise NetworkDownError(say("error.no_host_responds"))
                context.interruption.check()
                self._hand_out(frontier)
                for result in self._queue.take():
                    yield result
                if self._is_done(frontier):
                    break
                await self._queue.wait(min(frontier.seconds_until_free, context.throttle.time_left or POLL_SECONDS))
                context.interruption.check()
        finally:
            if not context.interruption.is_set:
                self._lookup_runner.stop()
                context.in_flight.cancel()

    def _open_frontier(self) -> Frontier:
        """Return the frontier of the links of the hosts that this process checks."""
        context, is_retry = self._context, self._is_retry
        hosts = context.task.shard.hosts if context.task else None
        backlogs = self._store.backlogs(self._kinds, context.due_by, again=is_retry, hosts=hosts)
        reachable = [backlog for backlog in backlogs if context.reach.includes(backlog.host_key)]
        frontier = Frontier(self._store, reachable, context.due_by, context.throttle, context.interval, retry=is_retry)
        self._queue.on_saved(frontier.done)
        return frontier

    def _hand_out(self, frontier: Frontier) -> None:
        """Start the checks of due links, up to `max_in_flight` at a time."""
        for due in frontier.next_links(self._context.max_in_flight - frontier.out):
            if due.link.url in self._context.skipped or due.link.url in self._context.retries.urls_failed_again:
                frontier.done(due.link)
                self._queue.notify()
                continue
            self._context.in_flight.start(due.link.url, partial(self._check, frontier, due))

    async def _check(self, frontier: Frontier, due: DueLink) -> None:
        """Check one link; queue its result, or add it to the retries, or leave it to another shard."""
        if self._context.report is not None:
            self._context.report(due.link)
        try:
            checked = await self._context.checker.check(due, is_retry=self._is_retry)
        except HostUnavailableError as error:
            self._put_back(frontier, due, error)
            return
        except OtherShardError as error:
            self._store.defer(due.link, error.host)
            frontier.done(due.link)
            return
        if checked.retry:
            self._context.retries.add(checked.result, is_retry=self._is_retry)
            frontier.done(due.link)
        else:
            self._queue.put([checked.result])

    def _put_back(self, frontier: Frontier, due: DueLink, error: HostUnavailableError) -> None:
        """Requeue a link if its own host gets no requests now; if it redirects to such a host, it stays due."""
        if error.for_run:
            self._context.throttle.open_circuit(error.host)
        if error.host == due.link.host:
            frontier.requeue(due)
            return
        frontier.done(due.link)

    def _is_done(self, frontier: Frontier) -> bool:
        """Return whether all links are checked and all results saved; cancel lookups after RUN_TIMEOUT."""
        if not self._context.throttle.time_left:
            self._lookup_runner.stop()
        if not self._queue.is_empty or not self._lookup_runner.is_done:
            return False
        return frontier.exhausted


class SettleFailures:
    """Counts links that failed twice, unless our network failed; those without a retry get an inconclusive result."""

    name = RETRYING

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield failures and wait until they are saved; raise NetworkDownError if most hosts are unreachable."""
        context, queue = self._context, self._context.queue
        if context.connectivity.is_mostly_unreachable and not await context.is_online():
            raise NetworkDownError(say("error.few_hosts_respond"))
        queue.put(context.retries.settle())
        while not queue.is_empty:
            for result in queue.take():
                yield result
            await queue.wait()
            context.interruption.check()


class SaveReceived:
    """Saves the results of responses when the run is interrupted; links without a sent request stay due.

    Scrapy's own way to stop never ends here: it waits for items in pipelines, but not if no response produced them.
    """

    name = "stopping"

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield results of responses within LAST_RESPONSES seconds, and return when all are saved."""
        queue, in_flight, lookup_runner = self._context.queue, self._context.in_flight, self._context.lookup_runner
        lookup_runner.end()
        in_flight.cancel_unsent()
        deadline = time.monotonic() + LAST_RESPONSES
        while (in_flight or not lookup_runner.is_done) and (left := deadline - time.monotonic()) > 0:
            for result in queue.take():
                yield result
            await queue.wait(left)
        lookup_runner.stop()
        in_flight.cancel()
        queue.put(self._unfinished())
        while not queue.is_empty:
            for result in queue.take():
                yield result
            await queue.wait()

    def _unfinished(self) -> Iterable[CheckResult]:
        """Return inconclusive results of links with a response that need more requests, and second failures."""
        retries = self._context.retries
        with_response = [
            each for each in (*self._context.checker.preliminary_results, *retries.failed) if each.check.http_status
        ]
        failures = () if self._context.connectivity.is_mostly_unreachable else retries.failed_again
        bare = (CheckResult(each.link, each.check, history=each.history) for each in with_response)
        return [*(inconclusive_result(each, ReasonCode.INTERRUPTED) for each in bare), *failures]
