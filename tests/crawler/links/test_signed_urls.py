"""Until when a signed URL is good, as its parameters say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links.signed_urls import expires_at

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
    "https://a.blob.example/c/a?sv=2020-08-04&se=2022-03-01T12:00:00&sig=x",
    f"https://b.cos.example/a?q-sign-algorithm=sha1&q-sign-time={UNIX - 3600};{UNIX}&q-signature=x",
    f"https://b.cos.example/a?q-sign-algorithm=sha1&q-sign-time={UNIX - 3600}%3B{UNIX}&q-signature=x",
    f"https://cdn.example/a.mp4?auth_key={UNIX - 86_400}-0-0-{'0f' * 16}",
    f"https://cdn.example/a.png?e={UNIX}&token=key:sign",
    f"https://cdn.discordapp.example/attachments/1/2/a.png?ex={UNIX:x}&is={UNIX - 86_400:x}&hm=0f",
    f"https://scontent.cdninstagram.example/v/a.jpg?oh=00_x&oe={UNIX:X}&_nc_sid=1",
    f"https://upos.bilivideo.example/a.m4s?deadline={UNIX}&upsig=x",
    f"https://b.cos.example/a?Q-Sign-Time=1;{UNIX}&Q-Signature=x",
    f"https://b.oss.example/a?expires={UNIX}&expires=1&signature=x",
]
UNSIGNED = [
    "https://e.example/",
    f"https://e.example/?expires={UNIX}",
    f"https://e.example/?dis_t={UNIX}",
    f"https://other.qpic.cn/0b.mp4?dis_t={UNIX - 86_400}",
    "https://mpvideo.qpic.cn/0b.mp4",
    "https://b.oss.example/a?x-oss-expires=3600",
    "https://a.blob.example/?sig=x",
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
