"""Find the kinds of links, and the link that a URL in a note leads to."""

from __future__ import annotations

import inspect
import posixpath
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING
from urllib.parse import unquote

import crawler.kinds
from crawler.errors import UserError
from crawler.kinds.base import Kind
from crawler.links import canonical_url
from crawler.links.text_links import urls_in
from crawler.models.link import Link
from crawler.models.note import LinkRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.metadata import Metadata


_NO_KINDS = frozenset({"base", "registry"})
"""The modules of this package that are not a kind."""

ENTRY_POINTS = "notemend.kinds"
"""The group of entry points by which other packages add kinds: each is named like the kind and leads to its class."""


def kind_names() -> list[str]:
    """Return the names of all kinds, which are those of their modules and entry points; none of these is imported."""
    own = [module.name for module in iter_modules(crawler.kinds.__path__) if module.name not in _NO_KINDS]
    return [*own, *(added.name for added in entry_points(group=ENTRY_POINTS))]


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Return every kind by name, in the order in which they are asked to recognise a URL.

    Raises UserError for an entry point that is none, or has the name of another kind.
    """
    added = {each.name: each for each in entry_points(group=ENTRY_POINTS)}
    names = kind_names()
    if twice := [name for name in added if names.count(name) > 1]:
        raise UserError(
            f"there are several kinds of links named {twice[0]}: see the entry point {added[twice[0]].value}"
        )
    modules = [import_module(f"{__package__}.{name}") for name in names if name not in added]
    classes = [
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Kind) and not inspect.isabstract(member) and member.__module__ == module.__name__
    ]
    classes += map(_load, added.values())
    return {kind.name: kind for kind in sorted((cls() for cls in classes), key=lambda kind: (kind.rank, kind.name))}


def _load(added: EntryPoint) -> type[Kind]:
    """Return the kind of another package; raise UserError for what is none."""
    try:
        kind = added.load()
    except Exception as error:
        raise UserError(f"kind {added.name}: {added.value} cannot be loaded: {error}") from error
    if not (inspect.isclass(kind) and issubclass(kind, Kind)) or inspect.isabstract(kind) or kind.name != added.name:
        raise UserError(f"kind {added.name}: {added.value} is not a kind of that name")
    return kind


def kind_of(link: Link) -> Kind:
    """Return a link's kind; one that this program no longer has is taken for a web page."""
    return all_kinds().get(link.kind) or all_kinds()["web"]


@cache
def with_metadata(type_: type[Metadata]) -> tuple[str, ...]:
    """Return the names of the kinds whose links lead to things of that type."""
    return tuple(sorted(kind.name for kind in all_kinds().values() if kind.metadata_type is type_))


@cache
def keeping_bodies() -> frozenset[str]:
    """Return the names of the kinds of which bytes are kept."""
    return frozenset(kind.name for kind in all_kinds().values() if kind.keeps_body)


@cache
def citation_sources() -> frozenset[str]:
    """Return the names of the kinds about whose papers bibliographies are asked."""
    return frozenset(kind.name for kind in all_kinds().values() if kind.citation_source)


def links_in(text: str) -> tuple[Link, ...]:
    """Return the papers and repositories whose addresses stand in a text, once each, in order."""
    kinds = [kind for kind in all_kinds().values() if kind.text_hosts]
    hosts = tuple(host for kind in kinds for host in kind.text_hosts)
    found: dict[str, Link] = {}
    for url, parts in urls_in(text, hosts):
        link = next((link for kind in kinds if (link := kind.recognise(url, parts)) is not None), None)
        if link is not None:
            found.setdefault(link.key, link)
    return tuple(found.values())


def kinds_named(names: str) -> set[str]:
    """Return the kinds that `only=` names, all if it names none; raise UserError for one that there is not."""
    wanted = {name.strip() for name in names.split(",") if name.strip()} or set(all_kinds())
    if unknown := wanted.difference(all_kinds()):
        raise UserError(f"only={names}: no such kind: {', '.join(sorted(unknown))}; there are {', '.join(all_kinds())}")
    return wanted


def link_of(url: str, note: str, role: LinkRole = LinkRole.OTHER) -> Link | None:
    """Return the link that a URL in a note leads to; None when it names nothing (a bare fragment).

    `note` is the note's path: relative URLs are resolved against it. A picture is a picture because it stands where a
    picture stands (`role`): its address need not say so.
    """
    try:
        url = _absolute(url, note)
        parts = canonical_url.split(url)
        canonical_url.hostname(parts)
    except canonical_url.InvalidURLError:
        return Link(url, "web", url)
    if not url:
        return None
    link = next(found for kind in all_kinds().values() if (found := kind.recognise(url, parts)) is not None)
    if role is LinkRole.IMAGE and kind_of(link).may_be_picture and link.host:
        link = Link(link.url, "image", link.url, link.host)  # a repository has many pictures
    return link


def _absolute(url: str, note: str) -> str:
    """Normalise a web URL; turn a relative one into a path below NOTES_DIR; leave other schemes as they are.

    A path from the root (`/images/x.png`) keeps its slash: it starts at NOTES_DIR where a repository is shown, and
    elsewhere on a site.
    """
    if url.startswith("//"):
        url = f"https:{url}"
    parts = canonical_url.split(url)
    if parts.scheme.lower() in canonical_url.WEB_SCHEMES:
        return canonical_url.canonicalize_url(url)
    if parts.scheme or not parts.path:
        return url if parts.scheme else ""
    path = unquote(parts.path).replace("\\", "/")
    if "\0" in path:
        raise canonical_url.InvalidURLError("a path with a NUL byte")
    root = "/" if path.startswith("/") else ""
    below = posixpath.normpath(posixpath.join(root or posixpath.dirname(note), path)).lstrip("/")
    return root + below if below else ""
