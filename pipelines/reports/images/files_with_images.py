"""Files besides the notes that may show saved images: updated copies, and originals that `undo` restores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import UserError
from pipelines.rewriting.in_place.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.notes.files.folder import NotesFolder


def files(output_dir: Path, notes_folder: NotesFolder) -> Iterator[Path]:
    """Yield these files; raise UserError if a journal or a note cannot be read.

    An updated copy counts only while it is newer than its note: else the next `publish` writes it again.
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
