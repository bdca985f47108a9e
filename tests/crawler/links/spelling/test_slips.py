"""Slips in how a URL is written."""

from __future__ import annotations

import pytest
from hypothesis import given

from crawler.links.canonical_url import InvalidURLError
from crawler.links.spelling.browser_url import browser_url
from crawler.links.spelling.slips import corrections
from tests.crawler.links.test_canonical_url import URLS

A = "https://a.example"
MEANT = {
    f"{A}/b?c=1&amp;d=2": [f"{A}/b?c=1&d=2"],
    f"{A}/b?c=1&amp;amp;d=2": [f"{A}/b?c=1&d=2"],
    f"{A}/b%23rd": [f"{A}/b#rd"],
    f"{A}/wiki/C%23": [],
    f"{A}/b%EF%BC%9Fc=1": [f"{A}/b?c=1"],
    f"{A}/b%EF%BC%8Fc%E3%80%82html": [f"{A}/b/c.html"],
    f"{A}/b%E3%80%82": [f"{A}/b"],
    f"{A}/b%E2%80%9D%EF%BC%89": [f"{A}/b"],
    f"{A}/b).": [f"{A}/b"],
    f"{A}/b_(c)": [],
    f"{A}/b%E2%80%8B": [f"{A}/b"],
    f"{A}/b%C2%AD/c": [f"{A}/b/c"],
    f"{A}/b/_c": [f"{A}/b_c"],
    f"{A}/_c": [],
    f"{A}/b?c%5C_d": [f"{A}/b?c_d"],
    f"{A}/%25E4%25B8%25AD": [f"{A}/%E4%B8%AD"],
    f"{A}/b%20": [f"{A}/b"],
    f"{A}/%ff": [],
    f"{A}/b?c=1": [],
    f"{A}/": [],
    "mailto:a@b.example.": [],
}


@pytest.mark.parametrize("url", MEANT)
def test_what_was_meant(url: str) -> None:
    assert list(corrections(url)) == MEANT[url]


@given(URLS)
def test_corrections_are_other_web_urls(url: str) -> None:
    try:
        sent = browser_url(url)
    except InvalidURLError:
        return
    for each in corrections(sent):
        assert each != sent
        assert browser_url(each)
