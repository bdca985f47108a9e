"""The head of an HTTP response, and what checks read in it."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from crawler.checks.response_check import judge_response, requested_wait
from crawler.fetch.conditional_requests import is_uncached, version_of
from crawler.fetch.errors import UnreadableResponseError
from crawler.fetch.lenient.head import read_head
from tests.fuzz.answers import due, response, store
from tests.support.mending import NOW

TOKENS = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"Content-Length: ", b"Transfer-Encoding: chunked"),
    *(b"Retry-After: ", b"ETag: ", b"Last-Modified: Mon, 30 Nov 2026 03:00:00 GMT", b"Content-Type: ", b"charset="),
    *(b"Location: ", b"Cache-Control: no-store", b"Content-Disposition: attachment; filename=", b"\r\n\r\n", b"\n\n"),
    *(b"cf-mitigated: challenge", b"Server: cloudflare", b"WWW-Authenticate: Basic", b"429", b"503", b"ICY 200"),
)
LINK = due("https://a.example.org/x")[0]


def one_input(data: bytes) -> None:
    with suppress(UnreadableResponseError, ConnectionResetError):
        head = read_head(BytesIO(data).readline)
        assert head.is_chunked in {True, False}
        head.framing()
        page = response(LINK.link.url, b"<title>x</title>", head.status, head.headers)
        wait = requested_wait(page, NOW)
        assert wait is None or wait >= 0
        version_of(page)
        is_uncached(page)
        store([judge_response(LINK, page, {}, NOW)])
