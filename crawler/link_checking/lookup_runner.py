"""Check links by lookup: in batches, each kind in its own task and thread, while other links are requested."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from crawler.checks.response_check import skipped_result
from crawler.daemon_threads import run_in_thread
from crawler.kinds.registry import all_kinds, target_link
from crawler.link_checking.opened_links import as_opened
from crawler.link_checking.result_queue import POLL_SECONDS
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from crawler.kinds.base import Lookup
    from crawler.models.result import CheckResult, DueLink
    from crawler.run.context import RunContext


class LookupRunner:
    """Runs the lookups of a run; each is created, and its libraries imported, when there are links for it."""

    def __init__(self, kinds: Sequence[str], context: RunContext) -> None:
        self.kinds = kinds
        """The kinds with a lookup."""
        self._lookups: dict[str, Lookup] = {}
        self._opening = Lock()  # `lookup` is also called by the thread that computes progress
        self._options = context.options
        self._store = context.workspace.store
        self._connectivity = context.connectivity
        self._queue = context.queue
        self._own_images = context.own_images
        self._excluded = context.options.requests.excluded_urls
        self._tasks: list[Task[None]] = []
        self._is_ending = False

    @property
    def opened(self) -> Collection[Lookup]:
        """Return the lookups that were created so far."""
        return self._lookups.values()

    def lookup(self, kind: str) -> Lookup:
        """Return the lookup of a kind, created at the first call."""
        with self._opening:
            if kind not in self._lookups:
                self._lookups[kind] = all_kinds()[kind].lookup(self._options)
            return self._lookups[kind]

    @property
    def is_done(self) -> bool:
        """Return whether all lookups have ended; raise the exception of one that failed."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
        return all(task.done() for task in self._tasks)

    def start(self, due_by: datetime) -> None:
        """Start to check the links that were due at `due_by`."""
        self._tasks = [asyncio.create_task(self._run_lookup(kind, due_by)) for kind in self.kinds]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._queue.notify())

    def end(self) -> None:
        """Start no further batches."""
        self._is_ending = True

    def stop(self) -> None:
        """Cancel all lookups."""
        for task in self._tasks:
            task.cancel()

    async def _run_lookup(self, kind: str, due_by: datetime) -> None:
        """Check the links of a kind, those of several hosts in one batch."""
        batch: list[DueLink] = []
        for backlog in self._store.backlogs([kind], due_by):
            size = self.lookup(kind).batch
            due, after = self._store.next_due(backlog, due_by, size - len(batch))
            while due and not self._is_ending:
                batch += due
                if len(batch) >= size:
                    await self._look_up(kind, batch)
                    batch = []
                due, after = self._store.next_due(backlog, due_by, size - len(batch), after=after)
        if batch and not self._is_ending:
            await self._look_up(kind, batch)

    async def _look_up(self, kind: str, due: Sequence[DueLink]) -> None:
        """Check a batch, and wait until there is room for the results of the next one."""
        lookup = self.lookup(kind)
        self._queue.put(await self._results(kind, lookup, due))
        if lookup.is_reached:
            self._connectivity.record_answer(kind)
        elif lookup.unavailable_reason is not None:
            self._connectivity.record_unreachable(kind)
        while self._queue.is_full:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(POLL_SECONDS)

    async def _results(self, kind: str, lookup: Lookup, due: Sequence[DueLink]) -> list[CheckResult]:
        """Return the results of a batch of links; none for those whose pages have to be requested."""
        wanted = [each for each in due if not self._excluded.fullmatch(each.link.url)]
        skipped = [skipped_result(each, Reason(ReasonCode.EXCLUDED)) for each in due if each not in wanted]
        opened = [replace(each, link=target_link(each.link)) for each in wanted]
        results = zip(wanted, opened, await run_in_thread(lookup, opened), strict=True)
        found = [(due_link, opened_link, result) for due_link, opened_link, result in results if result is not None]
        if all_kinds()[kind].in_notes_folder:
            found = [(due_link, each, self._own_images.instead_of(each, result)) for due_link, each, result in found]
        return skipped + [
            each if each.link == due_link.link else as_opened(each, due_link.link, ()) for due_link, _, each in found
        ]
