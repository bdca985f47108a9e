"""Follow redirects that a page makes itself: a refresh in its markup, or a script that does nothing else.

Browsers follow them, so what they lead to is what a reader sees. Only pages without a text of their own are followed,
and one hop only. Such a redirect is never permanent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.http import HtmlResponse
from w3lib.html import get_meta_refresh

from crawler.html import text_of, unescape
from crawler.links.canonical_url import WEB_SCHEMES

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

MAX_DELAY = 5.0
"""Seconds up to which a refresh is a redirect; a later one reloads a page that was meant to be read."""

MAX_TEXT_BYTES = 400
"""Bytes of visible text up to which a page has nothing but its redirect ("If nothing happens, click here")."""

_MAX_SOURCE = 20_000  # characters of a page that only redirects
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
_LOCATION = re.compile(
    r"""(?:\b(?:window|document|self|top|parent)\.)?\blocation(?:\.href)?\s*=\s*(["'])([^"'<>\\\s]{1,2000})\1\s*(?:;|\Z|\}|\n)"""
    r"""|\blocation\.(?:replace|assign)\(\s*(["'])([^"'<>\\\s]{1,2000})\3\s*\)"""
)
# A script that decides by browser or cookie, or answers a challenge, does not lead everybody to the same page.
_DEPENDS = re.compile(
    r"\bif\s*\(|\bcookie\b|navigator|\bswitch\b|\bwhile\b|\bfor\s*\(|userAgent|localStorage|\?[^\"'?:]*:|eval|fetch\("
)


class PageRedirectMiddleware(BaseRedirectMiddleware):
    """Requests what a page that only redirects leads to; `meta["page_redirects"]` marks the request."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Send no Referer."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request for the target of a page that only redirects; otherwise the response."""
        if "max_bytes" not in request.meta or "page_redirects" in request.meta:
            return response
        found = target_of(response)
        if found is None or urldefrag(found[0]).url == urldefrag(response.url).url:
            return response
        url, how = found
        redirected = self._build_redirect_request(request, response, url=url)
        redirected.meta["page_redirects"] = True
        return self._redirect(redirected, request, how)


def target_of(response: Response) -> tuple[str, str] | None:
    """Return the URL to which a page that only redirects leads, and how: "meta refresh" or "script"; otherwise None."""
    if response.status // 100 != 2 or not isinstance(response, HtmlResponse):  # noqa: PLR2004 - RFC 9110, 15.3
        return None
    text = response.text
    if len(text) > _MAX_SOURCE or ("refresh" not in text.lower() and "location" not in text):
        return None
    if len(text_of(text).encode(errors="replace")) > MAX_TEXT_BYTES:
        return None
    try:
        targets = ((_refresh(response), "meta refresh"), (_location(text), "script"))
        urls = ((response.urljoin(target), how) for target, how in targets if target)
        return next(((url, how) for url, how in urls if _is_of_web(url)), None)
    except ValueError:  # of an address that is none
        return None


def _is_of_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in WEB_SCHEMES and bool(parts.hostname)


def _refresh(response: HtmlResponse) -> str | None:
    """Return the URL of a refresh in the markup of a page, as it is written; None if there is none or it comes late."""
    delay, url = get_meta_refresh(
        response.text, response.url, response.encoding, ignore_tags=("script", "noscript", "template")
    )
    return url if url and delay is not None and delay <= MAX_DELAY else None


def _location(text: str) -> str | None:
    """Return the URL that the only script of a page sets as its location; None if the script does more."""
    scripts = _SCRIPT.findall(text)
    if not scripts or any("src" in attributes.lower() for attributes, _ in scripts):
        return None
    found = [match[2] or match[4] for _, code in scripts for match in _LOCATION.finditer(code)]
    if not found or any(_DEPENDS.search(_LOCATION.sub("", code)) for _, code in scripts):
        return None
    return unescape(found[0])
