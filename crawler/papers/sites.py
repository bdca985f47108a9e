"""Recognize URLs of papers on the sites in `data/paper_sites.toml`, and identify each paper. Pure."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from crawler.links.canonical_url import hostname

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

Group = Literal["page", "record"]
"""The papers whose pages are read, and those that a service knows by their identifier."""

_MAX_URL = 2_000
_SLASHES = re.compile("/{2,}")
_INSIDE = frozenset({"doi"})
"""Schemes whose ids are the same in any case."""


@dataclass(frozen=True, slots=True)
class PaperSite:
    """One row of the table."""

    label: str
    scheme: str
    hosts: tuple[str, ...]
    paths: tuple[re.Pattern[str], ...]
    url: str
    id: str = "{id}"

    def id_of(self, path: str, query: str) -> str | None:
        """Return the id of the paper at a decoded path and query; None if they lead to no paper."""
        texts = (path, f"{path}?{query}") if query else (path,)
        matches = (match for pattern in self.paths for text in texts if (match := pattern.fullmatch(text)))
        match = next(matches, None)
        if match is None:
            return None
        found = self.id.format_map(match.groupdict(default=""))
        return found.lower() if self.scheme in _INSIDE else found


def paper_at(group: Group, parts: SplitResult) -> str | None:
    """Return the identity `scheme:id` of the paper at a URL; None if it is on no site of the group."""
    site_rows = _by_host(group).get(hostname(parts).removeprefix("www."), ())
    if not site_rows or len(parts.path) + len(parts.query) > _MAX_URL:
        return None
    path, query = _SLASHES.sub("/", unquote(parts.path)), unquote(parts.query)
    for site in site_rows:
        if (found := site.id_of(path, query)) is not None:
            return f"{site.scheme}:{found}"
    return None


def page_of(identity: str) -> str:
    """Return the URL of the page of a paper with an identity."""
    scheme, _, paper_id = identity.partition(":")
    return _by_scheme()[scheme].url.format(id=paper_id)


def label_of(identity: str) -> str:
    """Return the name of a paper in evidence texts: `ACL Anthology N19-1423`."""
    scheme, _, paper_id = identity.partition(":")
    return f"{_by_scheme()[scheme].label} {paper_id}"


def ids_of(identity: str) -> dict[str, str]:
    """Return an identity as the ids of a paper."""
    scheme, _, paper_id = identity.partition(":")
    return {scheme: paper_id}


@cache
def sites(group: Group) -> tuple[PaperSite, ...]:
    """Return the rows of a group."""
    table = tomllib.loads(files("crawler").joinpath("data/paper_sites.toml").read_text("utf-8"))
    return tuple(
        PaperSite(
            **row | {"hosts": tuple(row["hosts"]), "paths": tuple(re.compile(path, re.DOTALL) for path in row["paths"])}
        )
        for row in table[group]
    )


@cache
def _by_host(group: Group) -> Mapping[str, list[PaperSite]]:
    found: defaultdict[str, list[PaperSite]] = defaultdict(list)
    for site in sites(group):
        for host in site.hosts:
            found[host].append(site)
    return dict(found)


@cache
def _by_scheme() -> Mapping[str, PaperSite]:
    """Return for each scheme its first row."""
    return {site.scheme: site for site in (*reversed(sites("page")), *reversed(sites("record")))}
