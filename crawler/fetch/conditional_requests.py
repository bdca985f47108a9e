"""Add conditions to requests for known versions (RFC 9110, 13.1), and read the responses to them. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.images.sniff import SVG
from crawler.models.check import CLOCK_TOLERANCE, Outcome
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, Validators

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import DueLink

NOT_MODIFIED = 304
"""RFC 9110, 15.4.5."""

FULL_AFTER = timedelta(days=90)
"""Time after which a page is requested without conditions: some servers always answer 304, even for deleted pages."""

_MAX_DATE_BYTES = 40
_OK = 200
# Some servers answer 412 to If-None-Match in a GET, where RFC 9110, 13.1.2 wants a 304.
_CONDITIONAL_STATUSES = frozenset({NOT_MODIFIED, 412})
_CONDITIONS = ("If-None-Match", "If-Modified-Since")

# RFC 9110, 8.8.3, limited to ASCII, since not all clients pass other bytes on unchanged; and limited in length.
_TAG = re.compile(rb'(?:W/)?"[!#-~]{0,200}"')


def version_of(response: Response) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified of a response, each None if it is missing or invalid."""
    etag, modified = ((response.headers.get(name) or b"").strip() for name in ("ETag", "Last-Modified"))
    return etag.decode() if _TAG.fullmatch(etag) else None, modified.decode() if _parse_http_date(modified) else None


def is_uncached(response: Response) -> bool:
    """Return whether a response forbids reuse without a new request (RFC 9111, 5.2.2.4 and 5.2.2.5)."""
    directives = b",".join(response.headers.getlist("Cache-Control")).lower().split(b",")
    return not {b"no-cache", b"no-store"}.isdisjoint(directive.strip() for directive in directives)


def add_conditions(request: Request, etag: str | None, last_modified: str | None, now: datetime) -> Request:
    """Return the request with conditions for a version; a date in the future is left out (RFC 9110, 13.1.3)."""
    if etag is not None:
        request.headers["If-None-Match"] = etag
    if last_modified is not None and (moment := _parse_http_date(last_modified.encode())) is not None and moment <= now:
        request.headers["If-Modified-Since"] = last_modified
    return request


def with_validators(request: Request, due: DueLink, now: datetime) -> Request:
    """Return the request for a page, with conditions if its last check was ok and it was read within FULL_AFTER."""
    version = due.validators
    if version is None or not _is_recent(version, now) or not due.history or not due.history[-1].is_ok:
        return request
    return add_conditions(request, version.etag, version.last_modified, now)


def _is_recent(version: Validators, now: datetime) -> bool:
    """Return whether a page was read within FULL_AFTER; not if that is still to come, by a clock that was wrong."""
    return -CLOCK_TOLERANCE <= now - version.read_at <= FULL_AFTER


def new_validators(result: CheckResult, response: Response) -> Validators | None:
    """Return the validators of a page for its next check; None if the check was not ok or the response has none."""
    etag, last_modified = version_of(response)
    if response.status != _OK or not result.check.is_ok or not (etag or last_modified):
        return None
    return Validators(response.url, result.check.checked_at, etag, last_modified)


def is_invalid_304(due: DueLink, response: Response) -> bool:
    """Return whether a response to a conditional request proves nothing: a 412, or a 304 from a different URL."""
    if due.validators is None or response.status not in _CONDITIONAL_STATUSES or not _is_answer_to_conditions(response):
        return False
    return response.status != NOT_MODIFIED or response.url != due.validators.address


def from_not_modified(
    due: DueLink, response: Response, check: Check, *, keeps_body: bool = False
) -> CheckResult | None:
    """Return the result of the last check again if the response is a 304 to a conditional request; otherwise None.

    `keeps_body` is true for kinds whose bytes are saved: their check is ok.
    """
    if response.status != NOT_MODIFIED or not _is_answer_to_conditions(response):
        return None
    if keeps_body:
        metadata = _as_dynamic_image(due) if is_uncached(response) else None
        repeated = replace(check, outcome=Outcome.OK, reason=Reason(ReasonCode.UNCHANGED), final_url=None)
        return CheckResult(due.link, repeated, metadata)
    last = due.history[-1]
    repeated = replace(
        check,
        outcome=last.outcome,
        reason=last.reason,
        final_url=last.final_url,
        suggestion=last.suggestion,
        suggestion_source=last.suggestion_source,
    )
    return CheckResult(due.link, repeated, validators=due.validators)


def _as_dynamic_image(due: DueLink) -> Picture | None:
    """Return the metadata of a saved SVG, marked as generated for each request; None for all other links."""
    known = due.known
    if not isinstance(known, Picture) or known.media_type != SVG:
        return None
    return replace(known, dynamic=True) if due.origin is not None and due.origin.title == known.title else None


def _is_answer_to_conditions(response: Response) -> bool:
    return response.request is not None and any(name in response.request.headers for name in _CONDITIONS)


def _parse_http_date(date: bytes) -> datetime | None:
    """Return the time of an HTTP date (RFC 9110, 5.6.7); None if it is invalid."""
    if not 0 < len(date) <= _MAX_DATE_BYTES:
        return None
    try:
        moment = parsedate_to_datetime(date.decode("ascii"))
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
