"""The notes on disk: found, read one at a time, problems reported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.errors import UserError
from crawler.notes import parser

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from crawler.models.note import Note

ENDINGS = (".md", ".markdown")

_LOST = "lost+found"  # stands at the top of every ext4 volume, and only root may list it

LARGEST_NOTE = 10 * 1024 * 1024
"""Bytes of the largest file that is read as a note."""


class NotesFolder:
    """A folder of notes; iterating reads them in the order of their paths.

    Only regular files whose real path lies in the folder are notes. `skip` is a folder that may lie inside but holds no
    notes: the outputs. `only` are paths below the folder: no other note is read then. `problems` has a line for each
    file that the latest iteration did not read (it is left alone), and for each slip that it found in a note; `unread`
    are the paths of notes that are there and could not be read. `incomplete` says why not all notes could be looked at:
    a folder cannot be listed, or more than half of the notes have gone since this object was made.
    """

    def __init__(self, folder: Path, skip: Path | None = None, only: Collection[str] | None = None) -> None:
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder of notes")
        self.folder = folder
        self._real = folder.resolve()
        self.problems: list[str] = []
        self.unread: list[str] = []
        self.incomplete: str | None = None
        self._skip = skip
        self._only = only
        self._count = len(self._paths())
        if not self._count:
            self._check_listed()
            raise UserError(f"{folder}: no Markdown file (*.md) in it")

    def __iter__(self) -> Iterator[Note]:
        """Read the notes; a file that is no note, too large or no UTF-8 text is reported and skipped."""
        for path, data in self.sources():
            note = parser.parse_note(path, data)
            self.problems += [f"{self.folder / path}:{problem}" for problem in note.problems]
            yield note

    def sources(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of the notes, which are UTF-8; what is no note is reported and skipped."""
        self.problems, self.unread = [], []
        for path in self._look():
            file = self.folder / path
            if not is_utf8(path):
                self.problems.append(f"{str(file)!r}: its name is not UTF-8; skipped and left alone")
                continue
            try:
                data = self._bytes_of(path)
                data.decode()
            except UnsafePathError as error:
                self.problems.append(f"{file}: {error}; skipped")
            except _NoteTooLargeError:
                self.problems.append(f"{file}: larger than {LARGEST_NOTE >> 20} MB; skipped and left alone")
                self.unread.append(path)
            except UnicodeDecodeError as error:
                self.problems.append(f"{file}: not UTF-8 text (byte {error.start}); skipped and left alone")
                self.unread.append(path)
            except OSError as error:
                self.problems.append(f"{file}: {error.strerror}; skipped and left alone")
                if not isinstance(error, FileNotFoundError):
                    self.unread.append(path)
            else:
                yield path, data
        self._look()

    def ensure_complete(self) -> None:
        """Raise UserError if not all notes can be looked at: what is not seen must not be taken for gone."""
        self._look()
        self._check_listed()

    def files(self) -> Iterator[Path]:
        """Yield every file that is a note by its name, those included that cannot be read as one."""
        yield from (self.folder / path for path in self._paths())

    def has(self, path: str) -> bool:
        """Return whether a note is there, be it readable or not."""
        real = Path(os.path.realpath(self.folder / path))
        try:
            return real.is_relative_to(self._real) and real.is_file()
        except OSError:  # it cannot be looked at
            return True

    def reads(self, folder: Path) -> bool:
        """Tell whether files in that folder would be read as notes."""
        source, target = self.folder.resolve(), folder.resolve()
        skipped = self._skip.resolve() if self._skip else None
        if not target.is_relative_to(source) or (skipped not in {None, source} and target.is_relative_to(skipped)):
            return False
        return not any(part.startswith(".") for part in target.relative_to(source).parts)

    def _paths(self) -> list[str]:
        if self._only is not None:
            return sorted(self._only)
        found = files_below(self.folder, self._skip, self._not_listed)
        return sorted(path for path in found if path.lower().endswith(ENDINGS))

    def _look(self) -> list[str]:
        """Return the paths of the notes; note down why these may not be all."""
        paths = self._paths()
        if len(paths) * 2 < self._count and self.incomplete is None:
            self.incomplete = f"{self.folder}: {len(paths)} of {self._count} notes are left since the run began"
        return paths

    def _not_listed(self, error: OSError) -> None:
        if self.incomplete is None:
            self.incomplete = f"{error.filename}: cannot be listed ({error.strerror})"
            if not is_utf8(self.incomplete):
                self.incomplete = repr(self.incomplete)

    def _check_listed(self) -> None:
        if self.incomplete is not None:
            advice = "nothing was published or removed. Make all notes readable, then run again"
            raise UserError(f"{self.incomplete}; {advice}")

    def _bytes_of(self, path: str) -> bytes:
        with open_inside(self._real, path) as file:
            data = file.read(LARGEST_NOTE + 1)
        if len(data) > LARGEST_NOTE:
            raise _NoteTooLargeError
        return data


class _NoteTooLargeError(Exception):
    """A file has more bytes than are read."""


def is_utf8(path: str) -> bool:
    """Tell whether a file's name is text: other bytes come as lone surrogates (PEP 383), which nothing can store."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def files_below(
    folder: Path, skip: Path | None = None, not_listed: Callable[[OSError], None] | None = None
) -> Iterator[str]:
    """Yield the paths of all files below a folder, relative to it, with `/`.

    Hidden files and folders (.git, .obsidian, .venv) and lost+found are nobody's notes. `not_listed` is told of folders
    that cannot be listed, but for those inside that went away meanwhile.
    """

    def fail(error: OSError) -> None:
        vanished = isinstance(error, FileNotFoundError | NotADirectoryError) and error.filename != str(folder)
        if not_listed is not None and not vanished:
            not_listed(error)

    skipped = skip.resolve() if skip else None
    for root, folders, names in os.walk(folder, onerror=fail):
        seen = (name for name in folders if not name.startswith(".") and name != _LOST)
        folders[:] = [name for name in seen if Path(root, name).resolve() != skipped]
        yield from (Path(root, name).relative_to(folder).as_posix() for name in names if not name.startswith("."))
