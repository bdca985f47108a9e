"""Which new addresses a note may get, of links whose states are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.models.metadata import Page
from crawler.models.note import Mention
from pipelines.rewriting.redirects import is_worth_edit
from tests.support.mending import moved, standing

OLD = "https://a.example/posts/attention"
TITLE = "What attention attends to"


def is_written(
    new: str, old: str = OLD, text: str = "x", title: str | None = None, *, is_confirmed: bool = True
) -> bool:
    state = moved(old, new, Page(title) if title is not None else None)
    return is_worth_edit(replace(state, is_move_confirmed=is_confirmed), Mention(old, 4, 9, 1, 5, text=text))


@pytest.mark.parametrize(
    "new",
    [
        "https://a.example/articles/attention",
        "https://www.a.example/articles/attention",
        "https://blog.a.example/2020/attention?view=full",
        "https://a.example/posts/2020/attention/",
    ],
)
def test_another_address_of_the_same_site_is_written_once_it_was_seen_twice(new: str) -> None:
    assert is_written(new)
    assert not is_written(new, is_confirmed=False)


def test_a_link_that_has_not_moved_stays() -> None:
    assert not is_worth_edit(standing(OLD), Mention(OLD, 4, 9, 1, 5))


@pytest.mark.parametrize(
    "new",
    [
        "http://a.example/posts/attention",
        "https://a.example/",
        "https://a.example/attention",
        "https://a.example/posts/attention;jsessionid=1A2B",
        "https://a.example/posts/attention;JSESSIONID=1A2B",
        "https://a.example/(S(1a2b))/posts/attention",
        "https://a.example/posts/attention?PHPSESSID=1a2b",
        "https://a.example/posts/attention?Expires=9999999999&Signature=x&Key-Pair-Id=y",
        "https://a.example/posts/attention?access_token=1a2b",
        "https://a.example/posts/attention?next=/x",
        "https://a.example/users/login",
        "https://login.a.example/posts/attention",
    ],
)
def test_an_address_that_does_not_last_or_asks_for_a_login_is_not_written(new: str) -> None:
    assert not is_written(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://a.example/posts/attention", "http://a.example/articles/attention"),
        ("http://a.example/posts/attention", "https://a.example/articles/attention"),
        (f"{OLD}?next=a&sid=5", "https://a.example/articles/attention?next=a&sid=5"),
        ("https://a.example/login/attention", "https://a.example/login/attention/index.html"),
        ("https://login.a.example/attention", "https://login.a.example/x/attention"),
    ],
)
def test_what_the_old_address_has_too_is_no_obstacle(old: str, new: str) -> None:
    assert is_written(new, old)


@pytest.mark.parametrize(
    ("text", "title", "is_same"),
    [
        (TITLE, TITLE, True),
        (TITLE.upper(), f"{TITLE}!", True),
        (TITLE, "Another page", False),
        (TITLE, None, False),
        ("here", "here", False),  # too short to tell one page from another
        ("abcde", "abcde", False),
        ("abcdef", "abcdef", True),
        ("https://a.example/x", "https://a.example/x", False),
    ],
)
def test_another_site_has_to_show_the_title_of_the_note(text: str, title: str | None, *, is_same: bool) -> None:
    assert is_written("https://b.example/posts/attention", text=text, title=title) is is_same


@pytest.mark.parametrize(
    ("old", "new", "is_certain"),
    [
        ("https://github.com/o/n", "https://github.com/p/m", True),
        ("https://github.com/o/n/tree/main/x", "https://github.com/p/m", True),
        ("https://github.com/o/n", "https://a.example/p/m", False),
        (OLD, "https://github.com/p/m", False),
        (OLD, "https://a.example/articles/attention", False),
    ],
)
def test_what_a_service_says_of_its_own_is_certain(old: str, new: str, *, is_certain: bool) -> None:
    assert is_written(new, old, is_confirmed=False) is is_certain
