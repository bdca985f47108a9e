"""Call blocking functions in daemon threads, which are left behind when nobody waits for them any more."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A")
T = TypeVar("T")


def call_within(seconds: float, function: Callable[[], T]) -> T:
    """Return the result of a blocking function; raise TimeoutError if it takes longer, and leave it to its thread."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(function())
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            future.set_exception(error)

    Thread(target=work, name="bounded", daemon=True).start()
    return future.result(seconds)


async def run_in_thread(function: Callable[[A], T], argument: A) -> T:
    """Return the result of a blocking function that is called in a daemon thread; raise what it raises.

    `asyncio.to_thread` is not used, since the interpreter joins its threads at exit: a request that waits two minutes
    for a service would delay Ctrl-C for as long.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():  # cancelled meanwhile
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = function(argument)
        except Exception as caught:  # noqa: BLE001 - raised again where the future is awaited
            error = caught
        with suppress(RuntimeError):  # the event loop may be closed meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    Thread(target=work, name="lookup", daemon=True).start()
    return await future
