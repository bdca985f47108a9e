"""URLs of images in repositories: the file behind the page that shows it. Pure, but for the table of sites."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlunsplit

from crawler.links.canonical_url import InvalidURLError, hostname, split

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def file_url(url: str) -> str | None:
    """Return the URL of the file that a page of a code hosting site shows; None for any other URL.

    A page with a query is returned by the site as the query says (`?raw=true`), and is left as it is.
    """
    try:
        parts = split(url)
        host = hostname(parts)
    except InvalidURLError:
        return None
    if parts.scheme not in {"http", "https"} or parts.query:
        return None
    path = next((path for hosts, page, file in _forges() if (path := _path(parts, host, hosts, page, file))), None)
    return None if path is None else urlunsplit(parts._replace(path=path))


def _path(parts: SplitResult, host: str, hosts: frozenset[str], page: re.Pattern[str], file: str) -> str | None:
    match = page.match(parts.path) if host in hosts or "*" in hosts else None
    return None if match is None else match.expand(file) + parts.path[match.end() :]


@cache
def _forges() -> tuple[tuple[frozenset[str], re.Pattern[str], str], ...]:
    table = tomllib.loads(files("crawler").joinpath("data/forge_pages.toml").read_text("utf-8"))
    return tuple((frozenset(row["hosts"]), re.compile(row["page"]), row["file"]) for row in table["forge"])
