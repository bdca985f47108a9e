"""Which layouts the lists of a note have, by globs of paths that the user gives. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.globs import first_match

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LayoutsByPath:
    """Layouts by glob of paths relative to NOTES_DIR; the first glob that matches counts, `*` matches `/` as well."""

    globs: Mapping[str, frozenset[str]]

    def of(self, path: str) -> frozenset[str] | None:
        """Return the layouts of a note; None if no glob matches its path, so that they are found by evidence."""
        found = first_match(path, self.globs)
        return None if found is None else found[1]


NO_LAYOUTS = LayoutsByPath({})
"""All notes by evidence."""
