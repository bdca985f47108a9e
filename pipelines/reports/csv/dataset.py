"""The enriched dataset: `entries.parquet` and `entries.csv`, one row per entry."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import with_metadata
from crawler.links.arxiv_ids import arxiv_id_of
from crawler.models.metadata import Article, Paper, Picture, Repository
from crawler.models.note import Entry, LinkRole, Note
from pipelines.consistency.entry_subject import first_mention
from pipelines.consistency.title_match import has_title_of
from pipelines.reports.csv.link_health import open_csv
from pipelines.reports.digests import NOTES
from pipelines.venues.from_entry_title import venue_label
from pipelines.venues.model import with_venue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from crawler.models.link import LinkState
    from pipelines.reports.base import NoteFragment, Rendering, TakeNote
    from pipelines.reports.planned_notes import PlannedNote

BATCH = 5_000
"""Rows held at a time, which make one row group of a Parquet file."""

TIME = pa.timestamp("us", "UTC")
TEXTS = pa.list_(pa.string())
_BEIJING = pa.timestamp("us", "Asia/Shanghai")  # the time WeChat shows

ENTRIES = pa.schema(
    [
        ("note", pa.string()),
        ("date", pa.date32()),
        ("number", pa.int32()),
        ("title", pa.string()),
        ("relevance", pa.int32()),
        ("article_url", pa.string()),
        ("article_verdict", pa.string()),
        ("account", pa.string()),
        ("article_author", pa.string()),
        ("published_at", _BEIJING),
        ("paper_url", pa.string()),
        ("arxiv_id", pa.string()),
        ("paper_title", pa.string()),
        ("title_matches", pa.bool_()),
        ("authors", TEXTS),
        ("venue", pa.string()),
        ("venue_year", pa.int32()),
        ("venue_track", pa.string()),
        ("venue_source", pa.string()),
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
        ("abstract", pa.string()),
        ("tips", pa.string()),
    ]
)

INPUTS, FILES = (NOTES,), ("entries.csv", "entries.parquet")

_TIMES = {"date": date.fromisoformat, "published_at": datetime.fromisoformat, "pushed_at": datetime.fromisoformat}
"""Columns that are no JSON, each with its reader."""


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> list[dict[str, Any]]:
    """Return the rows of a note's entries, dates and times as ISO 8601."""
    rows = [entry_row(planned.note, entry, planned.states) for entry in planned.note.entries]
    return [row | {name: row[name] and row[name].isoformat() for name in _TIMES} for row in rows]


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the entries."""
    folder = rendering.output_dir
    with (
        open_csv(folder / "entries.csv", ENTRIES.names) as write_line,
        row_groups(folder / "entries.parquet", ENTRIES, lambda line: write_line(line.values())) as write,
    ):

        def take(fragment: NoteFragment) -> None:
            for row in fragment.value:
                write(row | {name: read(row[name]) for name, read in _TIMES.items() if row[name] is not None})

        yield take


def entry_row(note: Note, entry: Entry, states: Mapping[int, LinkState]) -> dict[str, Any]:
    """Return what is known of an entry, by column of `ENTRIES`; `standings` go by the position of the mention.

    An entry's paper and code are the first that its fields of those names link to, else the first mentioned in it.
    """
    abstract, tips = entry.field("abstract"), entry.field("tips")
    pictures = [states[at].metadata for at in entry.mentions if at in states]
    values = {
        "note": note.path,
        "date": note.date,
        "number": entry.number,
        "title": entry.title,
        "relevance": entry.relevance,
        **_article_columns(note, entry.article, states),
        **_paper_columns(note, entry, first_mention(note, entry, LinkRole.PAPER), states),
        **_code_columns(note, first_mention(note, entry, LinkRole.CODE), states),
        "image_paths": [picture.title for picture in pictures if isinstance(picture, Picture)],
        "abstract": abstract and abstract.value,
        "tips": tips and tips.value,
    }
    return {name: values.get(name) for name in ENTRIES.names}


def _article_columns(note: Note, at: int | None, states: Mapping[int, LinkState]) -> dict[str, Any]:
    if at is None or (state := states.get(at)) is None:
        return {"article_url": None if at is None else note.mentions[at].url}
    values: dict[str, Any] = {"article_url": state.link.url, "article_verdict": state.verdict.value}
    if isinstance(article := state.metadata, Article):
        values |= {
            "account": article.account,
            "article_author": article.author,
            "published_at": article.published_at,
        }
    return values


def _paper_columns(note: Note, entry: Entry, at: int | None, states: Mapping[int, LinkState]) -> dict[str, Any]:
    if at is None or (state := states.get(at)) is None:
        return {"paper_url": None if at is None else note.mentions[at].url}
    values: dict[str, Any] = {"paper_url": state.link.url, "arxiv_id": arxiv_id_of(state.link.url)}
    if isinstance(paper := state.metadata, Paper):
        if paper.venue is None and (label := venue_label(entry.title)) is not None:
            paper = with_venue(paper, label)
        values |= {
            "arxiv_id": paper.arxiv_id,
            "paper_title": paper.title,
            "title_matches": has_title_of(note.mentions[at], paper),
            "authors": paper.authors,
            "venue": paper.venue,
            "venue_year": paper.venue_year,
            "venue_track": paper.venue_track,
            "venue_source": paper.venue_source,
            "categories": paper.categories,
            "arxiv_version": paper.version,
            "withdrawn": paper.withdrawn,
        }
    return values


def _code_columns(note: Note, at: int | None, states: Mapping[int, LinkState]) -> dict[str, Any]:
    if at is None or (state := states.get(at)) is None:
        return {"code_url": None if at is None else note.mentions[at].url}
    values: dict[str, Any] = {"code_url": state.link.url}
    if state.link.kind in with_metadata(Repository):
        values["repository"] = state.link.identity
    if isinstance(repository := state.metadata, Repository):
        values |= {
            "repository": repository.title,
            "stars": repository.stars,
            "forks": repository.forks,
            "language": repository.language,
            "license": repository.license,
            "archived": repository.archived,
            "pushed_at": repository.pushed_at,
        }
    return values


@contextmanager
def row_groups(
    path: Path, schema: pa.Schema, also: Callable[[dict[str, Any]], None] | None = None
) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Give a function that writes a row to a Parquet file, BATCH rows a group; `also` gets each as it was written."""
    held: list[dict[str, Any]] = []

    def flush() -> None:
        table = pa.Table.from_pylist(held, schema)
        writer.write_table(table)
        held.clear()
        if also is not None:
            for line in table.to_pylist():
                also(line)

    def write(values: dict[str, Any]) -> None:
        held.append(values)
        if len(held) == BATCH:
            flush()

    with replace_atomically(path) as draft, parquet.ParquetWriter(draft, schema) as writer:
        yield write
        if held:
            flush()
