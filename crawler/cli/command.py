"""What the commands beside `scrapy crawl` share: no stray words, one line for what only the user can mend."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Protocol

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from crawler.cli.exit_codes import EXIT_ERROR, is_done
from crawler.cli.terminal import print_error

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Report(Protocol):
    """Result of editing or restoring notes."""

    @property
    def summary(self) -> str:
        """Return the result in one line."""

    @property
    def skipped(self) -> tuple[str, ...]:
        """Return a line with the reason for each note that was skipped."""

    @property
    def failed(self) -> bool:
        """Return whether a note could not be changed."""


class Command(ScrapyCommand):
    """A command of this project."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Say how it is called."""
        return "[options]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what is no option."""
        super().process_options(args, opts)
        if args:
            name = type(self).__module__.rpartition(".")[2]
            raise UsageError(f"{name} takes no {args[0]!r}")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Do the work; exit with 2 and one line where the user has to mend something first."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        if not is_done(self.settings, partial(self.work, opts)):
            self.exitcode = EXIT_ERROR

    @abstractmethod
    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Do what the command is for."""

    def print_report(self, report: Report) -> None:
        """Say what was done to notes; exit with 2 where one should have been changed and was not."""
        for line in report.skipped:
            print_error(line)
        print(report.summary)
        self.exitcode = EXIT_ERROR if report.failed else 0


class NotesCommand(Command):
    """A command that reads the notes."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take the folder of notes the way `scrapy crawl notes` does."""
        super().add_options(parser)
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="notes=DIR", help="the notes")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the folder of notes."""
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before it calls
        try:
            arguments = arglist_to_dict(opts.arguments)
        except ValueError:
            raise UsageError("say -a notes=DIR") from None
        if unknown := arguments.keys() - {"notes"}:
            raise UsageError(f"unknown argument: {', '.join(sorted(unknown))}")
        if "notes" in arguments:
            self.settings.set("NOTES_DIR", arguments["notes"], priority="cmdline")
