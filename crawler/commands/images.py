"""`notemend images --verify`, `--gc`, `--copy-from`: verify saved images, collect unused ones, copy from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli.command import NotesCommand
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


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
        from crawler.actions.images import ImageTasks

        super().process_options(args, opts)
        try:
            opts.tasks = ImageTasks(opts.copy_from, opts.verify, opts.gc, opts.delete)
        except UserError as error:
            raise UsageError(str(error)) from None

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Copy, verify and collect images; return exit code 1 if images are damaged or missing."""
        from crawler.actions.images import tend_images

        return tend_images(options, opts.tasks)
