"""Hosts that push back, by a clock of the test's own."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.politeness.host_throttle import MAX_WAIT, REFUSALS, HostThrottle
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def answer(outcome: Outcome = Outcome.OK, seconds: float | None = None) -> Check:
    elapsed = None if seconds is None else timedelta(seconds=seconds)
    final_url = "https://m.example/" if outcome is Outcome.MOVED else None
    return Check(outcome, Reason(ReasonCode.OTHER, "seen"), NOW, CheckMethod.PAGE, elapsed=elapsed, final_url=final_url)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hosts(clock: Clock) -> HostThrottle:
    return HostThrottle(clock)


def test_a_host_that_never_refused_may_be_asked(hosts: HostThrottle) -> None:
    assert hosts.seconds_until_free("a") == 0
    assert not hosts.record_answer("a", answer())
    assert hosts.seconds_until_free("a") == 0


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.FAILED])
def test_retry_after_is_waited_for_by_its_host_alone(hosts: HostThrottle, clock: Clock, outcome: Outcome) -> None:
    assert hosts.record_answer("a", answer(outcome), retry_after=30)
    assert (hosts.seconds_until_free("a"), hosts.seconds_until_free("b")) == (30, 0)
    clock.now += 29
    assert hosts.seconds_until_free("a") == 1
    clock.now += 1
    assert hosts.seconds_until_free("a") == 0


def test_the_longest_wait_counts(hosts: HostThrottle) -> None:
    hosts.record_answer("a", answer(Outcome.BLOCKED), retry_after=30)
    hosts.record_answer("a", answer(Outcome.BLOCKED), retry_after=5)
    assert hosts.seconds_until_free("a") == 30


@pytest.mark.parametrize(
    ("seconds", "wait"), [(0, 0), (MAX_WAIT, MAX_WAIT), (MAX_WAIT + 1, math.inf), (1e30, math.inf)]
)
def test_who_asks_for_too_much_is_left_for_the_next_night(hosts: HostThrottle, seconds: float, wait: float) -> None:
    assert hosts.record_answer("a", answer(Outcome.BLOCKED), retry_after=seconds) == (wait < math.inf)
    assert hosts.seconds_until_free("a") == wait


def test_a_breaker_opens_after_refusals_in_a_row(hosts: HostThrottle) -> None:
    for _ in range(REFUSALS - 1):
        assert not hosts.record_answer("a", answer(Outcome.BLOCKED))
        assert hosts.seconds_until_free("a") == 0
    hosts.record_answer("a", answer(Outcome.BLOCKED))
    assert (hosts.seconds_until_free("a"), hosts.seconds_until_free("b")) == (math.inf, 0)
    hosts.record_answer("a", answer())  # one that was under way
    assert hosts.seconds_until_free("a") == math.inf


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.GONE, Outcome.RESTRICTED, Outcome.MOVED])
def test_any_answer_between_keeps_it_closed(hosts: HostThrottle, outcome: Outcome) -> None:
    for _ in range(REFUSALS):
        hosts.record_answer("a", answer(Outcome.BLOCKED))
        hosts.record_answer("a", answer(outcome))
    assert hosts.seconds_until_free("a") == 0


def test_asking_to_come_back_again_and_again_opens_it_too(hosts: HostThrottle) -> None:
    came_back = [hosts.record_answer("a", answer(Outcome.FAILED), retry_after=1) for _ in range(REFUSALS)]
    assert came_back == [True] * (REFUSALS - 1) + [False]
    assert hosts.seconds_until_free("a") == math.inf


def test_who_is_left_alone_is_named_as_long_as_that_is_so(hosts: HostThrottle, clock: Clock) -> None:
    hosts.record_answer("asks", answer(Outcome.BLOCKED), 30)
    hosts.record_answer("fine", answer())
    hosts.open_circuit("closed")
    assert hosts.backed_off_hosts() == [("closed", math.inf), ("asks", 30.0)]
    clock.now += 10
    assert hosts.backed_off_hosts() == [("closed", math.inf), ("asks", 20.0)]
    clock.now += 20
    assert hosts.backed_off_hosts() == [("closed", math.inf)]


@pytest.mark.parametrize(("seconds", "left"), [(0, 60), (20, 40), (30, 30), (90, 30)])
def test_time_for_the_outputs_is_reserved_but_half_is_left(clock: Clock, seconds: float, left: float) -> None:
    hosts = HostThrottle(clock, deadline=clock.now + 60)
    hosts.reserve(seconds)
    assert hosts.time_left == left
    clock.now += left
    assert hosts.seconds_until_free("a") == math.inf
    hosts.reserve(seconds)
    assert hosts.time_left == 0


@pytest.mark.parametrize(("passed", "left"), [(0, 40), (50, 15), (90, 15)])
def test_links_are_checked_however_long_reading_took(clock: Clock, passed: float, left: float) -> None:
    hosts = HostThrottle(clock, deadline=clock.now + 60)
    clock.now += passed
    hosts.reserve(20, least=15)
    assert hosts.time_left == left


def test_without_a_time_budget_nothing_is_reserved(hosts: HostThrottle) -> None:
    hosts.reserve(20)
    assert hosts.time_left == math.inf


def test_nobody_is_asked_or_waited_for_beyond_the_time_budget(clock: Clock) -> None:
    hosts = HostThrottle(clock, deadline=clock.now + 60)
    assert hosts.record_answer("a", answer(Outcome.BLOCKED), retry_after=59)
    assert not hosts.record_answer("b", answer(Outcome.BLOCKED), retry_after=60)
    assert (
        hosts.seconds_until_free("a"),
        hosts.seconds_until_free("b"),
        hosts.seconds_until_free("c"),
        hosts.time_left,
    ) == (59, math.inf, 0, 60)
    clock.now += 60
    assert (hosts.seconds_until_free("a"), hosts.seconds_until_free("c"), hosts.time_left) == (math.inf, math.inf, 0)


def test_slow_and_refusing_hosts_are_named(hosts: HostThrottle) -> None:
    for name, seconds in (("slow", 9), ("slow", 1), ("quick", 0.1), ("slower", 6)):
        hosts.record_answer(name, answer(seconds=seconds))
    for name, times in (("once", 1), ("twice", 2)):
        for _ in range(times):
            hosts.record_answer(name, answer(Outcome.BLOCKED))
    hosts.open_circuit("never answered")
    assert hosts.slowest(2) == [("slower", 6), ("slow", 5)]
    assert hosts.most_blocking(9) == [("twice", 2), ("once", 1)]
