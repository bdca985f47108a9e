"""Heads of responses are read as browsers read them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.errors import UnreadableResponseError
from crawler.fetch.lenient.head import MAX_HEAD, Head, read_head
from crawler.models.reasons.reason import ReasonCode


def read(data: bytes) -> Head:
    return read_head(io.BytesIO(data).readline)


@pytest.mark.parametrize(
    ("data", "status", "version"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, "1.1"),
        (b"HTTP/1.0 404\n\n", 404, "1.0"),
        (b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, "1.1"),
        (b"http/1.1  301 Moved\r\n\r\n", 301, "1.1"),
        (b"ICY 200 OK\r\n\r\n", 200, "1.1"),
        (b"xxHTTP/1.1 200 OK\r\n\r\n", 200, "1.1"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, "1.1"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 410 Gone\r\n\r\n", 410, "1.1"),
        (b"HTTP/1.1 101 Switching\r\n\r\n", 101, "1.1"),
    ],
)
def test_status_lines(data: bytes, status: int, version: str) -> None:
    head = read(data)
    assert (head.status, head.http_version) == (status, version)


def test_header_lines() -> None:
    lines = (b"A: 1", b"Date today", b" folded behind nothing", b"X y: 2", b"Length : 3", b": no name", b"L: a", b"\tb")
    head = read(b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""]))
    assert head.headers == ((b"A", b"1"), (b"X y", b"2"), (b"Length", b"3"), (b"L", b"a b"))


@pytest.mark.parametrize(
    ("lines", "framing"),
    [
        (b"Content-Length: 5", b"Content-Length: 5"),
        (b"Content-Length : 5\r\nContent-Length: 5, 5", b"Content-Length: 5"),
        (b"Content-Length: -5", b""),
        (b"Content-Length: many", b""),
        (b"Content-Length: " + b"9" * 5000, b""),
        (b"Content-Length: 5\r\nTransfer-Encoding: gzip, Chunked", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: identity", b""),
    ],
)
def test_length_of_the_body(lines: bytes, framing: bytes) -> None:
    said = read(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n\r\n").framing()
    assert said == b"\r\n".join(filter(None, [b"HTTP/1.1 200 ", framing, b"Connection: close"])) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", ReasonCode.RESPONSE_MALFORMED),
        (b"<title>HTTP/1.1 200</title>\r\n\r\n", ReasonCode.RESPONSE_MALFORMED),
        (b"HTTP/1.1 abc\r\n\r\n", ReasonCode.RESPONSE_MALFORMED),
        (b"HTTP/1.1 2000 OK\r\n\r\n", ReasonCode.RESPONSE_MALFORMED),
        (b"HTTP/1.1 200 OK\r\nA: b", ReasonCode.RESPONSE_MALFORMED),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 100, ReasonCode.RESPONSE_MALFORMED),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * MAX_HEAD, ReasonCode.RESPONSE_HEADERS_TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * MAX_HEAD, ReasonCode.RESPONSE_HEADERS_TOO_LARGE),
    ],
)
def test_what_no_browser_reads(data: bytes, code: ReasonCode) -> None:
    with pytest.raises(UnreadableResponseError) as refusal:
        read(data)
    assert refusal.value.reason.code is code


def test_lengths_that_differ() -> None:
    with pytest.raises(UnreadableResponseError):
        _ = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n").content_length


def test_a_connection_that_is_closed_at_once() -> None:
    with pytest.raises(ConnectionResetError):
        read(b"")


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    try:
        head = read(b"HTTP/1.1 200 OK\r\n" + data)
        head.framing()
    except UnreadableResponseError:
        return
    assert head.status >= 100
