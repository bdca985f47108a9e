"""The journal of what was edited in the user's own notes, in files that a person can read.

`OUTPUT_DIR/in_place/<run>/` holds `notes/**`, the originals byte for byte, and `journal.jsonl`: a line for each note
before it is edited (path, folder, SHA-256 before and after, edits), another when that is done. `undone` marks a run
that was undone. Whoever deletes a run's folder deletes the memory of its edits: they can neither be undone nor missed.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from crawler.atomic_files import fsync_path
from crawler.errors import UserError
from pipelines.rewriting.edit_record import from_record, to_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.edit import Edit
    from crawler.models.note import Note


@dataclass(frozen=True, slots=True)
class EditedNote:
    """A note as the journal has it: where it lies, the SHA-256 of its bytes before and after, and its edits.

    `made` tells that the edits were not only planned.
    """

    path: str
    folder: Path
    before: str
    after: str
    edits: tuple[Edit, ...]
    is_made: bool


class EditRun:
    """One run that edited notes, or is about to: nothing is created before the first note."""

    def __init__(self, folder: Path) -> None:
        self.number = int(folder.name)
        self._folder = folder
        self._lines = folder / "journal.jsonl"
        self._undone = folder / "undone"

    def plan(self, note: Note, folder: Path, after: bytes, edits: tuple[Edit, ...]) -> None:
        """Keep the original of a note below `folder` and write down what will be done to it, both safely on disk."""
        original = self._folder / "notes" / note.path
        original.parent.mkdir(parents=True, exist_ok=True)
        original.write_bytes(note.data)
        fsync_path(original)
        for parent in original.parents:
            fsync_path(parent)
            if parent == self._folder.parent.parent:
                break
        hashes = {"before": _sha256(note.data), "after": _sha256(after)}
        self._append({"note": note.path, "folder": str(folder), **hashes, "edits": [to_record(edit) for edit in edits]})

    def confirm(self, path: str) -> None:
        """Write down that a planned note was edited."""
        self._append({"note": path, "made": True})

    def notes(self) -> list[EditedNote]:
        """Return the notes of this run; raise UserError where its journal cannot be read.

        A line that a killed run did not end is of a note that was not edited yet.
        """
        try:
            *lines, _ = self._lines.read_text("utf-8", errors="surrogateescape").split("\n")
        except FileNotFoundError:  # killed before the first line
            return []
        except OSError as error:
            raise UserError(f"{self._lines}: {error.strerror}") from error
        plans: dict[str, dict[str, Any]] = {}
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line)
                plans.setdefault(found["note"], {}).update(found)
            except (ValueError, KeyError, TypeError) as error:
                raise UserError(f"{self._lines}:{number}: not a line of the journal: {line[:60]!r}") from error
        try:
            return [_parse_edited_note(plan) for plan in plans.values()]
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self._lines}: not the journal as it was written ({error})") from error

    def files(self) -> list[Path]:
        """Return the journal and the originals of this run; raise UserError where its journal cannot be read."""
        originals = [self._folder / "notes" / note.path for note in self.notes()]
        return [path for path in (self._lines, *originals) if _is_there(path)]

    def original(self, note: EditedNote) -> bytes | None:
        """Return the note as it was before this run; None where the journal does not hold those bytes any more."""
        try:
            data = (self._folder / "notes" / note.path).read_bytes()
        except OSError:
            return None
        return data if is_hash_of(note.before, data) else None

    @property
    def is_undone(self) -> bool:
        """Tell whether this run was undone."""
        return self._undone.exists()

    def mark_undone(self) -> None:
        """Remember that this run was undone."""
        self._undone.touch()

    def _append(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False) + "\n"
        with self._lines.open("ab") as file:
            file.write(text.encode(errors="surrogateescape"))
            file.flush()
            fsync_path(self._lines)


class Journal:
    """All runs that edited notes with this OUTPUT_DIR."""

    def __init__(self, output_dir: Path) -> None:
        self._folder = output_dir / "in_place"

    @contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        """Let nobody else edit notes meanwhile."""
        lock = FileLock(f"{self._folder}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(f"{self._folder}: another run is editing the notes") from None
        except OSError as error:
            raise UserError(f"{self._folder}.lock: {error.strerror}") from error
        try:
            yield
        finally:
            lock.release()

    def runs(self) -> list[EditRun]:
        """Return the runs, oldest first."""
        try:
            numbers = sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UserError(f"{self._folder}: {error.strerror}") from error
        return [self._run(number) for number in numbers]

    def next(self) -> EditRun:
        """Return a new run."""
        return self._run(max((run.number for run in self.runs()), default=0) + 1)

    def past_edits(self) -> dict[str, list[tuple[Edit, ...]]]:
        """Return the edits once made in each note (by path), a tuple for each run that edited it, oldest first."""
        found: dict[str, list[tuple[Edit, ...]]] = {}
        for run in self.runs():
            for note in run.notes():
                if note.is_made:
                    found.setdefault(note.path, []).append(note.edits)
        return found

    def _run(self, number: int) -> EditRun:
        return EditRun(self._folder / str(number))


def is_hash_of(digest: str, data: bytes) -> bool:
    """Tell whether this is the SHA-256 of these bytes."""
    return digest == _sha256(data)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()


def _parse_edited_note(plan: dict[str, Any]) -> EditedNote:
    edits = tuple(map(from_record, plan["edits"]))
    folder = Path(plan["folder"])
    return EditedNote(plan["note"], folder, plan["before"], plan["after"], edits, is_made=plan.get("made", False))
