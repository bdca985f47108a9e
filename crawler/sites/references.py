"""Local links as they are written in notes. Pure."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.sites.generators import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.links.spelling.templates import Template
    from crawler.sites.generators import Site


@dataclass(frozen=True, slots=True)
class Reference:
    """A local link as it is written in a note: a path from the note's folder, or from the root of its site."""

    note: str
    path: str
    is_rooted: bool

    @property
    def extension(self) -> str:
        """Return the extension of the path, in lower case and without its full stop."""
        return posixpath.splitext(self.path)[1][1:].casefold()

    @property
    def is_note(self) -> bool:
        """Return whether it leads to the source of a page."""
        return self.extension in table()["note_extensions"]

    @property
    def is_asset(self) -> bool:
        """Return whether it leads to an image or another medium."""
        return self.extension in table()["asset_extensions"]


def reference_to(url: str, note: str) -> Reference:
    """Return the reference of a URL of a local link, which begins at the folder of notes or the root of a site."""
    if url.startswith("/"):
        return Reference(note, url.lstrip("/"), is_rooted=True)
    return Reference(note, posixpath.relpath(url, posixpath.dirname(note) or "."), is_rooted=False)


def references_of(template: Template, note: str, site: Site) -> Iterator[Reference]:
    """Yield what a template in a note may stand for on a site; nothing for a tag that its generator does not have."""
    forms = site.generator.tags.get(template.tag, ()) if template.tag else ("/{}",)
    for form in forms:
        stem = posixpath.splitext(posixpath.basename(note))[0]
        path = form.replace("{note}", stem).replace("{}", template.path)
        yield Reference(note, path.lstrip("/"), path.startswith("/"))
