"""Tracking parameters."""

from __future__ import annotations

import pytest

from crawler.links.tracking import without_referral, without_tracking


@pytest.mark.parametrize(
    ("host", "query", "rest"),
    [
        ("a.example", "utm_source=x&id=1&fbclid=2&spm=1001.2&isappinstalled=0&share_token=3", "id=1"),
        ("a.example", "from=timeline&isappinstalled=0", ""),
        ("a.example", "from=2020-01-01&to=2020-02-01", "from=2020-01-01&to=2020-02-01"),
        ("a.example", "ref=main&referrer=b", "ref=main&referrer=b"),
        ("github.com", "ref=main&utm_source=x", "ref=main"),
        ("www.bilibili.com", "p=2&vd_source=1&spm_id_from=333&share_source=copy_web", "p=2"),
        ("www.youtube.com", "v=a&si=b&feature=share&t=10", "v=a&t=10"),
        ("www.amazon.com", "pd_rd_w=a&k=b", "k=b"),
        ("a.example", "", ""),
    ],
)
def test_without_tracking(host: str, query: str, rest: str) -> None:
    assert without_tracking(query, host) == rest


@pytest.mark.parametrize(
    ("host", "query", "requested", "rest"),
    [
        ("a.example", "id=1&ref=old.example&from=b", "id=1", "id=1"),
        ("a.example", "id=1&ref=v2", "ref=v2", "id=1&ref=v2"),
        ("github.com", "ref=main", "", "ref=main"),
        ("gitlab.com", "ref=main", "", "ref=main"),
    ],
)
def test_referrals_that_a_redirect_added(host: str, query: str, requested: str, rest: str) -> None:
    assert without_referral(query, host, requested) == rest
