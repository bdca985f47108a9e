"""Verify saved images, collect unused ones, and copy images from another image store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.exit_codes import EXIT_FOUND
from crawler.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.store import ImageStore
    from crawler.run.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ImageTasks:
    """What is done with the saved images; raises UserError if that is nothing, or deleting without collecting."""

    copy_from: str | None = None
    """A folder or another image store that missing images are copied from."""
    verify: bool = False
    collect: bool = False
    delete: bool = False

    def __post_init__(self) -> None:
        if not (self.verify or self.collect or self.copy_from):
            raise UserError("images: expected --verify, --gc or --copy-from PLACE")
        if self.delete and not self.collect:
            raise UserError("images: --delete needs --gc")


def tend_images(options: CrawlOptions, tasks: ImageTasks) -> int:
    """Copy, verify and collect images; return exit code 1 if images are damaged or missing."""
    from crawler.run.image_places import check_placed_images
    from crawler.run.workspace import open_workspace
    from pipelines.reports.images.stored_images import verify

    code, now = 0, datetime.now(UTC)
    with open_workspace(options, needs_store=not tasks.copy_from) as workspace:
        in_notes = workspace.read(now)
        _connect(workspace.image_store)
        if tasks.copy_from and not _copy_from(tasks.copy_from, workspace, options):
            code = EXIT_FOUND
        shown = check_placed_images(workspace.image_places(), workspace.store, workspace.image_store, in_notes)
        if tasks.verify and not verify(workspace, now, shown):
            code = EXIT_FOUND
        if tasks.collect:
            _collect(options, workspace, now, delete=tasks.delete)
    return code


def _collect(options: CrawlOptions, workspace: Workspace, now: datetime, *, delete: bool) -> None:
    """Print the images that no note uses, or move them to the trash."""
    from pipelines.reports.images.placed_images import find_unused_placed, remove_placed
    from pipelines.reports.images.stored_images import discard, find_unused

    unused, unused_placed = find_unused(workspace, options), find_unused_placed(workspace, options)
    if not delete:
        _print_unused(workspace.image_store, unused, [place.path for place in unused_placed])
        return
    if removed := remove_placed(workspace, unused_placed):
        print(f"unused images: {removed} removed beside the notes; the image store has them")
    discard(workspace.image_store, unused, now.date())


def _copy_from(place: str, workspace: Workspace, options: CrawlOptions) -> bool:
    """Copy missing images from another image store and print how many; return whether none is damaged there."""
    from crawler.images.copying import copy_missing
    from crawler.images.opening import open_other_store

    image_store = workspace.image_store
    source = open_other_store(options.images, place, workspace.store)
    with closing(source):
        copies = copy_missing(source, image_store)
    for name in copies.damaged:
        print(f"damaged: {name}")
    counts = f"{copies.copied} copied, {copies.present} there before, {len(copies.damaged)} damaged"
    print(f"images from {source.place} to {image_store.place}: {counts}")
    return not copies.damaged


def _print_unused(image_store: ImageStore, names: Sequence[str], beside_notes: Sequence[str]) -> None:
    for name in (*beside_notes, *names):
        print(f"unused: {name}")
    print(f"unused images: {len(names)} in {image_store.place}, nothing removed; --gc --delete moves them to the trash")
    if beside_notes:
        copies = f"{len(beside_notes)} copies beside the notes"
        print(f"unused images: {copies}, nothing removed; --gc --delete removes those that the image store has")


def _connect(image_store: ImageStore) -> None:
    image_store.connect()
    if image_store.unavailable_reason:
        raise UserError(f"IMAGES_STORE: {image_store.unavailable_reason}")
