"""Store what persons say of links."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import title_of
from crawler.store.database import Writer, slices
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.link_state import FACTS
from crawler.store.schema.tables import facts, links, vouches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from crawler.models.vouch import Vouch


class VouchRecords(StoreReader, Writer):
    """Queries and updates of vouches."""

    def vouch(self, url: str, vouch: Vouch) -> Vouch:
        """Save a vouch of the command for the link with a URL, in place of the last one, and return it.

        `seen` and `title` are those of the link now.
        """
        with self._write() as connection:
            self._remove(connection, [url], "", vouch.given_at)
            self._insert_vouches(connection, {url: vouch})
        return self.vouches_of(url)[-1]

    def remove_vouches(self, url: str, now: datetime) -> int:
        """Take back the vouches of the command for the link with a URL, and return their number."""
        with self._write() as connection:
            return self._remove(connection, [url], "", now)

    def register_vouches(self, note: str, said: Mapping[str, Vouch], now: datetime) -> None:
        """Save the vouches in the comments of a note, by URL of the link, in place of its earlier ones.

        One that says the same as before is not touched, so that it stays ended if it has ended. Links whose vouches
        have changed are due now.
        """
        with self._begin() as connection:
            known = self._vouches_of_note(connection, note)
        kept = {url for url, vouch in said.items() if url in known and _says(known[url]) == _says(vouch)}
        gone, new = known.keys() - kept, {url: vouch for url, vouch in said.items() if url not in kept}
        if not gone and not new:
            return
        with self._write() as connection:
            self._exclusive(connection)
            self._remove(connection, sorted(gone), note, now)
            self._insert_vouches(connection, new)
            changed = sorted(gone | new.keys())
            for some in slices(changed):
                connection.execute(sa.update(links).where(links.c.url.in_(some)).values(due_at=now))

    def notes_with_vouches(self) -> set[str]:
        """Return the paths of the notes with vouches in their comments."""
        query = sa.select(vouches.c.note).distinct().where(vouches.c.note != "", vouches.c.removed_at.is_(None))
        with self._begin() as connection:
            return set(connection.scalars(query))

    def set_verdict(self, url: str, verdict: Verdict, due_by: datetime) -> None:
        """Save the verdict that a vouch gives a link, which is due at `due_by` at the latest."""
        due_at = sa.case((links.c.due_at > due_by, due_by), else_=links.c.due_at)
        with self._write() as connection:
            connection.execute(sa.update(links).where(links.c.url == url).values(verdict=verdict, due_at=due_at))

    def all_vouches(self) -> dict[str, tuple[Vouch, ...]]:
        """Return the vouches for all links by URL, without those that were taken back, oldest first."""
        query = sa.select(links.c.url, vouches).join_from(vouches, links).where(vouches.c.removed_at.is_(None))
        found: dict[str, list[Vouch]] = defaultdict(list)
        with self._begin() as connection:
            for row in connection.execute(query.order_by(vouches.c.id)):
                found[row.url].append(mapping.vouch_from_row(row))
        return {url: tuple(some_vouches) for url, some_vouches in found.items()}

    # --- in a transaction ---------------------------------------------------------------------------------------------

    @staticmethod
    def _vouches_of_note(connection: sa.Connection, note: str) -> dict[str, Vouch]:
        query = sa.select(links.c.url, vouches).join_from(vouches, links)
        query = query.where(vouches.c.note == note, vouches.c.removed_at.is_(None)).order_by(vouches.c.id)
        return {row.url: mapping.vouch_from_row(row) for row in connection.execute(query)}

    @staticmethod
    def _insert_vouches(connection: sa.Connection, said: Mapping[str, Vouch]) -> None:
        """Add vouches by URL of the link, with what is known of the link now."""
        urls, rows = sorted(said), []
        for some in slices(urls):
            query = sa.select(links.c.id, links.c.url, links.c.outcome, facts.c.type, facts.c.data)
            for row in connection.execute(query.outerjoin(facts, FACTS).where(links.c.url.in_(some))):
                title = title_of(mapping.metadata_from_row(row))
                seen = None if row.outcome == Outcome.SKIPPED else row.outcome
                rows.append(mapping.vouch_to_row(row.id, said[row.url]) | {"seen": seen, "title": title})
        if rows:
            connection.execute(sa.insert(vouches), rows)

    @staticmethod
    def _update_vouches(connection: sa.Connection, changed: Iterable[tuple[int, Sequence[Vouch]]]) -> None:
        """Save what checks have changed of the vouches for links, by id of the link."""
        for link_id, vouch in ((link_id, vouch) for link_id, some_vouches in changed for vouch in some_vouches):
            update = sa.update(vouches).where(
                vouches.c.link_id == link_id, vouches.c.note == vouch.note, vouches.c.given_at == vouch.given_at
            )
            new = {name: getattr(vouch, name) for name in ("seen", "title", "ended_at", "ended")}
            connection.execute(update.values(new))

    @staticmethod
    def _remove(connection: sa.Connection, urls: Iterable[str], note: str, now: datetime) -> int:
        """Take back the vouches that a note (empty: the command) has for links, and return their number."""
        removed, wanted = 0, list(urls)
        for some in slices(wanted):
            ids = sa.select(links.c.id).where(links.c.url.in_(some))
            update = sa.update(vouches).where(
                vouches.c.link_id.in_(ids), vouches.c.note == note, vouches.c.removed_at.is_(None)
            )
            removed += connection.execute(update.values(removed_at=now)).rowcount
        return removed


def _says(vouch: Vouch) -> tuple[Any, ...]:
    return Verdict(vouch.verdict), vouch.until, vouch.because
