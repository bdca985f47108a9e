"""Edit the original notes and restore them byte for byte, whatever kills the process or edits them meanwhile."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from crawler.atomic_files import fsync_path, remove_stale_drafts, replace_atomically
from crawler.errors import ImageStoreError, UserError
from crawler.messages import say
from crawler.notes.files.folder import is_note_path
from pipelines.rewriting import edit_list
from pipelines.rewriting.in_place.journal import Journal, is_hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note_file import NoteFile
    from pipelines.rewriting.in_place.journal import EditedNote, EditRun


@dataclass(frozen=True, slots=True)
class EditReport:
    """Result of an edit or undo: one line, a line for each skipped note, and whether a note could not be changed."""

    summary: str
    skipped: tuple[str, ...]
    failed: bool


class _SkippedError(Exception):
    """A note is not to be edited; the message has the reason."""


def edit_notes(
    folder: Path,
    planned: Iterable[tuple[NoteFile, tuple[Edit, ...]]],
    journal: Journal,
    prepare: Callable[[NoteFile, tuple[Edit, ...]], None] = lambda _note, _edits: None,
) -> EditReport:
    """Apply the planned edits to the notes below `folder`; `prepare` writes the files that a note shows then.

    A kill between any two steps of a note loses nothing: copy the original into the journal, append the plan to the
    journal, write a draft beside the note, rename the draft. A note that has changed since it was read, or that a
    symlink leads to, is skipped. Raises UserError if the journal cannot be written.
    """
    skipped, failed, notes, edits = [], False, 0, 0
    with journal.exclusive_lock():
        remove_stale_drafts(*_edited_folders(folder, journal.runs()))
        run = journal.next()
        for note, changes in planned:
            if not changes:
                continue
            try:
                _check_place(folder, note.path)
                prepare(note, changes)
                _edit(folder, note, changes, run)
            except _SkippedError as reason:
                skipped.append(say("note_skipped", note=note.path, why=reason))
            except (OSError, ImageStoreError) as error:
                why = say("error.cannot_write", error=getattr(error, "strerror", error))
                skipped.append(say("note_skipped", note=note.path, why=why))
                failed = True
            else:
                notes, edits = notes + 1, edits + len(changes)
    summary = say("nothing_to_edit")
    if notes:
        counts = {"edits": say("count_edits", n=edits), "notes": say("count_notes", n=notes)}
        summary = say("edits_made", run=run.number, **counts)
    return EditReport(summary, tuple(skipped), failed)


def undo(output_dir: Path, notes_dir: Path, number: int | None = None) -> EditReport:
    """Restore the notes below `notes_dir` that a run changed, by default the last run that is not undone.

    A note that was edited or removed since then is skipped. Raises UserError if there is no such run, or if it edited
    notes of another folder. Only the folder that the user names is written to: the journal may have been changed.
    """
    journal = Journal(output_dir)
    skipped, failed, restored = [], False, 0
    if not (runs := journal.runs()):
        raise UserError(say("error.nothing_to_undo"))
    with journal.exclusive_lock():
        run = _choose_run(runs, number)
        notes = run.notes()
        for folder in {note.folder for note in notes}:
            if folder.resolve() != notes_dir.resolve() and folder.is_dir():  # else it was moved
                raise UserError(
                    say("error.undo_elsewhere", notes=notes_dir, run=run.number, folder=folder, again=folder)
                )
        remove_stale_drafts(*_edited_folders(notes_dir, [run]))
        for note in notes:
            try:
                restored += _restore(run, note, notes_dir.resolve())
            except _SkippedError as reason:
                skipped.append(say("note_skipped", note=note.path, why=reason))
            except OSError as error:
                why = say("error.cannot_write", error=error.strerror)
                skipped.append(say("note_skipped", note=note.path, why=why))
                failed = True
        if not failed:
            run.mark_undone()
    summary = say("edits_undone", run=run.number, notes=say("count_notes", n=restored))
    return EditReport(summary, tuple(skipped), failed=bool(skipped))


def _edited_folders(folder: Path, runs: Iterable[EditRun]) -> set[Path]:
    """Return the folders of the notes below `folder` that runs have edited, or were about to edit."""
    paths = {note.path for run in runs for note in run.notes()}
    return {(folder / path).parent for path in paths if _refusal(folder, path) is None}


def _edit(folder: Path, note: NoteFile, changes: tuple[Edit, ...], run: EditRun) -> None:
    """Edit one note; raise _SkippedError if it is not as it was read, or if its owner has made it read-only."""
    if (file := folder / note.path).exists() and not os.access(file, os.W_OK):
        raise _SkippedError(say("error.read_only"))
    after = edit_list.edited_bytes(note, changes)
    try:
        run.plan(note, folder, after, changes)
    except OSError as error:
        raise UserError(say("error.no_original", place=error.filename, note=note.path, error=error.strerror)) from error
    _replace(file, note.raw, after)
    run.confirm(note.path)


def _restore(run: EditRun, note: EditedNote, folder: Path) -> bool:
    """Restore a note; return whether it was changed. Raises _SkippedError if it was edited since, or removed."""
    _check_place(folder, note.path)
    file = folder / note.path
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise _SkippedError(say("error.note_gone")) from None
    if is_hash_of(note.before, data):
        return False
    if not is_hash_of(note.after, data):
        raise _SkippedError(say("error.edited_since", run=run.number))
    if (original := run.original(note)) is None:
        raise _SkippedError(say("error.original_missing", run=run.number))
    _replace(file, data, original)
    return True


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Replace the bytes `before` of a file by `after`, with the same mode; raise _SkippedError if it has others."""
    file.stat()  # a removed folder must not be created again
    with replace_atomically(file) as draft:
        draft.write_bytes(after)
        shutil.copymode(file, draft)
        fsync_path(draft)
        if file.read_bytes() != before:
            raise _SkippedError(say("error.modified"))
    fsync_path(file.parent)


def _choose_run(runs: Iterable[EditRun], number: int | None) -> EditRun:
    """Return the run with a number, or the last one that is not undone; raise UserError if there is none."""
    if number is None:
        chosen = [run for run in runs if not run.is_undone]
    else:
        chosen = [run for run in runs if run.number == number]
    if not chosen:
        raise UserError(say("error.all_undone") if number is None else say("error.no_run", number=number))
    return chosen[-1]


def _check_place(folder: Path, path: str) -> None:
    """Raise _SkippedError for a path that is not that of a note below the folder, as in a manipulated journal."""
    if (refusal := _refusal(folder, path)) is not None:
        raise _SkippedError(say(refusal))


def _refusal(folder: Path, path: str) -> str | None:
    """Return the key of the text that says why a path is not written to; None for that of a note below the folder."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        return "error.outside"
    if any((folder / part).is_symlink() for part in (parts, *parts.parents) if part.name):
        return "error.symlink"
    return None if is_note_path(path) else "error.not_a_note"
