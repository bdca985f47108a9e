"""Scrapy's aiohttp download handler (its quickest), with the user's CA bundle, and the last word on each request.

What waits in a queue when its host wants to be left alone is not sent, private addresses are not connected to, and a
page of which only the head is wanted may be as large as it likes: little more than the head is let through.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ClassVar
from urllib.request import getproxies

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import DownloadTimeoutError, UnsupportedURLSchemeError
from scrapy.http import Headers
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.url import add_http_if_no_scheme

from crawler.config.crawl_options import options_of
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.canonical_url import InvalidURLError, encode_for_request, is_public
from crawler.models.reason import Reason, ReasonCode
from crawler.signals import run_opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.connector import AddrInfoType, Connection
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.fetch.turns import TurnKeeper


# uvloop resolves names in libuv's threads: four, unless this is set before the first is started. A few dead names would
# stop all others.
os.environ.setdefault("UV_THREADPOOL_SIZE", "32")


MAX_HEAD_BYTES = 1024 * 1024
"""Bytes to which the head of a page may decompress: sixty times what was read, which no honest page reaches."""

WINDOW = 8 * 1024
"""Bytes that a server may send before we have read any, where only the head of a page is wanted."""


class _SafeDownloadHandler(AiohttpDownloadHandler):
    """Connects only to what a resolver says is public, at the moment of connecting: a name cannot change in between."""

    experimental: ClassVar[bool] = False  # covered by this project's own end-to-end tests

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.turns: TurnKeeper | None = None
        crawler.signals.connect(self.run_opened, run_opened)
        self._session._request_class = _lease_checked_request(self)  # noqa: SLF001 - the parent offers no way in
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):  # SSL_CERT_FILE is honoured by OpenSSL itself
            self._ssl_context.load_verify_locations(bundle)
        if not options_of(crawler).requests.allow_private_addresses:
            connector = self._connector
            connector._resolver = PublicResolver(connector._resolver)  # noqa: SLF001 - as above

    def run_opened(self, turns: TurnKeeper) -> None:
        """Ask from now on whether a request may be sent; before, and outside of a run, all may."""
        self.turns = turns

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:  # noqa: ASYNC109 - as above
        """Send a request to exactly the address that it names: yarl would decode `%3A`, `%2A`, `%27` and more."""
        try:
            url = encode_for_request(request.url)
        except InvalidURLError as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        verbatim = request.replace(url=url, meta={**request.meta, "verbatim_url": True})
        async with super()._make_request(verbatim, timeout) as response:
            yield response

    @property
    def _connector(self) -> aiohttp.TCPConnector:
        connector = self._session.connector
        assert isinstance(connector, aiohttp.TCPConnector)  # noqa: S101 - what the parent built
        return connector

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """Take headers as the bytes that they are: the parent stumbles over those that are no UTF-8."""
        return Headers(list(response.raw_headers))

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Cut the line of an answer that is not wanted to its end: closing it politely, TLS would go on reading."""
        try:
            return await super()._read_response(response, request)
        finally:
            if response.connection is not None and response.connection.transport is not None:
                response.connection.transport.abort()


class _HeadOnlyHandler(_SafeDownloadHandler):
    """Has connections of its own, on which little more can be under way than is wanted."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._connector._socket_factory = _small_buffer_socket  # noqa: SLF001 - as above


class SafeDownloadHandler(_SafeDownloadHandler):
    """Downloads what is wanted whole itself, and lets another handler fetch the heads of pages."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._head_only = _HeadOnlyHandler(crawler)
        self._connections = asyncio.Semaphore(crawler.settings.getint("CONCURRENT_REQUESTS"))

    async def download_request(self, request: Request) -> Response:
        """Send a request, a link's when it is its host's turn; none outlasts the time that the run has.

        Raises HostUnavailableError where the host is left alone for now, or the time was up before it answered.
        """
        host = urlparse_cached(request).hostname or ""
        turns = self.turns
        if turns is None:
            return await self._download(request)
        timeout = request.meta["download_timeout"]
        due = request.cb_kwargs.get("due")
        if due is None:
            request.meta["download_timeout"] = min(timeout, turns.time_left or math.inf)
            if "is_probe" in request.meta:
                return await self._download(request)
            async with turns.hold_host(host, request.meta["download_timeout"]):
                return await self._download(request)
        async with self._connections:  # waiting for one, its time would run
            turns.check_may_send(host, due)
            request.meta["download_timeout"] = min(timeout, turns.time_left)
            async with turns.hold_host(host):
                try:
                    return await self._download(request)
                except DownloadTimeoutError:
                    turns.check_may_send(host, due)
                    raise

    async def _download(self, request: Request) -> Response:
        if "max_bytes" not in request.meta:
            return await super().download_request(request)
        request.meta["download_maxsize"] = 0  # it is cut, whatever length it announces
        try:
            return await self._head_only.download_request(request)
        finally:
            request.meta["download_maxsize"] = MAX_HEAD_BYTES

    async def close(self) -> None:
        """Close all connections."""
        await self._head_only.close()
        await super().close()


def _lease_checked_request(handler: _SafeDownloadHandler) -> type[aiohttp.ClientRequest]:
    """Return requests that are not sent if, while a connection was made, their host has become another worker's."""

    class LeaseCheckedRequest(aiohttp.ClientRequest):
        async def send(self, conn: Connection) -> aiohttp.ClientResponse:
            if handler.turns is not None:
                handler.turns.check_lease(self.url.raw_host or "")
            return await super().send(conn)

    return LeaseCheckedRequest


def _small_buffer_socket(address: AddrInfoType) -> socket.socket:
    """Return a socket whose receive buffer is small from the start, as the window that TCP offers follows from it."""
    family, kind, protocol, *_ = address
    narrow = socket.socket(family, kind, protocol)
    narrow.setblocking(False)
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    return narrow


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, but for the proxy that the user set."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner
        proxies = (yarl.URL(add_http_if_no_scheme(proxy)) for name, proxy in getproxies().items() if name != "no")
        self._proxies = {(proxy.host, proxy.port) for proxy in proxies}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = 0) -> list[ResolveResult]:  # type: ignore[assignment]
        """Resolve a host; raise AddressNotAllowedError when any of its addresses is private."""
        found = await self._inner.resolve(host, port, family)
        if (host, port) not in self._proxies:
            for result in found:
                if not is_public(ipaddress.ip_address(result["host"].partition("%")[0])):
                    raise AddressNotAllowedError(Reason(ReasonCode.PRIVATE_ADDRESS, host, result["host"]))
        return found

    async def close(self) -> None:
        """Close the resolver underneath."""
        await self._inner.close()
