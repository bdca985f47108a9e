"""Which generator a note belongs to, by globs of paths that the user gives. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.globs import first_match

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_SITE = "none"
"""The name for notes that belong to no site."""


@dataclass(frozen=True, slots=True)
class GeneratorsByPath:
    """Generators by glob of paths relative to NOTES_DIR: the first glob that matches counts, `*` matches `/`, too."""

    globs: Mapping[str, str]

    def of(self, path: str) -> tuple[str, str] | None:
        """Return the generator of a note, and the folder in front of the first wildcard; None if no glob matches."""
        if (found := first_match(path, self.globs)) is None:
            return None
        glob, name = found
        return name, re.split(r"[*?\[]", glob, maxsplit=1)[0].rpartition("/")[0]


NO_GENERATORS = GeneratorsByPath({})
"""All notes by the configurations of their sites."""
