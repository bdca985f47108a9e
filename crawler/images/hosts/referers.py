"""The Referer with which hosts of images send the image itself. Pure, but for the table of hosts."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.globs import compile_globs
from crawler.links.targets.sites import site_of

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

FOREIGN_REFERER = "https://example.net/"
"""A Referer that no host of images allows: a host that forbids others to show its images answers it with a drawing."""


def referer_of(host: str, given: Mapping[str, str]) -> str | None:
    """Return the Referer to send to a host: that of the first matching glob in `given` or in the table; None for none.

    An empty one in `given` means none.
    """
    for glob, referer in given.items():
        if compile_globs([glob]).match(host):
            return referer or None
    return _usual_referer(host)


def own_referers(host: str) -> tuple[str, ...]:
    """Return the Referers of a host's own readers: its front page, and that of the site whose images it has."""
    site = site_of(host)
    others = () if host in {site, f"www.{site}"} else (f"https://www.{site}/",)
    return (f"https://{host}/", *others)


def other_referers(host: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Referers to try at a host that refuses the usual one: "" for none, and those of its own readers."""
    usual, own = referer_of(host, given), own_referers(host)
    others = ("", own[0]) if usual else own
    return tuple(each for each in others if each != usual)


@lru_cache(maxsize=4096)
def _usual_referer(host: str) -> str | None:
    """Return the Referer of the first matching row of the table."""
    return next((referer or None for hosts, referer in _table() if hosts.match(host)), None)


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    table = tomllib.loads(files("crawler").joinpath("data/image_referers.toml").read_text("utf-8"))
    return tuple((compile_globs(row["hosts"]), row["referer"]) for row in table["site"])
