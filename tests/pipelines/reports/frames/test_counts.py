"""Numbers of links, as the report's headlines and charts have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Picture
from pipelines.reports.frames.counts import link_counts, metrics
from tests.support.storing import checked, register

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

PICTURE = Picture("ab/abc.png", "abc", "image/png", 12)
NOTHING = dict.fromkeys(("dead", "suspect", "restricted", "moved", "unknown", "alive", "blocked", "pictures"), 0)


def test_tallies(store: LinkStore) -> None:
    assert metrics(link_counts(store)) == NOTHING
    a, b, c, kept, lost = register(
        store,
        "n.md",
        *("https://a.example/", "https://b.example/", "https://c.example/"),
        *("https://a.example/p.png", "https://a.example/q.png"),
    )
    store.save([checked(a), checked(b, verdict=Verdict.DEAD), checked(c, Outcome.BLOCKED, verdict=Verdict.UNKNOWN)])
    store.save([checked(kept, metadata=PICTURE), checked(lost, Outcome.GONE, verdict=Verdict.DEAD)])
    assert metrics(link_counts(store)) == NOTHING | {"alive": 2, "dead": 2, "unknown": 1, "blocked": 1, "pictures": 1}
    store.forget_other_notes([])
    assert metrics(link_counts(store)) == NOTHING
