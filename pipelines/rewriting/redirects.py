"""Decide whether a note gets the URL that a link redirects to. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.globs import compile_globs
from crawler.kinds.registry import kind_of, link_of
from crawler.links.canonical_url import is_same_site, parameters
from crawler.links.signed_urls import expires_at
from pipelines.consistency.title_match import SAME_TITLE, normalized_title, similarity

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from crawler.models.link import Link, LinkState
    from crawler.models.note import Mention

_SESSION_IN_PATH = re.compile(r";[\w.-]*(?:session|sid)[\w.-]*=|/\([SFX]\([^)]*\)\)", re.IGNORECASE)
"""A session ID in a path: of servlets (`;jsessionid=`), and of ASP.NET without cookies (`/(S(…))/`)."""

_MIN_TITLE = 6
"""Letters and digits that a title needs to identify a page."""


def is_worth_edit(state: LinkState, mention: Mention) -> bool:
    """Return whether a note may get the URL that a link has moved to.

    A redirect of the service itself, such as that of a renamed repository, is certain. Any other redirect may be
    temporary: two runs must have seen the same target, and it must be on the same site or have the title that the note
    gives. Never accepted are signed URLs, sessions and logins, http in place of https, and a shorter path, as many
    pages of a site may redirect to it.
    """
    if state.moved_to is None or _is_useless_target(state.link.url, state.moved_to):
        return False
    if _is_confirmed_by_service(state.link, state.moved_to):
        return True
    old, new = urlsplit(state.link.url), urlsplit(state.moved_to)
    if not state.is_move_confirmed or _depth(new) < _depth(old):
        return False
    return is_same_site(state.link.url, state.moved_to) or _has_target_title(state, mention)


def _is_confirmed_by_service(old: Link, moved_to: str) -> bool:
    """Return whether both URLs are of one kind whose redirects are permanent, such as GitHub repositories."""
    new = link_of(moved_to, "")
    return new is not None and new.kind == old.kind and kind_of(old).has_permanent_redirects


def _is_useless_target(old: str, new: str) -> bool:
    """Return whether a new URL drops https, is signed, or has a session, a login, or the URL of another page."""
    before, after = urlsplit(old), urlsplit(new)
    if before.scheme == "https" and after.scheme != "https":
        return True
    if expires_at(new) is not None or _SESSION_IN_PATH.search(after.path):
        return True
    added = parameters(after.query).keys() - parameters(before.query).keys()
    if any(_table()[name].fullmatch(each) for each in added for name in ("session", "signature", "return")):
        return True
    return any(map(_table()["login"].fullmatch, _names(after) - _names(before)))


def _names(parts: SplitResult) -> set[str]:
    """Return the segments of the path and the first label of the host."""
    return {*filter(None, parts.path.split("/")), (parts.hostname or "").partition(".")[0]}


def _depth(parts: SplitResult) -> int:
    """Return the number of segments of the path."""
    return len([*filter(None, parts.path.split("/"))])


def _has_target_title(state: LinkState, mention: Mention) -> bool:
    """Return whether the page at the new URL has the title that the note gives to the link."""
    title = state.metadata.title if state.metadata is not None else ""
    if len(normalized_title(mention.text)) < _MIN_TITLE or "://" in mention.text:
        return False
    return similarity(mention.text, title) >= SAME_TITLE


@cache
def _table() -> dict[str, re.Pattern[str]]:
    """Return the patterns of `data/redirect_targets.toml` by name."""
    table = tomllib.loads(files("pipelines").joinpath("data/redirect_targets.toml").read_text("utf-8"))
    return {name: compile_globs(globs, re.IGNORECASE) for name, globs in table.items()}
