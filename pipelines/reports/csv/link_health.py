"""`link_health.csv`: one row per link, worst first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.reports.contract import LINKS
from pipelines.reports.frames.writers import csv_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import Rendering, TakeLinks

COLUMNS = (
    "url",
    "kind",
    "verdict",
    "outcome",
    "http_status",
    "reason",
    "final_url",
    "suggestion",
    "suggestion_source",
    "failures_in_a_row",
    "first_seen",
    "last_checked",
    "last_alive",
    "vouch",
    "image_saved",
    "image_newer",
    "title",
    "mentions",
)

INPUTS, FILES = (LINKS,), ("link_health.csv",)


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write the health CSV."""
    with csv_writer(rendering.output_dir / "link_health.csv", COLUMNS) as write:
        yield write
