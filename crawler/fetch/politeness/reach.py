"""The sites to which one process sends requests, while others send requests to other sites for the same run.

The rate limit of a host holds because only one process at a time sends requests to it. A check that needs a host of
another process, as after a redirect, is left to a later round, in which one process has both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.fetch.politeness.host_throttle import HostUnavailableError
from crawler.links.targets.sites import site_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from scrapy import Request
    from scrapy.http import Response


class OtherShardError(BaseException):
    """A check needs a host of another process: it has no result yet.

    Not an Exception, as asyncio.CancelledError: where any failure of a second request means that it found nothing, the
    check must not go on, or its result would depend on how hosts are distributed.
    """

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class Reach:
    """The sites, and other hosts, to which this process sends requests; `sites` is None for all."""

    def __init__(self, sites: Collection[str] | None = None, hosts: Collection[str] = ()) -> None:
        self.sites = sites
        self._hosts = frozenset(hosts)

    def includes(self, host: str) -> bool:
        """Return whether this process sends requests to a host."""
        return self.sites is None or host in self._hosts or site_of(host) in self.sites

    def check(self, host: str) -> None:
        """Raise HostUnavailableError for a host of another process."""
        if not self.includes(host):
            raise HostUnavailableError(host, elsewhere=True)

    def require(self, host: str) -> None:
        """Raise OtherShardError for a host of another process, before a request that Scrapy does not send."""
        if not self.includes(host):
            raise OtherShardError(host)

    def guarded(self, download: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return `download` with OtherShardError in place of the HostUnavailableError of `check`."""

        async def guarded(request: Request) -> Response:
            try:
                return await download(request)
            except HostUnavailableError as error:
                if error.elsewhere:
                    raise OtherShardError(error.host) from None
                raise

        return guarded
