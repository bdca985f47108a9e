"""Print lines and tables: in color on a terminal, else as plain text."""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.links.secrets import masked
from crawler.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import TextIO

    from rich.table import Table as RichTable

# Titles and reasons come from the network: cursor movements and changes of text direction are not printed.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column has the names of the rows, the others have numbers.

    Raises ValueError if a row has another length than the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    styles: tuple[str, ...] = ()
    """Colors of the columns."""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"rows differ in length from {self.header}")

    def __str__(self) -> str:
        """Return the table as aligned plain text."""
        rows = (self.header, *self.rows)
        widths = self._widths()
        lines = (
            [row[0] + " " * (widths[0] - text_width(row[0])), *map(_right, row[1:], (w + 1 for w in widths[1:]))]
            for row in rows
        )
        return "\n".join(" ".join(cells) for cells in lines)

    @property
    def width(self) -> int:
        """Return the width of the plain text in cells of a terminal."""
        first, *others = self._widths()
        return first + sum(width + 2 for width in others)

    def stacked(self) -> str:
        """Return a line for each row, for terminals on which the table would be broken."""
        names = self.header[1:]
        rows = (
            (row[0], ", ".join(f"{n} {name}" for n, name in zip(row[1:], names, strict=True) if n != "-"))
            for row in self.rows
        )
        return "\n".join(f"{name}: {cells}" for name, cells in rows)

    def _widths(self) -> list[int]:
        return [max(text_width(row[i]) for row in (self.header, *self.rows)) for i in range(len(self.header))]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of segments with a style each, separated by two blanks."""

    segments: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Return the line as plain text."""
        return "  ".join(printable(text) for text, _ in self.segments if text)


def printable(text: str) -> str:
    """Return a text on one line, without secrets and invisible characters, with a space for control characters.

    In a workflow of GitHub it contains no command to the runner, which reads `##[…]` anywhere in a line.
    """
    shown = _CONTROL.sub(" ", visible(masked(text)))
    return shown.replace("##[", "## [") if os.environ.get("GITHUB_ACTIONS") == "true" else shown


def print_parts(parts: Iterable[str | Line | Table]) -> None:
    """Print lines and tables to stdout; raise UserError if it cannot be written."""
    with until_closed():
        for part in parts:
            try:
                _print_part(part)
            except BrokenPipeError:
                raise
            except OSError as error:  # here where stdout has no buffer
                raise UserError(f"stdout: {error.strerror}") from None


def _print_part(part: str | Line | Table) -> None:
    if isinstance(part, str):
        print(printable(part))
    elif isinstance(part, Line):
        _print_line(part)
    elif not _is_drawn(part):
        columns = _columns()
        print(part if columns is None or part.width <= columns else part.stacked())


def prepare_streams() -> None:
    """Replace standard streams that are closed, and print what the encoding of stdout lacks as escapes."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it is open to the end
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def until_closed() -> Iterator[None]:
    """Ignore that the reader of stdout has closed it, as `head` does; raise UserError if it cannot be written."""
    try:
        with suppress(BrokenPipeError):
            yield
    finally:
        _flush_stdout()


def _flush_stdout() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
    except OSError as error:
        _discard(sys.stdout)
        raise UserError(f"stdout: {error.strerror}") from None


def _discard(stream: TextIO) -> None:
    """Discard what a stream has not written yet, since the flush at exit would fail, and all that follows."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def format_time(time: datetime) -> str:
    """Return a time as `2026-11-20 03:04:05 UTC`."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def is_live(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can redraw lines, outside CI."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def is_colored(stream: TextIO) -> bool:
    """Return whether a stream gets colors: if it is a terminal, and by NO_COLOR and FORCE_COLOR (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _columns() -> int | None:
    """Return the width that lines should have: that of the terminal, or COLUMNS; None if there is no limit."""
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"])
    return os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None


def text_width(text: str) -> int:
    """Return how many cells of a terminal a text takes: Chinese characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _right(text: str, width: int) -> str:
    return " " * (width - text_width(text)) + text


def _print_line(line: Line) -> None:
    if not is_colored(sys.stdout):
        print(line)
        return
    from rich.console import Console
    from rich.text import Text

    texts = (Text(printable(text), style) for text, style in line.segments if text)
    Console(highlight=False, soft_wrap=True, force_terminal=True).print(Text("  ").join(texts), soft_wrap=True)


def _is_drawn(table: Table) -> bool:
    """Print a table in color if the terminal is wide enough; return whether it was printed."""
    if not (sys.stdout.isatty() or "FORCE_COLOR" in os.environ or "TTY_COMPATIBLE" in os.environ):
        return False  # as Console decides, without the cost of importing it
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
        style = table.styles[number] if table.styles else ""
        styled.add_column(name, justify="right" if number else "left", style=style, no_wrap=True)
    for row in table.rows:
        styled.add_row(*(Text(cell, "dim" if cell == "-" else "") for cell in row))
    return styled


def print_error(line: str) -> None:
    """Print one line on stderr, with the name of the program."""
    try:
        print(f"notemend: {printable(line)}", file=sys.stderr, flush=True)
    except OSError:  # as its disk is full, nothing can be said
        _discard(sys.stderr)
