"""The notes, the output folder and the store of one run, opened together and checked before anything is done."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.atomic_files import remove_stale_drafts
from crawler.config import options
from crawler.errors import UserError
from crawler.images.opening import open_image_store
from crawler.images.store import writable_folder
from crawler.kinds.registry import link_of
from crawler.notes.folder import NotesFolder
from crawler.store.database import store_url
from crawler.store.link_store import LinkStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from crawler.images.store import ImageStore

logger = logging.getLogger(__name__)

A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on; `locked` is the file by which a family of workers keeps others out."""

    open_notes_folder: Callable[[], NotesFolder]
    store: LinkStore
    image_store: ImageStore
    lock_fd: int | None = None

    @property
    def notes_folder(self) -> NotesFolder:
        """The notes; raise UserError where there are none."""
        return self.open_notes_folder()

    def read(self, now: datetime) -> None:
        """Register what the notes mention; what is wrong with them is reported.

        What notes mention that could not be looked at stays registered.
        """
        paths = []
        notes_folder = self.notes_folder
        for note in notes_folder:
            found = ((mention, link_of(mention.url, note.path, mention.role)) for mention in note.mentions)
            self.store.register(note.path, [(m, link) for m, link in found if link is not None], now, note.date)
            paths.append(note.path)
        for problem in notes_folder.problems:
            logger.warning(problem)
        if notes_folder.incomplete is None:
            self.store.forget_other_notes([*paths, *notes_folder.unread])


@contextmanager
def open_workspace(settings: BaseSettings) -> Iterator[Workspace]:
    """Open what the settings name; raise UserError for what cannot be used.

    On a shared store notes may be missing until they are needed: a worker that only helps needs none.
    """
    if not settings["NOTES_DIR"]:
        raise UserError("NOTES_DIR: no folder named")
    url, parent_pipe = settings["DATABASE_URL"], bool(settings["_PARENT_PIPE"])
    notes = Path(settings["NOTES_DIR"]).expanduser()
    notes_folder = cache(partial(NotesFolder, notes, skip=Path(settings["OUTPUT_DIR"])))
    if not url or url.startswith("sqlite"):
        notes_folder()
    output = writable_folder(Path(settings["OUTPUT_DIR"]))
    image_store = open_image_store(settings)
    with ExitStack() as stack:
        store = LinkStore.open(store_url(settings))
        stack.callback(store.close)
        store.length = timedelta(seconds=options.number(settings, "LEASE_SECONDS", 1))
        locked = None if parent_pipe else stack.enter_context(store.exclusive_lock())
        older_than = A_DAY if store.shared or parent_pipe else 0
        remove_stale_drafts(output, older_than)
        image_store.remove_stale_drafts(older_than)
        yield Workspace(notes_folder, store, image_store, locked)
