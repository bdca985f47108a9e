"""Tell what a browser's user sees of a response whose status says something else, or nothing. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from scrapy.http import HtmlResponse

from crawler.checks.pages.page_text import has_text, is_blank, sentences
from crawler.checks.pages.signatures.signature_tables import says_absent
from crawler.checks.pages.signatures.signatures import EDGE, normalize_title
from crawler.fetch.page_redirects import target_of
from crawler.kinds.web import page_title
from crawler.models.check import Outcome
from crawler.models.metadata import Page
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.result import DueLink

TITLE_SIMILARITY = 80
"""Similarity (0 to 100) of page title and link text from which the page is the one that was meant."""

SITE_NAME_BYTES = 15
"""Bytes up to which a link text may be only the name of a site, which confirms no page."""

EMPTY_FRAME_BYTES = 200
"""Bytes of text up to which a page with scripts may be filled by them ("Loading …")."""

ARTICLE_BYTES = 500
"""Bytes of text from which a page with an error status may be the page that was meant."""

_ACCEPTED, _NO_CONTENT = 202, frozenset({204, 205})
_ABSENT = frozenset({404, 410})
_STATIC_SERVERS = ("github.com", "amazons3", "netlify", "gitlab pages", "statichost", "surge")
"""Servers of files alone: the pages of an app that have no file come with 404, and browsers show the app."""

_COMPUTES_COOKIE = re.compile(r"document\.cookie|location\.reload|__jsl|_0x[0-9a-f]{4,6}")


def unshown(response: Response) -> tuple[Outcome, Reason] | None:
    """Return outcome and reason of a success that shows no page: a blank, a challenge, a redirect; None for a page.

    Only for requests for pages (`meta["max_bytes"]`): the bodies of images are read by their kind.
    """
    if "max_bytes" not in response.meta:
        return None
    if target_of(response) is not None:
        return Outcome.BLOCKED, Reason(ReasonCode.PAGE_REDIRECTS)
    if response.status in _NO_CONTENT or is_blank(response):
        is_challenge = response.status == _ACCEPTED
        return (Outcome.BLOCKED, Reason(ReasonCode.BOT_WALL)) if is_challenge else _EMPTY
    if is_frame(response) and (response.status == _ACCEPTED or _is_script_alone(response)):
        return Outcome.BLOCKED, Reason(ReasonCode.BOT_WALL)
    return None


_EMPTY = (Outcome.UNREADABLE, Reason(ReasonCode.EMPTY_PAGE))


def is_frame(response: Response) -> bool:
    """Return whether a page has next to no text and scripts that may fill it."""
    if not isinstance(response, HtmlResponse):
        return False
    return "<script" in response.text.lower() and not has_text(response, EMPTY_FRAME_BYTES)


def _is_script_alone(response: Response) -> bool:
    """Return whether a page is nothing but a script that sets a cookie or loads the page again."""
    assert isinstance(response, HtmlResponse)  # noqa: S101 - a frame is one
    is_bare = not page_title(response) and not has_text(response)
    return is_bare and _COMPUTES_COOKIE.search(response.text) is not None


def names_title(text: str, title: str) -> bool:
    """Return whether a link text is in a page's title, and is longer than the name of a site; both without case."""
    long_enough = len(text.encode()) > SITE_NAME_BYTES and len(title) * 100 >= len(text) * TITLE_SIMILARITY
    return long_enough and fuzz.partial_ratio(text, title) >= TITLE_SIMILARITY


def known_title(due: DueLink) -> str:
    """Return the title of the page when it was last good; "" if none is known."""
    return due.known.title if isinstance(due.known, Page) else ""


def says_nothing_is_there(response: Response) -> bool:
    """Return whether the title or any sentence of a page says that nothing is at its URL."""
    said = (page_title(response), *sentences(response))
    return any(says_absent(normalize_title(each).strip(EDGE)) for each in said)


def shown_despite_status(due: DueLink, response: Response, check: Check) -> Check:
    """Return the check, but `blocked` for a 404 or 410 with which a browser shows the very page that was meant.

    That is a page with the title that the note or an earlier check gives, or an app on a server of files alone.
    """
    if check.outcome is not Outcome.GONE or response.status not in _ABSENT or not isinstance(response, HtmlResponse):
        return check
    server = (response.headers.get("Server") or b"").decode("latin-1").lower()
    is_app = is_frame(response) and server.startswith(_STATIC_SERVERS)
    if not (is_app or _is_page_meant(due, response)) or says_nothing_is_there(response):
        return check
    return replace(check, outcome=Outcome.BLOCKED, reason=Reason(ReasonCode.SHOWN_WITH_STATUS, str(response.status)))


def _is_page_meant(due: DueLink, response: Response) -> bool:
    title = page_title(response).casefold()
    if not has_text(response, ARTICLE_BYTES) or not title:
        return False
    is_known = title == known_title(due).casefold() and len(title.encode()) > SITE_NAME_BYTES
    return is_known or any(names_title(text.casefold(), title) for text in due.texts)
