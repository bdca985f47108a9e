"""Turn what was judged of a redirect into a check. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.checks.redirects import PERMANENT, Redirect, RedirectJudgement, judge_redirect
from crawler.fetch.verbatim_requests import requested_url
from crawler.kinds.web import page_title
from crawler.links.canonical_url import InvalidURLError, canonicalize_url, is_same_site
from crawler.links.targets.url_words import words_of
from crawler.links.tracking import without_referral, without_tracking
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scrapy.http import Response

    from crawler.models.check import Check

_LANGUAGE = "ar|cn|cs|da|de|el|en|es|fa|fi|fr|he|hi|hk|hu|id|it|ja|jp|ko|kr|nl|no|pl|pt|ro|ru|sv|th|tr|tw|uk|us|vi|zh"
_HOME = re.compile(
    rf"(?:/(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?)?(?:/(?:(?:index|default|home)(?:\.[a-z]{{3,5}})?/?)?)?", re.IGNORECASE
)
_FRONT_PAGE_PART = re.compile(
    rf"(?:(?:{_LANGUAGE})(?:[-_][a-z]{{2,4}})?|(?:index|default|home|homepage|main|welcome|start|latest|stable|portal)(?:\.[a-z]{{3,5}})?)",
    re.IGNORECASE,
)
"""A segment of a front page's path: a language, `index.html`, `latest` …"""
_NOT_FOUND = re.compile(
    r"(?:/[\w.-]+)*?/(?:errors?[/_-]?)?(?:404|page[_-]?not[_-]?found|not[_-]?found)(?:[_-]?error)?(?:\.[a-z]{3,5})?/?",
    re.IGNORECASE,
)
_ERROR = re.compile(r"(?:/[\w.-]+)*?/error(?:[_-]?page)?(?:\.[a-z]{3,5})?/?", re.IGNORECASE)
_REQUESTS_ERROR = re.compile(r"error", re.IGNORECASE)
_REQUESTS_NOT_FOUND = re.compile(r"(?<!\d)404(?!\d)|not[_-]?found", re.IGNORECASE)


def redirect_of(
    response: Response, texts: Sequence[str], earlier: Sequence[str], site_moves: Collection[tuple[str, str]]
) -> Redirect:
    """Return the redirect behind which a good response is."""
    old = requested_url(response)
    new = clean_target(response.url, old)
    return Redirect(
        clean_target(old, old),
        new,
        tuple(response.meta["redirect_reasons"]),
        page_title(response),
        tuple(texts),
        tuple(earlier),
        (words_of(old).host, words_of(new).host) in site_moves,
    )


def check_redirect(check: Check, redirect: Redirect) -> Check:
    """Return a good check behind redirects with what they say of the link."""
    judgement = judge_redirect(redirect)
    return check if judgement is None else with_judgement(check, redirect, judgement)


def with_judgement(check: Check, redirect: Redirect, judgement: RedirectJudgement) -> Check:
    """Return a good check with what was judged of its redirect; the check's own reason comes first."""
    first, status = Reason(check.reason.code, *check.reason.details), str(redirect.statuses[0])
    suggestion = check.final_url if judgement.suggests else None
    source = None if suggestion is None else "redirect"
    check = replace(check, outcome=judgement.outcome, reason=first, suggestion=suggestion, suggestion_source=source)
    if judgement.outcome is Outcome.MOVED:
        return replace(check, reason=Reason(ReasonCode.PERMANENT_REDIRECT, status))
    if judgement.outcome is Outcome.REPLACED:
        name, day = redirect.name or redirect.old, f"{check.checked_at:%Y-%m-%d}"
        return replace(check, reason=Reason(ReasonCode.ANOTHER_PAGE, day, redirect.title, name))
    if judgement.outcome is Outcome.RESTRICTED:
        return replace(check, reason=Reason(ReasonCode.LOGIN_REQUIRED))
    if judgement.why is ReasonCode.REDIRECT_TEMPORARY:
        temporary = next((each for each in redirect.statuses if each not in PERMANENT), status)
        return replace(check, reason=first.plus(Reason(judgement.why, str(temporary))))
    return check if judgement.why is None else replace(check, reason=first.plus(Reason(judgement.why)))


def redirect_error(response: Response) -> tuple[Outcome, Reason] | None:
    """Return outcome and reason of a redirect to a front page or to a page for errors; None for any other."""
    requested, final = requested_url(response), response.url
    if _is_deep(requested) and _is_home(final) and is_same_site(requested, final):
        return Outcome.GONE, Reason(ReasonCode.REDIRECTED_HOME)
    if _leads_to(_NOT_FOUND, final) and not _REQUESTS_NOT_FOUND.search(requested):
        return Outcome.GONE, Reason(ReasonCode.REDIRECTED_TO_404_PAGE)
    if _leads_to(_ERROR, final) and not _REQUESTS_ERROR.search(requested):
        return Outcome.FAILED, Reason(ReasonCode.REDIRECTED_TO_ERROR_PAGE)  # not GONE: it may be any error
    return None


def clean_target(url: str, requested: str) -> str:
    """Return the target of a redirect in canonical form, as it is if it is invalid.

    It is without tracking parameters, and without those referrals (`ref`, `from`) that the URL `requested` does not
    have. Its fragment is kept (RFC 9110, 10.2.2).
    """
    page, mark, fragment = url.partition("#")
    try:
        parts = urlsplit(canonicalize_url(page))
    except InvalidURLError:
        return url
    query = without_referral(parts.query, parts.hostname or "", urlsplit(requested).query)
    return parts._replace(query=query).geturl() + (f"{mark}{fragment}" if fragment else "")


def _is_home(url: str) -> bool:
    return _HOME.fullmatch(urlsplit(url).path) is not None and not _query(url)


def _is_deep(url: str) -> bool:
    """Return whether a URL leads to a page below a site's front page: by its path, or by a number in its query."""
    segments = [part for part in urlsplit(url).path.split("/") if part and _FRONT_PAGE_PART.fullmatch(part) is None]
    return bool(segments) or any(character.isdecimal() for character in _query(url))


def _query(url: str) -> str:
    """Return the query of a URL without tracking parameters."""
    parts = urlsplit(url)
    return without_tracking(parts.query, parts.hostname or "")


def _leads_to(pages: re.Pattern[str], url: str) -> bool:
    parts = urlsplit(url)
    return any(pages.fullmatch(path) is not None for path in (parts.path, parts.fragment))
