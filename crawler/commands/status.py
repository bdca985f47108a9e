"""`scrapy status`: what the store knows at any time, a crawl being under way or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import command
from crawler.commands.without_scrapy import show_status

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Shows the state of the store."""

    def short_desc(self) -> str:
        """Say what it does."""
        return "Show database status: links by verdict, links due, active workers"

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:  # noqa: ARG002 - there are none
        """Show it."""
        show_status(options)
