"""Read the works from the link database, with the metadata that all their URLs together have."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from crawler.kinds.registry import all_kinds, with_metadata
from crawler.models.link import key_of
from crawler.models.metadata import Paper
from crawler.papers.bibliographies import BIBLIOGRAPHIES
from pipelines.venues.from_bibliography import is_same_paper
from pipelines.venues.from_identifiers import SCHEMES
from pipelines.venues.known_records import with_known_records
from pipelines.works.identifiers import identifiers
from pipelines.works.works import Address, Work, join_works

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawler.models.metadata import Publication
    from crawler.store.reading.reader import StoreReader

BATCH = 500
"""Works whose metadata is read at a time."""

_Value = TypeVar("_Value")
_VENUE = ("venue", "venue_year", "venue_track", "venue_source", "venue_evidence")


@dataclass(frozen=True, slots=True)
class DescribedWork:
    """A work with the URLs in the notes that lead to it, and its metadata; None if there is none yet.

    `main_url` is the URL of the resource at the address that the metadata is from.
    """

    work: Work
    urls: tuple[str, ...]
    main_url: str
    paper: Paper | None


def read_works(store: StoreReader) -> list[Work]:
    """Return the works in the order of kinds and identities."""
    known: list[Address] = []
    described = store.metadata(with_metadata(Paper))
    papers = (((kind, identity), paper) for kind, identity, paper in described if isinstance(paper, Paper))
    for batch in _batches(papers):
        by_key = {key_of(*link): paper for link, paper in batch}
        records = _records(store, by_key)
        for link, paper in batch:
            key = key_of(*link)
            more = (each.ids for each in records.get(key, ()))
            ids = frozenset(identifiers({link[0]: link[1]}, paper.ids, *more))
            known.append(Address(key, ids, paper.title, paper.authors))
    seen = {each.key for each in known}
    unknown = (link for link in store.addresses(with_metadata(Paper)) if key_of(*link[:2]) not in seen)
    bare = [Address(key_of(kind, each), frozenset(identifiers({kind: each}))) for kind, each, _ in unknown]
    return join_works(sorted([*known, *bare], key=lambda address: address.key))


def _batches(values: Iterator[_Value]) -> Iterator[list[_Value]]:
    while batch := list(islice(values, BATCH)):
        yield batch


def _records(store: StoreReader, papers: Mapping[str, Paper]) -> Mapping[str, list[Publication]]:
    """Return the records of bibliographies that are those of the papers, by key."""
    return {
        key: [record for _, record in records if is_same_paper(papers[key], record)]
        for key, records in store.publication_records(BIBLIOGRAPHIES, papers).items()
    }


def described_works(store: StoreReader, works: Sequence[Work]) -> Iterator[DescribedWork]:
    """Yield works with what is known of them."""
    urls = {key_of(kind, identity): tuple(some) for kind, identity, some in store.addresses(with_metadata(Paper))}
    for batch in _batches(iter(works)):
        keys = [key for work in batch for key in work.keys]
        papers = with_known_records(store, store.papers(keys))
        for work in batch:
            described = [(key, papers[key]) for key in work.keys if key in papers]
            main, paper = _merged(described) if described else (work.keys[0], None)
            kind, _, identity = main.partition(":")
            yield DescribedWork(
                work, tuple(url for key in work.keys for url in urls[key]), all_kinds()[kind].url_of(identity), paper
            )


def _merged(described: Sequence[tuple[str, Paper]]) -> tuple[str, Paper]:
    """Return the metadata of a work, and the key of the address that it is from: arXiv, else the first.

    Others add what that lacks. A venue that an identifier says comes before others.
    """
    main, paper = next((each for each in described if each[1].arxiv_id is not None), described[0])
    others = [each for key, each in described if key != main]
    if not others:
        return main, paper
    names = [each.name for each in fields(Paper) if each.name not in {"ids", "title", "affiliations", *_VENUE}]
    lacking = [name for name in names if getattr(paper, name) in {None, False, ()}]  # False: not withdrawn there
    added = {name: value for each in reversed(others) for name in lacking if (value := getattr(each, name))}
    ids = {scheme: value for each in (*reversed(others), paper) for scheme, value in each.ids.items()}
    with_venue = [each for each in (paper, *others) if each.venue is not None]
    sure = next((each for each in with_venue if each.venue_source in SCHEMES), next(iter(with_venue), paper))
    return main, replace(paper, **added, ids=ids, **{name: getattr(sure, name) for name in _VENUE})
