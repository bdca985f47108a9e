"""`changes.csv`: what changed since the last run and asks for a look, the gravest first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from crawler.models.link import Change
from pipelines.reports.contract import LINKS
from pipelines.reports.frames.writers import csv_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.reports.contract import Rendering, TakeLinks

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


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write one row for each link that changed."""
    with csv_writer(rendering.output_dir / "changes.csv", COLUMNS, len(Change)) as write:

        def take(links: pd.DataFrame) -> None:
            changed = links[links["change"].notna()]
            for part, change in enumerate(Change if len(changed) else ()):
                if len(rows := changed[changed["change"] == change.value]):
                    write(rows, part)

        yield take
