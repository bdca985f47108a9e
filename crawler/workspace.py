"""The notes, the output folder and the store of one run, opened together and checked before anything is done."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.database import sqlite_url
from crawler.errors import UserError
from crawler.files import sweep
from crawler.gallery import open_gallery, writable_folder
from crawler.kinds import link_of
from crawler.library import Library
from crawler.state import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scrapy.settings import BaseSettings

    from crawler.gallery import Gallery

logger = logging.getLogger(__name__)

A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a run works on."""

    library: Library
    store: Store
    gallery: Gallery

    def read(self, now: datetime) -> None:
        """Register what the notes mention; what is wrong with them is reported."""
        paths = []
        for note in self.library:
            found = ((mention, link_of(mention.url, note.path, mention.role)) for mention in note.mentions)
            self.store.register(note.path, [(m, link) for m, link in found if link is not None], now, note.date)
            paths.append(note.path)
        for problem in self.library.problems:
            logger.warning(problem)
        self.store.forget_other_notes(paths)


def store_url(settings: BaseSettings) -> str:
    """Return the database URL of the store."""
    return str(settings["DATABASE_URL"] or sqlite_url(Path(settings["OUTPUT_DIR"], "notemend.sqlite")))


@contextmanager
def open_workspace(settings: BaseSettings) -> Iterator[Workspace]:
    """Open what the settings name; raise UserError for what cannot be used."""
    if not settings["NOTES_DIR"]:
        raise UserError("NOTES_DIR: no folder named")
    library = Library(Path(settings["NOTES_DIR"]).expanduser(), skip=Path(settings["OUTPUT_DIR"]))
    output = writable_folder(Path(settings["OUTPUT_DIR"]))
    gallery = open_gallery(settings)
    with ExitStack() as stack:
        store = Store.open(store_url(settings))
        stack.callback(store.close)
        stack.enter_context(store.sole_worker())
        older_than = A_DAY if store.shared else 0
        sweep(output, older_than)
        gallery.sweep(older_than)
        yield Workspace(library, store, gallery)
