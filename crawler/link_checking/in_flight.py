"""The checks of single links that are under way side by side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable

    from crawler.fetch.turns import TurnKeeper
    from crawler.link_checking.result_queue import ResultQueue


class ChecksInFlight:
    """One task for each link; an error in any of them ends the run."""

    def __init__(self, queue: ResultQueue, turns: TurnKeeper) -> None:
        self._queue = queue
        self._turns = turns
        self._urls: dict[Task[None], str] = {}

    def __len__(self) -> int:
        return len(self._urls)

    def start(self, url: str, check: Callable[[], Awaitable[None]]) -> None:
        """Run the check of a link."""
        task = asyncio.create_task(self._run(check))
        self._urls[task] = url
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """End all checks where they are."""
        self._cancel(lambda _: True)

    def cancel_unsent(self) -> None:
        """End the checks of which no request was sent."""
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
