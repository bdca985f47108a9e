"""Write `report.html`: one page that needs no network and no other files than the images."""

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
from pipelines.consistency.finding import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.reports import digests
from pipelines.reports.frames import notes
from pipelines.reports.frames.counts import link_counts, metrics
from pipelines.reports.frames.entries import NoteBatch
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.metadata import METADATA
from pipelines.reports.html import charts, page
from pipelines.reports.html.charts import Chart, ChartSeries, ChartShape
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

    from pipelines.reports.base import NoteFragment, Rendering, TakeNote

MAX_LINKS, MAX_ENTRIES, MAX_FINDINGS = 50_000, 10_000, 100
"""Maximum links (dead ones first), entries (of the last notes) and findings of each kind on the page, to keep it fast
in a browser. The CSV files have all."""

MAX_RUNS, MAX_REPOSITORIES = 400, 8
"""Maximum runs and repositories in the charts."""

VENUES = pa.schema([METADATA[type_name(Paper)].field(name) for name in ("venue", "venue_year")])
_VENUE, _YEAR = (METADATA[type_name(Paper)].get_field_index(name) for name in VENUES.names)

_TILES = (
    "links",
    *(verdict.value for verdict in (Verdict.ALIVE, Verdict.MOVED, Verdict.SUSPECT, Verdict.DEAD)),
    *(Metric.BLOCKED.value, Metric.PICTURES.value, Metric.NOTES.value),
)

SCRIPTS = ("table.js", "notes.js", "page.js", "chartjs/chart.umd.min.js", "charts.js")
"""Scripts of the page in the order in which they run."""

FILES, SHOWS_CHANGES = ("report.html",), True
note_fragment = notes.note_fragment


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote | None]:
    """Write the page after all notes were collected; no note is needed if all are the same as before."""
    part = _saved_part(rendering, digests.NOTES)
    if part is not None:
        yield None
    else:
        collector = _NoteCollector()
        yield collector.take
        part = _save_part(rendering, digests.NOTES, collector.part(rendering))
    _write(rendering, part)


def _write(rendering: Rendering, notes_part: Mapping[str, Any]) -> None:
    """Write the page from its parts, and save the metrics of this run."""
    store, path = rendering.store, rendering.output_dir / "report.html"
    links_part = _saved_part(rendering, digests.LINKS)
    if links_part is None:
        links_part = _save_part(rendering, digests.LINKS, _links_part(rendering))
    began, counts = store.run_started_at(), links_part["metrics"] | {Metric.NOTES.value: notes_part["edited"]}
    store.save_metrics(counts)
    earlier = store.earlier_metrics(MAX_RUNS)
    total = sum(counts[verdict] for verdict in Verdict)
    drawn = [
        charts.health([*earlier, *([RunMetrics(began, counts)] if began else [])]),
        _chart(links_part["hosts"]),
        _chart(notes_part["venues"]),
        charts.stars(store.star_counts(store.fastest_growing(MAX_REPOSITORIES))),
        _chart(links_part["ages"]),
    ]
    pieces = page.stream(
        "report.html",
        SCRIPTS,
        rendering.image_store.base,
        began=began,
        tiles=_tiles(counts, earlier[-1].counts if earlier else {}),
        groups=[*map(_group, links_part["dead"]), *map(_group, notes_part["findings"])],
        charts=drawn,
        drawn=[asdict(chart) for chart in drawn],
        links=Markup(links_part["table"]),  # noqa: S704 - `_link_table` has escaped it
        shown=min(total, MAX_LINKS),
        total=total,
        notes=Markup(notes_part["views"]),  # noqa: S704 - the views are escaped
        notes_left_out=notes_part["left_out"],
    )
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _links_part(rendering: Rendering) -> dict[str, Any]:
    """Return the data of the page about links, as JSON values."""
    store = rendering.store
    by_host, newly_dead = link_counts(store), store.link_states(Change.NEWLY_DEAD)
    return {
        "table": _link_table(rendering),
        "dead": [asdict(group) for group in dead_links(newly_dead, store.link_states(), MAX_FINDINGS)],
        "metrics": {str(name): count for name, count in metrics(by_host).items()},
        "hosts": asdict(charts.hosts(by_host)),
        "ages": asdict(charts.ages(store.link_lifetimes(with_metadata(Article)))),
    }


def _group(values: Mapping[str, Any]) -> FindingGroup:
    return FindingGroup(**{**values, "items": [FindingView(**item) for item in values["items"]]})


def _chart(values: Mapping[str, Any]) -> Chart:
    series = tuple(ChartSeries(each["label"], tuple(each["values"]), each["tone"]) for each in values["series"])
    return Chart(values["name"], ChartShape(values["shape"]), tuple(values["labels"]), series)


def _saved_part(rendering: Rendering, inputs: str) -> dict[str, Any] | None:
    """Return the saved part of the page with these inputs; None if they have changed."""
    digest = rendering.digests.get(inputs, "")
    saved_digest, saved = rendering.store.fragments(ALL_NOTES).get(f"{__name__}:{inputs}", ("", ""))
    part: dict[str, Any] | None = json.loads(saved) if digest and digest == saved_digest else None
    return part


def _save_part(rendering: Rendering, inputs: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """Save a part of the page with the digest of its inputs; return it as read back from JSON."""
    text = json.dumps(part, ensure_ascii=False)
    rendering.store.save_fragments([(ALL_NOTES, f"{__name__}:{inputs}", rendering.digests.get(inputs, ""), text)])
    saved: dict[str, Any] = json.loads(text)
    return saved


def _link_table(rendering: Rendering) -> str:
    """Return the first `MAX_LINKS` links, dead ones first, as JSON that is safe within a script element."""
    folder = rendering.output_dir.resolve()
    originals = rendering.of_originals
    links = LinkTable(lambda name: stored_image_url(originals, name, folder))
    rows = ",\n".join(page.embedded(links.row(*each)) for each in islice(rendering.store.link_states(), MAX_LINKS))
    shared = {"hosts": list(links.hosts), "reasons": links.reasons, "saved": links.saved, "notes": list(links.notes)}
    return f'{{"rows":[\n{rows}\n],{page.embedded(shared)[1:]}'


def _tiles(counts: Mapping[str, int], before: Mapping[str, int]) -> list[tuple[str, int, int | None]]:
    """Return (name, number, change since the last run or None) for each headline number."""
    now, then = _headlines(counts), _headlines(before)
    return [(name, now[name], now[name] - then[name] if name in then else None) for name in _TILES]


def _headlines(counts: Mapping[str, int]) -> dict[str, int]:
    links = {"links": sum(counts[verdict] for verdict in Verdict)} if Verdict.DEAD in counts else {}
    return links | {str(name): count for name, count in counts.items()}


class _NoteCollector:
    """Collects findings, venues of papers, the number of edited notes, and the last notes."""

    def __init__(self) -> None:
        self._findings = Findings(MAX_FINDINGS)
        self._edited = self._left_out = 0
        self._venues: dict[str, tuple[str | None, int | None]] = {}
        self._shown: deque[tuple[dict[str, Any], int]] = deque()  # rows of a note, and the number of its edits
        self._size = 0  # in entries and headings

    def take(self, fragment: NoteFragment) -> None:
        """Add one note."""
        rows, edits = fragment.value["rows"], fragment.value["edits"]
        self._edited += edits > 0
        papers = rows["metadata"].get(type_name(Paper), {})
        self._venues |= {key: (row[_VENUE], row[_YEAR]) for key, row in papers.items() if row[_VENUE] and row[_YEAR]}
        for note, line, entry, kind, says, true, evidence, confidence in fragment.value["findings"]:
            found = Finding(note, line, entry, FindingKind(kind), says, true, evidence, Confidence(confidence))
            self._findings.add(found)
        self._show(rows, edits)

    def part(self, rendering: Rendering) -> dict[str, Any]:
        """Return the data of the page about notes, as JSON values, and forget the notes."""
        return {
            "edited": self._edited,
            "findings": [asdict(group) for group in self._findings.groups()],
            "venues": asdict(charts.venues(to_frame(self._venues.values(), VENUES))),
            "left_out": self._left_out,
            "views": ",\n".join(self._views(rendering)),
        }

    def _show(self, rows: dict[str, Any], edits: int) -> None:
        """Add the rows of a note; remove the first notes while there are more than `MAX_ENTRIES` rows."""
        self._shown.append((rows, edits))
        self._size += _size(rows)
        while self._size > MAX_ENTRIES and len(self._shown) > 1:
            self._size -= _size(self._shown.popleft()[0])
            self._left_out += 1

    def _views(self, rendering: Rendering) -> Iterator[Markup]:
        """Yield the views of the collected notes as JSON, and forget them."""
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
    """Return the number of entries and headings of a note."""
    return 1 + len(rows["entries"])
