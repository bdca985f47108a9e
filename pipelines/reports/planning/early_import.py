"""Scrapy extension that imports what outputs are written with while a run waits for its hosts."""

from __future__ import annotations

import math
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, Self

from crawler.cli.progress.eta import RunProgress
from crawler.config.crawl_options import options_of
from crawler.signals import notes_read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler

    from crawler.cli.progress.progress import RunProgressSource

MIN_SECONDS = 5.0
"""Seconds that a run takes at least, at the pace of its slowest host, so that it has time: importing takes 0.5 s."""

MODULES = (
    *("pipelines.reports.planning.planned_notes", "pipelines.reports.frames.links", "pipelines.reports.frames.entries"),
    *("pandas", "pandas.core.reshape.reshape", "pandas.io.formats.csvs"),
    *("pyarrow", "pyarrow.compute", "pyarrow.pandas_compat", "pyarrow.parquet"),
)
"""What is imported only when outputs are written, the libraries for tables with what these import late."""


class EarlyImport:
    """Imports in a thread, after the notes were read, if a host's pace makes the run wait."""

    def __init__(self, outputs: Sequence[str]) -> None:
        self._outputs = outputs

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension, connected to the end of reading."""
        extension = cls(options_of(crawler).publishing.outputs)
        crawler.signals.connect(extension.notes_read, notes_read)
        return extension

    def notes_read(self, run: RunProgressSource) -> None:
        """Start the thread, which nobody waits for."""
        Thread(target=self._import_if_waiting, args=(run,), name="early import", daemon=True).start()

    def _import_if_waiting(self, run: RunProgressSource) -> None:
        with suppress(Exception):  # of the database or an output: the run reports it where it needs them
            progress = RunProgress.from_counts(run.counts(), run.seconds_each)
            seconds, _ = progress.time_left(0, run.seconds_each)
            if MIN_SECONDS <= seconds < math.inf:
                for name in (*MODULES, *self._outputs):
                    import_module(name)
