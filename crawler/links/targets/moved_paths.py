"""What of a path is kept when a page moves: its name, or the path as a whole. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.links.canonical_url import InvalidURLError, normalize
from crawler.links.targets.url_words import names, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.links.targets.url_words import UrlWords

_ENCODED = re.compile("%(?:2[14789AC]|3[AB]|40|5[BD]|7C)")
"""Codes of characters that separate nothing in practice: ! $ ' ( ) * , : ; @ [ ] |"""

_HASH = re.compile(r"[-_.~](?:(?=[a-z]*\d)(?=\d*[a-z])[0-9a-f]{5,40}|\d{5,})")
_QUALIFIER = re.compile(r"[ _+-]?[(\uff08][^()]+[)\uff09]")
_NUMBER = re.compile(r"\d{4,}")
_MIN_NAME = 3
"""Letters from which a value of a query is the name of a page."""

_SAME_NAME = 92
"""Similarity (0 to 100) from which a segment is the name of a page in another spelling."""

MIGRATION = 3
"""Links of a host with different paths and pages that move path by path to one other host: the site has moved."""


def is_equivalent(one: str, other: str) -> bool:
    """Return whether two URLs differ only in which characters without a function are percent-encoded.

    Then the note's URL is as good as the other one.
    """
    try:
        first, second = (_ENCODED.sub(_decoded, normalize(url)) for url in (one, other))
    except InvalidURLError:
        return False
    return first == second


def _decoded(match: re.Match[str]) -> str:
    return unquote(match[0])


def is_same_page(old: str, new: str) -> bool:
    """Return whether two URLs differ only in scheme, `www.`, a slash at the end, an index file or an extension."""
    before, after = words_of(old), words_of(new)
    return (before.host, before.segments, before.pairs) == (after.host, after.segments, after.pairs)


def keeps_path(old: str, new: str) -> bool:
    """Return whether a page moved path by path: one path is the end of the other, and the query is the same."""
    before, after = words_of(old), words_of(new)
    if before.pairs != after.pairs:
        return False
    short, long = sorted((before.segments, after.segments), key=len)
    return short == long or (bool(short) and long[-len(short) :] == short)


def keeps_name(old: str, new: str) -> bool:
    """Return whether the new URL has what names the page in the old one: an id, or the last segment of the path."""
    before, after = words_of(old), words_of(new)
    named = [value.lower() for name, value in before.pairs if _is_name(name, value)]
    if named:
        return all(_is_in(value, after) for value in named)
    if not before.segments:
        return not after.segments
    name = before.segments[-1]
    if names("generic").fullmatch(name):
        count = len(before.segments)
        return count > 1 and after.segments[-count:] == before.segments
    return _is_in(name, after)


def moves_by_host(redirects: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, str]]:
    """Return the pairs of hosts of which MIGRATION links of one moved path by path to the other.

    `redirects` are URLs, targets, and what tells the pages there apart: one page for all is no migration.
    """
    pages: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for old, new, page in redirects:
        hosts = words_of(old).host, words_of(new).host
        if hosts[0] != hosts[1] and words_of(old).segments and keeps_path(old, new):
            pages[hosts].setdefault(page, urlsplit(old).path)
    return frozenset(hosts for hosts, paths in pages.items() if len(set(paths.values())) >= MIGRATION)


def _is_name(parameter: str, value: str) -> bool:
    """Return whether a parameter of a query names a page."""
    is_of_view = names("language").fullmatch(parameter) or names("version").fullmatch(parameter)
    return not is_of_view and (len(value) > _MIN_NAME or any(map(str.isdecimal, value)))


def qualifies_name(old: str, new: str) -> bool:
    """Return whether two URLs differ only in a qualifier behind the name of the page: `/Mercury_(planet)`."""
    before, after = words_of(old), words_of(new)
    if not before.segments or (before.host, before.segments[:-1], before.pairs) != (
        after.host,
        after.segments[:-1],
        after.pairs,
    ):
        return False
    qualifier = after.segments[-1].removeprefix(before.segments[-1])
    return qualifier != after.segments[-1] and _QUALIFIER.fullmatch(qualifier) is not None


def _is_with_hash(name: str, token: str) -> bool:
    """Return whether a token is a name with a hash or a long number behind it: `sorting-8f3b2c`."""
    return len(name) > _MIN_NAME and token.startswith(name) and _HASH.fullmatch(token[len(name) :]) is not None


def _is_in(name: str, url: UrlWords) -> bool:
    """Return whether a URL has the name of a page, or the number in it."""
    if name in url.tokens:
        return True
    numbers = set(_NUMBER.findall(name))
    if numbers:
        return any(numbers.issubset(_NUMBER.findall(token)) for token in url.tokens)
    if any(_is_with_hash(name, token) for token in url.tokens):
        return True
    plain = re.sub(r"[\W_]+", "", name)
    others = [re.sub(r"[\W_]+", "", token) for token in url.tokens]
    from rapidfuzz import fuzz

    return len(plain) > _MIN_NAME and any(fuzz.ratio(plain, other) >= _SAME_NAME for other in others)
