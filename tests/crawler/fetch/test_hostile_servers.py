"""Servers that do what no server should: each costs little, ends in an outcome, and holds up nobody else."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import zlib
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import pytest

from crawler.images.sniff import media_type
from tests.support import processes
from tests.support.crawling import Desk
from tests.support.rogue import Rogue
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.support.rogue import Behaviour

MB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\n"
HTML = OK + b"Content-Type: text/html\r\n"
PAGE = HTML + b"\r\n<title>Fine</title>"


def once(answer: bytes) -> Behaviour:
    """Say this, whatever is asked for."""

    async def behaviour(_: str) -> AsyncIterator[bytes]:
        yield answer

    return behaviour


def endless(head: bytes, piece: bytes, wait: float = 0) -> Behaviour:
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


def compressed(coding: str, packed: Callable[[], bytes]) -> Behaviour:
    """Send what a function returns, which may take long to pack."""

    async def behaviour(_: str) -> AsyncIterator[bytes]:
        body = packed()
        yield HTML + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        yield body

    return behaviour


def to(location: bytes) -> Behaviour:
    return once(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")


def asks_to_wait(value: str) -> Behaviour:
    return once(f"HTTP/1.1 503 Later\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode())


@cache
def zeros() -> bytes:
    return gzip.compress(bytes(64 * MB), 9) * 16


@cache
def nested() -> bytes:
    return gzip.compress(zeros(), 9)


@cache
def deflated() -> bytes:
    return zlib.compress(bytes(64 * MB))


@cache
def brotlied() -> bytes:
    return bytes(brotli.compress(bytes(64 * MB), quality=1))


ZSTD = b"\x28\xb5\x2f\xfd\x00\x58" + b"\x02\x00\x10\x00" * 512 + b"\x01\x00\x00"  # 512 runs of 128 KiB (RFC 8878)
LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 12)
)
FEED = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1706.03762v7</id><title>&a11;</title>'
)
FRAME = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"  # a control extension and one pixel
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + FRAME * 1_000_000 + b";"

BEHAVIOURS = {
    # bodies
    "endless": endless(HTML + b"\r\n", bytes(65536)),
    "endless-chunks": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65536) + b"\r\n"),
    "announced": endless(HTML + b"Content-Length: 10000000000\r\n\r\n", bytes(65536)),
    "endless-file": endless(OK + b"Content-Type: video/mp4\r\nContent-Length: 40000000000\r\n\r\n", bytes(65536)),
    "gzip-bomb": compressed("gzip", zeros),
    "deflate-bomb": compressed("deflate", deflated),
    "br-bomb": compressed("br", brotlied),
    "nested-bomb": compressed("gzip, gzip", nested),
    "zstd-bomb": compressed("zstd", lambda: ZSTD),
    "zstd-nested": compressed("gzip, zstd", lambda: ZSTD),
    "codings": compressed(", ".join(["gzip"] * 500), nested),
    "codings-unknown": compressed("rot13, gzip", lambda: gzip.compress(b"x")),
    # one byte at a time
    "slow-body": endless(HTML + b"\r\n", b"x", 0.5),
    "slow-head": endless(OK, b"x", 0.5),
    "silent": endless(b"", b"", 0.5),
    # heads
    "header": once(OK + b"X-Large: " + b"x" * MB + b"\r\n\r\n"),
    "headers": once(OK + b"".join(b"X-%d: y\r\n" % number for number in range(10_000)) + b"\r\n"),
    "headers-100000": once(OK + b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"\r\n"),
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
    "chunk-digits": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"f" * 65536),
    "chunk-extension": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n5;a=", b"b" * 65536),
    "trailers": endless(HTML + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-More: y\r\n" * 6000),
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
    "title-packed": compressed("gzip", lambda: gzip.compress(b"<title>" + b"x" * 3 * MB + b"</title>")),
    "number": once(HTML + b"\r\n<title>&#" + b"9" * 5000 + b";</title><p>&#x" + b"f" * 5000 + b";"),
    "nested": once(HTML + b"\r\n" + b"<div>" * 49_000),
    "tags": once(HTML + b"\r\n" + b"<b>x" * MB),
    "attributes": once(HTML + b"\r\n<a " + b" ".join(b"a%d=1" % number for number in range(50_000)) + b">"),
    "scripts": once(HTML + b"\r\n" + b"user_name = xml ?" * 100_000),
    "lt": once(HTML + b"\r\n" + b"<" * MB),
    "svg": once(OK + b"Content-Type: image/svg+xml\r\n\r\n" + b"<!---->" * 500 + b"x"),
    "svg-laughs": once(OK + b"Content-Type: image/svg+xml\r\n\r\n" + LAUGHS + b"<svg>&a11;</svg>"),
    "page-laughs": once(OK + b"Content-Type: application/xhtml+xml\r\n\r\n" + LAUGHS + b"<title>&a11;</title>"),
    "frames": once(OK + b"Content-Type: image/gif\r\nContent-Length: %d\r\n\r\n" % len(GIF) + GIF),
    # what is said of time
    "wait-text": asks_to_wait("soon"),
    "wait-negative": asks_to_wait("-1"),
    "wait-infinite": asks_to_wait("1e400"),
    "wait-nan": asks_to_wait("nan"),
    "wait-year": asks_to_wait("Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),
    "wait-zone": asks_to_wait("Mon, 01 Jan 2026 00:00:00 +99999999999999"),
}

ROBOTS = {
    "robots-endless": endless(OK + b"\r\nUser-agent: *\n", b"Disallow: /secret\n" * 4096),
    "robots-rules": once(OK + b"\r\nUser-agent: *\n" + b"".join(b"Disallow: /%x*$\n" % n for n in range(50_000))),
    "robots-silent": endless(b"", b"", 0.5),
    "robots-binary": once(OK + b"Content-Type: text/plain\r\n\r\n" + bytes(range(256)) * 1000),
    "robots-away": to(b"http://169.254.169.254/latest/"),
    "robots-bomb": compressed("gzip", zeros),
    **{
        f"robots-{delay}": once(OK + f"\r\nUser-agent: *\nCrawl-delay: {delay}\n".encode())
        for delay in ("nan", "inf", "-1", "text", "1e400", "9" * 50)
    },
}
LEFT = {"robots-inf", "robots-1e400", f"robots-{'9' * 50}"}  # a delay that no night is long enough for

HEADS_ENOUGH = {
    *(
        "endless",
        "endless-chunks",
        "announced",
        "endless-file",
        "codings-unknown",
        "charset",
        "charset-codec",
        "charset-idna",
    ),
    *(
        "title",
        "number",
        "nested",
        "tags",
        "attributes",
        "scripts",
        "lt",
        "svg",
        "svg-laughs",
        "page-laughs",
        "frames",
        "location-label",
    ),
    *(
        "headers",
        "header-bytes",
        "http9",
        "length-short",
        "length-long",
        "length-negative",
        "length-text",
        "length-digits",
    ),
    *("chunk-cut", "cookies", "content-type"),
}
"""Behaviours of pages that are fine as far as they are read; others are failures."""

PAGES = {f"https://{name}.hostile.example/x": name for name in BEHAVIOURS}
PICTURES = {f"https://{name}.picture.example/p.png": name for name in BEHAVIOURS}
WHOLE = (
    *("endless", "endless-chunks", "announced", "gzip-bomb", "deflate-bomb", "br-bomb", "nested-bomb", "slow-body"),
    *("header", "headers", "ssh", "length-long", "length-negative", "chunk-text", "redirects"),
    *("title", "tags", "scripts"),
)
"""Behaviours that a page of which every byte is read may meet besides."""

ARTICLES = {f"https://mp.weixin.qq.com/s/{name}": name for name in WHOLE}
REPOSITORIES = {f"https://github.com/hostile/{name}": name for name in (*WHOLE, "nested", "attributes", "lt")}
PAPER = "https://arxiv.org/abs/1706.03762"
OBEDIENT = {f"https://{name}.example/{number}": name for name in ROBOTS for number in (1, 2)}


async def behaves(url: str) -> AsyncIterator[bytes]:
    """Behave as the URL's name says; hosts whose name says nothing are fine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "export.arxiv.org":
        behaviour = once(OK + b"Content-Type: application/atom+xml\r\n\r\n" + LAUGHS + FEED + b"</entry></feed>")
    elif parts.path == "/robots.txt":
        behaviour = ROBOTS.get(host.partition(".")[0], once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
    else:
        own = parts.path.rpartition("/")[2] if host in {"github.com", "mp.weixin.qq.com"} else host.partition(".")[0]
        behaviour = BEHAVIOURS.get(own, once(PAGE))
    async for piece in behaviour(url):
        yield piece


class Night:
    """A crawl of many links at once: what it said, found and took."""

    def __init__(self, desk: Desk, note: str, *words: str) -> None:
        desk.write("a.md", note)
        command = desk.command("crawl", "notes", "-a", f"notes={desk.notes}", *words)
        with (desk.folder / "log").open("w+") as log:
            run = processes.start(command, os.environ | desk.environ, log)
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            self.log = log.read()
        self.code = run.returncode
        self.memory = usage.ru_maxrss * 1024
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.rows = desk.health() if self.code == 0 else {}


TIMEOUT = ("-s", "DOWNLOAD_TIMEOUT=4")


def measured(folder: pytest.TempPathFactory, note: str) -> Night:
    """Crawl links to servers that behave as their names say, in a process that has nothing else in its memory."""
    with Rogue(behaves) as rogue:
        return Night(Desk(folder.mktemp("desk"), rogue.environ()), note, *TIMEOUT)


def crawled(folder: pytest.TempPathFactory, note: str, behaviour: Behaviour) -> tuple[dict[str, dict[str, str]], Rogue]:
    """Crawl links to servers that behave like that; return the rows of the CSV by URL."""
    with Rogue(behaviour) as rogue:
        desk = Desk(folder.mktemp("desk"), rogue.environ())
        desk.write("a.md", note)
        done = desk.crawl(*TIMEOUT)
        assert done.returncode == 0, done.stderr
    return desk.health(), rogue


@pytest.fixture(scope="module")
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Return a night on which all servers misbehave at once that tests of this run look at."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    of_tests = {item.callspec.params.get("url") for item in items if hasattr(item, "callspec")}
    links = [f"[Fine]({url})" for url in (*PAGES, *ARTICLES, *REPOSITORIES, *OBEDIENT) if url in of_tests]
    pictures = [f"![]({url})" for url in PICTURES if url in of_tests]
    return measured(tmp_path_factory, "\n\n".join([f"<{PAPER}>", *links, *pictures]))


def test_a_night_among_hostile_servers_ends_well(night: Night) -> None:
    assert night.code == 0, night.log
    assert "Traceback" not in night.log
    assert "ERROR" not in night.log


def test_memory_stays_flat_and_time_is_bounded(night: Night, tmp_path_factory: pytest.TempPathFactory) -> None:
    calm = measured(tmp_path_factory, "<https://fine.example/>")
    assert night.memory < calm.memory + 160 * MB
    assert night.cpu_seconds < calm.cpu_seconds + 30  # nine on a quiet machine


@pytest.mark.parametrize("url", sampled(PAGES, every=2))
def test_page(night: Night, url: str) -> None:
    row = night.rows[url]
    read, unread = {"ok", "gone", "blocked"}, {"failed", "blocked", "skipped", "unreadable"}
    expected = read if PAGES[url] in HEADS_ENOUGH else unread
    assert row["outcome"] in expected or row["reason"] == "empty page", row["reason"]
    assert row["reason"]
    assert len(row["title"]) <= 1000


@pytest.mark.parametrize("url", sampled(PICTURES))
def test_picture(night: Night, url: str) -> None:
    row = night.rows[url]
    expected = {"ok"} if PICTURES[url] == "frames" else {"failed", "blocked", "skipped", "unreadable"}
    assert row["outcome"] in expected, row["reason"]
    assert row["reason"]
    if PICTURES[url] in {"endless", "endless-chunks", "title", "tags", "svg"}:
        assert row["reason"] == "not an image"


@pytest.mark.parametrize("url", [*sampled(ARTICLES, every=2), *sampled(REPOSITORIES)])
def test_page_that_is_read_whole(night: Night, url: str) -> None:
    row = night.rows[url]
    assert row["outcome"] in {"ok", "failed", "blocked", "skipped", "unreadable"}, row["reason"]
    assert row["reason"]
    name = url.rpartition("/")[2]
    if name.endswith("-bomb"):
        assert row["reason"].startswith("response too large")
    if name == "tags":
        assert row["reason"].startswith("page too complex")


def test_paper(night: Night) -> None:
    """Its answer is not read where its entities begin to grow: the paper is there, and has no title."""
    row = night.rows[PAPER]
    assert (row["outcome"], row["title"]) == ("ok", "")


@pytest.mark.parametrize("url", OBEDIENT)
def test_robots_txt(night: Night, url: str) -> None:
    left = OBEDIENT[url] in LEFT and not night.rows[url]["outcome"]
    assert left or night.rows[url]["http_status"] == "200"  # the same page at every URL may be a catch-all page


# --- bytes ------------------------------------------------------------------------------------------------------------


def large_page() -> bytes:
    words = random.Random(1)
    text = (f"<p>{' '.join(f'{words.getrandbits(32):x}' for _ in range(20))}</p>" for _ in range(12_000))
    return f"<!DOCTYPE html><title>Large</title>{''.join(text)}".encode()[: 2 * MB]


def only_at(path: str, behaviour: Behaviour) -> Behaviour:
    """Return 404 for other paths: one page for every URL may be a catch-all page."""
    not_found = once(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    return lambda url: behaviour(url) if urlsplit(url).path == path else not_found(url)


@pytest.mark.parametrize("coding", sampled(["gzip", "identity"]))
def test_bytes_for_a_page_of_two_megabytes(tmp_path_factory: pytest.TempPathFactory, coding: str) -> None:
    page = large_page()
    assert len(page) == 2 * MB
    body = gzip.compress(page) if coding == "gzip" else page
    urls = [f"{scheme}://{scheme}{n}.example/x" for scheme in ("http", "https") for n in range(16)]
    served = only_at("/x", compressed(coding, lambda: body))
    rows, rogue = crawled(tmp_path_factory, "\n".join(f"[Large]({url})" for url in urls), served)
    assert {rows[url]["title"] for url in urls} == {"Large"}
    assert len(rogue.sent) >= len(urls)
    assert sum(sent for _, sent in rogue.sent) / len(urls) < 64_000


def test_bytes_for_files_that_are_no_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file of 40 GB is there, whatever its size."""

    async def file(url: str) -> AsyncIterator[bytes]:
        kind = {"pdf": b"application/pdf", "mp4": b"video/mp4", "zip": b"application/zip"}[url.rpartition(".")[2]]
        yield OK + b"Content-Type: " + kind + b"\r\nContent-Length: 40000000000\r\n\r\n"
        while True:
            yield bytes(65536)

    urls = [f"https://h{n}.example/x.{ending}" for n, ending in enumerate(("pdf", "mp4", "zip"))]
    rows, rogue = crawled(tmp_path_factory, "\n".join(f"<{url}>" for url in urls), file)
    assert {rows[url]["verdict"] for url in urls} == {"alive"}
    assert max(sent for _, sent in rogue.sent) < 64_000


# --- what would take for ever -----------------------------------------------------------------------------------------


def test_comments_that_could_be_divided_in_many_ways() -> None:
    assert media_type(b"<!---->" * 500 + b"x") is None
    assert media_type(b"\xef\xbb\xbf <?xml version='1.0'?> <!-- a --><!-- b --> <svg>") == "image/svg+xml"
