"""Servers that do what no server should: each costs little, ends in an outcome, and holds up nobody else."""

from __future__ import annotations

import asyncio
import gzip
import resource
import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import pytest

from tests.crawling import Desk
from tests.rogue import Rogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

MB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
HTML = OK + b"Content-Type: text/html\r\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PAGE = HTML + b"\r\n<title>Fine</title>"


def once(answer: bytes) -> Callable[[str], AsyncIterator[bytes]]:
    """Say this, whatever is asked for."""

    async def behaviour(_: str) -> AsyncIterator[bytes]:
        yield answer

    return behaviour


def endless(head: bytes, piece: bytes, wait: float = 0) -> Callable[[str], AsyncIterator[bytes]]:
    """Say this, then that for ever."""

    async def behaviour(_: str) -> AsyncIterator[bytes]:
        yield head
        while True:
            await asyncio.sleep(wait)
            yield piece

    return behaviour


async def redirects(url: str) -> AsyncIterator[bytes]:
    """Lead to one new address after another."""
    parts = urlsplit(url)
    number = int(parts.query or 0) + 1
    yield f"HTTP/1.1 302 Found\r\nLocation: {parts.path}?{number}\r\nContent-Length: 0\r\n\r\n".encode()


async def circles(url: str) -> AsyncIterator[bytes]:
    """Lead to where one comes from."""
    yield f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n".encode()


def compressed(coding: str, body: bytes) -> Callable[[str], AsyncIterator[bytes]]:
    head = HTML + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return once(head + body)


def to(location: bytes) -> Callable[[str], AsyncIterator[bytes]]:
    return once(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")


def asks_to_wait(value: str) -> Callable[[str], AsyncIterator[bytes]]:
    return once(f"HTTP/1.1 503 Later\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode())


ZEROS = gzip.compress(bytes(64 * MB), 9)
NESTED = gzip.compress(ZEROS * 16, 9)
BROTLI = brotli.compress(bytes(64 * MB), quality=1)

BEHAVIOURS = {
    # bodies
    "endless": endless(HTML + b"\r\n", bytes(65536)),
    "endless-chunks": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65536) + b"\r\n"),
    "announced": endless(HTML + b"Content-Length: 10000000000\r\n\r\n", bytes(65536)),
    "endless-file": endless(OK + b"Content-Type: video/mp4\r\nContent-Length: 40000000000\r\n\r\n", bytes(65536)),
    "gzip-bomb": compressed("gzip", ZEROS * 16),
    "deflate-bomb": compressed("deflate", zlib.compress(bytes(64 * MB))),
    "br-bomb": compressed("br", BROTLI),
    "nested-bomb": compressed("gzip, gzip", NESTED),
    "codings": compressed(", ".join(["gzip"] * 500), NESTED),
    "codings-unknown": compressed("rot13, gzip", gzip.compress(b"x")),
    # one byte at a time
    "slow-body": endless(HTML + b"\r\n", b"x", 0.5),
    "slow-head": endless(OK, b"x", 0.5),
    "silent": endless(b"", b"", 0.5),
    # heads
    "header": once(OK + b"X-Large: " + b"x" * MB + b"\r\n\r\n"),
    "headers": once(OK + b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + b"\r\n"),
    "headers-endless": endless(OK, b"X-More: " + b"y" * 1000 + b"\r\n"),
    "header-endless": endless(OK + b"X-More: ", b"y" * 1000),
    "cookies": once(OK + b"Set-Cookie: a=" + b"b" * 4000 + b"\r\n" + b"Set-Cookie: a=b\r\n" * 1000 + b"\r\n"),
    "content-type": once(OK + b"Content-Type: text/" + b"x" * 100_000 + b"\r\n\r\n"),
    "header-bytes": once(HTML + b"X-\xff\xfe: \xff\x00\xfe\r\nServer: \xe4\xb8\xad\r\n\r\n<title>x</title>"),
    "charset": once(OK + b"Content-Type: text/html; charset=\xff\xfe'nobody\"\r\n\r\n<title>\xff\xfe</title>"),
    "charset-codec": once(OK + b"Content-Type: text/html; charset=zlib_codec\r\n\r\n<title>x</title>"),
    "charset-idna": once(OK + b"Content-Type: text/html; charset=idna\r\n\r\n<title>" + b"x" * 9999 + b"</title>"),
    # status lines
    "ssh": once(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "no-status": once(b"HTTP/1.1 abc OK\r\n\r\n"),
    "http9": once(b"HTTP/9.9 200 OK\r\n\r\n"),
    "status-000": once(b"HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n"),
    "status-999": once(b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n"),
    "status-99999": once(b"HTTP/1.1 99999 No\r\nContent-Length: 0\r\n\r\n"),
    "continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),
    "upgrade": once(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nabc"),
    # lengths
    "length-short": once(HTML + b"Content-Length: 5\r\n\r\n<title>long</title>"),
    "length-long": once(HTML + b"Content-Length: 500\r\n\r\n<title>short</title>"),
    "length-negative": once(HTML + b"Content-Length: -5\r\n\r\n<title>x</title>"),
    "length-text": once(HTML + b"Content-Length: many\r\n\r\n<title>x</title>"),
    "length-two": once(HTML + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
    "length-digits": once(HTML + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc"),
    "chunk-text": once(HTML + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n<title>x</title>"),
    "chunk-cut": once(HTML + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<title>x</title>"),
    "chunk-digits": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"f" * 1000),
    "chunk-extension": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n5;a=", b"b" * 1000),
    "trailers": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-More: y\r\n"),
    # redirects
    "redirects": redirects,
    "circle": circles,
    "location-bytes": to(b"/\xff\xfe\x80?\xe4"),
    "location-bracket": to(b"http://[::1"),
    "location-port": to(b"http://a.example:99999999/"),
    "location-long": to(b"/" + b"a" * 7000),
    "location-empty": to(b""),
    "location-host": to(b"https://" + b"a" * 5000 + b"/"),
    "location-label": to("https://é\u200d.example/".encode()),
    # pages
    "title": once(HTML + b"\r\n<title>" + b"x" * 10 * MB + b"</title>"),
    "title-packed": compressed("gzip", gzip.compress(b"<title>" + b"x" * 3 * MB + b"</title>")),
    "number": once(HTML + b"\r\n<title>&#" + b"9" * 5000 + b";</title><p>&#x" + b"f" * 5000 + b";"),
    "nested": once(HTML + b"\r\n" + b"<div>" * 49_000),
    "tags": once(HTML + b"\r\n" + b"<b>x" * MB),
    "attributes": once(HTML + b"\r\n<a " + b" ".join(b"a%d=1" % number for number in range(300_000)) + b">"),
    "scripts": once(HTML + b"\r\n" + b"user_name = xml ?" * 100_000),
    "lt": once(HTML + b"\r\n" + b"<" * 4 * MB),
    "svg": once(OK + b"Content-Type: image/svg+xml\r\n\r\n" + b"<!---->" * 500 + b"x"),
    # what is said of time
    "wait-text": asks_to_wait("soon"),
    "wait-negative": asks_to_wait("-1"),
    "wait-infinite": asks_to_wait("1e400"),
    "wait-nan": asks_to_wait("nan"),
    "wait-year": asks_to_wait("Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
    "wait-zone": asks_to_wait("Mon, 01 Jan 2026 00:00:00 +99999999999999"),
}
