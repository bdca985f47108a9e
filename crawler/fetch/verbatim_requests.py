"""Build requests whose URL is sent without changes, and tell which URL was requested first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.links.canonical_url import is_sendable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response


def build_request(url: str, meta: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """Return a request for a URL, which Scrapy encodes only if it cannot be sent as it is.

    Scrapy also encodes `'`, `[` and `]` by default; a server that redirects to the unencoded form would then loop.
    """
    verbatim = {"verbatim_url": True} if is_sendable(url) else {}
    return Request(url, headers=headers, meta={**meta, **verbatim})


def requested_url(exchange: Request | Response) -> str:
    """Return the URL of the first request, before redirects."""
    return str(exchange.meta.get("redirect_urls", [exchange.url])[0])
