"""`notemend vouch URL`: say that a link is alive or dead, whatever its checks find."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.cli import command
from crawler.cli.terminal import printable
from crawler.errors import UserError
from crawler.models.link import Verdict
from crawler.models.vouch import Vouch, parse_until
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    import argparse

    from crawler.config.crawl_options import CrawlOptions
    from crawler.store.inspector import LinkHistory

MAX_BECAUSE = 300
"""Maximum characters of a reason."""


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
            raise UsageError("expected one link; run notemend vouch URL")
        super().process_options([], opts)
        opts.url = args[0]

    def work(self, opts: argparse.Namespace, options: CrawlOptions) -> None:
        """Save or remove a vouch; raise UserError for arguments that do not fit, or an unknown link."""
        now = datetime.now(UTC)
        vouch = read_vouch(opts, now)
        history = _history(options, opts.url)
        print(printable(_take_back(options, history, now) if vouch is None else _give(options, history, vouch)))


def read_vouch(opts: argparse.Namespace, now: datetime) -> Vouch | None:
    """Return the vouch that the arguments give, None for --remove; raise UserError if they do not fit."""
    if opts.remove:
        if opts.until or opts.because:
            raise UserError("vouch: --remove takes neither --until nor --because")
        return None
    if opts.word is None:
        raise UserError("vouch: expected --alive, --dead or --remove")
    if not opts.until:
        raise UserError("vouch: expected --until DATE, for example --until 2027-06")
    try:
        until = parse_until(opts.until)
    except ValueError as error:
        raise UserError(f"--until: {error}") from None
    because = collapse_whitespace(opts.because or "")
    if not because:
        raise UserError('vouch: expected --because "your reason"')
    if len(because) > MAX_BECAUSE:
        raise UserError(f"--because: {len(because)} characters, expected at most {MAX_BECAUSE}")
    vouch = Vouch(opts.word, until, because, now)
    if vouch.expires_at <= now:
        raise UserError(f"--until: {vouch.until} is over")
    return vouch


def _history(options: CrawlOptions, text: str) -> LinkHistory:
    """Return the history of the link that a text names; raise UserError if there is none, or more than one."""
    from crawler.store.database import store_url
    from crawler.store.inspector import StoreInspector
    from pipelines.reports.explain import find_urls

    with closing(StoreInspector.open_to_read(store_url(options))) as store:
        urls = find_urls(store, text)
        if len(urls) > 1:
            raise UserError(f"{text}: several links; name one of them: {' '.join(urls)}")
        return store.history(urls[0])


def _give(options: CrawlOptions, history: LinkHistory, vouch: Vouch) -> str:
    """Save a vouch and the verdict that follows, and return what is printed."""
    from crawler.store.database import store_url
    from crawler.store.link_store import LinkStore
    from crawler.verdicts.fold import verdict_at

    url = history.state.link.url
    with closing(LinkStore.open(store_url(options))) as store, store.exclusive_lock():
        store.vouch(url, vouch)
        store.set_verdict(url, vouch.verdict, vouch.expires_at)
    alone = verdict_at(history.checks, options.policy, (), vouch.given_at)
    return f"{url}: {vouch.verdict} until {vouch.until}, by your vouch (by its checks: {alone})"


def _take_back(options: CrawlOptions, history: LinkHistory, now: datetime) -> str:
    """Take back the vouch of the command, save the verdict that follows, and return what is printed."""
    from crawler.store.database import store_url
    from crawler.store.link_store import LinkStore
    from crawler.verdicts.fold import verdict_at

    url = history.state.link.url
    with closing(LinkStore.open(store_url(options))) as store, store.exclusive_lock():
        if not store.remove_vouches(url, now):
            notes = sorted({vouch.note for vouch in history.vouches if vouch.note and vouch.removed_at is None})
            advice = f"; remove the comment in {', '.join(notes)}" if notes else ""
            raise UserError(f"{url}: nobody vouches for it by command{advice}")
        verdict = verdict_at(history.checks, options.policy, store.vouches_of(url), now)
        store.set_verdict(url, verdict, history.due_at)
    return f"{url}: {verdict}; your vouch is removed"
