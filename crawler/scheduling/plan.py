"""Plan the shards of a round: which hosts one process checks. Pure.

A shard has whole hosts, so that no two processes send requests to one host at a time. How long it takes depends on its
slowest host, since all hosts are requested at once, and on the CPU time of all its links.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.links.targets.sites import site_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LINK_SECONDS = 0.003
"""CPU time in seconds to check one link (measured)."""

START_SECONDS = 1.0
"""CPU time in seconds to start the process of a shard (measured)."""


@dataclass(frozen=True, slots=True)
class HostWork:
    """The number of due links of a host, and the seconds between two requests to it."""

    host: str
    links: int
    interval: float = 0.0


@dataclass(frozen=True, slots=True)
class Shard:
    """Hosts whose due links one process checks, and what it takes: CPU time, and time at least, in seconds.

    The process may also send requests to all other hosts of `sites`.
    """

    hosts: tuple[str, ...]
    sites: frozenset[str]
    cpu_seconds: float
    seconds: float

    def split(self) -> tuple[Shard, ...]:
        """Return two shards with half of the sites and hosts each; one shard if there is only one."""
        units = sorted({_unit(host, self.sites) for host in self.hosts})
        halves = [{*units[: len(units) // 2]}, {*units[len(units) // 2 :]}]
        shares = [tuple(host for host in self.hosts if _unit(host, self.sites) in half) for half in halves if half]
        part = 1 / len(shares)
        return tuple(
            Shard(hosts, self.sites & set(map(site_of, hosts)), self.cpu_seconds * part, self.seconds)
            for hosts in shares
        )


def plan(
    work: Sequence[HostWork], workers: int, most_seconds: float, bonds: Iterable[Collection[str]] = ()
) -> list[Shard]:
    """Return the shards of a round, those that take longest first.

    `most_seconds` is the CPU time at which a shard is large enough. Hosts of one site are in one shard, except of a
    site that needs more than half of a worker's share; those of a bond, which a link needs together, always are. Groups
    of hosts are taken in the order of the time they need. A shard is full when its links need as much CPU time as its
    slowest host needs time, so that neither waits for the other, but not before it is large enough, and never with more
    than the share of one worker.
    """
    share = sum(each.links for each in work) * LINK_SECONDS / max(1, workers)
    links: Counter[str] = Counter()
    for each in work:
        links[site_of(each.host)] += each.links
    sites = frozenset(site for site, count in links.items() if count * LINK_SECONDS <= share / 2)
    groups = [_shard_of(hosts, sites) for hosts in _grouped(work, sites, bonds)]
    groups.sort(key=lambda group: (-group.seconds, group.hosts))
    shards: list[list[Shard]] = []
    room = 0.0
    for group in groups:
        if not shards or room < group.cpu_seconds / 2:  # rounded: as many shards as there are shares
            shards.append([])
            room = min(share, max(most_seconds, group.seconds))
        shards[-1].append(group)
        room -= group.cpu_seconds
    return [_merged(each) for each in shards]


def _unit(host: str, sites: Collection[str]) -> str:
    """Return the site of a host if its hosts stay together, otherwise the host."""
    return site if (site := site_of(host)) in sites else host


def _grouped(
    work: Sequence[HostWork], sites: Collection[str], bonds: Iterable[Collection[str]]
) -> list[list[HostWork]]:
    """Return the hosts in groups that must not be separated."""
    parents: dict[str, str] = {}

    def root(unit: str) -> str:
        while (parent := parents.setdefault(unit, unit)) != unit:
            parents[unit] = unit = parents[parent]
        return unit

    for bond in bonds:
        first, *others = (_unit(host, sites) for host in bond)
        for other in others:
            parents[root(other)] = root(first)
    groups: defaultdict[str, list[HostWork]] = defaultdict(list)
    for each in work:
        groups[root(_unit(each.host, sites))].append(each)
    return list(groups.values())


def _shard_of(work: Sequence[HostWork], sites: frozenset[str]) -> Shard:
    seconds: defaultdict[str, float] = defaultdict(float)
    for each in work:
        seconds[each.host] += each.links * each.interval
    cpu_seconds = sum(each.links for each in work) * LINK_SECONDS
    hosts = tuple(sorted(seconds))
    return Shard(hosts, sites & set(map(site_of, hosts)), cpu_seconds, max(cpu_seconds, *seconds.values()))


def _merged(shards: Sequence[Shard]) -> Shard:
    hosts = tuple(sorted(host for each in shards for host in each.hosts))
    cpu_seconds = sum(each.cpu_seconds for each in shards)
    sites = frozenset(site for each in shards for site in each.sites)
    return Shard(hosts, sites, cpu_seconds, max(cpu_seconds, *(each.seconds for each in shards)))
