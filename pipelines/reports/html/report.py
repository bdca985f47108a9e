"""`report.html`: one page for a person to look at, which needs no network and no other file but the pictures."""

from __future__ import annotations

import json
from collections import deque
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from markupsafe import Markup

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import with_metadata
from crawler.models.history import Metric, RunMetrics
from crawler.models.link import Change, Verdict
from crawler.models.metadata import Article, Paper, type_name
from crawler.store.renderings import ALL_NOTES
from pipelines.consistency.findings import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.reports import digests
from pipelines.reports.frames import notes
from pipelines.reports.frames.counts import link_counts, metrics
from pipelines.reports.frames.entries import NoteBatch
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.metadata import METADATA
from pipelines.reports.html import charts, page
from pipelines.reports.html.view_models import (
    FindingGroup,
    Findings,
    FindingView,
    LinkTable,
    dead_links,
    note_views,
)
from pipelines.rewriting.note_rewriter import stored_image_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from crawler.store.reader import StoreReader
    from pipelines.reports.base import NoteFragment, Rendering, TakeNote

LINKS, ENTRIES, EACH = 50_000, 10_000, 100
"""As many links (the worst first), entries (of the last notes) and findings of a kind are on the page: beyond that a
browser takes its time, and CSV files have the rest."""

RUNS, GROWING = 400, 8
"""As many runs and repositories are in the charts."""

VENUES = pa.schema([METADATA[type_name(Paper)].field(name) for name in ("venue", "venue_year")])
_VENUE, _YEAR = (METADATA[type_name(Paper)].get_field_index(name) for name in VENUES.names)

_TILES = (
    "links",
    *(verdict.value for verdict in (Verdict.ALIVE, Verdict.MOVED, Verdict.SUSPECT, Verdict.DEAD)),
    *(Metric.BLOCKED.value, Metric.PICTURES.value, Metric.NOTES.value),
)

note_fragment = notes.note_fragment


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the page when all notes were seen."""
    collector = _NoteCollector(_kept_part(rendering, digests.NOTES))
    yield collector.take
    _write(rendering, collector)


def _write(rendering: Rendering, collector: _NoteCollector) -> None:
    """Write the page, the links row by row."""
    store, path = rendering.store, rendering.output_dir / "report.html"
    began, by_host = store.run_started_at(), link_counts(store)
    counts = metrics(by_host) | {Metric.NOTES: collector.edited}
    store.save_metrics(counts)
    earlier = store.earlier_metrics(RUNS)
    links, dead = _links_part(rendering)
    shown, left_out = _notes_part(rendering, collector)
    total = sum(counts[verdict] for verdict in Verdict)
    drawn = [
        charts.health([*earlier, *([RunMetrics(began, counts)] if began else [])]),
        charts.hosts(by_host),
        charts.venues(collector.papers()),
        charts.stars(store.star_counts(store.fastest_growing(GROWING))),
        charts.ages(store.link_lifetimes(with_metadata(Article))),
    ]
    pieces = page.stream(
        rendering.image_store.base,
        began=began,
        tiles=_tiles(counts, earlier[-1].counts if earlier else {}),
        groups=[*dead, *collector.findings.groups()],
        charts=drawn,
        drawn=[asdict(chart) for chart in drawn],
        links=links,
        shown=min(total, LINKS),
        total=total,
        notes=shown,
        notes_left_out=left_out,
    )
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _links_part(rendering: Rendering) -> tuple[Markup, list[FindingGroup]]:
    """Return the table of links as JSON and the groups of dead links; what was made of the same links is kept."""
    store, kept = rendering.store, _kept_part(rendering, digests.LINKS)
    if kept is None:
        dead = [asdict(group) for group in dead_links(store.link_states(Change.NEWLY_DEAD), store.link_states(), EACH)]
        kept = _keep_part(rendering, digests.LINKS, {"table": _link_table(store), "dead": dead})
    part = json.loads(kept)
    groups = [
        FindingGroup(**group | {"items": [FindingView(**item) for item in group["items"]]}) for group in part["dead"]
    ]
    return Markup(part["table"]), groups  # noqa: S704 - `_link_table` has escaped it


def _notes_part(rendering: Rendering, collector: _NoteCollector) -> tuple[Markup, int]:
    """Return the last notes as JSON, and how many are left out; what was made of the same notes is kept."""
    kept = collector.kept
    if kept is None:
        left_out, views = collector.left_out, ",\n".join(collector.views(rendering))
        kept = _keep_part(rendering, digests.NOTES, {"views": views, "left_out": left_out})
    part = json.loads(kept)
    return Markup(part["views"]), part["left_out"]  # noqa: S704 - the views are escaped


def _kept_part(rendering: Rendering, inputs: str) -> str | None:
    """Return what was made of the same inputs, as JSON; None if these have changed."""
    digest = rendering.digests.get(inputs, "")
    kept_digest, kept = rendering.store.fragments(ALL_NOTES).get(f"{__name__}:{inputs}", ("", ""))
    return kept if digest and digest == kept_digest else None


def _keep_part(rendering: Rendering, inputs: str, part: Mapping[str, Any]) -> str:
    """Keep what was made of some inputs, and return it as JSON."""
    text = json.dumps(part, ensure_ascii=False)
    rendering.store.save_fragments([(ALL_NOTES, f"{__name__}:{inputs}", rendering.digests.get(inputs, ""), text)])
    return text


def _link_table(store: StoreReader) -> str:
    """Return the worst links as JSON that may stand in a script element."""
    links = LinkTable()
    rows = ",\n".join(page.embedded(links.row(*each)) for each in islice(store.link_states(), LINKS))
    shared = {"hosts": list(links.hosts), "reasons": links.reasons, "notes": list(links.notes)}
    return f'{{"rows":[\n{rows}\n],{page.embedded(shared)[1:]}'


def _tiles(counts: Mapping[str, int], before: Mapping[str, int]) -> list[tuple[str, int, int | None]]:
    """Return the headline numbers, each with its change since the last run, where that was counted."""
    now, then = _headlines(counts), _headlines(before)
    return [(name, now[name], now[name] - then[name] if name in then else None) for name in _TILES]


def _headlines(counts: Mapping[str, int]) -> dict[str, int]:
    links = {"links": sum(counts[verdict] for verdict in Verdict)} if Verdict.DEAD in counts else {}
    return links | {str(name): count for name, count in counts.items()}


class _NoteCollector:
    """What one pass over the notes gathers: findings, papers' venues, how many are edited, and the last of them.

    `kept` is what was made of the same notes before (`_notes_part`), so that none of them is needed, or None.
    """

    def __init__(self, kept: str | None) -> None:
        self.kept = kept
        self.findings = Findings(EACH)
        self.edited = self.left_out = 0
        self._venues: dict[str, tuple[str | None, int | None]] = {}
        self._shown: deque[tuple[dict[str, Any], int]] = deque()  # rows of a note, and the number of its edits
        self._size = 0  # in entries and headings

    def take(self, fragment: NoteFragment) -> None:
        """Take in one note."""
        rows, edits = fragment.value["rows"], fragment.value["edits"]
        self.edited += edits > 0
        papers = rows["metadata"].get(type_name(Paper), {})
        self._venues |= {key: (row[_VENUE], row[_YEAR]) for key, row in papers.items() if row[_VENUE] and row[_YEAR]}
        for note, line, entry, kind, says, true, evidence, confidence in fragment.value["findings"]:
            found = Finding(note, line, entry, FindingKind(kind), says, true, evidence, Confidence(confidence))
            self.findings.add(found)
        if self.kept is None:
            self._show(rows, edits)

    def _show(self, rows: dict[str, Any], edits: int) -> None:
        """Keep the rows of a note, and those of as many of the last as have room."""
        self._shown.append((rows, edits))
        self._size += _size(rows)
        while self._size > ENTRIES and len(self._shown) > 1:
            self._size -= _size(self._shown.popleft()[0])
            self.left_out += 1

    def papers(self) -> pd.DataFrame:
        """Return `venue` and `venue_year` of the papers that have both."""
        return to_frame(self._venues.values(), VENUES)

    def views(self, rendering: Rendering) -> Iterator[Markup]:
        """Yield the last notes as they are shown, as many as have room, and forget them."""
        folder = rendering.output_dir.resolve()
        batch, edits = NoteBatch(), list[int]()
        while self._shown:
            rows, count = self._shown.popleft()
            batch.add(rows)
            edits.append(count)
            if batch.is_full or not self._shown:
                views = note_views(batch, edits, lambda name: stored_image_url(rendering, name, folder))
                yield from map(page.embedded, views)
                batch, edits = NoteBatch(), []


def _size(rows: Mapping[str, Any]) -> int:
    return 1 + len(rows["entries"])
