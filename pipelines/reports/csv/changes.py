"""`changes.csv`: what changed since the last run and asks for a look, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.link import Change
from pipelines.reports.digests import LINKS
from pipelines.reports.frames.links import link_batches
from pipelines.reports.frames.writers import csv_writer

if TYPE_CHECKING:
    from pipelines.reports.base import Rendering

COLUMNS = (
    "change",
    "url",
    "kind",
    "verdict_before",
    "verdict",
    "outcome",
    "reason",
    "final_url",
    "suggestion",
    "suggestion_source",
    "last_alive",
    "title",
    "mentions",
)

INPUTS, FILES = (LINKS,), ("changes.csv",)
SHOWS_CHANGES = True


def render(rendering: Rendering) -> None:
    """Write one row for each link that changed."""
    with csv_writer(rendering.output_dir / "changes.csv", COLUMNS) as write, link_batches([write]) as take:
        for change in Change:
            for state, places in rendering.store.link_states(change):
                take(state, places)
