"""What a clock that was wrong leaves in the store costs one more check of each link, and no verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from tests.support.storing import KINDS, NIGHT, NOW, checked, due_urls, register

if TYPE_CHECKING:
    import pytest

    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

A, B = "https://a.example/", "https://b.example/"
TEN_YEARS = 3650


def history(store: LinkStore) -> list[Outcome]:
    (backlog,) = store.backlogs(KINDS, NOW + 9 * NIGHT)
    (due,), _ = store.next_due(backlog, NOW + 9 * NIGHT, 9)
    return [check.outcome for check in due.history]


def test_what_was_checked_in_the_future_is_due_now(store: LinkStore, caplog: pytest.LogCaptureFixture) -> None:
    ahead, _ = register(store, "n.md", A, B)
    store.save([checked(ahead, night=TEN_YEARS)])
    store.save([checked(link, night=0.5, wait=9 * NIGHT) for link in register(store, "m.md", B)])
    assert due_urls(store, 1) == set()
    store.start_run(NOW + NIGHT)
    assert due_urls(store, 1) == {A}
    (line,) = caplog.messages
    assert "checked in the future, by 2036-11-17, are due now; is the clock right (2026-11-21)?" in line
    store.save([checked(ahead, night=1)])
    store.start_run(NOW + 1.5 * NIGHT)
    assert len(caplog.messages) == 1


def test_a_clock_that_is_set_back_during_a_run_makes_nothing_due_again(store: LinkStore) -> None:
    link, _ = register(store, "n.md", A, B)
    store.start_run(NOW)
    store.save([checked(link, night=-2, wait=timedelta(0))])
    assert due_urls(store) == {B}
    assert store.remaining(KINDS, NOW) == 1
    assert [counts for *_, counts in sorted(store.progress(KINDS, NOW, store.run_number))] == [1, 0]


def test_checks_count_in_their_order_whatever_their_times(store: LinkStore) -> None:
    (link,) = register(store, "n.md", A)
    store.save([checked(link, Outcome.GONE, 0, Verdict.SUSPECT)])
    store.save([checked(link, night=TEN_YEARS)])
    for night in (1, 2):
        store.save([checked(link, Outcome.GONE, night, Verdict.SUSPECT)])
    assert history(store) == [Outcome.OK, Outcome.GONE, Outcome.GONE]


def test_a_link_that_was_alive_in_the_future_can_be_silent(store: LinkStore) -> None:
    (link,) = register(store, "n.md", A)
    store.save([checked(link, night=TEN_YEARS)])
    store.save([checked(link, Outcome.FAILED, 1, Verdict.SUSPECT)])
    ((found, checks),) = store.unreachable_links(KINDS, NOW, NOW + NIGHT)
    assert found == link
    assert [check.outcome for check in checks] == [Outcome.OK, Outcome.FAILED]


def test_what_was_asked_in_the_future_is_asked_again(store: LinkStore) -> None:
    (link,) = register(store, "n.md", A)
    store.save([checked(link, Outcome.GONE, 0, Verdict.DEAD)])
    store.save_snapshot(link, None, NOW + TEN_YEARS * NIGHT)
    assert store.known_snapshot(link, NOW) == (None, True)
    assert [each for each, _ in store.links_without_snapshot(KINDS, NOW, 9)] == [link]
    store.save_snapshot(link, None, NOW)
    assert store.known_snapshot(link, NOW) == (None, False)
    assert store.links_without_snapshot(KINDS, NOW, 9) == []
