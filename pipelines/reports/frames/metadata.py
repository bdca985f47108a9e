"""Metadata of links as frames, one for each type."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawler.models.metadata import Article, Page, Paper, Picture, Repository, type_name
from pipelines.reports.frames.frame import TEXTS, TIME, to_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from crawler.models.link import LinkState

BEIJING = pa.timestamp("us", "Asia/Shanghai")  # the time WeChat shows

METADATA: Mapping[str, pa.Schema] = {
    type_name(Article): pa.schema(
        [
            ("key", pa.string()),
            ("title", pa.string()),
            ("account", pa.string()),
            ("author", pa.string()),
            ("published_at", BEIJING),
            ("links", TEXTS),
        ]
    ),
    type_name(Paper): pa.schema(
        [
            ("key", pa.string()),
            ("title", pa.string()),
            ("arxiv_id", pa.string()),
            ("authors", TEXTS),
            ("venue", pa.string()),
            ("venue_year", pa.int32()),
            ("venue_track", pa.string()),
            ("venue_source", pa.string()),
            ("venue_evidence", pa.string()),
            ("categories", TEXTS),
            ("version", pa.int32()),
            ("withdrawn", pa.bool_()),
            ("notices", TEXTS),
            ("pages", pa.string()),
            ("pdf_url", pa.string()),
        ]
    ),
    type_name(Repository): pa.schema(
        [
            ("key", pa.string()),
            ("title", pa.string()),
            ("stars", pa.int64()),
            ("forks", pa.int64()),
            ("language", pa.string()),
            ("license", pa.string()),
            ("archived", pa.bool_()),
            ("pushed_at", TIME),
            ("downloads", pa.int64()),
            ("gated", pa.bool_()),
            ("disabled", pa.bool_()),
            ("latest_release", pa.string()),
            ("released_at", TIME),
            ("topics", TEXTS),
            ("description", pa.string()),
        ]
    ),
    type_name(Page): pa.schema([("key", pa.string()), ("title", pa.string())]),
    type_name(Picture): pa.schema(
        [
            ("key", pa.string()),
            ("title", pa.string()),
            ("media_type", pa.string()),
            ("size", pa.int64()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("frames", pa.int32()),
            ("source", pa.string()),
        ]
    ),
}
"""The columns of each type of metadata, by its name; they are named as its attributes."""

Rows = dict[str, dict[str, list[Any]]]
"""Rows of METADATA by type and key, as values that JSON can have."""


def metadata_rows(states: Iterable[LinkState]) -> Rows:
    """Return the metadata of links; moments are ISO 8601."""
    found: Rows = {}
    for state in states:
        if (metadata := state.metadata) is not None:
            name, key = type_name(type(metadata)), state.link.key
            values = (getattr(metadata, each) for each in METADATA[name].names[1:])
            row = [key, *(each.isoformat() if isinstance(each, datetime) else each for each in values)]
            found.setdefault(name, {})[key] = row
    return found


def metadata_frames(rows: Rows) -> dict[str, pd.DataFrame]:
    """Return a frame for each type of METADATA."""
    return {name: to_frame(rows.get(name, {}).values(), schema) for name, schema in METADATA.items()}
