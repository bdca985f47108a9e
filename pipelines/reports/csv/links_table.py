"""`links.parquet`: one row per link, what is known of stored images included."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawler.models.metadata import Article, Picture
from pipelines.reports.csv.dataset import TEXTS, TIME, row_groups
from pipelines.reports.csv.link_health import link_health_row
from pipelines.reports.digests import LINKS as LINK_STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.link import LinkState
    from pipelines.reports.base import Rendering, TakeLink

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
def by_link(rendering: Rendering) -> Iterator[TakeLink]:
    """Write the links."""
    with row_groups(rendering.output_dir / "links.parquet", LINKS) as write:
        yield lambda state, places: write(link_row(state, places))


def link_row(state: LinkState, places: tuple[str, ...]) -> dict[str, Any]:
    """Return what is known of a link, by column of `LINKS`."""
    article_links = state.metadata.links if isinstance(state.metadata, Article) else None
    more = {"mentions": places, "identity": state.link.identity, "article_links": article_links}
    return link_health_row(state, places) | more | _image_columns(state)


def _image_columns(state: LinkState) -> dict[str, Any]:
    """Return what is known of a kept picture or film, by column of `LINKS`."""
    picture = state.metadata if isinstance(state.metadata, Picture) else None
    return {
        "picture_path": picture and picture.title,
        "picture_type": picture and picture.media_type,
        "picture_bytes": picture and picture.size,
        "picture_width": picture and picture.width,
        "picture_height": picture and picture.height,
        "picture_frames": picture and picture.frames,
        "picture_source": picture and picture.source,
    }
