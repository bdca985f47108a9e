"""`notemend vouch URL`: say that a link is alive or dead, whatever its checks find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli import command
from crawler.messages import say
from crawler.models.link import Verdict

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions


class Command(command.Command):
    """Vouches for a link."""

    def syntax(self) -> str:
        """Return the arguments for the usage line."""
        return '[options] URL --alive|--dead --until 2027-06 --because "..."'

    def short_desc(self) -> str:
        """Return the help text."""
        return "Say that a link is alive or dead, whatever checks find"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --alive, --dead, --remove, --until and --because."""
        super().add_options(parser)
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--alive", action="store_const", dest="word", const=Verdict.ALIVE, help="the link works")
        group.add_argument("--dead", action="store_const", dest="word", const=Verdict.DEAD, help="the link is dead")
        group.add_argument("--remove", action="store_true", help="remove the vouch")
        parser.add_argument("--until", metavar="DATE", help="the last month (2027-06) or day (2027-06-15) it counts")
        parser.add_argument("--because", metavar="TEXT", help="your reason")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options and the URL; raise UsageError unless there is one."""
        if len(args) != 1:
            raise UsageError(say("error.one_link", command="vouch"))
        super().process_options([], opts)
        opts.url = args[0]

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> int:
        """Save or remove a vouch."""
        from crawler.actions.vouching import VouchWords, vouch_for

        return vouch_for(options, opts.url, VouchWords(opts.word, opts.until, opts.because, opts.remove))
