"""Edits the user's own notes, and undoes that: safe against kills, against editors at work, and byte-exact."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from crawler.atomic_files import fsync_path, remove_stale_drafts, replace_atomically
from crawler.errors import UserError
from pipelines.rewriting import link_edits
from pipelines.rewriting.in_place.journal import Journal, is_hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.edit import Edit
    from crawler.models.note import Note
    from pipelines.rewriting.in_place.journal import EditedNote, EditRun


@dataclass(frozen=True, slots=True)
class EditReport:
    """What was done in one line, a line for each note left alone, and whether one could not be written or restored."""

    summary: str
    left_alone: tuple[str, ...]
    failed: bool


class _LeftAloneError(Exception):
    """A note is not to be edited; the message says why."""


def edit_notes(folder: Path, planned: Iterable[tuple[Note, tuple[Edit, ...]]], journal: Journal) -> EditReport:
    """Make the planned edits in the notes below `folder`.

    Each note goes through the same steps, so that a kill between any two of them loses nothing: its original into the
    journal, the plan into the journal, a draft beside the note, the draft in its place. A note that is no longer what
    was read, or lies behind a symlink, is left alone. Raises UserError when the journal cannot be written.
    """
    left_alone, failed, notes, edits = [], False, 0, 0
    with journal.exclusive_lock():
        remove_stale_drafts(folder, older_than=0)
        run = journal.next()
        for note, changes in planned:
            if not changes:
                continue
            try:
                _edit(folder, note, changes, run)
            except _LeftAloneError as reason:
                left_alone.append(f"{note.path}: {reason}; left alone")
            except OSError as error:
                left_alone.append(f"{note.path}: cannot be written: {error.strerror}; left alone")
                failed = True
            else:
                notes, edits = notes + 1, edits + len(changes)
    summary = f"run {run.number}: {_count(edits, 'edit')} in {_count(notes, 'note')}" if notes else "nothing to edit"
    return EditReport(summary, tuple(left_alone), failed)


def undo(output_dir: Path, number: int | None = None) -> EditReport:
    """Restore what a run changed, by default the last one that was not undone.

    A note edited since, by a person or a later run, is left alone, and so is one that is gone. Raises UserError where
    there is no such run, or nothing to undo.
    """
    journal = Journal(output_dir)
    left_alone, blocked, restored = [], False, 0
    if not (runs := journal.runs()):
        raise UserError("nothing to undo: no run has edited notes")
    with journal.exclusive_lock():
        run = _choose_run(runs, number)
        notes = run.notes()
        for folder in {note.folder for note in notes}:
            remove_stale_drafts(folder, older_than=0)
        for note in notes:
            try:
                restored += _restore(run, note)
            except _LeftAloneError as reason:
                left_alone.append(f"{note.path}: {reason}; left alone")
            except OSError as error:
                left_alone.append(f"{note.path}: cannot be written: {error.strerror}; left alone")
                blocked = True
        if not blocked:
            run.mark_undone()
    summary = f"run {run.number} undone: {_count(restored, 'note')} restored"
    return EditReport(summary, tuple(left_alone), failed=bool(left_alone))


def _edit(folder: Path, note: Note, changes: tuple[Edit, ...], run: EditRun) -> None:
    _check_place(folder, note.path)
    after = link_edits.apply_edits(note.data, changes)
    try:
        run.plan(note, folder, after, changes)
    except OSError as error:
        raise UserError(f"{error.filename}: cannot keep the original of {note.path}: {error.strerror}") from error
    _replace(folder / note.path, note.data, after)
    run.confirm(note.path)


def _restore(run: EditRun, note: EditedNote) -> bool:
    """Restore a note; tell whether it was not as it was before the run anyway."""
    _check_place(note.folder, note.path)
    file = note.folder / note.path
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise _LeftAloneError("not there any more") from None
    if is_hash_of(note.before, data):
        return False
    if not is_hash_of(note.after, data):
        raise _LeftAloneError(f"edited since run {run.number}")
    if (original := run.original(note)) is None:
        raise _LeftAloneError(f"its original is not in the journal of run {run.number} any more")
    _replace(file, data, original)
    return True


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Put `after` in the place of `before`, with the same mode, unless something else is there by now."""
    file.stat()  # a folder that is gone must not be made again
    with replace_atomically(file) as draft:
        draft.write_bytes(after)
        shutil.copymode(file, draft)
        fsync_path(draft)
        if file.read_bytes() != before:
            raise _LeftAloneError("changed while it was being mended")
    fsync_path(file.parent)


def _choose_run(runs: Iterable[EditRun], number: int | None) -> EditRun:
    if number is None:
        chosen = [run for run in runs if not run.is_undone]
    else:
        chosen = [run for run in runs if run.number == number]
    if not chosen:
        raise UserError("nothing to undo: every run is undone" if number is None else f"--run {number}: no such run")
    return chosen[-1]


def _check_place(folder: Path, path: str) -> None:
    """Refuse what does not lie in this folder: behind a symlink, or, in a journal that was tampered with, outside."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise _LeftAloneError("outside the notes folder")
    if any((folder / part).is_symlink() for part in (parts, *parts.parents) if part.name):
        raise _LeftAloneError("a symbolic link")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
