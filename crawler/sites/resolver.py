"""Resolve a local link as the site resolves it that its note belongs to."""

from __future__ import annotations

import os
import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.sites.generators import Site, find_sites, named_site
from crawler.sites.generators_by_path import NO_GENERATORS, NO_SITE, GeneratorsByPath
from crawler.sites.pages import LANGUAGE, SitePages, slug, without_page_extension
from crawler.sites.references import Reference, reference_to, references_of
from crawler.sites.typora import ImageRoots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from crawler.links.spelling.templates import Template

_PART = re.compile(
    r"_(?!index\.|posts$|drafts$|pages$)|(?:includes?|partials?|snippets?|fragments?|shared|templates?)$"
)
"""The name of a file or folder whose text is shown on other pages."""

_CHAPTERS = "SUMMARY.md"
"""A list of chapters: mdBook makes those that are missing."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The file that a link leads to, relative to the folder of notes, or whether it is broken for sure."""

    file: str | None = None
    is_broken: bool = False


class SiteResolver:
    """Resolves local links in a folder of notes; `list_files` lists its files, the user names `generators`."""

    def __init__(
        self,
        folder: Path,
        list_files: Callable[[], Sequence[str]],
        skip: Path | None = None,
        generators: GeneratorsByPath = NO_GENERATORS,
    ) -> None:
        self._folder = str(folder)
        self._skip = skip
        self._list_files = list_files
        self._generators = generators
        self._image_roots = ImageRoots(folder)
        self._named_sites: dict[tuple[str, str], Site] = {}
        self._pages: dict[tuple[str, str], SitePages] = {}

    @cached_property
    def sites(self) -> list[Site]:
        """The sites that the notes belong to; determined once per run."""
        return find_sites(Path(self._folder), self._skip)

    def may_be_in_site(self, notes: Iterable[str]) -> bool:
        """Return whether a path need not be a file: there are sites, and not all notes are said to be in none."""
        named = {found[0] if (found := self._generators.of(note)) else "" for note in notes}
        return named != {NO_SITE} and (bool(self.sites) or bool(named - {"", NO_SITE}))

    def resolve(self, url: str, notes: Iterable[str]) -> Resolution:
        """Return where a link leads that is no existing path; `notes` are those that mention it.

        It leads to a file if that is so in one of the notes, and is broken if it is broken in all of them.
        """
        resolutions = [self._in_note(reference_to(url, note)) for note in notes]
        found = next((each for each in resolutions if each.file is not None), None)
        return found or Resolution(is_broken=bool(resolutions) and all(each.is_broken for each in resolutions))

    def resolve_template(self, template: Template, notes: Iterable[str]) -> Resolution:
        """Return the file that a template means in one of its notes; it is never broken for sure."""
        found = (
            file
            for note in notes
            for site in self.sites_of(note)
            for reference in references_of(template, note, site)
            if (file := self._file(site, reference) or self._only_named(reference)) is not None
        )
        file = next(found, None)
        return Resolution(None if file is None else posixpath.relpath(file, self._folder))

    def _only_named(self, reference: Reference) -> str | None:
        """Return the file that a path with any folder in front means, if only one has its name."""
        folder, _, name = reference.path.rpartition("/")
        found = self._named(name) if folder == "*" and not reference.is_rooted else []
        return found[0] if len(found) == 1 else None

    def find_named(self, name: str, texts: Iterable[str], notes: Iterable[str]) -> Resolution:
        """Return where a wikilink leads: to the file with its name, in any folder.

        In a wiki that writes `[[label|Page]]` the name may be in `texts`. A missing medium is broken for sure where
        wikilinks are known; a missing note may be written later.
        """
        sites = [self.sites_of(note) for note in notes]
        is_label_first = any(site.generator.label_first for around in sites for site in around)
        for each in (name, *texts) if is_label_first else (name,):
            if (file := self._wiki_file(each)) is not None:
                return Resolution(posixpath.relpath(file, self._folder))
        is_known = all(around and all("wikilink" in each.generator.certain for each in around) for around in sites)
        is_asset = Reference("", name, is_rooted=False).is_asset
        return Resolution(is_broken=bool(sites) and is_known and is_asset)

    def is_only_name(self, path: str) -> bool:
        """Return whether no other file has the name of a file."""
        return len(self._named(path)) == 1

    def _wiki_file(self, name: str) -> str | None:
        """Return the absolute path of the file that a name in a wikilink means; None if there is none."""
        folder, _, last = slug(name.strip("/")).rpartition("/")
        files = self._by_name.get(last) or self._by_stem.get(last, [])
        if folder and files:
            files = [file for file in files if slug(posixpath.dirname(file)).endswith(f"/{folder}")]
        whole = slug(name).replace("/", "___")
        return next(iter(files or self._by_stem.get(whole, [])), None)

    def sites_of(self, note: str) -> list[Site]:
        """Return the sites of a note: that of the generator that the user names, or those with the nearest root.

        Several generators may have the same root.
        """
        path = f"{self._folder}/{note}"
        if (named := self._generators.of(note)) is not None:
            return [] if named[0] == NO_SITE else [self._named_site(path, *named)]
        ranked = [
            ((not site.generator.weak, max(len(str(each)) for each in around)), site)
            for site in self.sites
            if (around := [each for each in (site.root, *site.content) if _is_below(path, each)])
        ]
        best = max((rank for rank, _ in ranked), default=None)
        return [site for rank, site in ranked if rank == best]

    def _named_site(self, path: str, name: str, root: str) -> Site:
        """Return the site of a generator around a note; without a configuration its root is a folder of the notes."""
        around = [
            site
            for site in self.sites
            if name in {site.generator.name, site.generator.same_as} and _is_below(path, site.root)
        ]
        if around:
            return max(around, key=lambda site: len(str(site.root)))
        if (name, root) not in self._named_sites:
            self._named_sites[name, root] = named_site(name, Path(self._folder, root))
        return self._named_sites[name, root]

    def _in_note(self, reference: Reference) -> Resolution:
        if (path := self._image_roots.path_of(reference)) is not None and self._exists(path):
            return Resolution(posixpath.relpath(path, self._folder))
        sites = self.sites_of(reference.note)
        if (file := next((found for site in sites if (found := self._file(site, reference))), None)) is not None:
            return Resolution(posixpath.relpath(file, self._folder))
        return Resolution(is_broken=bool(sites) and all(self._is_broken(site, reference) for site in sites))

    def _file(self, site: Site, reference: Reference) -> str | None:
        """Return the absolute path of what a link leads to on a site; None if that is not known."""
        candidates = list(self._candidates(site, reference))
        if (existing := next(filter(self._exists, candidates), None)) is not None:
            return existing
        if site.generator.by_name and (named := self._named(reference.path)):
            return named[0]
        if reference.is_asset or self._must_be_file(site, reference):
            return None
        pages = self._pages_of(site)
        return next((page for each in candidates if (page := pages.find(each)) is not None), None)

    def _candidates(self, site: Site, reference: Reference) -> Iterator[str]:
        """Yield the absolute paths that a link may stand for, first the most likely ones."""
        path = reference.path
        if (aliased := _aliased(site, path)) is not None:
            yield aliased
            return
        content = [*map(str, site.content), str(site.root)]
        if reference.is_rooted:
            paths = dict.fromkeys((path, *_without_prefixes(path, site.base)))
            folders = [*map(str, site.static), *content, self._folder]
            yield from (_join(folder, each) for each in paths for folder in folders)
            return
        folder = posixpath.dirname(f"{self._folder}/{reference.note}")
        yield _join(folder, path)
        if not self._must_be_file(site, reference):
            yield _join(_url_of_page(f"{self._folder}/{reference.note}"), path)
        if site.generator.root_relative or not self._must_be_file(site, reference):
            yield from (_join(each, path) for each in content)

    def _must_be_file(self, site: Site, reference: Reference) -> bool:
        """Return whether a generator takes a path for that of a file."""
        return reference.is_note and not reference.is_rooted and "page" in site.generator.certain

    def _is_broken(self, site: Site, reference: Reference) -> bool:
        """Return whether a link that leads nowhere on a site is broken for sure."""
        certain = site.generator.certain
        if not site.is_certain or not self._is_page(site, reference.note):
            return False
        if (aliased := _aliased(site, reference.path)) is not None:
            return "alias" in certain and reference.extension != "" and self._is_inside(aliased)
        if reference.is_note and not reference.is_rooted:
            return self._is_missing_page(site, reference)
        if reference.is_asset:
            sort = "rooted-asset" if reference.is_rooted else "asset"
            return sort in certain and self._is_inside(str(site.root)) and not self._named(reference.path)
        return False

    def _is_missing_page(self, site: Site, reference: Reference) -> bool:
        """Return whether a relative path to a note is broken: its folder exists, and no page could be meant."""
        file = _join(posixpath.dirname(f"{self._folder}/{reference.note}"), reference.path)
        certain = site.generator.certain
        if not self._exists(posixpath.dirname(file)):
            return False
        if "page" not in certain:
            return "page-name" in certain and not self._named(reference.path)
        page = self._pages_of(site).find(file)
        return page is None or slug(page) == slug(file)

    def _is_page(self, site: Site, note: str) -> bool:
        """Return whether a note is a page of a site, and no text that is shown on other pages."""
        path = f"{self._folder}/{note}"
        inside = [str(folder) for folder in site.content if _is_below(path, folder)]
        if not inside or posixpath.basename(path) == _CHAPTERS:
            return False
        return not any(_PART.match(part) for part in path.removeprefix(f"{max(inside, key=len)}/").split("/"))

    def _pages_of(self, site: Site) -> SitePages:
        key = (site.generator.name, str(site.root))
        if key not in self._pages:
            self._pages[key] = SitePages(site, [f"{self._folder}/{file}" for file in self._list_files()])
        return self._pages[key]

    def _named(self, path: str) -> list[str]:
        """Return the files with the name of a path, in any folder; for a page the extension may be missing."""
        name = slug(posixpath.basename(path))
        stem = without_page_extension(name)
        return self._by_name.get(name) or (self._by_stem.get(stem, []) if stem != name or "." not in name else [])

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        hidden = (each for site in self.sites for each in site.static if "/." in str(each))
        listed = (f"{root}/{name}" for folder in hidden for root, _, names in os.walk(folder) for name in names)
        for file in (*(f"{self._folder}/{file}" for file in self._list_files()), *listed):
            found[slug(posixpath.basename(file))].append(file)
        return found

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, files in self._by_name.items():
            if (stem := without_page_extension(name)) != name:
                found[stem] += files
        return found

    def _exists(self, path: str) -> bool:
        try:
            return self._is_inside(path) and Path(path).exists() and self._is_inside(os.path.realpath(path))
        except (OSError, ValueError):
            return False

    def _is_inside(self, path: str) -> bool:
        return path == self._folder or path.startswith(f"{self._folder}/")


def _is_below(path: str, folder: Path) -> bool:
    return path.startswith(f"{str(folder).rstrip('/')}/")


def _join(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _url_of_page(file: str) -> str:
    """Return the path of a page that its generator writes as `page/index.html`."""
    stem = without_page_extension(file)
    folder, _, name = stem.rpartition("/")
    return folder if name.casefold() in {"index", "_index", "readme"} else stem


def _aliased(site: Site, path: str) -> str | None:
    """Return the absolute path of one that begins with an alias; None if it does not."""
    first, _, rest = path.partition("/")
    folder = site.generator.aliases.get(first)
    return _join(str(site.root), f"{folder}/{rest}") if folder is not None and rest else None


def _without_prefixes(path: str, base: str) -> Iterator[str]:
    """Yield a path from the root of a site without the path of the site, and without a language."""
    if base and path.startswith(f"{base}/"):
        path = path.removeprefix(f"{base}/")
        yield path
    first, _, rest = path.partition("/")
    if LANGUAGE.fullmatch(first):
        yield rest
