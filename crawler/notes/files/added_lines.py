"""Ask git which lines of files were added since a commit."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from crawler.errors import UserError
from crawler.git import GitError, ask_git, without_filters
from crawler.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_DIFF = (
    *(
        "diff",
        "--merge-base",
        "--unified=0",
        "--inter-hunk-context=0",
        "--submodule=short",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--relative",
    ),
    *("--find-renames", "--src-prefix=", "--dst-prefix="),
)
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(r'\\(?:([0-7]{3})|(["\\abfnrtv]))')
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class AddedLines:
    """The lines of the files in a folder that a working tree has and a commit did not have, by path."""

    def __init__(self, lines: Mapping[str, frozenset[int]], new_files: frozenset[str] = frozenset()) -> None:
        self._lines = lines
        self._new_files = new_files

    @classmethod
    def since(cls, folder: Path, commit: str) -> AddedLines:
        """Return the lines added since the commit at which the branches of `commit` and of the working tree part.

        Files that git does not know yet are new as a whole. Raises UserError if git does not know the commit.
        """
        if commit.startswith("-"):
            raise UserError(say("error.no_commit", commit=commit))
        try:
            diff = ask_git(folder, *_DIFF, commit, "--", ".", environment=without_filters(folder))
            untracked = ask_git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
        except GitError as error:
            raise UserError(say("error.since_failed", commit=commit, error=error)) from error
        return cls(parse_diff(diff), frozenset(filter(None, untracked.split("\0"))))

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of the files with such lines, relative to the folder."""
        return self._new_files | self._lines.keys()

    def has(self, path: str, line: int) -> bool:
        """Return whether a line was added."""
        return path in self._new_files or line in self._lines.get(path, ())


def parse_diff(diff: str) -> dict[str, frozenset[int]]:
    """Return the numbers of the added lines by path, from a diff without context and without prefixes of paths."""
    added: dict[str, set[int]] = defaultdict(set)
    path = ""
    lines = iter(diff.split("\n"))
    for line in lines:
        if line.startswith("+++ "):
            path = _unquoted(line.removeprefix("+++ ").removesuffix("\t"))
        elif (hunk := _HUNK.match(line)) is not None:
            removed, count = (1 if each is None else int(each) for each in (hunk[1], hunk[3]))
            added[path].update(range(int(hunk[2]), int(hunk[2]) + count))
            _skip(lines, removed + count)
    return {path: frozenset(numbers) for path, numbers in added.items() if numbers}


def _skip(lines: Iterator[str], count: int) -> None:
    """Skip the lines of a hunk, which may look like the head of a file."""
    while count:
        count -= not next(lines, "").startswith("\\")  # `\ No newline at end of file`


def _unquoted(name: str) -> str:
    """Return a path as it is; git quotes those with quotation marks, backslashes and control characters."""
    if not name.startswith('"'):
        return name
    return _ESCAPE.sub(
        lambda found: chr(int(found[1], 8)) if found[1] else _ESCAPED.get(found[2], found[2]), name[1:-1]
    )
