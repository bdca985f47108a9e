"""Which layouts the lists of a note have, by globs of paths that the user gives. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LayoutsByPath:
    """Layouts by glob of paths relative to NOTES_DIR; the first glob that matches counts, `*` matches `/` as well."""

    globs: Mapping[str, frozenset[str]]

    def of(self, path: str) -> frozenset[str] | None:
        """Return the layouts of a note; None if no glob matches its path, so that they are found by evidence."""
        return next((layouts for glob, layouts in self.globs.items() if fnmatchcase(path, glob)), None)


NO_LAYOUTS = LayoutsByPath({})
"""All notes by evidence."""
