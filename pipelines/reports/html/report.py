"""Write `report.html`: one page that needs no network and no other files than the images."""

from __future__ import annotations

import json
from collections import deque
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import with_metadata
from crawler.models.history import Metric, RunMetrics
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Paper, type_name
from crawler.store.notes.renderings import ALL_NOTES
from pipelines.reports.contract import LINKS, NOTES, RUN
from pipelines.reports.frames import notes
from pipelines.reports.frames.counts import link_counts, metrics
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.metadata import METADATA
from pipelines.reports.frames.schema import Schema
from pipelines.reports.html import charts, page
from pipelines.reports.html.charts import Chart, ChartSeries, ChartShape
from pipelines.reports.html.view_models import LinkTable, note_views
from pipelines.reports.html.work_table import WorkTable
from pipelines.reports.work.source_pages import opening
from pipelines.rewriting.image_urls import stored_image_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.store.link_store import LinkStore
    from pipelines.reports.contract import Rendering, TakeLink, TakeNotes
    from pipelines.reports.frames.entries import NoteBatch

MAX_LINKS, MAX_ENTRIES, MAX_WORK = 50_000, 10_000, 50_000
"""Maximum links (dead ones first), entries (of the last notes) and things to do on the page, to keep it fast in a
browser. The CSV files have all."""

MAX_RUNS, MAX_REPOSITORIES = 400, 8
"""Maximum runs and repositories in the charts."""

_PAPERS = METADATA[type_name(Paper)]
VENUES = Schema([(name, _PAPERS.types[name]) for name in ("venue", "venue_year")])
_VENUE, _YEAR = map(_PAPERS.names.index, VENUES.names)

_TILES = (
    "links",
    *(verdict.value for verdict in (Verdict.ALIVE, Verdict.MOVED, Verdict.SUSPECT, Verdict.DEAD)),
    *(Metric.BLOCKED.value, Metric.PICTURES.value, Metric.NOTES.value),
)

SCRIPTS = (
    *("elements.js", "actions.js", "work.js", "table.js", "notes.js", "page.js"),
    *("chartjs/chart.umd.min.js", "charts.js"),
)
"""Scripts of the page in the order in which they run."""

INPUTS, FILES, SHOWS_CHANGES = (LINKS, NOTES, RUN), ("report.html",), True
note_fragment = notes.note_fragment


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink | None]:
    """Save the part of the page about links, unless they are all the same as before."""
    if _saved_part(rendering, LINKS) is not None:
        yield None
        return
    collector = _LinkCollector(rendering)
    yield collector.take
    _save_part(rendering, LINKS, collector.part(rendering.store))


@contextmanager
def by_notes(rendering: Rendering) -> Iterator[TakeNotes | None]:
    """Write the page after all notes were collected; no note is needed if all are the same as before."""
    if _saved_part(rendering, NOTES) is not None:
        yield None
    else:
        collector = _NoteCollector()
        yield collector.take
        _save_part(rendering, NOTES, collector.part(rendering))
    _write(rendering)


def _write(rendering: Rendering) -> None:
    """Write the page from its saved parts, and save the metrics of this run."""
    store, path = rendering.store, rendering.output_dir / "report.html"
    links_part, notes_part = (_saved_part(rendering, inputs) for inputs in (LINKS, NOTES))
    assert links_part is not None and notes_part is not None  # noqa: S101, PT018 - both were saved if they were not
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
        charts=drawn,
        drawn=[asdict(chart) for chart in drawn],
        work=Markup(notes_part.pop("work")),  # noqa: S704 - `WorkTable` has escaped it
        work_left_out=notes_part["work_left_out"],
        opening=opening(rendering.notes_folder.folder, rendering.editor),
        links=Markup(links_part.pop("table")),  # noqa: S704 - `_LinkCollector` has escaped it
        shown=min(total, MAX_LINKS),
        total=total,
        notes=Markup(notes_part.pop("views")),  # noqa: S704 - the views are escaped
        notes_left_out=notes_part["left_out"],
    )
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _chart(values: Mapping[str, Any]) -> Chart:
    series = tuple(ChartSeries(each["label"], tuple(each["values"]), each["tone"]) for each in values["series"])
    return Chart(values["name"], ChartShape(values["shape"]), tuple(values["labels"]), series)


def _saved_part(rendering: Rendering, inputs: str) -> dict[str, Any] | None:
    """Return the saved part of the page with these inputs; None if they have changed."""
    digest = rendering.digests.get(inputs, "")
    saved_digest, saved = rendering.store.shared_fragment(f"{__name__}:{inputs}")
    part: dict[str, Any] | None = json.loads(saved) if digest and digest == saved_digest else None
    return part


def _save_part(rendering: Rendering, inputs: str, part: Mapping[str, Any]) -> None:
    """Save a part of the page with the digest of its inputs."""
    text = json.dumps(part, ensure_ascii=False)
    rendering.store.save_fragments([(ALL_NOTES, f"{__name__}:{inputs}", rendering.digests.get(inputs, ""), text)])


def _tiles(counts: Mapping[str, int], before: Mapping[str, int]) -> list[tuple[str, int, int | None]]:
    """Return (name, number, change since the last run or None) for each headline number."""
    now, then = _headlines(counts), _headlines(before)
    return [(name, now[name], now[name] - then[name] if name in then else None) for name in _TILES]


def _headlines(counts: Mapping[str, int]) -> dict[str, int]:
    links = {"links": sum(counts[verdict] for verdict in Verdict)} if Verdict.DEAD in counts else {}
    return links | {str(name): count for name, count in counts.items()}


class _LinkCollector:
    """Collects the first `MAX_LINKS` links as a table; links come dead ones first."""

    def __init__(self, rendering: Rendering) -> None:
        originals, folder = rendering.of_originals, rendering.output_dir.resolve()
        self._links = LinkTable(lambda name: stored_image_url(originals, name, folder))
        self._rows: list[str] = []

    def take(self, state: LinkState, locations: tuple[str, ...]) -> None:
        """Add a link with its locations."""
        if len(self._rows) < MAX_LINKS:
            self._rows.append(page.embedded(self._links.row(state, locations)))

    def part(self, store: LinkStore) -> dict[str, Any]:
        """Return the data of the page about links, as JSON values."""
        by_host = link_counts(store)
        return {
            "table": self._table(),
            "metrics": {str(name): count for name, count in metrics(by_host).items()},
            "hosts": asdict(charts.hosts(by_host)),
            "ages": asdict(charts.ages(store.link_lifetimes(with_metadata(Article)))),
        }

    def _table(self) -> str:
        """Return the links as JSON that is safe within a script element."""
        links, rows = self._links, ",\n".join(self._rows)
        shared = {
            "hosts": list(links.hosts),
            "reasons": links.reasons,
            "saved": links.saved,
            "notes": list(links.notes),
        }
        return f'{{"rows":[\n{rows}\n],{page.embedded(shared)[1:]}'


class _NoteCollector:
    """Collects what there is to do, venues of papers, the number of edited notes, and the last notes."""

    def __init__(self) -> None:
        self._work = WorkTable(MAX_WORK)
        self._edited = self._left_out = 0
        self._venues: dict[str, tuple[str | None, int | None]] = {}
        self._shown: deque[NoteBatch] = deque()
        self._sizes: deque[int] = deque()  # of the notes that are shown, in entries and headings
        self._not_shown = 0  # notes at the beginning of the first batch

    def take(self, batch: NoteBatch) -> None:
        """Add some notes; of the first notes none is shown while there are more than `MAX_ENTRIES` rows."""
        self._edited += sum(edits > 0 for edits in batch.edits)
        papers = batch.papers.items()
        self._venues |= {key: (row[_VENUE], row[_YEAR]) for key, row in papers if row[_VENUE] and row[_YEAR]}
        for path, items in batch.work:
            self._work.add(path, items)
        self._shown.append(batch)
        self._sizes.extend(1 + entries for entries in batch.sizes)
        size = sum(self._sizes)
        while size > MAX_ENTRIES and len(self._sizes) > 1:
            size -= self._sizes.popleft()
            self._left_out, self._not_shown = self._left_out + 1, self._not_shown + 1
        while self._not_shown >= len(self._shown[0].sizes):
            self._not_shown -= len(self._shown.popleft().sizes)

    def part(self, rendering: Rendering) -> dict[str, Any]:
        """Return the data of the page about notes, as JSON values, and forget the notes."""
        return {
            "edited": self._edited,
            "work": self._work.as_json(),
            "work_left_out": self._work.left_out,
            "venues": asdict(charts.venues(to_frame(self._venues.values(), VENUES))),
            "left_out": self._left_out,
            "views": ",\n".join(self._views(rendering)),
        }

    def _views(self, rendering: Rendering) -> Iterator[Markup]:
        """Yield the views of the collected notes as JSON, and forget them."""
        folder = rendering.output_dir.resolve()
        while self._shown:
            views = note_views(self._shown.popleft(), lambda name: stored_image_url(rendering, name, folder))
            yield from map(page.embedded, islice(views, self._not_shown, None))
            self._not_shown = 0
