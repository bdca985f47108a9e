"""Links of kinds with a lookup: observed batch by batch, each kind in a thread of its own beside the pages."""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import TYPE_CHECKING

from crawler.checks.response_check import skipped_result
from crawler.daemon_threads import run_in_thread
from crawler.kinds.registry import all_kinds
from crawler.link_checking.result_queue import WAIT
from crawler.models.reason import Reason, ReasonCode
from crawler.scheduling.worker import POLL

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from crawler.kinds.base import Lookup
    from crawler.run.context import RunContext


class LookupRunner:
    """The lookups of a run; each is opened, and its libraries loaded, when there are links for it."""

    def __init__(self, kinds: Sequence[str], context: RunContext) -> None:
        self.kinds = kinds
        """The kinds with a lookup."""
        self._lookups: dict[str, Lookup] = {}
        self._opening = Lock()  # progress is computed in a thread
        self._options = context.options
        self._store = context.workspace.store
        self._worker = context.crew
        self._connectivity = context.network
        self._queue = context.queue
        self._excluded = context.options.requests.excluded_urls
        self._tasks: list[Task[None]] = []
        self._ending = False

    @property
    def opened(self) -> Collection[Lookup]:
        """Return the lookups that were needed so far."""
        return self._lookups.values()

    def lookup(self, kind: str) -> Lookup:
        """Return the lookup of a kind."""
        with self._opening:
            if kind not in self._lookups:
                self._lookups[kind] = all_kinds()[kind].lookup(self._options)
            return self._lookups[kind]

    @property
    def done(self) -> bool:
        """Tell whether all lookups have come to their end; raise what one of them stumbled over."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
        return all(task.done() for task in self._tasks)

    def start(self, due_by: datetime) -> None:
        """Begin to observe what is due; files are for whoever has the notes."""
        kinds = [kind for kind in self.kinds if self._worker.has_read or not all_kinds()[kind].in_notes_folder]
        self._tasks = [asyncio.create_task(self._run_lookup(kind, due_by)) for kind in kinds]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._queue.notify())

    def end(self) -> None:
        """Look nothing more up than what is being looked up."""
        self._ending = True

    def stop(self) -> None:
        """End all lookups where they are."""
        for task in self._tasks:
            task.cancel()

    def release_hosts(self) -> None:
        """Let other workers have the hosts that were asked, now that all they said is safe."""
        for kind in self.kinds:
            self._worker.release_by(kind)

    async def _run_lookup(self, kind: str, due_by: datetime) -> None:
        """Observe one kind's links; hosts that other workers have are waited for, as those may die."""
        elsewhere = True
        while elsewhere and not self._ending:
            elsewhere = False
            for backlog in self._store.backlogs([kind], due_by):
                if self._worker.lease(backlog.lease_key, by=kind) is None:
                    elsewhere = True
                    continue
                lookup = self.lookup(kind)
                due, after = self._store.next_due(backlog, due_by, lookup.batch)
                while due and not self._ending:
                    wanted = [each for each in due if not self._excluded.fullmatch(each.link.url)]
                    excluded = Reason(ReasonCode.EXCLUDED)
                    self._queue.put(skipped_result(each, excluded) for each in due if each not in wanted)
                    self._queue.put(await run_in_thread(lookup, wanted))
                    if lookup.is_reached:
                        self._connectivity.record_answer(kind)
                    elif lookup.unavailable_reason is not None:
                        self._connectivity.record_unreachable(kind)
                    while self._queue.is_full:  # noqa: ASYNC110 - there is no event for it
                        await asyncio.sleep(WAIT)
                    due, after = self._store.next_due(backlog, due_by, lookup.batch, after=after)
            if elsewhere:
                await asyncio.sleep(POLL)
