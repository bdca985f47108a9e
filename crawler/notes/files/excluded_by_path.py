"""Which URLs are ignored in a note, by globs of paths that the user gives. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from crawler.globs import compile_globs

if TYPE_CHECKING:
    import re


@dataclass(frozen=True, slots=True)
class ExcludedByPath:
    """Globs of paths relative to NOTES_DIR, each with a glob of URLs; all that match a path count."""

    globs: tuple[tuple[str, str], ...]

    def of(self, path: str) -> re.Pattern[str] | None:
        """Return what matches the URLs that are ignored in a note; None for no URL."""
        urls = [url for glob, url in self.globs if fnmatchcase(path, glob)]
        return compile_globs(urls) if urls else None


NOTHING_EXCLUDED = ExcludedByPath(())
"""No URL in any note."""
