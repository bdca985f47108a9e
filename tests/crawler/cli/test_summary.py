"""The lines that a run ends with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.cli.summary import Duration, NextSteps, fail_on_message, summary
from crawler.fetch.politeness.host_throttle import HostThrottle
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Change, LinkState, Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.support.storing import link

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def said(parts: Iterable[object]) -> list[str]:
    return "\n".join(map(str, parts)).splitlines()


def test_a_run_is_told_in_a_few_lines() -> None:
    hosts = HostThrottle(lambda: 0.0)
    for name, seconds, outcome in [
        *(("slow.example", 2.5, Outcome.OK), ("quick.example", 0.01, Outcome.OK), ("b.example", 0.2, Outcome.OK)),
        *(("wall.example", 0.1, Outcome.BLOCKED), ("wall.example", 0.1, Outcome.BLOCKED)),
    ]:
        hosts.record_answer(
            name,
            Check(outcome, Reason(ReasonCode.OTHER, "seen"), NOW, CheckMethod.PAGE, elapsed=timedelta(seconds=seconds)),
        )
    counts = [("arxiv", Verdict.ALIVE, 12), ("web", Verdict.DEAD, 1), ("web", Verdict.ALIVE, 3)]
    unavailable = {"arXiv's API": "HTTP 503", "GitHub's API": "no data"}
    changes = {Change.RECOVERED: 2, Change.NEWLY_DEAD: 1}
    assert said(
        summary(
            counts,
            changes,
            hosts,
            unavailable=unavailable,
            left=7,
            notes_left=2,
            duration=Duration(83),
            findings=(1234, "output/findings.csv"),
            next_steps=NextSteps("output/report.html", "my-notes"),
        )
    ) == [
        "links  dead  suspect  restricted  moved  unknown  alive  all",
        "arxiv     -        -           -      -        -     12   12",
        "web       1        -           -      -        -      3    4",
        "all       1        -           -      -        -     15   16",
        "changes: 1 newly dead, 2 recovered",
        "slowest hosts: slow.example (2.50 s), b.example (0.20 s), wall.example (0.10 s)",
        "blocking hosts: wall.example (2)",
        "unavailable services: arXiv's API (HTTP 503), GitHub's API (no data)",
        "new notes left for the next run: 2 (RUN_TIMEOUT)",
        "links left for the next run: 7",
        "duration: 83.0 s",
        "findings: 1,234 in output/findings.csv (papers noted twice, wrong titles and the like)",
        "report: output/report.html",
        "next: notemend diff my-notes (shows what notemend apply would change in the notes)",
    ]


def test_what_did_not_happen_is_not_mentioned() -> None:
    assert said(summary([], {}, HostThrottle(lambda: 0.0), unavailable={}, left=0, notes_left=0, duration=Duration(1)))[
        2:
    ] == ["duration: 1.0 s"]


def test_a_run_that_takes_longer_than_it_may_says_for_what() -> None:
    assert Duration(16.4, 3, 4, 15).line() == "duration: 16.4 s"
    assert Duration(240, 110.7, 126.1, 15).line() == (
        "duration: 240.0 s, although RUN_TIMEOUT is 15 s: notes were read for 110.7 s, outputs written for 126.1 s; "
        "neither is interrupted"
    )


def test_what_a_run_is_asked_to_tell_by_its_exit_code() -> None:
    dead = [LinkState(link(f"https://a.example/{n}"), Verdict.DEAD, NOW) for n in range(5)]
    suspect = LinkState(link("https://b.example/"), Verdict.SUSPECT, NOW)
    some = "https://a.example/0, https://a.example/1, https://a.example/2"
    assert fail_on_message(dead) == f"FAIL_ON: 5 newly dead: {some} and 2 more"
    assert fail_on_message([suspect]) == "FAIL_ON: 1 newly suspect: https://b.example/"
    assert fail_on_message([*dead, suspect]) == f"FAIL_ON: 5 newly dead, 1 newly suspect: {some} and 3 more"
    assert fail_on_message([]) is None
