"""The stages of a run after the links have been checked: lookups of what is known elsewhere, and the outputs."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from crawler.daemon_threads import run_in_thread
from crawler.kinds.registry import all_kinds, citation_sources
from crawler.run.stages.archive_stage import ask_archive
from crawler.store.retrying import retry_on_disconnect

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.run.context import RunContext
    from crawler.run.workspace import Workspace
    from crawler.store.link_store import LinkStore

LOOKING_UP = "looking_up"
"""The name of the stages that ask services. Names of stages are keys of texts for terminals."""


class LastStage(Protocol):
    """A part of a run without results."""

    name: str

    async def run(self) -> None:
        """Execute the stage."""


class AskArchive:
    """Asks the Wayback Machine about links that do not answer, and for snapshots of dead links."""

    name = LOOKING_UP

    def __init__(self, context: RunContext) -> None:
        self._context = context

    async def run(self) -> None:
        """Ask until RUN_TIMEOUT; links that are dead after the first question get a snapshot in the same run."""
        await _run_until_timeout(self._context, self._ask)

    def _ask(self, time_left: Callable[[], float]) -> None:
        context = self._context
        kinds = [name for name in context.kinds if not all_kinds()[name].in_notes_folder]
        ask_archive(context.options, context.workspace.store, kinds, context.due_by, time_left)


class LookUpPublications:
    """Looks up publications of papers; `look_ups` are the blocking functions that send the requests."""

    name = LOOKING_UP

    def __init__(
        self, context: RunContext, *look_ups: Callable[[CrawlOptions, LinkStore, datetime, Callable[[], float]], None]
    ) -> None:
        self._context = context
        self._look_ups = look_ups

    async def run(self) -> None:
        """Look up papers without a publication, until RUN_TIMEOUT."""
        if not citation_sources().isdisjoint(self._context.kinds):
            await _run_until_timeout(self._context, self._look_up_all)

    def _look_up_all(self, time_left: Callable[[], float]) -> None:
        context = self._context
        for look_up in self._look_ups:
            look_up(context.options, context.workspace.store, context.due_by, time_left)


class Publish:
    """Renders the outputs; `publish` is the blocking function that writes them."""

    name = "rendering"

    def __init__(self, context: RunContext, publish: Callable[[CrawlOptions, Workspace], None]) -> None:
        self._context = context
        self._publish = publish

    async def run(self) -> None:
        """Render the outputs; repeat that as a whole if the database becomes unavailable meanwhile."""
        await self._context.interruption.guard(asyncio.to_thread(retry_on_disconnect(self._render)))

    def _render(self) -> None:
        context = self._context
        if context.executor is not None:
            context.workspace.image_store.disconnect()  # this process has not listed files that shards have saved
        self._publish(context.options, context.workspace)


async def _run_until_timeout(context: RunContext, work: Callable[[Callable[[], float]], None]) -> None:
    """Call a blocking function in a thread and wait for it, at most until RUN_TIMEOUT; it gets `time_left`."""
    left = context.throttle.time_left
    with suppress(TimeoutError):
        work_done = run_in_thread(work, lambda: context.throttle.time_left)
        await context.interruption.guard(asyncio.wait_for(work_done, None if math.isinf(left) else left))
