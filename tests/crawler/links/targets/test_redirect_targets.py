"""Which targets of redirects are no addresses for a note, by the two URLs alone."""

from __future__ import annotations

import pytest

from crawler.links.targets.moved_paths import is_same_page, keeps_name, keeps_path, moves_by_host, qualifies_name
from crawler.links.targets.redirect_targets import TargetFault, leads_to_login, target_fault
from crawler.links.targets.sites import is_one_site, own_name, site_of

A = "https://a.example.org"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"{A}/x", f"{A}/x?X-Amz-Date=20260101T000000Z&X-Amz-Expires=600&X-Amz-Signature=x", TargetFault.SIGNED),
        (f"{A}/x", f"{A}/y?deadline_at=1999999999", TargetFault.SIGNED),
        (f"{A}/x", f"{A}/exp=1999999999~hmac=0a/x", TargetFault.SIGNED),
        (f"{A}/x", f"{A}/x;jsessionid=1A2B", TargetFault.SESSION),
        (f"{A}/x", f"{A}/(S(1a2b))/x", TargetFault.SESSION),
        (f"{A}/x", "https://user:secret@a.example.org/x", TargetFault.SESSION),
        (f"{A}/x", f"{A}/y?q=8f3b2c9d1e4a7f60", TargetFault.SESSION),
        (f"{A}/x?sid=1", f"{A}/y/x?sid=2", TargetFault.SESSION),
        (f"{A}/x", f"{A}/y/x#access_token=1", TargetFault.SESSION),
        (f"{A}/x", f"{A}/users/sign_in", TargetFault.GATE),
        (f"{A}/x", "https://accounts.a.example.org/x", TargetFault.GATE),
        (f"{A}/x", f"{A}/age-gate", TargetFault.GATE),
        (f"{A}/x", f"{A}/go?target=/x", TargetFault.GATE),
        (f"{A}/x", f"{A}/oops.html", TargetFault.GATE),
        ("https://doi.org/10.1/x", f"{A}/10.1/x", TargetFault.IDENTIFIER),
        ("https://bit.ly/x", f"{A}/x", TargetFault.JUMP),
        (f"{A}/x", "https://t.co/x", TargetFault.JUMP),
        (f"{A}/go?q=https://b.example.net/", "https://b.example.net/", TargetFault.JUMP),
        (f"{A}/x", "http://a.example.org/x", TargetFault.DROPS_HTTPS),
        (f"{A}/x", f"{A}/zh-hans/x", TargetFault.LANGUAGE),
        (f"{A}/x", f"{A}/x?lang=en", TargetFault.LANGUAGE),
        (f"{A}/en/x", f"{A}/x", TargetFault.LANGUAGE),
        (f"{A}/x.html", f"{A}/x.en.html", TargetFault.LANGUAGE),
        (f"{A}/latest/x", f"{A}/3.2/x", TargetFault.VERSION),
        (f"{A}/x?version=latest", f"{A}/x?version=3.2", TargetFault.VERSION),
        (f"{A}/app-latest.zip", f"{A}/app-3.2.zip", TargetFault.VERSION),
        (f"{A}/x", f"{A}/v3/x", TargetFault.VERSION),
        (f"{A}/heath-stable/x", f"{A}/heath85/x", TargetFault.VERSION),
        (f"{A}/docs_current/", f"{A}/docs_3/", TargetFault.VERSION),
        (f"{A}/heath85/x", f"{A}/heath91/x", TargetFault.VERSION),
        (f"{A}/proj-3.2/x", f"{A}/proj-3.4/x", TargetFault.VERSION),
        ("https://latest.a.example.org/x", "https://v3.a.example.org/x", TargetFault.VERSION),
        (f"{A}/x", f"{A}/stable/x", TargetFault.VERSION),
        ("https://m.a.example.org/x", f"{A}/x", TargetFault.DEVICE),
        (f"{A}/x", f"{A}/x/amp", TargetFault.DEVICE),
        ("https://shop.com/x", "https://shop.co.uk/x", TargetFault.DEVICE),
        (f"{A}/x", "https://mirror2.b.example.net/x", TargetFault.MACHINE),
        (f"{A}/x", "https://a2.example.org/x", TargetFault.MACHINE),
        (f"{A}/x", "https://a.example.org:8443/x", TargetFault.MACHINE),
        (f"{A}/x", "https://192.0.2.7/x", TargetFault.MACHINE),
        (f"{A}/x?a=1", f"{A}/x?a=1&b=2", TargetFault.QUERY),
        (f"{A}/", f"{A}/welcome-home", TargetFault.ENTRY),
        (f"{A}/book", f"{A}/book/chapter-one", TargetFault.ENTRY),
        (f"{A}/book/", f"{A}/book/index.html", TargetFault.ENTRY),
        (f"{A}/blog/sorting", f"{A}/blog/", TargetFault.PARENT),
        (f"{A}/blog/sorting", "https://b.example.net/", TargetFault.PARENT),
        (f"{A}/blog/2020/sorting", f"{A}/archive", TargetFault.PARENT),
        (f"{A}/blog/sorting", f"{A}/search?q=sorting", TargetFault.PARENT),
        (f"{A}/view?id=57", f"{A}/view", TargetFault.PARENT),
    ],
)
def test_a_target_that_serves_no_reader(old: str, new: str, fault: TargetFault) -> None:
    assert target_fault(old, new) is fault


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://a.example.org/x", "https://www.a.example.org/x/"),
        (f"{A}/posts/sorting", f"{A}/articles/2020/sorting"),
        (f"{A}/posts/sorting", f"{A}/articles/quicksort"),
        (f"{A}/view?id=4821", f"{A}/articles/4821"),
        (f"{A}/q/4821", f"{A}/q/4821/how-to-sort"),
        (f"{A}/en/posts/sorting", f"{A}/en/articles/sorting"),
        (f"{A}/v1/posts/sorting", f"{A}/v1/articles/sorting"),
        (f"{A}/x?sid=5&next=a", f"{A}/y/x?sid=5&next=a"),
        (f"{A}/login/help", f"{A}/help/login/help"),
        (f"{A}/o/r/blob/master/x.py", f"{A}/o/r/blob/main/x.py"),
        ("https://project.org/x", "https://project.io/x"),
        ("https://dx.doi.org/10.1/x", "https://doi.org/10.1/x"),
        ("http://bit.ly/x", "https://bit.ly/x"),
    ],
)
def test_a_target_without_a_fault(old: str, new: str) -> None:
    assert target_fault(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "is_login"),
    [
        (f"{A}/x", f"{A}/users/sign_in", True),
        (f"{A}/x", "https://login.b.example.net/oauth", True),
        (f"{A}/x", f"{A}/login.php?id=5", True),
        (f"{A}/", f"{A}/login", False),  # the front page of an application
        (f"{A}/login/help", f"{A}/login", False),
        (f"{A}/x", f"{A}/docs/login/overview", False),
    ],
)
def test_a_page_for_a_login(old: str, new: str, *, is_login: bool) -> None:
    assert leads_to_login(old, new) is is_login


def test_one_page_in_two_spellings() -> None:
    assert is_same_page("http://www.a.example.org/x.html", f"{A}/x/")
    assert is_same_page(f"{A}/x/index.html?utm_source=b", f"{A}/x")
    assert not is_same_page(f"{A}/x", f"{A}/x?y=1")


@pytest.mark.parametrize(
    ("old", "new", "is_kept"),
    [
        ("/posts/sorting", "/2020/sorting.html", True),
        ("/posts/how_to_sort", "/posts/how-to-sort", True),
        ("/posts/sorting", "/faq#sorting", True),
        ("/view?id=57", "/articles/57", True),
        ("/view?id=57", "/articles/58", False),
        ("/posts/4821-sorting", "/posts/sorting-4821", True),
        ("/project/docs", "/other/docs", False),  # what `docs` names is before it
        ("/project/docs", "/projects/project/docs", True),
        ("/posts/sorting", "/posts/searching", False),
        ("/", "/", True),
    ],
)
def test_what_names_a_page_is_kept(old: str, new: str, *, is_kept: bool) -> None:
    assert keeps_name(A + old, A + new) is is_kept


def test_paths_are_kept_as_a_whole() -> None:
    assert keeps_path(f"{A}/blog/sorting", "https://b.example.net/blog/sorting")
    assert keeps_path(f"{A}/sorting", "https://b.example.net/blog/sorting")
    assert keeps_path(f"{A}/", "https://b.example.net/")
    assert not keeps_path(f"{A}/sorting", "https://b.example.net/")
    assert not keeps_path(f"{A}/sorting?id=1", "https://b.example.net/sorting")


def test_three_links_that_move_path_by_path_are_a_migration() -> None:
    moves = [(f"{A}/posts/{n}", f"https://b.example.net/posts/{n}", f"Page {n}") for n in range(3)]
    assert moves_by_host(moves) == {("a.example.org", "b.example.net")}
    assert moves_by_host(moves[:2]) == frozenset()
    assert moves_by_host((old, new, "One page") for old, new, _ in moves) == frozenset()
    assert moves_by_host((old, old.replace("https", "http"), page) for old, _, page in moves) == frozenset()


def test_sites() -> None:
    assert site_of("www.shop.example.co.uk") == "example.co.uk"
    assert site_of("alice.github.io") == "alice.github.io"
    assert site_of("localhost") == "localhost"
    assert not is_one_site("https://alice.github.io/", "https://bob.github.io/")
    assert own_name("docs.project.io") == "project"


def test_a_hash_or_a_qualifier_keeps_the_name() -> None:
    assert keeps_name(f"{A}/posts/sorting", f"{A}/posts/sorting-8f3b2c")
    assert not keeps_name(f"{A}/posts/sorting", f"{A}/posts/sorting-2024")
    assert not keeps_name(f"{A}/posts/sorting", f"{A}/posts/sorting-decade")
    assert qualifies_name(f"{A}/wiki/Mercury", f"{A}/wiki/Mercury_%28planet%29")
    assert not qualifies_name(f"{A}/wiki/Mercury", f"{A}/wiki/Mercury")
    assert not qualifies_name(f"{A}/wiki/Mercury", f"{A}/wiki/Mercury_planet")
    assert not qualifies_name(f"{A}/", f"{A}/Mercury")
