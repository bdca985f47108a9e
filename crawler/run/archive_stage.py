"""Find snapshots of dead links in the Wayback Machine, as close as possible to the date of their note."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.fetch.host_throttle import REFUSALS
from crawler.lookups.errors import ServiceDownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from crawler.lookups.wayback import Wayback
    from crawler.models.link import Link
    from crawler.store.link_store import LinkStore

logger = logging.getLogger(__name__)

BATCH = 100
"""Number of dead links that are read from the store at a time."""


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
            snapshot = wayback.nearest(link.url, day)
        except ServiceDownError as error:
            unanswered, failures_in_a_row, last_error = unanswered + 1, failures_in_a_row + 1, error
        else:
            failures_in_a_row = 0
            store.save_snapshot(link, snapshot, now)
    if last_error is not None:
        logger.warning("Wayback Machine unavailable: %s; some dead links have no snapshot", last_error)
