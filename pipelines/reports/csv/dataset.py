"""The enriched dataset: `entries.parquet` and `entries.csv`, one row per entry."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING

from pipelines.reports.contract import NOTES
from pipelines.reports.frames import notes
from pipelines.reports.frames.frame import left_join, to_frame
from pipelines.reports.frames.schema import BEIJING, BOOL, DATE, INT32, INT64, TEXT, TEXTS, TIME, Schema
from pipelines.reports.frames.writers import csv_writer, parquet_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.reports.contract import Rendering, TakeNotes
    from pipelines.reports.frames.entries import NoteBatch

ENTRIES = Schema(
    [
        ("note", TEXT),
        ("date", DATE),
        ("line", INT32),
        ("section", TEXT),
        ("number", INT32),
        ("title", TEXT),
        ("relevance", INT32),
        ("article_url", TEXT),
        ("article_verdict", TEXT),
        ("account", TEXT),
        ("article_author", TEXT),
        ("published_at", BEIJING),
        ("paper_url", TEXT),
        ("arxiv_id", TEXT),
        ("paper_title", TEXT),
        ("title_matches", BOOL),
        ("authors", TEXTS),
        ("venue", TEXT),
        ("venue_year", INT32),
        ("venue_track", TEXT),
        ("venue_source", TEXT),
        ("venue_evidence", TEXT),
        ("categories", TEXTS),
        ("arxiv_version", INT32),
        ("withdrawn", BOOL),
        ("code_url", TEXT),
        ("repository", TEXT),
        ("stars", INT64),
        ("forks", INT64),
        ("language", TEXT),
        ("license", TEXT),
        ("archived", BOOL),
        ("pushed_at", TIME),
        ("image_paths", TEXTS),
        ("images_not_saved", TEXTS),
        ("abstract", TEXT),
        ("tips", TEXT),
        ("work_id", TEXT),
        ("notices", TEXTS),
        ("pages", TEXT),
        ("pdf_url", TEXT),
        ("downloads", INT64),
        ("gated", BOOL),
        ("disabled", BOOL),
        ("latest_release", TEXT),
        ("released_at", TIME),
        ("topics", TEXTS),
        ("description", TEXT),
    ]
)

WORK_IDS = Schema([("paper_key", TEXT), ("work_id", TEXT)])
"""The work to which each link to a paper leads, by the key of its metadata."""

INPUTS, FILES = (NOTES,), ("entries.csv", "entries.parquet")
note_fragment = notes.note_fragment


@contextmanager
def by_notes(rendering: Rendering) -> Iterator[TakeNotes]:
    """Write the entries."""
    folder = rendering.output_dir
    with (
        csv_writer(folder / "entries.csv", ENTRIES.names) as write_csv,
        parquet_writer(folder / "entries.parquet", ENTRIES) as write_parquet,
    ):
        work_ids = cache(partial(_work_ids, rendering))

        def take(batch: NoteBatch) -> None:
            if batch.has_entries:
                entries = left_join(batch.entries, work_ids(), "paper_key", name="works")
                write_parquet(entries)
                write_csv(entries)

        yield take


def _work_ids(rendering: Rendering) -> pd.DataFrame:
    """Return the WORK_IDS of all links to papers."""
    works = rendering.works.read(rendering.store)
    return to_frame(((key, work.work_id) for work in works for key in work.keys), WORK_IDS)
