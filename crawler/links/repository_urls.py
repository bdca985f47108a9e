"""Recognize URLs of repositories on the hosts in `data/repository_hosts.toml`. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.links.canonical_url import hostname, split

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_MAX_PATH = 1_000
_SAME_HOSTS = {"hf.co": "huggingface.co"}


@dataclass(frozen=True, slots=True)
class RepositoryUrl:
    """A URL of a repository: the interface and the name of its host, its name there, and the path in it."""

    api: str
    host: str
    name: str
    prefix: str = ""
    below: str = ""

    @property
    def identity(self) -> str:
        """Return the host and the name in lower case, in which hosts compare them."""
        return f"{self.host}/{self.prefix}{self.name}".lower()

    def url_of(self, name: str) -> str:
        """Return the URL of the same path in a repository with another name."""
        return f"https://{self.host}/{self.prefix}{name}{self.below}"


@dataclass(frozen=True, slots=True)
class _Host:
    api: str
    paths: tuple[re.Pattern[str], ...]
    reserved: frozenset[str]


def repository_at(parts: SplitResult) -> RepositoryUrl | None:
    """Return the repository at a URL; None for other pages and other hosts."""
    host = hostname(parts).removeprefix("www.")
    rows = _hosts().get(host, ())
    if not rows or len(parts.path) > _MAX_PATH:
        return None
    path = unquote(parts.path)
    for row in rows:
        for pattern in row.paths:
            match = pattern.fullmatch(path)
            if match is None or match["name"].partition("/")[0].lower() in row.reserved or ".." in match["name"]:
                continue
            groups = match.groupdict(default="")
            below = groups.get("below", "").rstrip("/")
            return RepositoryUrl(row.api, _SAME_HOSTS.get(host, host), match["name"], groups.get("prefix", ""), below)
    return None


def repository_of(url: str) -> RepositoryUrl | None:
    """Return the repository at a canonical URL."""
    return repository_at(split(url))


@cache
def _hosts() -> dict[str, list[_Host]]:
    table = tomllib.loads(files("crawler").joinpath("data/repository_hosts.toml").read_text("utf-8"))
    found: dict[str, list[_Host]] = {}
    for row in table["host"]:
        entry = _Host(row["api"], tuple(map(re.compile, row["paths"])), frozenset(row.get("reserved", ())))
        for host in row["hosts"]:
            found.setdefault(host, []).append(entry)
    return found
