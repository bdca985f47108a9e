"""Base classes of all commands except `crawl`: arguments, and one line with exit code 2 for a user's error."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from crawler.cli import masked_log
from crawler.cli.exit_codes import exit_code_of
from crawler.messages import say

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(ScrapyCommand):
    """A command of this project."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return the arguments for the help text."""
        return "[options]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; raise UsageError for an argument without an option."""
        super().process_options(args, opts)
        if args:
            name = type(self).__module__.rpartition(".")[2]
            raise UsageError(say("error.extra", command=name, word=args[0]))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Run the command and set its exit code: 2, with one line, if the user has to fix something first."""
        assert self.settings is not None  # noqa: S101 - set by Scrapy before this call
        masked_log.install()
        self.exitcode = exit_code_of(self.settings, partial(self.work, opts))

    @abstractmethod
    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Run the command and return its exit code; raise UserError for what the user has to fix."""


class NotesCommand(Command):
    """A command that reads the notes."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add `-a notes=DIR`, as `scrapy crawl notes` has it."""
        super().add_options(parser)
        parser.add_argument(
            "-a",
            dest="arguments",
            action="append",
            default=[],
            metavar="notes=DIR",
            help="folder with the notes (NOTES_DIR)",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set NOTES_DIR from `-a notes=DIR`; raise UsageError for other arguments."""
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - set by Scrapy before this call
        try:
            arguments = arglist_to_dict(opts.arguments)
        except ValueError:
            raise UsageError(say("error.argument_form")) from None
        if unknown := arguments.keys() - {"notes"}:
            raise UsageError(say("error.arguments", names=", ".join(sorted(unknown))))
        if "notes" in arguments:
            self.settings.set("NOTES_DIR", arguments["notes"], priority="cmdline")
