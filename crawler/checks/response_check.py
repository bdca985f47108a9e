"""Turn a response into the result of a link's check with its kind, and build results without a response."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from crawler.checks import cpu_limit, http_check
from crawler.checks.cpu_limit import CpuTimeExceededError
from crawler.checks.page_history import earlier_titles, with_page
from crawler.checks.pages.page_anchors import find_anchors
from crawler.checks.pages.shown_page import shown_despite_status
from crawler.fetch.conditional_requests import from_not_modified, new_validators
from crawler.fetch.politeness.host_throttle import parse_retry_after
from crawler.html import TooMuchMarkupError
from crawler.kinds.registry import kind_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.text import describe_error

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scrapy.http import Response

    from crawler.models.result import DueLink

logger = logging.getLogger(__name__)

_RETRY_LATER_STATUSES = {429, 503}  # with Retry-After: RFC 6585, 4; RFC 9110, 15.6.4


def judge_response(
    due: DueLink,
    response: Response,
    accepted: Mapping[str, frozenset[int]],
    now: datetime,
    site_moves: Collection[tuple[str, str]] = (),
) -> CheckResult:
    """Return the result of a response as read by the link's kind; `blocked` if the kind raises an exception.

    `accepted` are the statuses of ACCEPTED_STATUSES by host pattern, `site_moves` the pairs of hosts of which the links
    of one moved to the other. A page at which CpuTimeExceededError is raised is not read.
    """
    try:
        return _judge(due, response, accepted, now, site_moves)
    except CpuTimeExceededError:
        return unread_result(due, now, response.status)


def _judge(
    due: DueLink,
    response: Response,
    accepted: Mapping[str, frozenset[int]],
    now: datetime,
    site_moves: Collection[tuple[str, str]],
) -> CheckResult:
    """Return the result of a response, however long that takes."""
    link, kind = due.link, kind_of(due.link)
    statuses_of_host = (statuses for pattern, statuses in accepted.items() if fnmatchcase(link.host, pattern))
    check = http_check.judge_http(
        response,
        now,
        texts=due.texts,
        accepted_statuses=frozenset().union(*statuses_of_host),
        earlier=earlier_titles(due.past, link.url, response.url),
        site_moves=site_moves,
    )
    check = shown_despite_status(due, response, check)
    if (not_modified := from_not_modified(due, response, check, keeps_body=kind.keeps_body)) is not None:
        return replace(not_modified, history=due.history)
    try:
        result = kind.read(link, response, check)
    except TooMuchMarkupError:
        reason = Reason(ReasonCode.PAGE_TOO_COMPLEX)
        result = CheckResult(link, replace(check, outcome=Outcome.UNREADABLE, reason=reason, final_url=None))
    except Exception as error:
        logger.exception("%s: page cannot be parsed", link.url)
        reason = Reason(ReasonCode.PAGE_PARSE_ERROR, describe_error(error)[:180])
        result = CheckResult(link, replace(check, outcome=Outcome.BLOCKED, reason=reason))
    type_ = kind.metadata_type
    if type_ is not None and isinstance(due.known, type_) and not isinstance(result.metadata, type_):
        result = replace(result, metadata=None)  # the title of a page says less than what is known
    validators = None if kind.keeps_body else new_validators(result, response)
    result = replace(result, validators=validators, history=due.history, anchors=_anchors(due, response))
    is_page = kind.checks_soft_404 and (result.check.is_ok or result.check.outcome is Outcome.REPLACED)
    return with_page(due, response, result) if is_page else result


def _anchors(due: DueLink, response: Response) -> Mapping[str, bool | None] | None:
    """Return which of the fragments that notes ask of a page it has; None if they ask for none."""
    prefix = kind_of(due.link).anchor_prefix
    if prefix is None or not due.fragments:
        return None
    found = find_anchors(response, due.fragments, prefix)
    return {each: due.anchors.get(each) for each in due.fragments} if found is None else found


def requested_wait(response: Response, now: datetime) -> float | None:
    """Return the seconds in the `Retry-After` of a 429 or 503; None without one."""
    header = response.headers.get("Retry-After") if response.status in _RETRY_LATER_STATUSES else None
    return None if header is None else parse_retry_after(header.decode("latin-1"), now)


def skipped_result(due: DueLink, reason: Reason) -> CheckResult:
    """Return the result of a link that is not requested."""
    return CheckResult(
        due.link, Check(Outcome.SKIPPED, reason, datetime.now(UTC), CheckMethod.PAGE), history=due.history
    )


def unread_result(due: DueLink, now: datetime, status: int | None = None) -> CheckResult:
    """Return the result of a link whose page takes more than READING_SECONDS."""
    logger.warning("%s: not read, since that takes more than %g s", due.link.url, cpu_limit.READING_SECONDS)
    reason = Reason(ReasonCode.PAGE_TOO_COMPLEX)
    check = Check(Outcome.UNREADABLE, reason, now, CheckMethod.PAGE, http_status=status)
    return CheckResult(due.link, check, history=due.history)


def inconclusive_result(result: CheckResult, why: ReasonCode = ReasonCode.NOT_RETRIED) -> CheckResult:
    """Return the result as `blocked`, with a reason added: a further request would have been needed to decide it."""
    check = replace(result.check, outcome=Outcome.BLOCKED, conclusive=False)
    return replace(result, check=replace(check, reason=check.reason.plus(Reason(why))))
