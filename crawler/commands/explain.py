"""`scrapy explain URL`: the whole story of one link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli import command
from crawler.commands.without_scrapy import show_explanation

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Explains a verdict."""

    def syntax(self) -> str:
        """Say how it is called."""
        return "[options] URL"

    def short_desc(self) -> str:
        """Say what it does."""
        return "Show a link's history and verdict"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the URL."""
        if len(args) != 1:
            raise UsageError("name one link: scrapy explain URL")
        super().process_options([], opts)
        opts.url = args[0]

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Tell it; exit with 2 and one line where there is no such link."""
        show_explanation(options, opts.url)
