"""Pages that are titled like a stand-in because it is what they are about."""

from __future__ import annotations

import pytest

from crawler.fetch.early_stop import HEAD_OF_PAGE
from tests.crawler.checks.test_soft404 import BLOCKED, GONE, OK, shown

SCRIPT = f"<script>{'x' * HEAD_OF_PAGE}</script>"
TEXT = "<p>A short text.</p>"


@pytest.mark.parametrize(
    ("title", "url"),
    [
        ("Broken link - Lexicon", "https://e.example/lexicon/Broken_link"),
        ("Page Not Found | Vue Router", "https://e.example/guide/page-not-found"),
        ("Page Not Found | Vue Router", "https://e.example/guide/page%20not%20found/"),
        ("File not found", "https://e.example/t/file-not-found/123"),
        ("Domain parking", "https://e.example/kb/Domain+parking"),
        ("域名停靠", "https://e.example/item/%E5%9F%9F%E5%90%8D%E5%81%9C%E9%9D%A0"),
        ("验证码", "https://e.example/item/%E9%AA%8C%E8%AF%81%E7%A0%81/31701"),
        ("页面不存在", "https://e.example/页面不存在"),
        ("Just a Moment...", "https://e.example/lyrics/just-a-moment"),
        ("Forbidden", "https://e.example/Forbidden"),
        ("Are you a robot?", "https://e.example/are-you-a-robot"),
        ("Robot check", "https://e.example/docs/robot-check.html"),
    ],
)
def test_an_address_that_names_what_the_page_is_called(title: str, url: str) -> None:
    assert shown(title, TEXT, url=url, asked=url) is OK
    assert shown(title, TEXT) is not OK


def test_an_address_that_has_such_a_name_for_a_part_of_a_word() -> None:
    assert shown("Broken link", TEXT, url="https://e.example/unbroken-links") is GONE


@pytest.mark.parametrize(
    "title",
    [
        "Broken link - Wiktionary", "Dead Link - Wikipedia", "Broken Link | Zelda Wiki", "链接失效 - 百度百科",
        "链接失效_百度百科",
        "Domain parking - Wikipedia", "域名停靠 - 百度百科", "验证码 - 百度百科", "验证码 - 维基百科，自由的百科全书",
        "django - Page not found - Stack Overflow", "Page not found · Issue #5 · a/b",
        "Too Many Requests · Discussion #44",
        "File not found - Python Forum", "User not found - Apidog Docs", "Object not found | Microsoft Learn",
        "Domain parking | Namecheap Docs", "验证码 - 某某文档", "安全检测 - CSDN博客",
        "example.com is for sale: a history", "voice.com is for sale for $30 million - TechCrunch",
    ],
)  # fmt: skip
def test_a_site_whose_titles_name_subjects(title: str) -> None:
    assert shown(title, TEXT) is OK


@pytest.mark.parametrize(
    "title",
    [
        "Not Found - YouTube",
        "Page not found - Example",
        "人机验证 - 知乎",
        "Just a moment...",
        "Access denied",
        "域名停靠",
        "404",
    ],
)
def test_the_head_of_a_large_page_shows_no_text_yet(title: str) -> None:
    assert shown(title, SCRIPT, cut=True) is OK
    assert shown(title, SCRIPT) is not OK  # all of it was read
    assert shown(title, f"<h1>{title}</h1>{SCRIPT}", cut=True) is not OK
    assert shown(title, f"<h1>Moments</h1>{SCRIPT}", cut=True) is OK


@pytest.mark.parametrize("title", ["Forbidden", "Access Denied", "Security check", "验证码", "安全检测"])
def test_common_words_are_a_wall_s_only_with_next_to_no_text(title: str) -> None:
    assert shown(title, f"<h1>{title}</h1>{TEXT}") is BLOCKED
    assert shown(title, "<p>All the apples are forbidden</p>" * 30) is OK


@pytest.mark.parametrize("title", ["File not found", "Video unavailable - Example", "链接失效"])
def test_what_is_not_found_may_be_no_page(title: str) -> None:
    assert shown(title, TEXT) is GONE
    assert shown(title, "<p>How do I open a file?</p>" * 100) is OK
