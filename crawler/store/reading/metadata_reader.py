"""Queries of what lookups and pages say of links: metadata, publications of papers, stars of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.models.link import key_of
from crawler.models.metadata import Paper, Publication, type_name
from crawler.store.database import SLICE, Database, slices
from crawler.store.schema import mapping
from crawler.store.schema.link_state import MENTIONED
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import facts, links, star_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from crawler.models.metadata import Metadata

# Built once: building a statement takes longer than executing it.
_FACTS_OF = sa.select(facts.c.kind, facts.c.identity, facts.c.data).where(
    one_of(facts.c.kind, "kinds"),
    one_of(facts.c.identity, "identities"),
    facts.c.type == sa.bindparam("its_type"),
)


class MetadataReader(Database):
    """Read access to metadata."""

    def metadata(self, kinds: Iterable[str], containing: Iterable[str] = ()) -> Iterator[tuple[str, str, Metadata]]:
        """Yield kind, identity and metadata of mentioned links, ordered by kind as given and by identity.

        With `containing` only metadata whose JSON contains one of the texts, ignoring case.
        """
        texts = [facts.c.data.icontains(text, autoescape=True) for text in containing] or [sa.true()]
        for kind in kinds:
            mentioned = sa.select(links.c.identity).where(links.c.kind == kind, MENTIONED)
            query = (
                sa.select(facts.c.identity, facts.c.type, facts.c.data)
                .where(facts.c.kind == kind, sa.or_(*texts), facts.c.identity.in_(mentioned))
                .order_by(facts.c.identity)
                .execution_options(yield_per=SLICE)
            )
            with self._begin() as connection:
                for row in connection.execute(query):
                    if (metadata := mapping.metadata_from_row(row)) is not None:
                        yield kind, row.identity, metadata

    def star_counts(self, identities: Iterable[str]) -> dict[str, list[tuple[date, int]]]:
        """Return the star counts of repositories by identity: one for each UTC day on which they were checked."""
        wanted = sorted(set(identities))
        found: dict[str, list[tuple[date, int]]] = {}
        with self._begin() as connection:
            for some in slices(wanted):
                query = (
                    sa.select(star_counts.c.identity, star_counts.c.day, star_counts.c.stars)
                    .where(star_counts.c.identity.in_(some))
                    .order_by(star_counts.c.identity, star_counts.c.day)
                )
                for identity, day, stars in connection.execute(query):
                    found.setdefault(identity, []).append((day, stars))
        return found

    def papers(self, keys: Iterable[str]) -> dict[str, Paper]:
        """Return the metadata of papers, by key (`Link.key`); none for those of which only a page's title is known."""
        by_kind: dict[str, list[str]] = {}
        for key in keys:
            kind, _, identity = key.partition(":")
            by_kind.setdefault(kind, []).append(identity)
        return {
            key_of(kind, identity): paper
            for kind, identities in by_kind.items()
            for _, identity, data in self._facts([kind], identities, Paper)
            if (paper := mapping.fact_from_json(data, Paper)) is not None
        }

    def publications(self, bibliography: str, keys: Iterable[str]) -> dict[str, Publication]:
        """Return the publications of papers by a bibliography, by key (`Link.key`)."""
        records = self.publication_records([bibliography], keys)
        return {key: publication for key, ((_, publication),) in records.items()}

    def publication_records(
        self, bibliographies: Sequence[str], keys: Iterable[str]
    ) -> dict[str, tuple[tuple[str, Publication], ...]]:
        """Return the publications of papers by several bibliographies, by key (`Link.key`).

        Each comes with the name of its bibliography, in the order of these.
        """
        found: dict[str, dict[str, Publication]] = {}
        for name, key, data in self._facts(bibliographies, keys, Publication):
            if (publication := mapping.fact_from_json(data, Publication)) is not None:
                found.setdefault(key, {})[name] = publication
        return {key: tuple((name, of[name]) for name in bibliographies if name in of) for key, of in found.items()}

    def _facts(
        self, kinds: Sequence[str], identities: Iterable[str], type_: type[Paper | Publication]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield kind, identity and JSON of facts of a type."""
        for some in slices(sorted(set(identities))):
            with self._begin() as connection:
                wanted = {"kinds": kinds, "identities": some, "its_type": type_name(type_)}
                found = connection.execute(_FACTS_OF, wanted).all()
            yield from ((kind, identity, data) for kind, identity, data in found)
