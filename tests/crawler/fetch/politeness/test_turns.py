"""When a request may be sent."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from crawler.fetch.politeness.host_throttle import HostThrottle, HostUnavailableError
from crawler.fetch.politeness.turns import TurnKeeper
from crawler.models.link import Link
from crawler.models.result import DueLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOST = "example.org"
DUE = DueLink(Link(f"https://{HOST}/a", "web", "a", HOST))


class Holder:
    """A worker that holds some hosts."""

    def __init__(self, *held: str) -> None:
        self._held = held

    def holds(self, host: str) -> bool:
        return host in self._held

    @asynccontextmanager
    async def hold_host(self, host: str, patience: float = 0.0) -> AsyncIterator[None]:  # noqa: ARG002 - as asked for
        if host not in self._held:
            raise HostUnavailableError(host, leased=True)
        yield

    def check_lease(self, host: str) -> None:
        if host not in self._held:
            raise HostUnavailableError(host, leased=True)


def keeper(*held: str, hosts: HostThrottle | None = None, closed: bool = False) -> TurnKeeper:
    return TurnKeeper(hosts or HostThrottle(lambda: 0.0), Holder(*held), lambda _: closed)


def test_a_host_that_is_held_may_be_asked() -> None:
    turns = keeper(HOST)
    assert not turns.was_sent(DUE.link.url)
    turns.check_may_send(HOST, DUE)
    assert turns.was_sent(DUE.link.url)
    turns.end(DUE.link)
    assert not turns.was_sent(DUE.link.url)


def test_a_host_of_another_worker_is_not_asked() -> None:
    turns = keeper()
    with pytest.raises(HostUnavailableError) as refused:
        turns.check_may_send(HOST, DUE)
    assert refused.value.leased
    assert not turns.was_sent(DUE.link.url)
    turns.check_may_send("elsewhere.example.org", DUE)  # where a redirect leads, which is leased for that request alone


def test_a_host_that_is_left_alone_is_not_asked() -> None:
    hosts = HostThrottle(lambda: 0.0)
    hosts.back_off(HOST, 10)
    with pytest.raises(HostUnavailableError):
        keeper(HOST, hosts=hosts).check_may_send(HOST, DUE)


def test_links_that_are_not_fetched_any_more_are_not_asked_for() -> None:
    with pytest.raises(HostUnavailableError):
        keeper(HOST, closed=True).check_may_send(HOST, DUE)


def test_a_run_that_stops_sends_only_what_follows_on_a_request() -> None:
    turns = keeper(HOST)
    turns.check_may_send(HOST, DUE)
    turns.stop()
    turns.check_may_send(HOST, DUE)
    with pytest.raises(HostUnavailableError):
        turns.check_may_send(HOST, DueLink(Link(f"https://{HOST}/b", "web", "b", HOST)))


def test_turns_and_the_check_before_sending_are_the_workers() -> None:
    async def ask(turns: TurnKeeper, host: str) -> None:
        async with turns.hold_host(host):
            turns.check_lease(host)

    asyncio.run(ask(keeper(HOST), HOST))
    with pytest.raises(HostUnavailableError):
        asyncio.run(ask(keeper(), HOST))
