"""One link -> one result: asks for it, reads what comes, and asks again where one answer does not settle it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.checks import http_check
from crawler.checks.response_check import check_response_with_kind, requested_wait, skipped_result
from crawler.checks.soft404_probe import Soft404Prober
from crawler.fetch.conditional_requests import is_invalid_304, with_validators
from crawler.fetch.host_throttle import HostUnavailableError
from crawler.kinds.registry import kind_of
from crawler.link_checking.image_fallbacks import is_missed, is_undecided
from crawler.links.canonical_url import refusal_reason
from crawler.models.check import Outcome
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.link import Link
    from crawler.models.result import DueLink
    from crawler.run.context import RunContext


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What came of asking for one link; `retry` tells whether it may well be another result later in the run."""

    result: CheckResult
    retry: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request for a link; `trail` is where redirects led, `is_retry` tells that the link failed before."""

    due: DueLink
    request: Request
    trail: Sequence[str]
    is_retry: bool

    @property
    def is_pictured(self) -> bool:
        return kind_of(self.due.link).keeps_body


class LinkChecker:
    """Checks the links of one run that are asked for one by one."""

    def __init__(self, context: RunContext) -> None:
        options = context.options.requests
        self._download = context.download
        self._crew = context.crew
        self._hosts = context.hosts
        self._network = context.network
        self._pictures = context.pictures
        self._retries = context.retries
        self._turns = context.turns
        self._second_looks = Soft404Prober(context.download)
        self._accepted = options.accepted_statuses
        self._excluded = options.excluded_urls
        self._allow_private = options.allow_private_addresses
        at_once = options.concurrency_per_host
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._answered: dict[str, CheckResult] = {}

    @property
    def answered(self) -> Iterable[CheckResult]:
        """Return what is known so far of links that were answered, but need another request."""
        return self._answered.values()

    async def check(self, due: DueLink, *, is_retry: bool) -> CheckOutcome:
        """Check one link; if it `is_retry`, a picture that is gone is looked for elsewhere, too.

        Raises HostUnavailableError where a host cannot be asked for it now: nothing is known of the link.
        """
        try:
            return await self._check(due, is_retry=is_retry)
        finally:
            self._turns.end(due.link)
            self._answered.pop(due.link.url, None)

    def refusal(self, link: Link) -> Reason | None:
        """Return why a link is not asked for at all, or None."""
        if self._excluded.fullmatch(link.url):
            return Reason(ReasonCode.EXCLUDED)
        if refused := refusal_reason(link.url, allow_private=self._allow_private):
            return refused
        return self._pictures.closed_reason if kind_of(link).keeps_body else None

    async def _check(self, due: DueLink, *, is_retry: bool) -> CheckOutcome:
        if (reason := self.refusal(due.link)) is not None:
            return CheckOutcome(skipped_result(due, reason))
        attempt = self._attempt(due, is_retry=is_retry)
        async with self._slots[due.link.host]:  # until it is known whether the host pushes back
            try:
                response = await self._download(attempt.request)
            except HostUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - Scrapy's, aiohttp's, middlewares': it is read, not handled
                return await self._read_failure(attempt, error)
            answer = None if is_invalid_304(due, response) else self._read_answer(due, response)
        if not self._crew.holds(due.link.lease_key):  # stopped for so long that its host is another worker's
            raise HostUnavailableError(due.link.host, leased=True)
        if answer is None:
            return await self._check(replace(due, validators=None), is_retry=is_retry)
        self._answered[due.link.url] = answer.result
        return await self._settle(attempt, response, answer)

    def _attempt(self, due: DueLink, *, is_retry: bool) -> _Attempt:
        request = kind_of(due.link).request(due.link)
        if kind_of(due.link).keeps_body:
            request = self._pictures.prepare(request, due)
        else:
            request = with_validators(request, due, datetime.now(UTC))
        request.cb_kwargs["due"] = due
        trail = request.meta["redirect_trail"] = [request.url]
        return _Attempt(due, request, trail, is_retry)

    def _read_answer(self, due: DueLink, response: Response) -> CheckOutcome:
        """Read a response; `retry` tells whether the host asks to come back within the run."""
        now, host = datetime.now(UTC), urlsplit(response.url).hostname or due.link.host  # who answered
        self._network.record_answer(due.link.host)
        self._retries.discard(due.link.url)
        result = check_response_with_kind(due, response, self._accepted, now)
        return CheckOutcome(result, self._hosts.record_answer(host, result.check, requested_wait(response, now)))

    async def _settle(self, attempt: _Attempt, response: Response, answer: CheckOutcome) -> CheckOutcome:
        """Return what was answered, with what further requests add."""
        due, result = attempt.due, answer.result
        if attempt.is_pictured:
            return await self._settle_picture(attempt, answer, response)
        host = urlsplit(response.url).hostname or ""
        if not self._hosts.seconds_until_free(host) and self._second_looks.is_needed(due, response, result.check):
            check = await self._second_looks.probe(due, response, result.check)
            return CheckOutcome(replace(result, check=check))
        return CheckOutcome(result, self._is_worth_a_retry(attempt, result, otherwise=answer.retry))

    async def _settle_picture(
        self, attempt: _Attempt, answer: CheckOutcome, answered_by: Request | Response
    ) -> CheckOutcome:
        """Settle whether there is a picture; where there is none, articles and archive are asked in the retry."""
        due, result, is_retry = attempt.due, answer.result, attempt.is_retry
        if not answer.retry or is_retry:
            asked = answered_by.meta.get("redirect_urls", [answered_by.url])[0]
            result = await self._pictures.resolve(due, result, asked, answered_by.url, last=is_retry)
        is_open = answer.retry or is_missed(due, result) or is_undecided(result)
        return CheckOutcome(result, self._is_worth_a_retry(attempt, result, otherwise=is_open))

    async def _read_failure(self, attempt: _Attempt, error: Exception) -> CheckOutcome:
        """Read why there is no answer."""
        due, link = attempt.due, attempt.due.link
        self._retries.discard(link.url)
        check = http_check.check_failure(error, datetime.now(UTC), attempt.trail)
        if check.is_unreachable:
            self._network.record_unreachable(link.host)
        result = CheckResult(link, self._pictures.as_too_large(check, link), history=due.history)
        if attempt.is_pictured and result.check.outcome in {Outcome.GONE, Outcome.SKIPPED}:
            return await self._settle_picture(attempt, CheckOutcome(result), attempt.request)
        if attempt.is_retry and check.is_unreachable and (secure := await self._second_looks.https_upgrade(link.url)):
            result = replace(result, check=replace(result.check, suggestion=secure, suggestion_source="https"))
        return CheckOutcome(result, check.is_transient)

    @staticmethod
    def _is_worth_a_retry(attempt: _Attempt, result: CheckResult, *, otherwise: bool) -> bool:
        """Return whether a result may be another one later: in a retry only a failure, before also for other causes."""
        return result.check.is_transient or (otherwise and not attempt.is_retry)
