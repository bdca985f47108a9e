"""Turn a response into a check, by HTTP alone; kinds refine it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.checks.pages.page_text import is_blank
from crawler.checks.pages.shown_page import unshown
from crawler.checks.redirect_check import check_redirect, clean_target, redirect_error, redirect_of
from crawler.checks.soft404 import detect_soft_error
from crawler.fetch.errors import is_dns_error
from crawler.fetch.verbatim_requests import requested_url
from crawler.links.canonical_url import parameters
from crawler.links.signed_urls import VIDEO_HOST, expires_at
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from scrapy.http import Response

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
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_EDGE_ERRORS = range(520, 531)  # of Cloudflare and others in front of a server; bot protection answers 521 too
_EXPIRED_SIGNATURE_STATUSES = frozenset({400, 401, 403, 404, 410})  # of responses to an expired signature


def judge_http(
    response: Response,
    now: datetime,
    *,
    texts: Sequence[str] = (),
    accepted_statuses: frozenset[int] = frozenset(),
    earlier: Sequence[str] = (),
    site_moves: Collection[tuple[str, str]] = (),
) -> Check:
    """Return the check of a response by status, soft errors and redirects.

    A 2xx behind redirects is `moved` if its URL may take the place of the link's. `texts` are the texts of the link in
    the notes, `accepted_statuses` those of ACCEPTED_STATUSES for its host, `earlier` the titles that its page had
    elsewhere, `site_moves` the pairs of hosts of which the links of one moved to the other.
    """
    redirects: list[int] = response.meta.get("redirect_reasons", [])
    outcome, reason, conclusive = _check_status(response, now, texts, accepted_statuses)
    latency = response.meta.get("download_latency")
    check = Check(
        outcome,
        reason,
        now,
        CheckMethod.PAGE,
        http_status=response.status,
        final_url=clean_target(response.url, requested_url(response)) if redirects else None,
        elapsed=None if latency is None else timedelta(seconds=latency),
        conclusive=conclusive,
    )
    if outcome is not Outcome.OK or not redirects:
        return check
    if response.status not in accepted_statuses and (error := redirect_error(response)) is not None:
        return replace(check, outcome=error[0], reason=error[1])
    return check_redirect(check, redirect_of(response, texts, earlier, site_moves))


def _check_status(
    response: Response, now: datetime, texts: Sequence[str], accepted_statuses: frozenset[int]
) -> tuple[Outcome, Reason, bool]:
    status = response.status
    if status in accepted_statuses:
        return Outcome.OK, Reason(ReasonCode.STATUS_ACCEPTED, str(status)), False
    if (soft_error := detect_soft_error(response, texts)) is not None:
        return soft_error.outcome, soft_error.reason, False
    url = requested_url(response)
    until = expires_at(url)
    if until is not None and until <= now and status in _EXPIRED_SIGNATURE_STATUSES:
        return (
            Outcome.GONE,
            Reason(ReasonCode.SIGNED_URL_EXPIRED, f"{until:%Y-%m-%d}", *_video_suffix(url)),
            True,
        )
    if 200 <= status < 300 or (status == 300 and not is_blank(response)):  # noqa: PLR2004 - RFC 9110, 15.3 and 15.4.1
        if (found := unshown(response)) is not None:
            return *found, False
        is_signed = until is not None and until > now
        reason = Reason(ReasonCode.SIGNED_URL_VALID, f"{until:%Y-%m-%d}") if is_signed else Reason(ReasonCode.REACHABLE)
        return Outcome.OK, reason, False
    if status >= 500 and is_dns_error(response.headers.get("Proxy-Status"), response.headers.get("X-Squid-Error")):  # noqa: PLR2004
        return Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), False
    if status in _BY_STATUS:
        outcome, code = _BY_STATUS[status]
        return outcome, Reason(code), False
    if status in _CLIENT_ERRORS or status in _EDGE_ERRORS or status == 999:  # noqa: PLR2004 - LinkedIn's own; bot protection answers 405, 412, 418, 468 …
        return Outcome.BLOCKED, Reason(ReasonCode.REFUSED, str(status)), False
    is_redirect = status in _REDIRECTS and "Location" in response.headers  # those to the web are followed
    code = ReasonCode.REDIRECT_TO_NON_WEB_URL if is_redirect else ReasonCode.UNEXPECTED_STATUS
    outcome = Outcome.FAILED if 500 <= status < 600 else Outcome.UNREADABLE  # noqa: PLR2004 - RFC 9110, 15.6
    return outcome, Reason(code, *(() if is_redirect else (str(status),))), False


def _video_suffix(url: str) -> tuple[str, ...]:
    """Return the id of the video at a WeChat URL, as the detail of a reason; () if there is none."""
    parts = urlsplit(url)
    number = parameters(parts.query).get("vid") if parts.hostname == VIDEO_HOST else None
    return (number,) if number else ()
