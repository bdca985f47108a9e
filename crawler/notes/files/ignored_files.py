"""Which files below a folder are left out: by `.gitignore`, also of the repository around it, and by NOTES_IGNORE."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.notes.files.passed_over import is_passed_over
from crawler.notes.files.repository import repository_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pathspec import GitIgnoreSpec
    from pathspec.pattern import Pattern

_FOLDER = "ps_d"  # the group of the slash behind a folder in the regular expressions of pathspec
_LARGEST = 1 << 20
"""Bytes of a `.gitignore` that are read."""


class IgnoreRules:
    """The rules of one folder, as git has them: what is deeper comes before what is above it.

    `patterns` are those of NOTES_IGNORE, which come before all `.gitignore`. Rules above the folder that leave out the
    folder itself do not count: the user asks for it.
    """

    def __init__(self, folder: Path, patterns: Iterable[str] = ()) -> None:
        self._folder = folder
        self._patterns = _parse(patterns)
        self._below = cache(self._read_below)
        self._above = list(_above(folder.resolve()))

    def leave_out_by_path(self, path: str) -> bool:
        """Return whether a file is left out, or a folder that it is in."""
        parts = path.split("/")
        return any(
            self.leaves_out("/".join(parts[: count + 1]), is_folder=count + 1 < len(parts))
            for count in range(len(parts))
        )

    def leaves_out(self, path: str, *, is_folder: bool = False) -> bool:
        """Return whether the rules name a file or a folder, whatever folder that is in."""
        if is_folder and is_passed_over(path.rpartition("/")[2]):
            return True
        end = "/" if is_folder else ""
        for spec, relative in self._specs(path):
            if (found := _last_word(spec, relative + end)) is not None:
                return found
        return False

    def _specs(self, path: str) -> Iterator[tuple[GitIgnoreSpec, str]]:
        """Yield the rules for a path, those that come first first, each with the path as seen from its folder."""
        if self._patterns is not None:
            yield self._patterns, path
        parts = path.split("/")
        for count in range(len(parts) - 1, -1, -1):
            if (spec := self._below("/".join(parts[:count]))) is not None:
                yield spec, "/".join(parts[count:])
        yield from ((spec, f"{prefix}/{path}") for spec, prefix in self._above)

    def _read_below(self, folder: str) -> GitIgnoreSpec | None:
        return _read(self._folder / folder)


def _last_word(spec: GitIgnoreSpec, path: str) -> bool | None:
    """Return whether the last pattern that names a path leaves it out; None if none names it.

    A folder ends in a slash. Patterns of pathspec also match what is in a folder that they name; its own look-up takes
    the wrong one of them for a folder: by `*`, `!*/`, `!*.md` it leaves all folders out.
    """
    for pattern in reversed(list(spec.patterns)):
        if pattern.include is not None and _names(pattern, path):
            return bool(pattern.include)
    return None


def _names(pattern: Pattern, path: str) -> bool:
    """Return whether a pattern names a path itself, and not only a folder that it is in."""
    regex: re.Pattern[str] = pattern.regex  # type: ignore[attr-defined]
    if _FOLDER not in regex.groupindex:
        return regex.search(path.removesuffix("/")) is not None
    end = len(path) if path.endswith("/") else -1
    return any(found.end(_FOLDER) == end for found in regex.finditer(path))


def _above(folder: Path) -> Iterator[tuple[GitIgnoreSpec, str]]:
    """Yield the rules above a folder in its repository, the nearest first, with the path of the folder from there."""
    repository = repository_of(folder)
    if repository in {None, folder}:
        return
    for parent in folder.parents:
        prefix = folder.relative_to(parent).as_posix()
        if (spec := _read(parent)) is not None and not spec.match_file(f"{prefix}/"):
            yield spec, prefix
        if parent == repository:
            return


def _read(folder: Path) -> GitIgnoreSpec | None:
    """Return the rules of the `.gitignore` in a folder; None if there are none."""
    try:
        with open_inside(folder.resolve(), ".gitignore") as file:
            text = file.read(_LARGEST).decode("utf-8-sig", errors="surrogateescape")
    except (OSError, UnsafePathError):
        return None
    return _parse(text.splitlines())


def _parse(lines: Iterable[str]) -> GitIgnoreSpec | None:
    """Return the rules of some lines, without those that are none; None if no line is left."""
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    from pathspec import GitIgnoreSpec

    valid = [line for line in lines if _is_pattern(line)]
    return GitIgnoreSpec.from_lines(valid, backend="simple") if valid else None


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    try:
        return bool(GitIgnoreSpec.from_lines([line], backend="simple"))
    except (GitIgnorePatternError, re.error):  # `[b-a]` passes pathspec, and is no regular expression
        return False
