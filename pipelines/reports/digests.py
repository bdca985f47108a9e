"""Digests of what outputs are rendered from: an output or a note with the digest of last time is not rendered again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import crawler
import pipelines
from crawler.kinds.registry import kind_of
from crawler.models.link import Link, key_of
from crawler.models.metadata import Paper, Picture, Repository, type_name
from crawler.notes.folder import ENDINGS
from crawler.run.program_digest import program_digest
from crawler.store.renderings import MENTION, STATE, TIMES
from pipelines.rewriting.edit_list import to_record
from pipelines.rewriting.note_rewriter import stored_image_url
from pipelines.venues.citation_stage import BIBLIOGRAPHIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.consistency.findings import CrossReferenceIndex
    from pipelines.reports.base import Rendering
    from pipelines.rewriting.index.editor import Listed

LINKS, PAPERS, NOTES = "links", "papers", "notes"
"""What an output may be rendered from: all that is known of the links, papers with their venues, notes as planned."""

_NOTE, _TYPE, _DATA = 0, len(MENTION) + STATE.index("type"), len(MENTION) + STATE.index("data")
_STATE_END = len(MENTION) + len(STATE) + len(BIBLIOGRAPHIES)
_CHECKED_AT = _STATE_END + TIMES.index("checked_at")
_URL, _KIND, _IDENTITY = (len(MENTION) + STATE.index(name) for name in ("url", "kind", "identity"))


@dataclass(frozen=True, slots=True)
class NoteDigests:
    """Digests of the states of a note's links: without the days on which they were checked, and with them."""

    undated: bytes
    dated: bytes
    images: tuple[str, ...] = ()
    """The stored images of the note, in the order in which they stand in it."""
    lists_notes: bool = False
    """Whether the note links other notes: what an index page shows depends on all notes."""


@dataclass(slots=True)
class StoreDigests:
    """Digests of what the store knows."""

    links: str = ""
    papers: str = ""
    notes: dict[str, NoteDigests] = field(default_factory=dict)

    @classmethod
    def read(cls, rendering: Rendering, index: CrossReferenceIndex) -> StoreDigests:
        """Read the store once; `index` is what findings know of all notes."""
        found = cls()
        all_links, papers = sha256(_settings(rendering)), sha256(program_digest(crawler, pipelines))
        rows = rendering.store.rendering_inputs([each.name for each in BIBLIOGRAPHIES])
        for note, mentioned in groupby(rows, key=itemgetter(_NOTE)):
            undated, days, images, lists_notes = sha256(), sha256(), [], False
            for row in map(tuple, mentioned):
                all_links.update(repr(row).encode())
                state = repr(row[len(MENTION) : _STATE_END]).encode()
                if row[_TYPE] == type_name(Paper):
                    papers.update(state)
                undated.update(state)
                undated.update(_cross_references(row, index))
                days.update(str(row[_CHECKED_AT])[:10].encode())
                lists_notes = lists_notes or _is_note(row)
                if row[_TYPE] == type_name(Picture):
                    images.append(json.loads(row[_DATA])["title"])
            digest = undated.digest()
            dated = sha256(digest + days.digest()).digest()
            found.notes[note] = NoteDigests(digest, dated, tuple(images), lists_notes)
        found.links, found.papers = all_links.hexdigest(), papers.hexdigest()
        return found


def _cross_references(row: Sequence[Any], index: CrossReferenceIndex) -> bytes:
    """Return what other notes and papers say of a mentioned paper or repository."""
    names = {row[_IDENTITY]}
    if row[_TYPE] == type_name(Repository):
        names.add(json.loads(row[_DATA])["title"].casefold())
    titles = index.titles.get(key_of(row[_KIND], row[_IDENTITY]))
    papers = [index.papers[name] for name in sorted(names) if name in index.papers]
    return repr((titles, papers)).encode() if titles or papers else b""


def _is_note(row: Sequence[Any]) -> bool:
    link = Link(row[_URL], row[_KIND], row[_IDENTITY])
    return kind_of(link).in_notes_folder and link.url.lower().endswith(ENDINGS)


@dataclass(frozen=True, slots=True)
class NoteDigester:
    """Digests all that a note is planned from."""

    rendering: Rendering
    states: Mapping[str, NoteDigests]
    listed: Sequence[Listed]
    """All notes, where index pages are completed."""
    _known: dict[str, tuple[bytes, tuple[str, str]]] = field(default_factory=dict)

    def digests(self, path: str, data: bytes) -> tuple[str, str]:
        """Return the digests of a note: for what does not show on which days its links were checked, and what does."""
        source = sha256(data).digest()
        if self._known.get(path, (b"",))[0] != source:
            self._known[path] = source, self._compute(path, source)
        return self._known[path][1]

    def _compute(self, path: str, source: bytes) -> tuple[str, str]:
        states = self.states.get(path, NoteDigests(b"", b""))
        rest = sha256(_settings(self.rendering))
        rest.update(repr((path, source, self._images(path, states.images), self._past_edits(path))).encode())
        if states.lists_notes:
            rest.update(repr(self.listed).encode())
        undated, dated = (sha256(rest.digest() + part).hexdigest() for part in (states.undated, states.dated))
        return undated, dated

    def _images(self, path: str, titles: Iterable[str]) -> list[str | None]:
        """Return how the stored images of a note are shown: one that is gone is not."""
        folder = (self.rendering.output_dir / "notes" / path).parent.resolve()
        return [stored_image_url(self.rendering, title, folder) for title in titles]

    def _past_edits(self, path: str) -> list[list[dict[str, Any]]]:
        return [[to_record(edit) for edit in run] for run in self.rendering.past_edits.get(path, ())]


def _settings(rendering: Rendering) -> bytes:
    """Return what the user has set, and the program itself."""
    image_store = rendering.image_store
    shown = image_store.base, image_store.unavailable_reason is None, str(rendering.output_dir.resolve())
    return program_digest(crawler, pipelines) + repr((sorted(rendering.rewrite), rendering.webp_width, shown)).encode()


def notes_digest(digests: Iterable[str]) -> str:
    """Return the digest of all notes in their order."""
    return sha256("".join(digests).encode()).hexdigest()
