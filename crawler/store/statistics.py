"""Statistics of the link database: counts by run, by host, stars over time, lifetimes of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.kinds.registry import with_metadata
from crawler.models.check import Outcome
from crawler.models.history import LinkLifetime, RunMetrics
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Repository
from crawler.store.database import SLICE, Writer
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS, MENTIONED
from crawler.store.schema.tables import checks, facts, links, mentions, run_counts, runs, star_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime


class Statistics(StoreReader, Writer):
    """Queries for the report."""

    # --- counts by run ------------------------------------------------------------------------------------------------

    def run_started_at(self) -> datetime | None:
        """Return when the latest run began, finished or not; None without runs."""
        query = sa.select(runs.c.started_at).order_by(runs.c.id.desc()).limit(1)
        with self._begin() as connection:
            started_at: datetime | None = connection.scalar(query)
            return started_at

    def save_metrics(self, counts: Mapping[str, int]) -> None:
        """Save numbers of the latest run by name, replacing those saved before."""
        with self._begin() as connection:
            run = connection.scalar(sa.select(sa.func.max(runs.c.id)))
            if run is not None:
                new = [{"run_id": run, "what": str(what), "count": count} for what, count in sorted(counts.items())]
                self._upsert(connection, run_counts, new)

    def earlier_metrics(self, limit: int) -> list[RunMetrics]:
        """Return the saved numbers of up to `limit` runs before the latest, oldest first."""
        latest = sa.select(sa.func.max(runs.c.id)).scalar_subquery()
        counted = sa.exists().where(run_counts.c.run_id == runs.c.id)
        some = sa.select(runs.c.id).where(runs.c.id < latest, counted).order_by(runs.c.id.desc()).limit(limit)
        query = (
            sa.select(runs.c.id, runs.c.started_at, run_counts.c.what, run_counts.c.count)
            .join(run_counts, run_counts.c.run_id == runs.c.id)
            .where(runs.c.id.in_(some))
            .order_by(runs.c.id)
        )
        found: dict[int, tuple[datetime, dict[str, int]]] = {}
        with self._begin() as connection:
            for run, started_at, what, count in connection.execute(query):
                found.setdefault(run, (started_at, {}))[1][what] = count
        return [RunMetrics(started_at, counts) for started_at, counts in found.values()]

    # --- hosts, stars, lifetimes --------------------------------------------------------------------------------------

    def link_counts(self) -> Iterator[tuple[str, str, str, str | None, str | None, int]]:
        """Yield host, kind, verdict, last outcome and type of metadata, with the number of mentioned links of each."""
        columns = (links.c.host, links.c.kind, links.c.verdict, links.c.outcome, facts.c.type)
        query = sa.select(*columns, sa.func.count()).select_from(sa.outerjoin(links, facts, FACTS)).where(MENTIONED)
        with self._begin() as connection:
            for row in connection.execute(
                query.group_by(*columns).order_by(*columns).execution_options(yield_per=SLICE)
            ):
                yield tuple(row)

    def fastest_growing(self, limit: int) -> list[str]:
        """Return up to `limit` identities of mentioned repositories by their gain of stars, largest first."""
        mentioned = sa.select(links.c.identity).where(links.c.kind.in_(with_metadata(Repository)), MENTIONED)
        days = (
            sa.select(star_counts.c.identity, sa.func.min(star_counts.c.day), sa.func.max(star_counts.c.day))
            .where(star_counts.c.identity.in_(mentioned))
            .group_by(star_counts.c.identity)
            .having(sa.func.count() > 1)
            .subquery()
        )
        identity, *ends = days.c
        first, last = (star_counts.alias() for _ in ends)
        query = sa.select(identity)
        for end, counted in zip(ends, (first, last), strict=True):
            query = query.join(counted, sa.and_(counted.c.identity == identity, counted.c.day == end))
        query = query.order_by((last.c.stars - first.c.stars).desc(), identity).limit(limit)
        with self._begin() as connection:
            return list(connection.scalars(query))

    def link_lifetimes(self, kinds: Iterable[str]) -> Iterator[LinkLifetime]:
        """Yield lifetimes of dead links of some kinds: from publication or first note to the first failed check."""
        gone = checks.c.outcome.in_([Outcome.GONE, Outcome.FAILED])
        since = sa.or_(links.c.last_alive.is_(None), checks.c.checked_at > links.c.last_alive)
        died = sa.select(sa.func.min(checks.c.checked_at)).where(checks.c.link_id == links.c.id, gone, since)
        noted = sa.select(sa.func.min(mentions.c.day)).where(mentions.c.link_id == links.c.id)
        query = (
            sa.select(
                died.scalar_subquery().label("died"),
                noted.scalar_subquery().label("noted"),
                facts.c.type,
                facts.c.data,
            )
            .select_from(sa.outerjoin(links, facts, FACTS))
            .where(links.c.kind.in_(list(kinds)), links.c.verdict == Verdict.DEAD, MENTIONED)
            .order_by(links.c.id)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for row in connection.execute(query):
                article = mapping.metadata_from_row(row)
                published = article.published_at if isinstance(article, Article) else None
                start = published.date() if published else row.noted
                if start is not None and row.died is not None:
                    yield LinkLifetime(start, row.died.date())
