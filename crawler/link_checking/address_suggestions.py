"""Suggest the URL that was meant by one that is mistyped; what is suggested was requested first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.checks.response_check import judge_response
from crawler.kinds.registry import kind_of, link_of
from crawler.links.spelling.schemes import without_empty_port
from crawler.links.spelling.slips import corrections
from crawler.models.check import READING, SCHEME, SPELLING, Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy import Request
    from scrapy.http import Response

_WORKS = frozenset({Outcome.OK, Outcome.MOVED})


class AddressSuggester:
    """Requests what may have been meant by URLs that lead nowhere; `fetch` sends a request."""

    def __init__(self, fetch: Callable[[Request], Awaitable[Response]]) -> None:
        self._fetch = fetch

    async def mistyped(self, due: DueLink, meant: str) -> CheckResult:
        """Return the result of a link with a mistyped scheme: gone, with a suggestion unless that is gone as well.

        The suggestion is the URL with https if that works, whatever the scheme was meant to be.
        """
        secure = re.sub("^http:", "https:", meant, flags=re.IGNORECASE)
        suggestion = secure if await self._outcome(secure) in _WORKS else None
        if suggestion is None and await self._outcome(meant) is not Outcome.GONE:
            suggestion = meant
        check = Check(
            Outcome.GONE,
            Reason(ReasonCode.MISTYPED_SCHEME),
            datetime.now(UTC),
            CheckMethod.PAGE,
            conclusive=True,
            suggestion=suggestion,
            suggestion_source=SCHEME if suggestion else None,
        )
        return CheckResult(due.link, check, history=due.history)

    async def with_suggestion(self, result: CheckResult, other_url: str = "") -> CheckResult:
        """Return the result, with a suggestion for a URL that has a slip and is gone, or has an empty port.

        If `other_url`, another reading of a URL whose end is a guess, works, the link works.
        """
        check, url = result.check, result.link.url
        if other_url and check.outcome is Outcome.GONE and await self._outcome(other_url) in _WORKS:
            reason, when = Reason(ReasonCode.OTHER_READING), check.checked_at
            works = Check(Outcome.OK, reason, when, check.how, suggestion=other_url, suggestion_source=READING)
            return replace(result, check=works, metadata=None, page=None, validators=None)
        if check.suggestion is not None:
            return result
        if check.outcome is not Outcome.GONE and (meant := without_empty_port(url)) is not None:
            return replace(result, check=replace(check, suggestion=meant, suggestion_source=SCHEME))
        if check.outcome is Outcome.GONE:
            for meant in corrections(url):
                if await self._outcome(meant) in _WORKS:
                    return replace(result, check=replace(check, suggestion=meant, suggestion_source=SPELLING))
        return result

    async def _outcome(self, url: str) -> Outcome | None:
        """Return the outcome of a request for a URL, as its kind reads it; None without a response."""
        link = link_of(url, "")
        if link is None:
            return None
        try:
            response = await self._fetch(kind_of(link).request(link))
        except Exception:  # noqa: BLE001 - not reached, for any reason: nothing is known
            return None
        return judge_response(DueLink(link), response, {}, datetime.now(UTC)).check.outcome
