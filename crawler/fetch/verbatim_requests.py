"""Requests for an address exactly as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import Request

from crawler.links.canonical_url import is_sendable

if TYPE_CHECKING:
    from collections.abc import Mapping


def build_request(url: str, meta: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """Return a request for a URL; Scrapy encodes what cannot be sent, and leaves a URL alone that can be.

    Otherwise it would encode `'`, `[` and `]`, too, and servers with another spelling would redirect for ever.
    """
    verbatim = {"verbatim_url": True} if is_sendable(url) else {}
    return Request(url, headers=headers, meta={**meta, **verbatim})
