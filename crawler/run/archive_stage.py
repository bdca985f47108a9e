"""The last stage of a run: dead links get the snapshot of the Wayback Machine nearest to the day they were noted."""

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
"""Dead links taken out of the store at a time."""


def find_snapshots(
    store: LinkStore, wayback: Wayback, kinds: Iterable[str], now: datetime, time_left: Callable[[], float]
) -> None:
    """Ask for the snapshots of dead links one by one; what was not answered or not asked in time is asked next time.

    One link that the archive cannot answer for stops no other; `REFUSALS` of them in a row mean that it is down.
    """
    wanting: list[tuple[Link, date]] = []
    unanswered = in_a_row = 0
    why: ServiceDownError | None = None
    while in_a_row < REFUSALS and time_left():
        # What was answered is wanted no more: the unanswered stand in front.
        wanting = wanting or store.links_without_snapshot(kinds, now, unanswered + BATCH)[unanswered:]
        if not wanting:
            break
        link, day = wanting.pop(0)
        try:
            snapshot = wayback.nearest(link.url, day)
        except ServiceDownError as error:
            unanswered, in_a_row, why = unanswered + 1, in_a_row + 1, error
        else:
            in_a_row = 0
            store.save_snapshot(link, snapshot, now)
    if why is not None:
        logger.warning("no snapshots for some dead links tonight: the Wayback Machine does not answer: %s", why)
