"""The store: what the notes say, what is due, what was seen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, LinkState, Verdict, VerdictRecord
from crawler.models.metadata import Page
from crawler.models.notes.note import Mention
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, DueLink
from crawler.store.link_store import HostBacklog, LinkStore
from crawler.store.notes.registered_notes import NoteMentions, RegisteredNote
from crawler.store.schema.tables import NEVER
from tests.support.storing import KINDS, NIGHT, NOW, all_due, checked, due_urls, link, one_worker, register, standing

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

pytest_plugins = ["tests.support.databases"]

# --- what the notes say -----------------------------------------------------------------------------------------------


def test_a_registered_link_is_known_and_due(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    assert standing(store, a.url) == LinkState(a, Verdict.UNKNOWN, first_seen=NOW)
    assert all_due(store) == [DueLink(a, history=(), texts=("text 0",))]
    assert list(store.link_states()) == [(LinkState(a, Verdict.UNKNOWN, NOW), ("n.md:1",))]


def test_registering_again_changes_nothing_that_is_known(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, metadata=Page("A"))])
    before = standing(store, a.url)
    register(store, "n.md", "https://a.example/", now=NOW + NIGHT / 2)
    register(store, "m.md", "https://a.example/", now=NOW + NIGHT / 2)
    assert standing(store, a.url) == before
    assert due_urls(store, 0.9) == set()
    assert due_urls(store, 1) == {a.url}


def test_registering_again_brings_kind_identity_and_host_up_to_date(store: LinkStore) -> None:
    mention = Mention("https://a.example/x", 0, 9, 1, 1)
    store.register([NoteMentions("n.md", [(mention, Link("https://a.example/x", "web", "old", "old.example"))])], NOW)
    renewed = Link("https://a.example/x", "image", "https://a.example/x", "a.example")
    store.register([NoteMentions("n.md", [(mention, renewed)])], NOW)
    assert standing(store, renewed.url).link == renewed


@one_worker
def test_what_a_note_said_before_is_not_written_again(store: LinkStore, tmp_path: Path) -> None:
    """A night over a million links is quick only if the notes cost a read."""
    mention, other = Mention("x", 0, 9, 1, 1, text="a \0"), Mention("y", 20, 29, 2, 1)
    one, two = (
        Link("https://a.example/x", "web", "x", "a.example"),
        Link("https://a.example/y", "web", "y", "a.example"),
    )
    day = NOW.date()

    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as beside:

        def writes(*found: tuple[Mention, Link], day: date = day) -> bool:
            (before,) = beside.execute("PRAGMA data_version").fetchone()
            store.register([NoteMentions("n.md", found, day)], NOW)
            (after,) = beside.execute("PRAGMA data_version").fetchone()
            return bool(before != after)

        assert writes((mention, one), (other, two))
        assert not writes((mention, one), (other, two))
        assert not writes((other, two), (mention, one))
        changed = [
            [(mention, one)],
            [(mention, one), (other, one)],
            [(mention, one), (replace(other, start=21), two)],
            [(mention, one), (replace(other, line=3), two)],
            [(mention, one), (replace(other, text="new"), two)],
            [(mention, one), (other, replace(two, kind="image"))],
            [(mention, one), (other, replace(two, identity="z"))],
            [(mention, one), (other, replace(two, host="b.example"))],
            [],
        ]
        for found in changed:
            assert writes(*found)
            assert not writes(*found)
        assert writes((mention, one))
        assert writes((mention, one), day=day - NIGHT)
        as_picture = replace(one, kind="image")
        assert writes((mention, one), (other, as_picture))  # one link, in two places of different kinds
        assert not writes((mention, one), (other, as_picture))
        assert standing(store, one.url).link == as_picture


def test_a_note_s_mentions_are_replaced(store: LinkStore) -> None:
    register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/")
    assert {s.link.url: places for s, places in store.link_states()} == {
        "https://a.example/": ("n.md:1", "n.md:3"),
        "https://b.example/": ("n.md:2",),
    }
    register(store, "n.md", "https://b.example/")
    assert [(s.link.url, places) for s, places in store.link_states()] == [("https://b.example/", ("n.md:1",))]
    register(store, "n.md")
    assert list(store.link_states()) == []


def test_a_forgotten_note_leaves_its_links_known_but_not_due(store: LinkStore) -> None:
    a, b = register(store, "gone.md", "https://a.example/", "https://b.example/")
    register(store, "kept.md", b.url)
    store.save([checked(a, metadata=Page("A"))])
    store.forget_other_notes(["kept.md", "new.md"])
    assert [(s.link, places) for s, places in store.link_states()] == [(b, ("kept.md:1",))]
    assert due_urls(store, 99) == {b.url}
    assert standing(store, a.url).metadata == Page("A")
    assert store.counts() == [("web", Verdict.UNKNOWN, 1)]
    register(store, "again.md", a.url, now=NOW + 50 * NIGHT)
    assert standing(store, a.url).first_seen == NOW
    assert due_urls(store, 99) == {a.url, b.url}


def test_texts_of_all_mentions_are_handed_out(store: LinkStore) -> None:
    a = link("gone.md")
    for note, texts in {"n.md": ["二", "一"], "m.md": ["一", ""]}.items():
        mentions = [Mention("gone.md", i, i + 1, 1, i + 1, text=text) for i, text in enumerate(texts)]
        store.register([NoteMentions(note, [(mention, a) for mention in mentions])], NOW)
    assert all_due(store) == [DueLink(a, texts=("", "一", "二"), notes=("m.md", "n.md"))]


@pytest.mark.parametrize("hosts", [10, pytest.param(50, marks=pytest.mark.stress)])
def test_thousands_of_links(store: LinkStore, hosts: int) -> None:
    urls = [f"https://h{i % hosts}.example/{i}" for i in range(400 * hosts)]
    for i in range(0, len(urls), 1000):
        register(store, f"{i}.md", *urls[i : i + 1000])
    assert store.counts() == [("web", Verdict.UNKNOWN, 400 * hosts)]
    backlogs = store.backlogs(KINDS, NOW)
    assert len(backlogs) == hosts
    due, after = store.next_due(backlogs[0], NOW, 300)
    more, _ = store.next_due(backlogs[0], NOW, 300, after=after)
    assert (len(due), len(more)) == (300, 100)
    assert len({each.link.url for each in (*due, *more)}) == 400


def test_what_notes_can_hold_can_be_stored(store: LinkStore) -> None:
    urls = [
        "https://例え.example/路径?q=%00",
        "a b/文 件.md",
        "mailto:Å@example.com",
        "https://e.example/" + "x" * 1500,
    ]
    links = register(store, "日记/本 1.md", *urls)
    store.save([checked(each, metadata=Page("標題 \N{GRINNING FACE} \x00 \"'\\")) for each in links])
    found = dict(store.link_states())
    assert {s.link for s in found} == set(links)
    assert all(s.metadata == Page("標題 \N{GRINNING FACE} \x00 \"'\\") for s in found)
    assert found[standing(store, links[0].url)] == ("日记/本 1.md:1",)


# --- what is due ------------------------------------------------------------------------------------------------------


def test_backlogs_are_by_kind_and_host_longest_unchecked_first(store: LinkStore) -> None:
    register(store, "n.md", "https://b.example/1", "https://b.example/2", now=NOW)
    a, file, picture = register(
        store, "m.md", "https://a.example/", "x.md", "https://a.example/p.png", now=NOW - 9 * NIGHT
    )
    store.save([checked(a, night=-2), checked(file, night=-3), checked(picture, night=-1, wait=NIGHT / 2)])
    assert store.backlogs(KINDS, NOW) == [
        HostBacklog(NEVER, "web", "b.example", 2),
        HostBacklog(NOW - 3 * NIGHT, "local", ""),
        HostBacklog(NOW - 2 * NIGHT, "web", "a.example"),
        HostBacklog(NOW - NIGHT, "image", "a.example"),
    ]
    assert store.backlogs(["web"], NOW - timedelta(microseconds=1)) == [
        HostBacklog(NOW - 2 * NIGHT, "web", "a.example")
    ]
    assert store.backlogs(["image", "github"], NOW) == [HostBacklog(NOW - NIGHT, "image", "a.example")]
    assert store.backlogs([], NOW) == []
    assert store.backlogs(KINDS, NOW, again=True) == []
    assert store.remaining(KINDS, NOW) == 5
    assert store.remaining(["web"], NOW - timedelta(microseconds=1)) == 1


def test_links_of_a_host_come_longest_unchecked_first(store: LinkStore) -> None:
    new, late, later, latest = (f"https://a.example/{name}" for name in ("new", "late", "later", "latest"))
    links = register(store, "n.md", latest, later, late, new)
    store.save([checked(each, night=night) for each, night in zip(links, (-1, -2, -3), strict=False)])
    assert [due.link.url for due in all_due(store, NOW, ["web"])] == [new, late, later, latest]


def test_a_link_is_due_when_its_time_has_come(store: LinkStore) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    store.save([checked(a, wait=7 * NIGHT), checked(b, wait=timedelta(0))])
    assert due_urls(store) == {b.url}
    assert due_urls(store, 6.999) == {b.url}
    assert due_urls(store, 7) == {a.url, b.url}


def test_due_links_come_page_by_page(store: LinkStore) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(5)), "https://b.example/")
    backlog = HostBacklog(NOW, "web", "a.example")
    first, after = store.next_due(backlog, NOW, 3)
    store.save(
        [checked(due.link, night=0.001, wait=timedelta(0)) for due in first]
    )  # what is due again at once is not due again now
    second, end = store.next_due(backlog, NOW, 3, after=after)
    assert [due.link for due in first] == links[:3]
    assert [due.link for due in second] == links[3:5]
    assert store.next_due(backlog, NOW, 3, after=end) == ([], end)


def test_what_is_put_off_waits_for_the_end_of_the_run(store: LinkStore) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    store.mark_for_retry(a)
    assert due_urls(store) == {b.url}
    assert due_urls(store, again=True) == {a.url}
    store.save([checked(a, Outcome.FAILED, verdict=Verdict.SUSPECT)])
    assert due_urls(store, again=True) == set()
    assert due_urls(store, 1) == {a.url, b.url}


def test_what_a_killed_run_had_put_off_is_due_like_the_rest(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.mark_for_retry(a)
    store.start_run(NOW)
    assert (due_urls(store), due_urls(store, again=True)) == ({a.url}, set())


# --- what was seen ----------------------------------------------------------------------------------------------------

FULL = Check(
    Outcome.GONE,
    Reason(ReasonCode.FILE_NOT_FOUND),
    NOW.astimezone(timezone(timedelta(hours=8))),
    CheckMethod.FILE,
    http_status=404,
    final_url="https://b.example/",
    elapsed=timedelta(seconds=1.25),
    conclusive=True,
    suggestion="b.md",
    suggestion_source="file",
)


def test_a_check_comes_back_as_it_was(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([CheckResult(a, FULL, verdict_record=VerdictRecord(Verdict.DEAD, 3, NOW + NIGHT))])
    expected = LinkState(a, Verdict.DEAD, NOW, check=FULL, failures_in_a_row=3)
    assert standing(store, a.url) == expected
    assert all_due(store, NOW + NIGHT)[0].history == (FULL,)
    bare = Check(Outcome.FAILED, Reason(ReasonCode.TIMEOUT), NOW + NIGHT, CheckMethod.PAGE)
    store.save([CheckResult(a, bare, verdict_record=VerdictRecord(Verdict.SUSPECT, 1, NOW + NIGHT))])
    assert standing(store, a.url) == replace(expected, verdict=Verdict.SUSPECT, check=bare, failures_in_a_row=1)


@pytest.mark.parametrize(
    ("nights", "remembered"),
    [
        ("g", "g"),
        ("gbf", "gbf"),
        ("go", "o"),
        ("gm", "m"),
        ("ofg", "ofg"),
        ("fofgb", "ofgb"),
        ("frf", "frf"),  # restricted is an answer, but nothing was seen alive
        ("fsg", "fg"),  # skipped is no look at the link
        ("os", "o"),
    ],
)
def test_history_is_what_was_seen_since_the_link_was_last_alive(store: LinkStore, nights: str, remembered: str) -> None:
    outcomes = {outcome.value[0]: outcome for outcome in Outcome if outcome is not Outcome.SKIPPED} | {
        "s": Outcome.SKIPPED
    }
    a, b = register(store, "n.md", "https://a.example/", "https://a.example/b")
    for night, letter in enumerate(nights):
        moved = "https://m.example/" if letter == "m" else None
        store.save([checked(a, outcomes[letter], night, final_url=moved, wait=timedelta(0))])
    of_b, of_a = all_due(store, NOW + 99 * NIGHT)  # what was never looked at comes first
    assert of_a.link == a
    assert "".join(check.outcome.value[0] for check in of_a.history) == remembered
    assert of_b == DueLink(b, texts=("text 1",))


def test_last_alive(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    for night, (outcome, alive) in enumerate(
        [(Outcome.FAILED, None), (Outcome.OK, 1), (Outcome.GONE, 1), (Outcome.MOVED, 3), (Outcome.RESTRICTED, 3)]
    ):
        store.save([checked(a, outcome, night, final_url="https://m.example/")])
        assert standing(store, a.url).last_alive == (None if alive is None else NOW + alive * NIGHT)


def test_where_a_link_moved_to_is_known_until_it_answers_again(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    seen = []
    for night, (outcome, final_url) in enumerate(
        [
            (Outcome.OK, "https://redirected.example/"),
            (Outcome.MOVED, "https://b.example/"),
            (Outcome.FAILED, None),
            (Outcome.SKIPPED, None),
            (Outcome.GONE, "https://elsewhere.example/"),
            (Outcome.MOVED, "https://c.example/"),
            (Outcome.RESTRICTED, None),
            (Outcome.OK, None),
            (Outcome.BLOCKED, None),
        ]
    ):
        store.save([checked(a, outcome, night, final_url=final_url)])
        seen.append(standing(store, a.url).moved_to)
    b, c = "https://b.example/", "https://c.example/"
    assert seen == [None, b, b, b, b, c, c, None, None]


def test_a_skipped_link_is_not_seen_but_its_reason_is_shown(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, Outcome.FAILED, 0, Verdict.SUSPECT)])
    skipped = checked(a, Outcome.SKIPPED, 1, Verdict.SUSPECT)
    store.save([skipped])
    assert standing(store, a.url).check == skipped.check
    (due,) = all_due(store, NOW + 2 * NIGHT)
    assert [check.outcome for check in due.history] == [Outcome.FAILED]


def test_many_results_at_once(store: LinkStore) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(700)))
    results = [checked(each, metadata=Page(each.url)) for each in links]
    results[3] = checked(links[3], Outcome.MOVED, verdict=Verdict.MOVED, final_url="https://b.example/")
    store.save(results)
    found = store.link_states_of(each.url for each in links)
    assert len(found) == 700
    assert all(found[each.url].metadata == Page(each.url) for each in links if each is not links[3])
    assert [url for url, s in found.items() if s.moved_to] == [links[3].url]


def test_results_of_one_link_are_saved_in_their_order(store: LinkStore) -> None:
    a, b = register(store, "n.md", "https://a.example/", "https://b.example/")
    known = [Page("before"), Page("after")]
    saved = [checked(a, metadata=known[0]), checked(b), checked(a, Outcome.GONE, 1, Verdict.DEAD, known[1])]
    store.save(saved)
    state = standing(store, a.url)
    assert (state.last_alive, state.check, state.metadata) == (NOW, saved[2].check, known[1])
    due = {each.link: each for each in all_due(store, NOW + 3 * NIGHT)}
    assert [check.outcome for check in due[a].history] == [Outcome.OK, Outcome.GONE]


def test_a_result_must_be_judged(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    with pytest.raises(ValueError, match="result without verdict: https://a.example/"):
        store.save([CheckResult(a, FULL)])
    assert standing(store, a.url).check is None
    assert all_due(store)[0].history == ()


def test_notes_of_one_transaction_agree_on_what_is_an_image(store: LinkStore) -> None:
    page, image = (Link("https://a.example/x", kind, "https://a.example/x", "a.example") for kind in ("web", "image"))
    mention = Mention("https://a.example/x", 0, 9, 1, 1)
    for order in ([page, image, page], [image, page, page]):
        store.register([NoteMentions(f"{i}.md", [(mention, each)]) for i, each in enumerate(order)], NOW)
        ((state, places),) = store.link_states()
        assert (state.link, places) == (image, ("0.md:1", "1.md:1", "2.md:1"))
    store.register([NoteMentions("1.md", [(mention, page)]), NoteMentions("2.md", [])], NOW)
    ((state, places),) = store.link_states()
    assert (state.link, places) == (image, ("0.md:1", "1.md:1"))  # which is still shown in a note that was not read
    store.register([NoteMentions("0.md", [(mention, page)]), NoteMentions("1.md", [(mention, page)])], NOW)
    ((state, _),) = store.link_states()
    assert state.link == page


def test_a_note_whose_mentions_changed_is_registered_again_only_when_it_is_saved(store: LinkStore) -> None:
    """A kill in between would else leave a note that seems to have the mentions that it had before."""
    page = Link("https://a.example/x", "web", "https://a.example/x", "a.example")
    found = [(Mention(page.url, 0, 9, 1, 1), page)]
    store.register([NoteMentions("a.md", found), NoteMentions("b.md", found)], NOW)
    store.save_registered(RegisteredNote(path, "digest", "", None) for path in ("a.md", "b.md"))
    store.register([NoteMentions("a.md", found), NoteMentions("b.md", [])], NOW)
    assert list(store.registered_notes()) == ["a.md"]


def test_a_note_with_a_character_that_postgresql_does_not_store_is_registered(store: LinkStore) -> None:
    store.save_registered([RegisteredNote("a.md", "digest", "a\0b", None, ("1: \0",))])
    assert store.registered_notes() == {"a.md": RegisteredNote("a.md", "digest", "ab", None, ("1: ",))}
