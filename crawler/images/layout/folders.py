"""In which folder the images of a note stand, and how the note's site writes their URLs."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.atomic_files import UnsafePathError, open_inside, read_head
from crawler.images.layout.pattern import BY_TOOL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from crawler.images.layout.pattern import Layout
    from crawler.sites.generators import Site
    from crawler.sites.resolver import SiteResolver

NO_SITE_FOLDER = "./assets/"
"""The folder of images beside notes of which no tool is known."""


_HEAD = 4096
"""Bytes at the beginning of a note that are searched for front matter."""

_LARGEST_SETTINGS = 1 << 20
"""Bytes of the settings of a vault that are read."""

_TYPORA = re.compile(
    rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?:(?!---)[^\n]*\n)*?typora-copy-images-to:[ \t]*[\"']?([^\r\n\"'#]*[^\s\"'#])"
)
"""The folder for images in the front matter of a note, as Typora has it."""


class UrlForm(Enum):
    """How a note writes the URL of an image."""

    RELATIVE = auto()
    """From the folder of the note."""
    ROOTED = auto()
    """From the root of its site."""
    PAGE = auto()
    """From the page that is made of the note, into whose folder its images are copied."""


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """The folder for the images of a note, relative to the folder of notes like all paths here.

    With the form ROOTED `root` is the folder that is the root of the site, and `base` the path in front of its URLs.
    """

    path: str
    form: UrlForm = UrlForm.RELATIVE
    root: str = "."
    base: str = ""

    def url(self, note: str, path: str) -> str | None:
        """Return the URL of an image for a note; None if it has none in this form."""
        match self.form:
            case UrlForm.RELATIVE:
                return quote(posixpath.relpath(path, posixpath.dirname(note) or "."))
            case UrlForm.PAGE:
                return quote(posixpath.basename(path)) if posixpath.dirname(path) == self.path else None
            case UrlForm.ROOTED:
                below = posixpath.relpath(path, self.root)
                return None if below.startswith("../") else quote(f"/{posixpath.join(self.base, below)}")


class LayoutFolders:
    """The folders for images of all notes below a folder, by a layout. Each note is read once."""

    def __init__(self, notes_dir: Path, resolver: SiteResolver, layout: Layout) -> None:
        self._notes_dir = notes_dir.resolve()
        self._resolver = resolver
        self._layout = layout
        self._attachment_folders: dict[Path, str] = {}
        self._named_folder = cache(self._folder_in_note)

    @property
    def layout(self) -> Layout:
        """The layout."""
        return self._layout

    @cached_property
    def writable(self) -> tuple[Path, ...]:
        """The folders below which images may be written: that of the notes, and the roots of their sites."""
        return self._notes_dir, *(site.root for site in self._resolver.sites)

    def of(self, note: str, day: date) -> ImageFolder:
        """Return the folder for the images of a note; `day` is its date, or the day of its first image."""
        site = next(iter(self._sites(note)), None)
        pattern = self._layout.folder
        if pattern == BY_TOOL:
            if (named := self._named_folder(note)) is not None:
                return ImageFolder(named)
            if site is None:
                pattern = NO_SITE_FOLDER
            elif (beside := _folder_beside(site, note)) is not None:
                return beside
            else:
                pattern = self._pattern_of(site)
        filled = _fill(pattern, note, day)
        if filled.startswith("."):
            return ImageFolder(_join(posixpath.dirname(note), filled))
        if site is None:
            return ImageFolder(_join("", filled.lstrip("/")))
        root = self._root(site, note)
        form = UrlForm.RELATIVE if site.generator.images_url == "relative" else UrlForm.ROOTED
        base = site.base if site.generator.images_url == "based" else ""
        return ImageFolder(_join(root, filled.lstrip("/")), form, root, base)

    def candidates(self, note: str, url: str) -> Iterator[str]:
        """Yield the paths that a local link of a note may mean; `url` is that of the link, not that in the note."""
        folder = posixpath.dirname(note)
        if not url.startswith("/"):
            yield url
            yield _join(folder, _stem(note), posixpath.relpath(url, folder or "."))
            return
        path = url.lstrip("/")
        yield path
        for site in self._sites(note):
            root = self._root(site, note)
            yield _join(root, path)
            if site.base and path.startswith(f"{site.base}/"):
                yield _join(root, path.removeprefix(f"{site.base}/"))

    def _folder_in_note(self, note: str) -> str | None:
        """Return the folder that a note names for Typora in its front matter, if it is one of the notes; else None."""
        try:
            with open_inside(self._notes_dir, note) as file:
                head = file.read(_HEAD)
        except (OSError, UnsafePathError):
            return None
        found = _TYPORA.match(head)
        written = "" if found is None else found[1].decode(errors="replace").replace("${filename}", _stem(note))
        folder = _join(posixpath.dirname(note), written)
        is_relative = written != "" and not re.match(r"[/\\~]|\w+:", written)
        return folder if is_relative and folder.partition("/")[0] != ".." else None

    def _sites(self, note: str) -> list[Site]:
        """Return the sites of a note, those first of which it is known where images stand."""
        return sorted(self._resolver.sites_of(note), key=lambda site: not site.generator.images)

    def _pattern_of(self, site: Site) -> str:
        """Return the pattern of a site: Obsidian's is in its settings."""
        if site.generator.name != "obsidian":
            return site.generator.images or NO_SITE_FOLDER
        if site.root not in self._attachment_folders:
            self._attachment_folders[site.root] = _attachment_folder(site.root / ".obsidian/app.json")
        return self._attachment_folders[site.root]

    def _root(self, site: Site, note: str) -> str:
        """Return the folder whose files are at the root of a site: its static folder, or that of its pages."""
        static = site.generator.images_root
        if static == "content":
            path = self._notes_dir / note
            around = [folder for folder in site.content if path.is_relative_to(folder)]
            folder = min(around, key=lambda each: len(str(each)), default=site.root)
        elif static == "static":
            folder = site.root / site.generator.static[0]
        else:
            folder = site.root
        return posixpath.normpath(posixpath.relpath(folder.as_posix(), self._notes_dir.as_posix()))


def _folder_beside(site: Site, note: str) -> ImageFolder | None:
    """Return the folder of a note that its generator copies with its page; None if it has none."""
    folder, name = posixpath.split(note)
    if site.generator.bundle and re.fullmatch(site.generator.bundle, name):
        return ImageFolder(folder or ".")
    if site.has_asset_folders and {"_posts", "_drafts"} & set(PurePosixPath(folder).parts):
        return ImageFolder(_join(folder, _stem(note)), UrlForm.PAGE)
    return None


def _attachment_folder(settings: Path) -> str:
    """Return the pattern for the folder of attachments in the settings of an Obsidian vault, by default its root."""
    try:
        found = json.loads(read_head(settings, _LARGEST_SETTINGS).decode("utf-8-sig")).get("attachmentFolderPath", "")
    except (ValueError, AttributeError):
        found = ""
    folder = found if isinstance(found, str) else ""
    inner = "/".join(part for part in folder.split("/") if part not in {"", ".", ".."})
    start = "./" if folder.startswith("./") or folder == "." else "/"
    return f"{start}{inner}/" if inner else start


def _fill(pattern: str, note: str, day: date) -> str:
    """Return a pattern with its fields filled in."""
    values = {"{note}": _stem(note), "{year}": f"{day:%Y}", "{month}": f"{day:%m}", "{day}": f"{day:%d}"}
    return re.sub(r"\{\w+\}", lambda found: values.get(found[0], found[0]), pattern)


def _stem(note: str) -> str:
    return PurePosixPath(note).stem


def _join(*parts: str) -> str:
    return posixpath.normpath(posixpath.join("", *parts))
