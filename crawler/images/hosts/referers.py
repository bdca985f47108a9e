"""The Referer with which hosts of images send the image itself. Pure, but for the table of hosts."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.globs import compile_globs

if TYPE_CHECKING:
    from collections.abc import Mapping

FOREIGN_REFERER = "https://example.net/"
"""A Referer that no host of images allows: a host that forbids others to show its images answers it with a drawing."""


def referer_of(host: str, given: Mapping[str, str]) -> str | None:
    """Return the Referer to send to a host: that of the first matching glob in `given` or in the table; None for none.

    An empty one in `given` means none.
    """
    for glob, referer in (*given.items(), *_table()):
        if compile_globs([glob]).match(host):
            return referer or None
    return None


def other_referers(host: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the Referers to try at a host that refuses the usual one: "" for none, and its own front page."""
    usual, own = referer_of(host, given), f"https://{host}/"
    others = ("", own) if usual else (own,)
    return tuple(each for each in others if each != usual)


@cache
def _table() -> tuple[tuple[str, str], ...]:
    table = tomllib.loads(files("crawler").joinpath("data/image_referers.toml").read_text("utf-8"))
    return tuple((host, row["referer"]) for row in table["site"] for host in row["hosts"])
