"""Turn a response into a check, by HTTP alone; kinds refine it. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.checks.soft404 import detect_soft_error
from crawler.fetch.errors import is_dns_error
from crawler.links.canonical_url import (
    InvalidURLError,
    canonicalize_url,
    is_same_site,
    normalize,
    parameters,
    without_tracking,
)
from crawler.links.signed_urls import VIDEO_HOST, expires_at
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Sequence
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

_ENCODED = re.compile("%(?:2[14789AC]|3[AB]|40|5[BD]|7C)")
"""Codes of characters that separate nothing in practice: ! $ ' ( ) * , : ; @ [ ] |"""

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
    if status >= 500 and is_dns_error(response.headers.get("Proxy-Status"), response.headers.get("X-Squid-Error")):  # noqa: PLR2004
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
    first = response.meta.get("redirect_urls", [""])[0]
    if PERMANENT.issuperset(redirects) and not _is_equivalent(first, final):
        return Outcome.MOVED, Reason(ReasonCode.PERMANENT_REDIRECT, str(redirects[0]))
    return Outcome.OK, reason


def _is_equivalent(one: str, other: str) -> bool:
    """Return whether two URLs differ only in which characters without a function are percent-encoded.

    Then the note's URL is as good as the other one.
    """
    try:
        first, second = (_ENCODED.sub(_decoded, normalize(url)) for url in (one, other))
    except InvalidURLError:
        return False
    return first == second


def _decoded(match: re.Match[str]) -> str:
    return unquote(match[0])


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
