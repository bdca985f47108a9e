"""What an HTTP exchange alone says of a link: response or failure -> Check. Pure; kinds refine it."""

from __future__ import annotations

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

from crawler.items import Check, How, Outcome
from crawler.urls import InvalidURLError, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scrapy.http import Response

PERMANENT = frozenset({301, 308})
"""Redirects that say "use the new address from now on" (RFC 9110, 15.4.2 and 15.4.9)."""

NO_SUCH_HOST = "host does not exist"

_GONE = {404: "not found", 410: "gone"}
_RESTRICTED = {401: "login required", 402: "payment required", 451: "unavailable for legal reasons"}
_BLOCKED = {403: "forbidden", 407: "proxy wants a login", 429: "too many requests"}
_CLIENT_ERRORS = range(400, 500)


class AddressNotAllowedError(IgnoreRequest):
    """The address guard does not let a request pass; its text says why."""


def check_response(response: Response, now: datetime) -> Check:
    """Judge status and redirects; a 2xx behind permanent redirects only is `moved`."""
    status = response.status
    outcome, reason = _status(response)
    redirects: list[int] = response.meta.get("redirect_reasons", [])
    moved = bool(redirects) and PERMANENT.issuperset(redirects)
    if outcome is Outcome.OK and moved:
        outcome, reason = Outcome.MOVED, f"permanent redirect ({redirects[0]})"
        if _is_home(response.url) and not _is_home(response.meta["redirect_urls"][0]):
            outcome, reason = Outcome.FAILED, "redirected to the home page"
    latency = response.meta.get("download_latency")
    return Check(
        outcome,
        reason,
        now,
        How.PAGE,
        http_status=status,
        final_url=_address(response.url) if redirects else None,
        elapsed=None if latency is None else timedelta(seconds=latency),
    )


def _status(response: Response) -> tuple[Outcome, str]:
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return Outcome.OK, "answers"
    # https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    if response.headers.get("cf-mitigated") == b"challenge":
        return Outcome.BLOCKED, "challenge of a bot wall (Cloudflare)"
    if status >= 500 and _no_such_host(response.headers.get("Proxy-Status"), response.headers.get("X-Squid-Error")):  # noqa: PLR2004
        return Outcome.GONE, NO_SUCH_HOST
    for table, outcome in ((_GONE, Outcome.GONE), (_RESTRICTED, Outcome.RESTRICTED), (_BLOCKED, Outcome.BLOCKED)):
        if status in table:
            return outcome, table[status]
    if status in _CLIENT_ERRORS or status == 999:  # noqa: PLR2004 - LinkedIn's own; walls answer 405, 412, 418, 468 …
        return Outcome.BLOCKED, f"request refused (HTTP {status})"
    return Outcome.FAILED, f"HTTP {status}"


def check_failure(error: BaseException, now: datetime) -> Check:
    """Read an exception of download handler or middleware; what is not known is our failure, never the link's."""
    if isinstance(error, AddressNotAllowedError):
        return Check(Outcome.SKIPPED, str(error), now, How.PAGE)
    if isinstance(error, CannotResolveHostError):
        return Check(Outcome.GONE, NO_SUCH_HOST, now, How.PAGE)
    if isinstance(error.__cause__, aiohttp.ClientHttpProxyError):
        headers: Mapping[str, str] = error.__cause__.headers or {}
        if _no_such_host(headers.get("Proxy-Status"), headers.get("X-Squid-Error")):
            return Check(Outcome.GONE, NO_SUCH_HOST, now, How.PAGE)
    return Check(Outcome.FAILED, _failure(error), now, How.PAGE)


def _address(url: str) -> str:
    """Return where a redirect led, as it may stand in a note: without what only tells where the reader came from."""
    try:
        return normalise(url)
    except InvalidURLError:
        return url


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _no_such_host(*proxy_says: bytes | str | None) -> bool:
    """Tell from a proxy's own headers that the name does not resolve (RFC 9209, 2.3.2; Squid's X-Squid-Error)."""
    said = " ".join(str(value) for value in proxy_says if value)
    return "dns_error" in said or "ERR_DNS_FAIL" in said


def _failure(error: BaseException) -> str:  # noqa: C901 - a table in the order of precedence
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
            return "redirect loop" if "redirect" in str(error) else _short(error)
        case _:
            return f"{type(error).__name__}: {_short(error)}"


def _short(error: BaseException | None) -> str:
    return " ".join(str(error).split())[:200]
