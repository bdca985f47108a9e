"""Verify the saved images, and remove unused ones."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.images.references import find_names, find_stems
from crawler.images.store import image_stem, is_intact, thumbnail_name
from pipelines.reports.images import files_with_images

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.notes.files.folder import NotesFolder
    from crawler.run.workspace import Workspace


def verify(workspace: Workspace, now: datetime) -> bool:
    """Compare each saved image with its hash; print the damaged and missing ones, and mark them to be fetched again.

    Returns whether there are none.
    """
    image_store, used = workspace.image_store, workspace.store.stored_titles()
    present, damaged = set(), set()
    for name in image_store.list():
        present.add(name)
        if not is_intact(name, image_store.open(name)):
            damaged.add(name)
            print(f"damaged: {name}")
    shown = _shown(workspace.notes_folder)
    missing = sorted((used.keys() | shown.keys()) - present)
    for name in missing:
        print(f"missing: {' '.join((name, *used.get(name, ()), *shown.get(name, ())))}")
    workspace.store.mark_for_fetch((url for name in (*damaged, *missing) for url in used.get(name, ())), now)
    print(f"images: {len(present)} verified in {image_store.place}, {len(damaged)} damaged, {len(missing)} missing")
    return not damaged and not missing


def _shown(notes_folder: NotesFolder) -> dict[str, list[str]]:
    """Return the names of saved images that notes show, each with the paths of these notes."""
    shown: dict[str, list[str]] = {}
    for file in notes_folder.files():
        with suppress(UserError):  # reported when the notes were registered
            for name in find_names(file):
                shown.setdefault(name, []).append(file.relative_to(notes_folder.folder).as_posix())
    return shown


def collect(workspace: Workspace, options: CrawlOptions) -> None:
    """Remove the images that no link, note, updated copy or journal of edits refers to.

    Raises UserError, and removes nothing, if a note or a journal cannot be read, or if images were not fetched yet.
    """
    workspace.notes_folder.ensure_complete()
    if workspace.notes_folder.problems:
        raise UserError(f"{workspace.notes_folder.problems[0]}; no images removed")
    if unknown := workspace.store.count_unchecked_images():
        raise UserError(f"images: {unknown} of the notes not fetched yet; no images removed. Run crawl first")
    image_store = workspace.image_store
    used = set(workspace.store.stored_titles())
    if width := options.images.webp_width:
        used |= {thumbnail_name(name, width) for name in used}
    unused = [name for name in image_store.list() if name not in used]
    shown = _stems_shown(workspace.notes_folder, options.output_dir, unused)
    unused = [name for name in unused if image_stem(name) not in shown]
    for name in unused:
        image_store.delete(name)
    print(f"unused images: {len(unused)} removed from {image_store.place}")


def _stems_shown(notes_folder: NotesFolder, output_dir: Path, names: Iterable[str]) -> set[str]:
    """Return the stems of these names that occur in notes, updated copies, or originals in the journal."""
    hashes = {image_stem(name).partition("-")[0] for name in names}
    try:
        return find_stems(chain(notes_folder.files(), files_with_images.files(output_dir, notes_folder)), hashes)
    except UserError as error:
        raise UserError(f"{error}; no images removed") from error
