"""Register which links the notes mention."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from crawler.kinds.registry import keeping_bodies, kind_of
from crawler.links.fragments import element_fragment
from crawler.links.jumps import is_short_link, jump_target
from crawler.models.link import Link, Verdict
from crawler.store.database import Writer, slices
from crawler.store.reading.reader import StoreReader
from crawler.store.schema import mapping
from crawler.store.schema.one_of import one_of
from crawler.store.schema.tables import NEVER, bare_titles, links, mentions, notes
from crawler.text import without_nul

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from crawler.models.notes.note import Mention


# Statements are built once: building one takes as long as executing it.
_IDS = sa.select(links.c.url, links.c.id).where(one_of(links.c.url, "urls"))
_IDS_NOT_SEEN = _IDS.where(sa.or_(links.c.run_id.is_(None), links.c.run_id != sa.bindparam("run", type_=sa.Integer)))
_MENTION = ("start", "line", "text", "day", "other_url", "fragment", "rating")
_URL = len(_MENTION) + mapping.LINK.index("url")
_MENTIONS = (
    sa.select(mentions.c.note, *(mentions.c[name] for name in _MENTION), *(links.c[name] for name in mapping.LINK))
    .join(links, links.c.id == mentions.c.link_id)
    .where(one_of(mentions.c.note, "notes"))
    .order_by(mentions.c.note, mentions.c.start)
)
_NOTES_OF = (
    sa.select(mentions.c.link_id, mentions.c.note)
    .where(one_of(mentions.c.link_id, "link_ids"))
    .distinct()
    .order_by(mentions.c.note)
)
_INSERT_MENTIONS = sa.insert(mentions)


@dataclass(frozen=True, slots=True)
class RegisteredNote:
    """A note whose mentions are registered; `digest` is that of its bytes and of the program that read them."""

    path: str
    digest: str
    title: str
    day: date | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteMentions:
    """The mentions of a note with their links, its date, and the ratings of what its entries list, by offset."""

    path: str
    found: Sequence[tuple[Mention, Link]]
    day: date | None = None
    ratings: Mapping[int, int] = field(default_factory=dict)


_Row = tuple[Any, ...]
"""A mention: the columns of `_MENTION`, then those of its link."""


class RegisteredNotes(StoreReader, Writer):
    """Saves which links each note mentions."""

    def register(self, read: Sequence[NoteMentions], now: datetime) -> None:
        """Save the mentions of notes in place of their earlier ones, in one transaction.

        If the mentions of a note are unchanged, nothing of it is written.
        """
        if not read:
            return
        links_of = _links_by_url(read)
        rows = {note.path: sorted(_row(note, *each, links_of[each[1].url]) for each in note.found) for note in read}
        with self._begin() as connection:
            known = self._known_rows(connection, list(rows))
        changed = {note: some for note, some in rows.items() if some != known[note]}
        if not changed:
            return
        with self._write() as connection:
            self._exclusive(connection)
            for some in slices(list(changed)):
                connection.execute(sa.delete(mentions).where(mentions.c.note.in_(some)))
                connection.execute(sa.delete(notes).where(notes.c.path.in_(some)))  # registered when that is saved
            urls = {row[_URL] for some in changed.values() for row in some}
            self._insert_links(connection, {url: links_of[url] for url in sorted(urls)}, now)
            ids = self._ids(connection, urls)
            new = [
                {"note": note, "link_id": ids[row[_URL]], **dict(zip(_MENTION, row, strict=False))}
                for note, some in changed.items()
                for row in some
            ]
            if new:
                connection.execute(_INSERT_MENTIONS, new)

    @staticmethod
    def _known_rows(connection: sa.Connection, notes_read: Sequence[str]) -> dict[str, list[_Row]]:
        """Return the registered mentions of notes, by offset."""
        known: dict[str, list[_Row]] = {note: [] for note in notes_read}
        for some in slices(notes_read):
            for note, *row in connection.execute(_MENTIONS, {"notes": some}):
                known[note].append(tuple(row))
        return known

    def _insert_links(self, connection: sa.Connection, found: Mapping[str, Link], now: datetime) -> None:
        """Insert links; of known ones update only the columns that come from the notes.

        A page that another note shows as an image is one.
        """
        wanted = {url: tuple(getattr(link, name) for name in mapping.LINK) for url, link in found.items()}
        pages = [url for url, link in found.items() if link.kind not in keeping_bodies()]
        wanted |= self._shown_elsewhere(connection, pages)
        new = {"first_seen": now, "due_at": now, "waiting_since": NEVER, "verdict": Verdict.UNKNOWN}
        if values := [dict(zip(mapping.LINK, link, strict=True)) | new for link in wanted.values()]:
            connection.execute(self._upsert_links, values)

    @cached_property
    def _upsert_links(self) -> sa.Insert:
        """The statement of `_insert_links`."""
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
        if rows := [
            asdict(each) | {"title": without_nul(each.title), "problems": without_nul("\n".join(each.problems))}
            for each in registered
        ]:
            with self._write() as connection:
                self._upsert(connection, notes, rows)

    def register_titles(self, titles_of: Mapping[str, Collection[str]]) -> None:
        """Save the titles of papers that notes list without a link, in place of their earlier ones."""
        wanted = {(note, without_nul(title)) for note, titles in titles_of.items() for title in titles}
        known: set[tuple[str, str]] = set()
        with self._begin() as connection:
            for some in slices(list(titles_of)):
                query = sa.select(bare_titles.c.note, bare_titles.c.title).where(bare_titles.c.note.in_(some))
                known.update((row.note, row.title) for row in connection.execute(query))
        if wanted == known:
            return
        with self._write() as connection:
            for note, title in sorted(known - wanted):
                its = bare_titles.c.note == note, bare_titles.c.title == title
                connection.execute(sa.delete(bare_titles).where(*its))
            if new := [{"note": note, "title": title} for note, title in sorted(wanted - known)]:
                connection.execute(sa.insert(bare_titles), new)

    def forget_other_notes(self, paths: Iterable[str]) -> None:
        """Delete the mentions of all notes except `paths`; their links and checks stay in the database."""
        with self._write() as connection:
            self._exclusive(connection)
            for column in (mentions.c.note, notes.c.path, bare_titles.c.note):
                for note in set(connection.scalars(sa.select(column).distinct())).difference(paths):
                    connection.execute(sa.delete(column.table).where(column == note))

    @staticmethod
    def _ids(connection: sa.Connection, urls: Iterable[str], run: int = 0) -> dict[str, int]:
        """Return the ids of links by URL; with `run` only of those for which that run has saved no result."""
        ids: dict[str, int] = {}
        for some in slices(sorted(set(urls))):
            statement, more = (_IDS_NOT_SEEN, {"run": run}) if run else (_IDS, {})
            ids |= {row.url: row.id for row in connection.execute(statement, {"urls": some, **more})}
        return ids

    @staticmethod
    def _notes(connection: sa.Connection, link_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the paths of the notes that mention each link, by its id."""
        found: dict[int, list[str]] = defaultdict(list)
        for some in slices(link_ids):
            for row in connection.execute(_NOTES_OF, {"link_ids": some}):
                found[row.link_id].append(row.note)
        return found


def _links_by_url(read: Iterable[NoteMentions]) -> dict[str, Link]:
    """Return the links of notes; what one of them shows once is an image, even if it also has a link to it."""
    of_urls: dict[str, Link] = {}
    for note in read:
        for _, link in note.found:
            if link.url not in of_urls or link.kind in keeping_bodies():
                of_urls[link.url] = link
    return of_urls


def _row(note: NoteMentions, mention: Mention, its_link: Link, link: Link) -> _Row:
    """Return a mention as it is saved; `link` is its link as all notes have it."""
    return (
        mention.start,
        mention.line,
        without_nul(mention.text),
        note.day,
        mention.guess and mention.guess.url,
        _fragment(mention, its_link),
        note.ratings.get(mention.start),
        *(getattr(link, name) for name in mapping.LINK),
    )


def _fragment(mention: Mention, link: Link) -> str | None:
    """Return the fragment of a mention if it certainly leads to an element of the link's own page; otherwise None."""
    if mention.guess is not None or kind_of(link).anchor_prefix is None:
        return None
    if is_short_link(link.url) or jump_target(link.url):
        return None
    return element_fragment(mention.url) or None
