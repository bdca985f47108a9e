"""The notes, the output folder and the store of one run, opened together and checked before anything is done."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.atomic_files import sweep
from crawler.config import options
from crawler.errors import UserError
from crawler.images.opening import open_gallery
from crawler.images.store import writable_folder
from crawler.kinds.registry import link_of
from crawler.notes.folder import Library
from crawler.store.database import store_url
from crawler.store.link_store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from crawler.images.store import Gallery

logger = logging.getLogger(__name__)

A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on; `locked` is the file by which a family of workers keeps others out."""

    open_library: Callable[[], Library]
    store: Store
    gallery: Gallery
    locked: int | None = None

    @property
    def library(self) -> Library:
        """The notes; raise UserError where there are none."""
        return self.open_library()

    def read(self, now: datetime) -> None:
        """Register what the notes mention; what is wrong with them is reported.

        What notes mention that could not be looked at stays registered.
        """
        paths = []
        library = self.library
        for note in library:
            found = ((mention, link_of(mention.url, note.path, mention.role)) for mention in note.mentions)
            self.store.register(note.path, [(m, link) for m, link in found if link is not None], now, note.date)
            paths.append(note.path)
        for problem in library.problems:
            logger.warning(problem)
        if library.incomplete is None:
            self.store.forget_other_notes([*paths, *library.unread])


@contextmanager
def open_workspace(settings: BaseSettings) -> Iterator[Workspace]:
    """Open what the settings name; raise UserError for what cannot be used.

    On a shared store notes may be missing until they are needed: a worker that only helps needs none.
    """
    if not settings["NOTES_DIR"]:
        raise UserError("NOTES_DIR: no folder named")
    url, helps = settings["DATABASE_URL"], bool(settings["HELPS"])
    notes = Path(settings["NOTES_DIR"]).expanduser()
    library = cache(partial(Library, notes, skip=Path(settings["OUTPUT_DIR"])))
    if not url or url.startswith("sqlite"):
        library()
    output = writable_folder(Path(settings["OUTPUT_DIR"]))
    gallery = open_gallery(settings)
    with ExitStack() as stack:
        store = Store.open(store_url(settings))
        stack.callback(store.close)
        store.length = timedelta(seconds=options.number(settings, "LEASE", 1))
        locked = None if helps else stack.enter_context(store.sole_family())
        older_than = A_DAY if store.shared or helps else 0
        sweep(output, older_than)
        gallery.sweep(older_than)
        yield Workspace(library, store, gallery, locked)
