"""What an HTTP exchange alone says of a link: response or failure -> Check. Pure; kinds refine it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler.checks.soft404 import stand_in, wall_at
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.canonical_url import InvalidURLError, is_same_site, normalise, parameters, without_tracking
from crawler.links.signed_urls import VIDEO_HOST, expiry
from crawler.models.check import Check, How, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from scrapy.http import Response

PERMANENT = frozenset({301, 308})
"""Redirects that say "use the new address from now on" (RFC 9110, 15.4.2 and 15.4.9)."""

NO_SUCH_HOST = "host does not exist"

_GONE = {404: "not found", 410: "gone"}
_RESTRICTED = {401: "login required", 402: "payment required", 451: "unavailable for legal reasons"}
_BLOCKED = {403: "forbidden", 407: "proxy wants a login", 429: "too many requests"}
_CLIENT_ERRORS = range(400, 500)
_REFUSED = frozenset({400, 401, 403, 404, 410})  # what servers say to a signature that is too old

_UNDECODABLE = frozenset({"BadGzipFile", "EOFError", "ZstdError", "error"})
"""Names of what decoders raise: gzip's, zstd's, and the `error` of zlib, struct and brotli."""

# What Scrapy and the standard library say of where a redirect leads.
_TOO_MANY = "max redirections reached"
_OTHER_SCHEME = "Missing scheme in request url"
_INVALID = re.compile(
    "Invalid IPv6 URL|to be an IPv4 or IPv6 address|IPv4 address cannot be in brackets|IPvFuture address is invalid"
    "|netloc .* contains invalid|Port (?:out of range|could not be cast)"
)

_NO_PAGE = "redirect to something that is no web page"

_LANGUAGE = "ar|cn|cs|da|de|el|en|es|fa|fi|fr|he|hi|hk|hu|id|it|ja|jp|ko|kr|nl|no|pl|pt|ro|ru|sv|th|tr|tw|uk|us|vi|zh"
_HOME = re.compile(
    rf"(?:/(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?)?(?:/(?:(?:index|default|home)(?:\.[a-z]{{3,5}})?/?)?)?", re.IGNORECASE
)
_FRONT = re.compile(
    rf"(?:(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?|(?:index|default|home|homepage|main|welcome|start|latest|stable|portal)(?:\.[a-z]{{3,5}})?)",
    re.IGNORECASE,
)
"""A part of a path that names no more than where a site begins."""
_NOT_FOUND = re.compile(
    r"(?:/[\w.-]+)*?/(?:errors?[/_-]?)?(?:404|page[_-]?not[_-]?found|not[_-]?found)(?:[_-]?error)?(?:\.[a-z]{3,5})?/?",
    re.IGNORECASE,
)
_ERROR = re.compile(r"(?:/[\w.-]+)*?/error(?:[_-]?page)?(?:\.[a-z]{3,5})?/?", re.IGNORECASE)
_ASKS_FOR_ERROR = re.compile(r"error", re.IGNORECASE)
_ASKS_FOR_NOT_FOUND = re.compile(r"(?<!\d)404(?!\d)|not[_-]?found", re.IGNORECASE)


def check_response(
    response: Response, now: datetime, *, texts: Sequence[str] = (), accept: frozenset[int] = frozenset()
) -> Check:
    """Judge status, page and redirects; a 2xx behind permanent redirects only is `moved`.

    `texts` are what the notes call the link, `accept` the statuses that the user takes for good on its host.
    """
    redirects: list[int] = response.meta.get("redirect_reasons", [])
    outcome, reason, conclusive = _status(response, now, texts, accept)
    if outcome is Outcome.OK and redirects:
        outcome, reason = _redirected(response, redirects, reason, accepted=response.status in accept)
    latency = response.meta.get("download_latency")
    return Check(
        outcome,
        reason,
        now,
        How.PAGE,
        http_status=response.status,
        final_url=_address(response.url) if redirects else None,
        elapsed=None if latency is None else timedelta(seconds=latency),
        conclusive=conclusive,
    )


def _status(
    response: Response, now: datetime, texts: Sequence[str], accept: frozenset[int]
) -> tuple[Outcome, str, bool]:
    status = response.status
    if status in accept:
        return Outcome.OK, f"HTTP {status} accepted (ACCEPT)", False
    if (shown := stand_in(response, texts)) is not None:
        return shown.outcome, shown.reason, False
    asked = _asked(response)
    until = expiry(asked)
    if until is not None and until <= now and status in _REFUSED:
        return Outcome.GONE, f"signed address, expired {until:%Y-%m-%d}{_video(asked)}", True
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        good = until is not None and until > now
        return Outcome.OK, f"answers; signed address, expires {until:%Y-%m-%d}" if good else "answers", False
    if status >= 500 and _no_such_host(response.headers.get("Proxy-Status"), response.headers.get("X-Squid-Error")):  # noqa: PLR2004
        return Outcome.GONE, NO_SUCH_HOST, False
    for table, outcome in ((_GONE, Outcome.GONE), (_RESTRICTED, Outcome.RESTRICTED), (_BLOCKED, Outcome.BLOCKED)):
        if status in table:
            return outcome, table[status], False
    if status in _CLIENT_ERRORS or status == 999:  # noqa: PLR2004 - LinkedIn's own; walls answer 405, 412, 418, 468 …
        return Outcome.BLOCKED, f"request refused (HTTP {status})", False
    if 300 <= status < 400 and "Location" in response.headers:  # noqa: PLR2004 - RFC 9110, 15.4; those to the web are followed
        return Outcome.FAILED, _NO_PAGE, False
    return Outcome.FAILED, f"HTTP {status}", False


def _redirected(response: Response, redirects: list[int], reason: str, *, accepted: bool) -> tuple[Outcome, str]:
    """Judge where the redirects of a good answer led."""
    asked, final = _asked(response), response.url
    if not accepted and _is_deep(asked) and _is_home(final) and is_same_site(asked, final):
        return Outcome.GONE, "redirected to the home page"
    if not accepted and _leads_to(_NOT_FOUND, final) and not _ASKS_FOR_NOT_FOUND.search(asked):
        return Outcome.GONE, "redirected to a page for what is not found"
    if not accepted and _leads_to(_ERROR, final) and not _ASKS_FOR_ERROR.search(asked):
        return Outcome.FAILED, "redirected to a page for errors"  # of which a missing page is one
    if PERMANENT.issuperset(redirects):
        return Outcome.MOVED, f"permanent redirect ({redirects[0]})"
    return Outcome.OK, reason


def check_failure(error: BaseException, now: datetime, redirects: Sequence[str] = ()) -> Check:
    """Read an exception of download handler or middleware; what is not known is our failure, never the link's.

    `redirects` are the addresses that redirects led through before.
    """
    if isinstance(error, AddressNotAllowedError):
        return Check(Outcome.SKIPPED, str(error), now, How.PAGE)
    if isinstance(error, CannotResolveHostError):
        return Check(Outcome.GONE, NO_SUCH_HOST, now, How.PAGE)
    if isinstance(error.__cause__, aiohttp.ClientHttpProxyError):
        headers: Mapping[str, str] = error.__cause__.headers or {}
        if _no_such_host(headers.get("Proxy-Status"), headers.get("X-Squid-Error")):
            return Check(Outcome.GONE, NO_SUCH_HOST, now, How.PAGE)
    if str(error) == _TOO_MANY and (wall := wall_at(redirects[1:])) is not None:
        return Check(wall.outcome, wall.reason, now, How.PAGE)
    return Check(Outcome.FAILED, _failure(error, redirects), now, How.PAGE)


def _asked(response: Response) -> str:
    return str(response.meta.get("redirect_urls", [response.url])[0])


def _address(url: str) -> str:
    """Return where a redirect led, as it may stand in a note: without what only tells where the reader came from."""
    try:
        return normalise(url)
    except InvalidURLError:
        return url


def _is_home(url: str) -> bool:
    return _HOME.fullmatch(urlsplit(url).path) is not None and not _query(url)


def _is_deep(url: str) -> bool:
    """Tell whether an address asks for one thing of a site; a query without a number only tells who asks."""
    named = [part for part in urlsplit(url).path.split("/") if part and _FRONT.fullmatch(part) is None]
    return bool(named) or any(character.isdecimal() for character in _query(url))


def _query(url: str) -> str:
    """Return an address's query without what only tells where the reader came from."""
    parts = urlsplit(url)
    return without_tracking(parts.query, parts.hostname or "")


def _leads_to(pages: re.Pattern[str], url: str) -> bool:
    parts = urlsplit(url)
    return any(pages.fullmatch(path) is not None for path in (parts.path, parts.fragment))


def _video(url: str) -> str:
    """Return what stays of a video whose address has expired."""
    parts = urlsplit(url)
    number = parameters(parts.query).get("vid") if parts.hostname == VIDEO_HOST else None
    return f" (vid {number})" if number else ""


def _no_such_host(*proxy_says: bytes | str | None) -> bool:
    """Tell from a proxy's own headers that the name does not resolve (RFC 9209, 2.3.2; Squid's X-Squid-Error)."""
    said = " ".join(str(value) for value in proxy_says if value)
    return "dns_error" in said or "ERR_DNS_FAIL" in said


def _failure(error: BaseException, redirects: Sequence[str]) -> str:  # noqa: C901 - a table in the order of precedence
    cause = error.__cause__
    match error, cause:
        case _, aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return f"TLS: {_short(cause)}"
        case _, aiohttp.ClientHttpProxyError():
            return f"proxy could not reach the host (HTTP {cause.status})"
        case _, aiohttp.ClientProxyConnectionError():
            return "proxy does not answer"
        case _, aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() if not isinstance(
            error, DownloadConnectionRefusedError
        ):
            return "connection reset"
        case DownloadTimeoutError(), _:
            return "timeout"
        case DownloadConnectionRefusedError(), _:
            return "connection refused"
        case DownloadCancelledError(), _:
            return "body too large"
        case ResponseDataLossError(), _:
            return "body cut short"
        case UnsupportedURLSchemeError(), _:
            return "not a valid URL"
        case IgnoreRequest(), _:
            return _ignored(error, redirects)
        case _:
            return _other(error)


def _ignored(error: IgnoreRequest, redirects: Sequence[str]) -> str:
    """Read what Scrapy's own middlewares refuse to go on with."""
    if isinstance(error.__cause__, ValueError):  # decompression stops at DOWNLOAD_MAXSIZE
        return "body too large"
    if str(error) == _TOO_MANY:
        return "redirect loop" if len(set(redirects)) < len(redirects) else "too many redirects"
    return _short(error)


def _other(error: BaseException) -> str:
    """Read what has no type of its own."""
    said = _short(error)
    if type(error).__name__ in _UNDECODABLE:
        return "body is not in its Content-Encoding"
    if said.startswith(_OTHER_SCHEME):
        return _NO_PAGE
    if isinstance(error, ValueError) and _INVALID.search(said):
        return "redirect to an invalid address"
    return f"{type(error).__name__}: {said}"


def _short(error: BaseException | None) -> str:
    return " ".join(str(error).split())[:200]
