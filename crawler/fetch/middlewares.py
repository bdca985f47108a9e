"""Downloader middlewares: SSRF guard, redirects, decompression, charsets, proxy."""

from __future__ import annotations

import codecs
import re
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
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached

from crawler.config.crawl_options import options_of
from crawler.fetch.errors import AddressNotAllowedError, UnreadableResponseError
from crawler.links.canonical_url import WEB_SCHEMES, is_sendable, refusal_reason
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_TOO_MANY_REDIRECTS = "max redirections reached"  # in the words of Scrapy
_ERRORS = 400  # statuses from here on (RFC 9110, 15.5)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Codecs of Python that are not charsets: some raise, some are slow on large input.
_NOT_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "rot13", "undefined", "unicode-escape", "utf-7"})


class SsrfGuardMiddleware:
    """Refuses URLs that must not be requested, targets of redirects included."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware with the value of ALLOW_PRIVATE_ADDRESSES."""
        return cls(allow_private=options_of(crawler).requests.allow_private_addresses)

    def process_request(self, request: Request) -> None:
        """Raise AddressNotAllowedError if the URL must not be requested."""
        if (reason := refusal_reason(request.url, allow_private=self._allow_private)) is not None:
            raise AddressNotAllowedError(reason)


class RedirectSchemeMiddleware:
    """Refuses redirects to URLs with other schemes, which Scrapy would return as the page, or raise for."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; raise AddressNotAllowedError if it redirects to another scheme than HTTP(S).

        Raises UnreadableResponseError if it redirects to two URLs, which no browser follows.
        """
        locations = set(map(bytes.strip, response.headers.getlist("Location"))) if response.status in _REDIRECTS else ()
        if len(locations) > 1:
            raise UnreadableResponseError(Reason(ReasonCode.RESPONSE_MALFORMED, "Location given twice"))
        for location in locations:
            scheme = urlsplit(urljoin(request.url, location.decode("latin-1"))).scheme
            if scheme not in WEB_SCHEMES:
                raise AddressNotAllowedError(Reason(ReasonCode.UNSUPPORTED_SCHEME, scheme))
        return response


class VerbatimRedirectMiddleware(RedirectMiddleware):
    """Scrapy's RedirectMiddleware, but it requests Location as browsers do: Scrapy's encodes quotes and backslashes."""

    def _build_redirect_request(self, source_request: Request, response: Response, *, url: str, **more: Any) -> Request:
        location = (response.headers["Location"] or b"").decode("latin-1").strip()
        path = re.split("[?#]", location, maxsplit=1)[0]
        location = path.replace("\\", "/") + location[len(path) :]
        if is_sendable(location) and not location.startswith("///"):
            page, fragment = urljoin(source_request.url, urldefrag(location).url), urldefrag(url).fragment
            url = f"{page}#{fragment}" if fragment else page
        return super()._build_redirect_request(source_request, response, url=url, **more)


class RedirectCookiesMiddleware:
    """Sends the cookies of redirects back: some servers redirect a page to itself until they get theirs.

    They are kept for the requests of one link, in `meta["cookie_jar"]`. A redirect that leads to a request that was
    sent before, with the same cookies, would go on for ever: it is not followed by the first client.
    """

    def process_request(self, request: Request) -> None:
        """Set the cookies; raise IgnoreRequest for a request that was sent before."""
        jar: CookieJar | None = request.meta.get("cookie_jar")
        if jar is not None:
            request.headers.pop("Cookie", None)
            jar.add_cookie_header(request)
        if "redirect_times" in request.meta and "lenient" not in request.meta:
            sent: list[tuple[str, bytes | None]] = request.meta["sent_before"]
            if (request.url, request.headers.get("Cookie")) in sent:
                raise IgnoreRequest(_TOO_MANY_REDIRECTS)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response; keep the cookies of a redirect."""
        if response.status in _REDIRECTS:
            sent = (request.url, request.headers.get("Cookie"))
            request.meta["sent_before"] = [*request.meta.get("sent_before", ()), sent]
            if "Set-Cookie" in response.headers:
                jar = request.meta.setdefault("cookie_jar", CookieJar())
                jar.extract_cookies(response, request)
        return response


class BoundedDecompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression; if a body gets too large, the memory of its partial result is released.

    The body of an error response does not matter: if it cannot be decoded, the response has none.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the response with a decompressed body; raise IgnoreRequest if it is larger than `download_maxsize`."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as refusal:
            if refusal.__cause__ is not None:
                clear_frames(refusal.__cause__.__traceback__)  # its local variables hold the partial result
            if response.status < _ERRORS:
                raise
        except Exception:  # of gzip, zlib, brotli or zstd
            if response.status < _ERRORS:
                raise
        del response.headers["Content-Encoding"]
        return response.replace(body=b"")


class SafeCharsetMiddleware:
    """Reads responses as UTF-8 if their charset is a Python codec that is not a charset."""

    def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - Scrapy's signature
        """Return the response, with UTF-8 as encoding if its own is not a charset."""
        if not isinstance(response, TextResponse) or _is_charset(response.encoding):
            return response
        return response.replace(encoding="utf-8")


def _is_charset(name: str) -> bool:
    try:
        return codecs.lookup(name).name not in _NOT_CHARSETS and bool(b"x".decode(name, "replace"))
    except (LookupError, ValueError):
        return False


class ProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's HttpProxyMiddleware with NO_PROXY cached by host: reading it for each request took 10 % of a run."""

    def __init__(self, auth_encoding: str | None = "latin-1") -> None:
        super().__init__(auth_encoding)
        self._bypassed = lru_cache(maxsize=4096)(proxy_bypass)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Set the user's proxy (HTTP_PROXY, HTTPS_PROXY) for the request unless NO_PROXY names its host."""
        if "proxy" in request.meta or not self.proxies:
            return
        parts = urlparse_cached(request)
        if parts.scheme in self.proxies and not self._bypassed(parts.hostname or ""):
            credentials, proxy = self.proxies[parts.scheme]
            self._set_proxy_and_creds(request, proxy, credentials, parts.scheme)


class RedirectSlotMiddleware:
    """Moves redirected requests to the download slot of the host that they redirect to.

    Appends each URL to `meta["redirect_trail"]`, the list of the first request: its sender does not see the others.
    """

    def process_request(self, request: Request) -> None:
        """Remove the slot of the redirecting host from a redirected request."""
        if "redirect_times" in request.meta:
            request.meta.pop("download_slot", None)
            request.meta.get("redirect_trail", []).append(request.url)
