"""Compare a page with its own past: is it still the page that was linked, or has another taken its place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrapy.http import HtmlResponse

from crawler.checks.pages.page_text import text_beginnings
from crawler.checks.pages.page_titles import (
    have_common_word,
    identifies_page,
    is_named_by_texts,
    is_same_page_title,
    is_takeover_of_name,
    is_takeover_title,
)
from crawler.checks.pages.text_fingerprint import CLOSE, FAR, distance, is_long_enough, script_of, text_fingerprint
from crawler.kinds.web import page_title
from crawler.links.canonical_url import InvalidURLError, canonicalize_url
from crawler.links.targets.sites import own_name
from crawler.links.targets.url_words import words_of
from crawler.models.check import Outcome
from crawler.models.page_version import PageVersion
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import without_nul

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scrapy.http import Response

    from crawler.models.result import CheckResult, DueLink

CHANGING_TITLES = 3
"""Different titles of one page from which its title says nothing: a counter, a date, the news."""

MAX_VERSIONS = 50
"""Versions of a page that are kept; more show only that it keeps changing."""

MAX_TITLE = 300
"""Characters of a title that are kept."""

_LANGUAGE = re.compile(r"""<html\b[^<>]*\blang\s*=\s*["']?([a-z]{2,3})""", re.IGNORECASE)
_ALTERNATES = re.compile(r"\bhreflang\s*=", re.IGNORECASE)
_HEAD = 16 * 1024


@dataclass(frozen=True, slots=True)
class Replacement:
    """That another page is in place of the one with the title `earlier`, since `since`."""

    earlier: str
    since: datetime


def with_page(due: DueLink, response: Response, result: CheckResult) -> CheckResult:
    """Return the result of a good page with what the page shows if that is new, or as that of another page."""
    version = observe_page(response, due.link.url, result.check.checked_at, due.past)
    if version is None:
        return result
    found = find_replacement(
        due.link.url, due.texts, due.past, version, is_multilingual=bool(due.past) and is_multilingual(response)
    )
    if found is None:
        return replace(result, page=_new_version(due.past, version))
    reason = Reason(ReasonCode.ANOTHER_PAGE, f"{found.since:%Y-%m-%d}", version.title, found.earlier)
    check = replace(result.check, outcome=Outcome.REPLACED, reason=reason, suggestion=None, suggestion_source=None)
    return marked_as_replaced(due, replace(result, check=check, page=version, validators=None))


def marked_as_replaced(due: DueLink, result: CheckResult) -> CheckResult:
    """Return a result whose version of the page is marked if the page is in place of another."""
    if result.check.outcome is not Outcome.REPLACED or result.page is None:
        return result
    version = replace(result.page, replaced=True)
    return replace(result, page=_new_version(due.past, version))


def observe_page(response: Response, url: str, now: datetime, past: Sequence[PageVersion] = ()) -> PageVersion | None:
    """Return what a good response to a request for a link's URL shows; None if it is no HTML page.

    It is the last version again if that has the same title and address: only the first text of a title is kept.
    """
    if not isinstance(response, HtmlResponse):
        return None
    title = without_nul(page_title(response))[:MAX_TITLE]
    address = url if response.url == url else _canonical(response.url)
    address_elsewhere = None if address == url else address
    if past and title and (past[-1].title, past[-1].address) == (title, address_elsewhere):
        return past[-1]
    text = ""
    for text in text_beginnings(response):
        if is_long_enough(text):
            break
    language = _LANGUAGE.search(response.text, 0, _HEAD)
    return PageVersion(
        title,
        text_fingerprint(text),
        script_of(f"{title} {text}"),
        language[1].lower() if language else "",
        now,
        address_elsewhere,
    )


def _new_version(past: Sequence[PageVersion], now: PageVersion) -> PageVersion | None:
    """Return the version to be kept: None if it is the last one, or differs from it in little."""
    if not past:
        return now
    last = past[-1]
    is_same = (last.title, last.address, last.replaced) == (now.title, now.address, now.replaced)
    is_kept = len(past) < MAX_VERSIONS and not (is_same and not _differs(last, now, CLOSE))
    return now if is_kept else None


def is_multilingual(response: Response) -> bool:
    """Return whether a page names its versions in other languages, or is chosen by the language of the client."""
    if b"accept-language" in b",".join(response.headers.getlist("Vary")).lower():
        return True
    head = response.text[:_HEAD] if isinstance(response, HtmlResponse) else ""
    return "hreflang" in head.lower() and _ALTERNATES.search(head) is not None  # the first is faster


def find_replacement(
    url: str, texts: Sequence[str], past: Sequence[PageVersion], now: PageVersion, *, is_multilingual: bool
) -> Replacement | None:
    """Return the replacement of a link's page by another one; None if it is the same, or may be.

    A page of a sort that takes over domains is one at first sight, unless the link is about that. Any other page has to
    differ in title, language or script, and text from all that was seen before; a front page in two runs.
    """
    good = [version for version in past if not version.replaced]
    since = _first_seen(past, now)
    titles = [version.title for version in good]
    known = (*texts, url)
    if is_takeover_title(now.title, known=known, earlier=titles) and (
        is_takeover_of_name(now.title, known=known, earlier=titles) or not is_named_by_texts(now.title, texts)
    ):
        earlier = next((title for title in titles if identifies_page(title)), "")
        return Replacement(earlier or next(filter(identifies_page, texts), url), since)
    if not good or is_multilingual or not _is_wholly_different(url, texts, good, now):
        return None
    if _keeps_changing([version.title for version in good if not _is_same_version(version, now)]):
        return None
    is_front_page = not words_of(url).segments
    if is_front_page and not any(_is_same_version(version, now) for version in past[-1:]):
        return None
    return Replacement(next(title for title in titles if identifies_page(title)), since)


def earlier_titles(past: Sequence[PageVersion], url: str, new: str) -> tuple[str, ...]:
    """Return the titles that were seen at other URLs than the target of a redirect."""
    return tuple(
        dict.fromkeys(
            each.title for each in past if each.title and not each.replaced and (each.address or url) != _canonical(new)
        )
    )


def _is_wholly_different(url: str, texts: Sequence[str], good: Sequence[PageVersion], now: PageVersion) -> bool:
    """Return whether title, language or script, and text differ from each earlier version, and from the texts."""
    if not identifies_page(now.title) or is_named_by_texts(now.title, texts):
        return False
    known = [version for version in good if not _is_same_version(version, now)]
    titles = [version.title for version in known if identifies_page(version.title)]
    host = words_of(url)
    if not titles or have_common_word(
        [now.title], [*titles, *texts, own_name(host.host), *host.labels, *host.segments]
    ):
        return False
    return all(_differs_in_language(version, now) and _differs(version, now, FAR) for version in known)


def _differs_in_language(one: PageVersion, other: PageVersion) -> bool:
    has_other_language = bool(one.language and other.language) and one.language != other.language
    return one.script != other.script or has_other_language


def _differs(one: PageVersion, other: PageVersion, bits: int) -> bool:
    """Return whether the texts of two versions differ in so many bits of their fingerprints."""
    if one.fingerprint is None or other.fingerprint is None:
        return False
    return distance(one.fingerprint, other.fingerprint) >= bits


def _is_same_version(one: PageVersion, other: PageVersion) -> bool:
    return is_same_page_title(one.title, other.title) or one.title == other.title


def _keeps_changing(titles: Sequence[str]) -> bool:
    different: list[str] = []
    for title in titles:
        if not any(is_same_page_title(title, each) or title == each for each in different):
            different.append(title)
    return len(different) >= CHANGING_TITLES


def _first_seen(past: Sequence[PageVersion], now: PageVersion) -> datetime:
    """Return when the present page was first seen."""
    same = (version.seen_at for version in past if version.title == now.title)
    return next(same, now.seen_at)


def _canonical(url: str) -> str:
    try:
        return canonicalize_url(url)
    except InvalidURLError:
        return url
