"""What is kept of pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.models.metadata import Page
from crawler.models.page_version import PageVersion
from tests.support.storing import NIGHT, NOW, all_due, checked, one_worker, plans, register

if TYPE_CHECKING:
    from crawler.store.link_store import LinkStore

pytest_plugins = ["tests.support.databases"]

VERSION = PageVersion("A page", 2**63 + 5, "latin", "en", NOW)


def test_versions_are_added_in_order(store: LinkStore) -> None:
    (a,) = register(store, "n.md", "https://a.example/x")
    changed = replace(
        VERSION, title="页面", fingerprint=None, seen_at=NOW + NIGHT, address="https://b.example/", replaced=True
    )
    for night, version in enumerate((VERSION, None, changed)):
        store.save([replace(checked(a, night=night), page=version)])
    assert store.versions_of(a.url) == [VERSION, changed]
    assert store.versions_of("https://other.example/") == []
    assert [due.past for due in all_due(store, NOW + 9 * NIGHT)] == [(VERSION, changed)]


def test_a_host_whose_links_move_path_by_path(store: LinkStore) -> None:
    links = register(store, "n.md", *(f"https://a.example/posts/{n}" for n in range(3)))
    for n, each in enumerate(links):
        assert store.site_moves() == frozenset()
        final = each.url.replace("a.example", "b.example")
        store.save([checked(each, Outcome.OK, metadata=Page(f"Page {n}"), final_url=final)])
    assert store.site_moves() == {("a.example", "b.example")}


@one_worker
def test_links_that_moved_are_found_in_one_pass(store: LinkStore) -> None:
    """Whoever goes through all links for each page needs seconds for thousands of them, and minutes for more."""
    (plan,) = plans(store, store.site_moves)
    assert [step.split(" USING ")[0] for step in plan[:2]] == ["SCAN links", "SEARCH facts"]
    assert "(kind=? AND identity=?)" in plan[1]
