"""Links as frames: links ⋈ states ⋈ metadata, one row per link."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crawler.models.metadata import Article, Picture, type_name
from pipelines.reports.frames import frame
from pipelines.reports.frames.frame import columns_to_frame, left_join, to_frame
from pipelines.reports.frames.metadata import metadata_frames, metadata_rows
from pipelines.reports.frames.schema import INT32, TEXT, TEXTS, TIME, Schema
from pipelines.reports.images.saved_texts import saved_text
from pipelines.reports.lazy_modules import pd

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from crawler.models.link import LinkState
    from pipelines.reports.contract import TakeLink, TakeLinks

LINKS = Schema(
    [
        ("url", TEXT),
        ("kind", TEXT),
        ("identity", TEXT),
        ("key", TEXT),
        ("first_seen", TIME),
    ]
)
"""`key` is that of the metadata: links with the same key lead to the same thing."""

STATES = Schema(
    [
        ("url", TEXT),
        ("verdict", TEXT),
        ("verdict_before", TEXT),
        ("failures_in_a_row", INT32),
        ("last_alive", TIME),
        ("vouch", TEXT),
        ("outcome", TEXT),
        ("http_status", INT32),
        ("reason", TEXT),
        ("last_checked", TIME),
        ("change", TEXT),
        ("final_url", TEXT),
        ("suggestion", TEXT),
        ("suggestion_source", TEXT),
        ("image_saved", TEXT),
        ("image_newer", TEXT),
        ("locations", TEXTS),
        ("mentions", TEXT),
    ]
)
"""What checks found of a link, and where it is mentioned.

`vouch` is the vouch that overrides the checks. The last check is from `outcome` to `last_checked`; from
`change` on is what follows from it and from what was known before. `image_saved` says of images and videos whether they
are saved, and if not why; `image_newer` is the path of one that came in place of the saved one. Each location is
`path:line`; in `mentions` they are joined by a space, `%` and white space percent-encoded.
"""

_TITLES = ["key", "title"]
_OF_PICTURE = {"title": "path", "media_type": "type", "size": "bytes"}
_AMBIGUOUS = re.compile(r"[\s%\x00-\x1f\x7f]")


@contextmanager
def link_batches(takers: Sequence[TakeLinks]) -> Iterator[TakeLink]:
    """Give a function that takes each link; `takers` get them as frames of `frame.BATCH` rows, see `link_table`."""
    batch: list[tuple[LinkState, tuple[str, ...]]] = []

    def flush() -> None:
        links = link_table(batch)
        batch.clear()
        for take in takers:
            take(links)

    def add(state: LinkState, locations: tuple[str, ...]) -> None:
        batch.append((state, locations))
        if len(batch) >= frame.BATCH:
            flush()

    yield add
    if batch:
        flush()


def link_table(batch: Sequence[tuple[LinkState, Sequence[str]]]) -> pd.DataFrame:
    """Return what is known of links and where they are mentioned.

    It is LINKS ⋈ STATES ⋈ METADATA. Of the metadata it has the title, the links of articles as `article_links`, and the
    columns of stored images, each with `picture_` in front. Raises MergeError where two rows have one URL.
    """
    states = [state for state, _ in batch]
    metadata = metadata_frames(metadata_rows(states))
    titles = pd.concat([each[_TITLES] for each in metadata.values()])
    articles = metadata[type_name(Article)][["key", "links"]].rename(columns={"links": "article_links"})
    images = metadata[type_name(Picture)].rename(columns=_OF_PICTURE).add_prefix("picture_")
    images = images.rename(columns={"picture_key": "key"})
    known = to_frame((_state(state, locations) for state, locations in batch), STATES)
    links = left_join(link_frame(states), known, "url", name="states", required=True)
    links = left_join(links, titles, "key", name="titles")
    links = left_join(links, articles, "key", name="articles")
    return left_join(links, images, "key", name="images")


def link_frame(states: Collection[LinkState]) -> pd.DataFrame:
    """Return the LINKS of states."""
    links = [state.link for state in states]
    columns = [[getattr(link, name) for link in links] for name in LINKS.names[:-1]]
    return columns_to_frame([*columns, [state.first_seen for state in states]], LINKS)


def _state(state: LinkState, locations: Sequence[str]) -> tuple[Any, ...]:
    """Return the columns of STATES; of a link that was never checked, those of the check are null."""
    check, url, vouch = state.check, state.link.url, state.vouch_in_force
    final_url = state.moved_to or (check and check.final_url)
    seen = (check.outcome, check.http_status, str(check.reason), check.checked_at) if check else (None,) * 4
    return (
        *(url, state.verdict, state.previous_verdict, state.failures_in_a_row, state.last_alive),
        str(vouch) if vouch else None,
        *seen,
        state.change,
        final_url if final_url != url else None,
        *(state.suggestion or (None, None)),
        saved_text(state),
        state.newer_image,
        locations,
        _joined(locations),
    )


def _joined(locations: Iterable[str]) -> str:
    return " ".join(_AMBIGUOUS.sub(lambda found: quote(found[0]), location) for location in locations)
