"""Turn a request without a response into a check. Pure.

Three things are kept apart: a server, or who answers for its name, says that nothing is there (`gone`); a server
answered, and no client could read it (`unreadable`); no server could be reached from here (`failed`).
"""

from __future__ import annotations

import re
import socket
from itertools import takewhile
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

from crawler.checks.soft404 import bot_protection_at
from crawler.fetch.errors import (
    AddressNotAllowedError,
    IncompleteChainError,
    UnreachableError,
    UnreadableResponseError,
    is_dns_error,
)
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import MAX_ERROR, collapse_whitespace, without_class_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_LOOKUP_ERRORS = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})
"""Errors of a name lookup (RFC 3493, 6.1) other than that the name does not exist."""

_UNREADABLE = frozenset(
    {
        ReasonCode.RESPONSE_TOO_LARGE,
        ReasonCode.RESPONSE_TRUNCATED,
        ReasonCode.RESPONSE_MALFORMED,
        ReasonCode.RESPONSE_HEADERS_TOO_LARGE,
        ReasonCode.RESPONSE_WRONGLY_ENCODED,
        ReasonCode.PAGE_TOO_COMPLEX,
    }
)
"""Reasons for which a response could not be read: a server is there, and did not say that the page is not."""

_DECODING_ERRORS = frozenset({"BadGzipFile", "EOFError", "ZstdError", "error"})
"""Names of decoders' exceptions: those of gzip and zstd, and the `error` of zlib, struct and brotli."""

# Messages of Scrapy and the standard library on the target of a redirect.
_TOO_MANY_REDIRECTS = "max redirections reached"
_MISSING_SCHEME = "Missing scheme in request url"
_INVALID_URL = re.compile(
    "Invalid IPv6 URL|to be an IPv4 or IPv6 address|IPv4 address cannot be in brackets|IPvFuture address is invalid"
    "|contains invalid characters under NFKC|Port (?:out of range|could not be cast)"
)


def check_failure(
    error: BaseException, now: datetime, redirects: Sequence[str] = (), history: Sequence[Check] = ()
) -> Check:
    """Return the check of an exception of a download handler or middleware; `failed` for an unknown one.

    It is `unreadable` if a server answered: only what a server says is evidence, not what a client cannot read.

    `redirects` are the URL of the first request and those of its redirects, `history` the earlier checks of the link.
    """
    if isinstance(error, AddressNotAllowedError):
        return Check(Outcome.SKIPPED, error.reason, now, CheckMethod.PAGE)
    if isinstance(error, IncompleteChainError):
        return Check(Outcome.OK, error.reason, now, CheckMethod.PAGE)
    if isinstance(error, CannotResolveHostError):
        if _has_no_answer_on_name(error):
            return Check(Outcome.FAILED, Reason(ReasonCode.NAME_LOOKUP_FAILED), now, CheckMethod.PAGE)
        return _check_unknown_host(now, redirects, history)
    if isinstance(error.__cause__, aiohttp.ClientHttpProxyError):
        headers: Mapping[str, str] = error.__cause__.headers or {}
        if is_dns_error(headers.get("Proxy-Status"), headers.get("X-Squid-Error")):
            return _check_unknown_host(now, redirects, history)
    if str(error) == _TOO_MANY_REDIRECTS and (found := bot_protection_at(redirects[1:])) is not None:
        return Check(found.outcome, found.reason, now, CheckMethod.PAGE)
    reason = _describe_failure(error, redirects)
    return Check(Outcome.UNREADABLE if reason.code in _UNREADABLE else Outcome.FAILED, reason, now, CheckMethod.PAGE)


def _check_unknown_host(now: datetime, redirects: Sequence[str], history: Sequence[Check]) -> Check:
    """Return the check of a host that does not exist: `failed` if the link's own server led to another one before.

    That server is there, and may lead to a host that exists the next time.
    """
    reason = Reason(ReasonCode.HOST_NOT_FOUND)
    host = urlsplit(redirects[-1]).hostname if redirects else None
    if not redirects or host == urlsplit(redirects[0]).hostname:
        return Check(Outcome.GONE, reason, now, CheckMethod.PAGE)
    earlier = takewhile(lambda check: check.reason.code is ReasonCode.HOST_NOT_FOUND, reversed(history))
    is_same = all(check.final_url is not None and urlsplit(check.final_url).hostname == host for check in earlier)
    return Check(Outcome.GONE if is_same else Outcome.FAILED, reason, now, CheckMethod.PAGE, final_url=redirects[-1])


def _has_no_answer_on_name(error: BaseException) -> bool:
    """Return whether name servers were silent or in trouble (SERVFAIL), which does not mean that a name is free."""
    cause = error.__cause__
    os_error = cause.os_error if isinstance(cause, aiohttp.ClientConnectorDNSError) else cause
    return isinstance(os_error, socket.gaierror) and os_error.errno in _LOOKUP_ERRORS


def _describe_failure(error: BaseException, redirects: Sequence[str]) -> Reason:  # noqa: C901, PLR0912 - a table in the order of precedence
    cause = error.__cause__
    match error, cause:
        case UnreadableResponseError() | UnreachableError(), _:
            return error.reason
        case _, aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return Reason(ReasonCode.TLS_ERROR, _short_message(cause))
        case _, aiohttp.ClientHttpProxyError():
            return Reason(ReasonCode.PROXY_CANNOT_REACH_HOST, str(cause.status))
        case _, aiohttp.ClientProxyConnectionError():
            return Reason(ReasonCode.PROXY_UNAVAILABLE)
        case _, aiohttp.ClientResponseError():
            return Reason(ReasonCode.RESPONSE_MALFORMED, collapse_whitespace(cause.message)[:MAX_ERROR])
        case _, aiohttp.ClientConnectorError() if not isinstance(error, DownloadConnectionRefusedError):
            return Reason(ReasonCode.CONNECTION_FAILED)
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
    return Reason(ReasonCode.UNEXPECTED_ERROR, *([message] if message else []))


def _short_message(error: BaseException | None) -> str:
    return "" if error is None else without_class_names(str(error))[:MAX_ERROR]
