"""How much processor time reading notes takes, and that twice the text takes twice the time.

`python -m benchmarks.reading [FOLDER]` reads a folder of real notes too, by default the shared one beside the project.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import notes
from benchmarks.running import MB, ROOT, machine, table
from crawler import markdown
from crawler.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.items import Note

ROUNDS = 5
SIZES = (1, 2, 10)
"""Megabytes of the generated notes, one note each."""


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


def main(arguments: list[str]) -> None:
    """Print the table."""
    folder = Path(arguments[0]) if arguments else ROOT / "../shared/corpus"
    print(f"\nreading: processor time, medians of {ROUNDS} rounds")
    print(machine(), flush=True)
    lines = [["", "notes", "MB", "mentions", "seconds", "seconds per MB"]]
    if folder.is_dir():
        library = Library(folder)
        lines.append(measure("real notes", lambda: library))
    for size in SIZES:
        data = generated(size * MB)
        lines.append(measure("one generated note", lambda data=data: [markdown.read("note.md", data)]))  # type: ignore[misc]
    print(table(lines), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
