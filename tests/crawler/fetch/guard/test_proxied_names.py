"""A proxy is not sent to private addresses either, as far as names resolve here."""

from __future__ import annotations

import asyncio
import socket
import time
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request

from crawler.fetch.download_handler import SafeDownloadHandler
from crawler.fetch.errors import AddressNotAllowedError
from crawler.fetch.guard import proxied_names
from crawler.fetch.guard.proxied_names import ProxiedNames
from tests.support.options import project_crawler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Resolve = Callable[..., list[Any]]


PROXY = "proxy.corp.example"


@pytest.fixture
def hosts_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which this machine has names of its own."""
    file = tmp_path / "hosts"
    monkeypatch.setattr(proxied_names, "HOSTS_FILE", file)
    return file


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str] | Exception]:
    """Return what the resolver of this machine answers; a name that is not in it does not exist."""
    known: dict[str, list[str] | Exception] = {}

    def resolve(host: str, port: int | None, *args: Any, **more: Any) -> list[Any]:
        if host == "127.0.0.1":  # the proxy itself
            return real(host, port, *args, **more)
        found = known.get(host, socket.gaierror(socket.EAI_NONAME, "no such name"))
        if isinstance(found, Exception):
            raise found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.mark.parametrize(
    ("addresses", "refused"),
    [
        (["1.1.1.1", "2606:4700::1111"], ""),
        (["1.1.1.1", "10.0.0.1"], "10.0.0.1"),
        (["127.0.0.1"], "127.0.0.1"),
        (["0.0.0.0"], "0.0.0.0"),
        (["fd00::1"], "fd00::1"),
        (["169.254.169.254"], "169.254.169.254"),
        (["168.63.129.16"], "168.63.129.16"),
        (["fe80::1%eth0"], "fe80::1%eth0"),
        (["198.18.0.7"], ""),
        (["fc00::7"], ""),
        (["fc80::7"], "fc80::7"),
    ],
)
def test_every_address_of_a_name(names: dict[str, Any], addresses: list[str], refused: str) -> None:
    names["a.example"] = addresses
    if not refused:
        ProxiedNames().check("a.example", PROXY)
        return
    with pytest.raises(AddressNotAllowedError, match=rf"private address: a\.example \({refused}\)"):
        ProxiedNames().check("a.example", PROXY)


@pytest.mark.parametrize(
    "error", [socket.gaierror(socket.EAI_NONAME, ""), socket.gaierror(socket.EAI_AGAIN, ""), UnicodeError()]
)
def test_a_name_that_only_the_proxy_can_resolve(names: dict[str, Any], error: Exception) -> None:
    names["a.example"] = error
    ProxiedNames().check("a.example", PROXY)


def test_a_resolver_that_never_answers_is_asked_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def wait(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        released.wait(60)
        return []

    released = Event()
    monkeypatch.setattr(proxied_names, "PATIENCE", 0.01)
    monkeypatch.setattr(socket, "getaddrinfo", wait)
    checked = ProxiedNames()
    for number in range(6):
        checked.check(f"{number}.example", PROXY)
    released.set()
    assert asked == ["0.example", "1.example", "2.example"]


def test_a_resolver_that_has_answered_is_always_asked(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that take too long, in a hostile note, do not switch the check off."""
    checked = ProxiedNames()
    checked.check("unknown.example", PROXY)
    names["inside.example"] = ["10.0.0.1"]
    names["slow.example"] = TimeoutError()
    for _ in range(6):
        checked.check("slow.example", PROXY)
    with pytest.raises(AddressNotAllowedError):
        checked.check("inside.example", PROXY)


@pytest.mark.parametrize("proxy", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_tunnel_that_begins_here_is_asked_for_names_of_the_hosts_file_alone(
    names: dict[str, Any], hosts_file: Path, proxy: str
) -> None:
    """Its other names are resolved where it ends, and no resolver is waited for."""
    hosts_file.write_bytes(
        b"# 10.0.0.2 a.example\n10.0.0.1\tinside.example INSIDE\xff.example # here\nno.address x\n1.1.1.1 out\n"
    )
    names["a.example"] = ["10.0.0.1"]
    checked = ProxiedNames()
    for name in ("a.example", "x", "out", "here"):
        checked.check(name, proxy)
    for name in ("inside.example", "Inside.Example."):
        with pytest.raises(AddressNotAllowedError, match="10.0.0.1"):
            checked.check(name, proxy)


def test_without_a_hosts_file(names: dict[str, Any], hosts_file: Path) -> None:
    assert not hosts_file.exists()
    names["inside.example"] = ["10.0.0.1"]
    ProxiedNames().check("inside.example", "127.0.0.1")
    with pytest.raises(AddressNotAllowedError):
        ProxiedNames().check("inside.example", PROXY)


@pytest.mark.parametrize("url", ["http://inside.example/", "https://inside.example/", "http://inside.example/?"])
@pytest.mark.parametrize("meta", [{}, {"max_bytes": 1000}, {"lenient": True}])
def test_no_client_sends_it_to_the_proxy(hosts_file: Path, url: str, meta: dict[str, Any]) -> None:
    hosts_file.write_text("10.0.0.1 inside.example\n")
    assert _sent(url, meta, allow_private=False) == (0, AddressNotAllowedError)
    assert _sent(url, meta, allow_private=True)[0] > 0
    hosts_file.write_text("1.1.1.1 inside.example\n")
    assert _sent(url, meta, allow_private=False)[0] > 0


def _sent(url: str, meta: dict[str, Any], *, allow_private: bool) -> tuple[int, type[Exception] | None]:
    """Return how many connections a proxy gets for a request, and what the request raises."""
    connected: list[float] = []

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(time.monotonic())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def ask() -> type[Exception] | None:
        handler = SafeDownloadHandler(project_crawler(ALLOW_PRIVATE_ADDRESSES=allow_private))
        proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        try:
            await handler.download_request(Request(url, meta={"proxy": address, "download_timeout": 10.0, **meta}))
        except Exception as error:  # noqa: BLE001 - what it is matters to the test
            return type(error)
        else:
            return None
        finally:
            await handler.close()
            proxy.close()

    raised = asyncio.run(ask())
    return len(connected), raised
