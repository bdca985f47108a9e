"""What an answer to a request for a signed URL means."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.checks.http_check import judge_http
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.crawler.links.test_signed_urls import MARCH, S3, SIGNED, VIDEO

if TYPE_CHECKING:
    from datetime import datetime


def check(url: str, status: int, now: datetime, **meta: list[Any]) -> Check:
    return judge_http(Response(url, status, request=Request(url, meta=meta)), now)


@pytest.mark.parametrize("url", SIGNED)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_after_that_time_is_final(url: str, status: int) -> None:
    seen = check(url, status, MARCH)
    number = ("wxv_2380802778538688513",) if url == VIDEO else ()
    assert seen == Check(
        Outcome.GONE,
        Reason(ReasonCode.SIGNED_URL_EXPIRED, "2022-03-01", *number),
        MARCH,
        CheckMethod.PAGE,
        http_status=status,
        conclusive=True,
    )


@pytest.mark.parametrize("url", SIGNED)
def test_anything_else_is_what_it_is(url: str) -> None:
    before, after = MARCH - timedelta(seconds=1), MARCH + timedelta(days=1)
    assert check(url, 404, before).reason == Reason(ReasonCode.NOT_FOUND)
    assert not check(url, 404, before).conclusive
    assert check(url, 403, before).outcome is Outcome.BLOCKED
    assert check(url, 503, after).reason == Reason(ReasonCode.UNEXPECTED_STATUS, "503")
    assert check(url, 429, after).outcome is Outcome.BLOCKED
    assert check(url, 200, after).reason == Reason(ReasonCode.REACHABLE)
    assert check(url, 200, before).reason == Reason(ReasonCode.SIGNED_URL_VALID, "2022-03-01")


def test_a_lasting_link_may_lead_to_a_signed_address() -> None:
    meta: dict[str, list[Any]] = {"redirect_urls": ["https://e.example/latest"], "redirect_reasons": [302]}
    seen = check(S3, 403, MARCH, **meta)
    assert (seen.outcome, seen.conclusive) == (Outcome.BLOCKED, False)
    reason = Reason(ReasonCode.REACHABLE).plus(Reason(ReasonCode.REDIRECT_TO_SIGNED_URL))
    assert check(S3, 200, MARCH - timedelta(days=1), **meta).reason == reason


def test_a_wall_before_an_expired_address_says_nothing_of_it() -> None:
    walled = Response(S3, 403, headers={"cf-mitigated": "challenge"}, request=Request(S3))
    assert judge_http(walled, MARCH).outcome is Outcome.BLOCKED
