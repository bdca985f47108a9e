"""Turn a response or a failed request into a check, by HTTP alone; kinds refine it. Pure."""

from __future__ import annotations

import re
import socket
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

from crawler.checks.soft404 import bot_wall_at, detect_soft_error
from crawler.fetch.errors import AddressNotAllowedError
from crawler.links.canonical_url import InvalidURLError, canonicalize_url, is_same_site, parameters, without_tracking
from crawler.links.signed_urls import VIDEO_HOST, expires_at
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.text import MAX_ERROR, collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from scrapy.http import Response

PERMANENT = frozenset({301, 308})
"""Permanent redirects (RFC 9110, 15.4.2 and 15.4.9)."""

_BY_STATUS = {
    401: (Outcome.RESTRICTED, ReasonCode.LOGIN_REQUIRED),
    402: (Outcome.RESTRICTED, ReasonCode.PAYMENT_REQUIRED),
    403: (Outcome.BLOCKED, ReasonCode.FORBIDDEN),
    404: (Outcome.GONE, ReasonCode.NOT_FOUND),
    407: (Outcome.BLOCKED, ReasonCode.PROXY_LOGIN_REQUIRED),
    410: (Outcome.GONE, ReasonCode.GONE),
    429: (Outcome.BLOCKED, ReasonCode.TOO_MANY_REQUESTS),
    451: (Outcome.RESTRICTED, ReasonCode.LEGAL_REASONS),
}
_CLIENT_ERRORS = range(400, 500)
_EXPIRED_SIGNATURE_STATUSES = frozenset({400, 401, 403, 404, 410})  # of responses to an expired signature

_LOOKUP_ERRORS = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})
"""Errors of a name lookup (RFC 3493, 6.1) other than that the name does not exist."""

_SERVER_TROUBLE = re.compile(r"""rcode="?(?:SERVFAIL|REFUSED|FORMERR|NOTIMP|NOTAUTH)""", re.IGNORECASE)
"""A response code of name servers other than NXDOMAIN, in Proxy-Status (RFC 9209, 2.3.2)."""

_DECODING_ERRORS = frozenset({"BadGzipFile", "EOFError", "ZstdError", "error"})
"""Names of decoders' exceptions: those of gzip and zstd, and the `error` of zlib, struct and brotli."""

# Messages of Scrapy and the standard library on the target of a redirect.
_TOO_MANY_REDIRECTS = "max redirections reached"
_MISSING_SCHEME = "Missing scheme in request url"
_INVALID_URL = re.compile(
    "Invalid IPv6 URL|to be an IPv4 or IPv6 address|IPv4 address cannot be in brackets|IPvFuture address is invalid"
    "|netloc .* contains invalid|Port (?:out of range|could not be cast)"
)

_LANGUAGE = "ar|cn|cs|da|de|el|en|es|fa|fi|fr|he|hi|hk|hu|id|it|ja|jp|ko|kr|nl|no|pl|pt|ro|ru|sv|th|tr|tw|uk|us|vi|zh"
_HOME = re.compile(
    rf"(?:/(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?)?(?:/(?:(?:index|default|home)(?:\.[a-z]{{3,5}})?/?)?)?", re.IGNORECASE
)
_FRONT_PAGE_PART = re.compile(
    rf"(?:(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?|(?:index|default|home|homepage|main|welcome|start|latest|stable|portal)(?:\.[a-z]{{3,5}})?)",
    re.IGNORECASE,
)
"""A segment of a front page's path: a language, `index.html`, `latest` …"""
_NOT_FOUND = re.compile(
    r"(?:/[\w.-]+)*?/(?:errors?[/_-]?)?(?:404|page[_-]?not[_-]?found|not[_-]?found)(?:[_-]?error)?(?:\.[a-z]{3,5})?/?",
    re.IGNORECASE,
)
_ERROR = re.compile(r"(?:/[\w.-]+)*?/error(?:[_-]?page)?(?:\.[a-z]{3,5})?/?", re.IGNORECASE)
_REQUESTS_ERROR = re.compile(r"error", re.IGNORECASE)
_REQUESTS_NOT_FOUND = re.compile(r"(?<!\d)404(?!\d)|not[_-]?found", re.IGNORECASE)


def check_response(
    response: Response, now: datetime, *, texts: Sequence[str] = (), accepted_statuses: frozenset[int] = frozenset()
) -> Check:
    """Return the check of a response by status, soft errors and redirects.

    A 2xx behind permanent redirects alone is `moved`. `texts` are the texts of the link in the notes,
    `accepted_statuses` those of ACCEPTED_STATUSES for its host.
    """
    redirects: list[int] = response.meta.get("redirect_reasons", [])
    outcome, reason, conclusive = _check_status(response, now, texts, accepted_statuses)
    if outcome is Outcome.OK and redirects:
        outcome, reason = _check_redirects(response, redirects, reason, accepted=response.status in accepted_statuses)
    latency = response.meta.get("download_latency")
    return Check(
        outcome,
        reason,
        now,
        CheckMethod.PAGE,
        http_status=response.status,
        final_url=_clean_final_url(response.url) if redirects else None,
        elapsed=None if latency is None else timedelta(seconds=latency),
        conclusive=conclusive,
    )


def _check_status(
    response: Response, now: datetime, texts: Sequence[str], accepted_statuses: frozenset[int]
) -> tuple[Outcome, Reason, bool]:
    status = response.status
    if status in accepted_statuses:
        return Outcome.OK, Reason(ReasonCode.STATUS_ACCEPTED, str(status)), False
    if (soft_error := detect_soft_error(response, texts)) is not None:
        return soft_error.outcome, soft_error.reason, False
    requested_url = _requested_url(response)
    until = expires_at(requested_url)
    if until is not None and until <= now and status in _EXPIRED_SIGNATURE_STATUSES:
        return (
            Outcome.GONE,
            Reason(ReasonCode.SIGNED_URL_EXPIRED, f"{until:%Y-%m-%d}", *_video_suffix(requested_url)),
            True,
        )
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        is_signed = until is not None and until > now
        reason = Reason(ReasonCode.SIGNED_URL_VALID, f"{until:%Y-%m-%d}") if is_signed else Reason(ReasonCode.REACHABLE)
        return Outcome.OK, reason, False
    if status >= 500 and _is_dns_error(response.headers.get("Proxy-Status"), response.headers.get("X-Squid-Error")):  # noqa: PLR2004
        return Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), False
    if status in _BY_STATUS:
        outcome, code = _BY_STATUS[status]
        return outcome, Reason(code), False
    if status in _CLIENT_ERRORS or status == 999:  # noqa: PLR2004 - LinkedIn's own; walls answer 405, 412, 418, 468 …
        return Outcome.BLOCKED, Reason(ReasonCode.REFUSED, str(status)), False
    if 300 <= status < 400 and "Location" in response.headers:  # noqa: PLR2004 - RFC 9110, 15.4; those to the web are followed
        return Outcome.FAILED, Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL), False
    return Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, str(status)), False


def _check_redirects(
    response: Response, redirects: list[int], reason: Reason, *, accepted: bool
) -> tuple[Outcome, Reason]:
    """Return outcome and reason of a good response behind redirects; `reason` if they do not change the outcome."""
    requested_url, final = _requested_url(response), response.url
    if not accepted and _is_deep(requested_url) and _is_home(final) and is_same_site(requested_url, final):
        return Outcome.GONE, Reason(ReasonCode.REDIRECTED_HOME)
    if not accepted and _leads_to(_NOT_FOUND, final) and not _REQUESTS_NOT_FOUND.search(requested_url):
        return Outcome.GONE, Reason(ReasonCode.REDIRECTED_TO_404_PAGE)
    if not accepted and _leads_to(_ERROR, final) and not _REQUESTS_ERROR.search(requested_url):
        return Outcome.FAILED, Reason(ReasonCode.REDIRECTED_TO_ERROR_PAGE)  # not GONE: it may be any error
    if PERMANENT.issuperset(redirects):
        return Outcome.MOVED, Reason(ReasonCode.PERMANENT_REDIRECT, str(redirects[0]))
    return Outcome.OK, reason


def check_failure(error: BaseException, now: datetime, redirects: Sequence[str] = ()) -> Check:
    """Return the check of an exception of a download handler or middleware; `failed` for an unknown one.

    `redirects` are the URLs of the redirects before it.
    """
    if isinstance(error, AddressNotAllowedError):
        return Check(Outcome.SKIPPED, error.reason, now, CheckMethod.PAGE)
    if isinstance(error, CannotResolveHostError):
        if _has_no_answer_on_name(error):
            return Check(Outcome.FAILED, Reason(ReasonCode.NAME_LOOKUP_FAILED), now, CheckMethod.PAGE)
        return Check(Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), now, CheckMethod.PAGE)
    if isinstance(error.__cause__, aiohttp.ClientHttpProxyError):
        headers: Mapping[str, str] = error.__cause__.headers or {}
        if _is_dns_error(headers.get("Proxy-Status"), headers.get("X-Squid-Error")):
            return Check(Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), now, CheckMethod.PAGE)
    if str(error) == _TOO_MANY_REDIRECTS and (wall := bot_wall_at(redirects[1:])) is not None:
        return Check(wall.outcome, wall.reason, now, CheckMethod.PAGE)
    return Check(Outcome.FAILED, _describe_failure(error, redirects), now, CheckMethod.PAGE)


def _has_no_answer_on_name(error: BaseException) -> bool:
    """Return whether name servers were silent or in trouble (SERVFAIL), which does not mean that a name is free."""
    cause = error.__cause__
    os_error = cause.os_error if isinstance(cause, aiohttp.ClientConnectorDNSError) else cause
    return isinstance(os_error, socket.gaierror) and os_error.errno in _LOOKUP_ERRORS


def _requested_url(response: Response) -> str:
    return str(response.meta.get("redirect_urls", [response.url])[0])


def _clean_final_url(url: str) -> str:
    """Return the target of a redirect in canonical form, without tracking parameters; as it is if it is invalid."""
    try:
        return canonicalize_url(url)
    except InvalidURLError:
        return url


def _is_home(url: str) -> bool:
    return _HOME.fullmatch(urlsplit(url).path) is not None and not _query(url)


def _is_deep(url: str) -> bool:
    """Return whether a URL leads to a page below a site's front page: by its path, or by a number in its query."""
    segments = [part for part in urlsplit(url).path.split("/") if part and _FRONT_PAGE_PART.fullmatch(part) is None]
    return bool(segments) or any(character.isdecimal() for character in _query(url))


def _query(url: str) -> str:
    """Return the query of a URL without tracking parameters."""
    parts = urlsplit(url)
    return without_tracking(parts.query, parts.hostname or "")


def _leads_to(pages: re.Pattern[str], url: str) -> bool:
    parts = urlsplit(url)
    return any(pages.fullmatch(path) is not None for path in (parts.path, parts.fragment))


def _video_suffix(url: str) -> tuple[str, ...]:
    """Return the id of the video at a WeChat URL, as the detail of a reason; () if there is none."""
    parts = urlsplit(url)
    number = parameters(parts.query).get("vid") if parts.hostname == VIDEO_HOST else None
    return (number,) if number else ()


def _is_dns_error(*proxy_headers: bytes | str | None) -> bool:
    """Return whether a proxy reports that no such host name exists (RFC 9209, 2.3.2; Squid's X-Squid-Error)."""
    values = " ".join(str(value) for value in proxy_headers if value)
    return ("dns_error" in values or "ERR_DNS_FAIL" in values) and not _SERVER_TROUBLE.search(values)


def _describe_failure(error: BaseException, redirects: Sequence[str]) -> Reason:  # noqa: C901 - a table in the order of precedence
    cause = error.__cause__
    match error, cause:
        case _, aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Reason(ReasonCode.TLS_ERROR, _short_message(cause))
        case _, aiohttp.ClientHttpProxyError():
            return Reason(ReasonCode.PROXY_CANNOT_REACH_HOST, str(cause.status))
        case _, aiohttp.ClientProxyConnectionError():
            return Reason(ReasonCode.PROXY_UNAVAILABLE)
        case _, aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() if not isinstance(
            error, DownloadConnectionRefusedError
        ):
            return Reason(ReasonCode.CONNECTION_RESET)
        case DownloadTimeoutError(), _:
            return Reason(ReasonCode.TIMEOUT)
        case DownloadConnectionRefusedError(), _:
            return Reason(ReasonCode.CONNECTION_REFUSED)
        case DownloadCancelledError(), _:
            return Reason(ReasonCode.RESPONSE_TOO_LARGE)
        case ResponseDataLossError(), _:
            return Reason(ReasonCode.RESPONSE_TRUNCATED)
        case UnsupportedURLSchemeError(), _:
            return Reason(ReasonCode.INVALID_URL)
        case IgnoreRequest(), _:
            return _describe_ignored(error, redirects)
        case _:
            return _describe_other(error)


def _describe_ignored(error: IgnoreRequest, redirects: Sequence[str]) -> Reason:
    """Return the reason of a request that one of Scrapy's own middlewares gave up."""
    if isinstance(error.__cause__, ValueError):  # decompression stops at DOWNLOAD_MAXSIZE
        return Reason(ReasonCode.RESPONSE_TOO_LARGE)
    if str(error) == _TOO_MANY_REDIRECTS:
        is_loop = len(set(redirects)) < len(redirects)
        return Reason(ReasonCode.REDIRECT_LOOP if is_loop else ReasonCode.TOO_MANY_REDIRECTS)
    return Reason(ReasonCode.OTHER, _short_message(error))


def _describe_other(error: BaseException) -> Reason:
    """Return the reason of an exception that is known by its name or message only."""
    message = _short_message(error)
    if type(error).__name__ in _DECODING_ERRORS:
        return Reason(ReasonCode.RESPONSE_WRONGLY_ENCODED)
    if message.startswith(_MISSING_SCHEME):
        return Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL)
    if isinstance(error, ValueError) and _INVALID_URL.search(message):
        return Reason(ReasonCode.REDIRECT_TO_INVALID_URL)
    return Reason(ReasonCode.OTHER, f"{type(error).__name__}: {message}")


def _short_message(error: BaseException | None) -> str:
    return collapse_whitespace(str(error))[:MAX_ERROR]
