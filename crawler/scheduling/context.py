"""Opens what the stages of a run work with, and joins the run."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from signal import SIGTERM, raise_signal
from typing import TYPE_CHECKING

from crawler.cli.interrupts import interrupts
from crawler.config import options
from crawler.fetch.connectivity import Network
from crawler.fetch.host_throttle import Hosts
from crawler.fetch.turns import TurnKeeper, pace
from crawler.kinds.registry import all_kinds, kind_of
from crawler.scheduling.image_fallbacks import PictureWays
from crawler.scheduling.in_flight import ChecksInFlight
from crawler.scheduling.link_checker import LinkChecker
from crawler.scheduling.lookup_runner import Batches
from crawler.scheduling.processes import Helpers, listen
from crawler.scheduling.result_queue import ResultQueue
from crawler.scheduling.retries import RetryQueue
from crawler.scheduling.worker import Crew
from crawler.scheduling.workspace import open_workspace

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable, Collection, Iterator

    from scrapy.crawler import Crawler

    from crawler.models.link import Link
    from crawler.scheduling.interruption import Interruption
    from crawler.scheduling.workspace import Workspace


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
        settings, store = crawler.settings, workspace.store
        self.settings = settings
        self.workspace = workspace
        self.started_at = datetime.now(UTC)
        self.interruption = interruption
        self.download = crawler.engine.download_async
        self.queue = ResultQueue()
        self.network = Network()
        self.hosts = Hosts(time.monotonic, time.monotonic() + (options.number(settings, "TIME_BUDGET") or math.inf))
        self.crew = Crew(store, self.hosts, partial(pace, crawler), options.whole(settings, "WORKERS"))
        self.pictures = PictureWays(
            self.download,
            store=store,
            gallery=workspace.gallery,
            settings=settings,
            time_left=lambda: self.hosts.time_left,
            turn=self.crew.turn,
        )
        self.turns = TurnKeeper(self.hosts, self.crew, self._is_closed)
        self.retries = RetryQueue(store, self.crew)
        self.checker = LinkChecker(self)
        self.in_flight = ChecksInFlight(self.queue, self.turns)
        lookups = {name: all_kinds()[name].lookup(settings) for name in sorted(kinds)}
        self.pages = [name for name, lookup in lookups.items() if lookup is None]
        """Kinds whose links are asked for one by one; the others have a lookup."""
        self.batches = Batches({name: lookup for name, lookup in lookups.items() if lookup is not None}, self)
        self.helpers: Helpers | None = None
        interruption.add_callback(self.turns.stop)
        interruption.add_callback(self.queue.notify)

    @property
    def kinds(self) -> list[str]:
        """Return the kinds whose links are checked."""
        return [*self.pages, *self.batches.lookups]

    async def is_online(self) -> bool:
        """Return whether the network is there, by asking hosts that always are."""
        return await self.interruption.guard(self.network.is_there(self.download))

    def _is_closed(self, link: Link) -> bool:
        return kind_of(link).keeps_body and self.pictures.closed is not None


@contextmanager
def open_context(
    crawler: Crawler,
    kinds: Collection[str],
    interruption: Interruption,
    *,
    is_finished: Callable[[], bool],
) -> Iterator[RunContext]:
    """Open what the settings name, begin or join a run, and close all of it again.

    At the end, helpers end by themselves if the run `is_finished`. Raises UserError for what cannot be used.
    """
    with ExitStack() as resources:
        workspace = resources.enter_context(open_workspace(crawler.settings))
        context = RunContext(crawler, workspace, kinds, interruption)
        if helps := crawler.settings["HELPS"]:
            _join_run(context, helps)
        else:
            context.helpers = helpers = _start_run(context)
            if helpers is not None:
                resources.callback(lambda: helpers.close(finished=is_finished()))
        beating = asyncio.ensure_future(context.crew.keep_beating())
        beating.add_done_callback(partial(_heart_stopped, context))
        resources.callback(beating.cancel)
        resources.callback(context.crew.close)
        yield context


def _start_run(context: RunContext) -> Helpers | None:
    """Begin a run, and have as many helpers as WORKERS says."""
    settings = context.settings
    run = context.workspace.store.start_run(context.started_at)
    if (count := options.whole(settings, "WORKERS") - 1) < 1:
        return None
    helpers = Helpers(settings.getlist("COMMAND"), count, run.number, context.workspace.locked)
    context.interruption.add_callback(helpers.interrupt)
    return helpers


def _join_run(context: RunContext, helps: str) -> None:
    """Help the run of the worker that started this process, and end when that does."""
    interrupts.last_line = ""  # the leader says it
    ear, _, number = helps.partition(":")
    context.workspace.store.join_run(int(number))
    listen(int(ear), _leader_ended)


def _leader_ended() -> None:
    """Do as at a signal, where the leader's end is not due to one that came here, too."""
    if not interrupts.number:
        raise_signal(SIGTERM)


def _heart_stopped(context: RunContext, beating: Task[None]) -> None:
    if not beating.cancelled():
        context.queue.fail(beating.exception())
