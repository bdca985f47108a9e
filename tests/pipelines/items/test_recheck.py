"""When links come again: those of one night go apart, and what is being counted is not disturbed."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict, VerdictRecord
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.items.verdict import A_DAY, spread_due_date

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)
URLS = [f"https://e.example/{number}" for number in range(7000)]


def waits(
    url: str, days: float, verdict: Verdict = Verdict.ALIVE, outcome: Outcome = Outcome.OK, at: datetime = AT
) -> timedelta:
    """Return for how long a link is left alone that the policy leaves alone for so many days."""
    check = Check(outcome, Reason(ReasonCode.OTHER, "seen"), at, CheckMethod.PAGE)
    return spread_due_date(VerdictRecord(verdict, 0, at + timedelta(days=days)), check, url).due_at - at


def test_links_of_one_night_come_back_on_many() -> None:
    nights = Counter(waits(url, 30).days for url in URLS)
    assert set(nights) == set(range(22, 38))
    assert max(nights.values()) < len(URLS) / 12


def test_the_interval_stays_the_mean() -> None:
    mean = sum((waits(url, 7) for url in URLS), timedelta()) / len(URLS)
    assert abs(mean - timedelta(days=7)) < timedelta(hours=1)


def test_links_that_came_together_go_apart_the_next_time() -> None:
    together = [url for url in URLS if waits(url, 7) < timedelta(days=5.5)]
    later = {waits(url, 7, at=AT + timedelta(days=5)).days for url in together}
    assert later == {5, 6, 7, 8}


@given(st.text(), st.floats(0, 400), st.sampled_from(Verdict), st.sampled_from(Outcome), st.floats(0, 0.8))
def test_time_goes_by_link_and_day_alone_and_is_never_less_than_a_day(
    url: str, days: float, verdict: Verdict, outcome: Outcome, later: float
) -> None:
    if outcome is Outcome.MOVED:
        outcome = Outcome.OK
    found = waits(url, days, verdict, outcome)
    asked = timedelta(days=days)
    assert found == waits(url, days, verdict, outcome, AT + timedelta(days=later))
    assert found >= min(asked, A_DAY)
    assert asked * 0.75 <= found <= asked * 1.25


def test_a_day_is_the_least() -> None:
    found = [waits(url, 1.1) for url in URLS[:999]]
    assert timedelta(days=1) <= min(found) < timedelta(days=1.01)
    assert timedelta(days=1.19) < max(found) <= timedelta(days=1.2)


def test_the_time_zone_of_the_machine_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    here = waits(URLS[0], 30)
    try:
        monkeypatch.setenv("TZ", "Asia/Shanghai" if time.timezone == 0 else "UTC")
        time.tzset()
        assert waits(URLS[0], 30, at=AT + timedelta(hours=14)) == here
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.SUSPECT, Outcome.GONE),
        (Verdict.SUSPECT, Outcome.BLOCKED),
        (Verdict.UNKNOWN, Outcome.BLOCKED),
        (Verdict.ALIVE, Outcome.BLOCKED),
        (Verdict.DEAD, Outcome.SKIPPED),
    ],
)
def test_what_is_being_counted_or_was_not_seen_comes_when_it_should(verdict: Verdict, outcome: Outcome) -> None:
    assert {waits(url, 3, verdict, outcome) for url in URLS[:99]} == {timedelta(days=3)}


@pytest.mark.parametrize("days", [0, 0.8, 1])
def test_intervals_of_up_to_a_day_stay(days: float) -> None:
    assert {waits(url, days) for url in URLS[:99]} == {timedelta(days=days)}
