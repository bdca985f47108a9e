"""Checking a link ends, whatever takes long to read."""

from __future__ import annotations

import asyncio
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from scrapy.http import HtmlResponse

from crawler.checks import cpu_limit
from crawler.checks.probes.soft404_probe import Soft404Prober
from crawler.kinds.registry import link_of
from crawler.kinds.web import Web
from crawler.link_checking.link_checker import LinkChecker
from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode
from crawler.models.result import DueLink
from tests.support.slow_readers import match_for_ever

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check

URL = "https://a.example.org/post"


def check() -> tuple[Check, Mock]:
    """Check a link to a page; return the check, and the objects of the run that the checker uses."""

    async def download(request: Request) -> Response:
        body, status = b"<title>A post</title><p>Words about boats.", 200 if request.url == URL else 404
        return HtmlResponse(request.url, status, body=body, encoding="utf-8", request=request)

    requests = SimpleNamespace(
        accepted_statuses={}, excluded_urls=re.compile("(?!)"), allow_private_addresses=False, concurrency_per_host=1
    )
    context = Mock(download=download, options=Mock(requests=requests))
    context.own_images.check.return_value = None
    context.throttle.record_answer.return_value = False
    context.throttle.seconds_until_free.return_value = 0
    context.workspace.store.site_moves.return_value = frozenset()
    link = link_of(URL, "n.md")
    assert link is not None
    outcome = asyncio.run(LinkChecker(context).check(DueLink(link), is_retry=False))
    assert not outcome.retry or outcome.result.check.is_transient
    return outcome.result.check, context


@pytest.mark.parametrize("reader", [(Web, "read"), (Soft404Prober, "is_needed"), (LinkChecker, "refusal")])
def test_what_takes_too_long_is_interrupted_wherever_it_is(
    monkeypatch: pytest.MonkeyPatch, reader: tuple[type, str]
) -> None:
    assert check()[0].is_ok
    monkeypatch.setattr(cpu_limit, "READING_SECONDS", 0.2)
    monkeypatch.setattr(*reader, match_for_ever)
    found, context = check()
    assert (found.outcome, found.reason.code) == (Outcome.UNREADABLE, ReasonCode.PAGE_TOO_COMPLEX)
    context.turns.end.assert_called_once()
    context.bodies.release.assert_called_once_with(URL)
