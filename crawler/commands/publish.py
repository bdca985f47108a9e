"""`scrapy publish`: render all outputs again from the store and the notes as they are now, without crawling."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict
from scrapy.utils.misc import load_object

from crawler.errors import UserError
from crawler.workspace import open_workspace

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    """Renders the outputs."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is called."""
        return "[options]"

    def short_desc(self) -> str:
        """Say what it does."""
        return "Render all outputs again, without crawling"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take the folder of notes the way `scrapy crawl notes` does."""
        super().add_options(parser)
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="notes=DIR", help="the notes")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the folder of notes."""
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        if args:
            raise UsageError(f"publish takes no {args[0]!r}")
        try:
            arguments = arglist_to_dict(opts.arguments)
        except ValueError:
            raise UsageError("say -a notes=DIR") from None
        if unknown := arguments.keys() - {"notes"}:
            raise UsageError(f"unknown argument: {', '.join(sorted(unknown))}")
        if "notes" in arguments:
            self.settings.set("NOTES_DIR", arguments["notes"], priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Read the notes, render the outputs."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        try:
            with open_workspace(self.settings) as workspace:
                workspace.read(datetime.now(UTC))
                load_object(self.settings["PUBLISH"])(self.settings, workspace.library, workspace.store)
        except UserError as error:
            print(f"notemend: {error}", file=sys.stderr)
            self.exitcode = 1
