"""What stands between every request and the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.exchange import AddressNotAllowedError
from crawler.urls import why_not_fetch

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class AddressGuard:
    """Refuses URLs that must not be fetched, those that a redirect leads to included."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ALLOW_PRIVATE_ADDRESSES."""
        return cls(allow_private=crawler.settings.getbool("ALLOW_PRIVATE_ADDRESSES"))

    def process_request(self, request: Request) -> None:
        """Raise AddressNotAllowedError, or let the request pass."""
        if (reason := why_not_fetch(request.url, allow_private=self._allow_private)) is not None:
            raise AddressNotAllowedError(reason)


class OwnTurn:
    """Lets a redirected request wait for the turn of the host that it leads to, not of the one it comes from."""

    def process_request(self, request: Request) -> None:
        """Take the request out of the queue of the host that sent it here."""
        if "redirect_times" in request.meta:
            request.meta.pop("download_slot", None)
