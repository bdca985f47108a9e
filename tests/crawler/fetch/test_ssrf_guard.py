"""Nothing in a note, a page or a redirect makes this machine talk to its own network."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import yarl
from hypothesis import given
from hypothesis import strategies as st

from crawler.links.addresses import is_public
from crawler.links.canonical_url import encode_for_request, literal_address, refusal_reason
from tests.support.crawling import VERDICTS_AND_NOTES, Desk
from tests.support.rogue import Rogue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ADDRESSES = (
    *("127.0.0.1", "127.1", "0177.0.0.1", "0x7f000001", "2130706433", "0.0.0.0", "0", "10.0.0.1", "169.254.169.254"),
    *("127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "intranet", "nas.lan", "metadata.google.internal"),
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25eth0]", "[fd00::1]"),
    *("１２７。０。０。１", "①②⑦.⓪.⓪.①", "127%2E0%2E0%2E1", "%31%32%37.0.0.1", "%6cocalhost", "loc%61lhost"),
    *("192.0.0.192", "168.63.129.16", "[64:ff9b::a83f:8110]", "[2002:a9fe:a9fe::]"),
    *("fine.example%00.127.0.0.1", "fine.example%20", "fine.example%0d%0a"),
    *("fine.example@127.0.0.1", "fine.example:80@127.0.0.1", "127.0.0.1:8080", "fine.example%40@127.0.0.1"),
)
OTHER_SCHEMES = (
    *("file:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://fine.example/x", "data:text/html,<title>x</title>"),
    *(
        "javascript:alert(1)",
        "vbscript:msgbox",
        "blob:https://fine.example/1",
        "gopher://127.0.0.1:70/",
        "JaVaScRiPt:x",
    ),
)
PUBLIC = {"fine.example", "look.example", "robots.example"}


async def leads_inside(url: str) -> AsyncIterator[bytes]:
    """Redirect to what the path's number names, from a page, a robots.txt or the https form of a page."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path
    target = ""
    if host.startswith("to") and path != "/robots.txt":
        target = TARGETS[int(host[2:].partition(".")[0])]
    elif (host == "look.example" and parts.scheme == "https") or (host == "robots.example" and path == "/robots.txt"):
        target = "http://127.0.0.1/"
    if target:
        yield b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + target.encode() + b"\r\n\r\n"
    else:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Fine</title><p>Nothing is odd about this page."


TARGETS = (*(f"http://{address}/" for address in ADDRESSES), "//127.0.0.1/", "//[::1]/", *OTHER_SCHEMES)


def test_nothing_leads_inside(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One night with all of it: in notes, in redirects, in a robots.txt and in the https form of a page."""
    redirects = [f"https://to{number}.example/" for number in range(len(TARGETS))]
    direct = [f"http://{address}/direct" for address in ADDRESSES] + list(OTHER_SCHEMES)
    fine = ["https://fine.example/", "http://look.example/x"]
    fine += [f"https://robots.example/{number}" for number in range(3)]
    pictures = [f"http://{address}/p.png" for address in ("127.0.0.1", "[::1]", "2130706433")]
    note = "\n\n".join([f"[Fine]({url})" for url in (*redirects, *direct, *fine)] + [f"![]({url})" for url in pictures])
    with Rogue(leads_inside) as rogue:
        desk = Desk(tmp_path_factory.mktemp("desk"), rogue.environ(), VERDICTS_AND_NOTES)
        desk.write("a.md", note)
        done = desk.crawl()
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    asked = {urlsplit(url).hostname or "" for url, _ in rogue.sent}
    assert {host for host in asked if not host.startswith("to")} == PUBLIC
    assert {host for host in asked if host.startswith("to")} == {urlsplit(url).hostname for url in redirects}
    rows = desk.health()
    outcomes = {url: rows[url]["outcome"] for url in redirects}
    assert outcomes == dict.fromkeys(redirects, "skipped")
    others = {url: row["outcome"] for url, row in rows.items() if url not in {*redirects, *fine}}
    assert len(others) >= len(set(direct)) / 2
    assert set(others.values()) == {"skipped"}, others
    assert {rows[url]["http_status"] for url in fine} == {"200"}
    assert rows["http://look.example/x"]["suggestion"] == ""


HOSTS = st.lists(
    st.sampled_from(
        [
            *(
                "127",
                "0",
                "1",
                "0x7f",
                "0177",
                "10",
                "localhost",
                "example",
                ".",
                "。",
                "．",
                "｡",
                "%2E",
                "%31",
                "%2531",
            ),
            *(
                "１",
                "ｌ",
                "①",
                "@",
                ":80",
                "\\",
                "/",
                "?",
                "#",
                "[::1]",
                "%5B::1%5D",
                "[",
                "]",
                "%00",
                "%20",
                "\t",
                "\u200b",
            ),
        ]
    ),
    max_size=8,
).map("".join)


@given(HOSTS)
def test_what_the_guard_reads_is_what_the_client_connects_to(host: str) -> None:
    """Two readers of one URL that differ are how guards are passed."""
    url = f"http://{host}/"
    if refusal_reason(url) is not None:
        return
    try:
        connected = yarl.URL(encode_for_request(url), encoded=True).raw_host or ""
    except ValueError:
        return
    address = literal_address(connected.rstrip("."))
    assert address is None or is_public(address)
    assert "localhost" not in connected.lower().split(".")[-1:]


@pytest.mark.parametrize(
    "address",
    [
        *("192.0.0.192", "192.0.0.9", "168.63.129.16", "100.100.100.200", "169.254.169.254", "198.18.0.1", "240.0.0.1"),
        *("0.1.2.3", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "203.0.113.1", "224.0.0.1"),
        *("::ffff:192.0.0.192", "::ffff:10.0.0.1", "2002:a83f:8110::", "2002:7f00:1::1", "64:ff9b::a83f:8110"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::a00:1", "::7f00:1", "::ffff:0:7f00:1", "fd00:ec2::254"),
        *("2001:db8::1", "3fff::1", "5f00::1", "100::1", "2001:20::1", "2620:4f:8000::1", "fec0::1", "ff02::1"),
    ],
)
def test_addresses_that_are_special(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "100.128.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "168.63.129.17", "223.255.255.255"),
        *("2606:4700::1111", "2001:200::1", "2002:808:808::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "2400:3200::1"),
    ],
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        *("a.example%00", "a%20b.example", "a.example%0d%0ab", "a%2fb.example", "a%5cb.example", "a.example%2500"),
        *("a.example%40b.example", "a.example%3a80", "a.example%23b", "a.example%3fb", "%5b::1%5d", "::1%5d:80"),
    ],
)
def test_a_host_that_is_none_is_refused_also_with_private_addresses(host: str) -> None:
    for allow_private in (False, True):
        assert refusal_reason(f"http://{host}/", allow_private=allow_private) is not None
