"""`notemend status`: show the status of the link database, also during a crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.cli import command

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Shows the status of the link database."""

    def short_desc(self) -> str:
        """Return the help text."""
        return "Show database status: links by verdict, links due, active run"

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:  # noqa: ARG002 - no options of its own
        """Print the status; raise UserError without a link database."""
        from crawler.actions.looking import show_status

        return show_status(options)
