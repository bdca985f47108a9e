"""Whom to ask next, and whether anybody is there at all."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import Request, Response

from crawler.fetch.connectivity import SUSPICIOUS_HOSTS, ConnectivityMonitor
from crawler.fetch.politeness.host_throttle import HostThrottle
from crawler.kinds.registry import link_of
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, Verdict, VerdictRecord
from crawler.models.notes.note import Mention
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.scheduling.frontier import MAX_LINKS_PER_HOST, Frontier
from crawler.store.database import sqlite_url
from crawler.store.link_store import LinkStore
from crawler.store.notes.registered_notes import NoteMentions

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from crawler.models.result import DueLink

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LinkStore]:
    store = LinkStore.open(sqlite_url(tmp_path / "store.sqlite"))
    store.start_run(NOW)
    yield store
    store.close()


def register(store: LinkStore, **counts: int) -> None:
    """Register so many links of each host, those of the first host first seen longest ago."""
    for age, (host, count) in enumerate(counts.items()):
        found = []
        for i in range(count):
            link = link_of(f"https://{host}.example/{i}", "n.md")
            assert link is not None
            found.append((Mention(link.url, i, i + 1, 1, 1), link))
        store.register([NoteMentions(f"{host}.md", found)], NOW - timedelta(days=99 - age))


def frontier(store: LinkStore, pace: Callable[[str], float] = lambda _: 0, *, again: bool = False) -> Frontier:
    return over(store, HostThrottle(time.monotonic), pace, again=again)


def over(
    store: LinkStore, throttle: HostThrottle, pace: Callable[[str], float] = lambda _: 0, *, again: bool = False
) -> Frontier:
    backlogs = store.backlogs(["web"], NOW, again=again)
    return Frontier(store, backlogs, NOW, throttle, pace, retry=again)


def hosts(due: Sequence[DueLink]) -> Counter[str]:
    return Counter(each.link.host.removesuffix(".example") for each in due)


def save(store: LinkStore, link: Link, wait: timedelta = timedelta(days=1)) -> None:
    check = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, CheckMethod.PAGE)
    store.save([CheckResult(link, check, verdict_record=VerdictRecord(Verdict.ALIVE, 0, NOW + wait))])


# --- the frontier -----------------------------------------------------------------------------------------------------


def test_every_host_gets_its_share_longest_unchecked_first(store: LinkStore) -> None:
    register(store, big=100, small=2, other=100)
    taken = frontier(store).next_links(1000)
    assert hosts(taken) == {"big": MAX_LINKS_PER_HOST, "small": 2, "other": MAX_LINKS_PER_HOST}
    assert list(hosts(taken)) == ["big", "small", "other"]


def test_no_more_than_there_is_room_for(store: LinkStore) -> None:
    register(store, a=100, b=100)
    waiting = frontier(store)
    first = waiting.next_links(10)
    assert (hosts(first), waiting.out) == ({"a": 10}, 10)
    assert hosts(waiting.next_links(20)) == {"b": MAX_LINKS_PER_HOST}
    assert (waiting.next_links(5), waiting.next_links(0)) == ([], [])
    assert waiting.out == 10 + MAX_LINKS_PER_HOST


@pytest.mark.parametrize(
    ("pace", "share"),
    [
        (0, MAX_LINKS_PER_HOST),
        (0.1, MAX_LINKS_PER_HOST),
        (0.25, MAX_LINKS_PER_HOST),
        (0.5, 8),
        (1, 4),
        (2, 2),
        (3, 2),
        (60, 2),
    ],
)
def test_a_paced_host_has_a_few_seconds_of_work_out(store: LinkStore, pace: float, share: int) -> None:
    register(store, slow=100, quick=100)
    taken = frontier(store, lambda host: pace if host == "slow.example" else 0).next_links(1000)
    assert hosts(taken) == {"slow": share, "quick": MAX_LINKS_PER_HOST}


def test_a_host_is_topped_up_when_half_its_share_is_back(store: LinkStore) -> None:
    register(store, a=100)
    waiting = frontier(store)
    first = waiting.next_links(1000)
    for due in first[: MAX_LINKS_PER_HOST // 2 - 1]:
        waiting.done(due.link)
    assert waiting.next_links(1000) == []
    waiting.done(first[MAX_LINKS_PER_HOST // 2 - 1].link)
    second = waiting.next_links(1000)
    assert len(second) == MAX_LINKS_PER_HOST // 2
    assert waiting.out == MAX_LINKS_PER_HOST
    assert not {due.link for due in first} & {due.link for due in second}


def test_links_of_others_do_not_count(store: LinkStore) -> None:
    register(store, a=20)
    waiting = frontier(store)
    (first, *_) = waiting.next_links(1000)
    waiting.done(Link("https://a.example/of-a-lookup", "web", "x", "a.example"))
    waiting.done(Link("https://nobody.example/", "web", "x", "nobody.example"))
    assert waiting.out == MAX_LINKS_PER_HOST
    waiting.done(first.link)
    waiting.done(first.link)
    assert waiting.out == MAX_LINKS_PER_HOST - 1


def test_it_is_exhausted_when_everything_is_handed_out_and_back(store: LinkStore) -> None:
    register(store, a=3, b=1)
    waiting = frontier(store)
    exhausted = [waiting.exhausted]
    taken = waiting.next_links(1000)
    assert len(taken) == 4
    for due in taken:
        exhausted.append(waiting.exhausted)
        waiting.done(due.link)
    assert not any(exhausted)
    assert waiting.exhausted
    assert waiting.next_links(1000) == []


def test_a_host_that_had_as_many_as_it_may_have_out_may_have_more(store: LinkStore) -> None:
    register(store, a=MAX_LINKS_PER_HOST)
    waiting = frontier(store)
    for due in waiting.next_links(1000):
        waiting.done(due.link)
    assert not waiting.exhausted
    assert waiting.next_links(1000) == []
    assert waiting.exhausted


def test_nothing_due_is_exhausted_at_once(store: LinkStore) -> None:
    assert frontier(store).exhausted
    assert frontier(store).next_links(9) == []


def test_put_off_links_are_the_second_round_s(store: LinkStore) -> None:
    register(store, a=3)
    first = frontier(store)
    one, two, three = (due.link for due in first.next_links(9))
    store.mark_for_retry(one)
    save(store, two)
    store.mark_for_retry(three)
    for link in (one, two, three):
        first.done(link)
    assert first.next_links(9) == []
    second = frontier(store, again=True)
    assert [due.link for due in second.next_links(9)] == [one, three]
    for link in (one, three):
        save(store, link)
        second.done(link)
    assert (second.next_links(9), second.exhausted) == ([], True)


def test_a_host_that_is_left_alone_is_passed_over_until_its_time(store: LinkStore) -> None:
    register(store, busy=20, free=20)
    now = 0.0
    left_alone = HostThrottle(lambda: now)
    left_alone.back_off("busy.example", 7)
    those = over(store, left_alone)
    assert hosts(those.next_links(1000)) == {"free": MAX_LINKS_PER_HOST}
    assert (those.seconds_until_free, those.exhausted) == (7, False)
    now = 7.0
    assert hosts(those.next_links(1000)) == {"busy": MAX_LINKS_PER_HOST}
    assert math.isinf(those.seconds_until_free)


def test_a_host_that_is_closed_is_done_with(store: LinkStore) -> None:
    register(store, closed=20)
    left_alone = HostThrottle(time.monotonic)
    those = over(store, left_alone)
    taken = those.next_links(1000)
    left_alone.open_circuit("closed.example")
    for due in taken[1:]:
        those.done(due.link)
    those.requeue(taken[0])
    assert those.next_links(1000) == []
    assert those.exhausted


def test_what_was_not_asked_is_handed_out_again_first(store: LinkStore) -> None:
    register(store, a=40)
    those = frontier(store)
    first = those.next_links(1000)
    for due in first[:3]:
        those.requeue(due)
    for due in first[3:]:
        those.done(due.link)
    again = those.next_links(1000)
    assert again == first[:3]
    for due in again:
        those.done(due.link)
    rest = those.next_links(1000)
    assert {due.link.url for due in rest}.isdisjoint(due.link.url for due in first)


@settings(max_examples=8)  # each example is a database
@given(
    counts=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 60), min_size=1),
    rooms=st.lists(st.integers(0, 40), min_size=1),
    choose=st.randoms(use_true_random=False),
)
def test_every_link_is_handed_out_once(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int], rooms: list[int], choose: object
) -> None:
    store = LinkStore.open(sqlite_url(tmp_path_factory.mktemp("store") / "s.sqlite"))
    store.start_run(NOW)
    register(store, **counts)
    waiting = frontier(store, lambda host: {"a": 1.0, "b": 3.0}.get(host[0], 0))
    out: list[Link] = []
    seen: Counter[str] = Counter()
    rounds = 0
    while not waiting.exhausted:
        taken = waiting.next_links(rooms[rounds % len(rooms)] if rounds < 50 else 40)
        seen.update(due.link.url for due in taken)
        out += [due.link for due in taken]
        choose.shuffle(out)  # type: ignore[attr-defined]
        for link in out[: len(out) // 2 + 1]:
            waiting.done(link)
        out = out[len(out) // 2 + 1 :]
        rounds += 1
        assert waiting.out == len(out)
        assert rounds < 1000
    store.close()
    assert seen.total() == len(seen) == sum(counts.values())


# --- the network ------------------------------------------------------------------------------------------------------


def test_a_few_silent_hosts_are_their_own_fault() -> None:
    network = ConnectivityMonitor()
    for i in range(SUSPICIOUS_HOSTS - 1):
        network.record_unreachable(f"h{i}")
    network.record_unreachable("h0")  # one host missed twice is one host
    assert not network.is_suspicious


def test_many_silent_hosts_are_suspicious() -> None:
    network = ConnectivityMonitor()
    for i in range(SUSPICIOUS_HOSTS):
        network.record_unreachable(f"h{i}")
    assert network.is_suspicious


def test_any_answer_between_clears_the_suspicion() -> None:
    network = ConnectivityMonitor()
    for i in range(SUSPICIOUS_HOSTS - 1):
        network.record_unreachable(f"h{i}")
    network.record_answer("alive")
    network.record_unreachable("h9")
    assert not network.is_suspicious


def references(*, answering: int) -> Callable[[Request], Awaitable[Response]]:
    """Return a download of which only so many of the reference hosts answer, one of them with a failure."""
    left = [Response("https://any.example/", status=503)] * answering

    async def download(_request: Request) -> Response:
        if not left:
            raise OSError("unreachable")
        return left.pop()

    return download


def test_no_answer_of_any_reference_host_means_no_network() -> None:
    network = ConnectivityMonitor()
    for i in range(SUSPICIOUS_HOSTS):
        network.record_unreachable(f"h{i}")
    assert not asyncio.run(network.is_online(references(answering=0)))
    assert network.is_suspicious


def test_a_reference_host_s_answer_clears_the_suspicion_but_not_the_count() -> None:
    network = ConnectivityMonitor()
    for i in range(SUSPICIOUS_HOSTS):
        network.record_unreachable(f"h{i}")
    assert asyncio.run(network.is_online(references(answering=1)))
    assert not network.is_suspicious
    assert network.is_mostly_unreachable
    assert network.reached == set()


def test_mostly_silent_counts_hosts_not_links() -> None:
    network = ConnectivityMonitor()
    silent = [network.is_mostly_unreachable]
    for _ in range(9):
        network.record_answer("a")
    for host in "bbc":
        network.record_unreachable(host)
        silent.append(network.is_mostly_unreachable)
    network.record_answer("c")  # it was only slow
    silent.append(network.is_mostly_unreachable)
    assert silent == [False, False, False, True, False]
    assert (network.reached, network.unreachable) == ({"a", "c"}, {"b"})


def test_a_host_that_answered_once_was_reached() -> None:
    network = ConnectivityMonitor()
    network.record_answer("a")
    for _ in range(3):
        network.record_unreachable("a")
    assert network.unreachable == set()
    assert not network.is_mostly_unreachable
