"""The URLs of the pages of a site, as paths below its content folders without extension."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.atomic_files import read_head
from crawler.sites.generators import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.sites.generators import Site

HEAD = 4 * 1024
"""Bytes of a page that are searched for front matter."""

LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
"""A part of a path that may be a language."""

_INDEX = frozenset({"index", "_index", "readme", "home"})
_NUMBER = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}-|(?<!\d)\d+\s*[-_.]+\s*)(?=[^\W\d])")
_OTHER_LANGUAGE = re.compile(rf"\.{LANGUAGE.pattern}$")
_FRONT_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(.*?)^\1", re.DOTALL | re.MULTILINE)
_NAMES = re.compile(
    r"""^[^\S\n]*(?:"?(?:slug|permalink|url|id|path|alias(?:es)?|redirect_from)"?[ \t]*[:=][ \t]*"""
    r"""\[?[ \t]*["']?(?P<value>[^"'\],\n]+)"""
    r"""|(?:-\s+|["'])["']?(?P<listed>/[^"'\],\n]+))""",
    re.MULTILINE,
)


class SitePages:
    """Finds the file of a page by its path; `files` are the absolute paths of all files of the notes."""

    def __init__(self, site: Site, files: Sequence[str]) -> None:
        self._site = site
        self._files = files

    def find(self, path: str) -> str | None:
        """Return the file of the page at an absolute path below a content folder; None if there is none."""
        page = without_page_extension(path)
        keys = list(dict.fromkeys((page, slug(page), _without_index(page))))
        by_place = next((found for key in keys if (found := self._by_place.get(key)) is not None), None)
        return by_place or next((found for key in keys if (found := self._by_front_matter.get(key)) is not None), None)

    @cached_property
    def _pages(self) -> list[tuple[str, str]]:
        """The pages with the content folder that each is in."""
        return [
            (str(folder), file)
            for folder in self._site.content
            for file in self._files
            if file.startswith(f"{folder}/") and without_page_extension(file) != file
        ]

    @cached_property
    def _by_place(self) -> dict[str, str]:
        """The pages by the paths that follow from the places of their files."""
        found: dict[str, str] = {}
        for folder, file in self._pages:
            for key in _keys(file.removeprefix(f"{folder}/")):
                found.setdefault(posixpath.join(folder, key).rstrip("/"), file)
                found.setdefault(slug(posixpath.join(folder, key).rstrip("/")), file)
        return found

    @cached_property
    def _by_front_matter(self) -> dict[str, str]:
        """The pages by the paths that their front matter gives them."""
        found: dict[str, str] = {}
        for folder, file in self._pages:
            for name in _names_in(file):
                place = folder if name.startswith("/") else posixpath.dirname(file)
                key = posixpath.normpath(posixpath.join(place, name.strip("/")))
                found.setdefault(without_page_extension(key), file)
        return found


def without_page_extension(path: str) -> str:
    """Return a path without the extension of a page, if it has one."""
    stem, extension = posixpath.splitext(path)
    return stem if extension[1:].casefold() in table()["page_extensions"] else path


def slug(path: str) -> str:
    """Return a path in the form that generators give it: lower case, with dashes for blanks."""
    return re.sub(r"\s+", "-", unicodedata.normalize("NFC", path).casefold())


def _without_index(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return folder if name.casefold() in _INDEX else path


def _keys(path: str) -> Iterator[str]:
    """Yield the paths of a page by that of its file: without index, numbers in front, dates and languages."""
    stem = _OTHER_LANGUAGE.sub("", without_page_extension(path))
    parts = [part for part in stem.split("/") if part]
    if parts and parts[-1].casefold() in _INDEX:
        parts.pop()
    plain = [_NUMBER.sub("", part) for part in parts]
    for each in (parts, plain, [*parts[:-1], *plain[-1:]]):
        yield "/".join(each)
        if each and LANGUAGE.fullmatch(each[0]):
            yield "/".join(each[1:])
    yield stem


def _names_in(file: str) -> Iterator[str]:
    """Yield the paths in the front matter of a page."""
    head = read_head(Path(file), HEAD).decode("utf-8-sig", errors="replace")
    if (matter := _FRONT_MATTER.match(head)) is not None:
        for found in _NAMES.finditer(matter[2]):
            name = (found["value"] or found["listed"]).strip()
            if name and ":" not in name:
                yield name
