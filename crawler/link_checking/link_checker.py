"""Check a link by request: send it, read the response, and send more requests if one is not enough."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.checks.cpu_limit import CpuTimeExceededError, with_limited_steps
from crawler.checks.failure_check import check_failure
from crawler.checks.pages.signatures.signature_tables import page_bytes
from crawler.checks.probes.redirect_probe import RedirectProber
from crawler.checks.probes.soft404_probe import Soft404Prober
from crawler.checks.response_check import judge_response, requested_wait, skipped_result, unread_result
from crawler.fetch.conditional_requests import is_invalid_304, with_validators
from crawler.fetch.early_stop import WHOLE_PAGE
from crawler.fetch.politeness.host_throttle import HostUnavailableError
from crawler.fetch.verbatim_requests import requested_url
from crawler.kinds.registry import kind_of, target_link
from crawler.link_checking.address_suggestions import AddressSuggester
from crawler.link_checking.described_links import PageReader
from crawler.link_checking.images.saved_copies import has_no_image, needs_confirmation
from crawler.link_checking.opened_links import ShortLinkOpener, as_opened
from crawler.links.canonical_url import refusal_reason
from crawler.links.jumps import is_short_link
from crawler.links.spelling.schemes import mistyped_scheme
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.link import Link
    from crawler.models.result import DueLink
    from crawler.run.context import RunContext


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """The result of checking one link; `retry` means that a check later in the run may have a different one."""

    result: CheckResult
    retry: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One request for a link; `trail`: its URL and the targets of redirects, `is_retry`: the link failed before.

    `due` has the link that is requested, `queued` the one of the note, which may be a jump page or a short link to it.
    """

    due: DueLink
    queued: Link
    request: Request
    trail: Sequence[str]
    is_retry: bool

    @property
    def keeps_body(self) -> bool:
        return kind_of(self.due.link).keeps_body


class LinkChecker:
    """Checks the links of one run that are requested one by one."""

    def __init__(self, context: RunContext) -> None:
        options = context.options.requests
        self._download = context.download
        self._throttle = context.throttle
        self._connectivity = context.connectivity
        self._image_fetcher = context.image_fetcher
        self._retries = context.retries
        self._turns = context.turns
        self._bodies = context.bodies
        self._prober = Soft404Prober(context.download)
        self._redirects = RedirectProber(context.download)
        self._store = context.workspace.store
        self._own_images = context.own_images
        self._opener = ShortLinkOpener(context.download)
        self._suggester = AddressSuggester(context.download)
        self._page_reader = PageReader(context.download, self.refusal)
        self._accepted = options.accepted_statuses
        self._excluded = options.excluded_urls
        self._allow_private = options.allow_private_addresses
        limit = options.concurrency_per_host
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limit))
        self._preliminary: dict[str, CheckResult] = {}

    @cached_property
    def _site_moves(self) -> frozenset[tuple[str, str]]:
        """The pairs of hosts of which the links of one moved to the other in earlier runs."""
        return self._store.site_moves()

    @property
    def preliminary_results(self) -> Iterable[CheckResult]:
        """Return the preliminary results of links whose check needs more requests."""
        return self._preliminary.values()

    async def check(self, due: DueLink, *, is_retry: bool) -> CheckedLink:
        """Check one link; in a retry, missing images are also searched in articles and archive.

        Raises HostUnavailableError if a host gets no requests now, and OtherShardError if another process of the run
        may send requests to it; the link has no result then. All that reads pages is called from here, but for the
        tasks of the probes, so the CPU time of reading is limited here.
        """
        has_body = False
        try:
            checked = await with_limited_steps(self._open(due, is_retry=is_retry))
            has_body = bool(checked.result.body) and not checked.retry
        except CpuTimeExceededError:  # other than where a page is read for the first time
            return CheckedLink(unread_result(due, datetime.now(UTC)))
        else:
            return checked
        finally:
            self._turns.end(due.link)
            self._preliminary.pop(due.link.url, None)
            if not has_body:  # otherwise the images pipeline releases it
                self._bodies.release(due.link.url)

    def refusal(self, link: Link) -> Reason | None:
        """Return why a link must not be requested; None if it may be."""
        if self._excluded.fullmatch(link.url):
            return Reason(ReasonCode.EXCLUDED)
        if reason := refusal_reason(link.url, allow_private=self._allow_private):
            return reason
        return self._image_fetcher.closed_reason if kind_of(link).keeps_body else None

    async def _open(self, due: DueLink, *, is_retry: bool) -> CheckedLink:
        """Check a link; of a jump page or a short link, check the target instead."""
        if self._excluded.fullmatch(due.link.url):
            return CheckedLink(skipped_result(due, Reason(ReasonCode.EXCLUDED)))
        if (own := self._own_images.check(due)) is not None:
            return CheckedLink(own)
        if (meant := mistyped_scheme(due.link.url)) is not None:
            return CheckedLink(await self._suggester.mistyped(due, meant))
        target = target_link(due.link)
        hops: Sequence[int] = ()
        if is_short_link(target.url) and not kind_of(target).keeps_body and self.refusal(target) is None:
            target, hops = await self._opener.open(target, due)
        opened = replace(due, link=target)
        checked = await self._check(opened, due.link, is_retry=is_retry)
        if target == due.link:
            return replace(checked, result=await self._suggester.with_suggestion(checked.result, due.other_url))
        return replace(checked, result=as_opened(checked.result, due.link, hops))

    async def _check(self, due: DueLink, queued: Link, *, is_retry: bool) -> CheckedLink:
        if (reason := self.refusal(due.link)) is not None:
            return CheckedLink(skipped_result(due, reason))
        attempt = self._attempt(due, queued, is_retry=is_retry)
        async with self._slots[due.link.host]:  # until it is known whether the host refuses
            try:
                response = await self._download(attempt.request)
            except HostUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - of Scrapy, aiohttp or a middleware; it becomes the reason
                return await self._read_failure(attempt, error)
            checked = None if is_invalid_304(due, response) else self._read_response(attempt, response)
        if checked is None:
            return await self._check(replace(due, validators=None), queued, is_retry=is_retry)
        self._preliminary[queued.url] = replace(checked.result, link=queued)
        return await self._settle(attempt, response, checked)

    def _attempt(self, due: DueLink, queued: Link, *, is_retry: bool) -> _Attempt:
        request = kind_of(due.link).request(due.link)
        if kind_of(due.link).keeps_body:
            request = self._image_fetcher.prepare(request, due)
        else:
            known = replace(due, validators=None) if due.has_new_fragments else due
            request = with_validators(request, known, datetime.now(UTC))
            request.meta["page_bytes"] = max(request.meta.get("page_bytes") or 0, page_bytes(due.link.host) or 0)
            if due.fragments and not is_retry:  # a retry asks for little, so that it succeeds
                request.meta["is_whole_page"] = True
                request.meta["page_bytes"] = max(request.meta["page_bytes"], WHOLE_PAGE)
        if is_retry:  # what one client could not read or reach is no evidence: the other one is asked
            request.meta["lenient"] = True
        request.cb_kwargs["due"] = replace(due, link=queued)
        trail = request.meta["redirect_trail"] = [request.url]
        return _Attempt(due, queued, request, trail, is_retry)

    def _read_response(self, attempt: _Attempt, response: Response) -> CheckedLink:
        """Return the result of a response; `retry` is set after a Retry-After that ends within the run."""
        due = attempt.due
        now, host = datetime.now(UTC), urlsplit(response.url).hostname or due.link.host  # that of the last redirect
        self._connectivity.record_answer(due.link.host)
        self._retries.discard(attempt.queued.url)
        result = judge_response(due, response, self._accepted, now, self._site_moves)
        return CheckedLink(result, self._throttle.record_answer(host, result.check, requested_wait(response, now)))

    async def _settle(self, attempt: _Attempt, response: Response, checked: CheckedLink) -> CheckedLink:
        """Return the final result of a response, after further requests if they are needed."""
        due, result = attempt.due, checked.result
        if attempt.keeps_body:
            return await self._settle_image(attempt, checked, response)
        if self._redirects.is_needed(result.check):
            result = await self._redirects.settle(due, response, result, self._site_moves)
            checked = replace(checked, result=result)
        host = urlsplit(response.url).hostname or ""
        if not self._throttle.seconds_until_free(host) and self._prober.is_needed(due, response, result.check):
            check = await self._prober.probe(due, response, result.check)
            result = result if check.is_ok else replace(result, metadata=None, page=None)  # not those of this page
            return CheckedLink(await self._page_reader.describe(due, replace(result, check=check)))
        result = await self._page_reader.describe(due, result)
        return CheckedLink(result, self._is_worth_a_retry(attempt, result, otherwise=checked.retry))

    async def _settle_image(self, attempt: _Attempt, checked: CheckedLink, source: Request | Response) -> CheckedLink:
        """Return the final result of an image, which is retried if there is none yet."""
        due, result, is_retry = attempt.due, checked.result, attempt.is_retry
        if not checked.retry or is_retry:
            urls = requested_url(source), source.url
            result = await self._image_fetcher.resolve(due, result, *urls, is_retry=is_retry)
        is_open = checked.retry or has_no_image(due, result) or needs_confirmation(result)
        return CheckedLink(result, self._is_worth_a_retry(attempt, result, otherwise=is_open))

    async def _read_failure(self, attempt: _Attempt, error: Exception) -> CheckedLink:
        """Return the result of a request without a response."""
        due, link = attempt.due, attempt.due.link
        self._retries.discard(attempt.queued.url)
        check = check_failure(error, datetime.now(UTC), attempt.trail, due.history)
        if check.is_unreachable:
            self._connectivity.record_unreachable(link.host)
        result = CheckResult(link, self._image_fetcher.as_too_large(check, link), history=due.history)
        if attempt.keeps_body and result.check.outcome in {Outcome.GONE, Outcome.SKIPPED}:
            return await self._settle_image(attempt, CheckedLink(result), attempt.request)
        if attempt.is_retry and check.is_unreachable and (secure := await self._prober.https_upgrade(link.url)):
            result = replace(result, check=replace(result.check, suggestion=secure, suggestion_source="https"))
        return CheckedLink(result, check.is_transient)

    @staticmethod
    def _is_worth_a_retry(attempt: _Attempt, result: CheckResult, *, otherwise: bool) -> bool:
        """Return whether to check a link again: after a transient failure, and `otherwise` if this is not a retry."""
        return result.check.is_transient or (otherwise and not attempt.is_retry)
