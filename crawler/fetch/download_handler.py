"""Scrapy's aiohttp download handler (its fastest one) with the user's CA bundle and a check before sending.

Requests with `meta["lenient"]`, and those for URLs that aiohttp would change, are sent by the second client.
A queued request is not sent if its host backs off meanwhile. Connections to private addresses are refused. If only the
head of a page is requested, little more than that is received.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import urlsplit

import aiohttp
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.exceptions import DownloadTimeoutError, UnsupportedURLSchemeError
from scrapy.http import Headers
from scrapy.utils.httpobj import urlparse_cached

from crawler.config.crawl_options import options_of
from crawler.daemon_threads import run_in_thread
from crawler.fetch.credentials import without_credentials
from crawler.fetch.guard.proxied_names import ProxiedNames, is_on_this_machine
from crawler.fetch.guard.public_resolver import PublicResolver
from crawler.fetch.large_bodies import BodyClock
from crawler.html import LARGEST_PAGE
from crawler.links.canonical_url import InvalidURLError, encode_for_request
from crawler.signals import run_opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.connector import AddrInfoType
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.fetch.large_bodies import BodyBudget
    from crawler.fetch.lenient.handler import LenientDownloader
    from crawler.fetch.politeness.turns import TurnKeeper


# uvloop resolves names in libuv's threads, four by default; four names whose DNS servers do not respond would block all
# others. The variable must be set before libuv starts its first thread.
os.environ.setdefault("UV_THREADPOOL_SIZE", "32")


MAX_HEAD_BYTES = 1024 * 1024
"""Maximum size of the decompressed head of a page: about 70 times HEAD_OF_PAGE, more than real pages reach."""

WINDOW = 8 * 1024
"""Receive buffer in bytes for requests of the head of a page: as much as a server can send before we read."""


class _SafeDownloadHandler(AiohttpDownloadHandler):
    """Connects only to public addresses, checked when the name is resolved for the connection (no DNS rebinding)."""

    experimental: ClassVar[bool] = False  # covered by this project's own end-to-end tests

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.turns: TurnKeeper | None = None
        self.bodies: BodyBudget | None = None
        crawler.signals.connect(self.run_opened, run_opened)
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):  # OpenSSL itself reads SSL_CERT_FILE
            self._ssl_context.load_verify_locations(bundle)
        self.proxied_names: ProxiedNames | None = None
        if not options_of(crawler).requests.allow_private_addresses:
            self.proxied_names = ProxiedNames()
            connector = self._connector
            connector._resolver = PublicResolver(connector._resolver)  # noqa: SLF001 - aiohttp has no public setter

    def run_opened(self, turns: TurnKeeper, bodies: BodyBudget) -> None:
        """Set what decides when requests are sent and when large bodies are received; without it, all are at once."""
        self.turns = turns
        self.bodies = bodies

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:  # noqa: ASYNC109 - as Scrapy calls it
        """Send a request to its URL without changes: yarl would decode `%3A`, `%2A`, `%27` and others.

        `meta["body_timeout"]` is for all of a large body; the timeout then counts for the head and each wait for more.
        """
        try:
            url = encode_for_request(request.url)
        except InvalidURLError as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        if self.proxied_names is not None and (proxy := request.meta.get("proxy")):
            host = urlsplit(url).hostname or ""
            self.proxied_names.check_hosts_file(host)
            if not is_on_this_machine(urlsplit(proxy).hostname or ""):
                await run_in_thread(self.proxied_names.check_resolver, host)
        url, authorization = without_credentials(url)  # aiohttp encodes them in Latin-1
        if url != request.url or "verbatim_url" not in request.meta:
            request = request.replace(url=url, meta={**request.meta, "verbatim_url": True})
        if authorization is not None:
            request.headers.setdefault("Authorization", authorization)
        if "body_timeout" not in request.meta:
            async with super()._make_request(request, timeout) as response:
                yield response
            return
        whole = super()._make_request(request, max(request.meta["body_timeout"], timeout))
        async with AsyncExitStack() as exchange:
            try:
                async with asyncio.timeout(timeout):
                    response = await exchange.enter_async_context(whole)
            except TimeoutError as error:
                raise DownloadTimeoutError(f"{request.url}: no response in {timeout} seconds") from error
            yield response

    @property
    def _connector(self) -> aiohttp.TCPConnector:
        connector = self._session.connector
        assert isinstance(connector, aiohttp.TCPConnector)  # noqa: S101 - created by the base class
        return connector

    @staticmethod
    def _extract_headers(response: _ClientResponse) -> Headers:
        """Return the headers as bytes: the base class raises for those that are not UTF-8."""
        return Headers(list(response.raw_headers))

    async def _read_response(self, response: _ClientResponse, request: Request) -> Response:
        """Return the response, and abort the connection if it was not read to its end: a TLS shutdown would read on.

        The body of an image waits for its turn (see BodyBudget); TCP lets the server wait meanwhile.
        """
        try:
            due = request.cb_kwargs.get("due")
            if due is not None and self.bodies is not None and "is_image" in request.meta:
                await self.bodies.admit(due.link.url, response.content_length)
            if "body_timeout" not in request.meta:
                return await super()._read_response(response, request)
            return await self._read_large_body(response, request)
        finally:
            if response.connection is not None and response.connection.transport is not None:
                response.connection.transport.abort()

    async def _read_large_body(self, response: _ClientResponse, request: Request) -> Response:
        """Return the response; a body that stops coming, or comes too slowly, is a timeout."""
        clock = BodyClock(request.meta["download_timeout"], request.meta["body_timeout"])
        try:
            async with asyncio.timeout(clock.left) as limit:
                request.meta["body_clock"] = clock, limit
                return await super()._read_response(response, request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url}: body too slow") from error
        finally:
            request.meta.pop("body_clock", None)  # redirects copy it


class _HeadOnlyHandler(_SafeDownloadHandler):
    """Downloads heads of pages over connections with small receive buffers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._connector._socket_factory = _small_buffer_socket  # noqa: SLF001 - aiohttp has no public setter


class SafeDownloadHandler(_SafeDownloadHandler):
    """Downloads whole bodies; requests with `meta["max_bytes"]` go to a _HeadOnlyHandler.

    Requests with `meta["lenient"]` go to a LenientDownloader. A crawler has one handler for both schemes: reading all
    CA certificates takes 25 ms, twice for each handler.
    """

    _of_crawlers: ClassVar[dict[Crawler, Self]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the handler of a crawler, for `http` and `https` alike."""
        if crawler not in cls._of_crawlers:
            cls._of_crawlers[crawler] = cls(crawler)
        return cls._of_crawlers[crawler]

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._head_only = _HeadOnlyHandler(crawler)
        self._connections = asyncio.Semaphore(crawler.settings.getint("CONCURRENT_REQUESTS"))

    @cached_property
    def _lenient(self) -> LenientDownloader:
        """The second client, which few runs need."""
        from crawler.fetch.lenient.handler import LenientDownloader

        return LenientDownloader(
            allow_private=options_of(self.crawler).requests.allow_private_addresses,
            context=self._ssl_context,
            window=WINDOW,
            limit=self._default_maxsize,
        )

    async def download_request(self, request: Request) -> Response:
        """Send a request and return its response; RUN_TIMEOUT limits its timeout.

        Raises HostUnavailableError if the host is backing off, or the run's time is up before the host responds.
        """
        host = urlparse_cached(request).hostname or ""
        turns = self.turns
        if turns is None:
            return await self._download(request)
        due = request.cb_kwargs.get("due")
        if due is None:
            _limit_timeouts(request, turns.time_left or math.inf)
            try:
                return await self._download(request)
            finally:
                turns.record_request(host)
        async with self._connections:  # waiting for a connection must not count towards the timeout
            turns.check_may_send(host, due)
            _limit_timeouts(request, turns.time_left)
            try:
                return await self._download(request)
            except DownloadTimeoutError:
                turns.check_may_send(host, due)
                raise
            finally:
                turns.record_request(host)

    async def _download(self, request: Request) -> Response:
        is_head_only = "max_bytes" in request.meta
        is_whole_page = "is_whole_page" in request.meta
        if is_head_only:
            request.meta["download_maxsize"] = 0  # EarlyStop ends it, whatever Content-Length says
        try:
            if _is_for_lenient_client(request):
                return await self._lenient.download(request)
            if is_head_only and not is_whole_page:
                return await self._head_only.download_request(request)
            return await super().download_request(request)
        finally:
            if is_head_only:
                request.meta["download_maxsize"] = LARGEST_PAGE if is_whole_page else MAX_HEAD_BYTES

    async def close(self) -> None:
        """Close all connections; called once for each scheme."""
        self._of_crawlers.pop(self.crawler, None)
        await self._head_only.close()
        await super().close()


def _limit_timeouts(request: Request, left: float) -> None:
    """Let a request end when the run does."""
    for name in ("download_timeout", "body_timeout"):
        if name in request.meta:
            request.meta[name] = min(request.meta[name], left)


def _is_for_lenient_client(request: Request) -> bool:
    """Return whether the second client sends a request; it cannot use a proxy over TLS."""
    if str(request.meta.get("proxy", "")).startswith("https:"):
        return False
    return "lenient" in request.meta or request.url.endswith("?")  # aiohttp drops an empty query


def _small_buffer_socket(address: AddrInfoType) -> socket.socket:
    """Return a socket with a receive buffer of WINDOW bytes, set before connecting: the TCP window depends on it."""
    family, kind, protocol, *_ = address
    created = socket.socket(family, kind, protocol)
    created.setblocking(False)
    created.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    return created
