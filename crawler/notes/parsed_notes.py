"""Parsed notes that are kept for the next stage of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile

MOST = 10_000
"""Mentions of notes that are kept; with their texts they take about 15 MB."""


class ParsedNotes:
    """Parses notes; those parsed first are kept, so that publishing does not parse again what a crawl has registered.

    Notes are read from first to last in each stage. Keeping the last ones would find none of them again.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[NoteFile, Note]] = {}
        self._mentions = 0

    def parse(self, file: NoteFile) -> Note:
        """Return the note in a file, the same object for the same bytes."""
        from crawler.notes.parser import parse_file

        kept_file, note = self._kept.pop(file.path, (None, None))
        if note is not None:
            self._mentions -= len(note.mentions)
        if note is None or kept_file != file:
            note = parse_file(file)
        if self._mentions + len(note.mentions) <= MOST:
            self._kept[file.path] = file, note
            self._mentions += len(note.mentions)
        return note
