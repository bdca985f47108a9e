"""Fragments of URLs: which name an element, and by which ids a browser looks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links.fragments import element_fragment, fragment_in, names_of

PAGE = "https://x.y/page"


@pytest.mark.parametrize(
    "fragment",
    [
        "install",
        "Install",
        "sec-2.1",
        "os.path",
        "gr%C3%B6%C3%9Fe",
        "größe",
        "安装",
        "C++",
        "a:b",
        "comments-in-code",
        "x#y",
    ],
)
def test_names_of_elements(fragment: str) -> None:
    assert element_fragment(f"{PAGE}#{fragment}") == fragment
    assert element_fragment(f"{PAGE}#{fragment}:~:text=a,b") == fragment


@pytest.mark.parametrize(
    "fragment",
    [
        *("", "top", "TOP", "%74op", ":~:text=Some%20words", "%20", " "),
        *("page=3", "L10", "L10-L20", "l-5", "line-10", "L3C4-L5", "/route", "!hashbang", "!/a", "a/b", "a?b", "t=30"),
        *("issuecomment-123", "discussion_r12", "discussioncomment-9", "note_12", "post_4", "12345", "comment-7", "p1"),
        *("user-content-install", "readme", "readme-ov-file", "MIT-1-ov-file", "diff-0abc", "pullrequestreview-1"),
        *("rd", "wechat_redirect", ".UabcDEF", ".E5.8E.86", "C.2B.2B", "tab-2", "disqus_thread", "a%3Db"),
    ],
)
def test_fragments_that_name_no_element(fragment: str) -> None:
    assert element_fragment(f"{PAGE}#{fragment}") == ""


def test_the_ids_that_a_browser_looks_for() -> None:
    assert set(names_of("größe")) == {"größe", "gr%C3%B6%C3%9Fe"}
    assert set(names_of("a%20b")) == {"a%20b", "a b"}
    assert set(names_of("a b")) == {"a b", "a%20b"}
    assert set(names_of("install")) == {"install"}


@given(st.text(max_size=30))
def test_any_text_may_be_a_fragment(text: str) -> None:
    url = f"{PAGE}#{text}"
    assert element_fragment(url) in {"", fragment_in(url)}
    assert "\n" not in element_fragment(url)
    assert fragment_in(PAGE) == ""
