"""The root that a note gives for its images in the front matter, for the editor Typora: `typora-root-url`."""

from __future__ import annotations

import posixpath
import re
from codecs import BOM_UTF8
from functools import cache
from typing import TYPE_CHECKING

from crawler.atomic_files import UnsafePathError, open_inside
from crawler.notes.markdown import front_matter

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.sites.references import Reference

_HEAD = 16 * 1024
"""Bytes of a note in which its front matter is looked for."""

_ROOT = re.compile(
    r"""^typora-root-url[ \t]*:[ \t]*+(?P<quote>["']?)(?P<path>(?:[^ \t\r\n]|[ \t]++(?!$))+?)(?P=quote)[ \t]*+$""",
    re.MULTILINE,
)


class ImageRoots:
    """The roots of images of notes in a folder, a real path. Each note is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._of = cache(self._read)

    def path_of(self, reference: Reference) -> str | None:
        """Return the absolute path of a link from the root that its note gives; None if it gives none."""
        root = self._of(reference.note) if reference.is_rooted else None
        return None if root is None else posixpath.normpath(posixpath.join(root, reference.path))

    def _read(self, note: str) -> str | None:
        try:
            with open_inside(self._folder, note) as file:
                root = image_root(file.read(_HEAD))
        except (OSError, UnsafePathError):
            return None
        return None if root is None else posixpath.join(self._folder, posixpath.dirname(note), root)


def image_root(data: bytes) -> str | None:
    """Return the root in the front matter of a note, relative to its folder or absolute; None if there is none."""
    found = front_matter.find(data, len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0)
    if found is None or found.form is not front_matter.Form.YAML:
        return None
    match = _ROOT.search(data[found.text_start : found.text_end].decode(errors="replace").replace("\r", "\n"))
    return None if match is None or "://" in match["path"] else match["path"].strip().replace("\\", "/")
