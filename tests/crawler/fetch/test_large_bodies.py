"""Images over slow lines are received to their end, silent servers are not waited for, and memory is bounded."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from scrapy.exceptions import DownloadTimeoutError, ResponseDataLossError

from crawler.fetch import large_bodies
from crawler.fetch.download_handler import SafeDownloadHandler
from crawler.fetch.early_stop import EarlyStop
from crawler.fetch.large_bodies import LARGE, MAX_BYTES, BodyBudget
from crawler.kinds.image import image_request
from tests.support.options import project_crawler

if TYPE_CHECKING:
    from scrapy.http import Response

PIECES = 12
PIECE = b"\xff\xd8\xff" + bytes(8 * 1024)
WAIT = 0.05


def ask(pieces: int, *, timeout: float, whole: float, lenient: bool) -> Response:
    """Request an image of PIECES pieces from a server that sends some of them, each after WAIT seconds."""
    served: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(writer)
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (PIECES * len(PIECE)))
            for _ in range(pieces):
                writer.write(PIECE)
                await writer.drain()
                await asyncio.sleep(WAIT)
            await reader.read()  # until the client has had enough
        writer.close()

    async def run() -> Response:
        crawler = project_crawler(ALLOW_PRIVATE_ADDRESSES=True)
        extension = EarlyStop.from_crawler(crawler)
        handler = SafeDownloadHandler(crawler)
        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        request = image_request(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/a.jpg")
        request.meta.update(
            {"download_timeout": timeout, "body_timeout": whole} | ({"lenient": True} if lenient else {})
        )
        try:
            return await handler.download_request(request)
        finally:
            await handler.close()
            del extension  # signals do not keep it
            listening.close()
            for writer in served:
                with suppress(OSError):
                    await writer.wait_closed()

    return asyncio.run(run())


@pytest.mark.parametrize("lenient", [False, True])
def test_a_slow_image_may_take_longer_than_the_timeout(*, lenient: bool) -> None:
    assert ask(PIECES, timeout=WAIT * 9, whole=60, lenient=lenient).body == PIECE * PIECES


@pytest.mark.parametrize("lenient", [False, True])
def test_a_silent_server_is_given_up(*, lenient: bool) -> None:
    with pytest.raises((DownloadTimeoutError, ResponseDataLossError)):
        ask(2, timeout=WAIT * 3, whole=60, lenient=lenient)


@pytest.mark.parametrize("lenient", [False, True])
def test_a_slow_image_does_not_take_for_ever(*, lenient: bool) -> None:
    with pytest.raises((DownloadTimeoutError, ResponseDataLossError)):
        ask(PIECES, timeout=WAIT * 4, whole=WAIT * 5, lenient=lenient)


def test_large_bodies_wait_until_others_are_saved() -> None:
    async def run() -> None:
        budget = BodyBudget()
        await budget.admit("a", MAX_BYTES)
        await budget.admit("small", LARGE - 1)
        await budget.admit("a", MAX_BYTES)  # the next response of a link takes the place of the last one
        waiting = asyncio.ensure_future(budget.admit("b", None))
        await asyncio.sleep(0)
        assert not waiting.done()
        budget.release("unknown")
        budget.release("a")
        await waiting
        budget.release("b")
        await budget.admit("larger than all", 2 * MAX_BYTES)

    asyncio.run(asyncio.wait_for(run(), 5))


def test_no_image_is_lost_because_another_one_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_bodies, "PATIENCE", 0.01)

    async def run() -> None:
        budget = BodyBudget()
        await budget.admit("a", MAX_BYTES)
        await budget.admit("b", MAX_BYTES)

    asyncio.run(asyncio.wait_for(run(), 5))
