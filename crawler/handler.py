"""Scrapy's aiohttp download handler (its quickest), with the user's CA bundle, and the last word on each request.

What waits in a queue when its host wants to be left alone is not sent, private addresses are not connected to, and a
page of which only the head is wanted may be as large as it likes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import os
from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, Protocol, cast
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.exceptions import DownloadTimeoutError

from crawler.exchange import AddressNotAllowedError
from crawler.urls import is_public

if TYPE_CHECKING:
    import socket

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


# uvloop resolves names in libuv's threads: four, unless this is set before the first is started. A few dead names would
# stop all others.
os.environ.setdefault("UV_THREADPOOL_SIZE", "32")


LARGEST_HEAD = 4 * 1024 * 1024
"""Bytes to which the head of a page may decompress: sixty times what was read, which no honest page reaches."""


class Timed(Protocol):
    """A spider that knows when nobody, or a host, is to be asked any more."""

    @property
    def time_left(self) -> float:
        """Seconds that the run has."""

    def check_turn(self, host: str) -> None:
        """Raise NotNowError if a host is not to be asked now."""


class GuardedDownloadHandler(AiohttpDownloadHandler):
    """Connects only to what a resolver says is public, at the moment of connecting: a name cannot change in between."""

    experimental: ClassVar[bool] = False  # covered by this project's own end-to-end tests

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):  # SSL_CERT_FILE is honoured by OpenSSL itself
            self._ssl_context.load_verify_locations(bundle)
        if not crawler.settings.getbool("ALLOW_PRIVATE_ADDRESSES"):
            connector = self._session.connector
            assert isinstance(connector, aiohttp.TCPConnector)  # noqa: S101 - what the parent built
            connector._resolver = PublicResolver(connector._resolver)  # noqa: SLF001 - the parent offers no way in
        at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    async def download_request(self, request: Request) -> Response:
        """Send a request, a link's when it is its host's turn; none outlasts the time that the run has.

        Raises NotNowError where the host is left alone for now, or the time was up before it answered.
        """
        host = urlsplit(request.url).hostname or ""
        spider = cast("Timed", self.crawler.spider)
        if "due" not in request.cb_kwargs:
            request.meta["download_timeout"] = min(request.meta["download_timeout"], spider.time_left or math.inf)
            return await self._download(request)
        # Without a pace Scrapy starts all that are queued at once: waiting for a connection, their time would run.
        async with self._turns[host]:
            spider.check_turn(host)
            request.meta["download_timeout"] = min(request.meta["download_timeout"], spider.time_left)
            try:
                return await self._download(request)
            except DownloadTimeoutError:
                spider.check_turn(host)
                raise

    async def _download(self, request: Request) -> Response:
        if "enough" not in request.meta:
            return await super().download_request(request)
        request.meta["download_maxsize"] = 0  # it is cut, whatever length it announces
        try:
            return await super().download_request(request)
        finally:
            request.meta["download_maxsize"] = LARGEST_HEAD


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, but for the proxy that the user set."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner
        self._proxies = {urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname for proxy in getproxies().values()}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = 0) -> list[ResolveResult]:  # type: ignore[assignment]
        """Resolve a host; raise AddressNotAllowedError when any of its addresses is private."""
        found = await self._inner.resolve(host, port, family)
        if host not in self._proxies:
            for result in found:
                if not is_public(ipaddress.ip_address(result["host"].partition("%")[0])):
                    raise AddressNotAllowedError(f"private address: {host} is {result['host']}")
        return found

    async def close(self) -> None:
        """Close the resolver underneath."""
        await self._inner.close()
