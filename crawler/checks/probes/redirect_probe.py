"""A further request for a redirect: where does a random URL beside the link lead."""

from __future__ import annotations

import asyncio
import posixpath
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.checks import http_check
from crawler.checks.cpu_limit import none_if_slow
from crawler.checks.page_history import earlier_titles, marked_as_replaced
from crawler.checks.pages.page_text import visible_text
from crawler.checks.probes.soft404_probe import random_siblings
from crawler.checks.redirect_check import redirect_of, with_judgement
from crawler.checks.redirects import SiblingAnswer, judge_redirect, judge_with_sibling
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.fetch.verbatim_requests import build_request
from crawler.kinds.web import page_title
from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable, Collection

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import CheckResult, DueLink


class RedirectProber:
    """Sends the probes of one run with `fetch`, and keeps their answers by folder.

    The target of a redirect to another site, or to a page that is known by its title alone, may be that of every URL of
    the host: then it is no move of the page.
    """

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch
        self._by_folder: dict[str, Task[SiblingAnswer | None]] = {}

    @staticmethod
    def is_needed(check: Check) -> bool:
        """Return whether a check waits for a probe."""
        return check.reason.has(ReasonCode.REDIRECT_NOT_COMPARED)

    async def settle(
        self, due: DueLink, response: Response, result: CheckResult, site_moves: Collection[tuple[str, str]]
    ) -> CheckResult:
        """Return the result of a redirect with what the probe shows; without an answer, an earlier move counts on."""
        earlier = earlier_titles(due.past, due.link.url, response.url)
        redirect = redirect_of(response, due.texts, earlier, site_moves)
        judgement = judge_redirect(redirect)
        if judgement is None or judgement.needs is None:
            return result
        redirect, answer = replace(redirect, text=visible_text(response)), await self._answer(due.link.url)
        if answer is not None:
            decided = judge_with_sibling(redirect, judgement, answer)
        elif any(_is_move_to(redirect.new, check) for check in due.history[-1:]):
            decided = replace(judgement, outcome=Outcome.MOVED)
        else:
            return replace(result, validators=None)  # an unchanged page would not be compared again
        check = with_judgement(result.check, redirect, decided)
        return marked_as_replaced(due, replace(result, check=check))

    async def _answer(self, url: str) -> SiblingAnswer | None:
        """Return the answer to a random URL beside a link's, or to an earlier one of its folder; None if it failed."""
        sibling = random_siblings(url)[0]
        folder = posixpath.dirname(sibling.rstrip("/"))
        if folder not in self._by_folder:
            self._by_folder[folder] = asyncio.ensure_future(none_if_slow(self._ask(sibling)))
        return await asyncio.shield(self._by_folder[folder])

    async def _ask(self, url: str) -> SiblingAnswer | None:
        try:
            response = await self._fetch(build_request(url, meta={"max_bytes": HEAD_OF_PAGE}))
        except Exception:  # noqa: BLE001 - a failed probe decides nothing
            return None
        check = http_check.judge_http(response, datetime.now(UTC))
        if check.outcome in {Outcome.BLOCKED, Outcome.FAILED, Outcome.UNREADABLE}:
            return None
        if check.http_status != 200:  # noqa: PLR2004 - RFC 9110, 15.3.1
            return SiblingAnswer(url, response.url, None)
        return SiblingAnswer(url, response.url, page_title(response), visible_text(response))


def _is_move_to(target: str, check: Check) -> bool:
    return check.outcome is Outcome.MOVED and check.final_url == target
