"""`links.parquet`: one row per link, what is known of stored images included."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.reports.contract import LINKS as LINK_STATES
from pipelines.reports.frames.schema import INT32, INT64, TEXT, TEXTS, TIME, Schema
from pipelines.reports.frames.writers import parquet_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import Rendering, TakeLinks

LINKS = Schema(
    [
        ("url", TEXT),
        ("kind", TEXT),
        ("verdict", TEXT),
        ("outcome", TEXT),
        ("http_status", INT32),
        ("reason", TEXT),
        ("final_url", TEXT),
        ("suggestion", TEXT),
        ("suggestion_source", TEXT),
        ("failures_in_a_row", INT32),
        ("first_seen", TIME),
        ("last_checked", TIME),
        ("last_alive", TIME),
        ("vouch", TEXT),
        ("image_saved", TEXT),
        ("image_newer", TEXT),
        ("title", TEXT),
        ("mentions", TEXTS),
        ("identity", TEXT),
        ("article_links", TEXTS),
        ("picture_path", TEXT),
        ("picture_type", TEXT),
        ("picture_bytes", INT64),
        ("picture_width", INT32),
        ("picture_height", INT32),
        ("picture_frames", INT32),
        ("picture_source", TEXT),
    ]
)


INPUTS, FILES = (LINK_STATES,), ("links.parquet",)


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write the links."""
    with parquet_writer(rendering.output_dir / "links.parquet", LINKS) as write:
        yield lambda links: write(links.assign(mentions=links["locations"]))
