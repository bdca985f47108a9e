"""What people see of a command: lines and tables, in colour where a terminal shows it, as plain text elsewhere."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import TextIO

    from rich.table import Table as RichTable

# Titles and reasons come from the network: what would move the cursor, or turn the line around, is not shown.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")

STYLES = {"dead": "red", "suspect": "yellow", "restricted": "magenta", "moved": "cyan", "alive": "green"}
"""How columns of verdicts are shown."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names the rows and whose others are numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"rows of other lengths than {self.header}")

    def __str__(self) -> str:
        """Return the table as plain text."""
        rows = (self.header, *self.rows)
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.header))]
        aligned = ([row[0].ljust(widths[0]), *map(str.rjust, row[1:], (w + 1 for w in widths[1:]))] for row in rows)
        return "\n".join(" ".join(cells) for cells in aligned)


def safe(text: str) -> str:
    """Return a text that does nothing but being shown, on one line."""
    return _CONTROL.sub(" ", text)


def print_parts(parts: Iterable[str | Table]) -> None:
    """Print lines and tables."""
    with until_closed():
        for part in parts:
            if isinstance(part, str):
                print(safe(part))
            elif not _is_drawn(part):
                print(part)


@contextmanager
def until_closed() -> Iterator[None]:
    """Write to stdout for as long as it is read, and end without a word when its reader closes it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:  # nothing must be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def format_time(time: datetime) -> str:
    """Return a moment as it is shown, in UTC as in every output."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def live(stream: TextIO) -> bool:
    """Tell whether lines can be written over again on a stream: on a terminal that somebody watches."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def _is_drawn(table: Table) -> bool:
    """Draw a table in color, and return whether that was possible: on a terminal that is wide enough."""
    if not (sys.stdout.isatty() or "FORCE_COLOR" in os.environ or "TTY_COMPATIBLE" in os.environ):
        return False  # Console says the same, and takes long to be imported
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal or console.is_dumb_terminal:
        return False
    styled = _styled(table)
    if console.measure(styled).maximum > console.width:
        return False
    console.print(styled)
    return True


def _styled(table: Table) -> RichTable:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    styled = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(table.header):
        styled.add_column(name, justify="right" if number else "left", style=STYLES.get(name, ""), no_wrap=True)
    for row in table.rows:
        styled.add_row(*(Text(cell, "dim" if cell == "-" else "") for cell in row))
    return styled


def print_error(line: str) -> None:
    """Say on stderr, in one line, what is no part of a command's output."""
    print(f"notemend: {safe(line)}", file=sys.stderr)
