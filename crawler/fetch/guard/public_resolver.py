"""Resolve names for direct connections: only to public addresses."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.request import getproxies

import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy.utils.url import add_http_if_no_scheme

from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.addresses import is_public
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    import socket


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; the user's proxy may have a private one."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner
        proxies = (yarl.URL(add_http_if_no_scheme(proxy)) for name, proxy in getproxies().items() if name != "no")
        self._proxies = {(proxy.host, proxy.port) for proxy in proxies}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = 0) -> list[ResolveResult]:  # type: ignore[assignment]
        """Return the addresses of a host; raise AddressNotAllowedError if any of them is private."""
        found = await self._inner.resolve(host, port, family)
        if (host, port) not in self._proxies:
            for result in found:
                if not is_public(ipaddress.ip_address(result["host"].partition("%")[0])):
                    raise AddressNotAllowedError(Reason(ReasonCode.PRIVATE_ADDRESS, host, result["host"]))
        return found

    async def close(self) -> None:
        """Close the wrapped resolver."""
        await self._inner.close()
