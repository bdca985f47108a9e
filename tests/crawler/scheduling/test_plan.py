"""Which process checks which hosts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.links.targets.sites import site_of
from crawler.scheduling.plan import LINK_SECONDS, HostWork, Shard, plan

LINKS_PER_SECOND = round(1 / LINK_SECONDS)

_sites = st.sampled_from([f"{letter}.example" for letter in "abcdefgh"])
_hosts = st.builds(lambda name, site: f"{name}{site}", st.sampled_from(["", "www.", "m.", "x.y."]), _sites)
_work = st.lists(
    st.builds(HostWork, _hosts, st.integers(1, 20_000), st.sampled_from([0.0, 0.5, 3.0])), min_size=1, max_size=30
)
_bonds = st.lists(st.frozensets(_hosts, min_size=1, max_size=3), max_size=4)
_sizes = {"workers": st.integers(1, 8), "most": st.sampled_from([0.0, 1.0, 30.0])}


@given(work=_work, bonds=_bonds, **_sizes)
def test_every_host_is_in_one_shard(
    work: list[HostWork], bonds: list[frozenset[str]], workers: int, most: float
) -> None:
    shards = plan(work, workers, most, bonds)
    assert Counter(host for shard in shards for host in shard.hosts) == Counter({each.host for each in work})
    assert sum(shard.cpu_seconds for shard in shards) == pytest.approx(sum(w.links for w in work) * LINK_SECONDS)


@given(work=_work, bonds=_bonds, **_sizes)
def test_no_host_is_within_reach_of_two_shards(
    work: list[HostWork], bonds: list[frozenset[str]], workers: int, most: float
) -> None:
    shards = plan(work, workers, most, bonds)
    names = {host for each in work for host in (each.host, f"new.{site_of(each.host)}", site_of(each.host))}
    for host in names:
        assert sum(host in shard.hosts or site_of(host) in shard.sites for shard in shards) <= 1
    known = {each.host for each in work}
    for bond in bonds:
        of_bond = {number for number, shard in enumerate(shards) for host in bond & known if host in shard.hosts}
        assert len(of_bond) <= 1


@given(work=_work, **_sizes)
def test_no_shard_has_much_more_than_the_share_of_a_worker(work: list[HostWork], workers: int, most: float) -> None:
    share = sum(each.links for each in work) * LINK_SECONDS / workers
    largest = max(Counter({w.host: sum(o.links for o in work if o.host == w.host) for w in work}).values())
    for shard in plan(work, workers, most):
        assert shard.cpu_seconds <= share * 1.25 + largest * LINK_SECONDS + 1e-6


@given(work=_work, **_sizes)
def test_what_takes_longest_starts_first(work: list[HostWork], workers: int, most: float) -> None:
    shards = plan(work, workers, most)
    slowest = max(each.links * each.interval for each in work)
    assert shards[0].seconds >= slowest
    assert plan(list(reversed(work)), workers, most) == shards


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_equal_hosts_are_shared_out_equally(workers: int) -> None:
    work = [HostWork(f"h{number:02}.example", 1000) for number in range(24)]
    assert [len(shard.hosts) for shard in plan(work, workers, 1000)] == [24 // workers] * workers


def test_hosts_of_one_large_site_are_shared_out() -> None:
    work = [HostWork(f"h{number:02}.example.org", 1000) for number in range(20)]
    first, second = plan(work, 2, 30)
    assert (len(first.hosts), len(second.hosts), first.sites, second.sites) == (10, 10, frozenset(), frozenset())


def test_a_slow_host_has_company_for_as_long_as_it_takes() -> None:
    """Its process would be idle otherwise: 1,000 links every 3 seconds take 50 minutes, but 3 seconds of CPU time."""
    slow = HostWork("slow.example", 1000, 3)
    others = [HostWork(f"h{number}.example", 100 * LINKS_PER_SECOND) for number in range(10)]
    first, *rest = plan([slow, *others], 2, 30)
    assert "slow.example" in first.hosts
    assert abs(first.cpu_seconds - sum(shard.cpu_seconds for shard in rest)) <= 110


def test_shards_of_a_long_run_are_small_so_that_workers_end_together() -> None:
    work = [HostWork(f"h{number}.example", LINKS_PER_SECOND) for number in range(300)]
    shards = plan(work, 2, 30)
    assert len(shards) == 10
    assert max(shard.cpu_seconds for shard in shards) <= 31


def test_a_shard_is_divided_down_to_a_single_host() -> None:
    work = [HostWork(f"h{number}.example", 10) for number in range(3)] + [HostWork("www.h0.example", 5)]
    (whole,) = plan(work, 1, 30)
    left, right = whole.split()
    assert {*left.hosts, *right.hosts} == {*whole.hosts}
    assert left.sites | right.sites == whole.sites
    parts: list[Shard] = [left, right]
    while any(len(part.split()) == 2 for part in parts):
        parts = [half for part in parts for half in part.split()]
    assert sorted(part.hosts for part in parts) == [("h0.example", "www.h0.example"), ("h1.example",), ("h2.example",)]
