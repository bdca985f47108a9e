"""What stands between every request and the network."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from scrapy.http import TextResponse

from crawler.exchange import AddressNotAllowedError
from crawler.urls import why_not_fetch

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "rot13", "undefined", "unicode-escape", "utf-7"})


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


    def process_response(self, request: Request, response: Response) -> Response:
        """Raise AddressNotAllowedError for a redirect that was not followed because of its scheme."""
        location = response.headers.get("Location") if response.status in _REDIRECTS else None
        if location is not None:
            target = urljoin(request.url, location.decode("latin-1"))
            if (reason := why_not_fetch(target, allow_private=self._allow_private)) is not None:
                raise AddressNotAllowedError(reason)
        return response


class KnownCharset:
    """Takes pages that claim a codec of Python's which is no charset for UTF-8: some of them raise, or take for ever."""

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - Scrapy's signature
        """Return the response, as text that can be read if it is text."""
        if not isinstance(response, TextResponse) or _is_charset(response.encoding):
            return response
        return response.replace(encoding="utf-8")


def _is_charset(name: str) -> bool:
    try:
        return codecs.lookup(name).name not in _NO_CHARSETS and bool(b"x".decode(name, "replace"))
    except (LookupError, ValueError):
        return False


class OwnTurn:
    """Lets a redirected request wait for the turn of the host that it leads to, not of the one it comes from."""

    def process_request(self, request: Request) -> None:
        """Take the request out of the queue of the host that sent it here."""
        if "redirect_times" in request.meta:
            request.meta.pop("download_slot", None)
