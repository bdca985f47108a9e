"""Recognize URLs of repositories on GitHub, and of paths, issues and releases in them. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.links.canonical_url import hostname
from crawler.models.link import Link

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_HOSTS = frozenset({"github.com", "www.github.com"})
# An owner has at most 39 letters, digits and single hyphens, a repository at most 100 letters, digits and `-_.`.
_REPOSITORY = re.compile(r"/([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/([A-Za-z0-9._-]{1,100})(/.*)?")


@cache
def reserved_names() -> frozenset[str]:
    """Return the first parts of paths that are GitHub's own pages, and no owners, in lower case.

    The API does not find one that is missing here; then its page is checked.
    """
    table = tomllib.loads(files("crawler").joinpath("data/github_reserved_names.toml").read_text("utf-8"))
    return frozenset(table["names"]) | frozenset(table["newer"])


def github_link(parts: SplitResult) -> Link | None:
    """Return the link to a repository; None for other URLs.

    A link into a repository keeps path and query; its identity is that of the repository.
    """
    if hostname(parts) not in _HOSTS or (repository := repository_in(parts.path)) is None:
        return None
    owner, name, below = repository
    name = name.removesuffix(".git")
    if owner.lower() in reserved_names() or name in {"", ".", ".."}:
        return None
    query = f"?{parts.query}" if parts.query else ""
    url = f"https://github.com/{owner}/{name}{below.rstrip('/')}{query}"
    return Link(url, "github", f"{owner}/{name}".lower(), "github.com")


def repository_in(path: str) -> tuple[str, str, str] | None:
    """Return owner, name and the rest of a path of the form `/owner/name…`; the rest is empty or begins with `/`."""
    match = _REPOSITORY.fullmatch(path)
    return None if match is None else (match[1], match[2], match[3] or "")


def is_missing_wiki_page(url: str, final_url: str) -> bool:
    """Return whether a page of a wiki was redirected to the wiki's first page, which GitHub does if it is missing."""
    asked, final = (unquote(urlsplit(each).path).rstrip("/").lower().split("/")[1:] for each in (url, final_url))
    match asked:
        case [_, _, "wiki", "home" | "_pages" | "_sidebar" | "_footer", *_]:
            return False
        case [_, _, "wiki", _, *_]:
            return final[2:] in (["wiki"], [])
    return False
