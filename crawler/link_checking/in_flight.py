"""The concurrent checks of links by request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable

    from crawler.fetch.politeness.turns import TurnKeeper
    from crawler.link_checking.result_queue import ResultQueue


class ChecksInFlight:
    """A task for each link that is being checked; an exception in any of them ends the run."""

    def __init__(self, queue: ResultQueue, turns: TurnKeeper) -> None:
        self._queue = queue
        self._turns = turns
        self._urls: dict[Task[None], str] = {}

    def __len__(self) -> int:
        return len(self._urls)

    def start(self, url: str, check: Callable[[], Awaitable[None]]) -> None:
        """Start the check of the link with a URL."""
        task = asyncio.create_task(self._run(check))
        self._urls[task] = url
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Cancel all checks."""
        self._cancel(lambda _: True)

    def cancel_unsent(self) -> None:
        """Cancel the checks that have not sent a request."""
        self._cancel(lambda url: not self._turns.was_sent(url))

    def _cancel(self, is_chosen: Callable[[str], bool]) -> None:
        for task, url in self._urls.items():
            if is_chosen(url):
                task.cancel()

    async def _run(self, check: Callable[[], Awaitable[None]]) -> None:
        try:
            await check()
        except Exception as error:  # noqa: BLE001 - the run ends with it
            self._queue.fail(error)

    def _ended(self, task: Task[None]) -> None:
        del self._urls[task]
        self._queue.notify()
