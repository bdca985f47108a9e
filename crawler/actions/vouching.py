"""Vouch for a link: the user says that it is alive or dead, whatever its checks find."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.cli.terminal import printable
from crawler.errors import UserError
from crawler.messages import say
from crawler.models.vouch import Vouch, parse_until
from crawler.store.database import store_url
from crawler.store.inspector import StoreInspector
from crawler.store.link_store import LinkStore
from crawler.text import collapse_whitespace
from crawler.verdicts.fold import verdict_at
from pipelines.reports.explain import find_urls

if TYPE_CHECKING:
    from crawler.config.crawl_options import CrawlOptions
    from crawler.models.link import Verdict
    from crawler.store.inspector import LinkHistory

EXAMPLE = 'notemend vouch URL --alive --until 2027-06 --because "works in a browser"'

MAX_BECAUSE = 300
"""Maximum characters of a reason."""


@dataclass(frozen=True, slots=True)
class VouchWords:
    """What is typed: a verdict with its end and reason, or that the vouch is removed."""

    verdict: Verdict | None
    until: str | None = None
    because: str | None = None
    remove: bool = False


def vouch_for(options: CrawlOptions, text: str, words: VouchWords) -> int:
    """Save or remove a vouch; raise UserError for arguments that do not fit, or an unknown link."""
    now = datetime.now(UTC)
    vouch = read_vouch(words, now)
    history = _history(options, text)
    print(printable(_take_back(options, history, now) if vouch is None else _give(options, history, vouch)))
    return 0


def read_vouch(words: VouchWords, now: datetime) -> Vouch | None:
    """Return the vouch that the arguments give, None for --remove; raise UserError if they do not fit."""
    if words.remove:
        if words.until or words.because:
            raise UserError(say("error.vouch_remove"))
        return None
    because = collapse_whitespace(words.because or "")
    given = {"--alive / --dead": words.verdict, "--until DATE": words.until, "--because TEXT": because}
    if missing := [option for option, value in given.items() if not value]:
        raise UserError(say("error_vouch", missing=say("comma").join(missing), example=EXAMPLE))
    assert words.verdict is not None  # noqa: S101 - it is among what is given
    assert words.until is not None  # noqa: S101 - likewise
    try:
        until = parse_until(words.until)
    except ValueError as error:
        raise UserError(say("error.at", place="--until", error=error)) from None
    if len(because) > MAX_BECAUSE:
        raise UserError(say("error.vouch_long", n=len(because), most=MAX_BECAUSE))
    vouch = Vouch(words.verdict, until, because, now)
    if vouch.expires_at <= now:
        raise UserError(say("error.vouch_over", until=vouch.until))
    return vouch


def _history(options: CrawlOptions, text: str) -> LinkHistory:
    """Return the history of the link that a text names; raise UserError if there is none, or more than one."""
    with closing(StoreInspector.open_to_read(store_url(options))) as store:
        urls = find_urls(store, text)
        if len(urls) > 1:
            raise UserError(say("error.vouch_several", text=text, urls=" ".join(urls)))
        return store.history(urls[0])


def _give(options: CrawlOptions, history: LinkHistory, vouch: Vouch) -> str:
    """Save a vouch and the verdict that follows, and return what is printed."""
    url = history.state.link.url
    with closing(LinkStore.open(store_url(options))) as store, store.exclusive_lock():
        store.vouch(url, vouch)
        store.set_verdict(url, vouch.verdict, vouch.expires_at)
    alone = verdict_at(history.checks, options.policy, (), vouch.given_at)
    verdicts = {"verdict": say(f"verdict.{vouch.verdict}"), "alone": say(f"verdict.{alone}")}
    return say("vouched", url=url, until=vouch.until, **verdicts)


def _take_back(options: CrawlOptions, history: LinkHistory, now: datetime) -> str:
    """Take back the vouch of the command, save the verdict that follows, and return what is printed."""
    url = history.state.link.url
    with closing(LinkStore.open(store_url(options))) as store, store.exclusive_lock():
        if not store.remove_vouches(url, now):
            notes = sorted({vouch.note for vouch in history.vouches if vouch.note and vouch.removed_at is None})
            key = "error.vouch_in_note" if notes else "error.vouch_none"
            raise UserError(say(key, url=url, notes=", ".join(notes)))
        verdict = verdict_at(history.checks, options.policy, store.vouches_of(url), now)
        store.set_verdict(url, verdict, history.due_at)
    return say("vouch_removed", url=url, verdict=say(f"verdict.{verdict}"))
