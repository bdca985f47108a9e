"""Metadata of links as frames, one for each type."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.models.metadata import Article, Page, Paper, Picture, Repository, type_name
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.schema import BEIJING, BOOL, INT32, INT64, TEXT, TEXTS, TIME, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from crawler.models.link import LinkState

METADATA: Mapping[str, Schema] = {
    type_name(Article): Schema(
        [
            ("key", TEXT),
            ("title", TEXT),
            ("account", TEXT),
            ("author", TEXT),
            ("published_at", BEIJING),
            ("links", TEXTS),
        ]
    ),
    type_name(Paper): Schema(
        [
            ("key", TEXT),
            ("title", TEXT),
            ("arxiv_id", TEXT),
            ("authors", TEXTS),
            ("venue", TEXT),
            ("venue_year", INT32),
            ("venue_track", TEXT),
            ("venue_source", TEXT),
            ("venue_evidence", TEXT),
            ("categories", TEXTS),
            ("version", INT32),
            ("withdrawn", BOOL),
            ("notices", TEXTS),
            ("pages", TEXT),
            ("pdf_url", TEXT),
        ]
    ),
    type_name(Repository): Schema(
        [
            ("key", TEXT),
            ("title", TEXT),
            ("stars", INT64),
            ("forks", INT64),
            ("language", TEXT),
            ("license", TEXT),
            ("archived", BOOL),
            ("pushed_at", TIME),
            ("downloads", INT64),
            ("gated", BOOL),
            ("disabled", BOOL),
            ("latest_release", TEXT),
            ("released_at", TIME),
            ("topics", TEXTS),
            ("description", TEXT),
        ]
    ),
    type_name(Page): Schema([("key", TEXT), ("title", TEXT)]),
    type_name(Picture): Schema(
        [
            ("key", TEXT),
            ("title", TEXT),
            ("media_type", TEXT),
            ("size", INT64),
            ("width", INT32),
            ("height", INT32),
            ("frames", INT32),
            ("source", TEXT),
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
