"""Write `notes/**`, updated copies of the notes, and `edits.jsonl`, the list of their edits."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from crawler.atomic_files import UnsafePathError, open_inside, replace_atomically, write_atomically
from crawler.errors import ImageStoreError, UserError
from crawler.images.layout.placed_files import PlacedFiles
from crawler.kinds.registry import kind_of
from crawler.links.secrets import masked_json
from crawler.messages import say
from crawler.models.check import Outcome
from crawler.notes.files.folder import ENDINGS, is_read
from crawler.sites.generators import is_asset
from pipelines.rewriting import edit_list
from pipelines.rewriting.edit_list import from_record, to_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.models.link import LinkState
    from crawler.notes.files.folder import NotesFolder
    from pipelines.reports.contract import NoteFragment, Rendering, TakeNote
    from pipelines.reports.planning.planned_notes import PlannedNote

logger = logging.getLogger(__name__)

FILES = ("edits.jsonl",)

_PIECE = 1024 * 1024


def check_folders(notes: Path, output_dir: Path, skip: Path | None) -> None:
    """Raise UserError if the updated notes in an output folder would overwrite originals outside of `skip`."""
    mirror = output_dir / "notes"
    if is_read(mirror, notes, skip) or notes.resolve().is_relative_to(mirror.resolve()):
        raise UserError(say("error.mirror_originals", copies=mirror, notes=notes))


@contextmanager
def by_note(rendering: Rendering) -> Iterator[TakeNote]:
    """Write the updated copies in the same tree as the notes, and the edits that turn the originals into them.

    The copy of a note that was removed from NOTES_DIR is removed; that of a note that cannot be read now stays. Files
    of the folder that a note links or shows are copied, too. Symlinks in the mirror are replaced, not followed. Raises
    UserError if originals or other files would be overwritten.
    """
    originals, mirror = rendering.notes_folder.folder, rendering.output_dir / "notes"
    edits_file = rendering.output_dir / "edits.jsonl"
    check_folders(originals, rendering.output_dir, rendering.notes_folder.skip)
    _ensure_own_mirror(mirror, edits_file)
    folder = originals.resolve()
    with (
        replace_atomically(edits_file) as draft,
        draft.open("w", encoding="utf-8", newline="\n") as lines,
    ):

        def take(fragment: NoteFragment) -> None:
            edits = [from_record(record) for record in fragment.value["edits"]]
            _write(mirror, fragment.file.path, edit_list.edited_bytes(fragment.file, edits))
            _copy_attachments(fragment.value["attachments"], folder, mirror)
            _place_images(fragment.value["images"], mirror, rendering)
            lines.writelines(masked_json(record) + "\n" for record in fragment.value["edits"])

        yield take
    _remove_obsolete(rendering.notes_folder, mirror)


def note_fragment(planned: PlannedNote, _rendering: Rendering) -> dict[str, Any]:
    """Return the edits of a note as records of `edits.jsonl`, the paths of the files to copy, and the images."""
    return {
        "edits": [to_record(edit) for edit in planned.edits],
        "attachments": list(_attachments(planned.states.values())),
        "images": planned.placed_files,
    }


def _attachments(states: Iterable[LinkState]) -> Iterator[str]:
    """Yield the paths of existing files in the notes folder that a note mentions, except notes."""
    for state in states:
        path = (state.check and state.check.final_url) or state.link.url.lstrip("/")
        found = state.check is not None and state.check.outcome is Outcome.OK
        if found and kind_of(state.link).in_notes_folder and not path.lower().endswith(ENDINGS):
            yield path


def _is_hidden(path: Path) -> bool:
    """Return whether a file is hidden or in a hidden folder, unless it is a medium, as in `.gitbook/assets`.

    Others may have secrets (`.env`), copies are shown to others, and whoever writes a note need not know.
    """
    return any(part.startswith(".") for part in path.parts) and not is_asset(path.name)


def _write(mirror: Path, path: str, data: bytes) -> None:
    """Write a note into the mirror, unless the file has these bytes already."""
    with suppress(OSError, UnsafePathError), open_inside(mirror, path) as file:
        if file.read(len(data) + 1) == data:
            return
    _make_room(mirror, mirror / path)
    write_atomically(mirror / path, data)


def _copy_attachments(paths: Iterable[str], folder: Path, mirror: Path) -> None:
    for path in paths:
        real = Path(os.path.realpath(folder / path))
        if not real.is_relative_to(folder) or _is_hidden(real.relative_to(folder)):
            continue
        try:
            original = open_inside(folder, path)
        except (OSError, UnsafePathError):  # a folder, or removed meanwhile
            continue
        _make_room(mirror, mirror / path)
        with original, replace_atomically(mirror / path) as copy, copy.open("wb") as file:
            _copy(original, file)


def _place_images(images: Mapping[str, str], mirror: Path, rendering: Rendering) -> None:
    """Write the images that an updated copy shows beside it; one that cannot be read is left out, with a warning."""
    files = PlacedFiles(mirror, rendering.image_store)
    for path, name in images.items():
        if path.startswith("../") or (files.is_there(path) and files.may_show(path, name)):
            continue
        try:
            _make_room(mirror, mirror / path)
            (mirror / path).unlink(missing_ok=True)
            files.write(path, name)
        except (ImageStoreError, OSError) as error:
            logger.warning("%s: %s", mirror / path, error)


def _copy(original: BinaryIO, copy: BinaryIO) -> None:
    """Copy as many bytes as the file has now, as it may be growing."""
    left = os.fstat(original.fileno()).st_size
    while left > 0 and (piece := original.read(min(left, _PIECE))):
        copy.write(piece)
        left -= len(piece)


def _ensure_own_mirror(mirror: Path, edits_file: Path) -> None:
    """Raise UserError if the mirror has notes of another origin, which would be overwritten or removed.

    `edits.jsonl` marks the mirror as written by this program, so it is created before the first note.
    """
    if edits_file.exists():
        return
    if (found := next(_notes_below(mirror), None)) is not None:
        raise UserError(say("error.mirror_foreign", file=found))
    edits_file.parent.mkdir(parents=True, exist_ok=True)
    edits_file.touch()


def _make_room(mirror: Path, path: Path) -> None:
    """Remove what is in the way of a file or its folders: symlinks, files for folders, folders for it."""
    for folder in path.parents:
        if folder.is_relative_to(mirror) and (folder.is_symlink() or folder.is_file()):
            folder.unlink()
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


def _remove_obsolete(notes_folder: NotesFolder, mirror: Path) -> None:
    """Remove copies of removed notes, and the folders that become empty."""
    for path in list(_notes_below(mirror)):
        if not notes_folder.has(path.relative_to(mirror).as_posix()):
            path.unlink()
            for folder in path.parents:
                if folder == mirror or any(folder.iterdir()):
                    break
                folder.rmdir()


def _notes_below(folder: Path) -> Iterator[Path]:
    """Yield the notes below a folder; symlinks to folders are not followed."""
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names if name.lower().endswith(ENDINGS))
