"""Which of the planned edits are made: those that a person accepted, those of a list, and none that was declined."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import write_atomically
from crawler.errors import UserError
from crawler.messages import say
from pipelines.rewriting.edit_list import from_record, is_image_edit, to_record
from pipelines.rewriting.image_set_edits import without_halves

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Note
    from crawler.models.notes.note_file import NoteFile

    Choose = Callable[[NoteFile, tuple[Edit, ...]], tuple[Edit, ...]]

FILE = "declined.jsonl"
"""The file in OUTPUT_DIR with the edits that a person declined; who deletes it is asked again."""


def chosen(
    file: NoteFile, planned: tuple[Edit, ...], choose: Choose, parse: Callable[[NoteFile], Note]
) -> tuple[Edit, ...]:
    """Return the planned edits of a note that are chosen, without those of images of which another one is not."""
    found = choose(file, planned) if planned else planned
    return found if found == planned else without_halves(parse(file), planned, found)


class Declined:
    """The edits that a person declined: the same text in place of the same text of a note is not written."""

    def __init__(self, output_dir: Path) -> None:
        """Read the file; raise UserError if it cannot be read. A last line that a full disk cut off does not count."""
        self._file = output_dir / FILE
        self._keys = {_key(edit) for edit in _read(self._file, is_cut_off=True)} if self._file.is_file() else set()

    def without(self, _file: NoteFile, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Return the edits that were not declined."""
        return tuple(edit for edit in edits if _key(edit) not in self._keys) if self._keys else edits

    def add(self, edit: Edit) -> None:
        """Remember that an edit was declined."""
        self._keys.add(_key(edit))
        before = self._file.read_text("utf-8") if self._file.is_file() else ""
        whole = before[: before.rfind("\n") + 1]
        write_atomically(self._file, (whole + json.dumps(to_record(edit), ensure_ascii=False) + "\n").encode())


class Listed:
    """The edits of a file like `edits.jsonl`, for example filtered; `left` are those that were not asked for."""

    def __init__(self, file: Path) -> None:
        """Read the file; raise UserError if it cannot be read."""
        self.left = Counter(map(_listed_key, _read(file)))

    def choose(self, _file: NoteFile, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """Return the edits that are listed."""
        found = tuple(edit for edit in edits if self.left[_listed_key(edit)])
        self.left.subtract(map(_listed_key, found))
        return found


def _read(file: Path, *, is_cut_off: bool = False) -> list[Edit]:
    """Return the edits of a file; with `is_cut_off` without what is behind the last line end."""
    found = []
    try:
        lines = file.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            say("error.at", place=file, error=getattr(error, "strerror", None) or say("error.not_utf8"))
        ) from error
    for number, line in enumerate(lines[:-1] if is_cut_off else lines, 1):
        if line.strip():
            try:
                edit = from_record(json.loads(line))
                hash(edit)  # a list or an object in place of a text raises TypeError
                found.append(edit)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise UserError(say("error.no_edit", file=file, line=number)) from error
    return found


def _key(edit: Edit) -> tuple[Any, ...]:
    return edit.note, edit.old, edit.new, edit.reason.code


def _listed_key(edit: Edit) -> tuple[Any, ...]:
    """Return what an edit is known by: the copies in the output folder show images by other paths than the notes."""
    return edit.note, edit.start, edit.end, edit.old, edit.reason.code, "" if is_image_edit(edit) else edit.new
