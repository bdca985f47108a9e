"""Recognize the notices that WeChat shows in place of an article. Pure, but for the table of notices."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from crawler.models.check import Check, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bs4 import BeautifulSoup, Tag

_NOTICE_ELEMENTS = ".weui-msg, .mesg-block, .global_error_msg"
"""Selector of the elements that contain a notice."""

SHORT_PAGE = 200
"""Letters and digits up to which a page without a notice element may be a notice as a whole."""

MAX_QUOTE = 120
"""Characters of an unknown notice that become part of the reason."""

_TITLE_ELEMENTS = ".weui-msg__title, .mesg-title, h1, h2"
_TITLE_SURPLUS = 12  # letters and digits of a title around a notice: the name of the site
_MESSAGE = 1_000  # characters of a message in which words are searched: some expressions take quadratic time
_REMOVED = re.compile(r"del_reason_id: ?'[1-9]")


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the table: what WeChat shows in place of an article, with the outcome of a check that gets it."""

    texts: tuple[str, ...]
    words: re.Pattern[str] | None
    outcome: Outcome
    reason: Reason
    conclusive: bool = False
    last: bool = False
    titles: tuple[str, ...] = ()

    def is_meant_by(self, message: str) -> bool:
        """Return whether a normalized message has the words of the row."""
        return self.words is not None and self.words.search(message[:_MESSAGE]) is not None


@cache
def notices() -> tuple[Notice, ...]:
    """Return the notices of `crawler/data/wechat_notices.toml`, with normalized texts."""
    return tuple(
        Notice(
            tuple(map(_normalize, row["texts"])),
            re.compile(row["words"]) if "words" in row else None,
            Outcome(row["outcome"]),
            Reason.decoded(row["reason"]),
            row.get("conclusive", False),
            row.get("last", False),
            tuple(map(_normalize, row.get("titles", ()))),
        )
        for row in _table()["notice"]
    )


def is_generic_title(title: str) -> bool:
    """Return whether a page's title is empty or WeChat's own, and says nothing about what the page shows."""
    return _normalize(title) in {"", *map(_normalize, _table()["generic_titles"])}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/wechat_notices.toml").read_text("utf-8"))


@cache
def _variants() -> dict[int, str]:
    """Return the characters of the table by the code points of their variants on pages."""
    return {ord(variant): character for variant, character in _table()["variants"].split()}


def _normalize(text: str) -> str:
    """Return the letters and digits of a notice in one form: spaces, punctuation, case and variants differ by page."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).casefold()).translate(_variants())


def notice_elements(soup: BeautifulSoup) -> list[Tag]:
    """Return the elements of a page that have a notice, without those inside of another."""
    return outermost(soup, soup.select(_NOTICE_ELEMENTS))


def outermost(soup: BeautifulSoup, tags: list[Tag]) -> list[Tag]:
    """Return those of some tags that are inside of no other: the texts of all would grow with the square of depth."""
    inside = ids_within(soup, tags)
    return [tag for tag in tags if id(tag.parent) not in inside]


def ids_within(soup: BeautifulSoup, tags: Iterable[Tag]) -> set[int]:
    """Return the ids of some tags and of all tags inside of them, in linear time whatever the depth."""
    found = set(map(id, tags))
    for tag in soup.find_all(True) if found else ():  # parents come first
        if id(tag.parent) in found:
            found.add(id(tag))
    return found


def match_notice(check: Check, soup: BeautifulSoup, elements: list[Tag], text: str) -> Check | None:
    """Return the check by the notice on a page; None for an unknown page.

    `elements` are the notice elements of the page, none inside of another. Without any, a short page or the titles of a
    longer one are searched for known notices, and no notice is conclusive.
    """
    page_title = soup.title.get_text() if soup.title else ""
    if elements:
        message = _normalize(_joined_text(elements))
        inside = ids_within(soup, elements)
        titles = outermost(soup, [tag for tag in soup.select(_TITLE_ELEMENTS) if id(tag.parent) in inside])
        headings = [_normalize(tag.get_text(" ")) for tag in titles]
        notice = _by_text(message, page_title) or _by_meaning(headings, message)
    else:
        notice = _in_plain_page(soup, page_title, may_guess=check.is_ok)
    if notice is not None:
        refined = refined_check(check, notice.outcome, notice.reason)
        seen = any(words in message for words in notice.texts) if elements else False
        return replace(refined, conclusive=notice.conclusive and seen)
    if elements and _REMOVED.search(text) is not None:
        return replace(refined_check(check, Outcome.GONE, Reason(ReasonCode.REMOVED_BY_WECHAT)), conclusive=True)
    if elements and not message:
        return refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA))
    return None


def unknown_page_check(check: Check, soup: BeautifulSoup, elements: list[Tag]) -> Check:
    """Return the check of a page that is neither article nor known notice, with the text that it shows."""
    shown = collapse_whitespace(_joined_text(elements or [soup.body or soup]))[:MAX_QUOTE]
    return refined_check(check, Outcome.UNREADABLE, Reason(ReasonCode.UNKNOWN_WECHAT_PAGE, *([shown] if shown else [])))


def refined_check(check: Check, outcome: Outcome, reason: Reason, final_url: str | None = None) -> Check:
    """Return the check with another outcome; redirects within WeChat are dropped, since the article did not move."""
    return replace(check, outcome=outcome, reason=reason, final_url=final_url)


def _joined_text(elements: list[Tag]) -> str:
    return " ".join(tag.get_text(" ") for tag in elements)


def _by_text(message: str, page_title: str = "") -> Notice | None:
    """Return the notice whose text occurs in a message word for word, or whose title is that of the page."""
    title = _normalize(page_title)
    known = (row for row in notices() if title in row.titles or any(words in message for words in row.texts))
    return next(known, None)


def _by_meaning(headings: list[str], message: str) -> Notice | None:
    """Return the notice that the words of a heading mean, else those of the whole message."""
    for last in (False, True):
        for part in (*headings, message):
            meant = (row for row in notices() if row.last is last and row.is_meant_by(part))
            if (found := next(meant, None)) is not None:
                return found
    return None


def _in_plain_page(soup: BeautifulSoup, page_title: str, *, may_guess: bool) -> Notice | None:
    """Return the notice on a page without notice elements, where any text may be that of an article."""
    message = _normalize(_joined_text([soup.body or soup]))
    if len(message) <= SHORT_PAGE:
        by_meaning = _by_meaning([], message) if may_guess and is_generic_title(page_title) else None
        return _by_text(message, page_title) or by_meaning
    titles = [_normalize(page_title), *(_normalize(tag.get_text(" ")) for tag in soup.select(_TITLE_ELEMENTS)[:1])]
    return next((row for title in titles if (row := _by_title(title)) is not None), None)


def _by_title(title: str) -> Notice | None:
    """Return the notice that a title consists of; None for a title that has more words, as that of an article."""
    known = (row for row in notices() if title in row.titles or any(_fills(words, title) for words in row.texts))
    return next(known, None)


def _fills(words: str, title: str) -> bool:
    return words in title and len(title) <= len(words) + _TITLE_SURPLUS
