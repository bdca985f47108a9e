"""What is noted of a link: from an answer to one request, or from having none."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from crawler.checks import http_check
from crawler.fetch.conditional_requests import from_not_modified, new_validators
from crawler.fetch.host_throttle import parse_retry_after
from crawler.html import TooMuchMarkupError
from crawler.kinds.registry import kind_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response

    from crawler.models.result import DueLink

logger = logging.getLogger(__name__)

_RETRY_LATER_STATUSES = {429, 503}  # with Retry-After: RFC 6585, 4; RFC 9110, 15.6.4


def check_response_with_kind(
    due: DueLink, response: Response, accepted: Mapping[str, frozenset[int]], now: datetime
) -> CheckResult:
    """Let a link's kind read a response; a page that makes its kind stumble says nothing about the link.

    `accepted` are the HTTP statuses that the user takes for good, by pattern of the host.
    """
    link, kind = due.link, kind_of(due.link)
    statuses_of_host = (statuses for pattern, statuses in accepted.items() if fnmatchcase(link.host, pattern))
    check = http_check.check_response(
        response, now, texts=due.texts, accepted_statuses=frozenset().union(*statuses_of_host)
    )
    if (not_modified := from_not_modified(due, response, check, keeps_body=kind.keeps_body)) is not None:
        return replace(not_modified, history=due.history)
    try:
        result = kind.read(link, response, check)
    except TooMuchMarkupError:
        result = CheckResult(link, replace(check, outcome=Outcome.FAILED, reason=Reason(ReasonCode.PAGE_TOO_COMPLEX)))
    except Exception as error:
        logger.exception("%s could not be read", link.url)
        reason = Reason(ReasonCode.PAGE_PARSE_ERROR, repr(error)[:180])
        result = CheckResult(link, replace(check, outcome=Outcome.BLOCKED, reason=reason))
    validators = None if kind.keeps_body else new_validators(result, response)
    return replace(result, validators=validators, history=due.history)


def requested_wait(response: Response, now: datetime) -> float | None:
    """Return the seconds for which a host asks to be left alone."""
    asked = response.headers.get("Retry-After") if response.status in _RETRY_LATER_STATUSES else None
    return None if asked is None else parse_retry_after(asked.decode("latin-1"), now)


def skipped_result(due: DueLink, reason: Reason) -> CheckResult:
    """Return what is noted of a link that is not looked at."""
    return CheckResult(
        due.link, Check(Outcome.SKIPPED, reason, datetime.now(UTC), CheckMethod.PAGE), history=due.history
    )


def inconclusive_result(result: CheckResult, why: ReasonCode = ReasonCode.NOT_RETRIED) -> CheckResult:
    """Return what is noted of an answer without the next request: it was seen, and says nothing about the link."""
    check = replace(result.check, outcome=Outcome.BLOCKED, conclusive=False)
    return replace(result, check=replace(check, reason=check.reason.plus(Reason(why))))
