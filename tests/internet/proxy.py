"""A forward proxy on 127.0.0.1 that is also every server behind it: the only part of the small internet that does I/O.

It takes absolute-form requests for http URLs (RFC 9112, 3.2.2) and CONNECT for https URLs (RFC 9110, 9.3.6), inside
which it plays the TLS server itself; some clients send CONNECT for http URLs, too: what asks for port 80 gets no TLS.
Requests are read by h11; answers are written by hand, because some of the sites have to send what a correct server
would not.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11

from tests.internet.certificates import Flaw
from tests.internet.messages import Failure, Request, Response

if TYPE_CHECKING:
    from tests.internet.network import Network

PIECE = 65_536
HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")  # a fatal alert (RFC 8446, 6)
HOP_BY_HOP = {"proxy-connection", "proxy-authorization"}


class Proxy:
    """Listens on 127.0.0.1 and holds one conversation with each client that connects.

    `latency` is how many seconds every answer takes on its way, besides its own delay.
    """

    def __init__(self, network: Network, latency: float) -> None:
        self.errors: list[Exception] = []  # mistakes of the sites themselves, which must not pass for bad weather
        self._network = network
        self._latency = latency
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self, port: int = 0) -> int:
        """Listen on that port, or on a free one, and return it."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", port, backlog=1024)
        address: tuple[str, int] = self._server.sockets[0].getsockname()
        return address[1]

    async def close(self) -> None:
        """Stop listening and reset every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            await Conversation(self._network, self._latency, reader, writer).run()
            writer.close()
        except (OSError, h11.RemoteProtocolError, asyncio.CancelledError):
            reset(writer)
        except Exception as error:  # noqa: BLE001
            self.errors.append(error)
            reset(writer)
        finally:
            self._conversations.discard(task)


class Conversation:
    """One client connection, from its first request to its end."""

    def __init__(
        self, network: Network, latency: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._network = network
        self._latency = latency
        self._reader = reader
        self._writer = writer
        self._unread = b""
        self._origin = ""  # "https://host" inside a tunnel, "http://host" where it leads to port 80

    async def run(self) -> None:
        """Answer requests until one side has had enough."""
        going = True
        while going and (received := await self._receive()) is not None:
            head, body = received
            target = head.target.decode("latin-1")
            if head.method == b"CONNECT":
                going = await self._tunnel(target)
                continue
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            closing = head.http_version == b"1.0" or headers.get("connection", "").lower() == "close"
            url = absolute(self._origin + target)
            kept = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
            request = Request(time.monotonic(), head.method.decode(), url, kept, body)
            whole = await self._send(request.method, self._network.answer(request))
            if whole:
                self._network.deliver(url)
            going = whole and not closing

    async def _receive(self) -> tuple[h11.Request, bytes] | None:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=PIECE)
        if self._unread:
            parser.receive_data(self._unread)
        head: h11.Request | None = None
        body = b""
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                parser.receive_data(await self._reader.read(PIECE))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                self._unread = parser.trailing_data[0]
                return head, body
            else:
                return None

    async def _tunnel(self, target: str) -> bool:
        host, _, port = target.lower().rpartition(":")
        plain = port == "80"
        self._origin = f"http://{host}" if plain else f"https://{host}" if port == "443" else f"https://{host}:{port}"
        connect = Request(time.monotonic(), "CONNECT", f"{self._origin}/")
        if refusal := self._network.refusal(host):
            self._network.record(connect)
            return await self._send("CONNECT", refusal)
        self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if plain:
            return True
        if self._network.breaks_tls(connect.url):
            self._network.record(connect)
            await self._reader.read(PIECE)
            self._writer.write(HANDSHAKE_FAILURE)
            return False
        if (flaw := self._network.certificates.flaws.get(host)) is not None:
            self._network.record(connect)
        if flaw is Flaw.SILENT:
            while await self._reader.read(PIECE):
                pass
            return False
        await self._writer.start_tls(self._network.certificates.context(host))
        return True

    async def _send(self, method: str, response: Response) -> bool:
        """Write the answer; False when the connection is of no more use."""
        if wait := response.delay + self._latency:
            await asyncio.sleep(wait)
        if response.failure in {Failure.RESET, Failure.TLS}:
            raise ConnectionResetError
        if response.failure is Failure.HANG:
            await self._reader.read(1)
            return False
        if response.raw is not None:
            self._writer.write(response.raw)
            await self._writer.drain()
            return False
        body = response.body
        bodiless = method == "HEAD" or response.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        if not isinstance(body, bytes):
            self._writer.write(head_of(response, "Transfer-Encoding: chunked"))
            for piece in () if bodiless else body():
                self._writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await self._writer.drain()
                await asyncio.sleep(0)  # drain alone does not let others run, not even to hear that the reader left
            self._writer.write(b"" if bodiless else b"0\r\n\r\n")
        else:
            cut = response.failure is Failure.CUT
            head = head_of(response, f"Content-Length: {len(body)}")
            self._writer.write(head if bodiless else head + (body[: len(body) // 2] if cut else body))
        await self._writer.drain()
        return response.failure is None


def absolute(url: str) -> str:
    """Return an absolute URL with its host in lower case."""
    parts = urlsplit(url)
    return url if parts.netloc.islower() else parts._replace(netloc=parts.netloc.lower()).geturl()


def head_of(response: Response, framing: str) -> bytes:
    """Return the head of an answer."""
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unassigned"
    lines = [f"HTTP/1.1 {response.status} {phrase}", framing, *(f"{k}: {v}" for k, v in response.headers.items())]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1")


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST: a socket closed while it lingers for no time sends no FIN (socket(7), SO_LINGER)."""
    end = writer.transport.get_extra_info("socket")
    if end is not None and end.fileno() >= 0:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
