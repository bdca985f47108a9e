"""Decide whether a request may be sent: by the rate limit of its host, and the time left in the run."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from crawler.fetch.politeness.host_throttle import HostUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.fetch.politeness.reach import Reach
    from crawler.models.link import Link
    from crawler.models.result import DueLink


class TurnKeeper:
    """Allows or refuses the requests of one process.

    `is_closed` returns whether no more links like the given one are checked in this run. Once the run is stopping, only
    links for which a request was sent may send more.
    """

    def __init__(self, hosts: HostThrottle, reach: Reach, is_closed: Callable[[Link], bool]) -> None:
        self._hosts = hosts
        self._reach = reach
        self._is_closed = is_closed
        self._is_stopping = False
        self._sent: set[str] = set()
        self.requested_at: dict[str, float] = {}
        """When the last request to each host was done, in seconds of `time.monotonic`."""

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

    def check_reach(self, host: str) -> None:
        """Raise HostUnavailableError if another process of the run may send requests to a host."""
        self._reach.check(host)

    def check_may_send(self, host: str, due: DueLink) -> None:
        """Record that a link sends a request to a host; raise HostUnavailableError if it must not do so now."""
        if self._is_stopping and due.link.url not in self._sent:
            raise HostUnavailableError(host)
        if self._hosts.seconds_until_free(host) > 0 or self._is_closed(due.link):
            raise HostUnavailableError(host)
        self._sent.add(due.link.url)

    def record_request(self, host: str) -> None:
        """Record that a request to a host is done."""
        self.requested_at[host] = monotonic()


def request_interval(crawler: Crawler, host: str) -> float:
    """Return the seconds between two requests to a host, by DOWNLOAD_DELAYS or its Crawl-delay."""
    assert crawler.engine is not None  # noqa: S101 - only called while the engine runs
    slot = crawler.engine.downloader.per_slot_settings.get(host, {})
    return float(slot.get("delay", crawler.settings.getfloat("DOWNLOAD_DELAY")))
