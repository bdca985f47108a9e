"""Judge a redirect: has the page moved, or is the target no address for a note, or another page. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from crawler.checks.pages.page_titles import (
    is_identical,
    is_named,
    is_qualified,
    is_related,
    is_same_page_title,
    is_taken_brand,
    is_takeover,
    names_page,
)
from crawler.checks.pages.text_fingerprint import is_same_text, script_of
from crawler.kinds.registry import kind_of, link_of
from crawler.links.canonical_url import is_same_site
from crawler.links.targets.moved_paths import is_equivalent, is_same_page, keeps_name, keeps_path, qualifies_name
from crawler.links.targets.redirect_targets import TargetFault, leads_to_login, target_fault
from crawler.links.targets.sites import is_one_site, own_name
from crawler.links.targets.url_words import words_of
from crawler.models.check import Outcome
from crawler.models.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterator

PERMANENT = frozenset({301, 308})
"""Permanent redirects (RFC 9110, 15.4.2 and 15.4.9)."""

LASTING_FAULTS = frozenset({TargetFault.SIGNED, TargetFault.GATE, TargetFault.DROPS_HTTPS})
"""Faults of a target that even the redirect of a service that is sure of its moves may have."""

_ON_THE_WAY = frozenset(
    {TargetFault.SIGNED, TargetFault.SESSION, TargetFault.GATE, TargetFault.JUMP, TargetFault.IDENTIFIER}
)
"""Faults of redirects that lead to another site by their nature, so that its title says nothing."""


class Sibling(Enum):
    """What a random URL beside the link has to show before its redirect counts as a move.

    `ELSEWHERE`: it does not lead to the same page. `LIKEWISE`: it is redirected path by path, to another page or to
    none.
    """

    ELSEWHERE = auto()
    LIKEWISE = auto()


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect from `old` to `new`, and what is known of both pages.

    `statuses` are those of each hop, `title` and `text` those of the page at `new`, `texts` those of the link in the
    notes, `earlier` the titles that were seen at other addresses than `new`. `is_migration` is true if other links of
    the host moved to the new one path by path.
    """

    old: str
    new: str
    statuses: tuple[object, ...]
    title: str = ""
    texts: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    is_migration: bool = False
    text: str = ""

    @property
    def is_permanent(self) -> bool:
        """Whether every hop is permanent."""
        return PERMANENT.issuperset(self.statuses)

    @property
    def is_to_other_site(self) -> bool:
        """Whether the hosts belong to two sites."""
        return not is_one_site(self.old, self.new)

    @property
    def has_same_title(self) -> bool:
        """Whether the new page has an earlier title of the old one, or is what a note calls it."""
        if is_named(self.title, self.texts) or any(is_same_page_title(title, self.title) for title in self.earlier):
            return True
        is_near = is_same_site(self.old, self.new) or keeps_path(self.old, self.new)
        return is_near and any(is_identical(text, self.title) for text in (*self.texts, *self.earlier))

    @property
    def names(self) -> tuple[str, ...]:
        """The texts of the link and the earlier titles."""
        return (*self.texts, *self.earlier)

    @property
    def name(self) -> str:
        """What the page was called: its earlier title, or the text of the link; empty if neither names a page."""
        return next(self._names(), "")

    def _names(self) -> Iterator[str]:
        """Yield the earlier titles, and the texts in the script of the new title, that name a page."""
        script = script_of(self.title)
        yield from (title for title in reversed(self.earlier) if names_page(title))
        yield from (text for text in self.texts if names_page(text) and script_of(text) == script)

    @property
    def is_unrelated(self) -> bool:
        """Whether title and URL of the new page have nothing to do with what the old page was called."""
        names = list(self._names())
        if not names or not names_page(self.title) or self.has_same_title:
            return False
        before, after = words_of(self.old), words_of(self.new)
        path = () if keeps_path(self.old, self.new) else after.segments
        return not is_related(
            (*names, own_name(before.host), *before.labels, *before.segments),
            (self.title, own_name(after.host), *after.labels, *path),
        )


@dataclass(frozen=True, slots=True)
class RedirectJudgement:
    """The outcome of a redirect to a good page (`moved`, `ok`, `restricted`, `replaced`), and why it is no move.

    `suggests` says whether the target may help a person. With `needs`, a random URL beside the link decides.
    """

    outcome: Outcome
    why: ReasonCode | None = None
    suggests: bool = False
    needs: Sibling | None = None


_MOVED = RedirectJudgement(Outcome.MOVED)
_REPLACED = RedirectJudgement(Outcome.REPLACED, ReasonCode.ANOTHER_PAGE)
_LOGIN = RedirectJudgement(Outcome.RESTRICTED, ReasonCode.LOGIN_REQUIRED)
_UNLIKE = RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_TO_OTHER_TITLE, suggests=True)
_OPEN = RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_NOT_COMPARED, suggests=True)


@dataclass(frozen=True, slots=True)
class SiblingAnswer:
    """Where a random URL beside a link leads: the URL behind its redirects, title and text of a good page there."""

    asked: str
    url: str
    title: str | None
    text: str = ""


def judge_redirect(redirect: Redirect) -> RedirectJudgement | None:
    """Return the judgement of a redirect to a good page; None if it leads back to the same URL."""
    target = urldefrag(redirect.new).url
    if redirect.old == target or is_equivalent(redirect.old, target):
        return None
    fault = target_fault(redirect.old, redirect.new)
    if fault not in _ON_THE_WAY and (judgement := _judge_other_page(redirect)) is not None:
        return judgement
    if fault is TargetFault.GATE and leads_to_login(redirect.old, redirect.new) and not redirect.has_same_title:
        return _LOGIN
    is_service = is_move_of_service(redirect.old, target)
    if fault is not None and (fault in LASTING_FAULTS or not is_service):
        helps = fault.helps_a_person or (fault is TargetFault.LANGUAGE and not is_same_site(redirect.old, target))
        return RedirectJudgement(Outcome.OK, ReasonCode(fault.value), helps)
    if not redirect.is_permanent:
        return RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_TEMPORARY, suggests=True)
    if is_service or is_same_page(redirect.old, target):
        return _MOVED
    return _judge_move(redirect)


def judge_with_sibling(redirect: Redirect, judgement: RedirectJudgement, answer: SiblingAnswer) -> RedirectJudgement:
    """Return the judgement that `needs` a sibling, by where that leads."""
    is_same_target = urldefrag(answer.url).url == urldefrag(redirect.new).url
    has_same_title = bool(redirect.title) and answer.title == redirect.title
    is_same = is_same_target or (has_same_title and (redirect.is_unrelated or is_same_text(answer.text, redirect.text)))
    moves = (
        answer.url != answer.asked and is_one_site(answer.url, redirect.new) and keeps_path(answer.asked, answer.url)
    )
    if judgement.needs is Sibling.ELSEWHERE:
        return _UNLIKE_OF_ALL if is_same_target else _MOVED
    if moves and not is_same:
        return _MOVED if redirect.is_permanent else RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_TEMPORARY, True)
    if redirect.is_to_other_site and redirect.is_unrelated and (is_same or not words_of(redirect.old).segments):
        return _REPLACED
    return _UNLIKE_OF_ALL if is_same else _UNLIKE


_UNLIKE_OF_ALL = replace(_UNLIKE, why=ReasonCode.REDIRECT_OF_ALL_URLS)


def is_move_of_service(old: str, new: str) -> bool:
    """Return whether both URLs are of one kind whose redirects are permanent, such as GitHub repositories."""
    before, after = link_of(old, ""), link_of(new, "")
    if before is None or after is None or before.kind != after.kind:
        return False
    return kind_of(before).has_permanent_redirects


def _judge_other_page(redirect: Redirect) -> RedirectJudgement | None:
    """Return the judgement of a redirect to a page that has nothing to do with the link; None for any other."""
    if not redirect.is_to_other_site:
        return None
    known = (*redirect.texts, redirect.old)
    is_new = is_taken_brand(redirect.title, known=known, earlier=redirect.earlier) or not redirect.has_same_title
    if is_new and is_takeover(redirect.title, known=known, earlier=redirect.earlier):
        return _REPLACED
    if not redirect.is_unrelated:
        return None
    return replace(_OPEN, needs=Sibling.LIKEWISE) if keeps_path(redirect.old, redirect.new) else _REPLACED


def _judge_move(redirect: Redirect) -> RedirectJudgement:
    """Return the judgement of a permanent redirect to a URL that has no fault."""
    old, new = redirect.old, urldefrag(redirect.new).url
    if keeps_name(old, redirect.new) and (is_same_site(old, new) or redirect.has_same_title):
        return _MOVED
    if qualifies_name(old, new) and any(is_qualified(redirect.title, name) for name in redirect.names):
        return _MOVED
    if redirect.has_same_title:
        return replace(_OPEN, needs=Sibling.ELSEWHERE)
    if keeps_path(old, new) and not is_same_site(old, new):
        return _MOVED if redirect.is_migration else replace(_OPEN, needs=Sibling.LIKEWISE)
    return _UNLIKE
