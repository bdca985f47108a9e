"""How far a run is, and how long the rest will take."""

from __future__ import annotations

import math
import tracemalloc

import pytest

from crawler.cli.progress.eta import MAX_HOSTS, HostProgress, Rate, RunProgress
from crawler.messages import format_duration
from crawler.models.link import Link

PACES = {"wechat.example": 3.0, "quick.example": 0.1}


def each(kind: str, host: str) -> float:
    return PACES.get(host, 0.5) / (100 if kind == "arxiv" else 1)


def link(n: int, host: str, kind: str = "web") -> Link:
    url = f"https://{host}/{n}"
    return Link(url, kind, url, host)


def test_the_busiest_host_decides() -> None:
    tally = RunProgress.from_counts(
        [("wechat", "wechat.example", 40, 10), ("web", "quick.example", 500, 100), ("arxiv", "arxiv.org", 900, 0)], each
    )
    assert tally.time_left(1000.0, each) == (90.0, "wechat.example")
    tally.record(link(1, "wechat.example", "wechat"))
    assert tally.time_left(1000.0, each) == (87.0, "wechat.example")
    assert (tally.done["wechat"], tally.due["wechat"]) == (11, 40)


def test_it_does_not_get_quicker_than_it_is() -> None:
    tally = RunProgress.from_counts([("web", "quick.example", 500, 100)], each)
    assert tally.time_left(2.0, each) == (200.0, "")
    assert tally.time_left(0.0, each) == pytest.approx((40.0, "quick.example"))


def test_links_of_several_kinds_on_one_host_wait_for_one_another() -> None:
    tally = RunProgress.from_counts(
        [("web", "a.example", 10, 0), ("image", "a.example", 10, 0), ("web", "b.example", 15, 0)], each
    )
    assert tally.time_left(1000.0, each) == (10.0, "a.example")


def test_who_is_left_alone_is_waited_for_but_not_for_the_night() -> None:
    tally = RunProgress.from_counts([("web", "a.example", 10, 0), ("web", "wall.example", 100, 0)], each)
    assert tally.time_left(1000.0, each, [("a.example", 60.0), ("wall.example", math.inf)]) == (65.0, "a.example")
    assert tally.time_left(1.0, each, [("wall.example", math.inf)]) == (10.0, "")


def test_the_slowest_hosts_come_first_with_the_links_of_all_kinds() -> None:
    tally = RunProgress.from_counts(
        [
            *(("wechat", "wechat.example", 40, 10), ("image", "a.example", 10, 5), ("web", "a.example", 10, 0)),
            *(("web", "wall.example", 100, 0), ("web", "done.example", 7, 7)),
        ],
        each,
    )
    assert tally.slowest_hosts(each, [("wall.example", math.inf), ("a.example", 60.0)]) == [
        HostProgress("wall.example", 0, 100, math.inf),
        HostProgress("wechat.example", 10, 40, 90.0),
        HostProgress("a.example", 5, 20, 67.5),
    ]
    tally.record(link(1, "a.example"))
    assert tally.slowest_hosts(each)[-1] == HostProgress("a.example", 6, 20, 7.0)


def test_what_becomes_due_meanwhile_is_due() -> None:
    tally = RunProgress.from_counts([("web", "a.example", 1, 0)], each)
    for n in range(3):
        tally.record(link(n, "a.example"))
    assert (tally.done.total(), tally.due.total()) == (3, 3)
    assert tally.time_left(1.0, each) == (0.0, "")


def test_memory_does_not_grow_with_the_hosts() -> None:
    tracemalloc.start()
    tally = RunProgress.from_counts((("web", f"h{n}.example", 1 + n % 7, 0) for n in range(20_000)), each)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000
    assert len(tally.remaining) == MAX_HOSTS
    assert set(tally.remaining.values()) == {7}


def test_the_rate_is_that_of_late() -> None:
    rate = Rate()
    assert rate.update(0, 0) == 0
    assert rate.update(10, 100) == 10
    assert rate.update(40, 100) == pytest.approx(0)
    assert rate.update(100, 220) == 2  # lines a minute apart
    assert rate.update(110, 0) == 0  # counted anew


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.2, "1 s"), (99, "99 s"), (100.5, "2 min"), (3600, "1 h 0 min"), (3541, "1 h 0 min")],
)
def test_durations_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert format_duration(seconds) == said
