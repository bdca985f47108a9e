"""Blocking work beside the event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A")
T = TypeVar("T")


async def run_in_thread(function: Callable[[A], T], argument: A) -> T:
    """Call a blocking function in a thread that does not keep the program alive.

    asyncio's own threads are waited for at exit: a service that asks to come back in two minutes would hold up Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():  # nobody waits any more
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = function(argument)
        except Exception as caught:  # noqa: BLE001 - raised where it is waited for
            error = caught
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, result, error)

    Thread(target=work, name="lookup", daemon=True).start()
    return await future
