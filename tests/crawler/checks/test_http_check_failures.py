"""What failures say of a link: made by the download handler itself, on a server that misbehaves."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, UnsupportedURLSchemeError
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.checks.failure_check import check_failure
from crawler.checks.http_check import judge_http
from crawler.fetch.download_handler import SafeDownloadHandler
from crawler.fetch.errors import AddressNotAllowedError
from crawler.fetch.guard.public_resolver import PublicResolver
from crawler.fetch.middlewares import SsrfGuardMiddleware
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.crawler.checks.test_http_check import NO_DNS, NOW, OTHER_TROUBLE, URL
from tests.support.options import project_crawler

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def says(text: bytes) -> Client:
    """Answer a request with these bytes and close the connection."""

    async def client(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return client


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close the connection in the face of the client."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the client has gone."""
    await reader.read()


class Names(AbstractResolver):
    """A resolver that knows some names' addresses."""

    def __init__(self, error: int = socket.EAI_NONAME, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.error = error

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        found = self.addresses.get(host.partition(".")[0])
        if found is None:
            raise socket.gaierror(self.error, "Name or service not known")
        return [
            {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}
            for address in found
        ]

    async def close(self) -> None:
        pass


def seen(
    client: Client = resets,
    url: str = "http://127.0.0.1:{port}/",
    *,
    allow_private: bool = True,
    greeted: bool = True,
    tls: ssl.SSLContext | None = None,
    resolver: AbstractResolver | None = None,
    **meta: Any,
) -> Check:
    """Ask a server on loopback that behaves like that, and return what is made of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if greeted:
                await reader.readuntil(b"\r\n\r\n")
            await client(reader, writer)
        writer.close()

    served: list[asyncio.StreamWriter] = []

    async def ask() -> Check:
        settings = {"ALLOW_PRIVATE_ADDRESSES": allow_private, "DOWNLOAD_VERIFY_CERTIFICATES": True, **meta}
        handler = SafeDownloadHandler(project_crawler(**settings))
        if resolver is not None:
            for each in (handler, handler._head_only):
                connector: Any = each._session.connector
                if isinstance(connector._resolver, PublicResolver):
                    connector._resolver._inner = resolver
                else:
                    connector._resolver = resolver
        listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        port = listening.sockets[0].getsockname()[1]
        request = Request(
            url.format(port=port),
            meta={name: value.format(port=port) if isinstance(value, str) else value for name, value in meta.items()},
        )
        try:
            answer = await handler.download_request(request)
            answer.request = request
            return judge_http(answer, NOW)
        except Exception as error:  # noqa: BLE001 - as Scrapy hands every one of them to the errback
            return check_failure(error, NOW)
        finally:
            await handler.close()
            listening.close()
            for writer in served:
                with suppress(OSError):
                    await writer.wait_closed()

    return asyncio.run(ask())


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def stranger() -> ssl.SSLContext:
    """Return a server's certificate from an authority that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def failed(reason: Reason, check: Check) -> None:
    assert check == Check(Outcome.FAILED, reason, NOW, CheckMethod.PAGE)
    assert check.is_unreachable
    assert check.is_transient


def unreadable(reason: Reason, check: Check) -> None:
    assert check == Check(Outcome.UNREADABLE, reason, NOW, CheckMethod.PAGE)
    assert not check.is_unreachable
    assert check.is_transient


def test_an_answer_through_the_handler() -> None:
    check = seen(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    assert (check.outcome, check.http_status) == (Outcome.OK, 200)
    assert check.elapsed is not None
    assert not check.is_unreachable


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (resets, Reason(ReasonCode.CONNECTION_RESET)),
        (says(b""), Reason(ReasonCode.CONNECTION_RESET)),
    ],
)
def test_broken_connections(client: Client, reason: Reason) -> None:
    failed(reason, seen(client))


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), Reason(ReasonCode.RESPONSE_TRUNCATED)),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), Reason(ReasonCode.RESPONSE_TRUNCATED)),
    ],
)
def test_bodies_that_end_early(client: Client, reason: Reason) -> None:
    unreadable(reason, seen(client))


def test_no_http() -> None:
    check = seen(says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    assert check.outcome is Outcome.UNREADABLE
    assert str(check.reason).startswith("malformed response: Bad status line")
    assert "\n" not in str(check.reason)
    assert len(str(check.reason)) < 250


def test_timeout() -> None:
    failed(Reason(ReasonCode.TIMEOUT), seen(hangs, download_timeout=0.05))


def test_timeout_in_the_middle_of_a_body() -> None:
    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")(reader, writer)
        await hangs(reader, writer)

    failed(Reason(ReasonCode.TIMEOUT), seen(client, download_timeout=0.1))


def test_oversized_bodies() -> None:
    length = says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100)
    unreadable(Reason(ReasonCode.RESPONSE_TOO_LARGE), seen(length, DOWNLOAD_MAXSIZE=99))
    assert seen(length, DOWNLOAD_MAXSIZE=100).outcome is Outcome.OK
    unreadable(
        Reason(ReasonCode.RESPONSE_TOO_LARGE), seen(says(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100), DOWNLOAD_MAXSIZE=99)
    )


def test_nobody_listens() -> None:
    failed(Reason(ReasonCode.CONNECTION_REFUSED), seen(url=f"http://127.0.0.1:{closed_port()}/"))


def test_host_that_does_not_exist() -> None:
    check = seen(url="http://no-such-host.example/", resolver=Names())
    assert check == Check(Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), NOW, CheckMethod.PAGE)
    assert check.is_unreachable
    assert check.is_transient


@pytest.mark.parametrize("error", [socket.EAI_AGAIN, socket.EAI_FAIL])
def test_name_servers_in_trouble_do_not_say_that_a_name_is_free(error: int) -> None:
    check = seen(url="http://some-host.example/", resolver=Names(error))
    assert check == Check(Outcome.FAILED, Reason(ReasonCode.NAME_LOOKUP_FAILED), NOW, CheckMethod.PAGE)
    assert check.is_unreachable
    assert check.is_silent


def test_certificates_are_verified(stranger: ssl.SSLContext) -> None:
    check = seen(says(b"HTTP/1.1 200 OK\r\n\r\n"), "https://127.0.0.1:{port}/", tls=stranger)
    assert check.outcome is Outcome.FAILED
    assert str(check.reason).startswith("TLS error: ")
    assert "certificate verify failed" in str(check.reason)
    assert len(str(check.reason)) <= len("TLS error: ") + 200


def test_no_tls_where_https_was_asked_for() -> None:
    check = seen(says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "https://127.0.0.1:{port}/", greeted=False)
    assert check.outcome is Outcome.FAILED
    assert str(check.reason).startswith("TLS error: ")
    assert check.http_status is None


def refusing(headers: dict[str, str]) -> Check:
    """Ask for a page through a proxy that refuses to connect with these headers."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    answer = f"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n{lines}\r\n"
    return seen(says(answer.encode()), "https://e.example/", proxy="http://127.0.0.1:{port}")


@pytest.mark.parametrize("headers", OTHER_TROUBLE)
def test_proxy_that_cannot_reach_the_host(headers: dict[str, str]) -> None:
    failed(Reason(ReasonCode.PROXY_CANNOT_REACH_HOST, "502"), refusing(headers))


@pytest.mark.parametrize("headers", NO_DNS)
def test_proxy_that_finds_no_such_host(headers: dict[str, str]) -> None:
    assert refusing(headers) == Check(Outcome.GONE, Reason(ReasonCode.HOST_NOT_FOUND), NOW, CheckMethod.PAGE)


@pytest.mark.parametrize("rcode", ["SERVFAIL", '"SERVFAIL"', '"refused"'])
def test_proxy_whose_name_servers_are_in_trouble(rcode: str) -> None:
    headers = {"Proxy-Status": f'p; error=dns_error; rcode={rcode}; info-code="23"'}
    failed(Reason(ReasonCode.PROXY_CANNOT_REACH_HOST, "502"), refusing(headers))


def test_proxy_that_does_not_answer() -> None:
    failed(
        Reason(ReasonCode.PROXY_UNAVAILABLE), seen(url="https://e.example/", proxy=f"http://127.0.0.1:{closed_port()}")
    )


def test_a_name_that_leads_to_a_private_address() -> None:
    check = seen(url="http://localhost:{port}/", allow_private=False)
    assert check.outcome is Outcome.SKIPPED
    assert str(check.reason).startswith("private address: localhost (")
    assert seen(says(b"HTTP/1.1 200 OK\r\n\r\n"), "http://localhost:{port}/").outcome is Outcome.OK


@pytest.mark.parametrize("enough", [{}, {"max_bytes": 1000}])
def test_a_public_name_that_leads_here(enough: dict[str, Any]) -> None:
    asked: list[bytes] = []

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(9))

    check = seen(
        client,
        "http://public.example:{port}/",
        allow_private=False,
        greeted=False,
        resolver=Names(public=["127.0.0.1"]),
        **enough,
    )
    assert (check.outcome, check.reason) == (
        Outcome.SKIPPED,
        Reason(ReasonCode.PRIVATE_ADDRESS, "public.example", "127.0.0.1"),
    )
    assert asked == []


def test_a_name_that_changes_between_check_and_connection() -> None:
    """There is no between: what was judged is what is connected to, and each new answer is judged."""
    names = Names(host=["1.1.1.1"])
    resolver = PublicResolver(names)
    assert [each["host"] for each in asyncio.run(resolver.resolve("host.example", 80))] == ["1.1.1.1"]
    names.addresses["host"] = ["127.0.0.1"]
    with pytest.raises(AddressNotAllowedError):
        asyncio.run(resolver.resolve("host.example", 80))


@pytest.mark.parametrize(
    ("addresses", "refused"),
    [
        (["1.1.1.1"], False),
        (["1.1.1.1", "2606:4700::1111"], False),
        (["10.0.0.1"], True),
        (["1.1.1.1", "127.0.0.1"], True),
        (["fe80::1%eth0"], True),
        (["::ffff:192.168.1.1"], True),
    ],
)
def test_every_address_of_a_name_must_be_public(addresses: list[str], *, refused: bool) -> None:
    resolver = PublicResolver(Names(host=addresses))
    if not refused:
        assert [each["host"] for each in asyncio.run(resolver.resolve("host.example", 443))] == addresses
        return
    with pytest.raises(AddressNotAllowedError, match=r"private address: host\.example \("):
        asyncio.run(resolver.resolve("host.example", 443))


@pytest.mark.parametrize("proxy", ["http://proxy.lan:8080", "proxy.lan:8080", "http://user:pw@proxy.lan:8080"])
def test_the_user_s_own_proxy_may_be_private(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv("no_proxy", "direct.lan:8080")
    resolver = PublicResolver(Names(proxy=["10.0.0.1"], other=["10.0.0.1"], direct=["10.0.0.1"]))
    assert len(asyncio.run(resolver.resolve("proxy.lan", 8080))) == 1
    for host, port in (("other.lan", 8080), ("proxy.lan", 22), ("direct.lan", 8080)):
        with pytest.raises(AddressNotAllowedError):
            asyncio.run(resolver.resolve(host, port))


# --- failures made before a connection is tried -----------------------------------------------------------------------


def test_what_the_address_guard_refuses_is_skipped() -> None:
    guard = SsrfGuardMiddleware.from_crawler(project_crawler(ALLOW_PRIVATE_ADDRESSES=False))
    guard.process_request(Request("https://example.com/"))
    with pytest.raises(AddressNotAllowedError) as refusal:
        guard.process_request(Request("http://10.0.0.1/"))
    check = check_failure(refusal.value, NOW)
    assert check == Check(Outcome.SKIPPED, Reason(ReasonCode.PRIVATE_ADDRESS, "10.0.0.1"), NOW, CheckMethod.PAGE)
    assert not check.is_unreachable
    SsrfGuardMiddleware.from_crawler(project_crawler(ALLOW_PRIVATE_ADDRESSES=True)).process_request(
        Request("http://10.0.0.1/")
    )


def redirecting(*urls: str) -> Check:
    """Follow these redirects until Scrapy has had enough."""
    middleware = RedirectMiddleware.from_crawler(
        get_crawler(settings_dict={"REDIRECT_MAX_TIMES": max(1, len(urls) - 2)})
    )
    request: Any = Request(urls[0])
    try:
        for url, target in pairwise(urls):
            request = middleware.process_response(request, Response(url, 301, headers={"Location": target}))
    except (IgnoreRequest, ValueError) as refusal:
        return check_failure(refusal, NOW, request.meta.get("redirect_urls", ()))
    raise AssertionError("Scrapy followed them all")


def test_endless_redirects_end() -> None:
    failed(Reason(ReasonCode.REDIRECT_LOOP), redirecting(URL, URL, URL, URL))
    failed(Reason(ReasonCode.REDIRECT_LOOP), redirecting(*[URL, f"{URL}/other"] * 3))
    failed(Reason(ReasonCode.TOO_MANY_REDIRECTS), redirecting(*(f"{URL}/{number}" for number in range(12))))


@pytest.mark.parametrize(
    ("wall", "reason"),
    [
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x", Reason(ReasonCode.CAPTCHA)),
        ("https://www.google.com/sorry/index?continue=x", Reason(ReasonCode.BOT_WALL, "Google")),
        ("https://consent.youtube.com/m?continue=x", Reason(ReasonCode.CONSENT_PAGE)),
    ],
)
def test_endless_redirects_by_way_of_a_wall(wall: str, reason: Reason) -> None:
    for urls in ([URL, wall] * 3, [URL, *(f"{wall}{number}" for number in range(5))]):
        check = redirecting(*urls)
        assert check == Check(Outcome.BLOCKED, reason, NOW, CheckMethod.PAGE)
        assert not check.is_unreachable
    failed(
        Reason(ReasonCode.REDIRECT_LOOP), redirecting(*["https://www.zhihu.com/signin", URL] * 3)
    )  # a login is no wall
    failed(
        Reason(ReasonCode.TOO_MANY_REDIRECTS), redirecting(wall, *(f"{URL}/{number}" for number in range(5)))
    )  # it was asked for


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("mailto:a@b.c", Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL)),
        ("javascript:void(0)", Reason(ReasonCode.REDIRECT_TO_NON_WEB_URL)),
        ("http://[bad/", Reason(ReasonCode.REDIRECT_TO_INVALID_URL)),
        ("http://[1::g]/", Reason(ReasonCode.REDIRECT_TO_INVALID_URL)),
        ("http://e.example:99999/", Reason(ReasonCode.REDIRECT_TO_INVALID_URL)),
        ("http://e.example:b/", Reason(ReasonCode.REDIRECT_TO_INVALID_URL)),
        ("http://\u2100.example/", Reason(ReasonCode.REDIRECT_TO_INVALID_URL)),
    ],
)
def test_redirects_that_nobody_can_follow(location: str, reason: Reason) -> None:
    failed(reason, redirecting(URL, location))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnsupportedURLSchemeError("no handler"), Reason(ReasonCode.INVALID_URL)),
        (IgnoreRequest("Filtered by somebody"), Reason(ReasonCode.OTHER, "Filtered by somebody")),
        (ValueError("what\n  nobody   foresaw"), Reason(ReasonCode.UNEXPECTED_ERROR, "what nobody foresaw")),
        (ValueError("x" * 300), Reason(ReasonCode.UNEXPECTED_ERROR, "x" * 200)),
        (KeyError(), Reason(ReasonCode.UNEXPECTED_ERROR)),
    ],
)
def test_what_is_not_known_is_a_failure_of_ours(error: Exception, reason: Reason) -> None:
    failed(reason, check_failure(error, NOW))


def test_a_host_behind_a_redirect_that_changes_is_no_evidence() -> None:
    error = CannotResolveHostError("x")
    one, two = "https://one.example/a", "https://two.example/a"
    first = check_failure(error, NOW, [URL, one])
    assert (first.outcome, first.final_url) == (Outcome.GONE, one)
    assert check_failure(error, NOW, [URL, f"{one}/b"], [first]).outcome is Outcome.GONE
    second = check_failure(error, NOW, [URL, two], [first])
    assert (second.outcome, second.reason) == (Outcome.FAILED, Reason(ReasonCode.HOST_NOT_FOUND))
    assert check_failure(error, NOW, [URL, two], [first, second]).outcome is Outcome.FAILED
    assert check_failure(error, NOW, [URL], [second]).outcome is Outcome.GONE
