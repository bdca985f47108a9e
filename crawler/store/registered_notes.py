"""Register which links the notes mention."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.kinds.registry import keeping_bodies, kind_of
from crawler.links.fragments import element_fragment
from crawler.links.jumps import is_short_link, jump_target
from crawler.models.link import Link, Verdict
from crawler.store.reader import StoreReader, slices
from crawler.store.schema import mapping
from crawler.store.schema.tables import NEVER, links, mentions, notes
from crawler.store.workers.leases import Leases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from crawler.models.note import Mention


# Statements are built once: building one takes as long as executing it.
_IDS = sa.select(links.c.url, links.c.id).where(links.c.url.in_(sa.bindparam("urls", expanding=True)))
_IDS_OF_DUE = _IDS.where(links.c.due_at <= sa.bindparam("due_by"))


@dataclass(frozen=True, slots=True)
class RegisteredNote:
    """A note whose mentions are registered; `digest` is that of its bytes and of the program that read them."""

    path: str
    digest: str
    title: str
    day: date | None
    problems: tuple[str, ...] = ()


class RegisteredNotes(StoreReader, Leases):
    """Saves which links each note mentions."""

    def register(
        self, note: str, found: Sequence[tuple[Mention, Link]], now: datetime, day: date | None = None
    ) -> None:
        """Save the mentions of a note in place of its earlier ones; `day` is the date of the note.

        If the mentions are unchanged, nothing is written.
        """
        of_urls: dict[str, Link] = {}
        for _, link in found:  # what the note shows once is an image, even if it also has a link to it
            if link.url not in of_urls or link.kind in keeping_bodies():
                of_urls[link.url] = link
        known = {url: tuple(getattr(link, name) for name in mapping.LINK) for url, link in of_urls.items()}
        rows = sorted(
            (
                m.start,
                m.line,
                m.text.replace("\0", ""),
                day,
                m.guess and m.guess.url,
                _fragment(m, link),
                *known[link.url],
            )
            for m, link in found
        )
        with self._begin() as connection:
            if connection.execute(self._mentions_query, {"note_": note}).all() == rows:
                return
        with self._write() as connection:
            self._exclusive(connection)
            connection.execute(sa.delete(mentions).where(mentions.c.note == note))
            if not rows:
                return
            new = {"first_seen": now, "due_at": now, "waiting_since": NEVER, "verdict": Verdict.UNKNOWN}
            pages = {url for url, link in of_urls.items() if link.kind not in keeping_bodies()}
            wanted = known | self._shown_elsewhere(connection, pages)
            values = [dict(zip(mapping.LINK, link, strict=True)) | new for link in wanted.values()]
            connection.execute(self._insert_links, values)
            ids = self._ids(connection, known)
            connection.execute(
                sa.insert(mentions),
                [
                    {
                        "note": note,
                        "start": start,
                        "link_id": ids[url],
                        "line": line,
                        "text": text,
                        "day": day,
                        "other_url": other_url,
                        "fragment": fragment,
                    }
                    for start, line, text, day, other_url, fragment, url, *_ in rows
                ],
            )

    @cached_property
    def _mentions_query(self) -> sa.Select[Any]:
        """The query for the mentions of a note (parameter `note_`)."""
        columns = (
            *(mentions.c[name] for name in ("start", "line", "text", "day", "other_url", "fragment")),
            *(links.c[name] for name in mapping.LINK),
        )
        query = sa.select(*columns).join(links, links.c.id == mentions.c.link_id)
        return query.where(mentions.c.note == sa.bindparam("note_")).order_by(mentions.c.start)

    @cached_property
    def _insert_links(self) -> sa.Insert:
        """The statement that inserts links; of known links it updates only the columns that come from the notes."""
        insert = self._insert(links)
        new = {name: insert.excluded[name] for name in mapping.LINK if name != "url"}
        return insert.on_conflict_do_update(index_elements=[links.c.url], set_=new)

    @staticmethod
    def _shown_elsewhere(connection: sa.Connection, urls: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the columns of those links that are images, and that a note with registered mentions has."""
        columns = [links.c[name] for name in mapping.LINK]
        is_shown = links.c.kind.in_(keeping_bodies()), links.c.id.in_(sa.select(mentions.c.link_id))
        found: dict[str, tuple[str, ...]] = {}
        for some in slices(sorted(urls)):
            rows = connection.execute(sa.select(*columns).where(links.c.url.in_(some), *is_shown))
            found |= {row.url: tuple(row) for row in rows}
        return found

    def registered_notes(self) -> dict[str, RegisteredNote]:
        """Return the notes whose mentions are registered, by path."""
        with self._begin() as connection:
            rows = connection.execute(sa.select(notes).order_by(notes.c.path))
            return {
                row.path: RegisteredNote(row.path, row.digest, row.title, row.day, tuple(row.problems.splitlines()))
                for row in rows
            }

    def save_registered(self, registered: Iterable[RegisteredNote]) -> None:
        """Save digest, title, date and problems of registered notes."""
        if rows := [asdict(each) | {"problems": "\n".join(each.problems)} for each in registered]:
            with self._write() as connection:
                self._upsert(connection, notes, rows)

    def forget_other_notes(self, paths: Iterable[str]) -> None:
        """Delete the mentions of all notes except `paths`; their links and checks stay in the database."""
        with self._write() as connection:
            self._exclusive(connection)
            for column in (mentions.c.note, notes.c.path):
                for note in set(connection.scalars(sa.select(column).distinct())).difference(paths):
                    connection.execute(sa.delete(column.table).where(column == note))

    @staticmethod
    def _ids(connection: sa.Connection, urls: Iterable[str], due_by: datetime | None = None) -> dict[str, int]:
        """Return the ids of links by URL; with `due_by` only of those that are due then."""
        ids: dict[str, int] = {}
        for some in slices(sorted(set(urls))):
            if due_by is None:
                rows = connection.execute(_IDS, {"urls": some})
            else:
                rows = connection.execute(_IDS_OF_DUE, {"urls": some, "due_by": due_by})
            ids |= {row.url: row.id for row in rows}
        return ids

    @staticmethod
    def _notes(connection: sa.Connection, link_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the paths of the notes that mention each link, by its id."""
        found: dict[int, list[str]] = defaultdict(list)
        for some in slices(link_ids):
            query = sa.select(mentions.c.link_id, mentions.c.note).where(mentions.c.link_id.in_(some)).distinct()
            for row in connection.execute(query.order_by(mentions.c.note)):
                found[row.link_id].append(row.note)
        return found


def _fragment(mention: Mention, link: Link) -> str | None:
    """Return the fragment of a mention if it certainly leads to an element of the link's own page; otherwise None."""
    if mention.guess is not None or kind_of(link).anchor_prefix is None:
        return None
    if is_short_link(link.url) or jump_target(link.url):
        return None
    return element_fragment(mention.url) or None
