"""`scrapy publish`: render all outputs again from the store and the notes as they are now, without crawling.

With `--in-place` the user's own notes are edited, too; `--diff` shows how and writes nothing.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict
from scrapy.utils.misc import load_object

from crawler.errors import UserError
from crawler.workspace import open_workspace

if TYPE_CHECKING:
    import argparse

    from crawler.workspace import Workspace


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
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--in-place", action="store_true", help="edit the notes themselves, too")
        either.add_argument("--diff", action="store_true", help="only show what --in-place would edit")
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
                if opts.diff:
                    self._show(workspace)
                    return
                workspace.read(datetime.now(UTC))
                self._call("PUBLISH", workspace)
                if opts.in_place:
                    self._edit(workspace)
        except UserError as error:
            print(f"notemend: {error}", file=sys.stderr)
            self.exitcode = 1

    def _edit(self, workspace: Workspace) -> None:
        """Edit the notes; exit with 1 where one could not be written."""
        report = self._call("EDIT_IN_PLACE", workspace)
        for line in report.left_alone:
            print(f"notemend: {line}", file=sys.stderr)
        print(report.summary)
        self.exitcode = 1 if report.failed else 0

    def _show(self, workspace: Workspace) -> None:
        """Print what would be edited, in colour where a person sees it (https://no-color.org)."""
        in_colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        try:
            for diff in self._call("DIFF", workspace, in_colour):
                sys.stdout.buffer.write(diff.encode())
            sys.stdout.flush()
        except BrokenPipeError:  # who reads has seen enough; nothing must be flushed to them at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _call(self, name: str, workspace: Workspace, *more: object) -> Any:
        """Call what a setting names: this package does not know the outputs."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        return load_object(self.settings[name])(self.settings, workspace.library, workspace.store, *more)
