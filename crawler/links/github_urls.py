"""Addresses of repositories on GitHub, and of places inside them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.links.canonical_url import hostname
from crawler.models.link import Link

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_HOSTS = frozenset({"github.com", "www.github.com"})
# Owners are letters, digits and single hyphens, 39 at most; names letters, digits, `-_.`, 100 at most.
_REPOSITORY = re.compile(r"/([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/([A-Za-z0-9._-]{1,100})(/.*)?")
# First path segments that are GitHub's own pages. Whatever is missing here is asked for once more by its page.
_RESERVED = frozenset(
    {
        *("about", "account", "advisories", "apps", "blog", "case-studies", "codespaces", "collections", "contact"),
        *("copilot", "customer-stories", "customer-terms", "dashboard", "discussions", "edu", "education"),
        *("enterprise", "enterprises", "events", "explore", "features", "issues", "join", "login", "logout"),
        *("marketplace", "mcp", "mobile", "models", "new", "newsroom", "notifications", "open-source"),
        *("organizations", "orgs", "partners", "premium-support", "pricing", "pulls", "readme", "resources"),
        *("search", "security", "sessions", "settings", "signup", "site", "social-impact", "solutions", "sponsors"),
        *("stars", "team", "topics", "trending", "trust-center", "user-attachments", "users", "watching"),
        "why-github",
    }
)


def github_link(parts: SplitResult) -> Link | None:
    """Return the link to a repository; one to a place inside keeps its path but shares the repository's identity."""
    if hostname(parts) not in _HOSTS or (found := repository_in(parts.path)) is None:
        return None
    owner, name, rest = found[0], found[1].removesuffix(".git"), found[2].rstrip("/")
    if owner.lower() in _RESERVED or name in {"", ".", ".."}:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return Link(f"https://github.com/{owner}/{name}{rest}{query}", "github", f"{owner}/{name}".lower(), "github.com")


def repository_in(path: str) -> tuple[str, str, str] | None:
    """Return owner, name and the rest of a path that may be a repository's; the rest is empty or begins with `/`."""
    match = _REPOSITORY.fullmatch(path)
    return None if match is None else (match[1], match[2], match[3] or "")
