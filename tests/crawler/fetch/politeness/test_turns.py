"""When a request may be sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from scrapy import Request

from crawler.fetch.politeness.host_throttle import HostThrottle, HostUnavailableError
from crawler.fetch.politeness.reach import OtherShardError, Reach
from crawler.fetch.politeness.turns import TurnKeeper
from crawler.models.link import Link
from crawler.models.result import DueLink

if TYPE_CHECKING:
    from scrapy.http import Response

HOST = "example.org"
DUE = DueLink(Link(f"https://{HOST}/a", "web", "a", HOST))


def keeper(*sites: str, hosts: HostThrottle | None = None, closed: bool = False) -> TurnKeeper:
    return TurnKeeper(hosts or HostThrottle(lambda: 0.0), Reach(sites or None), lambda _: closed)


def test_a_host_may_be_asked() -> None:
    turns = keeper()
    assert not turns.was_sent(DUE.link.url)
    turns.check_may_send(HOST, DUE)
    assert turns.was_sent(DUE.link.url)
    turns.end(DUE.link)
    assert not turns.was_sent(DUE.link.url)


def test_a_host_of_another_shard_is_not_asked() -> None:
    turns = keeper("example.com", "example.net")
    for host in ("example.com", "www.example.com", "a.b.example.net"):
        turns.check_reach(host)
    for host in ("example.org", "example.com.example.org", "com"):
        with pytest.raises(HostUnavailableError) as refused:
            turns.check_reach(host)
        assert (refused.value.host, refused.value.elsewhere) == (host, True)


def test_one_process_asks_all_hosts() -> None:
    Reach().check("anything.example.org")
    Reach().require("anything.example.org")


def test_single_hosts_of_a_site_are_within_reach() -> None:
    reach = Reach(frozenset(), ["a.example.org"])
    assert [reach.includes(host) for host in ("a.example.org", "b.example.org", "example.org")] == [True, False, False]


def test_a_check_that_takes_any_failure_for_an_answer_does_not_go_on() -> None:
    async def download(request: Request) -> Response:
        raise HostUnavailableError(request.url, elsewhere=request.url.endswith("elsewhere"))

    async def check(url: str) -> str:
        try:
            await Reach().guarded(download)(Request(url))
        except Exception:  # noqa: BLE001 - as checks do
            return "no answer"
        return "an answer"

    assert asyncio.run(check("https://a.example/here")) == "no answer"
    with pytest.raises(OtherShardError) as refused:
        asyncio.run(check("https://a.example/elsewhere"))
    assert refused.value.host == "https://a.example/elsewhere"
    with pytest.raises(OtherShardError):
        Reach(frozenset({"a.example"})).require("archive.org")


def test_a_host_that_is_left_alone_is_not_asked() -> None:
    hosts = HostThrottle(lambda: 0.0)
    hosts.back_off(HOST, 10)
    with pytest.raises(HostUnavailableError):
        keeper(hosts=hosts).check_may_send(HOST, DUE)


def test_links_that_are_not_fetched_any_more_are_not_asked_for() -> None:
    with pytest.raises(HostUnavailableError):
        keeper(closed=True).check_may_send(HOST, DUE)


def test_a_run_that_stops_sends_only_what_follows_on_a_request() -> None:
    turns = keeper()
    turns.check_may_send(HOST, DUE)
    turns.stop()
    turns.check_may_send(HOST, DUE)
    with pytest.raises(HostUnavailableError):
        turns.check_may_send(HOST, DueLink(Link(f"https://{HOST}/b", "web", "b", HOST)))
