"""What persons say of links: saved, replaced, taken back, and tied to the comment of a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from crawler.models.check import CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Page
from crawler.models.vouch import Vouch
from tests.support.storing import NIGHT, NOW, checked, due_urls, register, standing

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

A, B = "https://a.example/", "https://b.example/"
ALIVE = Vouch(Verdict.ALIVE, date(2027, 6, 30), "seen in a browser", NOW)
DEAD = Vouch(Verdict.DEAD, date(2027, 1, 31), "sold", NOW + NIGHT)


def test_a_vouch_is_saved_with_what_was_seen(store: LinkStore) -> None:
    link, _ = register(store, "n.md", A, B)
    store.save([checked(link, Outcome.MOVED, metadata=Page("A page", "text/html"), final_url=B)])
    saved = replace(ALIVE, seen=Outcome.MOVED, title="A page")
    assert store.vouch(A, ALIVE) == saved
    assert store.vouch(B, DEAD) == DEAD
    assert store.vouches_of(A) == (saved,)
    assert store.vouches_of("https://c.example/") == ()


def test_the_next_one_of_the_command_replaces_it(store: LinkStore) -> None:
    register(store, "n.md", A)
    store.vouch(A, ALIVE)
    store.vouch(A, DEAD)
    assert store.vouches_of(A) == (replace(ALIVE, removed_at=DEAD.given_at), DEAD)
    assert store.remove_vouches(A, NOW + 2 * NIGHT) == 1
    assert store.remove_vouches(A, NOW + 2 * NIGHT) == 0
    assert store.vouches_of(A)[-1].removed_at == NOW + 2 * NIGHT


def test_comments_of_a_note_replace_its_own_only(store: LinkStore) -> None:
    links = register(store, "n.md", A, B)
    store.save([checked(link, wait=9 * NIGHT) for link in links])
    store.vouch(A, DEAD)
    said = replace(ALIVE, note="n.md", seen=Outcome.OK)
    store.register_vouches("n.md", {A: said}, NOW + NIGHT)
    assert store.notes_with_vouches() == {"n.md"}
    assert due_urls(store, 1) == {A}
    assert [each.note for each in store.vouches_of(A)] == ["", "n.md"]
    store.save([checked(links[0], night=1, wait=9 * NIGHT)])
    store.register_vouches("n.md", {A: replace(said, given_at=NOW + 2 * NIGHT)}, NOW + 2 * NIGHT)
    assert store.vouches_of(A)[-1] == said, "the same words are the same vouch"
    assert not due_urls(store, 2)
    store.register_vouches("n.md", {B: said}, NOW + 3 * NIGHT)
    assert store.vouches_of(A)[-1].removed_at == NOW + 3 * NIGHT
    assert store.vouches_of(A)[0].removed_at is None
    assert due_urls(store, 3) == {A, B}
    store.register_vouches("n.md", {}, NOW + 4 * NIGHT)
    assert store.notes_with_vouches() == set()


def test_a_vouch_changes_no_check(store: LinkStore) -> None:
    (link,) = register(store, "n.md", A)
    store.save([checked(link)])
    before = standing(store, A)
    store.vouch(A, DEAD)
    assert replace(standing(store, A), vouch=None) == before


# --- the vouch itself -------------------------------------------------------------------------------------------------


def test_it_counts_to_the_end_of_its_last_day() -> None:
    last = ALIVE.expires_at
    assert last.isoformat() == "2027-07-01T00:00:00+00:00"
    assert ALIVE.is_in_force(NOW)
    assert not ALIVE.is_in_force(NOW - NIGHT)
    assert ALIVE.is_in_force(last - NIGHT / 24)
    assert not ALIVE.is_in_force(last)
    ended = replace(ALIVE, ended_at=NOW + NIGHT)
    assert ended.is_in_force(NOW)
    assert not ended.is_in_force(NOW + NIGHT)
    assert not replace(ended, removed_at=NOW).is_in_force(NOW)


def test_it_stands_for_a_check() -> None:
    alive, dead = ALIVE.check, DEAD.check
    assert (alive.outcome, alive.how, alive.conclusive) == (Outcome.OK, CheckMethod.PERSON, False)
    assert (dead.outcome, dead.how, dead.conclusive) == (Outcome.GONE, CheckMethod.PERSON, True)
    assert str(alive.reason) == "vouched alive until 2027-06-30: seen in a browser"


@pytest.mark.parametrize("wrong", [{"verdict": Verdict.MOVED}, {"because": ""}, {"given_at": NOW.replace(tzinfo=None)}])
def test_what_is_no_vouch(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="vouch|zone"):
        replace(ALIVE, **wrong)  # type: ignore[arg-type]
