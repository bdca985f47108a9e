"""Scrapy's aiohttp download handler (its quickest), with the user's CA bundle, and the last word on each request.

What waits in a queue when its host wants to be left alone is not sent, private addresses are not connected to, and a
page of which only the head is wanted may be as large as it likes.
"""

from __future__ import annotations

import ipaddress
import os
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler

from crawler.exchange import AddressNotAllowedError
from crawler.urls import is_public

if TYPE_CHECKING:
    import socket

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.items import Due

# uvloop resolves names in libuv's threads: four, unless this is set before the first is started. A few dead names would
# stop all others.
os.environ.setdefault("UV_THREADPOOL_SIZE", "32")


LARGEST_HEAD = 4 * 1024 * 1024
"""Bytes to which the head of a page may decompress: sixty times what was read, which no honest page reaches."""


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

    async def download_request(self, request: Request) -> Response:
        """Send a request; raise NotNowError where its host is left alone for now."""
        due: Due | None = request.cb_kwargs.get("due")
        if due is not None and "redirect_times" not in request.meta:
            self.crawler.spider.check_turn(due.link.host)  # type: ignore[union-attr]
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
