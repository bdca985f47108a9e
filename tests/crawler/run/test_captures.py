"""Links that do not answer: only the archive can tell that they are dead, and only if it answers."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.lookups.session import open_session
from crawler.lookups.wayback import Wayback, _can_be_read
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.vouch import Vouch
from crawler.run.stages.archive_stage import ask_for_captures, silent_links
from pipelines.items.verdict import compute_verdict
from tests.internet.messages import text
from tests.internet.sites.wayback import RECENT
from tests.support.storing import KINDS, NIGHT, NOW, checked, register, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.store.link_store import LinkStore
    from tests.internet import Internet

pytest_plugins = ["tests.support.databases", "tests.internet.fixtures"]

POLICY = Policy(dead_after=3, dead_interval=timedelta(days=0.8), recheck_after={})
A, CAPTURED, ODD = "https://a.example/", f"https://{RECENT}.example/", "https://odd.example/"


@pytest.fixture
def wayback(online: Internet, tmp_path: Path) -> Iterator[Wayback]:
    with open_session(tmp_path / "x.sqlite", user_agent="tests", delay=0, is_cacheable=_can_be_read) as session:
        yield Wayback(session)


def fail(store: LinkStore, *urls: str, nights: int = 31, outcome: Outcome = Outcome.FAILED) -> None:
    """Let links fail night after night, the last one on the night of NOW."""
    for each in register(store, "n.md", *urls, now=NOW - nights * NIGHT):
        history: tuple[Check, ...] = ()
        for night in range(-nights, 1):
            result = checked(each, outcome, night)
            record = compute_verdict(history, result.check, POLICY)
            store.save([replace(result, verdict_record=record)])
            history += (result.check,)


def silent(store: LinkStore, policy: Policy = POLICY) -> list[str]:
    return [each.link.url for each in silent_links(store, policy, KINDS, NOW)]


def ask(store: LinkStore, wayback: Wayback, seconds: float = math.inf) -> None:
    left = iter(range(int(seconds), -1, -1)) if math.isfinite(seconds) else None
    found = silent_links(store, POLICY, KINDS, NOW)
    ask_for_captures(store, wayback, POLICY, found, lambda: math.inf if left is None else next(left))


def verdict(store: LinkStore, url: str) -> Verdict:
    return standing(store, url).verdict


def test_only_what_was_silent_for_long_is_asked_for(store: LinkStore) -> None:
    fail(store, A)
    fail(store, "https://b.example/", nights=29)
    fail(store, "https://c.example/", outcome=Outcome.BLOCKED)
    fail(store, "https://d.example/", outcome=Outcome.GONE)
    (alive,) = register(store, "n.md", "https://e.example/", now=NOW - 40 * NIGHT)
    store.save([checked(alive, night=-20)])
    store.save([checked(alive, Outcome.FAILED, verdict=Verdict.SUSPECT)])
    for note, url in enumerate([A, *(f"https://{name}.example/" for name in "bcde")]):
        register(store, f"{note}.md", url)
    assert silent(store) == [A]
    assert silent(store, replace(POLICY, unreachable_after=timedelta(days=32))) == []
    assert silent(store, replace(POLICY, unreachable_after=timedelta(days=29))) == [A, "https://b.example/"]
    store.forget_other_notes(["1.md"])
    assert silent(store) == []


def test_who_was_not_captured_since_is_dead(store: LinkStore, wayback: Wayback) -> None:
    fail(store, A, CAPTURED)
    before = standing(store, A)
    ask(store, wayback)
    after = standing(store, A)
    assert (before.verdict, after.verdict, after.check) == (Verdict.SUSPECT, Verdict.DEAD, before.check)
    assert verdict(store, CAPTURED) is Verdict.SUSPECT
    assert silent(store) == [], "nobody is asked for twice in one night"
    _, checks = store.unreachable_links(KINDS, NOW, NOW)[0]
    first = f"{NOW - 31 * NIGHT:%Y-%m-%d}"
    assert (checks[-1].outcome, checks[-1].how) == (Outcome.FAILED, CheckMethod.ARCHIVE)
    assert checks[-1].reason == Reason(ReasonCode.NOT_CAPTURED_SINCE, first)


def test_an_archive_that_is_down_makes_nobody_dead(
    store: LinkStore, wayback: Wayback, online: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [f"https://h{n}.example/" for n in range(REFUSALS + 2)]
    fail(store, *urls)
    online.fault("https://*archive.org/*", text("offline", 404))
    ask(store, wayback)
    assert {verdict(store, url) for url in urls} == {Verdict.SUSPECT}
    assert len(online.requests) == REFUSALS
    (line,) = caplog.messages
    assert line == "Wayback Machine unavailable: HTTP 404; some links that do not answer stay suspect"
    online.heal()
    ask(store, wayback)
    assert {verdict(store, url) for url in urls} == {Verdict.DEAD}


def test_one_that_it_cannot_answer_for_stops_no_other(store: LinkStore, wayback: Wayback, online: Internet) -> None:
    fail(store, ODD, A)
    online.fault("https://*archive.org/*odd*", text("Bad Request", 400))
    ask(store, wayback)
    assert (verdict(store, ODD), verdict(store, A)) == (Verdict.SUSPECT, Verdict.DEAD)


def test_time_that_is_up(store: LinkStore, wayback: Wayback) -> None:
    fail(store, A, ODD)
    ask(store, wayback, seconds=1)
    assert sorted([verdict(store, A), verdict(store, ODD)]) == [Verdict.DEAD, Verdict.SUSPECT]


def test_it_is_asked_again_when_the_link_was_looked_at_again(store: LinkStore, wayback: Wayback) -> None:
    fail(store, A)
    ask(store, wayback)
    (link,) = register(store, "n.md", A)
    store.save([checked(link, Outcome.FAILED, 30, Verdict.DEAD)])
    assert silent(store) == [A]


def test_a_persons_word_stands(store: LinkStore, wayback: Wayback) -> None:
    fail(store, CAPTURED)
    store.vouch(CAPTURED, Vouch(Verdict.DEAD, (NOW + 99 * NIGHT).date(), "closed", NOW))
    ask(store, wayback)
    assert verdict(store, CAPTURED) is Verdict.DEAD


# --- the newest capture -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (CAPTURED, True),
        (f"https://spurious-{RECENT}.example/", True),  # the index knows better
        (A, False),
        ("https://never-archived.example/", False),
        ("https://excluded.example/", False),
        ("http://192.168.0.1/", False),
        ("local/file.md", False),
    ],
)
def test_the_newest_capture_after_a_time(wayback: Wayback, page: str, found: bool) -> None:
    captured = wayback.newest_since(page, NOW)
    assert (captured is not None) is found
    assert captured is None or captured > NOW


def test_a_capture_from_before_is_none(wayback: Wayback) -> None:
    newest = wayback.newest_since(A, NOW - 4000 * NIGHT)
    assert newest is not None
    assert wayback.newest_since(A, newest) is None
    assert wayback.newest_since(A, newest - timedelta(seconds=1)) == newest
