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
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

NOTICE_ELEMENTS = ".weui-msg, .mesg-block, .global_error_msg"
"""Selector of the elements that contain a notice."""

_REMOVED = re.compile(r"del_reason_id: ?'[1-9]")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that WeChat shows in place of an article, with the outcome of a check that gets it."""

    texts: tuple[str, ...]
    outcome: Outcome
    reason: Reason
    conclusive: bool = False
    titles: tuple[str, ...] = ()


@cache
def notices() -> tuple[Notice, ...]:
    """Return the notices of `data/wechat_notices.toml`, with normalized texts."""
    return tuple(
        Notice(
            tuple(map(_normalize, row["texts"])),
            Outcome(row["outcome"]),
            Reason.decoded(row["reason"]),
            row.get("conclusive", False),
            tuple(map(_normalize, row.get("titles", ()))),
        )
        for row in _table()["notice"]
    )


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


def match_notice(check: Check, soup: BeautifulSoup, elements: list[Tag], text: str) -> Check | None:
    """Return the check by the notice on a page; None for an unknown page.

    `elements` are the notice elements of the page. Without any the whole page is searched, and no notice is conclusive.
    """
    message = _normalize(" ".join(tag.get_text(" ") for tag in elements or (soup.body or soup,)))
    title = _normalize(soup.title.get_text()) if soup.title else ""
    for notice in notices():
        if title in notice.titles or any(words in message for words in notice.texts):
            refined = refined_check(check, notice.outcome, notice.reason)
            return replace(refined, conclusive=notice.conclusive and bool(elements))
    if elements and _REMOVED.search(text) is not None:
        return replace(refined_check(check, Outcome.GONE, Reason(ReasonCode.REMOVED_BY_WECHAT)), conclusive=True)
    if elements and not message:
        return refined_check(check, Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA))
    return None


def refined_check(check: Check, outcome: Outcome, reason: Reason, final_url: str | None = None) -> Check:
    """Return the check with another outcome; redirects within WeChat are dropped, since the article did not move."""
    return replace(check, outcome=outcome, reason=reason, final_url=final_url)
