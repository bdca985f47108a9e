"""The stages of a run; which of them a run has, and in which order, its spider says."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from crawler.checks.response_check import inconclusive_result
from crawler.daemon_threads import run_in_thread
from crawler.fetch.host_throttle import HostUnavailableError
from crawler.kinds.registry import all_kinds, citation_sources
from crawler.link_checking.result_queue import AT_ONCE, WAIT
from crawler.models.reason import ReasonCode
from crawler.models.result import CheckResult
from crawler.run.archive_stage import find_snapshots
from crawler.scheduling.frontier import Frontier
from crawler.store.database import retry_on_disconnect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.result import DueLink
    from crawler.run.context import RunContext
    from crawler.run.workspace import Workspace
    from crawler.store.link_store import LinkStore

LAST_ANSWERS = 3.0
"""Seconds that requests which were sent have to be answered when the run is interrupted."""

CHECKING = "observing"
"""The name of the stage whose links are counted."""

RETRYING = "trying again"
ASKING_OTHERS = "asking archive and bibliographies"


class NetworkDownError(Exception):
    """Our own network failed; no failure counts against a link."""


class Stage(Protocol):
    """A part of a run that has results."""

    name: str
    """What the run is doing, for those who watch."""

    def run(self) -> AsyncIterator[CheckResult]:
        """Yield results; what is not asked for any more when the run is interrupted stays due."""


class LastStage(Protocol):
    """A part of a run that has none."""

    name: str

    async def run(self) -> None:
        """Do the work."""


class ReadNotes:
    """Registers in the store what the notes mention; called in a thread, by each worker that leads the run."""

    name = "reading the notes"

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def run(self, due_by: datetime) -> None:
        """Read the notes; raise UserError where they cannot be read."""
        self._workspace.read(due_by)
        self._workspace.image_store.connect()


class CheckLinks:
    """Checks what is due, or what failed before, until all of it is safe in the store."""

    def __init__(self, context: RunContext, *, is_retry: bool = False) -> None:
        self.name = RETRYING if is_retry else CHECKING
        self._context = context
        self._store = context.workspace.store
        self._queue = context.queue
        self._batches = context.batches
        self._is_retry = is_retry
        self._frontier: Frontier | None = None

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield results; raise NetworkDownError when no host answers any more."""
        context, frontier = self._context, self._open_frontier()
        if not self._is_retry:
            self._batches.start(context.crew.due_by)
        try:
            while True:
                if context.network.is_suspicious and not await context.is_online():
                    raise NetworkDownError("no host answers any more")
                context.interruption.check()
                self._hand_out(frontier)
                for result in self._queue.take():
                    yield result
                if self._is_done(frontier):
                    break
                await self._queue.wait(min(frontier.seconds_until_free, context.hosts.time_left or WAIT))
                context.interruption.check()
        finally:
            if not context.interruption.is_set:
                self._batches.stop()
                context.in_flight.cancel()

    def _open_frontier(self) -> Frontier:
        """Return the frontier of all rounds, with what is new since the last one."""
        if self._frontier is not None:
            self._frontier.refresh()
            return self._frontier
        worker = self._context.crew
        self._frontier = Frontier(self._store, self._context.pages, worker.due_by, worker, retry=self._is_retry)
        self._queue.on_saved(self._frontier.done)
        return self._frontier

    def _hand_out(self, frontier: Frontier) -> None:
        """Ask for what is due, as much of it as may be under way."""
        for due in frontier.next_links(AT_ONCE - frontier.out):
            self._context.in_flight.start(due.link.url, partial(self._check, frontier, due))

    async def _check(self, frontier: Frontier, due: DueLink) -> None:
        """Check one link; pass its result on, or keep the link for later."""
        try:
            outcome = await self._context.checker.check(due, is_retry=self._is_retry)
        except HostUnavailableError as error:
            self._put_back(frontier, due, error)
            return
        if outcome.retry:
            self._context.retries.add(outcome.result, is_retry=self._is_retry)
            frontier.done(due.link)
        else:
            self._queue.put([outcome.result])

    def _put_back(self, frontier: Frontier, due: DueLink, error: HostUnavailableError) -> None:
        """Take back a link whose turn has not come, or that leads to a host whose turn has not: that one stays due."""
        if error.for_run:
            self._context.hosts.open_circuit(error.host)
        if error.host == due.link.host:
            frontier.requeue(due)
            return
        if error.leased and not self._is_retry:
            self._store.mark_for_retry(due.link)
        frontier.done(due.link)

    def _is_done(self, frontier: Frontier) -> bool:
        """Return whether all is safe; end lookups when the time is up."""
        if not self._context.hosts.time_left:
            self._batches.stop()
        if not self._queue.is_empty or not self._batches.done:
            return False
        self._batches.release_hosts()
        return frontier.exhausted


class SettleFailures:
    """Counts what failed twice, unless it was our network that failed; what had no second try is only noted."""

    name = RETRYING

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield what failed, and wait until it is saved; raise NetworkDownError if most hosts are silent."""
        context, queue = self._context, self._context.queue
        if context.network.is_mostly_unreachable and not await context.is_online():
            raise NetworkDownError("most hosts do not answer")
        queue.put(context.retries.settle())
        while not queue.is_empty:
            for result in queue.take():
                yield result
            await queue.wait()
            context.interruption.check()


def check_stages(context: RunContext) -> tuple[Stage, ...]:
    """Return the stages that check what is due: once, what failed once more, and what failed twice is counted."""
    return CheckLinks(context), CheckLinks(context, is_retry=True), SettleFailures(context)


class SaveAnswered:
    """Saves what was answered when the run is interrupted; what was not sent yet stays due.

    Scrapy's own way to stop waits for ever where an item is in a pipeline that no response led to, as all are here.
    """

    name = "stopping: what was answered is being saved; Ctrl-C again ends it at once"

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> AsyncIterator[CheckResult]:
        """Yield what is answered within a few seconds, and return when all of it is safe."""
        queue, in_flight, batches = self._context.queue, self._context.in_flight, self._context.batches
        batches.end()
        in_flight.cancel_unsent()
        until = time.monotonic() + LAST_ANSWERS
        while (in_flight or not batches.done) and (left := until - time.monotonic()) > 0:
            for result in queue.take():
                yield result
            await queue.wait(left)
        batches.stop()
        in_flight.cancel()
        queue.put(self._unfinished())
        while not queue.is_empty:
            for result in queue.take():
                yield result
            await queue.wait()

    def _unfinished(self) -> Iterable[CheckResult]:
        """Return what is noted of links that were answered, though another request would have been needed."""
        retries = self._context.retries
        answered = [each for each in (*self._context.checker.answered, *retries.failed) if each.check.http_status]
        doubtful = () if self._context.network.is_mostly_unreachable else retries.failed_again
        bare = (CheckResult(each.link, each.check, history=each.history) for each in answered)
        return [*(inconclusive_result(each, ReasonCode.INTERRUPTED) for each in bare), *doubtful]


class AskArchive:
    """Asks where dead links can still be read."""

    name = ASKING_OTHERS

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> None:
        """Ask for all that have no snapshot yet, while there is time."""
        await _while_there_is_time(self._context, self._find_snapshots)

    def _find_snapshots(self, time_left: Callable[[], float]) -> None:
        context, store, due_by = self._context, self._context.workspace.store, self._context.crew.due_by
        kinds = {name for name in context.kinds if not all_kinds()[name].in_notes_folder}
        if time_left() and store.links_without_snapshot(kinds, due_by, 1):
            from crawler.lookups.wayback import Wayback

            find_snapshots(store, Wayback.from_options(context.options), kinds, due_by, time_left)


class AskBibliographies:
    """Asks where papers appeared; `ask` is the blocking function that does it."""

    name = ASKING_OTHERS

    def __init__(
        self, context: RunContext, ask: Callable[[CrawlOptions, LinkStore, datetime, Callable[[], float]], None]
    ) -> None:
        self._context = context
        self._ask = ask

    async def run(self) -> None:
        """Ask for all papers without an answer, while there is time."""
        if not citation_sources().isdisjoint(self._context.kinds):
            await _while_there_is_time(self._context, self._ask_all)

    def _ask_all(self, time_left: Callable[[], float]) -> None:
        context, store = self._context, self._context.workspace.store
        if store.has_papers():
            self._ask(context.options, store, context.crew.due_by, time_left)


class Publish:
    """Renders the outputs; `publish` is the blocking function that does it."""

    name = "rendering the outputs"

    def __init__(self, context: RunContext, publish: Callable[[CrawlOptions, Workspace], None]) -> None:
        self._context = context
        self._publish = publish

    async def run(self) -> None:
        """Render them; again as a whole, if the store is away meanwhile."""
        await self._context.interruption.guard(asyncio.to_thread(retry_on_disconnect(self._render)))

    def _render(self) -> None:
        context = self._context
        if context.has_other_workers:
            context.workspace.image_store.disconnect()  # what they put there since the run began is not known here
        self._publish(context.options, context.workspace)


async def _while_there_is_time(context: RunContext, work: Callable[[Callable[[], float]], None]) -> None:
    """Do blocking work while there is time left."""
    left = context.hosts.time_left
    with suppress(TimeoutError):
        work_done = run_in_thread(work, lambda: context.hosts.time_left)
        await context.interruption.guard(asyncio.wait_for(work_done, None if math.isinf(left) else left))
