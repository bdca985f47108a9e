"""What has not changed is not read again: conditional requests for pages, and what may be believed of the answers."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawler.fetch.conditional_requests import (
    FULL_AFTER,
    add_conditions,
    from_not_modified,
    is_invalid_304,
    version_of,
    with_validators,
)
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink, Validators
from tests.internet.messages import html, page, redirect, revalidated, text
from tests.support.crawling import EVERY_NIGHT
from tests.support.storing import NOW, all_due, checked, register

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.store.link_store import LinkStore
    from tests.internet import Internet
    from tests.internet.messages import Request as Asked
    from tests.internet.messages import Response as Answer
    from tests.support.crawling import Desk

pytest_plugins = ["tests.support.databases"]

URL = "https://e.example/page"
DATE = "Mon, 03 Jan 2022 08:00:00 GMT"
AT = datetime(2026, 11, 20, tzinfo=UTC)


def answer(status: int = 200, url: str = URL, request: Request | None = None, **headers: bytes | str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(url, status, named, request=request or Request(url))


def due(outcome: Outcome = Outcome.OK, kind: str = "web", read: timedelta = timedelta(7)) -> DueLink:
    history = (Check(outcome, Reason(ReasonCode.OTHER, "seen"), AT - timedelta(7), CheckMethod.PAGE, 200),)
    return DueLink(Link(URL, kind, URL, "e.example"), history, validators=Validators(URL, AT - read, '"1"', DATE))


def conditions(request: Request) -> list[bytes | None]:
    return [request.headers.get(name) for name in ("If-None-Match", "If-Modified-Since")]


# --- what is believed of a server's words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("etag", "good"),
    [
        (b'"abc"', True),
        (b'W/"abc"', True),
        (b'""', True),
        (b' "a" ', True),
        (b"", False),
        (b"abc", False),
        (b"*", False),  # which any version matches
        (b'w/"abc"', False),
        (b'"a", "b"', False),
        (b'"a"b"', False),
        (b'"a b"', False),
        (b'"a\x00b"', False),
        ('"é"'.encode(), False),
        (b'"' + b"x" * 200 + b'"', True),
        (b'"' + b"x" * 201 + b'"', False),
    ],
)
def test_an_etag_is_taken_for_one_if_it_is_one(etag: bytes, good: bool) -> None:
    assert version_of(answer(ETag=etag)) == (etag.strip().decode() if good else None, None)


@pytest.mark.parametrize(
    ("date", "good"),
    [
        (DATE, True),
        (DATE + " x" * 9, False),
        ("yesterday", False),
        ("", False),
        ("0", False),
        ("Mon, 99 Jan 2022 08:00:00 GMT", False),
    ],
)
def test_a_date_is_taken_for_one_if_it_is_one(date: str, good: bool) -> None:
    assert version_of(answer(Last_Modified=date)) == (None, date if good else None)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_a_server_says_can_be_stored_and_sent_back(etag: bytes, date: bytes) -> None:
    request = add_conditions(Request(URL), *version_of(answer(ETag=etag, Last_Modified=date)), AT)
    sent = b"".join(value or b"" for value in conditions(request))
    assert not set(sent) & set(b"\0\r\n")
    assert conditions(request)[0] in {None, etag.strip()}


def test_a_date_yet_to_come_is_not_asked_with() -> None:
    assert conditions(add_conditions(Request(URL), None, DATE, AT)) == [None, DATE.encode()]
    assert conditions(add_conditions(Request(URL), None, DATE, datetime(2022, 1, 3, 7, tzinfo=UTC))) == [None, None]


# --- when is asked with a condition -----------------------------------------------------------------------------------


def test_a_page_that_was_well_is_asked_for_changes() -> None:
    asked = [b'"1"', DATE.encode()]
    assert conditions(with_validators(Request(URL), due(), AT)) == asked
    assert conditions(with_validators(Request(URL), due(read=FULL_AFTER), AT)) == asked


@pytest.mark.parametrize(
    "each",
    [
        *(due(outcome) for outcome in (Outcome.GONE, Outcome.FAILED, Outcome.BLOCKED, Outcome.RESTRICTED)),
        due(read=FULL_AFTER + timedelta(seconds=1)),
        due(read=-timedelta(days=2)),  # by a clock that was ahead
        replace(due(), history=()),
        replace(due(), validators=None),
    ],
)
def test_what_was_not_well_or_was_read_long_ago_is_asked_for_in_full(each: DueLink) -> None:
    assert conditions(with_validators(Request(URL), each, AT)) == [None, None]


def test_only_the_answer_of_who_was_asked_counts() -> None:
    asked = with_validators(Request(URL), due(), AT)
    assert not is_invalid_304(due(), answer(304, request=asked))
    assert is_invalid_304(due(), answer(304, "https://other.example/page", asked))
    assert is_invalid_304(due(), answer(412, request=asked))
    assert not is_invalid_304(due(), answer(200, "https://other.example/page", asked))
    assert not is_invalid_304(due(), answer(304))  # nobody asked for it: a failure like any other
    check = Check(Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "304"), AT, CheckMethod.PAGE, 304)
    assert from_not_modified(due(), answer(304), check) is None
    assert from_not_modified(due(), answer(200, request=asked), check) is None


def test_unchanged_is_as_it_was_but_for_the_time() -> None:
    moved = Check(
        Outcome.MOVED,
        Reason(ReasonCode.PERMANENT_REDIRECT, "301"),
        AT - timedelta(7),
        CheckMethod.PAGE,
        200,
        "https://e.example/new",
        suggestion=URL + "s",
    )
    seen = Check(
        Outcome.FAILED,
        Reason(ReasonCode.UNEXPECTED_STATUS, "304"),
        AT,
        CheckMethod.PAGE,
        304,
        elapsed=timedelta(seconds=1),
    )
    each = replace(due(), history=(moved,))
    same = from_not_modified(each, answer(304, request=with_validators(Request(URL), each, AT)), seen)
    expected = replace(moved, checked_at=AT, http_status=304, elapsed=timedelta(seconds=1))
    assert same == CheckResult(each.link, expected, validators=each.validators)


def test_validators_say_something() -> None:
    with pytest.raises(ValueError, match="need an ETag"):
        Validators(URL, AT)
    with pytest.raises(ValueError, match="time zone"):
        Validators(URL, AT.replace(tzinfo=None), '"1"')


# --- what is remembered -----------------------------------------------------------------------------------------------


def test_the_store_keeps_the_version_that_was_read_last(store: LinkStore) -> None:
    (a,) = register(store, "n.md", URL)

    def known(*results: CheckResult) -> Validators | None:
        if results:
            store.save(results)
        (each,) = all_due(store, NOW + timedelta(days=99))
        return each.validators

    one, two = Validators(URL, NOW, '"1"'), Validators(URL + "/2", NOW, None, DATE)
    assert known() is None
    assert known(replace(checked(a), validators=one)) == one
    assert known(replace(checked(a, night=1), validators=two)) == two
    assert known(checked(a, Outcome.FAILED, 2)) == two
    assert known(checked(a, night=3)) is None  # read anew, and its server calls that version nothing


# --- nights -----------------------------------------------------------------------------------------------------------

HOST = "https://h{:02}.bench.example.org"


def versioned(title: str, etag: str = '"1"', modified: str = DATE) -> Callable[[Asked], Answer]:
    return lambda request: revalidated(request, page(f"{title} at {request.path}"), etag, modified)


def conditional_requests(internet: Internet) -> dict[str, bool]:
    """Return whether each URL, in the order of requests, was asked for with a condition; the latest request counts."""
    return {request.url: "if-none-match" in request.headers for request in internet.requests}


def test_the_next_night_only_what_changed_is_read(desk: Desk, internet: Internet) -> None:
    same, moved, new, secure, compressed, odd = (HOST.format(n) for n in range(6))
    secure = secure.replace("https", "http")
    target = HOST.format(9)
    article, repository = internet.world.article(), internet.world.repository()
    internet.fault(f"{same}/*", versioned("Same"))
    internet.fault(f"{moved}/post", redirect(f"{target}/x"))
    internet.fault(f"{target}/*", versioned("Moved"))
    internet.fault(f"{new}/*", versioned("Old"))
    internet.fault(f"{secure}/*", versioned("Both"))
    internet.fault(f"{secure.replace('http', 'https')}/*", versioned("Both"))
    internet.fault(f"{compressed}/post", lambda request: revalidated(request, COMPRESSED, '"1"', DATE))
    internet.fault(f"{odd}/post", page("Odd").with_headers(etag="*", last_modified="Fri, 01 Jan 2100 00:00:00 GMT"))
    internet.fault(article, lambda request: revalidated(request, html(ARTICLE), 'W/"a"'))
    internet.fault(repository, lambda request: revalidated(request, html(REPOSITORY), 'W/"r"'))
    urls = [*(f"{host}/post" for host in (same, moved, new, secure, compressed, odd)), article, repository]
    desk.write("a.md", "\n".join(f"- <{url}>" for url in urls))
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    first = desk.health()
    assert {first[url]["verdict"] for url in urls} == {"alive"}
    assert first[f"{secure}/post"]["suggestion"] == f"{secure.replace('http', 'https')}/post"
    assert not any(conditional_requests(internet).values())

    internet.fault(f"{new}/*", versioned("New", '"2"'))
    internet.forget()
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    second = desk.health()
    changed = {"last_checked", "last_alive", "http_status"}
    for url in set(urls) - {f"{new}/post"}:
        assert {k: v for k, v in second[url].items() if k not in changed} == {
            k: v for k, v in first[url].items() if k not in changed
        }
    assert second[f"{new}/post"]["title"] == "New at /post"
    assert second[article]["title"] == "An article"
    asked = conditional_requests(internet)
    assert asked[f"{moved}/post"]
    assert asked[f"{target}/x"]
    assert not asked[f"{odd}/post"]
    for host in (same, moved, target, secure, compressed, article, repository):
        assert internet.sent(f"{host}*") < 400  # at most the text of a redirect
    assert {request.path for request in internet.asked(f"{same}/*")} == {"/post"}  # no second look
    assert internet.asked(f"{secure.replace('http', 'https')}/*") == []


ARTICLE = (
    '<meta property="og:title" content="An article"><div id="js_content">Text</div><script>var nickname="A"</script>'
)
COMPRESSED = replace(
    page("Compressed"), body=gzip.compress(b"<title>Compressed</title>"), headers={"Content-Encoding": "gzip"}
)
REPOSITORY = '<title>repository</title><span id="repo-stars-counter-star" title="1,234">1.2k</span>'


def test_a_304_that_says_nothing_is_not_believed(desk: Desk, internet: Internet) -> None:
    """Of another address, of a server that mistakes the condition, and of one that was not asked for it."""
    strayed, stray, mistaken, unasked = (HOST.format(n) for n in range(4))
    internet.fault(f"{strayed}/*", versioned("Here"))
    internet.fault(f"{stray}/*", versioned("There"))
    internet.fault(f"{mistaken}/*", versioned("Mistaken"))
    internet.fault(f"{unasked}/*", text("", 304))
    urls = [f"{host}/post" for host in (strayed, mistaken, unasked)]
    desk.write("a.md", "\n".join(f"- <{url}>" for url in urls))
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert desk.health()[urls[2]]["outcome"] == "unreadable"
    assert desk.health()[urls[2]]["reason"] == "unexpected status (HTTP 304)"

    internet.fault(f"{strayed}/post", redirect(f"{stray}/post"))
    internet.fault(
        f"{mistaken}/post", lambda request: text("", 412) if "if-none-match" in request.headers else page("Still there")
    )
    internet.forget()
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    rows = desk.health()
    assert (rows[urls[0]]["outcome"], rows[urls[0]]["title"]) == ("moved", "There at /post")
    assert (rows[urls[1]]["outcome"], rows[urls[1]]["title"]) == ("ok", "Still there")
    assert [len(internet.asked(url)) for url in urls] == [2, 2, 2]  # in full at once; what failed once more at the end
    assert not conditional_requests(internet)[f"{stray}/post"]


def test_a_page_that_is_gone_is_gone_whatever_was_known_of_it(desk: Desk, internet: Internet) -> None:
    url = f"{HOST.format(0)}/post"
    internet.fault(url, versioned("Here"))
    desk.write("a.md", f"<{url}>")
    desk.crawl(*EVERY_NIGHT)
    internet.fault(url, text("", 410))
    desk.crawl(*EVERY_NIGHT)
    assert desk.verdicts() == {url: "suspect"}
    internet.forget()
    desk.crawl(*EVERY_NIGHT)
    assert not any(conditional_requests(internet).values())
