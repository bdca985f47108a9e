"""Decide whether a request may be sent: by the rate limit and lease of its host, and the time left in the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from crawler.fetch.politeness.host_throttle import HostUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from scrapy.crawler import Crawler

    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.models.link import Link
    from crawler.models.result import DueLink


class HostHolder(Protocol):
    """A worker that leases hosts, so that only one worker sends requests to each."""

    def holds(self, host: str) -> bool:
        """Return whether this worker has the lease of a host."""

    def hold_host(self, host: str, patience: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Hold a host for one request; raise HostUnavailableError if another worker has it for `patience` seconds."""

    def check_lease(self, host: str) -> None:
        """Raise HostUnavailableError if another worker has taken the lease of a host that was held for a request."""


class TurnKeeper:
    """Allows or refuses the requests of one run.

    `is_closed` returns whether no more links like the given one are checked in this run. Once the run is stopping, only
    links for which a request was sent may send more.
    """

    def __init__(self, hosts: HostThrottle, worker: HostHolder, is_closed: Callable[[Link], bool]) -> None:
        self._hosts = hosts
        self._worker = worker
        self._is_closed = is_closed
        self._is_stopping = False
        self._sent: set[str] = set()

    @property
    def time_left(self) -> float:
        """Seconds until no request is sent any more."""
        return self._hosts.time_left

    def stop(self) -> None:
        """Refuse requests of links that have not sent one yet."""
        self._is_stopping = True

    def was_sent(self, url: str) -> bool:
        """Return whether a request was sent, or is about to be, for a link that is being checked."""
        return url in self._sent

    def end(self, link: Link) -> None:
        """Forget the requests of a link whose check has ended."""
        self._sent.discard(link.url)

    def check_may_send(self, host: str, due: DueLink) -> None:
        """Record that a link sends a request to a host; raise HostUnavailableError if it must not do so now."""
        if self._is_stopping and due.link.url not in self._sent:
            raise HostUnavailableError(host)
        if self._hosts.seconds_until_free(host) > 0 or self._is_closed(due.link):
            raise HostUnavailableError(host)
        if host == due.link.host and not self._worker.holds(host):  # another worker may have checked the link meanwhile
            raise HostUnavailableError(host, leased=True)
        self._sent.add(due.link.url)

    def hold_host(self, host: str, patience: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Hold a host for one request; raise HostUnavailableError if another worker has it for `patience` seconds."""
        return self._worker.hold_host(host, patience)

    def check_lease(self, host: str) -> None:
        """Raise HostUnavailableError if another worker has taken the lease of a host that was held for a request."""
        self._worker.check_lease(host)


def request_interval(crawler: Crawler, host: str) -> float:
    """Return the seconds between two requests to a host, by DOWNLOAD_DELAYS or its Crawl-delay."""
    assert crawler.engine is not None  # noqa: S101 - only called while the engine runs
    slot = crawler.engine.downloader.per_slot_settings.get(host, {})
    return float(slot.get("delay", crawler.settings.getfloat("DOWNLOAD_DELAY")))
