"""Decides when a request may be sent: at its host's turn, by the worker that holds the host, while the run has time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from crawler.fetch.host_throttle import HostUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from scrapy.crawler import Crawler

    from crawler.fetch.host_throttle import HostThrottle
    from crawler.models.link import Link
    from crawler.models.result import DueLink


class HostHolder(Protocol):
    """A worker that keeps the hosts it asks apart from those of other workers."""

    def holds(self, host: str) -> bool:
        """Return whether a host is this worker's now."""

    def hold_host(self, host: str, patience: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Hold a host for one request; raise HostUnavailableError when another worker has it for so many seconds."""

    def check_lease(self, host: str) -> None:
        """Raise HostUnavailableError if a host that was held for a request is another worker's by now."""


class TurnKeeper:
    """Allows or refuses the requests of one run.

    `is_closed` returns whether no links like one are fetched any more. Once the run is stopping, only requests that
    follow on one which was sent for the same link are allowed.
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
        """Refuse links for which no request was sent yet."""
        self._is_stopping = True

    def was_sent(self, url: str) -> bool:
        """Return whether a request was sent, or is about to be, for a link that is being checked."""
        return url in self._sent

    def end(self, link: Link) -> None:
        """Forget the requests of a link whose check has ended."""
        self._sent.discard(link.url)

    def check_may_send(self, host: str, due: DueLink) -> None:
        """Raise HostUnavailableError for a request that must not be sent now, though the link was handed out."""
        if self._is_stopping and due.link.url not in self._sent:
            raise HostUnavailableError(host)
        if self._hosts.seconds_until_free(host) > 0 or self._is_closed(due.link):
            raise HostUnavailableError(host)
        if host == due.link.host and not self._worker.holds(host):  # whoever had it since may have seen the link
            raise HostUnavailableError(host, leased=True)
        self._sent.add(due.link.url)

    def hold_host(self, host: str, patience: float = 0.0) -> AbstractAsyncContextManager[None]:
        """Hold a host for one request; raise HostUnavailableError when another worker has it for so many seconds."""
        return self._worker.hold_host(host, patience)

    def check_lease(self, host: str) -> None:
        """Raise HostUnavailableError if a host that was held for a request is another worker's by now."""
        self._worker.check_lease(host)


def pace(crawler: Crawler, host: str) -> float:
    """Return the seconds between two requests to a host: by DOWNLOAD_DELAYS, or as its robots.txt asks for."""
    assert crawler.engine is not None  # noqa: S101 - it is the engine that runs this
    slot = crawler.engine.downloader.per_slot_settings.get(host, {})
    return float(slot.get("delay", crawler.settings.getfloat("DOWNLOAD_DELAY")))
