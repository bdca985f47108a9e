"""The last stage of a run: dead links get the snapshot of the Wayback Machine nearest to the day they were noted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.lookups.session import ServiceDownError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from crawler.lookups.wayback import Wayback
    from crawler.state import Store

logger = logging.getLogger(__name__)

BATCH = 100
"""Dead links taken out of the store at a time."""


def find_snapshots(
    store: Store, wayback: Wayback, kinds: Iterable[str], now: datetime, time_left: Callable[[], float]
) -> None:
    """Ask for the snapshots of dead links one by one; what was not answered or not asked in time is asked next time."""
    while wanting := store.wanting_snapshot(kinds, now, BATCH):
        for link, day in wanting:
            if not time_left():
                return
            try:
                snapshot = wayback.nearest(link.url, day)
            except ServiceDownError as error:
                logger.warning("no snapshots for dead links tonight: the Wayback Machine does not answer: %s", error)
                return
            store.save_snapshot(link, snapshot, now)
