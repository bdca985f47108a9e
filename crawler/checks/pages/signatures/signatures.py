"""Signatures of pages that servers send in place of the requested one. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.models.check import Outcome
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from crawler.checks.pages.page_signs import ShownPage
    from crawler.checks.pages.signatures.lazy_pattern import LazyPattern
    from crawler.models.reasons.reason import Reason

MAX_TEXT_BYTES = 2_000
"""Visible text up to which a signature's title or markup counts; in bytes, since Chinese needs fewer characters."""

ANY_LENGTH = 1_000_000
"""`max_text_bytes` of a signature whose title counts however much text the page has."""

EDGE = " !?.,;~'\"()[]{}<>。、【】《》「」『』“”"
"""Characters that are ignored at the ends of a part of a title."""

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
    def is_bot_protection(self) -> bool:
        """Return whether it is the signature of bot protection, which may have any status, or of another gate."""
        return self.error.outcome is Outcome.BLOCKED

    @property
    def is_for_status_alone(self) -> bool:
        """Return whether the status of a host's response says it all."""
        has_marks = self.headers or self.addresses or self.titles or self.phrases or self.markup or self.sources
        return bool(self.hosts and self.statuses and not has_marks)

    def _applies_to_status_of(self, page: ShownPage) -> bool:
        if self.statuses:
            return page.status in self.statuses
        return page.is_success or (self.is_bot_protection and not self.in_text)

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
