"""The HTTP session of the API clients: cached, paced, patient when told to wait."""

from __future__ import annotations

import gzip
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise, repeat
from socket import create_server, socket
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.politeness.host_throttle import MAX_WAIT, parse_retry_after
from crawler.lookups.errors import ServiceDownError
from crawler.lookups.session import ATTEMPTS, open_session
from tests.support.answers import Answer, Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from requests import PreparedRequest, Session
    from requests_cache import CachedSession

pytest_plugins = ["tests.support.apis"]
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://api.example.com/x"


def test_what_was_asked_tonight_is_not_asked_again(serve: Any, session: Session, clock: Clock) -> None:
    server = serve([Answer(b"1"), Answer(b"2")])
    assert session.get(URL).content == b"1"
    asked_at = clock.now
    assert session.get(URL).content == b"1"
    assert session.get(URL + "?y").content == b"2"
    assert len(server.requests) == 2
    assert clock.now == asked_at + 3


def test_answers_are_remembered_by_the_next_run(serve: Any, tmp_path: Path) -> None:
    server = serve([Answer(b"1"), Answer(b"2")])
    for _ in range(2):
        with open_session(tmp_path / "cache.sqlite", user_agent="tests", delay=0) as session:
            assert session.get(URL).content == b"1"
    assert len(server.requests) == 1


def test_an_old_answer_is_asked_for_again_and_kept_where_nothing_changed(serve: Any, session: CachedSession) -> None:
    """RFC 9111, 4.3: the service is told what we have, and sends it only if that is no longer true."""
    told = []

    def answer(request: PreparedRequest) -> Answer:
        told.append(request.headers.get("If-None-Match"))
        etag = '"new"' if len(told) > 2 else '"old"'
        if told[-1] == etag:
            return Answer(status=304, headers={"ETag": etag})
        return Answer(etag.encode(), headers={"ETag": etag})

    serve(answer)

    def ask_a_day_later() -> bytes:
        for old in session.cache.responses.values():
            assert old.expires is not None
            old.expires -= timedelta(days=1)
            session.cache.save_response(old, old.cache_key, old.expires)
        return session.get(URL).content

    assert session.get(URL).content == b'"old"'
    assert session.get(URL).content == b'"old"'
    assert told == [None]
    assert ask_a_day_later() == b'"old"'
    assert session.get(URL).content == b'"old"'
    assert told == [None, '"old"']
    assert ask_a_day_later() == b'"new"'
    assert told == [None, '"old"', '"old"']
    assert session.get(URL).content == b'"new"'


def test_an_answer_of_the_future_is_asked_for_again(serve: Any, session: CachedSession, tmp_path: Path) -> None:
    server = serve([Answer(b"1"), Answer(b"2")])
    assert session.get(URL).content == b"1"
    for old in session.cache.responses.values():
        assert old.expires is not None
        old.expires += timedelta(days=3650)
        session.cache.save_response(old, old.cache_key, old.expires)
    with open_session(tmp_path / "cache.sqlite", user_agent="tests", delay=3) as again:
        assert again.get(URL).content == b"2"
    assert len(server.requests) == 2


def test_an_answer_cut_short_is_asked_for_again(serve: Any, session: Session) -> None:
    server = serve([Answer(b"1234", headers={"Content-Length": "9"}), Answer(b"123456789")])
    assert session.get(URL).content == b"123456789"
    assert len(server.requests) == 2
    serve([Answer(b"1234", headers={"Content-Length": "9"})])
    with pytest.raises(ServiceDownError, match="IncompleteRead"):
        session.get(URL + "?y")


def test_the_patience_is_a_setting(serve: Any, tmp_path: Path) -> None:
    server = serve([Answer()])
    for timeout in (2.5, 30):
        with open_session(tmp_path / f"{timeout}.sqlite", user_agent="tests", delay=0, timeout=timeout) as session:
            session.get(URL)
    assert server.timeouts == [(2.5, 2.5), (10, 30)]


@contextmanager
def listening(answer: Iterable[bytes], pause: float = 0) -> Iterator[str]:
    """Yield the URL of a server that sends pieces of an answer, with a pause before each."""
    ended = Event()

    def serve_one(connection: socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            for piece in answer:
                if ended.wait(pause):
                    break
                connection.sendall(piece)

    def serve_all() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve_one, args=[server.accept()[0]], daemon=True).start()

    with create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve_all, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        ended.set()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [repeat(b"x"), chain([HEAD], repeat(b"x")), chain(HEAD[:-4].splitlines(keepends=True), repeat(b"A: b\r\n"))],
)
def test_an_answer_that_drips_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Iterable[bytes]
) -> None:
    monkeypatch.setattr("crawler.lookups.session.ATTEMPTS_UNANSWERED", 1)
    with (
        open_session(tmp_path / "c.sqlite", user_agent="tests", delay=0, timeout=0.3) as session,
        listening(answer, 0.05) as url,
    ):
        session.mount("http://", session.get_adapter(URL))
        session.trust_env = False
        with pytest.raises(ServiceDownError, match="no whole answer within 0.3 s|Error"):
            session.get(url)


@pytest.mark.parametrize("compressed", [False, True])
def test_an_answer_that_is_too_large_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compressed: bool
) -> None:
    monkeypatch.setattr("crawler.lookups.session.MAX_ANSWER", 1024 * 1024)
    body = bytes(8 * 1024 * 1024)
    head = "HTTP/1.1 200 OK\r\n" + ("Content-Encoding: gzip\r\n" if compressed else "") + "Connection: close\r\n\r\n"
    answer = [head.encode(), gzip.compress(body) if compressed else body]
    with (
        open_session(tmp_path / "c.sqlite", user_agent="tests", delay=0, timeout=20) as session,
        listening(answer) as url,
    ):
        session.mount("http://", session.get_adapter(URL))
        session.trust_env = False
        with pytest.raises(ServiceDownError, match="more than 1 MB"):
            session.get(url)


def test_forbidden_for_a_while_is_waited_for(serve: Any, session: Session, clock: Clock) -> None:
    """https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, with Retry-After."""
    serve([Answer(status=403, headers={"Retry-After": "60"}), Answer(b"good")])
    began = clock.now
    assert session.get(URL).content == b"good"
    assert clock.now - began == 60
    serve([Answer(status=403, headers={"Retry-After": "600"})])
    with pytest.raises(ServiceDownError, match="HTTP 403, retry after 600 s"):
        session.get(URL + "?y")


def test_only_good_answers_to_get_are_remembered(serve: Any, session: Session) -> None:
    server = serve(lambda request: Answer(b"", 404 if request.method == "GET" else 200))
    for _ in range(2):
        session.get(URL)
        session.post(URL, json={"query": "x"})
    assert len(server.requests) == 4


def test_two_requests_keep_their_distance(serve: Any, session: Session, clock: Clock) -> None:
    serve([Answer()])
    times = []
    for i in range(3):
        session.get(f"{URL}?{i}")
        times.append(clock.now)
        clock.now += i  # work in between counts
    assert [round(b - a, 3) for a, b in pairwise(times)] == [3, 3]


def test_the_user_agent_and_the_timeout_are_ours(serve: Any, session: Session) -> None:
    server = serve([Answer()])
    session.get(URL)
    session.get(URL + "?y", timeout=5)
    assert server.requests[0].headers["User-Agent"] == "tests"
    assert server.timeouts == [(10, 60), 5]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_trouble_is_tried_again(serve: Any, session: Session, clock: Clock, status: int) -> None:
    server = serve([Answer(status=status), Answer(status=status), Answer(b"good")])
    began = clock.now
    assert session.get(URL).content == b"good"
    assert len(server.requests) == 3
    assert clock.now - began >= 3


def test_the_service_says_how_long_to_wait(serve: Any, session: Session, clock: Clock) -> None:
    server = serve([Answer(status=429, headers={"Retry-After": "77"}), Answer(b"good")])
    began = clock.now
    assert session.get(URL).content == b"good"
    assert (len(server.requests), clock.now - began) == (2, 77)


def test_a_wait_never_cuts_the_pace_short(serve: Any, session: Session, clock: Clock) -> None:
    serve([Answer(status=503, headers={"Retry-After": "0"}), Answer(b"good")])
    began = clock.now
    session.get(URL)
    assert clock.now - began == 3


def test_a_longer_wait_than_ours_is_the_next_night_s(serve: Any, session: Session, clock: Clock) -> None:
    server = serve([Answer(status=429, headers={"Retry-After": str(int(MAX_WAIT) + 1)})])
    began = clock.now
    with pytest.raises(ServiceDownError, match="HTTP 429, retry after 121 s"):
        session.get(URL)
    assert (len(server.requests), clock.now) == (1, began)
    serve([Answer(status=429, headers={"Retry-After": str(int(MAX_WAIT))}), Answer(b"good")])
    assert session.get(URL).content == b"good"


def test_trouble_that_does_not_pass_ends(serve: Any, session: Session) -> None:
    server = serve([Answer(status=503)])
    with pytest.raises(ServiceDownError, match=r"^HTTP 503$"):
        session.get(URL)
    assert len(server.requests) == ATTEMPTS


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.ConnectionError("refused"), "connection failed"),
        (requests.Timeout("slow"), "timed out"),
        (requests.exceptions.SSLError("bad"), "TLS error"),
    ],
)
def test_a_service_that_cannot_be_reached_is_tried_twice(
    serve: Any, session: Session, error: Exception, said: str
) -> None:
    server = serve([error])
    with pytest.raises(ServiceDownError, match=f"^{said}$"):
        session.get(URL)
    assert len(server.requests) == 2
    serve([error, Answer(b"good")])
    assert session.get(URL).content == b"good"


def test_the_reason_is_what_lies_at_the_bottom(serve: Any, session: Session) -> None:
    error = requests.ConnectionError("HTTPSConnectionPool(...)")
    error.__cause__ = ValueError("SSLError: no\n luck " + "x" * 300)
    serve([error])
    with pytest.raises(ServiceDownError) as down:
        session.get(URL)
    assert str(down.value).startswith("no luck xxx")
    assert len(str(down.value)) == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 414])
def test_an_error_of_ours_is_not_tried_again(serve: Any, session: Session, status: int) -> None:
    server = serve([Answer(status=status)])
    assert session.get(URL).status_code == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("environment", "verify"),
    [
        ({}, True),
        ({"SSL_CERT_FILE": "/ca"}, "/ca"),
        ({"REQUESTS_CA_BUNDLE": "/b"}, "/b"),
        ({"SSL_CERT_FILE": "/ca", "REQUESTS_CA_BUNDLE": "/b"}, "/b"),
    ],
)
def test_the_user_s_certificates_are_trusted(
    environment: dict[str, str], verify: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with open_session(tmp_path / "cache.sqlite", user_agent="tests", delay=0) as session:
        assert session.verify == verify


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 20 Nov 2026 03:01:30 GMT", 90),
        ("Friday, 20-Nov-26 03:01:30 GMT", 90),
        ("Fri Nov 20 03:01:30 2026", None),
        ("Fri, 20 Nov 2026 02:00:00 GMT", 0),
        ("Fri, 20 Nov 2026 11:01:30 +0800", 90),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Fri, 99 Nov 2026 03:01:30 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@given(st.text(max_size=30))
def test_any_retry_after_can_be_read(value: str) -> None:
    assert parse_retry_after(value, NOW) is None or parse_retry_after(value, NOW) >= 0  # type: ignore[operator]
