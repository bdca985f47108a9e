"""Find the places of links with which something is wrong."""

from __future__ import annotations

import os
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.results.problems import Problem
from crawler.models.link import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from crawler.models.link import LinkState
    from crawler.notes.files.folder import NotesFolder
    from crawler.store.reading.reader import StoreReader

_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def find_problems(
    store: StoreReader, notes: NotesFolder, verdicts: Collection[Verdict], limit: int | None = None
) -> tuple[list[Problem], int]:
    """Return the mentions of links that have one of these verdicts, note by note, and how many there are.

    With a limit these are links that have become worse in this run, then those with the worst verdict.
    """
    total = 0

    def counted() -> Iterator[tuple[LinkState, str, int, int]]:
        nonlocal total
        for found in store.mentions_with(verdicts):
            total += 1
            yield found

    chosen = list(counted()) if limit is None else nsmallest(limit, counted(), key=_urgency)
    return list(_placed(sorted(chosen, key=lambda found: found[1:]), notes)), total


def _urgency(found: tuple[LinkState, str, int, int]) -> tuple[bool, int, str, int]:
    state, note, _, start = found
    return state.change is None, _RANK[state.verdict], note, start


def _placed(found: list[tuple[LinkState, str, int, int]], notes: NotesFolder) -> Iterator[Problem]:
    """Yield the problems of mentions that are sorted by note; each note is read once."""
    path, data, file = None, b"", ""
    for state, note, start, line in found:
        if note != path:
            path, data, file = note, (notes.text_of(note) or "").encode(), shown_path(notes.folder / note)
        begin = data.rfind(b"\n", 0, start) + 1
        column = len(data[begin:start].decode(errors="replace")) + 1
        yield Problem(note, file, line, column, state)


def shown_path(path: Path) -> str:
    """Return a path as it is typed: from the working directory if it is below that."""
    base = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow symlinks
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else path.as_posix()
