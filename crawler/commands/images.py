"""`notemend images --verify`, `--gc`, `--copy-from`: verify saved images, collect unused ones, copy from elsewhere."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli.command import NotesCommand
from crawler.cli.exit_codes import EXIT_FOUND
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.store import ImageStore
    from crawler.run.workspace import Workspace


class Command(NotesCommand):
    """Verifies saved images, collects those that no note uses, and copies images from another image store."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Verify, collect or copy the saved images: --verify, --gc, --copy-from"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --copy-from, --verify, --gc and --delete."""
        super().add_options(parser)
        parser.add_argument("--copy-from", metavar="PLACE", help="copy missing images from a folder or another store")
        parser.add_argument("--verify", action="store_true", help="compare every image with its SHA-256 name")
        parser.add_argument("--gc", action="store_true", help="list images that no note uses")
        parser.add_argument("--delete", action="store_true", help="with --gc: move them to the trash, for 30 days")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; raise UsageError without anything to do, or for --delete without --gc."""
        super().process_options(args, opts)
        if not (opts.verify or opts.gc or opts.copy_from):
            raise UsageError("images: expected --verify, --gc or --copy-from PLACE")
        if opts.delete and not opts.gc:
            raise UsageError("images: --delete needs --gc")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Copy, verify and collect images; exit with 1 if images are damaged or missing."""
        from crawler.run.image_places import check_placed_images
        from crawler.run.workspace import open_workspace
        from pipelines.reports.images.placed_images import find_unused_placed, remove_placed
        from pipelines.reports.images.stored_images import discard, find_unused, verify

        now = datetime.now(UTC)
        with open_workspace(options) as workspace:
            in_notes = workspace.read(now)
            _connect(workspace.image_store)
            if opts.copy_from and not _copy_from(opts.copy_from, workspace, options):
                self.exitcode = EXIT_FOUND
            shown = check_placed_images(workspace.image_places(), workspace.store, workspace.image_store, in_notes)
            if opts.verify and not verify(workspace, now, shown):
                self.exitcode = EXIT_FOUND
            if opts.gc:
                unused, unused_placed = find_unused(workspace, options), find_unused_placed(workspace, options)
                if opts.delete:
                    if removed := remove_placed(workspace, unused_placed):
                        print(f"unused images: {removed} removed beside the notes; the image store has them")
                    discard(workspace.image_store, unused, now.date())
                else:
                    _print_unused(workspace.image_store, unused, [place.path for place in unused_placed])


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
