"""A run: executes its stages in order, and reports its progress."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.fetch.politeness.turns import request_interval
from crawler.messages import say
from crawler.run.interruption import RunInterruptedError
from crawler.run.stages.link_stages import CHECKING, NetworkDownError, SaveReceived
from crawler.signals import notes_read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from scrapy.crawler import Crawler

    from crawler.models.link import Link
    from crawler.models.result import CheckResult
    from crawler.run.context import RunContext
    from crawler.run.stages.last_stages import LastStage
    from crawler.run.stages.link_stages import ReadNotes, Stage


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a run, in this order; `outputs` need no network. A shard has `checks` only."""

    read: ReadNotes | None
    checks: Sequence[Stage]
    requests: Sequence[LastStage] = ()
    outputs: Sequence[LastStage] = ()


RENDERING_SECONDS = 0.0003
"""Seconds that it takes to render a link in all outputs, on a machine of 2026."""

READING_SHARE = 0.125
"""The part of RUN_TIMEOUT in which new notes are read; to render them takes about three times as long."""

CHECKING_SHARE = 0.25
"""The part of RUN_TIMEOUT in which links are checked, however long reading the notes has taken."""


class Run:
    """One run; its stages take their work from the store, so that a killed run can be resumed."""

    def __init__(self, crawler: Crawler, context: RunContext, stages: Stages) -> None:
        self.context = context
        self.stage = "opening"
        """The name of the current stage."""
        self.outage: str | None = None
        """Why the run ended early, if our own network failed; None otherwise."""
        self.seconds_reading = self.seconds_writing = 0.0
        """How long notes were read, and outputs written."""
        self._crawler = crawler
        self._stages = stages

    async def results(self) -> AsyncIterator[CheckResult]:
        """Yield the results of all stages; after a signal, those of responses already received."""
        try:
            async for result in self._network_stages():
                yield result
            await self._end()
        except RunInterruptedError:
            pass
        if self.context.interruption.is_set:
            async for result in self._results_of(SaveReceived(self.context)):
                yield result

    async def _network_stages(self) -> AsyncIterator[CheckResult]:
        """Yield the results of the stages that need the network; an outage ends them and sets `outage`."""
        context = self.context
        try:
            if self._stages.read is not None:
                await context.interruption.guard(asyncio.to_thread(self._read, self._stages.read))
                self._crawler.signals.send_catch_log(notes_read, run=self)
            for stage in self._stages.checks:
                async for result in self._results_of(stage):
                    yield result
            await self._work_through(self._stages.requests)
        except NetworkDownError as error:
            is_unpublished = self._stages.outputs and not context.connectivity.reached
            key = "error.no_network_unpublished" if is_unpublished else "error.no_network"
            self.outage = say(key, cause=error)

    async def _end(self) -> None:
        """Execute the output stages, unless no host responded at all; finish the run unless there was an outage."""
        if self.outage is None or self.context.connectivity.reached:
            began = time.monotonic()
            await self._work_through(self._stages.outputs)
            self.seconds_writing = time.monotonic() - began
        if self.outage is None and self._stages.read is not None:
            self.context.workspace.store.finish_run(datetime.now(UTC))

    def _read(self, stage: ReadNotes) -> None:
        """Read the notes, and reserve time of RUN_TIMEOUT for the outputs."""
        context, store = self.context, self.context.workspace.store
        self.stage = stage.name
        has_outputs = bool(self._stages.outputs)
        began = time.monotonic()
        stage.run(context.due_by, READING_SHARE * context.options.run_timeout if has_outputs else math.inf)
        store.notes_read()
        self.seconds_reading = time.monotonic() - began
        context.has_read = True
        rendering = RENDERING_SECONDS * sum(links for *_, links in store.counts()) if has_outputs else 0.0
        context.throttle.reserve(rendering, CHECKING_SHARE * context.options.run_timeout)

    async def _results_of(self, stage: Stage) -> AsyncIterator[CheckResult]:
        self.stage = stage.name
        async for result in stage.run():
            yield result

    async def _work_through(self, stages: Sequence[LastStage]) -> None:
        for stage in stages:
            self.stage = stage.name
            await stage.run()

    # --- progress -----------------------------------------------------------------------------------------------------

    @property
    def is_checking(self) -> bool:
        """Return whether links are being checked for the first time in the run; only these are in `counts`."""
        return self.stage == CHECKING

    @property
    def time_left(self) -> float:
        """Seconds until no request is sent any more."""
        return self.context.throttle.time_left

    def counts(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield kind, host, the number of links that the run has to check, and of those it has checked."""
        store = self.context.workspace.store
        return store.progress(self.context.kinds, self.context.due_by, store.run_number)

    def note_count(self) -> int:
        """Return the number of notes with links."""
        return self.context.workspace.store.extent()[0]

    def seconds_each(self, kind: str, host: str) -> float:
        """Return the minimum time in seconds for a link of a host, by its rate limit and the size of batches."""
        lookups = self.context.lookup_runner
        return request_interval(self._crawler, host) / (lookups.lookup(kind).batch if kind in lookups.kinds else 1)

    def on_saved(self, callback: Callable[[Link], None]) -> None:
        """Call a function with the link of each saved result."""
        self.context.queue.on_saved(callback)

    def paused_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts that are backing off, with the seconds left."""
        return self.context.throttle.backed_off_hosts()
