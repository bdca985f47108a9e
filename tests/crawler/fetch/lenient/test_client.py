"""The second client in front of servers that never end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from crawler.fetch.lenient.client import Exchange, LenientClient
from crawler.fetch.lenient.connection import Deadline, Proxy
from tests.support.rogue import Rogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("beginning", [OK, OK + b"\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    async def drip(_: str) -> AsyncIterator[bytes]:
        yield beginning
        for wait in [0.1] * 60:
            await asyncio.sleep(wait)
            yield b"x"

    with Rogue(drip) as rogue:
        for name, value in rogue.environ().items():
            monkeypatch.setenv(name, value)
        exchange = Exchange(
            url="http://slow.example/x?",
            headers=(),
            proxy=Proxy.from_environment("slow.example"),
            deadline=Deadline(0.5),
            limit=1000,
        )
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            LenientClient(allow_private=True).ask(exchange)
        assert time.monotonic() - began < 4
