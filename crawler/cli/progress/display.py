"""Progress display of a run on a terminal; separate from `progress.py`, as rich takes long to load."""

from __future__ import annotations

import logging
import sys
from io import TextIOBase
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from crawler.cli.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from crawler.cli.progress.eta import RunProgress


class Display:
    """The last lines of a terminal, redrawn at each update; log lines are printed above them."""

    def __init__(self) -> None:
        self._console = Console(file=sys.stderr, highlight=False)
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._stderr: TextIO | _LinesAbove = sys.stderr
        self._lines_above = _LinesAbove(self._console)

    def start(self) -> None:
        """Start to draw, and print everything written to stderr above."""
        sys.stderr = self._lines_above
        self._redirect_log(self._stderr, self._lines_above)
        self._live.start()

    def draw(self, lines: Iterable[str], run_progress: RunProgress) -> None:
        """Draw lines of text, with a progress bar for each kind after the first."""
        kinds = Table.grid(padding=(0, 2))
        for kind in sorted(run_progress.due):
            done, due = run_progress.done[kind], run_progress.due[kind]
            kinds.add_row(kind, ProgressBar(due, done, width=24), f"{done:,}/{due:,}")
        texts = [Text(printable(line), no_wrap=True, overflow="ellipsis") for line in lines]
        self._live.update(Group(texts[0], kinds, *texts[1:]), refresh=True)

    def stop(self) -> None:
        """Remove the lines and restore stderr."""
        if sys.stderr is self._lines_above:
            sys.stderr = self._stderr
            self._redirect_log(self._lines_above, self._stderr)
        self._live.stop()

    @staticmethod
    def _redirect_log(before: object, after: object) -> None:
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is before:
                handler.setStream(after)


class _LinesAbove(TextIOBase):
    """A stream that prints whole lines above the display; the terminal wraps them."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._rest = ""

    def write(self, text: str) -> int:
        """Print complete lines; buffer the rest until its line end."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._console.print(Text(line), soft_wrap=True)
        return len(text)
