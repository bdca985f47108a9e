"""Verifies the pictures that are kept, and removes those that no note uses."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.images.references import find_names, find_stems
from crawler.images.store import image_stem, is_intact, thumbnail_name
from pipelines.reports import files_with_images

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.notes.folder import NotesFolder
    from crawler.run.workspace import Workspace


def verify(workspace: Workspace, now: datetime) -> bool:
    """Read every picture; what is damaged or missing is said, and fetched anew by the next run. True if all is well."""
    image_store, used = workspace.image_store, workspace.store.stored_titles()
    there, damaged = set(), set()
    for name in image_store.list():
        there.add(name)
        if not is_intact(name, image_store.open(name)):
            damaged.add(name)
            print(f"damaged: {name}")
    shown = _shown(workspace.notes_folder)
    missing = sorted((used.keys() | shown.keys()) - there)
    for name in missing:
        print(f"missing: {' '.join((name, *used.get(name, ()), *shown.get(name, ())))}")
    workspace.store.mark_for_fetch((url for name in (*damaged, *missing) for url in used.get(name, ())), now)
    print(f"{len(there)} pictures in {image_store.place}: {len(damaged)} damaged, {len(missing)} missing")
    return not damaged and not missing


def _shown(notes_folder: NotesFolder) -> dict[str, list[str]]:
    """Return the pictures that notes show from where they are kept, each with those notes."""
    shown: dict[str, list[str]] = {}
    for file in notes_folder.files():
        with suppress(UserError):  # that it cannot be read was said when the notes were registered
            for name in find_names(file):
                shown.setdefault(name, []).append(file.relative_to(notes_folder.folder).as_posix())
    return shown


def collect(workspace: Workspace, options: CrawlOptions) -> None:
    """Remove what no note uses: neither its links nor its text lead there, and undoing an edit brings none of it back.

    Raises UserError where that cannot be told: a note or a journal cannot be read, or pictures were never looked at.
    """
    workspace.notes_folder.ensure_complete()
    if workspace.notes_folder.problems:
        raise UserError(f"nothing was removed: what all notes use is not known: {workspace.notes_folder.problems[0]}")
    if unknown := workspace.store.images_never_fetched():
        raise UserError(f"nothing was removed: {unknown} pictures of the notes were never looked at; crawl first")
    image_store = workspace.image_store
    used = set(workspace.store.stored_titles())
    if width := options.images.webp_width:
        used |= {thumbnail_name(name, width) for name in used}
    unused = [name for name in image_store.list() if name not in used]
    shown = _stems_shown(workspace.notes_folder, options.output_dir, unused)
    unused = [name for name in unused if image_stem(name) not in shown]
    for name in unused:
        image_store.delete(name)
    print(f"{len(unused)} pictures that no note uses were removed from {image_store.place}")


def _stems_shown(notes_folder: NotesFolder, output_dir: Path, names: Iterable[str]) -> set[str]:
    """Return which of these names, by their stems, stand in notes, in regenerated ones or in what can be undone."""
    hashes = {image_stem(name).partition("-")[0] for name in names}
    try:
        return find_stems(chain(notes_folder.files(), files_with_images.files(output_dir, notes_folder)), hashes)
    except UserError as error:
        raise UserError(f"nothing was removed: which pictures are in use is not known: {error}") from error
