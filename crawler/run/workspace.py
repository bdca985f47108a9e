"""Open notes folder, output folder, link database and image store, and check that they can be used."""

from __future__ import annotations

import logging
import math
import time
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from typing import TYPE_CHECKING

import crawler
from crawler.atomic_files import folders_below, remove_stale_drafts
from crawler.errors import UserError
from crawler.images.opening import open_image_store
from crawler.images.references import find_names
from crawler.images.store import writable_folder
from crawler.kinds.registry import link_of
from crawler.messages import say
from crawler.models.vouch import Vouch
from crawler.notes.files.folder import NotesFolder
from crawler.notes.works.bare_titles import bare_title
from crawler.run.images.image_places import open_image_places
from crawler.run.program_digest import program_digest
from crawler.sites.resolver import SiteResolver
from crawler.store.database import store_url
from crawler.store.link_store import LinkStore
from crawler.store.notes.registered_notes import NoteMentions, RegisteredNote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.layout.places import ImagePlaces
    from crawler.images.store import ImageStore
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile

logger = logging.getLogger(__name__)

BATCH, MENTIONS = 100, 5_000
"""Numbers of notes and of mentions that are registered at a time: whichever is reached first."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Notes, database and image store of a run."""

    open_notes_folder: Callable[[], NotesFolder]
    store: LinkStore
    image_store: ImageStore
    image_places: Callable[[], ImagePlaces | None] = lambda: None
    """Opens the places of images beside the notes; None if notes show the files of the image store."""

    @property
    def notes_folder(self) -> NotesFolder:
        """The notes folder; raises UserError if it does not exist."""
        return self.open_notes_folder()

    def refuse_other_notes(self) -> None:
        """Raise UserError if no note of the database is in the folder: publishing would then remove all results."""
        folder, known = self.notes_folder.folder, self.store.registered_notes()
        if known and known.keys().isdisjoint(self.notes_folder.paths()):
            raise UserError(say("error.other_notes", name=self.store.name, n=len(known), folder=folder))

    def read(self, now: datetime, seconds: float = math.inf) -> dict[str, list[str]]:
        """Register the mentions of all notes and what their comments vouch for, and log their problems.

        A note is parsed only if its bytes or the program have changed since it was registered. Mentions of notes that
        could not be read stay registered. New notes are left for the next run once they have taken `seconds`: the
        outputs do not have them yet, so nothing is missing in these. Returns the names of saved images that occur in
        notes, with the paths of these.
        """
        shown: dict[str, list[str]] = {}
        notes_folder, known = self.notes_folder, self.store.registered_notes()
        vouching = self.store.notes_with_vouches()
        paths, new = [], _NewNotes(self.store, now, seconds)
        for file in notes_folder.sources():
            path, digest = file.path, source_digest(file)
            for name in find_names(file.raw):
                shown.setdefault(name, []).append(path)
            if (is_new := path not in known) and new.is_time_over:
                notes_folder.later.add(path)
                continue
            paths.append(path)
            if is_new or known[path].digest != digest:
                with new.timed() if is_new else nullcontext():
                    known[path] = new.add(notes_folder.parse(file), digest, had_vouches=path in vouching)
            notes_folder.problems += [f"{notes_folder.folder / path}:{problem}" for problem in known[path].problems]
        new.save()
        for problem in notes_folder.problems:
            logger.warning(problem)
        if notes_folder.incomplete is None:
            self.store.forget_other_notes([*paths, *notes_folder.unread])
            for path in sorted(vouching.difference(paths, notes_folder.unread)):
                self.store.register_vouches(path, {}, now)
        return shown


class _NewNotes:
    """Notes to be registered, until there are enough for a transaction."""

    def __init__(self, store: LinkStore, now: datetime, seconds: float) -> None:
        self._store = store
        self._now = now
        self._seconds = seconds
        self._registered: list[RegisteredNote] = []
        self._read: list[NoteMentions] = []
        self._mentions = 0
        self._vouches: dict[str, dict[str, Vouch]] = {}
        self._titles: dict[str, set[str]] = {}

    @property
    def is_time_over(self) -> bool:
        """Return whether new notes have taken all the time that they may take."""
        return self._seconds <= 0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that a new note takes."""
        began = time.monotonic()
        yield
        self._seconds -= time.monotonic() - began

    def add(self, note: Note, digest: str, *, had_vouches: bool) -> RegisteredNote:
        """Add a note and return what is saved of it; `had_vouches` says that its comments vouched for links before."""
        links = [link_of(mention.url, note.path, mention.role) for mention in note.mentions]
        found = [(mention, link) for mention, link in zip(note.mentions, links, strict=True) if link is not None]
        ratings = {note.mentions[at].start: rating for at, rating in note.ratings.items()}
        self._read.append(NoteMentions(note.path, found, note.date, ratings))
        self._mentions += len(found)
        self._titles[note.path] = {title for entry in note.entries if (title := bare_title(note, entry)) is not None}
        if note.vouches or had_vouches:
            self._vouches[note.path] = {
                link.url: Vouch(each.verdict, each.until, each.because, self._now, note.path)
                for each in note.vouches
                if (link := links[each.mention]) is not None
            }
        registered = RegisteredNote(note.path, digest, note.title, note.date, note.problems)
        self._registered.append(registered)
        if len(self._read) >= BATCH or self._mentions >= MENTIONS:
            self.save()
        return registered

    def save(self) -> None:
        """Register the mentions of the notes, what their comments vouch for and bare titles, then the notes as read."""
        self._store.register(self._read, self._now)
        for path, said in self._vouches.items():
            self._store.register_vouches(path, said, self._now)
        self._store.register_titles(self._titles)
        self._store.save_registered(self._registered)
        self._read, self._registered, self._vouches, self._titles, self._mentions = [], [], {}, {}, 0


def source_digest(file: NoteFile) -> str:
    """Return the SHA-256, in hex, of the bytes of a note, of what is said of it from outside and of the program."""
    return sha256(program_digest(crawler) + file.named + file.raw).hexdigest()


def site_membership(options: CrawlOptions) -> Callable[[str], bool]:
    """Return what tells whether the note at a path may be in a site."""
    resolver = SiteResolver(options.require_notes_dir(), tuple, options.output_dir, options.site_generators)
    return lambda note: resolver.may_be_in_site([note])


@contextmanager
def open_workspace(
    options: CrawlOptions, *, is_shard: bool = False, only: Collection[str] | None = None, needs_store: bool = False
) -> Iterator[Workspace]:
    """Open notes, database and image store; raise UserError for what cannot be used.

    A shard uses the database that its run has locked, and no notes. `only` limits the notes to these paths. With
    `needs_store` no database is created.
    """
    notes = options.require_notes_dir()
    open_folder = partial(NotesFolder, notes, only=only, ignore=options.notes_ignore, max_bytes=options.notes_max_bytes)
    is_in_site = site_membership(options)
    notes_folder = cache(
        partial(
            open_folder,
            skip=options.output_dir,
            layouts=options.entry_layouts,
            excluded=options.excluded_in_notes,
            is_in_site=is_in_site,
        )
    )
    if not is_shard:
        notes_folder()
    with ExitStack() as stack:
        if not needs_store or options.output_dir.is_dir():
            writable_folder(options.output_dir)
        store = LinkStore.open(store_url(options), is_checked=is_shard, creates=not needs_store)
        stack.callback(store.close)
        output = writable_folder(options.output_dir)
        image_store = open_image_store(options.images, store)
        stack.callback(image_store.close)
        if not is_shard:
            stack.enter_context(store.exclusive_lock())
            remove_stale_drafts(output, *folders_below(output / "notes"))
            image_store.remove_stale_drafts()
        places = partial(open_image_places, options, store, image_store)
        yield Workspace(notes_folder, store, image_store, places)
