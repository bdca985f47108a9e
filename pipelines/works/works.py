"""Join the addresses of papers to works. Pure.

Two addresses lead to one work if they share an identifier, or have one title and an author in common. Two papers with
different arXiv ids are never one work; neither are two with one title but different ids of one publisher or registry,
such as the DOIs of the conference and the journal version of a paper.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.models.authors import comparable_names
from pipelines.consistency.title_match import normalized_title
from pipelines.works.identifiers import SCHEMES, work_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_DISTINCT = frozenset(SCHEMES) - {"dblp"}
"""Schemes that give a publication one id only."""

MIN_TITLE = 15
"""Letters and digits of the shortest title by which addresses are joined."""


@dataclass(frozen=True, slots=True)
class Address:
    """A paper at one address: `key` is that of its link (`Link.key`), `ids` are its `identifiers`."""

    key: str
    ids: frozenset[str]
    title: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A work: its id, the keys of its links in their order, and all its identifiers, sorted."""

    work_id: str
    keys: tuple[str, ...]
    ids: tuple[str, ...]


def join_works(addresses: Iterable[Address]) -> list[Work]:
    """Return the works of papers, in the order of their first addresses."""
    joined = _Joined(addresses)
    joined.by_id()
    joined.by_title()
    return list(joined.works())


class _Joined:
    """Groups of addresses that lead to one work."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._addresses = list(addresses)
        self._groups = [[at] for at in range(len(self._addresses))]
        self._group_of = list(range(len(self._addresses)))
        self._ids = [_by_scheme(each.ids) for each in self._addresses]

    def by_id(self) -> None:
        """Join addresses that share an identifier."""
        first: dict[str, int] = {}
        for at, address in enumerate(self._addresses):
            for each in sorted(address.ids):
                self._join(first.setdefault(each, at), at, {"arxiv"})

    def by_title(self) -> None:
        """Join addresses with one title and an author in common."""
        first: dict[tuple[str, object], int] = {}
        for at, address in enumerate(self._addresses):
            if len(title := normalized_title(address.title)) >= MIN_TITLE:
                for author in sorted(comparable_names(address.authors)):
                    self._join(first.setdefault((title, author), at), at, _DISTINCT)

    def _join(self, one: int, other: int, distinct: Collection[str]) -> None:
        """Join two groups, unless they have different identifiers of one of the `distinct` schemes.

        The smaller one is moved into the larger one: a site may give one title to all of its pages.
        """
        large, small = self._group_of[one], self._group_of[other]
        if large == small or any(self._differ(large, small, scheme) for scheme in distinct):
            return
        if len(self._groups[large]) < len(self._groups[small]):
            large, small = small, large
        for at in self._groups[small]:
            self._group_of[at] = large
        self._groups[large] += self._groups[small]
        for scheme, ids in self._ids[small].items():
            self._ids[large][scheme] |= ids
        self._groups[small] = []

    def _differ(self, one: int, other: int, scheme: str) -> bool:
        mine, theirs = self._ids[one].get(scheme), self._ids[other].get(scheme)
        return mine is not None and theirs is not None and mine.isdisjoint(theirs)

    def works(self) -> Iterator[Work]:
        """Yield the work of each group."""
        groups = sorted((sorted(group), at) for at, group in enumerate(self._groups) if group)
        for group, at in groups:
            ids = frozenset().union(*self._ids[at].values())
            yield Work(work_id_of(ids), tuple(self._addresses[each].key for each in group), tuple(sorted(ids)))


def _by_scheme(ids: Iterable[str]) -> defaultdict[str, set[str]]:
    found = defaultdict(set)
    for each in ids:
        found[each.partition(":")[0]].add(each)
    return found
