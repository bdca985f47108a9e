"""Asks only whether something has changed since it was last read (RFC 9110, 13.1), and reads what is answered. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.images.sniff import SVG
from crawler.models.check import Outcome
from crawler.models.metadata import Picture
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, Validators

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import DueLink

NOT_MODIFIED = 304
"""RFC 9110, 15.4.5."""

FULL_AFTER = timedelta(days=90)
"""Until a page is read again whatever its server says: some say for ever that nothing has changed, with the page long
gone; and what is looked for in pages changes, too."""

_LONGEST_DATE = 40
_WHOLE = 200
_ANSWERS = frozenset({NOT_MODIFIED, 412})  # 412 is what servers say that take the condition for one of a change
_CONDITIONS = ("If-None-Match", "If-Modified-Since")

# RFC 9110, 8.8.3, without the bytes beyond ASCII, which not all clients pass on as they came; and of bounded length.
_TAG = re.compile(rb'(?:W/)?"[!#-~]{0,200}"')


def version_of(response: Response) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified of what was answered, each None where it is missing or makes no sense."""
    etag, modified = ((response.headers.get(name) or b"").strip() for name in ("ETag", "Last-Modified"))
    return etag.decode() if _TAG.fullmatch(etag) else None, modified.decode() if _parse_http_date(modified) else None


def is_uncached(response: Response) -> bool:
    """Return whether an answer is not to be shown again without asking (RFC 9111, 5.2.2.4 and 5.2.2.5)."""
    said = b",".join(response.headers.getlist("Cache-Control")).lower().split(b",")
    return not {b"no-cache", b"no-store"}.isdisjoint(directive.strip() for directive in said)


def add_conditions(request: Request, etag: str | None, last_modified: str | None, now: datetime) -> Request:
    """Return a request for what has changed since that version; a date yet to come says nothing (13.1.3)."""
    if etag is not None:
        request.headers["If-None-Match"] = etag
    if last_modified is not None and (moment := _parse_http_date(last_modified.encode())) is not None and moment <= now:
        request.headers["If-Modified-Since"] = last_modified
    return request


def with_validators(request: Request, due: DueLink, now: datetime) -> Request:
    """Return the request for a page: for all of it, unless it was well when last seen, and read not too long ago."""
    seen = due.validators
    if seen is None or now - seen.read_at > FULL_AFTER or not due.history or not due.history[-1].is_ok:
        return request
    return add_conditions(request, seen.etag, seen.last_modified, now)


def new_validators(result: CheckResult, response: Response) -> Validators | None:
    """Return by what a page that was well can be asked about the next time."""
    etag, last_modified = version_of(response)
    if response.status != _WHOLE or not result.check.is_ok or not (etag or last_modified):
        return None
    return Validators(response.url, result.check.checked_at, etag, last_modified)


def is_invalid_304(due: DueLink, response: Response) -> bool:
    """Tell whether an answer to a condition says nothing: it came from another address, or is the wrong one of two."""
    if due.validators is None or response.status not in _ANSWERS or not _is_answer_to_conditions(response):
        return False
    return response.status != NOT_MODIFIED or response.url != due.validators.address


def from_not_modified(
    due: DueLink, response: Response, check: Check, *, keeps_body: bool = False
) -> CheckResult | None:
    """Return that all is as it was when last seen, if that is what was asked and answered.

    With `keeps_body` the link is of a kind of which bytes are kept.
    """
    if response.status != NOT_MODIFIED or not _is_answer_to_conditions(response):
        return None
    if keeps_body:
        metadata = _as_dynamic_image(due) if is_uncached(response) else None
        same = replace(check, outcome=Outcome.OK, reason=Reason(ReasonCode.UNCHANGED), final_url=None)
        return CheckResult(due.link, same, metadata)
    last = due.history[-1]
    same = replace(
        check,
        outcome=last.outcome,
        reason=last.reason,
        final_url=last.final_url,
        suggestion=last.suggestion,
        suggestion_source=last.suggestion_source,
    )
    return CheckResult(due.link, same, validators=due.validators)


def _as_dynamic_image(due: DueLink) -> Picture | None:
    """Return what is known of a kept drawing, marked as one that is drawn anew at each view; None for all else."""
    known = due.known
    if not isinstance(known, Picture) or known.media_type != SVG:
        return None
    return replace(known, dynamic=True) if due.origin is not None and due.origin.title == known.title else None


def _is_answer_to_conditions(response: Response) -> bool:
    return response.request is not None and any(name in response.request.headers for name in _CONDITIONS)


def _parse_http_date(date: bytes) -> datetime | None:
    """Return an HTTP date (RFC 9110, 5.6.7) as a moment."""
    if len(date) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(date.decode("ascii"))
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
