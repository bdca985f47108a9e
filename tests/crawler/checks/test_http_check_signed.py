"""What signed addresses say of themselves, and what an answer to one means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawler.checks.http_check import check_response
from crawler.links.signed_urls import expires_at
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reason import Reason, ReasonCode

MARCH = datetime(2022, 3, 1, 12, tzinfo=UTC)
UNIX = int(MARCH.timestamp())
VIDEO = (
    f"http://mpvideo.qpic.cn/0b.f10003.mp4?dis_k=85b8&dis_t={UNIX - 86_400}&vid=wxv_2380802778538688513&format_id=10003"
)
S3 = "https://b.s3.example/a.pdf?X-Amz-Algorithm=AWS4&X-Amz-Date=20220301T110000Z&X-Amz-Expires=3600&X-Amz-Signature=1"

SIGNED = [
    VIDEO,
    S3,
    "https://storage.example/b/a?X-Goog-Date=20220301T110000Z&X-Goog-Expires=3600&X-Goog-Signature=1",
    "https://b.oss.example/a?x-oss-date=20220301T110000Z&x-oss-expires=3600&x-oss-signature=1",
    f"https://d1.cloudfront.example/a?Expires={UNIX}&Signature=x&Key-Pair-Id=K",
    f"https://b.oss.example/a?OSSAccessKeyId=x&Expires={UNIX}&Signature=x",
    f"https://b.s3.example/a?AWSAccessKeyId=x&Expires={UNIX}&Signature=x",
    f"https://p3.example/a.jpeg?x-expires={UNIX}&x-signature=x",
    "https://a.blob.example/c/a?sv=2020-08-04&se=2022-03-01T12:00:00Z&sr=b&sp=r&sig=x",
    "https://a.blob.example/c/a?sv=2020-08-04&se=2022-03-01T20%3A00%3A00%2B08%3A00&sig=x",
    f"https://b.cos.example/a?q-sign-algorithm=sha1&q-sign-time={UNIX - 3600};{UNIX}&q-signature=x",
    f"https://b.cos.example/a?q-sign-algorithm=sha1&q-sign-time={UNIX - 3600}%3B{UNIX}&q-signature=x",
    f"https://cdn.example/a.mp4?auth_key={UNIX - 86_400}-0-0-{'0f' * 16}",
    f"https://cdn.example/a.png?e={UNIX}&token=key:sign",
    f"https://cdn.discordapp.example/attachments/1/2/a.png?ex={UNIX:x}&is={UNIX - 86_400:x}&hm=0f",
    f"https://scontent.cdninstagram.example/v/a.jpg?oh=00_x&oe={UNIX:X}&_nc_sid=1",
    f"https://upos.bilivideo.example/a.m4s?deadline={UNIX}&upsig=x",
]
UNSIGNED = [
    "https://e.example/",
    f"https://e.example/?expires={UNIX}",
    f"https://e.example/?dis_t={UNIX}",
    "https://mpvideo.qpic.cn/0b.mp4",
    "https://mpvideo.qpic.cn/0b.mp4?dis_t=soon",
    "https://e.example/?X-Amz-Date=20220301T110000Z",
    "https://e.example/?X-Amz-Date=yesterday&X-Amz-Expires=3600",
    "https://e.example/?X-Amz-Date=20220301T110000Z&X-Amz-Expires=99999999999999",
    "https://e.example/?Expires=Tue,%2001%20Mar%202022&Signature=x",
    f"https://e.example/?x-expires={UNIX * 10**9}",
    "https://e.example/?se=2022-03-01",
    "https://e.example/?se=sweden&sig=x",
    "http://[bad/?x-expires=1",
    f"https://e.example/?q-sign-time={UNIX}&q-signature=x",
    f"https://e.example/?q-sign-time=1;{UNIX}",
    f"https://e.example/?auth_key={UNIX}",
    f"https://e.example/?auth_key={UNIX}-0-0-short",
    f"https://e.example/?e={UNIX}",
    f"https://e.example/?e={UNIX}&token=abc",
    "https://e.example/?e=mc2&token=a:b",
    f"https://e.example/?ex={UNIX:x}&hm=1",
    f"https://e.example/?oe={UNIX:x}",
    "https://e.example/?oe=utf-8&oh=1",
    f"https://e.example/?deadline={UNIX}",
]


@pytest.mark.parametrize("url", SIGNED)
def test_signed_addresses_say_until_when_they_are_good(url: str) -> None:
    assert expires_at(url) == MARCH


@pytest.mark.parametrize("url", UNSIGNED)
def test_other_addresses_say_nothing(url: str) -> None:
    assert expires_at(url) is None


@given(st.sampled_from(("x-expires", "se", "Expires", "X-Amz-Date", "dis_t", "q-sign-time", "oe", "e")), st.text())
def test_no_value_makes_it_stumble(name: str, value: str) -> None:
    for url in (
        f"https://mpvideo.qpic.cn/?{name}={value}&sig=x&Signature=x&X-Amz-Expires={value}&oh=x&token=a:b",
        value,
    ):
        until = expires_at(url)
        assert until is None or until.tzinfo is not None


def check(url: str, status: int, now: datetime, **meta: list[Any]) -> Check:
    return check_response(Response(url, status, request=Request(url, meta=meta)), now)


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
    assert check(S3, 200, MARCH - timedelta(days=1), **meta).reason == Reason(ReasonCode.REACHABLE)


def test_a_wall_before_an_expired_address_says_nothing_of_it() -> None:
    walled = Response(S3, 403, headers={"cf-mitigated": "challenge"}, request=Request(S3))
    assert check_response(walled, MARCH).outcome is Outcome.BLOCKED
