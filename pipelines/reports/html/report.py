"""`report.html`: one page for a person to look at, which needs no network and no other file but the pictures."""

from __future__ import annotations

import json
from collections import deque
from contextlib import contextmanager
from dataclasses import asdict, astuple
from itertools import islice
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from crawler.atomic_files import replace_atomically
from crawler.kinds.registry import with_metadata
from crawler.models.history import Metric, RunMetrics
from crawler.models.link import Change, Verdict
from crawler.models.metadata import Article
from crawler.store.renderings import ALL_NOTES
from pipelines.consistency.findings import Finding, FindingKind
from pipelines.consistency.missing_links import Confidence
from pipelines.reports import digests
from pipelines.reports.html import charts, page
from pipelines.reports.html.view_models import (
    FindingGroup,
    Findings,
    FindingView,
    LinkTable,
    dead_links,
    note_view,
    venues_of,
)
from pipelines.rewriting.note_rewriter import stored_image_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawler.models.metadata import Picture
    from crawler.store.reader import StoreReader
    from pipelines.reports.base import NoteFragment, Rendering, TakeNote
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


def note_fragment(planned: PlannedNote, rendering: Rendering) -> dict[str, Any]:
    """Return a note as it is shown, the venues of its papers, and its findings."""
    folder = rendering.output_dir.resolve()

    def image_url(picture: Picture) -> str | None:
        return stored_image_url(rendering, picture.title, folder)

    return {
        "view": note_view(planned.note, planned.states, image_url, len(planned.edits)),
        "venues": venues_of(planned.states.values()),
        "findings": [astuple(finding) for finding in planned.findings],
    }


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the page when all notes were seen."""
    notes = _NoteCollector()
    yield notes.take
    _write(rendering, notes)


def _write(rendering: Rendering, notes: _NoteCollector) -> None:
    """Write the page, the links row by row."""
    store, path = rendering.store, rendering.output_dir / "report.html"
    began, counts = store.run_started_at(), store.metrics() | {Metric.NOTES: notes.edited}
    store.save_metrics(counts)
    earlier = store.earlier_metrics(RUNS)
    links, dead = _links_part(rendering)
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
        groups=[*dead, *notes.findings.groups()],
        charts=drawn,
        drawn=[asdict(chart) for chart in drawn],
        links=links,
        shown=min(total, LINKS),
        total=total,
        notes=notes.views,
        notes_left_out=notes.left_out,
    )
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _links_part(rendering: Rendering) -> tuple[Markup, list[FindingGroup]]:
    """Return the table of links as JSON and the groups of dead links; what was made of the same links is kept."""
    store, digest = rendering.store, rendering.digests.get(digests.LINKS, "")
    kept_digest, kept = store.fragments(ALL_NOTES).get(__name__, ("", ""))
    if not digest or digest != kept_digest:
        states = store.link_states()
        dead = [asdict(group) for group in dead_links(store.link_states(Change.NEWLY_DEAD), states, EACH)]
        kept = json.dumps({"table": _link_table(store), "dead": dead}, ensure_ascii=False)
        store.save_fragments([(ALL_NOTES, __name__, digest, kept)])
    part = json.loads(kept)
    groups = [
        FindingGroup(**group | {"items": [FindingView(**item) for item in group["items"]]}) for group in part["dead"]
    ]
    return Markup(part["table"]), groups  # noqa: S704 - `_link_table` has escaped it


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
    """What one pass over the notes gathers: their views, findings, papers' venues, and how many are edited."""

    def __init__(self) -> None:
        self.findings = Findings(EACH)
        self.venues: dict[str, tuple[str, int]] = {}
        self.views: deque[Markup] = deque()
        self.edited = self.left_out = 0
        self._sizes: deque[int] = deque()  # of the views, in entries and headings
        self._size = 0

    def take(self, fragment: NoteFragment) -> None:
        """Take in one note."""
        view = fragment.value["view"]
        self.edited += "edits" in view
        self.venues |= {key: (venue, year) for key, (venue, year) in fragment.value["venues"].items()}
        for note, line, entry, kind, says, true, evidence, confidence in fragment.value["findings"]:
            found = Finding(note, line, entry, FindingKind(kind), says, true, evidence, Confidence(confidence))
            self.findings.add(found)
        self._keep_view(page.embedded(view), len(view.get("entries", ())))

    def _keep_view(self, view: Markup, entries: int) -> None:
        """Keep the last notes, as many as have room."""
        self.views.append(view)
        self._sizes.append(1 + entries)
        self._size += self._sizes[-1]
        while self._size > ENTRIES and len(self._sizes) > 1:
            self._size -= self._sizes.popleft()
            self.views.popleft()
            self.left_out += 1
