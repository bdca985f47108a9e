"""Whether a new address earns its place in a note: it was seen twice and will serve a reader for long. Pure."""

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
"""A session within a path: of servlets (`;jsessionid=`), and of ASP.NET without cookies (`/(S(…))/`)."""

_LEAST_TITLE = 6
"""Letters and digits that a title needs to tell one page from another."""


def is_worth_edit(state: LinkState, mention: Mention) -> bool:
    """Return whether a note may get the address that a link has moved to.

    What a service says itself (a repository was renamed) is certain. Any other redirect may be of the night: it is
    believed when two runs saw the same target, and the target is on the same site or has the title that the note gives.
    Never an address that expires or asks for something first, one without https where the old one has it, or one
    further up, which many pages of a site may have been sent to.
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
    """Return whether the service whose links these are leads from one thing of its own to another."""
    new = link_of(moved_to, "")
    return new is not None and new.kind == old.kind and kind_of(old).has_permanent_redirects


def _is_useless_target(old: str, new: str) -> bool:
    """Return whether a new address is signed, holds a session, asks for a login, or is a step on the way elsewhere."""
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
    """Return the parts of a path and the first label of the host."""
    return {*filter(None, parts.path.split("/")), (parts.hostname or "").partition(".")[0]}


def _depth(parts: SplitResult) -> int:
    return len([*filter(None, parts.path.split("/"))])


def _has_target_title(state: LinkState, mention: Mention) -> bool:
    """Return whether what stands at the new address has the title that the note gives to the link."""
    title = state.metadata.title if state.metadata is not None else ""
    if len(normalized_title(mention.text)) < _LEAST_TITLE or "://" in mention.text:
        return False
    return similarity(mention.text, title) >= SAME_TITLE


@cache
def _table() -> dict[str, re.Pattern[str]]:
    table = tomllib.loads(files("pipelines").joinpath("data/redirect_targets.toml").read_text("utf-8"))
    return {name: compile_globs(globs, re.IGNORECASE) for name, globs in table.items()}
