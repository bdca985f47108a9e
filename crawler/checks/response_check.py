"""What is noted of a link: from an answer to one request, or from having none."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from crawler.checks import http_check
from crawler.fetch.conditional_requests import unchanged, validators_of
from crawler.fetch.host_throttle import retry_after
from crawler.html import TooMuchMarkupError
from crawler.kinds.registry import kind_of
from crawler.models.check import Check, How, Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.http import Response

    from crawler.models.result import Due

logger = logging.getLogger(__name__)

_COME_BACK = {429, 503}  # with Retry-After: RFC 6585, 4; RFC 9110, 15.6.4


def observe(due: Due, response: Response, accepted: Mapping[str, frozenset[int]], now: datetime) -> Result:
    """Let a link's kind read a response; a page that makes its kind stumble says nothing about the link.

    `accepted` are the HTTP statuses that the user takes for good, by pattern of the host.
    """
    link, kind = due.link, kind_of(due.link)
    fine = (statuses for pattern, statuses in accepted.items() if fnmatchcase(link.host, pattern))
    check = http_check.check_response(response, now, texts=due.texts, accept=frozenset().union(*fine))
    if (same := unchanged(due, response, check, keeps_body=kind.keeps_body)) is not None:
        return replace(same, history=due.history)
    try:
        result = kind.read(link, response, check)
    except TooMuchMarkupError:
        result = Result(link, replace(check, outcome=Outcome.FAILED, reason=Reason(ReasonCode.PAGE_TOO_COMPLEX)))
    except Exception as error:
        logger.exception("%s could not be read", link.url)
        reason = Reason(ReasonCode.PAGE_PARSE_ERROR, repr(error)[:180])
        result = Result(link, replace(check, outcome=Outcome.BLOCKED, reason=reason))
    validators = None if kind.keeps_body else validators_of(result, response)
    return replace(result, validators=validators, history=due.history)


def asks_to_wait(response: Response, now: datetime) -> float | None:
    """Return the seconds for which a host asks to be left alone."""
    asked = response.headers.get("Retry-After") if response.status in _COME_BACK else None
    return None if asked is None else retry_after(asked.decode("latin-1"), now)


def skipped(due: Due, reason: Reason) -> Result:
    """Return what is noted of a link that is not looked at."""
    return Result(due.link, Check(Outcome.SKIPPED, reason, datetime.now(UTC), How.PAGE), history=due.history)


def unsettled(result: Result, why: ReasonCode = ReasonCode.NOT_RETRIED) -> Result:
    """Return what is noted of an answer without the next request: it was seen, and says nothing about the link."""
    check = replace(result.check, outcome=Outcome.BLOCKED, conclusive=False)
    return replace(result, check=replace(check, reason=check.reason.plus(Reason(why))))
