"""The store: what is known of links, and of what they point to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from crawler.models.check import Outcome
from crawler.models.link import Link, Verdict, VerdictRecord
from crawler.models.metadata import Article, Page, Paper, Picture, Repository
from crawler.models.notes.note import Mention
from crawler.store.notes.registered_notes import NoteMentions

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.models.metadata import Metadata
    from crawler.store.link_store import LinkStore

from crawler.store.schema.tables import facts
from tests.support.storing import KINDS, NIGHT, NOW, all_due, checked, link, one_worker, plans, register, standing

pytest_plugins = ["tests.support.databases"]

METADATA: list[tuple[str, Metadata]] = [
    (
        "https://mp.weixin.qq.com/s/a",
        Article("标题", "号", "gh_1", "人", NOW.replace(microsecond=0), "https://c.example/", original=False),
    ),
    ("https://mp.weixin.qq.com/s/b", Article("t")),
    (
        "https://arxiv.org/abs/2110.15352",
        Paper(
            "T", {"arxiv": "2110.15352", "doi": "10.1/x"}, ("A", "B, Jr."), "abs", ("cs.CV", "cs.LG"), "CVPR", "J 1",
            NOW, NOW, 3, withdrawn=False, affiliations=("", "X"), venue="CVPR", venue_year=2022, venue_source="comment",
        ),
    ),
    ("https://arxiv.org/abs/2110.15353", Paper("T", {"arxiv": "2110.15353"})),
    (
        "https://github.com/o/r",
        Repository(
            "o/r", 7, 0, None, "Python", "MIT", archived=True, pushed_at=NOW, default_branch="main",
            topics=("a", "b"), latest_release="v1", released_at=NOW, earlier_id=6,
        ),
    ),
    ("https://a.example/", Page("", None)),
    ("https://a.example/p.png", Picture("ab/abc.png", "abc", "image/png", 12)),
]  # fmt: skip


@pytest.mark.parametrize(("url", "metadata"), METADATA)
def test_metadata_comes_back_as_it_was(store: LinkStore, url: str, metadata: Metadata) -> None:
    (a,) = register(store, "n.md", url)
    store.save([checked(a, metadata=metadata)])
    assert standing(store, a.url).metadata == metadata


def test_links_of_one_identity_share_what_is_known(store: LinkStore) -> None:
    root, deep, other = register(
        store, "n.md", "https://github.com/o/r", "https://github.com/O/R/tree/x", "https://github.com/o/other"
    )
    store.save([checked(root, metadata=Repository("o/r", stars=1))])
    assert standing(store, deep.url).metadata == Repository("o/r", stars=1)
    assert standing(store, deep.url).check is None
    assert standing(store, other.url).metadata is None
    store.save([checked(deep, metadata=Repository("o/r", stars=2)), checked(root, Outcome.FAILED, 1)])
    assert standing(store, root.url).metadata == Repository("o/r", stars=2)  # a failed night forgets nothing


def test_the_same_address_as_another_kind_is_another_thing(store: LinkStore) -> None:
    url = "https://a.example/x"
    page, picture = Link(url, "web", "same", "a.example"), Link(url + "?", "image", "same", "a.example")
    found = [(Mention(url, i, i + 1, 1, 1), each) for i, each in enumerate((page, picture))]
    store.register([NoteMentions("n.md", found)], NOW)
    store.save([checked(page, metadata=Page("P"))])
    assert standing(store, picture.url).metadata is None


def test_standings_come_worst_first(store: LinkStore) -> None:
    order = [
        (Verdict.DEAD, 9, "https://z.example/"),
        (Verdict.DEAD, 1, "https://a.example/"),
        (Verdict.DEAD, 1, "https://b.example/"),
        (Verdict.SUSPECT, 2, "https://c.example/"),
        (Verdict.RESTRICTED, 0, "https://d.example/"),
        (Verdict.MOVED, 0, "https://e.example/"),
        (Verdict.UNKNOWN, 0, "https://f.example/"),
        (Verdict.ALIVE, 0, "https://g.example/"),
    ]
    register(store, "n.md", *(url for *_, url in reversed(order)))
    store.save(
        [
            replace(checked(link(url)), verdict_record=VerdictRecord(verdict, count, NOW))
            for verdict, count, url in order[::2]
        ]
    )
    store.save(
        [
            replace(checked(link(url)), verdict_record=VerdictRecord(verdict, count, NOW))
            for verdict, count, url in order[1::2]
        ]
    )
    assert [(s.verdict, s.failures_in_a_row, s.link.url) for s, _ in store.link_states()] == order


def test_places_are_in_reading_order(store: LinkStore) -> None:
    a = link("https://a.example/")
    for note, lines in {"b.md": [10, 9, 9, 100], "a:1.md": [2], "a b.md": [1]}.items():
        mentions = [Mention(a.url, i, i + 1, line, 1) for i, line in enumerate(lines)]
        store.register([NoteMentions(note, [(mention, a) for mention in mentions])], NOW)
    ((_, places),) = store.link_states()
    assert places == ("a b.md:1", "a:1.md:2", "b.md:9", "b.md:10", "b.md:100")


def test_standings_of_many_links(store: LinkStore) -> None:
    links = register(store, "n.md", *(f"https://a.example/{i}" for i in range(1201)))
    found = store.link_states_of([*(each.url for each in links), links[0].url, "https://unknown.example/"])
    assert {url: s.link for url, s in found.items()} == {each.url: each for each in links}
    assert store.link_states_of([]) == {}
    assert len(list(store.link_states())) == 1201


def test_counts(store: LinkStore) -> None:
    a, b, p, x = register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/p.png", "x.md")
    store.save([checked(a, verdict=Verdict.DEAD), checked(b), checked(p)])
    register(store, "m.md", x.url, a.url)
    assert store.counts() == [
        ("image", Verdict.ALIVE, 1),
        ("local", Verdict.UNKNOWN, 1),
        ("web", Verdict.DEAD, 1),
        ("web", Verdict.ALIVE, 1),
    ]


def test_stars_are_counted_once_a_day(store: LinkStore) -> None:
    root, deep, other, paper = register(
        store,
        "n.md",
        *("https://github.com/o/r", "https://github.com/o/r/tree/x", "https://github.com/o/other"),
        "https://arxiv.org/abs/2110.15353",
    )
    for night, stars in ((0, 5), (0.1, 6), (1, 0), (8, 9)):
        store.save([checked(root, night=night, metadata=Repository("o/r", stars=stars))])
    store.save([checked(each, night=2, metadata=Repository("o/r", stars=7)) for each in (root, deep)])
    late = checked(
        root, night=5.9, metadata=Repository("o/r", stars=8)
    )  # half past midnight of the next day in Greenwich
    elsewhere = late.check.checked_at.astimezone(timezone(timedelta(hours=-9)))
    store.save([replace(late, check=replace(late.check, checked_at=elsewhere))])
    store.save([checked(root, night=3, metadata=Repository("o/r")), checked(root, Outcome.FAILED, 4)])
    store.save([checked(other, night=1, metadata=Repository("o/other", stars=1))])
    store.save([checked(paper, metadata=Paper("T", {"arxiv": "2110.15353"}))])
    day = NOW.date()
    assert store.star_counts(["o/r", "o/nothing"]) == {
        "o/r": [(day, 6), (day + NIGHT, 0), (day + 2 * NIGHT, 7), (day + 6 * NIGHT, 8), (day + 8 * NIGHT, 9)]
    }
    assert store.star_counts([f"o/{i}" for i in range(1000)] + ["o/other"]) == {"o/other": [(day + NIGHT, 1)]}
    assert store.star_counts([]) == {}


@pytest.mark.parametrize(
    ("type_", "data", "metadata"),
    [
        ("Repository", '{"title": "o/r", "stars": 7}', Repository("o/r", stars=7)),
        ("Article", '{"title": "t", "account": "号"}', Article("t", "号")),
        ("Page", '{"title": "t"}', Page("t")),
        (
            "Picture",
            '{"title": "ab/abc.png", "sha256": "abc", "media_type": "image/png", "size": 12}',
            Picture("ab/abc.png", "abc", "image/png", 12),
        ),
        (
            "Paper",
            '{"title": "T", "ids": {"arxiv": "2110.15353"}, "authors": ["A"]}',
            Paper("T", {"arxiv": "2110.15353"}, ("A",)),
        ),
    ],
)
def test_what_an_earlier_program_knew_can_be_read(store: LinkStore, type_: str, data: str, metadata: Metadata) -> None:
    (a,) = register(store, "n.md", "https://github.com/o/r")
    with store._begin() as connection:
        row = {"kind": a.kind, "identity": a.identity, "type": type_, "data": data, "seen_at": NOW}
        connection.execute(sa.insert(facts), row)
    assert standing(store, a.url).metadata == metadata
    assert [due.known for due in all_due(store)] == [metadata]


def test_who_came_to_a_verdict_since_the_last_run(store: LinkStore) -> None:
    dead, alive, new = register(store, "n.md", *(f"https://{name}.example/" for name in ("dead", "alive", "new")))
    store.start_run(NOW)
    store.save([checked(each, Outcome.GONE, verdict=Verdict.DEAD) for each in (dead, alive)])
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    assert list(store.newly_in([Verdict.DEAD])) == []
    store.save([checked(alive, Outcome.OK, 1), checked(new, Outcome.GONE, 1, Verdict.DEAD)])
    assert [each.link for each in store.newly_in([Verdict.DEAD])] == [new]
    assert [each.link for each in store.newly_in([Verdict.DEAD, Verdict.ALIVE])] == [new, alive]
    assert list(store.newly_in([])) == []
    register(store, "n.md", dead.url)
    assert list(store.newly_in([Verdict.DEAD])) == []  # no note mentions it any more


@one_worker
def test_what_outputs_ask_for_takes_time_in_proportion(store: LinkStore) -> None:
    """Each row is looked at once: what belongs to it is found by a whole key, never by a search."""
    (a,) = register(store, "n.md", "https://a.example/")
    store.save([checked(a, Outcome.GONE, verdict=Verdict.DEAD)])
    asked: dict[str, Callable[[], object]] = {
        "standings": lambda: list(store.link_states()),
        "standings of some": lambda: store.link_states_of([a.url]),
        "changes": store.changes,
        "those that came to a verdict": lambda: list(store.newly_in([Verdict.DEAD])),
        "counts": store.counts,
        "metadata": lambda: list(store.metadata(["arxiv"], ["github.com/"])),
        "texts": lambda: list(store.texts(["arxiv"])),
        "papers": lambda: store.papers(["arxiv:x"]),
        "pictures": store.saved_images,
        "left": lambda: store.remaining(KINDS, NOW),
    }
    keys = (
        *("mentions USING INDEX ix_mentions_link_id (link_id=?)", "checks USING INDEX ix_checks_link_id (link_id=?)"),
        *("(kind=? AND identity=?)", "(url=?)"),
        "vouches USING INDEX ix_vouches_link_id",  # few, and once for all links
    )
    for what, work in asked.items():
        for plan in plans(store, work):
            steps = [step for step in plan if step.startswith(("SCAN", "SEARCH", "MATERIALIZE"))]
            through = [step for step in steps if not any(key in step for key in keys)]
            assert len(through) <= (2 if "LIST SUBQUERY" in " ".join(plan) else 1), (what, plan)
            assert "AUTOMATIC" not in " ".join(plan), (what, plan)
            assert not [step for before, step in pairwise(plan) if "CORRELATED" in before and step in through]
