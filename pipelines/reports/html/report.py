"""`report.html`: one page for a person to look at, which needs no network and no other file but the pictures."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import with_metadata
from crawler.models.history import Metric, RunMetrics
from crawler.models.link import Change, Verdict
from crawler.models.metadata import Article
from pipelines.reports.html import charts, page
from pipelines.reports.html.view_models import Findings, LinkTable, dead_links, note_view, venues_of
from pipelines.rewriting.note_rewriter import stored_image_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup

    from crawler.models.metadata import Picture
    from crawler.models.note import Note
    from pipelines.reports.base import Rendering, TakeNote
    from pipelines.reports.planned_notes import PlannedNote

LINKS, ENTRIES, EACH = 50_000, 10_000, 100
"""As many links (the worst first), entries (of the last notes) and findings of a kind are on the page: beyond that a
browser takes its time, and CSV files have the rest."""

RUNS, GROWING = 400, 8
"""As many runs and repositories are in the charts."""

_TILES = (
    "links",
    *(verdict.value for verdict in (Verdict.ALIVE, Verdict.MOVED, Verdict.SUSPECT, Verdict.DEAD)),
    *(Metric.BLOCKED.value, Metric.PICTURES.value, Metric.NOTES.value),
)


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the page when all notes were seen."""
    notes = _NoteCollector(rendering)
    yield notes.take
    _write(rendering, notes)


def _write(rendering: Rendering, notes: _NoteCollector) -> None:
    """Write the page, the links row by row."""
    store, path = rendering.store, rendering.output_dir / "report.html"
    began, counts = store.run_started_at(), store.metrics() | {Metric.NOTES: notes.edited}
    store.save_metrics(counts)
    earlier = store.earlier_metrics(RUNS)
    links = LinkTable()
    total = sum(counts[verdict] for verdict in Verdict)
    drawn = [
        charts.health([*earlier, *([RunMetrics(began, counts)] if began else [])]),
        charts.hosts(store.host_counts()),
        charts.venues(notes.venues),
        charts.stars(store.star_counts(store.fastest_growing(GROWING))),
        charts.ages(store.link_lifetimes(with_metadata(Article))),
    ]
    pieces = page.stream(
        rendering.image_store.base,
        began=began,
        tiles=_tiles(counts, earlier[-1].counts if earlier else {}),
        groups=[*dead_links(store.link_states(Change.NEWLY_DEAD), store.link_states(), EACH), *notes.findings.groups()],
        charts=drawn,
        drawn=[asdict(chart) for chart in drawn],
        links=links,
        rows=(page.embedded(links.row(*each)) for each in islice(store.link_states(), LINKS)),
        shown=min(total, LINKS),
        total=total,
        notes=notes.views,
        notes_left_out=notes.left_out,
    )
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _tiles(counts: Mapping[str, int], before: Mapping[str, int]) -> list[tuple[str, int, int | None]]:
    """Return the headline numbers, each with its change since the last run, where that was counted."""
    now, then = _headlines(counts), _headlines(before)
    return [(name, now[name], now[name] - then[name] if name in then else None) for name in _TILES]


def _headlines(counts: Mapping[str, int]) -> dict[str, int]:
    links = {"links": sum(counts[verdict] for verdict in Verdict)} if Verdict.DEAD in counts else {}
    return links | {str(name): count for name, count in counts.items()}


class _NoteCollector:
    """What one pass over the notes gathers: their views, findings, papers' venues, and how many are edited."""

    def __init__(self, rendering: Rendering) -> None:
        self.findings = Findings(EACH)
        self.venues: dict[str, tuple[str, int]] = {}
        self.views: deque[Markup] = deque()
        self.edited = self.left_out = 0
        self._sizes: deque[int] = deque()  # of the views, in entries and headings
        self._size = 0
        self._rendering = rendering
        self._folder = rendering.output_dir.resolve()

    def take(self, planned: PlannedNote) -> None:
        """Take in one note."""
        note, states = planned.note, planned.states
        self.edited += bool(planned.edits)
        self.venues |= venues_of(states.values())
        for finding in planned.findings:
            self.findings.add(finding)
        self._keep_view(page.embedded(note_view(note, states, self._image_url, len(planned.edits))), note)

    def _image_url(self, picture: Picture) -> str | None:
        return stored_image_url(self._rendering, picture, self._folder)

    def _keep_view(self, view: Markup, note: Note) -> None:
        """Keep the last notes, as many as have room."""
        self.views.append(view)
        self._sizes.append(1 + len(note.entries))
        self._size += self._sizes[-1]
        while self._size > ENTRIES and len(self._sizes) > 1:
            self._size -= self._sizes.popleft()
            self.views.popleft()
            self.left_out += 1
