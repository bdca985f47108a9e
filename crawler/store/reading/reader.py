"""Queries of links, metadata and changes for the outputs and the summary of a run."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from crawler.models.check import Outcome
from crawler.models.link import Verdict, change_of
from crawler.store.database import SLICE, slices
from crawler.store.reading.metadata_reader import MetadataReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import MENTIONED, link_state_query
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import links, mentions, vouches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from crawler.models.link import Change, LinkState
    from crawler.models.vouch import Vouch

CHANGED = sa.or_(
    links.c.previous_verdict.is_distinct_from(links.c.verdict),
    links.c.previous_outcome.is_distinct_from(links.c.outcome),
)
_TRANSITION = (links.c.previous_verdict, links.c.verdict, links.c.previous_outcome, links.c.outcome)
_LOCATION_SEPARATOR = "//"  # never part of a normalized path
_LOCATIONS = (
    sa.select(sa.func.aggregate_strings(mentions.c.note + ":" + sa.cast(mentions.c.line, sa.Text), _LOCATION_SEPARATOR))
    .where(mentions.c.link_id == links.c.id)
    .scalar_subquery()
)
_VERDICT_ORDER = sa.case({verdict: rank for rank, verdict in enumerate(Verdict)}, value=links.c.verdict)

# Statements are built once: building one takes longer than executing it.
_STATES_OF = link_state_query().where(one_of(links.c.url, "urls"))
_STATES_IN = (
    link_state_query()
    .add_columns(mentions.c.note, mentions.c.start)
    .join(mentions, mentions.c.link_id == links.c.id)
    .where(one_of(mentions.c.note, "notes"))
    .order_by(mentions.c.note, mentions.c.start)
)


class StoreReader(MetadataReader):
    """Read access to links and metadata."""

    def link_states(self) -> Iterator[tuple[LinkState, tuple[str, ...]]]:
        """Yield every mentioned link with its locations `path:line`, worst verdict first, in batches of SLICE rows."""
        query = (
            link_state_query()
            .add_columns(_LOCATIONS.label("locations"))
            .where(MENTIONED)
            .order_by(_VERDICT_ORDER, links.c.failures_in_a_row.desc(), links.c.url)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for row in connection.execute(query):
                yield (
                    mapping.link_state_from_row(row),
                    tuple(sorted(set(row.locations.split(_LOCATION_SEPARATOR)), key=mapping.split_location)),
                )

    def mentions_with(self, verdicts: Iterable[str]) -> Iterator[tuple[LinkState, str, int, int]]:
        """Yield the checked links that have one of these verdicts, with note, byte offset and line of each mention."""
        query = (
            link_state_query()
            .add_columns(mentions.c.note, mentions.c.start, mentions.c.line)
            .join(mentions, mentions.c.link_id == links.c.id)
            .where(links.c.verdict.in_(list(verdicts)), links.c.checked_at.is_not(None))
            .order_by(mentions.c.note, mentions.c.start)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for row in connection.execute(query):
                yield mapping.link_state_from_row(row), row.note, row.start, row.line

    def extent(self) -> tuple[int, int]:
        """Return the number of notes with links, and of mentions in them."""
        with self._begin() as connection:
            query = sa.select(sa.func.count(mentions.c.note.distinct()), sa.func.count()).select_from(mentions)
            notes, places = connection.execute(query).one()
        return notes, places

    def newly_in(self, verdicts: Iterable[str]) -> Iterator[LinkState]:
        """Yield the mentioned links that have one of these verdicts and had another when the last run began."""
        new = links.c.previous_verdict.is_distinct_from(links.c.verdict)
        query = link_state_query().where(links.c.verdict.in_(list(verdicts)), new, MENTIONED)
        query = query.order_by(_VERDICT_ORDER, links.c.url).execution_options(yield_per=SLICE)
        with self._begin() as connection:
            for row in connection.execute(query):
                yield mapping.link_state_from_row(row)

    def link_states_by_note(self) -> Iterator[tuple[str, list[tuple[int, LinkState]]]]:
        """Yield every note that mentions links, with its links and the line of the first mention of each."""
        query = (
            link_state_query()
            .add_columns(mentions.c.note, mentions.c.line)
            .join(mentions, mentions.c.link_id == links.c.id)
            .order_by(mentions.c.note, mentions.c.start)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for note, found in groupby(connection.execute(query), key=attrgetter("note")):
                first: dict[str, tuple[int, LinkState]] = {}
                for row in found:
                    if row.url not in first:
                        first[row.url] = row.line, mapping.link_state_from_row(row)
                yield note, list(first.values())

    def links_to_ask_about(self) -> Iterator[tuple[LinkState, str, int]]:
        """Yield links that checks found nothing out about, and links with a vouch, with note and line of each mention.

        Mentions come in the order of notes and their bytes.
        """
        nothing = sa.and_(links.c.verdict == Verdict.UNKNOWN, links.c.outcome != Outcome.SKIPPED)
        query = (
            link_state_query()
            .add_columns(mentions.c.note, mentions.c.line)
            .join(mentions, mentions.c.link_id == links.c.id)
            .where(sa.or_(nothing, vouches.c.id.is_not(None)))
            .order_by(mentions.c.note, mentions.c.start)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for row in connection.execute(query):
                yield mapping.link_state_from_row(row), row.note, row.line

    def changes(self) -> Counter[Change]:
        """Return the number of links for each kind of change since the last run began."""
        query = sa.select(*_TRANSITION, sa.func.count()).where(CHANGED, MENTIONED).group_by(*_TRANSITION)
        found: Counter[Change] = Counter()
        with self._begin() as connection:
            for before, verdict, outcome_before, outcome, count in connection.execute(query):
                change = change_of(
                    before and Verdict(before),
                    Verdict(verdict),
                    outcome_before and Outcome(outcome_before),
                    outcome and Outcome(outcome),
                )
                if change is not None:
                    found[change] += count
        return found

    def link_states_of(self, urls: Iterable[str]) -> dict[str, LinkState]:
        """Return the states of links by URL; URLs that are not in the database are left out."""
        wanted = sorted(set(urls))
        found: dict[str, LinkState] = {}
        with self._begin() as connection:
            for some in slices(wanted):
                rows = connection.execute(_STATES_OF, {"urls": some})
                found |= {row.url: mapping.link_state_from_row(row) for row in rows}
        return found

    def link_states_in(self, notes: Collection[str]) -> dict[str, dict[int, LinkState]]:
        """Return the states of the links of registered notes, by path and by the offset of each mention."""
        by_url: dict[str, LinkState] = {}
        found: dict[str, dict[int, LinkState]] = {note: {} for note in notes}
        with self._begin() as connection:
            rows = connection.execute(_STATES_IN, {"notes": list(notes)}).all()
        for row in rows:
            url, note, start = row[0], row[-2], row[-1]
            if (state := by_url.get(url)) is None:
                by_url[url] = state = mapping.link_state_from_row(row)
            found[note][start] = state
        return found

    def vouches_of(self, url: str) -> tuple[Vouch, ...]:
        """Return all vouches for the link with a URL, also those that were taken back, oldest first."""
        query = sa.select(vouches).join(links).where(links.c.url == url).order_by(vouches.c.id)
        with self._begin() as connection:
            return tuple(mapping.vouch_from_row(row) for row in connection.execute(query))

    def addresses(self, kinds: Iterable[str]) -> Iterator[tuple[str, str, list[str]]]:
        """Yield kind and identity of mentioned links with their URLs, ordered by kind as given and by identity."""
        for kind in kinds:
            query = (
                sa.select(links.c.identity, links.c.url)
                .where(links.c.kind == kind, MENTIONED)
                .order_by(links.c.identity, links.c.url)
                .execution_options(yield_per=SLICE)
            )
            with self._begin() as connection:
                for identity, some in groupby(connection.execute(query), key=itemgetter(0)):
                    yield kind, identity, [url for _, url in some]

    def listed(self) -> Iterator[tuple[str, str, list[tuple[str, int, int]]]]:
        """Yield kind and identity of links that entries list as article or paper: note, line and rating of each."""
        thing = (links.c.kind, links.c.identity)
        query = (
            sa.select(*thing, mentions.c.note, mentions.c.line, mentions.c.rating)
            .join(mentions, mentions.c.link_id == links.c.id)
            .where(mentions.c.rating.is_not(None))
            .order_by(*thing, mentions.c.note, mentions.c.start)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for (kind, identity), places in groupby(connection.execute(query), key=itemgetter(0, 1)):
                yield kind, identity, [(note, line, rating) for _, _, note, line, rating in places]

    def texts(self, kinds: Iterable[str]) -> Iterator[tuple[str, str, list[tuple[str, int, str]]]]:
        """Yield kind and identity of links with their mentions: note, line and link text."""
        for kind in kinds:
            query = (
                sa.select(links.c.identity, mentions.c.note, mentions.c.line, mentions.c.text)
                .join(mentions, mentions.c.link_id == links.c.id)
                .where(links.c.kind == kind)
                .order_by(links.c.identity, mentions.c.note, mentions.c.start)
                .execution_options(yield_per=SLICE)
            )
            with self._begin() as connection:
                for identity, locations in groupby(connection.execute(query), key=itemgetter(0)):
                    yield kind, identity, [(note, line, text) for _, note, line, text in locations]

    def progress(self, kinds: Iterable[str], since: datetime, run: int) -> Iterator[tuple[str, str, int, int]]:
        """Yield kind, host, the number of links that were due at `since`, and of those that a run has checked."""
        checked = sa.case((links.c.run_id == run, 1), else_=0)
        query = (
            sa.select(links.c.kind, links.c.host, sa.func.count(), sa.func.sum(checked))
            .where(links.c.kind.in_(list(kinds)), sa.or_(links.c.due_at <= since, links.c.run_id == run), MENTIONED)
            .group_by(links.c.kind, links.c.host)
            .execution_options(yield_per=SLICE)
        )
        with self._begin() as connection:
            for kind, host, due, done in connection.execute(query):
                yield kind, host, due, int(done)

    def counts(self) -> list[tuple[str, Verdict, int]]:
        """Return the number of mentioned links of each kind and verdict."""
        query = (
            sa.select(links.c.kind, links.c.verdict, sa.func.count())
            .where(MENTIONED)
            .group_by(links.c.kind, links.c.verdict)
            .order_by(links.c.kind, _VERDICT_ORDER)
        )
        with self._begin() as connection:
            return [(kind, Verdict(verdict), count) for kind, verdict, count in connection.execute(query)]
