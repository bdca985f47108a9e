"""Renders every output from the store: after a crawl, and by itself with `scrapy publish`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.config import options
from crawler.images.opening import open_gallery
from pipelines.reports.base import Rendering, render
from pipelines.rewriting import link_edits
from pipelines.rewriting.in_place import editor as in_place
from pipelines.rewriting.in_place.journal import Journal
from pipelines.rewriting.in_place.unified_diff import coloured, unified
from pipelines.rewriting.note_rewriter import Mender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.settings import BaseSettings

    from crawler.models.edit import Edit
    from crawler.models.note import Note
    from crawler.notes.folder import Library
    from crawler.store.link_store import Store


def publish(settings: BaseSettings, library: Library, store: Store) -> None:
    """Render the outputs that the settings name."""
    outputs = map(import_module, settings.getlist("OUTPUTS"))
    render(_rendering(settings, library, store), *outputs)


def edit_in_place(settings: BaseSettings, library: Library, store: Store) -> in_place.Report:
    """Mend the user's own notes."""
    library.ensure_complete()
    rendering = _rendering(settings, library, store)
    return in_place.edit(library.folder.resolve(), planned(rendering), Journal(rendering.output_dir))


def diff(settings: BaseSettings, library: Library, store: Store, in_colour: bool) -> Iterator[str]:
    """Yield a unified diff of each note that `edit_in_place` would edit."""
    for note, edits in planned(_rendering(settings, library, store)):
        if edits:
            found = unified(note.path, note.data, link_edits.apply(note.data, edits))
            yield coloured(found) if in_colour else found


def _rendering(settings: BaseSettings, library: Library, store: Store) -> Rendering:
    output_dir = Path(settings["OUTPUT_DIR"])
    gallery = open_gallery(settings)
    gallery.reach()
    return Rendering(
        library=library,
        store=store,
        output_dir=output_dir,
        gallery=gallery,
        rewrite=options.rewrite(settings),
        webp_width=options.width(settings, "IMAGES_WEBP_WIDTH"),
        made=Journal(output_dir).made(),
    )


def planned(rendering: Rendering) -> Iterator[tuple[Note, tuple[Edit, ...]]]:
    """Yield every note with the edits that mend it where it lies: its pictures are seen from there."""
    mender = Mender(rendering, rendering.library.folder)
    for note in rendering.library:
        yield note, mender.edits(note, rendering.standings(note))
