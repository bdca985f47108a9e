"""Verify saved images, collect unused ones, and copy images from another image store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.exit_codes import EXIT_FOUND
from crawler.errors import UserError
from crawler.messages import say

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
            raise UserError(say("error.images_nothing_to_do"))
        if self.delete and not self.collect:
            raise UserError(say("error.images_delete"))


def tend_images(options: CrawlOptions, tasks: ImageTasks) -> int:
    """Copy, verify and collect images; return exit code 1 if images are damaged or missing."""
    from crawler.run.images.image_places import check_placed_images
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
        print(say("images_removed_beside", n=removed))
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
        print(say("image_damaged", name=name))
    counts = {"copied": copies.copied, "present": copies.present, "damaged": len(copies.damaged)}
    print(say("images_copied", source=source.place, target=image_store.place, **counts))
    return not copies.damaged


def _print_unused(image_store: ImageStore, names: Sequence[str], beside_notes: Sequence[str]) -> None:
    for name in (*beside_notes, *names):
        print(say("image_unused", name=name))
    print(say("images_unused", n=len(names), place=image_store.place))
    if beside_notes:
        print(say("images_unused_beside", n=len(beside_notes)))


def _connect(image_store: ImageStore) -> None:
    image_store.connect()
    if image_store.unavailable_reason:
        raise UserError(f"IMAGES_STORE: {image_store.unavailable_reason}")
