"""Digests of the inputs of outputs and notes; what has the same digest as before is not rendered again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import crawler
import pipelines
from crawler.images.saved_urls import saved_name
from crawler.kinds.registry import all_kinds
from crawler.models.link import key_of
from crawler.models.metadata import Paper, Picture, Repository, type_name
from crawler.notes.files.folder import ENDINGS
from crawler.papers.bibliographies import BIBLIOGRAPHIES
from crawler.run.program_digest import program_digest
from crawler.store.notes.renderings import MENTION, STATE, TIMES
from pipelines.reports.work.source_pages import opening
from pipelines.rewriting.edit_list import to_record
from pipelines.rewriting.image_urls import present_name, shown_image_name, stored_url_in_note, url_in_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crawler.models.notes.note_file import NoteFile
    from crawler.store.link_store import LinkStore
    from pipelines.consistency.cross_references import CrossReferenceIndex
    from pipelines.reports.contract import Rendering
    from pipelines.rewriting.index.editor import Listed

_NOTE, _TYPE, _DATA = 0, len(MENTION) + STATE.index("type"), len(MENTION) + STATE.index("data")
_STATE_END = len(MENTION) + len(STATE) + len(BIBLIOGRAPHIES)
_CHECKED_AT = _STATE_END + TIMES.index("checked_at")
_URL, _KIND, _IDENTITY, _FINAL_URL = (
    len(MENTION) + STATE.index(name) for name in ("url", "kind", "identity", "final_url")
)


@dataclass(frozen=True, slots=True)
class NoteDigests:
    """Digests of the states of the links of a note, without and with the days of their last checks."""

    undated: bytes
    dated: bytes
    images: tuple[str, ...] = ()
    """The names of the saved images of the note, in the order of their mentions."""
    shown: tuple[str, ...] = ()
    """The names of saved images to which URLs in the note lead, in the order of their mentions."""
    lists_notes: bool = False
    """Whether the note links other notes. If so, it may be an index page, which depends on all notes."""


@dataclass(slots=True)
class StoreDigests:
    """Digests of the link database: of all links, of all papers, and of the links of each note by path."""

    links: str = ""
    papers: str = ""
    notes: dict[str, NoteDigests] = field(default_factory=dict)

    @classmethod
    def read(cls, rendering: Rendering, index: CrossReferenceIndex) -> StoreDigests:
        """Return the digests, from one query; `index` has the data that findings use of all notes."""
        result = cls()
        all_links, papers = sha256(_settings(rendering)), sha256(program_digest(crawler, pipelines))
        rows = rendering.store.rendering_inputs(BIBLIOGRAPHIES)
        uploaded = rendering.store.uploaded_names()
        for note, mentioned in groupby(rows, key=itemgetter(_NOTE)):
            undated, days, images, shown, lists_notes = sha256(), sha256(), [], [], False
            for row in map(tuple, mentioned):
                state = repr(row[len(MENTION) : _STATE_END]).encode()
                all_links.update(repr((row[: len(MENTION)], row[_STATE_END:])).encode())
                all_links.update(state)
                if row[_TYPE] == type_name(Paper):
                    papers.update(state)
                undated.update(state)
                undated.update(_cross_references(row, index))
                days.update(str(row[_CHECKED_AT])[:10].encode())
                lists_notes = lists_notes or _is_note(row)
                if row[_TYPE] == type_name(Picture):
                    images.append(json.loads(row[_DATA])["title"])
                elif (name := saved_name(row[_URL]) or uploaded.get(row[_URL])) is not None:
                    shown.append(name)
            digest = undated.digest()
            dated = sha256(digest + days.digest()).digest()
            result.notes[note] = NoteDigests(digest, dated, tuple(images), tuple(shown), lists_notes)
        for note, records in sorted(index.title_records.items()):
            known = repr(sorted(records.items())).encode()
            before = result.notes.get(note, NoteDigests(b"", b""))
            undated_part, dated_part = (sha256(part + known).digest() for part in (before.undated, before.dated))
            result.notes[note] = replace(before, undated=undated_part, dated=dated_part)
            all_links.update(known)
        result.links, result.papers = all_links.hexdigest(), papers.hexdigest()
        return result


def _cross_references(row: Sequence[Any], index: CrossReferenceIndex) -> bytes:
    """Return the data that findings use of other notes and papers about a mentioned link."""
    names = {row[_IDENTITY]}
    if row[_TYPE] == type_name(Repository):
        names.add(json.loads(row[_DATA])["title"].casefold())
    titles = index.titles.get(key_of(row[_KIND], row[_IDENTITY]))
    papers = [index.papers[name] for name in sorted(names) if name in index.papers]
    question = index.questions.get(row[_URL])
    source = index.sources.get(row[_FINAL_URL] or row[_URL].lstrip("/")) if _is_local(row) else None
    found = (titles, papers, question, source, index.listings.get(key_of(row[_KIND], row[_IDENTITY])))
    return repr(found).encode() if any(found) else b""


def _is_note(row: Sequence[Any]) -> bool:
    """Return whether a mention links a note."""
    return _is_local(row) and row[_URL].lower().endswith(ENDINGS)


def _is_local(row: Sequence[Any]) -> bool:
    """Return whether a mention links a file in the notes folder."""
    kind = all_kinds().get(row[_KIND])
    return kind is not None and kind.in_notes_folder


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """A version of a note: the digest of its bytes, and those of all that it is planned from; its size in bytes.

    `digests` are those without and with the days of the checks of its links.
    """

    source: bytes
    digests: tuple[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class NoteDigester:
    """Computes the digest of everything that a note is planned from."""

    rendering: Rendering
    states: Mapping[str, NoteDigests]
    listed: Sequence[Listed]
    """All notes if index pages are to be completed, else none."""
    versions: dict[str, NoteVersion] = field(default_factory=dict)
    """The versions of the notes for which `digests` was called, by path."""

    def digests(self, file: NoteFile) -> tuple[str, str]:
        """Return the digests of a note, without and with the days of the checks of its links."""
        path, source = file.path, source_of(file)
        if path not in self.versions or self.versions[path].source != source:
            self.versions[path] = NoteVersion(source, self._compute(path, source), len(file.raw))
        return self.versions[path].digests

    def _compute(self, path: str, source: bytes) -> tuple[str, str]:
        states = self.states.get(path, NoteDigests(b"", b""))
        rest = sha256(_settings(self.rendering))
        rest.update(repr((path, source, self._images(path, states), self._past_edits(path))).encode())
        if states.lists_notes:
            rest.update(repr(self.listed).encode())
        undated, dated = (sha256(rest.digest() + part).hexdigest() for part in (states.undated, states.dated))
        return undated, dated

    def _images(self, path: str, states: NoteDigests) -> list[str | None]:
        """Return the URLs of the saved images of a note and its copy; None for one that is not in the image store."""
        rendering = self.rendering
        roots = [folder.resolve() for folder in (rendering.output_dir / "notes", rendering.notes_folder.folder)]
        saved = [stored_url_in_note(rendering, title, path, root) for title in states.images for root in roots]
        present = filter(None, (present_name(rendering, path, name, {}) for name in states.shown))
        names = (each for name in present for each in (name, shown_image_name(rendering, name)))
        return [*saved, *(url_in_note(rendering, name, path, root) for name in names for root in roots)]

    def _past_edits(self, path: str) -> list[list[dict[str, Any]]]:
        return [[to_record(edit) for edit in run] for run in self.rendering.past_edits.get(path, ())]


def changed_notes(
    store: LinkStore, outputs: Sequence[str], versions: Mapping[str, NoteVersion]
) -> dict[str, NoteVersion]:
    """Return the notes without a fragment of each output, by path."""
    changed = dict(versions)
    for path, digests in store.fragment_digests():
        if path in changed and all(digests.get(name) in changed[path].digests for name in outputs):
            del changed[path]
    return changed


def run_digest(rendering: Rendering) -> str:
    """Return the digest of the last run and of how the report opens notes."""
    opens = opening(rendering.notes_folder.folder, rendering.editor)
    return sha256(repr((rendering.store.run_started_at(), opens)).encode()).hexdigest()


def source_of(file: NoteFile) -> bytes:
    """Return the digest of the bytes of a note, and of what is said of it from outside."""
    return sha256(file.named + file.raw).digest()


def _settings(rendering: Rendering) -> bytes:
    """Return the settings that outputs depend on, and the digest of the program."""
    image_store = rendering.image_store
    layout = rendering.places and rendering.places.folders.layout.key
    shown = layout, image_store.base, image_store.unavailable_reason is None, str(rendering.output_dir.resolve())
    rewrites = [(glob, sorted(names)) for glob, names in rendering.rewrites.items()]
    settings = sorted(rendering.rewrite), rewrites, sorted(rendering.shown), rendering.webp_width, shown
    return program_digest(crawler, pipelines) + repr(settings).encode()


def notes_digest(digests: Iterable[str]) -> str:
    """Return the digest of the digests of all notes, in their order."""
    return sha256("".join(digests).encode()).hexdigest()
