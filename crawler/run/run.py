"""A run: its stages in their order, and what is shown of it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.fetch.turns import request_interval
from crawler.run.interruption import RunInterruptedError
from crawler.run.stages import CHECKING, NetworkDownError, SaveAnswered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from scrapy.crawler import Crawler

    from crawler.models.result import CheckResult
    from crawler.run.context import RunContext
    from crawler.run.stages import LastStage, ReadNotes, Stage


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of a run.

    The notes are read first. `rounds` are repeated while any worker may leave links behind, then whoever leads the run
    goes through `requests`, and through `outputs`, which need no network.
    """

    read: ReadNotes
    rounds: Sequence[Stage]
    requests: Sequence[LastStage] = ()
    outputs: Sequence[LastStage] = ()


class Run:
    """One run; each stage takes its work from the store, so that it may be killed anywhere and resumed."""

    def __init__(self, crawler: Crawler, context: RunContext, stages: Stages) -> None:
        self.context = context
        self.stage = "opening"
        """What the run is doing."""
        self.outage: str | None = None
        """Why nothing more was counted, when our own network failed."""
        self._crawler = crawler
        self._stages = stages

    async def results(self) -> AsyncIterator[CheckResult]:
        """Yield the results of all stages; a signal ends them where they are, and what was answered is saved."""
        try:
            async for result in self._network_stages():
                yield result
            if self.context.crew.run.is_leader:
                await self._end()
        except RunInterruptedError:
            pass
        if self.context.interruption.is_set:
            async for result in self._results_of(SaveAnswered(self.context)):
                yield result

    async def _network_stages(self) -> AsyncIterator[CheckResult]:
        """Yield the results of what needs the network; an outage ends it, and nothing more is counted."""
        context = self.context
        try:
            rounds = context.crew.work_rounds(context.started_at, self._read)
            while await context.interruption.guard(anext(rounds, True)) is None:
                for stage in self._stages.rounds:
                    async for result in self._results_of(stage):
                        yield result
            if context.crew.run.is_leader:
                await self._work_through(self._stages.requests)
        except NetworkDownError as error:
            self.outage = f"no network: {error}; no failure was counted against any link"

    async def _end(self) -> None:
        """Publish, unless no network was there at all; after an outage the next run goes on with this one."""
        store = self.context.workspace.store
        if self.outage is None or self.context.network.reached:
            await self._work_through(self._stages.outputs)
        if self.outage is None and store.heartbeat().is_leader:  # nobody has taken over while it was published
            store.finish_run(datetime.now(UTC))

    def _read(self, due_by: datetime) -> None:
        self.stage = self._stages.read.name
        self._stages.read.run(due_by)

    async def _results_of(self, stage: Stage) -> AsyncIterator[CheckResult]:
        self.stage = stage.name
        async for result in stage.run():
            yield result

    async def _work_through(self, stages: Sequence[LastStage]) -> None:
        for stage in stages:
            self.stage = stage.name
            await stage.run()

    # --- for those who watch ------------------------------------------------------------------------------------------

    @property
    def is_checking(self) -> bool:
        """Return whether links are being checked for the first time, which are those that `counts` counts."""
        return self.stage == CHECKING

    @property
    def time_left(self) -> float:
        """Seconds until no request is sent any more."""
        return self.context.hosts.time_left

    def counts(self) -> Iterator[tuple[str, str, int, int]]:
        """Yield kind and host with the links that this run is to check, and how many it has."""
        return self.context.workspace.store.progress(self.context.kinds, self.context.crew.due_by)

    def seconds_each(self, kind: str, host: str) -> float:
        """Return how long a link of a host takes at least, its pace being kept to."""
        batches = self.context.batches
        return request_interval(self._crawler, host) / (batches.lookup(kind).batch if kind in batches.kinds else 1)

    def paused_hosts(self) -> list[tuple[str, float]]:
        """Return the hosts that are left alone now, with the seconds that is so."""
        return self.context.hosts.backed_off_hosts()
