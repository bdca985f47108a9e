"""`notes/**`: the notes again, mended; and `edits.jsonl`, the journal of what was mended."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from crawler.atomic_files import UnsafePathError, open_inside, replace_atomically
from crawler.errors import UserError
from crawler.kinds.registry import kind_of
from crawler.models.check import Outcome
from crawler.notes.folder import ENDINGS
from pipelines.rewriting import edit_list
from pipelines.rewriting.edit_list import from_record, to_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.models.link import LinkState
    from crawler.notes.folder import NotesFolder
    from pipelines.reports.base import NoteFragment, Rendering, TakeNote
    from pipelines.reports.planned_notes import PlannedNote

_json = json.JSONEncoder(ensure_ascii=False)
_PIECE = 1024 * 1024


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the mended notes, mirroring the notes' tree, and the journal that turns the originals into them.

    A note that is gone from NOTES_DIR goes from the mirror; one that cannot be read for now keeps its last mended form.
    Files of the folder that a note links or shows are copied along, so that the mended note finds them where it stands.
    Links (symlinks) in the mirror are replaced, not followed. Raises UserError where originals would be written over.
    """
    originals, mirror = rendering.notes_folder.folder, rendering.output_dir / "notes"
    journal = rendering.output_dir / "edits.jsonl"
    if rendering.notes_folder.reads(mirror) or originals.resolve().is_relative_to(mirror.resolve()):
        raise UserError(f"OUTPUT_DIR: mended notes in {mirror} and the notes in {originals} would get mixed up")
    _claim(mirror, journal)
    folder = originals.resolve()
    with (
        replace_atomically(journal) as draft,
        draft.open("w", encoding="utf-8", newline="\n") as lines,
    ):

        def take(fragment: NoteFragment) -> None:
            edits = [from_record(record) for record in fragment.value["edits"]]
            _write(mirror, fragment.path, edit_list.apply_edits(fragment.data, edits))
            _copy_attachments(fragment.value["attachments"], folder, mirror)
            lines.writelines(_json.encode(record) + "\n" for record in fragment.value["edits"])

        yield take
    _forget_vanished(rendering.notes_folder, mirror)


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> dict[str, Any]:
    """Return the edits of a note as `edits.jsonl` has them, and the files that go with it."""
    return {
        "edits": [to_record(edit) for edit in planned.edits],
        "attachments": list(_attachments(planned.states.values())),
    }


def _attachments(states: Iterable[LinkState]) -> Iterator[str]:
    """Yield the files of the notes' folder that a note mentions, but for other notes, which are mended themselves."""
    for state in states:
        path = state.link.url.lstrip("/")
        found = state.check is not None and state.check.outcome is Outcome.OK
        if found and kind_of(state.link).in_notes_folder and not path.lower().endswith(ENDINGS):
            yield path


def _write(mirror: Path, path: str, data: bytes) -> None:
    """Write a note into the mirror, unless it is there with the same bytes."""
    with suppress(OSError, UnsafePathError), open_inside(mirror, path) as file:
        if file.read(len(data) + 1) == data:
            return
    _make_room(mirror, mirror / path)
    with replace_atomically(mirror / path) as draft:
        draft.write_bytes(data)


def _copy_attachments(paths: Iterable[str], folder: Path, mirror: Path) -> None:
    for path in paths:
        try:
            original = open_inside(folder, path)
        except (OSError, UnsafePathError):  # a folder, gone by now, or a link out of the folder
            continue
        _make_room(mirror, mirror / path)
        with original, replace_atomically(mirror / path) as copy, copy.open("wb") as file:
            _copy(original, file)


def _copy(original: BinaryIO, copy: BinaryIO) -> None:
    """Copy as many bytes as a file has now: it may be growing."""
    left = os.fstat(original.fileno()).st_size
    while left > 0 and (piece := original.read(min(left, _PIECE))):
        copy.write(piece)
        left -= len(piece)


def _claim(mirror: Path, journal: Path) -> None:
    """Make sure that the mirror is ours: notes in it are overwritten and removed.

    The journal marks it as ours, so it is there before the first note.
    """
    if journal.exists():
        return
    if (found := next(_notes_below(mirror), None)) is not None:
        raise UserError(f"OUTPUT_DIR: {found} was not written by this program and might be overwritten")
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.touch()


def _make_room(mirror: Path, path: Path) -> None:
    """Remove what stands where a note or one of its folders is to be: links, files for folders, folders for files."""
    for folder in path.parents:
        if folder.is_relative_to(mirror) and (folder.is_symlink() or folder.is_file()):
            folder.unlink()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


def _forget_vanished(notes_folder: NotesFolder, mirror: Path) -> None:
    """Remove mended notes without an original, and the folders that this empties."""
    for path in list(_notes_below(mirror)):
        if not notes_folder.has(path.relative_to(mirror).as_posix()):
            path.unlink()
            for folder in path.parents:
                if folder == mirror or any(folder.iterdir()):
                    break
                folder.rmdir()


def _notes_below(folder: Path) -> Iterator[Path]:
    """Yield the notes below a folder; links to folders are not followed."""
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names if name.lower().endswith(ENDINGS))
