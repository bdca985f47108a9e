"""Join the addresses of papers to works. Pure.

Two addresses lead to one work if they share an identifier, or have one title and an author in common. Two papers with
different arXiv ids are never one work; neither are two with one title but different ids of one publisher or registry,
such as the DOIs of the conference and the journal version of a paper.
"""

from __future__ import annotations

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
        self._ids = [set(each.ids) for each in self._addresses]

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
        """Join two groups, unless they have different identifiers of one of the `distinct` schemes."""
        first, second = sorted((self._group_of[one], self._group_of[other]))
        if first == second or any(self._differ(first, second, scheme) for scheme in distinct):
            return
        for at in self._groups[second]:
            self._group_of[at] = first
        self._groups[first] = sorted(self._groups[first] + self._groups[second])
        self._groups[second] = []
        self._ids[first] |= self._ids[second]

    def _differ(self, first: int, second: int, scheme: str) -> bool:
        mine, theirs = ({each for each in self._ids[at] if each.startswith(f"{scheme}:")} for at in (first, second))
        return bool(mine and theirs) and mine.isdisjoint(theirs)

    def works(self) -> Iterator[Work]:
        """Yield the work of each group."""
        for at, group in enumerate(self._groups):
            if group:
                ids = frozenset(self._ids[at])
                yield Work(work_id_of(ids), tuple(self._addresses[each].key for each in group), tuple(sorted(ids)))
