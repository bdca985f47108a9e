"""The works: `works.parquet` and `works.csv`, one row per work with all its URLs and identifiers."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crawler.models.metadata import Paper
from pipelines.reports.bibliography.output import cited_works
from pipelines.reports.contract import LINKS
from pipelines.reports.frames import frame
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.schema import BOOL, DATE, INT32, TEXT, TEXTS, Schema
from pipelines.reports.frames.writers import csv_writer, parquet_writer

if TYPE_CHECKING:
    from pipelines.reports.contract import Rendering
    from pipelines.works.described import DescribedWork

WORKS = Schema(
    [
        ("work_id", TEXT),
        ("citation_key", TEXT),
        ("title", TEXT),
        ("authors", TEXTS),
        ("published", DATE),
        ("venue", TEXT),
        ("venue_year", INT32),
        ("venue_track", TEXT),
        ("venue_source", TEXT),
        ("withdrawn", BOOL),
        ("arxiv_id", TEXT),
        ("doi", TEXT),
        ("ids", TEXTS),
        ("urls", TEXTS),
        ("venue_evidence", TEXT),
        ("notices", TEXTS),
        ("pages", TEXT),
        ("pdf_url", TEXT),
    ]
)

INPUTS, FILES = (LINKS,), ("works.csv", "works.parquet")

_OF_PAPER = tuple(
    each.name for each in fields(Paper) if each.name in WORKS.names and each.name not in {"ids", "published"}
)


def render(rendering: Rendering) -> None:
    """Write the works that notes mention, those without metadata too, in the order of kinds and identities."""
    folder = rendering.output_dir
    rows: list[list[Any]] = []
    with (
        csv_writer(folder / "works.csv", WORKS.names) as write_csv,
        parquet_writer(folder / "works.parquet", WORKS) as write_parquet,
    ):

        def flush() -> None:
            works = to_frame(rows, WORKS)
            write_parquet(works)
            write_csv(works)
            rows.clear()

        for described, key in cited_works(rendering):
            rows.append(_row(described, key))
            if len(rows) >= frame.BATCH:
                flush()
        if rows:
            flush()


def _row(described: DescribedWork, key: str | None) -> list[Any]:
    """Return the columns of WORKS; without metadata all but the addresses and identifiers are null."""
    work, paper = described.work, described.paper
    values: dict[str, Any] = {"work_id": work.work_id, "citation_key": key, "ids": work.ids, "urls": described.urls}
    values |= {scheme: _first(work.ids, name) for scheme, name in (("arxiv_id", "arxiv"), ("doi", "doi"))}
    if paper is not None:
        values |= _paper_values(paper)
    return [values.get(name) for name in WORKS.names]


def _paper_values(paper: Paper) -> dict[str, Any]:
    values = {name: getattr(paper, name) for name in _OF_PAPER}
    return values | {"published": paper.published and paper.published.date()}


def _first(ids: tuple[str, ...], scheme: str) -> str | None:
    """Return the value of the first identifier of a scheme."""
    return next((each.partition(":")[2] for each in ids if each.startswith(f"{scheme}:")), None)
