"""The files beside the notes that show kept pictures: the regenerated notes, and what `scrapy undo` would restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import UserError
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.notes.folder import NotesFolder


def files(output_dir: Path, notes_folder: NotesFolder) -> Iterator[Path]:
    """Yield those files; raise UserError where a journal cannot be read.

    A regenerated note counts until its original is changed or removed: then the next `scrapy publish` writes it anew.
    """
    for note in notes_folder.files():
        mirrored = output_dir / "notes" / note.relative_to(notes_folder.folder)
        try:
            is_current = mirrored.exists() and note.stat().st_mtime_ns <= mirrored.stat().st_mtime_ns
        except OSError as error:
            raise UserError(f"{error.filename}: {error.strerror}") from error
        if is_current:
            yield mirrored
    for run in Journal(output_dir).runs():
        if not run.is_undone:
            yield from run.files()
