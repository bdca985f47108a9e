"""Journal of the edits of original notes, in readable files.

`OUTPUT_DIR/in_place/<run>/` contains `notes/**`, byte-exact copies of the originals, and `journal.jsonl`: a line for
each note before it is edited (path, folder, SHA-256 before and after, edits), and another afterwards. The file `undone`
marks a run that was undone. If the folder of a run is deleted, its edits can no longer be undone, and reverted edits of
it are made again.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from crawler.atomic_files import fsync_path
from crawler.errors import UserError
from crawler.messages import say
from pipelines.rewriting.edit_list import from_record, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note_file import NoteFile


@dataclass(frozen=True, slots=True)
class EditedNote:
    """A note in the journal: its path in a folder, the SHA-256 of its bytes before and after, and its edits.

    `is_made` is false if the edits were planned only.
    """

    path: str
    folder: Path
    before: str
    after: str
    edits: tuple[Edit, ...]
    is_made: bool


class EditRun:
    """One run that edits notes; its folder is created with the first note."""

    def __init__(self, folder: Path) -> None:
        self.number = int(folder.name)
        self._folder = folder
        self._journal = folder / "journal.jsonl"
        self._undone = folder / "undone"

    def plan(self, note: NoteFile, folder: Path, after: bytes, edits: tuple[Edit, ...]) -> None:
        """Copy the original of a note below `folder`, append its edits to the journal, and flush both to disk."""
        original = self._folder / "notes" / note.path
        original.parent.mkdir(parents=True, exist_ok=True)
        original.write_bytes(note.raw)
        fsync_path(original)
        for parent in original.parents:
            fsync_path(parent)
            if parent == self._folder.parent.parent:
                break
        hashes = {"before": _sha256(note.raw), "after": _sha256(after)}
        self._append({"note": note.path, "folder": str(folder), **hashes, "edits": [to_record(edit) for edit in edits]})

    def confirm(self, path: str) -> None:
        """Record that a planned note was edited."""
        self._append({"note": path, "made": True})

    def notes(self) -> list[EditedNote]:
        """Return the notes of this run; raise UserError if its journal cannot be read.

        An incomplete last line, of a killed run, is ignored: its note was not edited yet.
        """
        try:
            *lines, _ = self._journal.read_text("utf-8", errors="surrogateescape").split("\n")
        except FileNotFoundError:  # killed before the first line
            return []
        except OSError as error:
            raise UserError(f"{self._journal}: {error.strerror}") from error
        plans: dict[str, dict[str, Any]] = {}
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line)
                plans.setdefault(found["note"], {}).update(found)
            except (ValueError, KeyError, TypeError) as error:
                raise UserError(say("error.journal_line", file=self._journal, line=number, text=line[:60])) from error
        try:
            return [_parse_edited_note(plan) for plan in plans.values()]
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(say("error.journal_record", file=self._journal, error=error)) from error

    def files(self) -> list[Path]:
        """Return the files of the journal and the originals; raise UserError if the journal cannot be read."""
        originals = [self._folder / "notes" / note.path for note in self.notes()]
        return [path for path in (self._journal, *originals) if _exists(path)]

    def original(self, note: EditedNote) -> bytes | None:
        """Return the bytes of the note before this run; None if the journal has no intact copy of them."""
        try:
            data = (self._folder / "notes" / note.path).read_bytes()
        except OSError:
            return None
        return data if is_hash_of(note.before, data) else None

    @property
    def is_undone(self) -> bool:
        """Return whether this run was undone."""
        return self._undone.exists()

    def mark_undone(self) -> None:
        """Record that this run was undone."""
        self._undone.touch()

    def _append(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False) + "\n"
        with self._journal.open("ab") as file:
            file.write(text.encode(errors="surrogateescape"))
            file.flush()
            fsync_path(self._journal)


class Journal:
    """All runs that edited original notes with this OUTPUT_DIR."""

    def __init__(self, output_dir: Path) -> None:
        self._folder = output_dir / "in_place"

    @contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        """Hold the lock for editing notes; raise UserError if another process has it."""
        lock = FileLock(f"{self._folder}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(say("error.editing_now", place=self._folder)) from None
        except OSError as error:
            raise UserError(f"{self._folder}.lock: {error.strerror}") from error
        try:
            yield
        finally:
            lock.release()

    def runs(self) -> list[EditRun]:
        """Return the runs, oldest first; raise UserError if the folder cannot be read."""
        try:
            numbers = sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UserError(f"{self._folder}: {error.strerror}") from error
        return [self._run(number) for number in numbers]

    def next(self) -> EditRun:
        """Return a new run, with the next number."""
        return self._run(max((run.number for run in self.runs()), default=0) + 1)

    def past_edits(self) -> dict[str, list[tuple[Edit, ...]]]:
        """Return the edits made in each note, by path: a tuple for each run that edited it, oldest first."""
        edits: dict[str, list[tuple[Edit, ...]]] = {}
        for run in self.runs():
            for note in run.notes():
                if note.is_made:
                    edits.setdefault(note.path, []).append(note.edits)
        return edits

    def _run(self, number: int) -> EditRun:
        return EditRun(self._folder / str(number))


def is_hash_of(digest: str, data: bytes) -> bool:
    """Return whether a hexadecimal digest is the SHA-256 of these bytes."""
    return digest == _sha256(data)


def _exists(path: Path) -> bool:
    """Return whether a file exists; raise UserError if that cannot be determined."""
    try:
        return path.exists()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()


def _parse_edited_note(plan: dict[str, Any]) -> EditedNote:
    edits = tuple(map(from_record, plan["edits"]))
    folder = Path(plan["folder"])
    for path in (plan["note"], plan["folder"]):
        if "\0" in path or not os.fsencode(path):  # which raises for what no path can have
            raise ValueError(f"no path: {path!r}")
    return EditedNote(plan["note"], folder, plan["before"], plan["after"], edits, is_made=plan.get("made", False))
