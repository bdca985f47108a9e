"""Why the target of a redirect must not take the place of the URL in a note, by the two URLs alone. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.links.signed_urls import expires_at
from crawler.links.targets.moved_paths import is_same_page, keeps_name
from crawler.links.targets.sites import own_name, suffix_of
from crawler.links.targets.url_words import names, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.links.targets.url_words import UrlWords

_SESSION_IN_PATH = re.compile(r";(?=[\w.-]*+=)[\w.-]*?(?:session|sid)|/\([SFX]\([^/)]*+\)\)", re.IGNORECASE)
"""A session ID in a path: of servlets (`;jsessionid=`), and of ASP.NET without cookies (`/(S(…))/`)."""

_EXPIRY_IN_PATH = re.compile(r"[/~](?:exp|expires|st|hmac|hdnts)=|/(?:1[5-9]\d{8})(?:/|$)", re.IGNORECASE)
"""A time of expiry in a path: Akamai's `exp=…~hmac=…`, or seconds since 1970 between slashes."""

_TIMESTAMP = re.compile(r"1[4-9]\d{8}(?:\d{3})?")
_RANDOM = re.compile(r"(?=(?:[^\d]*\d){4})(?=(?:[^A-Za-z]*[A-Za-z]){4})[\w.~+/=-]{16,}")
_WORDS = re.compile(r"[a-z]{4,}", re.IGNORECASE)
_COUNTRY = re.compile(r"(?:[a-z]+\.)?[a-z]{2}")
_NUMBER = re.compile(r"\d{3,}")
_NUMBERED = re.compile(r"([a-z]{2,}[-_.]?)\d{1,3}")


class TargetFault(StrEnum):
    """Why a target is no address for a note; the values are those of `ReasonCode`."""

    DROPS_HTTPS = "redirect_drops_https"
    SIGNED = "redirect_to_signed_url"
    SESSION = "redirect_to_session"
    GATE = "redirect_to_gate"
    JUMP = "redirect_of_jump_page"
    IDENTIFIER = "redirect_of_identifier"
    LANGUAGE = "redirect_by_language"
    VERSION = "redirect_by_version"
    DEVICE = "redirect_by_device"
    MACHINE = "redirect_to_machine"
    QUERY = "redirect_adds_query"
    ENTRY = "redirect_to_entry_page"
    PARENT = "redirect_to_parent_page"

    @property
    def helps_a_person(self) -> bool:
        """Whether the target is a suggestion that a person may take up."""
        return self in {TargetFault.JUMP, TargetFault.PARENT, TargetFault.DEVICE, TargetFault.VERSION}


PASSING_FAULTS = frozenset({TargetFault.SIGNED, TargetFault.SESSION, TargetFault.GATE, TargetFault.DROPS_HTTPS})
"""Faults of the target of a short link, which has another host by its nature."""

_MOST_LABELS = 127  # of a name in the DNS (RFC 1035, 2.3.4); a longer one is no host


@lru_cache(maxsize=1024)  # edits are planned for the copy of a note and for the note itself
def target_fault(old: str, new: str) -> TargetFault | None:
    """Return why a note must not get the target of a redirect; None if nothing in the URLs speaks against it."""
    before, after = words_of(old), words_of(new)
    faults = (
        (TargetFault.SIGNED, _is_signed(before, after)),
        (TargetFault.SESSION, _has_session(before, after)),
        (TargetFault.GATE, _is_gate(before, after)),
        (TargetFault.IDENTIFIER, _is_at(before, "identifiers") and not _is_at(after, "identifiers")),
        (TargetFault.JUMP, _is_jump(before, after)),
        (TargetFault.DROPS_HTTPS, (before.scheme, after.scheme) == ("https", "http")),
        (TargetFault.LANGUAGE, _differs_by_language(before, after)),
        (TargetFault.VERSION, _differs_by_version(before, after)),
        (TargetFault.DEVICE, _differs_by_device(before, after)),
        (TargetFault.MACHINE, _is_machine(before, after)),
        (TargetFault.QUERY, _adds_query(before, after)),
        (TargetFault.ENTRY, _is_entry(before, after)),
        (TargetFault.PARENT, _is_parent(before, after)),
    )
    return next((fault for fault, is_found in faults if is_found), None)


def leads_to_login(old: str, new: str) -> bool:
    """Return whether the target is a page for a login, by the end of its path or its host; not for a front page."""
    before, after = words_of(old), words_of(new)
    if not before.segments or _has("login", (*before.segments, before.host.split(".", maxsplit=1)[0])):
        return False
    return _has("login_page", (*after.segments[-1:], *after.host.split(".")[:1]))


def _added(before: UrlWords, after: UrlWords) -> list[tuple[str, str]]:
    """Return the parameters that only the new URL has, with this value."""
    return [pair for pair in after.pairs if pair not in before.pairs]


def _has(table: str, words: Iterable[str]) -> bool:
    return any(map(names(table).fullmatch, words))


def _is_signed(before: UrlWords, after: UrlWords) -> bool:
    added = _added(before, after)
    if expires_at(after.url) is not None or _has("signature", (name for name, _ in added)):
        return True
    if any(_TIMESTAMP.fullmatch(value) for _, value in added):
        return True
    return _EXPIRY_IN_PATH.search(after.path) is not None and _EXPIRY_IN_PATH.search(before.path) is None


def _has_session(before: UrlWords, after: UrlWords) -> bool:
    added = _added(before, after)
    if _SESSION_IN_PATH.search(after.path) or "@" in after.url.partition("//")[2].partition("/")[0]:
        return True
    return _has("session", (name for name, _ in added)) or any(map(_is_random, (value for _, value in added)))


def _is_random(value: str) -> bool:
    """Return whether a value is a token: many letters and digits, and no words."""
    is_of_words = sum(map(len, _WORDS.findall(value))) * 2 > len(value)
    return _RANDOM.fullmatch(value) is not None and not is_of_words


def _is_gate(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new URL is that of a login, a consent or a warning, or of a step on the way to another."""
    old = {*before.path.split("/"), *before.host.split(".")[:1]}
    raw = after.path.rstrip("/").rpartition("/")[2]
    last, host = {raw, *after.segments[-1:]} - old, {after.host.split(".", maxsplit=1)[0]} - old
    anywhere = {*after.path.split("/"), *after.segments, *host} - old - {""}
    if any(_has(table, anywhere) for table in ("login", "gate")):
        return True
    if _has("gate_page", last | (host if len(after.labels) else set())):
        return True
    return _has("return", (name for name, _ in _added(before, after)))


def _is_at(url: UrlWords, table: str) -> bool:
    """Return whether the host is one of a table, or below one."""
    labels = url.host.split(".")[-_MOST_LABELS:]
    return _has(table, (".".join(labels[at:]) for at in range(len(labels) - 1)))


def _is_jump(before: UrlWords, after: UrlWords) -> bool:
    if is_same_page(before.url, after.url):
        return False
    return _is_at(before, "jump") or _is_at(after, "jump") or any("://" in value for _, value in before.pairs)


def _differs_by_language(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new URL names a language that the old one does not, or nothing but a language is left out."""
    if after.languages - before.languages:
        return True
    if not before.languages - after.languages:
        return False
    return before.without(before.languages) == after.without(before.languages)


def _differs_by_version(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new URL pins a version, or is that of another version, or lacks the name of the newest."""
    lost, gained = before.aliases - after.aliases, after.versions - before.versions
    is_renamed_branch = lost == {"master"} and after.aliases - before.aliases == {"main"} and not gained
    if is_renamed_branch:
        return False
    if lost or gained or _differs_by_number(before.segments, after.segments):
        return True
    dropped = (before.versions | before.aliases, after.versions | after.aliases)
    differs = before.versions | before.aliases != after.versions | after.aliases
    return differs and before.without(*dropped) == after.without(*dropped)


def _differs_by_number(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Return whether two paths to one page differ only in the number behind the name of a folder: `/proj85/`."""
    if len(before) != len(after) or before[-1:] != after[-1:] or before == after:
        return False
    pairs = [
        (_NUMBERED.fullmatch(old), _NUMBERED.fullmatch(new))
        for old, new in zip(before, after, strict=True)
        if old != new
    ]
    return all(old is not None and new is not None and old[1] == new[1] for old, new in pairs)


def _differs_by_device(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new URL is that for another device, or of the same site in another country."""
    if before.devices != after.devices:
        both = before.devices | after.devices
        is_of_host = bool(both & {*before.labels, *after.labels})
        if is_of_host or before.without(both) == after.without(both):
            return True
    if before.host == after.host or own_name(before.host) != own_name(after.host) or not own_name(after.host):
        return False
    one, other = suffix_of(before.host), suffix_of(after.host)
    return one != other and _COUNTRY.fullmatch(other) is not None and not names("worldwide").fullmatch(other)


def _is_machine(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new host is one machine of many, or is named by its number or port."""
    added = {*after.labels} - {*before.labels}
    is_one_of_many = any(label.rstrip("0123456789") in before.labels for label in added)
    is_numbered = after.host.replace(".", "").isdecimal() or ":" in after.host
    has_port = after.port is not None and after.port != before.port
    is_mirror = names("machine").fullmatch(own_name(after.host)) is not None and before.host != after.host
    return _has("machine", added) or is_one_of_many or is_mirror or is_numbered or has_port


def _adds_query(before: UrlWords, after: UrlWords) -> bool:
    is_same = (before.host, before.segments) == (after.host, after.segments)
    return is_same and len(after.pairs) > len(before.pairs) and {*before.pairs} <= {*after.pairs}


def _is_entry(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new page is one below the old address, which is the better name of it: `/` and `/home`."""
    if before.host != after.host or before.pairs != after.pairs:
        return False
    if before.segments == after.segments:
        return after.names_index and not before.names_index
    has_number = bool(before.segments) and _NUMBER.search(before.segments[-1]) is not None
    return after.segments[: len(before.segments)] == before.segments and not has_number


def _is_parent(before: UrlWords, after: UrlWords) -> bool:
    """Return whether the new page is above the old one, or a list, and nothing of it names the old page."""
    if _has("search", after.segments[-1:]) and not _has("search", before.segments[-1:]):
        return True
    if is_same_page(before.url, after.url) or keeps_name(before.url, after.url):
        return False
    if before.segments and not after.segments and not after.pairs:
        return True
    depth = len(after.segments)
    is_above = depth < len(before.segments) and before.segments[:depth] == after.segments
    is_list = depth <= len(before.segments) and bool(after.segments) and _has("list", after.segments[-1:])
    loses_query = before.segments == after.segments and len(before.pairs) > len(after.pairs)
    return is_above or loses_query or (is_list and depth < len(before.segments))
