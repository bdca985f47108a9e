"""How much processor time reading notes takes, and that twice the text takes twice the time.

`python -m benchmarks.scenarios.reading [--notes FOLDER] [--sizes MB…]` reads a folder of real notes too, where there is
one.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.harness import notes
from benchmarks.harness.running import MB, machine, positive, table
from crawler.notes import parser as markdown
from crawler.notes.files.folder import NotesFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crawler.models.notes.note import Note

ROUNDS = 5


def generated(size: int) -> bytes:
    """Return a note of about that many bytes."""
    one = len(next(notes.entries(notes.urls("https", 4))).encode())
    return "".join(islice(notes.entries(notes.urls("https", 4 * (size // one))), size // one)).encode()


def measure(name: str, read: Callable[[], Iterable[Note]]) -> list[str]:
    """Read some times and return a line of the table."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        size = mentions = count = 0
        for note in read():
            size, mentions, count = size + len(note.data), mentions + len(note.mentions), count + 1
        times.append(time.process_time() - began)
    took = median(times)
    return [name, f"{count:,}", f"{size / MB:.1f}", f"{mentions:,}", f"{took:.2f}", f"{took / size * MB:.2f}"]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.reading")
    parser.add_argument("--notes", metavar="FOLDER")
    parser.add_argument("--sizes", nargs="+", type=positive, default=(1, 2, 10), help="megabytes of generated notes")
    options = parser.parse_args(arguments)
    print(f"\nreading: processor time, medians of {ROUNDS} rounds")
    print(machine(), flush=True)
    lines = [["", "notes", "MB", "mentions", "seconds", "seconds per MB"]]
    if options.notes:
        library = NotesFolder(Path(options.notes))
        lines.append(measure("real notes", lambda: library))
    for size in options.sizes:
        data = generated(size * MB)
        lines.append(measure("one generated note", lambda data=data: [markdown.parse_note("note.md", data)]))  # type: ignore[misc]
    print(table(lines), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
