"""Which requests the prober of redirects sends, and what their answers mean; a function answers them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.checks import cpu_limit, http_check
from crawler.checks.probes.redirect_probe import RedirectProber
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink
from tests.support.slow_readers import match_for_ever

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
LAPSED, MIGRATED = "https://lapsed.example.org/", "https://migrated.example.org/"


def page(url: str, *hops: str) -> Response:
    """Return a page behind permanent redirects, the first hop being the URL that was requested."""
    meta = {"redirect_urls": list(hops), "redirect_reasons": [301] * len(hops)} if hops else {}
    body = f"<title>Boats {url}</title><p>All about boats.</p>".encode()
    return HtmlResponse(url, body=body, encoding="utf-8", request=Request(url, meta=meta))


def settle(answer: Callable[[str], Response], *responses: Response) -> tuple[list[Outcome], list[str]]:
    """Let one prober settle redirects one after the other; return the outcomes and the URLs that were requested."""
    asked: list[str] = []

    async def fetch(request: Request) -> Response:
        asked.append(request.url)
        return answer(request.url)

    async def run() -> list[Outcome]:
        prober, outcomes = RedirectProber(fetch), []
        for response in responses:
            link = link_of(response.meta["redirect_urls"][0], "n.md")
            assert link is not None
            reason = Reason(ReasonCode.REACHABLE).plus(Reason(ReasonCode.REDIRECT_NOT_COMPARED))
            check = Check(Outcome.OK, reason, NOW, CheckMethod.PAGE, http_status=200, final_url=response.url)
            assert RedirectProber.is_needed(check)
            result = CheckResult(link, check)
            outcomes.append((await prober.settle(DueLink(link, texts=("Boats",)), response, result, ())).check.outcome)
        return outcomes

    return asyncio.run(run()), asked


def redirected(url: str) -> Response:
    """Answer as one host that leads every URL to one page, and one that moved path by path."""
    if url.startswith(LAPSED):
        return page("https://boats.example.net/", url)
    return page(url.replace(MIGRATED, "https://ships.example.net/"), url)


@pytest.mark.parametrize("urls", [(LAPSED, MIGRATED), (MIGRATED, LAPSED)])
def test_front_pages_of_two_hosts_have_a_probe_each(urls: tuple[str, str]) -> None:
    outcomes, asked = settle(redirected, *map(redirected, urls))
    assert dict(zip(urls, outcomes, strict=True)) == {LAPSED: Outcome.OK, MIGRATED: Outcome.MOVED}
    assert [re.sub("[0-9a-f]{16}/$", "", url) for url in asked] == list(urls)


def test_links_of_one_folder_share_a_probe() -> None:
    responses = [redirected(f"{MIGRATED}posts/{name}.html") for name in ("boat", "sail")]
    outcomes, asked = settle(redirected, *responses)
    assert outcomes == [Outcome.MOVED] * 2
    assert len(asked) == 1


def test_an_answer_that_takes_too_long_to_read_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_limit, "READING_SECONDS", 0.1)
    monkeypatch.setattr(http_check, "judge_http", match_for_ever)
    assert settle(redirected, redirected(MIGRATED))[0] == [Outcome.OK]
