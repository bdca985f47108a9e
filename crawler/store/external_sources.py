"""Store what other services know of links: snapshots and captures of links, publications of papers.

It is stored apart from the results of checks, which do not overwrite it, except that whether a link was captured is a
check of its own kind. If a service had no data, it is requested
again after SNAPSHOT_RETRY or PUBLICATION_RETRY; if it did not respond, in the next run.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.kinds.registry import citation_sources
from crawler.models.check import CLOCK_TOLERANCE, Outcome
from crawler.models.link import Link, Verdict, key_of
from crawler.store.database import Writer
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.due_links import HISTORY
from crawler.store.schema.link_state import MENTIONED
from crawler.store.schema.tables import NEVER, bare_titles, checks, facts, links, mentions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crawler.models.check import Check
    from crawler.models.metadata import Metadata, Publication

SNAPSHOT_RETRY = timedelta(days=30)
"""Time until a snapshot is requested again that the Wayback Machine did not have."""

PUBLICATION_RETRY = timedelta(days=30)
"""Time until a bibliography is asked again for the publication of a paper."""

ARCHIVE = "archive.org"
"""The site of the Wayback Machine: only the process of the run itself sends requests to it, no shard."""


class ExternalSources(StoreReader, Writer):
    """Queries of links and papers that other services are asked for, and their answers."""

    # --- snapshots ----------------------------------------------------------------------------------------------------

    def links_without_snapshot(self, kinds: Iterable[str], now: datetime, limit: int) -> list[tuple[Link, date]]:
        """Return up to `limit` lost links without a snapshot, each with the date of the oldest note that mentions it.

        Lost are dead links, and those at which another page is now. If no note has a date, it is the day on which the
        link was registered. Links that were checked last come first, so that those for which the service always fails
        do not block links that died in this run. Links without a snapshot are returned again after SNAPSHOT_RETRY.
        """
        query = (
            sa.select(*(links.c[name] for name in mapping.LINK), links.c.first_seen, sa.func.min(mentions.c.day))
            .join(mentions, mentions.c.link_id == links.c.id)
            .where(
                sa.or_(links.c.verdict == Verdict.DEAD, links.c.outcome == Outcome.REPLACED),
                links.c.kind.in_(list(kinds)),
                links.c.snapshot.is_(None),
                sa.or_(
                    links.c.snapshot_asked_at.is_(None),
                    links.c.snapshot_asked_at < now - SNAPSHOT_RETRY,
                    _is_future(links.c.snapshot_asked_at, now),
                ),
            )
            .group_by(links.c.id)
            .order_by(links.c.waiting_since.desc(), links.c.id)
            .limit(limit)
        )
        with self._begin() as connection:
            return [(Link(*link), day or first_seen.date()) for *link, first_seen, day in connection.execute(query)]

    def save_snapshot(self, link: Link, snapshot: str | None, now: datetime, metadata: Metadata | None = None) -> None:
        """Save the URL of a link's snapshot, None if there is no snapshot, and the metadata that was read in it."""
        update = sa.update(links).where(links.c.url == link.url).values(snapshot=snapshot, snapshot_asked_at=now)
        known = [] if metadata is None else [mapping.fact_to_row(link.kind, link.identity, metadata, now)]
        with self._write() as connection:
            connection.execute(update)
            self._upsert(connection, facts, known)

    def unreachable_links(
        self, kinds: Iterable[str], before: datetime, now: datetime
    ) -> list[tuple[Link, tuple[Check, ...]]]:
        """Return the suspect and dead links without an answer since a time, with their checks, oldest first.

        They were first seen before that time, their last check failed or was `gone`, and a note mentions them. Links
        that were checked last come first. Times that are later than `now` count as past.
        """
        query = (
            sa.select(links.c.id, *(links.c[name] for name in mapping.LINK))
            .where(
                links.c.verdict.in_([Verdict.SUSPECT, Verdict.DEAD]),
                links.c.outcome.in_([Outcome.FAILED, Outcome.GONE]),
                links.c.kind.in_(list(kinds)),
                sa.or_(links.c.first_seen <= before, _is_future(links.c.first_seen, now)),
                sa.or_(
                    links.c.last_alive.is_(None),
                    links.c.last_alive <= before,
                    _is_future(links.c.last_alive, now),
                ),
                MENTIONED,
            )
            .order_by(links.c.waiting_since.desc(), links.c.id)
        )
        with self._begin() as connection:
            rows = connection.execute(query).all()
            return [(Link(*link), tuple(self._history(connection, [id_])[id_])) for id_, *link in rows]

    @staticmethod
    def _history(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[Check]]:
        """Return the HISTORY of links, by id."""
        history: dict[int, list[Check]] = defaultdict(list)
        if ids:
            for row in connection.execute(HISTORY, {"link_ids": ids}):
                history[row.link_id].append(mapping.check_from_row(row))
        return history

    def add_archive_check(self, link: Link, check: Check, verdict: Verdict) -> None:
        """Add the answer of the Wayback Machine on a link to its history, and save the verdict that follows.

        What the last check of the link itself saw is kept.
        """
        ids = sa.select(links.c.id).where(links.c.url == link.url)
        with self._write() as connection:
            link_id = connection.scalar(ids)
            connection.execute(sa.insert(checks).values(link_id=link_id, **mapping.check_to_row(check)))
            connection.execute(sa.update(links).where(links.c.id == link_id).values(verdict=verdict))

    # --- publications -------------------------------------------------------------------------------------------------

    def has_papers(self) -> bool:
        """Return whether the database has a paper that bibliographies can be asked for."""
        query = sa.select(sa.exists().where(facts.c.kind.in_(sorted(citation_sources()))))
        with self._begin() as connection:
            return bool(connection.scalar(query))

    def papers_without_publication(self, bibliography: str, now: datetime) -> list[str]:
        """Return the keys of papers not looked up within PUBLICATION_RETRY in a bibliography, new ones first."""
        known, kinds = facts.alias(), sorted(citation_sources())
        mentioned = sa.select(links.c.kind, links.c.identity).where(links.c.kind.in_(kinds), MENTIONED)
        key = facts.c.kind + key_of("", "") + facts.c.identity
        query = (
            sa.select(key)
            .outerjoin(known, sa.and_(known.c.kind == bibliography, known.c.identity == key))
            .where(
                facts.c.kind.in_(kinds),
                sa.tuple_(facts.c.kind, facts.c.identity).in_(mentioned),
                sa.or_(
                    known.c.seen_at.is_(None),
                    known.c.seen_at < now - PUBLICATION_RETRY,
                    _is_future(known.c.seen_at, now),
                ),
            )
            .order_by(sa.func.coalesce(known.c.seen_at, NEVER), facts.c.kind, facts.c.identity)
        )
        with self._begin() as connection:
            return list(connection.scalars(query))

    def save_publications(self, bibliography: str, publications: Mapping[str, Publication], now: datetime) -> None:
        """Save the publications of papers by a bibliography; the mapping is by key of a paper (`Link.key`)."""
        rows = [mapping.fact_to_row(bibliography, key, publications[key], now) for key in sorted(publications)]
        with self._write() as connection:
            self._upsert(connection, facts, rows)

    # --- papers without a link ----------------------------------------------------------------------------------------

    def has_bare_titles(self) -> bool:
        """Return whether notes list papers without a link."""
        with self._begin() as connection:
            return bool(connection.scalar(sa.select(sa.exists().where(bare_titles.c.title != ""))))

    def titles_to_search(self, service: str, now: datetime) -> list[str]:
        """Return the titles not searched within PUBLICATION_RETRY in a service, new ones first.

        The records that are found are saved as publications by the title.
        """
        its = facts.c.kind == service, facts.c.identity == bare_titles.c.title
        is_due = facts.c.seen_at.is_(None), facts.c.seen_at < now - PUBLICATION_RETRY, _is_future(facts.c.seen_at, now)
        last = sa.func.coalesce(sa.func.min(facts.c.seen_at), NEVER)
        query = sa.select(bare_titles.c.title).outerjoin(facts, sa.and_(*its)).where(sa.or_(*is_due))
        query = query.group_by(bare_titles.c.title).order_by(last, bare_titles.c.title)
        with self._begin() as connection:
            return list(connection.scalars(query))

    def bare_titles(self) -> dict[str, list[str]]:
        """Return the titles of papers that notes list without a link, by note."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        with self._begin() as connection:
            for row in connection.execute(sa.select(bare_titles).order_by(*bare_titles.c)):
                found[row.note].append(row.title)
        return dict(found)


def _is_future(column: sa.ColumnElement[datetime], now: datetime) -> sa.ColumnElement[bool]:
    """Return whether a time has not come yet, since a clock was wrong."""
    return column > now + CLOCK_TOLERANCE
