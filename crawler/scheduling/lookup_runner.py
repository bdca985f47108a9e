"""Links of kinds with a lookup: observed batch by batch, each kind in a thread of its own beside the pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler.checks.response_check import skipped
from crawler.kinds.registry import all_kinds
from crawler.scheduling.daemon_threads import in_thread
from crawler.scheduling.worker import POLL

if TYPE_CHECKING:
    import re
    from asyncio import Task
    from collections import deque
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from crawler.fetch.connectivity import Network
    from crawler.kinds.base import Lookup
    from crawler.models.result import Result
    from crawler.scheduling.worker import Crew
    from crawler.store.link_store import Store

WAIT = 0.05
"""Seconds that a lookup waits at a time while too much of what it found is not safe yet."""


class Batches:
    """The lookups of a run.

    What they find joins `results`, to be passed on; `full` tells that they are ahead of what is safe, `wake` that there
    is something new.
    """

    def __init__(
        self,
        lookups: Mapping[str, Lookup],
        *,
        store: Store,
        crew: Crew,
        network: Network,
        excluded: re.Pattern[str],
        results: deque[Result],
        full: Callable[[], bool],
        wake: Callable[[], None],
    ) -> None:
        self.lookups = lookups
        self._store = store
        self._crew = crew
        self._network = network
        self._excluded = excluded
        self._results = results
        self._full = full
        self._wake = wake
        self._tasks: list[Task[None]] = []
        self._ending = False

    @property
    def done(self) -> bool:
        """Tell whether all lookups have come to their end; raise what one of them stumbled over."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
        return all(task.done() for task in self._tasks)

    def start(self, due_by: datetime) -> None:
        """Begin to observe what is due; files are for whoever has the notes."""
        kinds = [kind for kind in self.lookups if self._crew.has_read or not all_kinds()[kind].in_notes_folder]
        self._tasks = [asyncio.create_task(self._observe(kind, due_by)) for kind in kinds]
        for task in self._tasks:
            task.add_done_callback(lambda _: self._wake())

    def end(self) -> None:
        """Look nothing more up than what is being looked up."""
        self._ending = True

    def stop(self) -> None:
        """End all lookups where they are."""
        for task in self._tasks:
            task.cancel()

    def let_go(self) -> None:
        """Let other workers have the hosts that were asked, now that all they said is safe."""
        for kind in self.lookups:
            self._crew.release_by(kind)

    async def _observe(self, kind: str, due_by: datetime) -> None:
        """Observe one kind's links; hosts that other workers have are waited for, as those may die."""
        lookup, elsewhere = self.lookups[kind], True
        while elsewhere and not self._ending:
            elsewhere = False
            for backlog in self._store.backlogs([kind], due_by):
                if self._crew.lease(backlog.leased, by=kind) is None:
                    elsewhere = True
                    continue
                due, after = self._store.due(backlog, due_by, lookup.batch)
                while due and not self._ending:
                    wanted = [each for each in due if not self._excluded.fullmatch(each.link.url)]
                    self._results += (skipped(each, "excluded") for each in due if each not in wanted)
                    self._results += await in_thread(lookup, wanted)
                    if lookup.reached:
                        self._network.answered(kind)
                    elif lookup.down is not None:
                        self._network.missed(kind)
                    self._wake()
                    while self._full():  # noqa: ASYNC110 - there is no event for it
                        await asyncio.sleep(WAIT)
                    due, after = self._store.due(backlog, due_by, lookup.batch, after=after)
            if elsewhere:
                await asyncio.sleep(POLL)
