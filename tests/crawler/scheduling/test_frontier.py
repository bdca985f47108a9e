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

from crawler.fetch.connectivity import SUSPICIOUS, Network
from crawler.fetch.host_throttle import Hosts
from crawler.kinds.registry import link_of
from crawler.models.check import Check, How, Outcome
from crawler.models.link import Judgement, Link, Verdict
from crawler.models.note import Mention
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import Result
from crawler.scheduling.frontier import MOST, Frontier
from crawler.scheduling.worker import Crew
from crawler.store.database import sqlite_url
from crawler.store.link_store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from crawler.models.result import Due

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(sqlite_url(tmp_path / "store.sqlite"))
    store.start_run(NOW)
    yield store
    store.close()


def register(store: Store, **counts: int) -> None:
    """Register so many links of each host, those of the first host first seen longest ago."""
    for age, (host, count) in enumerate(counts.items()):
        found = []
        for i in range(count):
            link = link_of(f"https://{host}.example/{i}", "n.md")
            assert link is not None
            found.append((Mention(link.url, i, i + 1, 1, 1), link))
        store.register(f"{host}.md", found, NOW - timedelta(days=99 - age))


def frontier(store: Store, pace: Callable[[str], float] = lambda _: 0, *, again: bool = False) -> Frontier:
    return Frontier(store, ["web"], NOW, Crew(store, Hosts(time.monotonic), pace), again=again)


def crew(store: Store) -> Crew:
    return Crew(store, Hosts(time.monotonic), lambda _: 0)


def hosts(due: Sequence[Due]) -> Counter[str]:
    return Counter(each.link.host.removesuffix(".example") for each in due)


def save(store: Store, link: Link, wait: timedelta = timedelta(days=1)) -> None:
    check = Check(Outcome.OK, Reason(ReasonCode.REACHABLE), NOW, How.PAGE)
    store.save([Result(link, check, judgement=Judgement(Verdict.ALIVE, 0, NOW + wait))])


# --- the frontier -----------------------------------------------------------------------------------------------------


def test_every_host_gets_its_share_longest_unchecked_first(store: Store) -> None:
    register(store, big=100, small=2, other=100)
    taken = frontier(store).take(1000)
    assert hosts(taken) == {"big": MOST, "small": 2, "other": MOST}
    assert list(hosts(taken)) == ["big", "small", "other"]


def test_no_more_than_there_is_room_for(store: Store) -> None:
    register(store, a=100, b=100)
    waiting = frontier(store)
    first = waiting.take(10)
    assert (hosts(first), waiting.out) == ({"a": 10}, 10)
    assert hosts(waiting.take(20)) == {"b": MOST}
    assert (waiting.take(5), waiting.take(0)) == ([], [])
    assert waiting.out == 10 + MOST


@pytest.mark.parametrize(
    ("pace", "share"), [(0, MOST), (0.1, MOST), (0.25, MOST), (0.5, 8), (1, 4), (2, 2), (3, 2), (60, 2)]
)
def test_a_paced_host_has_a_few_seconds_of_work_out(store: Store, pace: float, share: int) -> None:
    register(store, slow=100, quick=100)
    taken = frontier(store, lambda host: pace if host == "slow.example" else 0).take(1000)
    assert hosts(taken) == {"slow": share, "quick": MOST}


def test_a_host_is_topped_up_when_half_its_share_is_back(store: Store) -> None:
    register(store, a=100)
    waiting = frontier(store)
    first = waiting.take(1000)
    for due in first[: MOST // 2 - 1]:
        waiting.give_back(due.link)
    assert waiting.take(1000) == []
    waiting.give_back(first[MOST // 2 - 1].link)
    second = waiting.take(1000)
    assert len(second) == MOST // 2
    assert waiting.out == MOST
    assert not {due.link for due in first} & {due.link for due in second}


def test_links_of_others_do_not_count(store: Store) -> None:
    register(store, a=20)
    waiting = frontier(store)
    (first, *_) = waiting.take(1000)
    waiting.give_back(Link("https://a.example/of-a-lookup", "web", "x", "a.example"))
    waiting.give_back(Link("https://nobody.example/", "web", "x", "nobody.example"))
    assert waiting.out == MOST
    waiting.give_back(first.link)
    waiting.give_back(first.link)
    assert waiting.out == MOST - 1


def test_it_is_exhausted_when_everything_is_handed_out_and_back(store: Store) -> None:
    register(store, a=3, b=1)
    waiting = frontier(store)
    exhausted = [waiting.exhausted]
    taken = waiting.take(1000)
    assert len(taken) == 4
    for due in taken:
        exhausted.append(waiting.exhausted)
        waiting.give_back(due.link)
    assert not any(exhausted)
    assert waiting.exhausted
    assert waiting.take(1000) == []


def test_a_host_that_had_as_many_as_it_may_have_out_may_have_more(store: Store) -> None:
    register(store, a=MOST)
    waiting = frontier(store)
    for due in waiting.take(1000):
        waiting.give_back(due.link)
    assert not waiting.exhausted
    assert waiting.take(1000) == []
    assert waiting.exhausted


def test_nothing_due_is_exhausted_at_once(store: Store) -> None:
    assert frontier(store).exhausted
    assert Frontier(store, [], NOW, crew(store)).take(9) == []


def test_other_kinds_are_left_alone(store: Store) -> None:
    register(store, a=1)
    assert Frontier(store, ["image", "wechat"], NOW, crew(store)).exhausted


def test_put_off_links_are_the_second_round_s(store: Store) -> None:
    register(store, a=3)
    first = frontier(store)
    one, two, three = (due.link for due in first.take(9))
    store.put_off(one)
    save(store, two)
    store.put_off(three)
    for link in (one, two, three):
        first.give_back(link)
    assert first.take(9) == []
    second = frontier(store, again=True)
    assert [due.link for due in second.take(9)] == [one, three]
    for link in (one, three):
        save(store, link)
        second.give_back(link)
    assert (second.take(9), second.exhausted) == ([], True)


def test_a_host_that_is_left_alone_is_passed_over_until_its_time(store: Store) -> None:
    register(store, busy=20, free=20)
    now = 0.0
    left_alone = Hosts(lambda: now)
    left_alone.rest("busy.example", 7)
    those = Frontier(store, ["web"], NOW, Crew(store, left_alone, lambda _: 0))
    assert hosts(those.take(1000)) == {"free": MOST}
    assert (those.rest, those.exhausted) == (7, False)
    now = 7.0
    assert hosts(those.take(1000)) == {"busy": MOST}
    assert math.isinf(those.rest)


def test_a_host_that_is_closed_is_done_with(store: Store) -> None:
    register(store, closed=20)
    left_alone = Hosts(time.monotonic)
    those = Frontier(store, ["web"], NOW, Crew(store, left_alone, lambda _: 0))
    taken = those.take(1000)
    left_alone.close("closed.example")
    for due in taken[1:]:
        those.give_back(due.link)
    those.hand_back(taken[0])
    assert those.take(1000) == []
    assert those.exhausted


def test_what_was_not_asked_is_handed_out_again_first(store: Store) -> None:
    register(store, a=40)
    those = frontier(store)
    first = those.take(1000)
    for due in first[:3]:
        those.hand_back(due)
    for due in first[3:]:
        those.give_back(due.link)
    again = those.take(1000)
    assert again == first[:3]
    for due in again:
        those.give_back(due.link)
    rest = those.take(1000)
    assert {due.link.url for due in rest}.isdisjoint(due.link.url for due in first)


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """Return the store as another worker has it open."""
    other = Store.open(sqlite_url(store._engine.url.database))  # type: ignore[arg-type]
    yield other
    other.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a frontier look for what others have let go of whenever it is asked."""
    monkeypatch.setattr("crawler.scheduling.frontier.LOOK", 0.0)


@pytest.mark.usefixtures("looks")
def test_what_another_worker_asks_is_waited_for(store: Store, other: Store) -> None:
    """It may die: a worker that ends as soon as it has nothing to do itself leaves that worker's links to nobody."""
    register(store, a=3, b=1)
    assert other.lease("a.example")
    waiting = frontier(store)
    (only,) = waiting.take(9)
    assert only.link.host == "b.example"
    save(store, only.link)
    waiting.give_back(only.link)
    assert (waiting.take(9), waiting.exhausted) == ([], False)
    assert not math.isinf(waiting.rest)
    other.release(["a.example"])
    assert hosts([*waiting.take(9), *waiting.take(9)]) == {"a": 3}  # first it looks, then it takes


@pytest.mark.usefixtures("looks")
def test_what_another_worker_has_done_is_done(store: Store, other: Store) -> None:
    register(store, a=1)
    assert other.lease("a.example")
    waiting = frontier(store)
    assert not waiting.exhausted
    ((due,), _) = other.due(other.backlogs(["web"], NOW)[0], NOW, 9)
    save(other, due.link)
    other.release(["a.example"])
    assert (waiting.take(9), waiting.exhausted) == ([], True)


def test_what_is_tried_again_is_not_waited_for(store: Store, other: Store) -> None:
    register(store, a=1)
    other.put_off(frontier(store).take(9)[0].link)
    store.release_all()
    assert other.lease("a.example")
    second = frontier(store, again=True)
    assert (second.take(9), second.exhausted) == ([], True)


def test_a_host_that_was_drained_is_let_go(store: Store, other: Store) -> None:
    register(store, a=1)
    waiting = frontier(store)
    (due,) = waiting.take(9)
    assert other.lease("a.example") is None
    save(store, due.link)
    waiting.give_back(due.link)
    assert other.lease("a.example") is not None


def test_a_host_that_may_have_more_is_kept(store: Store, other: Store) -> None:
    register(store, a=MOST)
    waiting = frontier(store)
    for due in waiting.take(MOST):
        save(store, due.link)
        waiting.give_back(due.link)
    assert other.lease("a.example") is None
    assert waiting.take(9) == []
    assert other.lease("a.example") is not None


def test_a_host_is_leased_for_all_its_kinds_and_let_go_after_the_last(store: Store, other: Store) -> None:
    for name in ("x", "x.png"):
        link = link_of(f"https://a.example/{name}", "n.md")
        assert link is not None
        store.register(f"{name}.md", [(Mention(link.url, 0, 1, 1, 1), link)], NOW - timedelta(days=1))
    waiting = Frontier(store, ["web", "image"], NOW, crew(store))
    page, picture = waiting.take(9)
    for each in (page, picture):
        assert other.lease("a.example") is None
        save(store, each.link)
        waiting.give_back(each.link)
        waiting.take(9)
    assert other.lease("a.example") is not None


@pytest.mark.usefixtures("looks")
def test_a_host_that_was_another_s_in_between_is_read_anew(store: Store, other: Store) -> None:
    """What was handed back here may have been looked at there."""
    register(store, a=3)
    waiting = frontier(store)
    taken = waiting.take(9)
    with store._engine.begin() as connection:  # as if this worker had been stopped for an hour
        connection.exec_driver_sql("UPDATE leases SET until = '2020-01-01 00:00:00.000000'")
    store._held["a.example"].until = 0
    assert other.lease("a.example")
    for due in taken:
        waiting.hand_back(due)
    assert waiting.take(9) == []
    save(other, taken[0].link)
    other.release(["a.example"])
    again = [*waiting.take(9), *waiting.take(9)]
    assert {due.link for due in again} == {due.link for due in taken[1:]}


def test_workers_share_the_hosts(store: Store, other: Store) -> None:
    register(store, a=1, b=1, c=1)
    other.start_run(NOW)
    store.beat()
    waiting = frontier(store)
    assert hosts(waiting.take(9)) == {"a": 1, "b": 1}
    assert hosts(frontier(other).take(9)) == {"c": 1}


def test_a_worker_that_comes_later_gets_its_share(store: Store, other: Store) -> None:
    register(store, a=20, b=20)
    waiting = frontier(store)
    taken = waiting.take(40)
    assert hosts(taken) == {"a": MOST, "b": MOST}
    other.start_run(NOW)
    store.beat()
    for due in taken:
        save(store, due.link)
        waiting.give_back(due.link)
    assert hosts(waiting.take(40)) == {"b": 4}
    assert hosts(frontier(other).take(40)) == {"a": 4}


@settings(max_examples=8)  # each example is a database
@given(
    counts=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 60), min_size=1),
    rooms=st.lists(st.integers(0, 40), min_size=1),
    choose=st.randoms(use_true_random=False),
)
def test_every_link_is_handed_out_once(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int], rooms: list[int], choose: object
) -> None:
    store = Store.open(sqlite_url(tmp_path_factory.mktemp("store") / "s.sqlite"))
    store.start_run(NOW)
    register(store, **counts)
    waiting = frontier(store, lambda host: {"a": 1.0, "b": 3.0}.get(host[0], 0))
    out: list[Link] = []
    seen: Counter[str] = Counter()
    rounds = 0
    while not waiting.exhausted:
        taken = waiting.take(rooms[rounds % len(rooms)] if rounds < 50 else 40)
        seen.update(due.link.url for due in taken)
        out += [due.link for due in taken]
        choose.shuffle(out)  # type: ignore[attr-defined]
        for link in out[: len(out) // 2 + 1]:
            waiting.give_back(link)
        out = out[len(out) // 2 + 1 :]
        rounds += 1
        assert waiting.out == len(out)
        assert rounds < 1000
    store.close()
    assert seen.total() == len(seen) == sum(counts.values())


# --- the network ------------------------------------------------------------------------------------------------------


def test_a_few_silent_hosts_are_their_own_fault() -> None:
    network = Network()
    for i in range(SUSPICIOUS - 1):
        network.missed(f"h{i}")
    network.missed("h0")  # one host missed twice is one host
    assert not network.suspicious


def test_many_silent_hosts_are_suspicious() -> None:
    network = Network()
    for i in range(SUSPICIOUS):
        network.missed(f"h{i}")
    assert network.suspicious


def test_any_answer_between_clears_the_suspicion() -> None:
    network = Network()
    for i in range(SUSPICIOUS - 1):
        network.missed(f"h{i}")
    network.answered("alive")
    network.missed("h9")
    assert not network.suspicious


def references(*, answering: int) -> Callable[[Request], Awaitable[Response]]:
    """Return a download of which only so many of the reference hosts answer, one of them with a failure."""
    left = [Response("https://any.example/", status=503)] * answering

    async def download(_request: Request) -> Response:
        if not left:
            raise OSError("unreachable")
        return left.pop()

    return download


def test_no_answer_of_any_reference_host_means_no_network() -> None:
    network = Network()
    for i in range(SUSPICIOUS):
        network.missed(f"h{i}")
    assert not asyncio.run(network.is_there(references(answering=0)))
    assert network.suspicious


def test_a_reference_host_s_answer_clears_the_suspicion_but_not_the_count() -> None:
    network = Network()
    for i in range(SUSPICIOUS):
        network.missed(f"h{i}")
    assert asyncio.run(network.is_there(references(answering=1)))
    assert not network.suspicious
    assert network.mostly_silent
    assert network.reached == set()


def test_mostly_silent_counts_hosts_not_links() -> None:
    network = Network()
    silent = [network.mostly_silent]
    for _ in range(9):
        network.answered("a")
    for host in "bbc":
        network.missed(host)
        silent.append(network.mostly_silent)
    network.answered("c")  # it was only slow
    silent.append(network.mostly_silent)
    assert silent == [False, False, False, True, False]
    assert (network.reached, network.unreached) == ({"a", "c"}, {"b"})


def test_a_host_that_answered_once_was_reached() -> None:
    network = Network()
    network.answered("a")
    for _ in range(3):
        network.missed("a")
    assert network.unreached == set()
    assert not network.mostly_silent
