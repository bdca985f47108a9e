"""`scrapy status`: what the store knows at any time, a crawl being under way or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawler.cli import command
from crawler.cli.summary import by_verdict
from crawler.cli.terminal import moment, show
from crawler.scheduling.workspace import store_url
from crawler.store.inspector import Inspection

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from scrapy.settings import BaseSettings

    from crawler.cli.terminal import Table

SHOWN = 5
"""Hosts of one worker that are named."""


class Command(command.Command):
    """Shows the state of the store."""

    def short_desc(self) -> str:
        """Say what it does."""
        return "Show the state of the store: links by verdict, what is due, who is at work"

    def work(self, settings: BaseSettings, opts: argparse.Namespace) -> None:  # noqa: ARG002 - there are none
        """Show it."""
        store = Inspection.open_to_read(store_url(settings))
        try:
            show(state(store, datetime.now(UTC)))
        finally:
            store.close()


def state(store: Inspection, now: datetime) -> Iterator[str | Table]:
    """Yield what there is, what is going on, and what is to come."""
    kept, size = store.pictures()
    notes, places = store.extent()
    yield f"store: {store.name}, {_megabytes(store.size())}"
    yield f"notes: {notes:,}, with {places:,} places where a link stands"
    yield f"pictures: {kept:,} kept, {_megabytes(size)}"
    yield f"last run: {_run(store.last_run())}"
    for worker, hosts in store.at_work(now).items():
        more = f" and {len(hosts) - SHOWN} more" if len(hosts) > SHOWN else ""
        yield f"at work: {worker}, asking {', '.join(hosts[:SHOWN])}{more}"
    yield by_verdict(store.counts())
    due = store.due(now, now + timedelta(days=1))
    yield "due now: " + (", ".join(f"{each.kind} {each.now:,}" for each in due if each.now) or "nothing")
    if soon := [f"{each.kind} {each.within_a_day:,}" for each in due if each.within_a_day]:
        yield "due within a day: " + ", ".join(soon)
    if later := [each.next_at for each in due if each.next_at is not None]:
        yield f"due next: {moment(min(later))}"


def _run(run: tuple[datetime, datetime | None] | None) -> str:
    if run is None:
        return "none"
    began, ended = run
    return f"{moment(began)} to " + (moment(ended) if ended else "now, or broken off: the next one goes on with it")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
