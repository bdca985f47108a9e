"""Let other processes plan changed notes: they save the fragments, so that the process of the run finds them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.reports.planning.digests import changed_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from crawler.config.crawl_options import CrawlOptions
    from crawler.store.link_store import LinkStore
    from pipelines.reports.planning.digests import NoteVersion
    from pipelines.rewriting.index.editor import Listed

PLANNER = "pipelines.reports.planning.planner"
"""The module whose `main` executes a task."""

LEAST_BYTES = 3_000_000
"""Bytes of changed notes from which other processes plan them: about six seconds of CPU time."""

TASK_BYTES = 4_000_000
"""Bytes of the notes of a task: a process takes about a second to start."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlanTask:
    """Notes to be planned in one process, by path; the same task can be executed again.

    `outputs` are the modules whose fragments are saved. `index` has what findings use of other notes.
    """

    options: CrawlOptions
    outputs: tuple[str, ...]
    notes: Mapping[str, NoteVersion]
    listed: Sequence[Listed]
    index: CrossReferenceIndex


@dataclass(frozen=True, slots=True)
class Ahead:
    """Plans notes in the processes that WORKERS allows, if there are enough bytes of changed notes."""

    options: CrawlOptions
    least_bytes: int = LEAST_BYTES

    @contextmanager
    def start(
        self,
        store: LinkStore,
        outputs: Sequence[str],
        versions: Mapping[str, NoteVersion],
        listed: Sequence[Listed],
        index: CrossReferenceIndex,
    ) -> Iterator[Callable[[str], None]]:
        """Start to plan the notes that have changed, and yield what waits until that of a path is planned.

        `outputs` are the modules of the fragments. Notes of a process that fails are left to the caller.
        """
        workers = self.options.workers.count
        changed = changed_notes(store, outputs, versions) if workers > 1 else {}
        batches = _batches(changed, workers, self.least_bytes)
        if not batches:
            yield lambda _: None
            return
        from crawler.executors.executors import LocalExecutor

        executor = LocalExecutor(workers, PLANNER)
        try:
            futures: dict[str, Future[Any]] = {}
            for notes in batches:
                task = PlanTask(self.options, tuple(outputs), notes, listed, _part_of(index, notes))
                futures |= dict.fromkeys(notes, executor.submit(task))
            failed: set[Future[Any]] = set()

            def wait(path: str) -> None:
                future = futures.get(path)
                if future is not None and future not in failed and (error := future.exception()) is not None:
                    logger.warning("%s; its notes are rendered here", error)
                    failed.add(future)

            yield wait
        finally:
            executor.close()


def _batches(notes: Mapping[str, NoteVersion], workers: int, least_bytes: int) -> list[dict[str, NoteVersion]]:
    """Return notes in the order of their paths, in batches of about the same size; none if there are too few notes."""
    total = sum(each.size for each in notes.values())
    if total < least_bytes:
        return []
    size = total / (ceil(total / TASK_BYTES / workers) * workers)
    batches: list[dict[str, NoteVersion]] = []
    room = 0.0
    for path, version in sorted(notes.items()):
        if room <= 0 or not batches:
            batches.append({})
            room += size
        batches[-1][path] = version
        room -= version.size
    return batches


def _part_of(index: CrossReferenceIndex, notes: Mapping[str, NoteVersion]) -> CrossReferenceIndex:
    """Return an index without what only findings of other notes use; another process adds `anchors_of`."""
    questions = {url: location for url, location in index.questions.items() if location[0] in notes}
    return CrossReferenceIndex(index.titles, index.papers, questions, listings=index.listings)
