"""The store in numbers: how links stand and stood, where, and what changes slowly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.models.check import Outcome
from crawler.models.history import Death, Health
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Picture, Repository
from crawler.models.note import Mention
from crawler.store.link_store import Store
from tests.support.storing import NIGHT, NOW, checked, link, register

if TYPE_CHECKING:
    from crawler.models.result import Result

pytest_plugins = ["tests.support.databases"]

PICTURE = Picture("ab/abc.png", "abc", "image/png", 12)
NOTHING = dict.fromkeys(("dead", "suspect", "restricted", "moved", "unknown", "alive", "blocked", "pictures"), 0)


def test_tallies(store: Store) -> None:
    assert store.tallies() == NOTHING
    a, b, c, kept, lost = register(
        store,
        "n.md",
        *("https://a.example/", "https://b.example/", "https://c.example/"),
        *("https://a.example/p.png", "https://a.example/q.png"),
    )
    store.save([checked(a), checked(b, verdict=Verdict.DEAD), checked(c, Outcome.BLOCKED, verdict=Verdict.UNKNOWN)])
    store.save([checked(kept, metadata=PICTURE), checked(lost, Outcome.GONE, verdict=Verdict.DEAD)])
    assert store.tallies() == NOTHING | {"alive": 2, "dead": 2, "unknown": 1, "blocked": 1, "pictures": 1}
    store.forget_other_notes([])
    assert store.tallies() == NOTHING


def run(store: Store, night: float, counts: dict[str, int]) -> None:
    store.start_run(NOW + night * NIGHT)
    store.remember(counts)
    store.finish_run(NOW + night * NIGHT)


def test_numbers_of_earlier_runs(store: Store) -> None:
    store.remember({"dead": 9})  # before the first run there is nothing that they belong to
    assert (store.run_began(), store.earlier_health(9)) == (None, [])
    run(store, 0, {"dead": 1, "alive": 2})
    assert (store.run_began(), store.earlier_health(9)) == (NOW, [])
    run(store, 1, {"dead": 3})
    store.remember({"dead": 4})  # rendered once more
    first = Health(NOW, {"dead": 1, "alive": 2})
    assert store.earlier_health(9) == [first]
    store.start_run(NOW + 2 * NIGHT)
    assert store.run_began() == NOW + 2 * NIGHT
    assert store.earlier_health(9) == [first, Health(NOW + NIGHT, {"dead": 4})]
    assert store.earlier_health(1) == [Health(NOW + NIGHT, {"dead": 4})]


def test_a_run_without_numbers_is_no_run_without_links(store: Store) -> None:
    run(store, 0, {"dead": 1})
    store.start_run(NOW + NIGHT)
    store.finish_run(NOW + NIGHT)
    store.start_run(NOW + 2 * NIGHT)
    assert store.earlier_health(9) == [Health(NOW, {"dead": 1})]


def test_hosts(store: Store) -> None:
    a, b, _ = register(store, "n.md", "https://a.example/", "https://b.example/", "https://a.example/x")
    register(store, "m.md", a.url, "local.md")
    store.save([checked(a), checked(b, verdict=Verdict.DEAD)])
    assert store.host_counts() == [
        ("a.example", Verdict.ALIVE, 1),
        ("a.example", Verdict.UNKNOWN, 1),
        ("b.example", Verdict.DEAD, 1),
    ]


def test_fastest_growing_repositories(store: Store) -> None:
    counts = {"o/slow": (5, 6), "o/fast": (1, 90), "o/once": (7,), "o/shrinks": (50, 10), "o/forgotten": (1, 999)}
    links = register(store, "n.md", *(f"https://github.com/{name}" for name in counts))
    for each, (name, found) in zip(links, counts.items(), strict=True):
        for night, stars in enumerate(found):
            store.save([checked(each, night=night, metadata=Repository(name, stars=stars))])
    register(store, "n.md", *(each.url for each in links[:-1]))
    assert store.fastest_growing(9) == ["o/fast", "o/slow", "o/shrinks"]
    assert store.fastest_growing(1) == ["o/fast"]


def seen(url: str, outcome: Outcome, night: float, verdict: Verdict, article: Article | None = None) -> Result:
    return checked(link(url), outcome, night, verdict, article)


def test_deaths(store: Store) -> None:
    known, noted, alive, undated = (f"https://mp.weixin.qq.com/s/{name:022}" for name in range(4))
    day = date(2026, 5, 4)
    mentions = [(Mention(url, n, n + 1, 1, 1), link(url)) for n, url in enumerate((known, noted, alive))]
    store.register("n.md", mentions, NOW, day)
    register(store, "m.md", undated)
    published = Article("t", published_at=NOW - timedelta(days=400))
    store.save([seen(known, Outcome.GONE, -9, Verdict.SUSPECT)])
    store.save([seen(known, Outcome.OK, 0, Verdict.ALIVE, published), seen(alive, Outcome.OK, 0, Verdict.ALIVE)])
    store.save([seen(known, Outcome.BLOCKED, 1, Verdict.ALIVE)])
    store.save([seen(known, Outcome.FAILED, 2, Verdict.SUSPECT)])
    store.save([seen(known, Outcome.GONE, 3, Verdict.DEAD), seen(noted, Outcome.GONE, 3, Verdict.DEAD)])
    store.save([seen(undated, Outcome.GONE, 3, Verdict.DEAD)])
    assert list(store.deaths(["wechat"])) == [
        Death((NOW - timedelta(days=400)).date(), (NOW + 2 * NIGHT).date()),
        Death(day, (NOW + 3 * NIGHT).date()),
    ]
    assert list(store.deaths(["web"])) == []


def go_back_to_version_4(store: Store) -> None:
    with store._write() as connection:
        for table in ("run_counts", "validators", "workers"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("UPDATE schema_version SET version = 4"))


def test_a_store_of_before_knows_the_numbers_of_its_last_two_runs(store: Store, database_url: str) -> None:
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
    again = Store.open(database_url)
    again.start_run(NOW + 3 * NIGHT)
    none = {name: count for name, count in NOTHING.items() if name != "pictures"}
    assert again.earlier_health(9) == [
        Health(NOW + NIGHT, none | {"alive": 2, "unknown": 1, "blocked": 1}),
        Health(NOW + 2 * NIGHT, none | {"dead": 1, "alive": 2}),
    ]
    again.close()


def test_of_a_run_under_way_a_store_of_before_knows_the_one_before_it(store: Store, database_url: str) -> None:
    (a,) = register(store, "n.md", "https://a.example/")
    store.start_run(NOW)
    store.save([checked(a)])
    store.finish_run(NOW)
    store.start_run(NOW + NIGHT)
    store.save([checked(a, Outcome.GONE, 1, Verdict.DEAD)])
    go_back_to_version_4(store)
    again = Store.open(database_url)
    again.finish_run(NOW + NIGHT)  # without a report: of this one nothing was counted
    again.start_run(NOW + 2 * NIGHT)
    assert [(each.run, each.counts["alive"], each.counts["dead"]) for each in again.earlier_health(9)] == [(NOW, 1, 0)]
    again.close()
