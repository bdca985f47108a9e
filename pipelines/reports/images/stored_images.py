"""Verify the saved images, and move unused ones to the trash."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.images.names import image_stem, is_intact
from crawler.images.references import find_stems, find_urls
from crawler.images.saved_urls import hash_in
from crawler.images.shown.names import copy_names
from crawler.images.store import restore_from_trash
from crawler.messages import say
from crawler.run.images.image_places import kept_places
from pipelines.reports.images import files_with_images

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.store import ImageStore
    from crawler.run.workspace import Workspace


TRASH_TIME = timedelta(days=30)
"""Time for which images stay in the trash."""


def verify(workspace: Workspace, now: datetime, shown: Mapping[str, Sequence[str]]) -> bool:
    """Compare each saved image with its hash; print the damaged and missing ones, and mark them to be fetched again.

    `shown` has the names that occur in notes, with the paths of these. Missing ones that are in the trash are moved
    back. Returns whether no other is damaged or missing.
    """
    image_store = workspace.image_store
    used = {name: image.urls for name, image in workspace.store.saved_images().items()}
    present, damaged = set(), set()
    for name in image_store.list():
        present.add(name)
        if not is_intact(name, image_store.open(name)):
            damaged.add(name)
            print(say("image_damaged", name=name))
    wanted = used.keys() | shown.keys()
    restored = restore_from_trash(image_store, wanted - present)
    for name in sorted(restored):
        print(say("image_restored", name=name))
    missing = sorted(wanted - present - restored)
    for name in missing:
        print(say("image_missing", name=" ".join((name, *used.get(name, ()), *shown.get(name, ())))))
    workspace.store.mark_for_fetch((url for name in (*damaged, *missing) for url in used.get(name, ())), now)
    counts = {"present": len(present), "damaged": len(damaged), "missing": len(missing)}
    print(say("images_verified", place=image_store.place, **counts))
    return not damaged and not missing


def find_unused(workspace: Workspace, options: CrawlOptions) -> list[str]:
    """Return the images that no link, note, updated copy or journal of edits refers to.

    Raises UserError if a note or a journal cannot be read, or if images were not fetched yet.
    """
    workspace.notes_folder.ensure_complete()
    if workspace.notes_folder.problems:
        raise UserError(say("error.nothing_removed", problem=workspace.notes_folder.problems[0]))
    if unknown := workspace.store.count_unchecked_images():
        raise UserError(say("error.not_fetched", n=unknown))
    image_store = workspace.image_store
    used = {*workspace.store.saved_images(), *workspace.store.newer_images().values()}
    places = workspace.image_places()
    beside_notes = set() if places is None else {hash_in(each.name) for each in kept_places(places, workspace.store)}
    used |= {copy for name in used for copy in copy_names(name, options.images.shown, options.images.webp_width)}
    unused = [name for name in image_store.list() if name not in used and hash_in(name) not in beside_notes]
    shown = _stems_shown(workspace, options.output_dir, unused)
    return [name for name in unused if image_stem(name) not in shown]


def discard(image_store: ImageStore, names: Iterable[str], today: date) -> None:
    """Move images to the trash, remove those that are there for longer than TRASH_TIME, and print how many."""
    moved = removed = 0
    for name in names:
        image_store.discard(name, today)
        moved += 1
    for day, name in list(image_store.discarded()):
        if day < today - TRASH_TIME:
            image_store.delete_discarded(name, day)
            removed += 1
    print(say("images_trashed", moved=moved, place=image_store.place, removed=removed))


def _stems_shown(workspace: Workspace, output_dir: Path, names: Collection[str]) -> set[str]:
    """Return the stems of these names that occur in notes, updated copies, or originals in the journal.

    The URL that an upload returned stands for the name.
    """
    hashes = {hash_in(name) for name in names}
    uploaded = {url: name for url, name in workspace.store.uploaded_names().items() if name in names}
    notes_folder = workspace.notes_folder
    try:
        files = list(chain(notes_folder.files(), files_with_images.files(output_dir, notes_folder)))
        by_url = {image_stem(uploaded[url]) for url in find_urls(files if uploaded else (), uploaded)}
        return find_stems(files, hashes) | by_url
    except UserError as error:
        raise UserError(say("error.nothing_removed", problem=error)) from error
