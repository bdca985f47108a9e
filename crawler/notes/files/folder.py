"""Find and read the notes of a folder, one at a time; problems are collected as messages."""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.errors import UserError
from crawler.links.spelling.templates import TEMPLATE_MARK
from crawler.messages import say
from crawler.models.notes.note_file import NoteFile, NoTextError
from crawler.notes.files import notebooks
from crawler.notes.files.encodings import read_text
from crawler.notes.files.excluded_by_path import NOTHING_EXCLUDED, ExcludedByPath
from crawler.notes.files.ignored_files import IgnoreRules
from crawler.notes.files.layouts_by_path import NO_LAYOUTS, LayoutsByPath
from crawler.notes.files.passed_over import is_output_folder, is_passed_over
from crawler.notes.parsed_notes import ParsedNotes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from crawler.models.notes.note import Note

ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", notebooks.ENDING)
"""Endings of the names of notes, in lower case."""

UNREAD_ENDINGS = (".org", ".rst", ".adoc", ".asciidoc")
"""Endings of the names of notes in other formats, which are counted and not read."""

MB = 1_000_000
LARGEST_NOTE = 20_000_000
"""The largest file that is read as a note if nothing else is said, in bytes."""


def is_read(folder: Path, notes: Path, skip: Path | None) -> bool:
    """Return whether files in a folder are read as notes of a folder of notes without the folder `skip`."""
    source, target = notes.resolve(), folder.resolve()
    skipped = skip.resolve() if skip else None
    if not target.is_relative_to(source) or (skipped not in {None, source} and target.is_relative_to(skipped)):
        return False
    return not any(part.startswith(".") for part in target.relative_to(source).parts)


class NotesFolder:
    """A folder of notes; iterating reads them in the order of their paths.

    Notes are regular files with ENDINGS whose real path is inside the folder, and that IgnoreRules do not leave out.
    `skip` is a folder below it without notes: that of the outputs. `only` limits the notes to these paths, relative to
    the folder. `ignore` are patterns as in `.gitignore`; files of more than `max_bytes` are not read.
    `layouts` are those that the user names, `excluded` the URLs that are ignored, `is_in_site` tells whether the note
    at a path may be in a site.

    `problems` has a message for each file that the latest iteration could not read and for each invalid ignore comment;
    `unread` has the paths of notes that exist and could not be read, `later` of those that are left for the next run:
    they are passed over from now on. `incomplete` is the reason why notes may be
    missing, or None: a folder cannot be listed, or more than half of the notes have vanished since this object was
    created.

    Raises UserError if there is no such folder, or no note in it.
    """

    def __init__(
        self,
        folder: Path,
        skip: Path | None = None,
        only: Collection[str] | None = None,
        layouts: LayoutsByPath = NO_LAYOUTS,
        *,
        excluded: ExcludedByPath = NOTHING_EXCLUDED,
        is_in_site: Callable[[str], bool] | None = None,
        ignore: Sequence[str] = (),
        max_bytes: int = LARGEST_NOTE,
    ) -> None:
        if not folder.is_dir():
            raise UserError(say("error.no_notes_folder", folder=folder))
        self.folder = folder
        self._real = folder.resolve()
        self.problems: list[str] = []
        self.unread: list[str] = []
        self.later: set[str] = set()
        self.incomplete: str | None = None
        self.skip = skip
        self._only = only
        self._layouts = layouts
        self._excluded = excluded
        self._is_in_site = is_in_site
        self._ignore = ignore
        self._max_bytes = max_bytes
        self._other_formats: Counter[str] = Counter()
        self._parsed = ParsedNotes()
        self._rules = IgnoreRules(folder, ignore)  # as of the latest listing
        self._count = len(self.paths())
        if not self._count:
            self._check_listed()
            is_left_out = any(path.lower().endswith(ENDINGS) for path in files_below(folder, skip))
            raise UserError(say("error.no_note_left" if is_left_out else "error.no_note", folder=folder))

    def __iter__(self) -> Iterator[Note]:
        """Yield the notes; a file that cannot be read as one is skipped with a message."""
        for file in self.sources():
            note = self.parse(file)
            self.problems += [f"{self.folder / file.path}:{problem}" for problem in note.problems]
            yield note

    def sources(self) -> Iterator[NoteFile]:
        """Yield the file of each note; one that cannot be read as a note is skipped with a message."""
        self.problems, self.unread = [], []
        paths = self._list_notes()
        if self._other_formats:
            listed = ", ".join(f"{number} {ending}" for ending, number in sorted(self._other_formats.items()))
            self.problems.append(f"{self.folder}: files in other formats are not read: {listed}")
        for path in paths:
            if path not in self.later and (source := self._read(path)) is not None:
                if source.problem:
                    self.problems.append(f"{self.folder / path}: {source.problem}")
                # Only what has a template is asked about: the first question searches all folders.
                is_in_site = self._is_in_site is None or TEMPLATE_MARK not in source.data or self._is_in_site(path)
                layouts, excluded = self._layouts.of(path), self._excluded.of(path)
                yield replace(source, layouts=layouts, is_in_site=is_in_site, excluded=excluded)
        self._list_notes()

    def parse(self, file: NoteFile) -> Note:
        """Return the note in a file of the folder; some of those parsed before are kept."""
        return self._parsed.parse(file)

    def text_of(self, path: str) -> str | None:
        """Return the text of a note; None if it cannot be read."""
        try:
            return read_note_file(path, self._bytes_of(path)).data.decode()
        except (OSError, UnsafePathError, NoTextError, _NoteTooLargeError):
            return None

    def _read(self, path: str) -> NoteFile | None:
        """Return a note; None with a message for one that cannot be read."""
        file = self.folder / path
        if not is_utf8(path):
            self.problems.append(f"{str(file)!r}: file name is not UTF-8; skipped")
            return None
        try:
            return read_note_file(path, self._bytes_of(path))
        except UnsafePathError as error:
            self.problems.append(f"{file}: {error}; skipped")
        except _NoteTooLargeError:
            self.problems.append(f"{file}: larger than {self._max_bytes / MB:g} MB (NOTES_MAX_MB); skipped")
            self.unread.append(path)
        except NoTextError as error:
            self.problems.append(f"{file}: {error}; skipped")
            self.unread.append(path)
        except OSError as error:
            self.problems.append(f"{file}: {error.strerror}; skipped")
            if not isinstance(error, FileNotFoundError):
                self.unread.append(path)
        return None

    def ensure_complete(self) -> None:
        """Raise UserError if notes may be missing, so that an unreadable note is not taken for a deleted one."""
        self._list_notes()
        self._check_listed()

    def files(self) -> Iterator[Path]:
        """Yield the path of every note, readable or not."""
        yield from (self.folder / path for path in self.paths())

    def has(self, path: str) -> bool:
        """Return whether a note exists, readable or not."""
        real = Path(os.path.realpath(self.folder / path))
        try:
            is_there = real.is_relative_to(self._real) and real.is_file()
        except OSError:  # no permission for a folder above it: the note may exist
            return True
        if not is_there or self._rules.leave_out_by_path(posixpath.normpath(path)):
            return False
        folders = (self.folder / each for each in PurePosixPath(path).parents if each.name)
        return not any(map(is_output_folder, folders))

    def paths(self) -> list[str]:
        """Return the paths of all notes, readable or not, relative to the folder."""
        if self._only is not None:
            return sorted(self._only)
        self._rules = IgnoreRules(self.folder, self._ignore)
        paths = list(files_below(self.folder, self.skip, self._record_unlisted, self._rules))
        others = (posixpath.splitext(path)[1].lower() for path in paths)
        self._other_formats = Counter(ending for ending in others if ending in UNREAD_ENDINGS)
        return sorted(path for path in paths if path.lower().endswith(ENDINGS))

    def _list_notes(self) -> list[str]:
        """Return the paths of the notes; set `incomplete` if more than half of them have vanished."""
        paths = self.paths()
        if len(paths) * 2 < self._count and self.incomplete is None:
            self.incomplete = say("error.notes_vanished", folder=self.folder, left=len(paths), before=self._count)
        return paths

    def _record_unlisted(self, error: OSError) -> None:
        if self.incomplete is None:
            self.incomplete = say("error.cannot_list", folder=error.filename, error=error.strerror)
            if not is_utf8(self.incomplete):
                self.incomplete = repr(self.incomplete)

    def _check_listed(self) -> None:
        if self.incomplete is not None:
            raise UserError(say("error.notes_incomplete", problem=self.incomplete))

    def _bytes_of(self, path: str) -> bytes:
        with open_inside(self._real, path) as file:
            size = os.fstat(file.fileno()).st_size  # to read up to a limit, Python allocates as much first
            data = file.read(min(size, self._max_bytes) + 1)
            if len(data) > size:  # it has grown, or is of a file system that does not tell sizes
                data += file.read(self._max_bytes + 1 - len(data))
        if len(data) > self._max_bytes:
            raise _NoteTooLargeError
        return data


class _NoteTooLargeError(Exception):
    """A file is larger than the limit."""


def read_note_file(path: str, raw: bytes) -> NoteFile:
    """Return the note in a file from its bytes, by its name; raise NoTextError if there is none."""
    is_notebook = path.lower().endswith(notebooks.ENDING)
    return notebooks.read_notebook(path, raw) if is_notebook else read_text(path, raw)


def is_note_path(path: str) -> bool:
    """Return whether a file with a path below the notes folder may be a note: not hidden, with one of ENDINGS."""
    *folders, name = PurePosixPath(path).parts
    return path.lower().endswith(ENDINGS) and not name.startswith(".") and not any(map(is_passed_over, folders))


def is_utf8(path: str) -> bool:
    """Return whether a path is valid UTF-8: other bytes are lone surrogates (PEP 383), which cannot be stored."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def files_below(
    folder: Path,
    skip: Path | None = None,
    on_unlisted: Callable[[OSError], None] | None = None,
    rules: IgnoreRules | None = None,
) -> Iterator[str]:
    """Yield the paths of all files below a folder, relative to it and with `/`, but for those below `skip`.

    Hidden files, folders that are never entered (`is_passed_over`) and what `rules` leave out are skipped; with rules
    output folders as well, which have copies of notes.
    `on_unlisted` is called with the error of each folder that cannot be listed, unless it was removed meanwhile.
    """

    def handle_error(error: OSError) -> None:
        vanished = isinstance(error, FileNotFoundError | NotADirectoryError) and error.filename != str(folder)
        if on_unlisted is not None and not vanished:
            on_unlisted(error)

    skipped = skip.resolve() if skip else None
    for root, folders, names in os.walk(folder, onerror=handle_error):
        above = Path(root).relative_to(folder).as_posix()
        prefix = "" if above == "." else f"{above}/"
        visible = (name for name in folders if not is_passed_over(name))
        kept = (name for name in visible if rules is None or not rules.leaves_out(prefix + name, is_folder=True))
        folders[:] = [name for name in kept if Path(root, name).resolve() != skipped]
        if rules is not None:
            folders[:] = [name for name in folders if not is_output_folder(Path(root, name))]
        paths = (prefix + name for name in names if not name.startswith("."))
        yield from (path for path in paths if rules is None or not rules.leaves_out(path))
