"""When a request may be sent."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from crawler.fetch.host_throttle import Hosts, NotNowError
from crawler.fetch.turns import TurnKeeper
from crawler.models.link import Link
from crawler.models.result import Due

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOST = "example.org"
DUE = Due(Link(f"https://{HOST}/a", "web", "a", HOST))


class Holder:
    """A worker that holds some hosts."""

    def __init__(self, *held: str) -> None:
        self._held = held

    def holds(self, host: str) -> bool:
        return host in self._held

    @asynccontextmanager
    async def turn(self, host: str, patience: float = 0.0) -> AsyncIterator[None]:  # noqa: ARG002 - as asked for
        if host not in self._held:
            raise NotNowError(host, taken=True)
        yield

    def check(self, host: str) -> None:
        if host not in self._held:
            raise NotNowError(host, taken=True)


def keeper(*held: str, hosts: Hosts | None = None, closed: bool = False) -> TurnKeeper:
    return TurnKeeper(hosts or Hosts(lambda: 0.0), Holder(*held), lambda _: closed)


def test_a_host_that_is_held_may_be_asked() -> None:
    turns = keeper(HOST)
    assert not turns.was_sent(DUE.link.url)
    turns.check_turn(HOST, DUE)
    assert turns.was_sent(DUE.link.url)
    turns.end(DUE.link)
    assert not turns.was_sent(DUE.link.url)


def test_a_host_of_another_worker_is_not_asked() -> None:
    turns = keeper()
    with pytest.raises(NotNowError) as refused:
        turns.check_turn(HOST, DUE)
    assert refused.value.taken
    assert not turns.was_sent(DUE.link.url)
    turns.check_turn("elsewhere.example.org", DUE)  # where a redirect leads, which is leased for that request alone


def test_a_host_that_is_left_alone_is_not_asked() -> None:
    hosts = Hosts(lambda: 0.0)
    hosts.rest(HOST, 10)
    with pytest.raises(NotNowError):
        keeper(HOST, hosts=hosts).check_turn(HOST, DUE)


def test_links_that_are_not_fetched_any_more_are_not_asked_for() -> None:
    with pytest.raises(NotNowError):
        keeper(HOST, closed=True).check_turn(HOST, DUE)


def test_a_run_that_stops_sends_only_what_follows_on_a_request() -> None:
    turns = keeper(HOST)
    turns.check_turn(HOST, DUE)
    turns.stop()
    turns.check_turn(HOST, DUE)
    with pytest.raises(NotNowError):
        turns.check_turn(HOST, Due(Link(f"https://{HOST}/b", "web", "b", HOST)))


def test_turns_and_the_check_before_sending_are_the_workers() -> None:
    async def ask(turns: TurnKeeper, host: str) -> None:
        async with turns.turn(host):
            turns.check_host(host)

    asyncio.run(ask(keeper(HOST), HOST))
    with pytest.raises(NotNowError):
        asyncio.run(ask(keeper(), HOST))
