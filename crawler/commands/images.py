"""`notemend images --verify`, `--gc`: verify saved images, list unused ones or move them to the trash."""

from __future__ import annotations

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


class Command(NotesCommand):
    """Verifies saved images, and lists those that no note uses or moves them to the trash."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Verify the saved images, or find unused ones: --verify, --gc"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --verify, --gc and --delete."""
        super().add_options(parser)
        parser.add_argument("--verify", action="store_true", help="compare every image with its SHA-256 name")
        parser.add_argument("--gc", action="store_true", help="list images that no note uses")
        parser.add_argument("--delete", action="store_true", help="with --gc: move them to the trash, for 30 days")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; raise UsageError without --verify and --gc, or for --delete without --gc."""
        super().process_options(args, opts)
        if not opts.verify and not opts.gc:
            raise UsageError("images: expected --verify, --gc or both")
        if opts.delete and not opts.gc:
            raise UsageError("images: --delete needs --gc")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Verify and collect images; exit with 1 if images are damaged or missing."""
        from crawler.run.workspace import open_workspace
        from pipelines.reports.images.stored_images import discard, find_unused, verify

        now = datetime.now(UTC)
        with open_workspace(options) as workspace:
            workspace.read(now)
            _connect(workspace.image_store)
            if opts.verify and not verify(workspace, now):
                self.exitcode = EXIT_FOUND
            if opts.gc:
                unused = find_unused(workspace, options)
                if opts.delete:
                    discard(workspace.image_store, unused, now.date())
                else:
                    _print_unused(workspace.image_store, unused)


def _print_unused(image_store: ImageStore, names: Sequence[str]) -> None:
    for name in names:
        print(f"unused: {name}")
    print(f"unused images: {len(names)} in {image_store.place}, nothing removed; --gc --delete moves them to the trash")


def _connect(image_store: ImageStore) -> None:
    image_store.connect()
    if image_store.unavailable_reason:
        raise UserError(f"IMAGES_STORE: {image_store.unavailable_reason}")
