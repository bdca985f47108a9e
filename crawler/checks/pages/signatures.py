"""Signatures of pages that servers send in place of the requested one, from the tables in `data`. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick

from crawler.lazy_pattern import LazyPattern, any_of, cached_any_of, with_words
from crawler.models.check import Outcome
from crawler.models.reason import Reason
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.checks.pages.page_signs import ShownPage

MAX_TEXT_BYTES = 2_000
"""Visible text up to which a signature's title or markup counts; in bytes, since Chinese needs fewer characters."""

ANY_LENGTH = 1_000_000
"""`max_text_bytes` of a signature whose title counts however much text the page has."""

EDGE = " !?.,;~'\"()[]{}<>。、【】《》「」『』“”"
"""Characters that are ignored at the ends of a part of a title."""

TABLES = ("site_notices.toml", "soft_errors.toml", "page_notices.toml")
"""The tables of signatures in `data`, in the order in which their rows are compared."""

_MAX_TITLE = 300  # characters of a title that are compared; those of signatures are shorter
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class SoftError:
    """The outcome and reason of a check that got a page with a signature."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class Signature:
    """One row of the table: a page matches with one of the headers, redirect targets, titles or pieces of markup."""

    error: SoftError
    headers: tuple[tuple[str, str], ...]
    addresses: LazyPattern | None
    titles: LazyPattern | None
    phrases: LazyPattern | None
    markup: tuple[str, ...]
    statuses: frozenset[int]
    max_text_bytes: int
    unless_url: LazyPattern | None
    unless_title: LazyPattern | None
    url_words: LazyPattern | None
    hosts: frozenset[str]
    sources: LazyPattern | None
    in_text: int
    also: LazyPattern | None
    max_links: int | None
    is_unmistakable: bool

    def matches(self, page: ShownPage) -> bool:
        """Return whether a page has the signature."""
        if not self._applies_to_status_of(page) or not page.is_at(self.hosts):
            return False
        if self.is_for_status_alone or page.has_any(self.headers):
            return True
        if self.addresses is not None and page.was_redirected_to(self.addresses):
            is_login_of_site = page.is_front_page_link and self.error.outcome is Outcome.RESTRICTED
            return not is_login_of_site
        return self._matches_content(page)

    @property
    def is_bot_wall(self) -> bool:
        """Return whether it is the signature of a bot wall, which may have any status, or of another gate."""
        return self.error.outcome is Outcome.BLOCKED

    @property
    def is_for_status_alone(self) -> bool:
        """Return whether the status of a host's response says it all."""
        has_marks = self.headers or self.addresses or self.titles or self.phrases or self.markup or self.sources
        return bool(self.hosts and self.statuses and not has_marks)

    def _applies_to_status_of(self, page: ShownPage) -> bool:
        if self.statuses:
            return page.status in self.statuses
        return page.is_success or (self.is_bot_wall and not self.in_text)

    def _matches_content(self, page: ShownPage) -> bool:
        """Return whether title or markup match, the URL is no exception, and the page shows little text."""
        if self.sources is not None and self.sources.search(page.whole_source):
            return True
        has_mark = (
            self._matches_title(page) or any(mark in page.source for mark in self.markup) or self._matches_text(page)
        )
        if not has_mark:
            return False
        is_excepted = self.unless_url is not None and self.unless_url.search(page.requested)
        if is_excepted or (self.also is not None and not self.also.search(page.normalized_text)):
            return False
        return page.text_bytes <= self.max_text_bytes and (self.max_text_bytes >= ANY_LENGTH or not page.is_article)

    def _matches_title(self, page: ShownPage) -> bool:
        """Return whether the page has one of the titles, unless its URL or site is about what the title says."""
        is_known = bool(self.hosts) or page.has_known_title
        has_title = is_known and page.has_title(self.titles, self.phrases)
        is_confirmed = self.max_text_bytes >= ANY_LENGTH or page.confirms_title(self.titles, self.phrases)
        if not (has_title and is_confirmed):
            return False
        return not self._is_topic_of(page)

    def _matches_text(self, page: ShownPage) -> bool:
        """Return whether a short page says one of the phrases in a sentence, and is not about them."""
        is_known = page.has_known_sentence or (self.hosts and not page.is_named_by_link)
        if not self.in_text or self.phrases is None or not is_known:
            return False
        if self.max_links is not None and page.links > self.max_links and not page.is_at_jump:
            return False
        says = page.has_sentence if self.is_unmistakable else page.says
        is_free = page.title_is_name and not self.is_unmistakable
        return says(self.phrases, self.in_text) and (is_free or not self._is_topic_of(page))

    def _is_topic_of(self, page: ShownPage) -> bool:
        """Return whether URL or site of a page are about what the phrases say."""
        is_topic_of_title = self.unless_title is not None and any(map(self.unless_title.search, page.titles))
        is_topic_of_url = self.url_words is not None and self.url_words.search(page.requested_words)
        return bool(is_topic_of_title or is_topic_of_url) or page.is_named_in_url(self.phrases)


@dataclass(frozen=True, slots=True)
class LoginSignature:
    """The signature of login pages of any site."""

    error: SoftError
    addresses: LazyPattern
    login_paths: LazyPattern
    phrases: LazyPattern
    max_text_bytes: int

    def matches(self, page: ShownPage) -> bool:
        """Return whether a page asks for a login in place of the requested page."""
        is_requested_login = page.is_front_page_link or self.addresses.fullmatch(page.requested)
        if not page.is_success or is_requested_login:
            return False
        has_login_title = page.has_known_title and page.has_title(None, self.phrases)
        is_short_login_page = page.was_redirected_to(self.addresses) and page.text_bytes <= self.max_text_bytes
        if not is_short_login_page:
            return has_login_title and page.has_password_field
        if page.has_password_field or page.was_redirected_to(self.login_paths) or page.has_return_path:
            return True
        return has_login_title and page.confirms_title(None, self.phrases)


@lru_cache(maxsize=256)  # title and texts of a link are compared in several ways
def normalize_title(text: str) -> str:
    """Return the form in which titles are compared: NFKC, without case, on one line, with straight apostrophes."""
    return collapse_whitespace(unicodedata.normalize("NFKC", text[:_MAX_TITLE]).casefold().replace("’", "'"))


def words_in(text: str) -> str:
    """Return the words of a normalized text, separated by blanks."""
    return " ".join(_WORD.findall(normalize_title(text)))


@cache
def signatures() -> tuple[tuple[Signature, ...], LoginSignature]:
    """Return the signatures of the table in its order, and that of login pages."""
    login = _table()["login"]
    rows = tuple(_parse_signature(row, table) for table in _tables() for row in table["soft_error"])
    return rows, LoginSignature(
        _soft_error(login),
        any_of(login["addresses"]),
        any_of(login["login_paths"]),
        _phrase_pattern(login["phrases"]),
        login["max_text_bytes"],
    )


@cache
def topic_sites() -> LazyPattern:
    """Return a pattern for the names of sites (Wikipedia, arXiv) whose titles are about a topic, and never an error."""
    return any_of(_table()["about"]["titles"])


@cache
def all_titles() -> tuple[LazyPattern, LazyPattern]:
    """Return patterns for the titles and for the phrases of all signatures that are not those of single hosts."""
    every, login = signatures()
    rows = [row for row in every if not row.hosts]
    titles = [row.titles.pattern for row in rows if row.titles]
    phrases = [row.phrases.pattern for row in rows if row.phrases]
    return any_of(titles), cached_any_of([*phrases, login.phrases.pattern])


@cache
def all_marks() -> tuple[tuple[tuple[str, str], ...], AhoCorasick]:
    """Return the headers of all signatures, and an automaton that finds the markup of all in one pass."""
    rows, _ = signatures()
    headers = {header for row in rows for header in row.headers}
    return tuple(sorted(headers)), AhoCorasick(sorted({mark for row in rows for mark in row.markup}))


def says_absent(sentence: str) -> bool:
    """Return whether a normalized sentence says that there is nothing at a page's URL."""
    gone = (row for row in signatures()[0] if row.in_text and row.error.outcome is Outcome.GONE)
    return any(row.phrases is not None and row.phrases.fullmatch(sentence) for row in gone)


@cache
def known_hosts() -> frozenset[str]:
    """Return the hosts with signatures of their own."""
    return frozenset().union(*(row.hosts for row in signatures()[0]))


@cache
def gate_words() -> re.Pattern[str]:
    """Return a pattern for words of pages that stand before others: what is behind them is not known."""
    return re.compile(any_of(_tables()[TABLES.index("page_notices.toml")]["gate"]["words"]).pattern, re.IGNORECASE)


def page_bytes(host: str) -> int | None:
    """Return the bytes that are read of a page of a host whose state stands behind the first ones; None for others."""
    found: int | None = _tables()[TABLES.index("site_notices.toml")]["page_bytes"].get(host)
    return found


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    data = files("crawler").joinpath("data")
    return tuple(tomllib.loads(data.joinpath(name).read_text("utf-8")) for name in TABLES)


def _table() -> dict[str, Any]:
    return _tables()[TABLES.index("soft_errors.toml")]


def _parse_signature(row: dict[str, Any], table: dict[str, Any]) -> Signature:
    words = {
        f"{language}.{name}": text for language, named in table.get("words", {}).items() for name, text in named.items()
    }
    clauses = [with_words(clause, words) for clause in row.get("clauses", ())]
    usual = _tables()[-1]["decorations"] if clauses or "in_text" in row else ()
    decorations = row.get("decorations", usual)
    return Signature(
        _soft_error(row),
        tuple((name, part.strip()) for name, _, part in (header.partition(":") for header in row.get("headers", ()))),
        any_of(row["addresses"]) if "addresses" in row else None,
        any_of(row["titles"]) if "titles" in row else None,
        _phrase_pattern(row.get("phrases", ()), decorations, clauses) if "phrases" in row or clauses else None,
        tuple(row.get("markup", ())),
        frozenset(row.get("statuses", ())),
        row.get("max_text_bytes", MAX_TEXT_BYTES),
        LazyPattern(row["unless_url"]) if "unless_url" in row else None,
        LazyPattern(row["unless_title"]) if "unless_title" in row else None,
        _url_words(row),
        frozenset(row.get("hosts", ())),
        LazyPattern(row["sources"]) if "sources" in row else None,
        row.get("in_text", 0),
        LazyPattern(row["also"]) if "also" in row else None,
        row.get("max_links"),
        row.get("unmistakable", False),
    )


def _url_words(row: dict[str, Any]) -> LazyPattern | None:
    """Return a pattern for the words of URLs that name a row's topic: `/wiki/Broken_link` is not a broken link."""
    names = [re.escape(words_in(phrase)) for phrase in row.get("phrases", ())] + row.get("titles", [])
    return LazyPattern(rf"\b(?:{any_of(names).pattern})\b") if names else None


def _soft_error(row: dict[str, Any]) -> SoftError:
    return SoftError(Outcome(row["outcome"]), Reason.decoded(row["reason"]))


def _phrase_pattern(
    phrases: Iterable[str], decorations: Iterable[str] = (), clauses: Iterable[str] = ()
) -> LazyPattern:
    """Return a pattern for one of the phrases or clauses with any number of decorations before and behind it.

    Decorations of EDGE characters alone are left out. The characters between decorations are matched possessively and
    none begins with them, so that there is one way to match a title, and time is linear in its length.
    """
    normalized, normalized_decorations = (
        list(filter(None, (normalize_title(text).strip(EDGE) for text in texts))) for texts in (phrases, decorations)
    )
    decoration = f"(?:{'|'.join(map(re.escape, normalized_decorations))})"
    phrase = f"(?:{'|'.join((*map(re.escape, normalized), *clauses))})"
    gap = rf"[\s{re.escape(EDGE)}:]*+"
    return LazyPattern(f"(?:{decoration}{gap})*{phrase}(?:{gap}{decoration})*" if normalized_decorations else phrase)
