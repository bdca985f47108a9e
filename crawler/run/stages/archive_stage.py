"""Ask the Wayback Machine for snapshots of dead links, and whether others could reach a link that we cannot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from crawler.fetch.politeness.host_throttle import REFUSALS
from crawler.kinds.registry import kind_of, target_link
from crawler.links.spelling.schemes import mistyped_scheme
from crawler.lookups.ask_in_turn import ask_in_turn
from crawler.lookups.errors import ServiceDownError
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.verdicts.fold import fold_checks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date

    from crawler.config.crawl_options import CrawlOptions
    from crawler.lookups.wayback import Wayback
    from crawler.models.link import Link
    from crawler.models.metadata import Metadata
    from crawler.models.policy import Policy
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

BATCH = 100
"""Number of dead links that are read from the store at a time."""


def ask_archive(
    options: CrawlOptions, store: LinkStore, kinds: Collection[str], now: datetime, time_left: Callable[[], float]
) -> None:
    """Ask about links that do not answer, then for snapshots of dead links, also of those that the first answers made.

    `now` is the time of the run, `time_left` returns the seconds until RUN_TIMEOUT.
    """

    @cache
    def wayback() -> Wayback:
        from crawler.lookups.wayback import Wayback

        return Wayback.from_options(options)

    if time_left() and (silent := silent_links(store, options.policy, kinds, datetime.now(UTC))):
        ask_for_captures(store, wayback(), options.policy, silent, time_left)
    if time_left() and store.links_without_snapshot(kinds, now, 1):
        find_snapshots(store, wayback(), kinds, now, time_left)


def find_snapshots(
    store: LinkStore, wayback: Wayback, kinds: Iterable[str], now: datetime, time_left: Callable[[], float]
) -> None:
    """Request the snapshots of dead links one by one and save them; stop after REFUSALS failures in a row.

    Links without a response remain for the next run. `time_left` returns the seconds until RUN_TIMEOUT.
    """
    remaining: list[tuple[Link, date]] = []
    unanswered = failures_in_a_row = 0
    last_error: ServiceDownError | None = None
    while failures_in_a_row < REFUSALS and time_left():
        # Saved links are not returned again, so that the first ones are those without a response.
        remaining = remaining or store.links_without_snapshot(kinds, now, unanswered + BATCH)[unanswered:]
        if not remaining:
            break
        link, day = remaining.pop(0)
        try:
            snapshot = wayback.nearest(mistyped_scheme(link.url) or target_link(link).url, day)
            metadata = _archived_metadata(store, wayback, link, snapshot)
        except ServiceDownError as error:
            unanswered, failures_in_a_row, last_error = unanswered + 1, failures_in_a_row + 1, error
        else:
            failures_in_a_row = 0
            store.save_snapshot(link, snapshot, now, metadata)
    if last_error is not None:
        logger.warning("Wayback Machine unavailable: %s; some dead links have no snapshot", last_error)


def _archived_metadata(store: LinkStore, wayback: Wayback, link: Link, snapshot: str | None) -> Metadata | None:
    """Return what the page of a dead link said, if its kind reads that and nothing is known of it."""
    kind = kind_of(link)
    if snapshot is None or not kind.has_archived_metadata or store.papers([link.key]):
        return None
    return kind.archived_metadata(link, wayback.page(snapshot))


@dataclass(frozen=True, slots=True)
class SilentLink:
    """A link of which only the archive can tell whether it is dead: its checks, and since when none was answered."""

    link: Link
    checks: tuple[Check, ...]
    since: datetime


def silent_links(store: LinkStore, policy: Policy, kinds: Iterable[str], now: datetime) -> list[SilentLink]:
    """Return the links that have not answered for `unreachable_after` and of which the archive has not been asked."""
    found = []
    for link, checks in store.unreachable_links(kinds, now - policy.unreachable_after, now):
        *_, last = fold_checks(checks, policy)
        if last.needs_archive and last.silence is not None:
            found.append(SilentLink(link, checks, last.silence.since))
    return found


def ask_for_captures(
    store: LinkStore,
    wayback: Wayback,
    policy: Policy,
    silent: Iterable[SilentLink],
    time_left: Callable[[], float],
) -> None:
    """Ask whether silent links were captured since, and save the verdicts that follow.

    A link for which the archive does not answer keeps its verdict, and is asked for in the next run.
    """
    vouches = store.all_vouches()

    def ask(each: SilentLink) -> datetime | None:
        return wayback.newest_since(each.link.url, each.since)

    def save(each: SilentLink, captured: datetime | None) -> None:
        check = archive_check(captured, each.since, datetime.now(UTC))
        *_, last = fold_checks((*each.checks, check), policy, vouches.get(each.link.url, ()))
        store.add_archive_check(each.link, check, last.verdict)

    if (error := ask_in_turn(silent, ask, save, time_left)) is not None:
        logger.warning("Wayback Machine unavailable: %s; some links that do not answer stay suspect", error)


def archive_check(captured: datetime | None, since: datetime, now: datetime) -> Check:
    """Return the check that an answer of the Wayback Machine is; `captured` is None if it has no capture `since`."""
    first = f"{since:%Y-%m-%d}"
    if captured is None:
        reason = Reason(ReasonCode.NOT_CAPTURED_SINCE, first)
        return Check(Outcome.FAILED, reason, now, CheckMethod.ARCHIVE)
    reason = Reason(ReasonCode.CAPTURED_SINCE, f"{captured:%Y-%m-%d}", first)
    return Check(Outcome.OK, reason, now, CheckMethod.ARCHIVE)
