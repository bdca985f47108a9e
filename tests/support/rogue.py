"""A forward proxy on loopback that says, in the name of any host, whatever bytes a test wants said."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import uvloop

from tests.internet.certificates import Certificates

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    Behaviour = Callable[[str], AsyncIterator[bytes]]
    """What a server does when it is asked for a URL: the pieces that it sends before it closes the connection."""

_SEGMENT = 1460  # bytes in a segment on Ethernet; on loopback 44 times as many travel at once
_BYTES_SENT = 200  # where Linux's struct tcp_info counts the bytes of data that were put on the wire


class Rogue:
    """Runs in a thread of its own for as long as the `with` block lasts; each exchange is a connection."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._certificates = Certificates({})
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: list[tuple[str, int]] = []
        """The URL asked for and the bytes that left the server's socket, TLS included, of each exchange that ended."""

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="rogue-")
        self._ca_bundle = Path(self._folder.name) / "ca.pem"
        self._ca_bundle.write_bytes(self._certificates.authority_pem)
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="rogue", daemon=True)
        self._thread.start()
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
        opening = asyncio.start_server(self._converse, sock=listening, backlog=1024)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(timeout=10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    def environ(self) -> dict[str, str]:
        """Return the environment variables that lead every client here."""
        return {
            **dict.fromkeys(
                ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), f"http://127.0.0.1:{self.port}"
            ),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
            **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(self._ca_bundle)),
        }

    def asked(self, host: str) -> list[str]:
        """Return the URLs of a host that were asked for, in the order in which the exchanges ended."""
        return [url for url, _ in self.sent if urlsplit(url).hostname == host]

    async def _close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        wire = writer.get_extra_info("socket").dup()  # still there when the transport has closed its own
        url, before = "", 0
        try:
            url = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode("latin-1")
            if "://" not in url:
                host = url.removesuffix(":443")
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await writer.start_tls(self._certificates.context(host))
                before = _bytes_sent(wire)
                path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode("latin-1")
                url = f"https://{host}{path}"
            async for piece in self._behaviour(url):
                if writer.transport.is_closing():
                    break
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)  # drain alone does not let others run, not even to hear that the reader left
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            with suppress(OSError):
                self.sent.append((url, _bytes_sent(wire) - before))
            wire.close()
            self._tasks.discard(task)


def _bytes_sent(wire: socket.socket) -> int:
    info = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_SENT + 8)
    return int(struct.unpack_from("Q", info, _BYTES_SENT)[0])
