"""Load the kinds of links, and return the link of a URL in a note."""

from __future__ import annotations

import inspect
import posixpath
from dataclasses import replace
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
from crawler.links.jumps import jump_target
from crawler.links.spelling.browser_url import browser_url
from crawler.links.spelling.schemes import mistyped_scheme
from crawler.links.spelling.templates import parse_template
from crawler.links.spelling.text_links import urls_in
from crawler.messages import say
from crawler.models.link import Link
from crawler.models.notes.note import LinkRole
from crawler.notes.markdown.wikilinks import OPENING, wikilink_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.models.metadata import Metadata


_NO_KINDS = frozenset({"base", "registry"})
"""Modules of this package that are not kinds."""

ENTRY_POINTS = "notemend.kinds"
"""The group of entry points for kinds of other packages: the name is that of the kind, the value its class."""


def kind_names() -> list[str]:
    """Return the names of all kinds, from their modules and entry points, without importing them."""
    own = [module.name for module in iter_modules(crawler.kinds.__path__) if module.name not in _NO_KINDS]
    return [*own, *(added.name for added in added_kinds())]


@cache
def added_kinds() -> tuple[EntryPoint, ...]:
    """Return the entry points of other packages, read once: it opens a file of each installed package."""
    return tuple(entry_points(group=ENTRY_POINTS))


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Return every kind by name, in the order in which they are asked to recognize a URL.

    Raises UserError for an entry point that is not a kind, or has the name of another kind.
    """
    added = {entry_point.name: entry_point for entry_point in added_kinds()}
    names = kind_names()
    if duplicates := [name for name in added if names.count(name) > 1]:
        name = duplicates[0]
        raise UserError(say("error.kind_twice", name=name, place=added[name].value))
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
    """Return the class of an entry point; raise UserError if it is not a kind with the entry point's name."""
    try:
        kind = added.load()
    except Exception as error:
        raise UserError(say("error.kind_unloadable", name=added.name, place=added.value, error=error)) from error
    if not (inspect.isclass(kind) and issubclass(kind, Kind)) or inspect.isabstract(kind) or kind.name != added.name:
        raise UserError(say("error.kind_wrong", name=added.name, place=added.value))
    return kind


def kind_of(link: Link) -> Kind:
    """Return a link's kind; `web` for a stored link whose kind no longer exists."""
    return all_kinds().get(link.kind) or all_kinds()["web"]


@cache
def with_metadata(type_: type[Metadata]) -> tuple[str, ...]:
    """Return the names of the kinds whose links have metadata of a type."""
    return tuple(sorted(kind.name for kind in all_kinds().values() if kind.metadata_type is type_))


@cache
def keeping_bodies() -> frozenset[str]:
    """Return the names of the kinds whose bodies are saved in the image store."""
    return frozenset(kind.name for kind in all_kinds().values() if kind.keeps_body)


@cache
def citation_sources() -> frozenset[str]:
    """Return the names of the kinds for whose papers bibliographies are asked."""
    return frozenset(kind.name for kind in all_kinds().values() if kind.citation_source)


def links_in(text: str) -> tuple[Link, ...]:
    """Return the links to papers and repositories in a text, in order, one for each paper or repository."""
    kinds = [kind for kind in all_kinds().values() if kind.text_hosts]
    hosts = tuple(host for kind in kinds for host in kind.text_hosts)
    links: dict[str, Link] = {}
    for url, parts in urls_in(text, hosts):
        link = next((link for kind in kinds if (link := kind.recognize(url, parts)) is not None), None)
        if link is not None:
            links.setdefault(link.key, link)
    return tuple(links.values())


def kinds_named(names: str) -> set[str]:
    """Return the names of kinds in a comma-separated list (`only=…`), all if it is empty.

    Raises UserError for an unknown name.
    """
    selected = {name.strip() for name in names.split(",") if name.strip()} or set(all_kinds())
    if unknown := selected.difference(all_kinds()):
        raise UserError(
            say("error.kind_unknown", names=names, unknown=", ".join(sorted(unknown)), valid=", ".join(all_kinds()))
        )
    return selected


def link_of(url: str, note: str, role: LinkRole = LinkRole.OTHER) -> Link | None:
    """Return the link of a URL in a note; None if the URL is only a fragment.

    Relative URLs are resolved against `note`, the note's path. With the role `image` a URL is of the kind `image` even
    if it does not look like that of an image, unless its kind can be no image. An invalid URL is of the kind `web`.
    A jump page has the kind, identity and host of its target.
    """
    if (name := wikilink_name(url)) is not None:
        return Link(f"{OPENING}{name}]]", "local", f"{OPENING}{name}]]")
    if parse_template(url) is not None:
        return Link(url, "local", url)
    try:
        if mistyped_scheme(url) is not None:
            return Link(url, "web", url)
        written = _absolute(url, note)
        if mistyped_scheme(written) is not None:  # only without its dot segments
            return Link(written, "web", written)
        is_web = canonical_url.split(written).scheme in canonical_url.WEB_SCHEMES
        canonical = canonical_url.canonicalize_url(written) if is_web else written
        parts = canonical_url.split(canonical_url.normalize(canonical) if is_web else canonical)
        canonical_url.hostname(parts)
    except canonical_url.InvalidURLError:
        return Link(url, "web", url)
    if not written:
        return None
    if role is not LinkRole.IMAGE and (target := jump_target(written)) is not None:
        leads_to = page_link(target)
        return None if leads_to is None else replace(leads_to, url=written)
    link = next(link for kind in all_kinds().values() if (link := kind.recognize(canonical, parts)) is not None)
    if role is LinkRole.IMAGE and kind_of(link).may_be_picture and link.host:
        link = Link(link.url, "image", link.url, link.host)  # a repository's images must not share its identity
    keeps_url = link.identity == canonical or kind_of(link).checks_soft_404
    return replace(link, url=written) if link.url == canonical and keeps_url else link


def target_link(link: Link) -> Link:
    """Return the link that is checked for a link: that of the target of a jump page, else the link itself."""
    target = jump_target(link.url)
    leads_to = None if target is None else page_link(target)
    return link if leads_to is None or leads_to.host != link.host else leads_to


def page_link(url: str) -> Link | None:
    """Return the link of a URL to which another one leads; it is a page even if its body could be saved."""
    link = link_of(url, "")
    if link is None or not kind_of(link).keeps_body:
        return link
    return Link(link.url, "web", link.identity, link.host)


def _absolute(url: str, note: str) -> str:
    """Return a web URL as a browser requests it, the path below NOTES_DIR of a relative one, others as they are.

    A path from the root (`/images/x.png`) keeps its slash: in a repository it is relative to NOTES_DIR, on a site it
    need not be.
    """
    if url.startswith("//"):
        url = f"https:{url}"
    parts = canonical_url.split(url)
    if parts.scheme.lower() in canonical_url.WEB_SCHEMES:
        return browser_url(url)
    if parts.scheme or not parts.path:
        return url if parts.scheme else ""
    path = unquote(parts.path).replace("\\", "/")
    if "\0" in path:
        raise canonical_url.InvalidURLError("path with a NUL byte")
    root = "/" if path.startswith("/") else ""
    below = posixpath.normpath(posixpath.join(root or posixpath.dirname(note), path)).lstrip("/")
    return root + below if below else ""
