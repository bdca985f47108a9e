"""The enriched dataset: `entries.parquet` and `entries.csv`, one row per entry."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.reports.contract import NOTES
from pipelines.reports.frames import notes
from pipelines.reports.frames.frame import TEXTS, TIME, left_join, to_frame
from pipelines.reports.frames.metadata import BEIJING
from pipelines.reports.frames.writers import csv_writer, parquet_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.reports.contract import Rendering, TakeNotes
    from pipelines.reports.frames.entries import NoteBatch

ENTRIES = pa.schema(
    [
        ("note", pa.string()),
        ("date", pa.date32()),
        ("line", pa.int32()),
        ("section", pa.string()),
        ("number", pa.int32()),
        ("title", pa.string()),
        ("relevance", pa.int32()),
        ("article_url", pa.string()),
        ("article_verdict", pa.string()),
        ("account", pa.string()),
        ("article_author", pa.string()),
        ("published_at", BEIJING),
        ("paper_url", pa.string()),
        ("arxiv_id", pa.string()),
        ("paper_title", pa.string()),
        ("title_matches", pa.bool_()),
        ("authors", TEXTS),
        ("venue", pa.string()),
        ("venue_year", pa.int32()),
        ("venue_track", pa.string()),
        ("venue_source", pa.string()),
        ("venue_evidence", pa.string()),
        ("categories", TEXTS),
        ("arxiv_version", pa.int32()),
        ("withdrawn", pa.bool_()),
        ("code_url", pa.string()),
        ("repository", pa.string()),
        ("stars", pa.int64()),
        ("forks", pa.int64()),
        ("language", pa.string()),
        ("license", pa.string()),
        ("archived", pa.bool_()),
        ("pushed_at", TIME),
        ("image_paths", TEXTS),
        ("images_not_saved", TEXTS),
        ("abstract", pa.string()),
        ("tips", pa.string()),
        ("work_id", pa.string()),
        ("notices", TEXTS),
        ("pages", pa.string()),
        ("pdf_url", pa.string()),
        ("downloads", pa.int64()),
        ("gated", pa.bool_()),
        ("disabled", pa.bool_()),
        ("latest_release", pa.string()),
        ("released_at", TIME),
        ("topics", TEXTS),
        ("description", pa.string()),
    ]
)

WORK_IDS = pa.schema([("paper_key", pa.string()), ("work_id", pa.string())])
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
