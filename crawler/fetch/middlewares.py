"""What stands between every request and the network."""

from __future__ import annotations

import codecs
from functools import lru_cache
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import proxy_bypass

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import TextResponse
from scrapy.utils.httpobj import urlparse_cached

from crawler.config.crawl_options import options_of
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.canonical_url import WEB_SCHEMES, is_sendable, refusal_reason
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "rot13", "undefined", "unicode-escape", "utf-7"})


class SsrfGuardMiddleware:
    """Refuses URLs that must not be fetched, those that a redirect leads to included."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ALLOW_PRIVATE_ADDRESSES."""
        return cls(allow_private=options_of(crawler).requests.allow_private_addresses)

    def process_request(self, request: Request) -> None:
        """Raise AddressNotAllowedError, or let the request pass."""
        if (reason := refusal_reason(request.url, allow_private=self._allow_private)) is not None:
            raise AddressNotAllowedError(reason)


class RedirectSchemeMiddleware:
    """Refuses redirects to what is no web address, which Scrapy would take for the page itself, or stumble over."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise AddressNotAllowedError, or let the response pass."""
        location = response.headers.get("Location") if response.status in _REDIRECTS else None
        if location is not None:
            scheme = urlsplit(urljoin(request.url, location.decode("latin-1").strip())).scheme
            if scheme not in WEB_SCHEMES:
                raise AddressNotAllowedError(Reason(ReasonCode.UNSUPPORTED_SCHEME, scheme))
        return response


class VerbatimRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own, but for following an address as the server writes it: Scrapy encodes `'`, `[` and `]` in it."""

    def _build_redirect_request(self, source_request: Request, response: Response, *, url: str, **more: Any) -> Request:
        location = (response.headers["Location"] or b"").decode("latin-1").strip()
        if is_sendable(location) and not location.startswith("///"):
            page, fragment = urljoin(source_request.url, urldefrag(location).url), urldefrag(url).fragment
            url = f"{page}#{fragment}" if fragment else page
        return super()._build_redirect_request(source_request, response, url=url, **more)


class BoundedDecompressionMiddleware(HttpCompressionMiddleware):
    """Lets go of what a compression bomb has become so far: the failure would hold on to it."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the response as it was before it was compressed; raise IgnoreRequest for what becomes too large."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as refusal:
            if refusal.__cause__ is not None:
                clear_frames(refusal.__cause__.__traceback__)
            raise


class SafeCharsetMiddleware:
    """Takes for UTF-8 what claims a codec of Python's that is no charset: some of those raise, or take for ever."""

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


class ProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's own, but for reading the whole environment anew at each request: a tenth of a run (measured)."""

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._bypassed = lru_cache(maxsize=4096)(proxy_bypass)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Lead a request through the user's proxy (HTTP_PROXY, HTTPS_PROXY) unless NO_PROXY names its host."""
        if "proxy" in request.meta or not self.proxies:
            return
        parts = urlparse_cached(request)
        if parts.scheme in self.proxies and not self._bypassed(parts.hostname or ""):
            credentials, proxy = self.proxies[parts.scheme]
            self._set_proxy_and_creds(request, proxy, credentials, parts.scheme)


class RedirectSlotMiddleware:
    """Lets a redirected request wait for the turn of the host that it leads to, not of the one it comes from.

    Where redirects led is written down in `meta["redirect_trail"]`: who sent the first request does not see the others.
    """

    def process_request(self, request: Request) -> None:
        """Take the request out of the queue of the host that sent it here."""
        if "redirect_times" in request.meta:
            request.meta.pop("download_slot", None)
            request.meta.get("redirect_trail", []).append(request.url)
