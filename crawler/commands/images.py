"""`notemend images --verify`, `--gc`: verify saved images, remove unused ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli.command import NotesCommand
from crawler.cli.exit_codes import EXIT_FOUND
from crawler.errors import UserError

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions
    from crawler.images.store import ImageStore


class Command(NotesCommand):
    """Verifies saved images, and removes those that no note uses."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Verify the saved images, or remove unused ones: --verify, --gc"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --verify and --gc."""
        super().add_options(parser)
        parser.add_argument("--verify", action="store_true", help="compare every image with its SHA-256 name")
        parser.add_argument("--gc", action="store_true", help="remove images that no note uses")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; raise UsageError without --verify and --gc."""
        super().process_options(args, opts)
        if not opts.verify and not opts.gc:
            raise UsageError("images: expected --verify, --gc or both")

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Verify and remove images; exit with 1 if images are damaged or missing."""
        from crawler.run.workspace import open_workspace
        from pipelines.reports.images.stored_images import collect, verify

        now = datetime.now(UTC)
        with open_workspace(options) as workspace:
            workspace.read(now)
            _connect(workspace.image_store)
            if opts.verify and not verify(workspace, now):
                self.exitcode = EXIT_FOUND
            if opts.gc:
                collect(workspace, options)


def _connect(image_store: ImageStore) -> None:
    image_store.connect()
    if image_store.unavailable_reason:
        raise UserError(f"IMAGES_STORE: {image_store.unavailable_reason}")
