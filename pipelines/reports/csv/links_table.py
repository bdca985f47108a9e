"""`links.parquet`: one row per link, what is known of stored images included."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.reports.contract import LINKS as LINK_STATES
from pipelines.reports.frames.frame import TEXTS, TIME
from pipelines.reports.frames.writers import parquet_writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reports.contract import Rendering, TakeLinks

LINKS = pa.schema(
    [
        ("url", pa.string()),
        ("kind", pa.string()),
        ("verdict", pa.string()),
        ("outcome", pa.string()),
        ("http_status", pa.int32()),
        ("reason", pa.string()),
        ("final_url", pa.string()),
        ("suggestion", pa.string()),
        ("suggestion_source", pa.string()),
        ("failures_in_a_row", pa.int32()),
        ("first_seen", TIME),
        ("last_checked", TIME),
        ("last_alive", TIME),
        ("vouch", pa.string()),
        ("image_saved", pa.string()),
        ("image_newer", pa.string()),
        ("title", pa.string()),
        ("mentions", TEXTS),
        ("identity", pa.string()),
        ("article_links", TEXTS),
        ("picture_path", pa.string()),
        ("picture_type", pa.string()),
        ("picture_bytes", pa.int64()),
        ("picture_width", pa.int32()),
        ("picture_height", pa.int32()),
        ("picture_frames", pa.int32()),
        ("picture_source", pa.string()),
    ]
)


INPUTS, FILES = (LINK_STATES,), ("links.parquet",)


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write the links."""
    with parquet_writer(rendering.output_dir / "links.parquet", LINKS) as write:
        yield lambda links: write(links.assign(mentions=links["locations"]))
