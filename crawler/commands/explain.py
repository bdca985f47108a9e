"""`notemend explain URL`: show the history and verdict of a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli import command
from crawler.messages import say

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Explains the verdict of a link."""

    def syntax(self) -> str:
        """Return the arguments for the usage line."""
        return "[options] URL"

    def short_desc(self) -> str:
        """Return the help text."""
        return "Show a link's history and verdict"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options and the URL; raise UsageError unless there is one."""
        if len(args) != 1:
            raise UsageError(say("error.one_link", command="explain"))
        super().process_options([], opts)
        opts.url = args[0]

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Print the explanation; raise UserError if there is no such link."""
        from crawler.actions.looking import explain_link

        return explain_link(options, opts.url)
