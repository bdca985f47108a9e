"""The client of the Wayback Machine: the nearest snapshot, none, or no answer."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from crawler.config.crawl_options import CrawlOptions
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import ATTEMPTS, open_session
from crawler.lookups.wayback import AVAILABLE, INDEX, Wayback, _can_be_read, _closest_available, _latest_listed
from tests.internet import Failure
from tests.internet.messages import Response, html, redirect, text
from tests.support.answers import Answer, Clock, query_of
from tests.support.options import project_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import PreparedRequest, Session

    from tests.internet import Internet

pytestmark = pytest.mark.xdist_group("waiting")  # as tests of politeness

pytest_plugins = ["tests.support.apis", "tests.internet.fixtures"]

URL = "https://a.example.org/x"
WHEN = datetime(2022, 3, 1, tzinfo=UTC)
STAMP = "20220301000000"


def snapshot(stamp: str = STAMP, url: str = URL, host: str = "https://web.archive.org") -> str:
    return f"{host}/web/{stamp}/{url}"


def closest(**more: object) -> bytes:
    """Return an answer of the availability API."""
    found = {"status": "200", "available": True, "url": snapshot(host="http://web.archive.org"), "timestamp": STAMP}
    return json.dumps({"url": URL, "archived_snapshots": {"closest": found | more}}).encode()


def rows(*rows: object) -> bytes:
    """Return an answer of the index."""
    return json.dumps([["timestamp", "original"], *rows]).encode()


NONE = b'{"url": "x", "archived_snapshots": {}}'
ROW = [STAMP, URL]


def both(available: Answer | bytes, index: Answer | bytes = b"[]") -> Any:
    """Answer for both services."""

    def answer(request: PreparedRequest) -> Answer:
        said = available if str(request.url).startswith(AVAILABLE) else index
        return said if isinstance(said, Answer) else Answer(said)

    return answer


# -- on the small internet ---------------------------------------------------------------------------------------------


@pytest.fixture
def wayback(online: Internet, tmp_path: Path) -> Iterator[Wayback]:
    with open_session(tmp_path / "x.sqlite", user_agent="tests", delay=0, is_cacheable=_can_be_read) as session:
        yield Wayback(session)


@pytest.mark.parametrize("page", ["https://a.example.org/x?y=z&a", "https://spurious.example.org/x?y=z&a"])
@pytest.mark.parametrize(
    ("when", "stamp"),
    [
        (datetime(2022, 3, 14, tzinfo=UTC), "20220315120000"),
        (datetime(2022, 3, 16, tzinfo=UTC), "20220315120000"),
        (datetime(2022, 3, 16), "20220315120000"),  # noqa: DTZ001
        (datetime(2022, 4, 1, tzinfo=UTC), "20220415120000"),
        (date(2022, 3, 31), "20220415120000"),
        (date(2022, 3, 20), "20220315120000"),
        (date(2001, 1, 1), "20160115120000"),
        (date(2031, 1, 1), "20251215120000"),
        (None, "20251215120000"),
    ],
)
def test_the_nearest_snapshot_before_or_after(
    wayback: Wayback, page: str, when: datetime | date | None, stamp: str
) -> None:
    assert wayback.nearest(page, when) == snapshot(stamp, page)


def test_the_address_leads_to_the_snapshot(wayback: Wayback, get: Any) -> None:
    address = wayback.nearest(URL, WHEN)
    assert get(address).status_code == 200


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        (html("<title>é</title>"), "<title>é</title>"),
        (
            Response(200, "<title>标</title>".encode("gbk"), {"Content-Type": "text/html; charset=gbk"}),
            "<title>标</title>",
        ),
        (text("é"), ""),
        (html("gone", 404), ""),
        (Response(200, b"%PDF", {"Content-Type": "application/pdf"}), ""),
    ],
)
def test_the_page_is_read_as_it_was_captured(wayback: Wayback, online: Internet, answer: Response, source: str) -> None:
    online.fault("https://web.archive.org/*", answer)
    assert wayback.page(snapshot()) == source
    (request,) = online.requests
    assert request.path == f"/web/{STAMP}id_/{URL}"
    assert wayback.page(URL) == ""
    assert len(online.requests) == 1


@pytest.mark.parametrize("page", ["https://never-archived.example.org/", "https://excluded.example.org/"])
def test_none_is_said_twice(wayback: Wayback, online: Internet, page: str) -> None:
    assert wayback.nearest(page, WHEN) is None
    assert [request.host for request in online.requests] == ["archive.org", "web.archive.org"]


def test_what_was_asked_tonight_is_not_asked_again(wayback: Wayback, online: Internet) -> None:
    pages = [f"https://{name}.example.org/" for name in ("a", "spurious", "never-archived")]
    first = [wayback.nearest(page, WHEN) for page in pages]
    asked = len(online.requests)
    assert asked == 5
    assert [wayback.nearest(page, WHEN) for page in pages] == first
    assert len(online.requests) == asked
    wayback.nearest(pages[0], None)
    assert len(online.requests) == asked + 1


@pytest.mark.parametrize("service", ["https://archive.org/*", "https://web.archive.org/*"])
@pytest.mark.parametrize(
    "fault",
    [
        html("<html>Temporarily offline</html>"),
        html("gone", 404),
        text("", 403),
        text(""),
        redirect("https://a.example.org/"),
        redirect("https://archive.org/wayback/available?url=x"),  # for ever
        redirect("ftp://archive.org/"),
        Response(200, NONE, failure=Failure.CUT),
        Response(200, b"x", {"Content-Encoding": "gzip"}),
    ],
)
def test_whatever_breaks_says_nothing_and_is_not_kept(
    wayback: Wayback, online: Internet, service: str, fault: Response
) -> None:
    page = "https://never-archived.example.org/"
    online.fault(service, fault)
    with pytest.raises(ServiceDownError):
        wayback.nearest(page, WHEN)
    online.heal()
    assert wayback.nearest(page, WHEN) is None


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("available", "index", "expected"),
    [
        (closest(), b"", snapshot()),
        (closest(url=snapshot()), b"", snapshot()),
        (closest(url=snapshot(url="http://www.example.org:80/y")), b"", snapshot(url="http://www.example.org:80/y")),
        (closest(url=f"http://web.archive.org:80/web/{STAMP}id_/{URL}"), b"", snapshot()),
        (closest(url=snapshot(url=URL + "?a=b&c=http://d/")), b"", snapshot(url=URL + "?a=b&c=http://d/")),
        (closest(url=snapshot(url=URL + "/中 <文>")), b"", snapshot(url=URL + "/%E4%B8%AD%20%3C%E6%96%87%3E")),
        # no good one: the index decides
        (closest(status="301"), b"[]", None),
        (closest(status="404"), rows(ROW), snapshot()),
        (closest(available=False), rows(ROW), snapshot()),
        (NONE, rows(ROW), snapshot()),
        (NONE, rows(["20050101000000", "http://a.example.org:80/x"]), "https://web.archive.org/web/20050101000000/http://a.example.org:80/x"),
        (NONE, b"[]", None),
        (b'{"archived_snapshots": {}}', b" [ ]\n", None),
    ],
)  # fmt: skip
def test_answers(serve: Any, session: Session, available: bytes, index: bytes, expected: str | None) -> None:
    serve(both(available, index))
    assert Wayback(session).nearest(URL, WHEN) == expected


HOSTILE = [
    *(b"", b"<html>", b"null", b"[]", b"{}", b"[[]]", b'"x"', b"7", b"\xff", closest()[:-9], b"[" * 100_000),
    *(b'{"archived_snapshots": []}', b'{"archived_snapshots": null}', b'{"archived_snapshots": {"closest": null}}'),
    *(b'{"archived_snapshots": {"x": 1}}', b'{"archived_snapshots": {"closest": {}}}', closest(url=None)),
    *(closest(available=1), closest(status=200), closest(status=None), closest(available="yes")),
    *(closest(url=url) for url in ("", "javascript:alert(1)", URL, snapshot(url="javascript:alert(1)"))),
    *(closest(url=url) for url in (snapshot(host="ftp://web.archive.org"), snapshot(host="https://archive.org"))),
    closest(url=snapshot(host="https://web.archive.org.evil.example")),
    closest(url=snapshot(host="https://evil.example/https://web.archive.org")),
    closest(url=snapshot(host="https://web.archive.org@evil.example")),
    *(closest(url=snapshot(stamp)) for stamp in ("2022", "*", "２０２２０３０１００００００", STAMP + "1")),
    *(closest(url=snapshot(url=url)) for url in ("x", "http://", "http:///x", f"{URL}\nx", f"{URL}\ud800")),
]


@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: repr(answer[:80]))
def test_what_is_no_answer_of_the_api_says_nothing(serve: Any, session: Session, answer: bytes) -> None:
    serve(both(answer, rows(ROW)))
    with pytest.raises(ServiceDownError, match=r"^HTTP 200, "):
        Wayback(session).nearest(URL, WHEN)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"<html>", b"null", b"{}", b"[[]]", b'"x"', rows(ROW)[:-9], NONE, closest(), b"[" * 100_000),
        *(b"java.lang.IllegalArgumentException: fromKey > toKey", rows(), rows([]), rows([STAMP]), rows([STAMP, None])),
        *(rows(ROW, ROW), rows([STAMP, URL, "200"]), rows(["2022", URL]), rows([STAMP, "javascript:alert(1)"])),
        json.dumps([["original", "timestamp"], ROW]).encode(),
        json.dumps([ROW]).encode(),
    ],
    ids=lambda answer: repr(answer[:80]),
)
def test_what_is_no_answer_of_the_index_says_nothing(serve: Any, session: Session, answer: bytes) -> None:
    serve(both(NONE, answer))
    with pytest.raises(ServiceDownError, match=r"^HTTP 200, "):
        Wayback(session).nearest(URL, WHEN)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([STAMP, URL, snapshot(), "timestamp"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["archived_snapshots", "closest", "url", "available", "status"]), inner)
    ),
)


@given(values)
def test_any_json_is_an_address_none_or_no_answer(answer: object) -> None:
    for read in (_closest_available, _latest_listed):
        try:
            found = read(answer)
        except ValueError:
            continue
        assert found is None or found.startswith("https://web.archive.org/web/")


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("service", ["available", "index"])
def test_a_service_that_is_down_says_nothing(serve: Any, session: Session, service: str, status: int) -> None:
    down = Answer(b"[]", status)
    server = serve(both(down) if service == "available" else both(NONE, down))
    with pytest.raises(ServiceDownError, match=f"^HTTP {status}$"):
        Wayback(session).nearest(URL, WHEN)
    assert len(server.requests) == ATTEMPTS + (service == "index")


@pytest.mark.parametrize(
    ("error", "said"),
    [(requests.ConnectionError("refused"), "connection failed"), (requests.Timeout("slow"), "timed out")],
)
def test_a_service_that_cannot_be_reached_says_nothing(
    serve: Any, session: Session, error: Exception, said: str
) -> None:
    serve([error])
    with pytest.raises(ServiceDownError, match=f"^{said}$"):
        Wayback(session).nearest(URL, WHEN)
    serve([Answer(NONE), error])
    with pytest.raises(ServiceDownError, match=f"^{said}$"):
        Wayback(session).nearest(URL, None)


def test_the_service_says_how_long_to_wait(serve: Any, session: Session, clock: Clock) -> None:
    server = serve([Answer(status=429, headers={"Retry-After": "77"}), Answer(closest())])
    began = clock.now
    assert Wayback(session).nearest(URL, WHEN) == snapshot()
    assert (len(server.requests), clock.now - began) == (2, 77)


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("https://a.example.org/?a=1&b=http://x/&timestamp=2001", None),
        ("https://a.example.org/x#y", "https://a.example.org/x"),
        ("https://a.example.org/#!/x?y&limit=9", "https://a.example.org/"),
        ("https://a.example.org/x%23y%26z+w", None),
        ("https://a.example.org/a b", "https://a.example.org/a%20b"),
        ("https://a.example.org/中?文=。", "https://a.example.org/%E4%B8%AD?%E6%96%87=%E3%80%82"),
        ("https://例子.example.org/", "https://xn--fsqu00a.example.org/"),
        ("https://me:secret@a.example.org:8080/x", "https://a.example.org:8080/x"),
        ("http://a.example.org/*", None),
    ],
)
@pytest.mark.parametrize("when", [None, WHEN])
def test_how_a_page_is_asked_for(
    serve: Any, session: Session, page: str, asked: str | None, when: datetime | None
) -> None:
    server = serve(both(NONE))
    assert Wayback(session).nearest(page, when) is None
    available, index = server.requests
    assert query_of(available) == {"url": asked or page} | ({"timestamp": STAMP} if when else {})
    about = {"limit": "1", "closest": STAMP, "sort": "closest", "fastLatest": "false"} if when else {"limit": "-1"}
    assert query_of(index) == about | {
        "url": asked or page,
        "matchType": "exact",
        "output": "json",
        "fl": "timestamp,original",
        "filter": "statuscode:200",
    }
    for request, service in ((available, AVAILABLE), (index, INDEX)):
        assert str(request.url).isascii()
        assert str(request.url).startswith(f"{service}?")
        assert not urlsplit(str(request.url)).fragment
        assert "secret" not in f"{request.url} {request.headers}"


@pytest.mark.parametrize(
    ("when", "stamp"),
    [
        (datetime(2022, 3, 1, 1, 2, 3, tzinfo=timezone(timedelta(hours=8))), "20220228170203"),
        (datetime(2022, 3, 1, 1, 2, 3), "20220301010203"),  # noqa: DTZ001
        (date(2022, 3, 1), "20220301120000"),
    ],
)
def test_moments_are_told_in_utc(serve: Any, session: Session, when: datetime | date, stamp: str) -> None:
    server = serve(both(NONE))
    Wayback(session).nearest(URL, when)
    assert [query_of(server.requests[0])["timestamp"], query_of(server.requests[1])["closest"]] == [stamp, stamp]


@pytest.mark.parametrize(
    "page",
    [
        *("", "a.md", "/a", "//a.example.org/", "mailto:a@b.org", "ftp://a.example.org/", "javascript:alert(1)"),
        *("http://", "https://[x/", "http://a<b.org/", "http://localhost/", "http://192.168.0.1/", "http://intranet/"),
    ],
)
def test_what_nobody_can_have_archived_is_not_asked_for(serve: Any, session: Session, page: str) -> None:
    server = serve(both(closest()))
    assert Wayback(session).nearest(page, WHEN) is None
    assert server.requests == []


@pytest.mark.parametrize(("pace", "distance"), [({"archive.org": 9}, 9), ({"*": 4}, 4), (None, 1)])
def test_from_the_settings(
    serve: Any, clock: Clock, tmp_path: Path, pace: dict[str, float] | None, distance: float
) -> None:
    settings = project_settings(
        OUTPUT_DIR=str(tmp_path), HTTP_CACHE="", **({} if pace is None else {"DOWNLOAD_DELAYS": pace})
    )
    server = serve(both(NONE))
    wayback, began = Wayback.from_options(CrawlOptions.from_settings(settings)), clock.now
    for _ in range(2):
        assert wayback.nearest(URL, WHEN) is None
    assert (len(server.requests), clock.now - began) == (2, distance)
    assert (tmp_path / "http_cache.sqlite").exists()
    assert server.requests[0].headers["User-Agent"] == settings["USER_AGENT"]
