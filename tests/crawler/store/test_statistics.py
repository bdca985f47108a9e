"""The store in numbers: how links stand and stood, where, and what changes slowly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.models.check import Outcome
from crawler.models.history import LinkLifetime, RunMetrics
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Picture, Repository
from crawler.models.notes.note import Mention
from crawler.store.link_store import LinkStore
from crawler.store.notes.registered_notes import NoteMentions
from tests.support.storing import NIGHT, NOW, checked, link, register

if TYPE_CHECKING:
    from crawler.models.result import CheckResult

pytest_plugins = ["tests.support.databases"]

PICTURE = Picture("ab/abc.png", "abc", "image/png", 12)
NOTHING = dict.fromkeys(("dead", "suspect", "restricted", "moved", "unknown", "alive", "blocked", "pictures"), 0)


def run(store: LinkStore, night: float, counts: dict[str, int]) -> None:
    store.start_run(NOW + night * NIGHT)
    store.save_metrics(counts)
    store.finish_run(NOW + night * NIGHT)


def test_numbers_of_earlier_runs(store: LinkStore) -> None:
    store.save_metrics({"dead": 9})  # before the first run there is nothing that they belong to
    assert (store.run_started_at(), store.earlier_metrics(9)) == (None, [])
    run(store, 0, {"dead": 1, "alive": 2})
    assert (store.run_started_at(), store.earlier_metrics(9)) == (NOW, [])
    run(store, 1, {"dead": 3})
    store.save_metrics({"dead": 4})  # rendered once more
    first = RunMetrics(NOW, {"dead": 1, "alive": 2})
    assert store.earlier_metrics(9) == [first]
    store.start_run(NOW + 2 * NIGHT)
    assert store.run_started_at() == NOW + 2 * NIGHT
    assert store.earlier_metrics(9) == [first, RunMetrics(NOW + NIGHT, {"dead": 4})]
    assert store.earlier_metrics(1) == [RunMetrics(NOW + NIGHT, {"dead": 4})]


def test_a_run_without_numbers_is_no_run_without_links(store: LinkStore) -> None:
    run(store, 0, {"dead": 1})
    store.start_run(NOW + NIGHT)
    store.finish_run(NOW + NIGHT)
    store.start_run(NOW + 2 * NIGHT)
    assert store.earlier_metrics(9) == [RunMetrics(NOW, {"dead": 1})]


def test_counts_of_links(store: LinkStore) -> None:
    a, b, _ = register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/x")
    (kept,) = register(store, "m.md", "https://a.example/p.png")
    register(store, "l.md", a.url, "local.md")
    store.save([checked(a), checked(b, verdict=Verdict.DEAD), checked(kept, metadata=PICTURE)])
    assert list(store.link_counts()) == [
        ("", "local", "unknown", None, None, 1),
        ("a.example", "image", "alive", "ok", "Picture", 1),
        ("a.example", "web", "alive", "ok", None, 1),
        ("a.example", "web", "unknown", None, None, 1),
        ("b.example", "web", "dead", "ok", None, 1),
    ]
    store.forget_other_notes([])
    assert list(store.link_counts()) == []


def test_fastest_growing_repositories(store: LinkStore) -> None:
    counts = {"o/slow": (5, 6), "o/fast": (1, 90), "o/once": (7,), "o/shrinks": (50, 10), "o/forgotten": (1, 999)}
    links = register(store, "n.md", *(f"https://github.com/{name}" for name in counts))
    for each, (name, found) in zip(links, counts.items(), strict=True):
        for night, stars in enumerate(found):
            store.save([checked(each, night=night, metadata=Repository(name, stars=stars))])
    register(store, "n.md", *(each.url for each in links[:-1]))
    assert store.fastest_growing(9) == ["o/fast", "o/slow", "o/shrinks"]
    assert store.fastest_growing(1) == ["o/fast"]


def seen(url: str, outcome: Outcome, night: float, verdict: Verdict, article: Article | None = None) -> CheckResult:
    return checked(link(url), outcome, night, verdict, article)


def test_deaths(store: LinkStore) -> None:
    known, noted, alive, undated = (f"https://mp.weixin.qq.com/s/{name:022}" for name in range(4))
    day = date(2026, 5, 4)
    mentions = [(Mention(url, n, n + 1, 1, 1), link(url)) for n, url in enumerate((known, noted, alive))]
    store.register([NoteMentions("n.md", mentions, day)], NOW)
    register(store, "m.md", undated)
    published = Article("t", published_at=NOW - timedelta(days=400))
    store.save([seen(known, Outcome.GONE, -9, Verdict.SUSPECT)])
    store.save([seen(known, Outcome.OK, 0, Verdict.ALIVE, published), seen(alive, Outcome.OK, 0, Verdict.ALIVE)])
    store.save([seen(known, Outcome.BLOCKED, 1, Verdict.ALIVE)])
    store.save([seen(known, Outcome.FAILED, 2, Verdict.SUSPECT)])
    store.save([seen(known, Outcome.GONE, 3, Verdict.DEAD), seen(noted, Outcome.GONE, 3, Verdict.DEAD)])
    store.save([seen(undated, Outcome.GONE, 3, Verdict.DEAD)])
    assert list(store.link_lifetimes(["wechat"])) == [
        LinkLifetime((NOW - timedelta(days=400)).date(), (NOW + 2 * NIGHT).date()),
        LinkLifetime(day, (NOW + 3 * NIGHT).date()),
    ]
    assert list(store.link_lifetimes(["web"])) == []


def go_back_to_version_4(store: LinkStore) -> None:
    with store._write() as connection:
        later = (
            *("run_counts", "validators", "hosts", "notes", "fragments", "outputs", "vouches", "page_versions"),
            *("uploads", "image_places"),
        )
        for table in later:
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE schema_version SET version = 4"))


def test_a_store_of_before_knows_the_numbers_of_its_last_two_runs(store: LinkStore, database_url: str) -> None:
    a, b, c = register(store, "n.md", "https://a.example/", "https://b.example/", "https://c.example/")
    for night, results in enumerate(
        (
            [checked(a)],
            [checked(b), checked(c, Outcome.BLOCKED, verdict=Verdict.UNKNOWN)],
            [replace(checked(a, Outcome.GONE, 2, Verdict.DEAD)), checked(c, night=2)],
        )
    ):
        store.start_run(NOW + night * NIGHT)
        store.save(results)
        store.finish_run(NOW + night * NIGHT)
    go_back_to_version_4(store)
    again = LinkStore.open(database_url)
    again.start_run(NOW + 3 * NIGHT)
    none = {name: count for name, count in NOTHING.items() if name != "pictures"}
    assert again.earlier_metrics(9) == [
        RunMetrics(NOW + NIGHT, none | {"alive": 2, "unknown": 1, "blocked": 1}),
        RunMetrics(NOW + 2 * NIGHT, none | {"dead": 1, "alive": 2}),
    ]
    again.close()


def test_of_a_run_under_way_a_store_of_before_knows_the_one_before_it(store: LinkStore, database_url: str) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.start_run(NOW)
    store.save([checked(a)])
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    store.save([checked(a, Outcome.GONE, 1, Verdict.DEAD)])
    go_back_to_version_4(store)
    again = LinkStore.open(database_url)
    again.finish_run(NOW + NIGHT)  # without a report: of this one nothing was counted
    again.start_run(NOW + 2 * NIGHT)
    assert [(each.run, each.counts["alive"], each.counts["dead"]) for each in again.earlier_metrics(9)] == [(NOW, 1, 0)]
    again.close()
