"""Judge a redirect: has the page moved, or is the target no address for a note, or another page. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from crawler.checks.pages.page_titles import (
    have_common_word,
    identifies_page,
    is_named_by_texts,
    is_same_but_for_case,
    is_same_page_title,
    is_takeover_of_name,
    is_takeover_title,
    is_text_with_qualifier,
)
from crawler.checks.pages.text_fingerprint import is_same_text, script_of
from crawler.kinds.registry import kind_of, link_of
from crawler.links.canonical_url import is_same_site
from crawler.links.targets.moved_paths import is_equivalent, is_same_page, keeps_name, keeps_path, qualifies_name
from crawler.links.targets.redirect_targets import TargetFault, leads_to_login, target_fault
from crawler.links.targets.sites import is_one_site, own_name
from crawler.links.targets.url_words import words_of
from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterator

PERMANENT = frozenset({301, 308})
"""Permanent redirects (RFC 9110, 15.4.2 and 15.4.9)."""

LASTING_FAULTS = frozenset({TargetFault.SIGNED, TargetFault.GATE, TargetFault.DROPS_HTTPS})
"""Faults of a target that even the redirect of a service that is sure of its moves may have."""

_INTERMEDIATE_FAULTS = frozenset(
    {TargetFault.SIGNED, TargetFault.SESSION, TargetFault.GATE, TargetFault.JUMP, TargetFault.IDENTIFIER}
)
"""Faults of targets that are pages on the way to another one, so that their titles say nothing of the link."""


class RequiredSibling(Enum):
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
    notes, `earlier` the titles that were seen at other URLs than `new`. `is_migration` is true if other links of
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
        if is_named_by_texts(self.title, self.texts) or any(
            is_same_page_title(title, self.title) for title in self.earlier
        ):
            return True
        is_near = is_same_site(self.old, self.new) or keeps_path(self.old, self.new)
        return is_near and any(is_same_but_for_case(text, self.title) for text in (*self.texts, *self.earlier))

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
        yield from (title for title in reversed(self.earlier) if identifies_page(title))
        yield from (text for text in self.texts if identifies_page(text) and script_of(text) == script)

    @property
    def is_unrelated(self) -> bool:
        """Whether title and URL of the new page have nothing to do with what the old page was called."""
        names = list(self._names())
        if not names or not identifies_page(self.title) or self.has_same_title:
            return False
        before, after = words_of(self.old), words_of(self.new)
        path = () if keeps_path(self.old, self.new) else after.segments
        return not have_common_word(
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
    needs: RequiredSibling | None = None


_MOVED = RedirectJudgement(Outcome.MOVED)
_REPLACED = RedirectJudgement(Outcome.REPLACED, ReasonCode.ANOTHER_PAGE)
_LOGIN = RedirectJudgement(Outcome.RESTRICTED, ReasonCode.LOGIN_REQUIRED)
_SUGGEST_ONLY = RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_TO_OTHER_TITLE, suggests=True)
_SUGGEST_ONLY_TEMPORARY = replace(_SUGGEST_ONLY, why=ReasonCode.REDIRECT_TEMPORARY)
_SUGGEST_ONLY_OF_ALL_URLS = replace(_SUGGEST_ONLY, why=ReasonCode.REDIRECT_OF_ALL_URLS)
_NEEDS_PROBE = replace(_SUGGEST_ONLY, why=ReasonCode.REDIRECT_NOT_COMPARED)
_NEEDS_OTHERS_ELSEWHERE = replace(_NEEDS_PROBE, needs=RequiredSibling.ELSEWHERE)
_NEEDS_OTHERS_LIKEWISE = replace(_NEEDS_PROBE, needs=RequiredSibling.LIKEWISE)


@dataclass(frozen=True, slots=True)
class SiblingAnswer:
    """Where a random URL beside a link leads: the URL behind its redirects, title and text of a good page there."""

    asked: str
    url: str
    title: str | None
    text: str = ""


def judge_redirect(redirect: Redirect) -> RedirectJudgement | None:
    """Return the judgement of a redirect to a good page; None if it leads back to the same URL.

    The first row that applies decides:

    | redirect to                                                    | judgement                                  |
    |----------------------------------------------------------------|--------------------------------------------|
    | an equivalent URL                                              | None                                       |
    | another site: unrelated, or a page for taken-over domains      | replaced, or a probe if the path is kept   |
    | a login, under another title                                   | restricted                                 |
    | a URL with a fault; of a service, with a lasting fault         | suggestion if it helps                     |
    | anything, by a temporary hop                                   | suggestion                                 |
    | a move of a service, or the same page by its URL               | moved                                      |
    | the name of the page, on the same site or under the same title | moved                                      |
    | the same title alone                                           | probe: do other URLs lead elsewhere?       |
    | the same path on another site                                  | moved if others did, else probe: do they?  |
    | any other                                                      | suggestion                                 |
    """
    target = urldefrag(redirect.new).url
    if redirect.old == target or is_equivalent(redirect.old, target):
        return None
    fault = target_fault(redirect.old, redirect.new)
    if fault not in _INTERMEDIATE_FAULTS and (judgement := _judge_other_page(redirect)) is not None:
        return judgement
    if fault is TargetFault.GATE and leads_to_login(redirect.old, redirect.new) and not redirect.has_same_title:
        return _LOGIN
    is_service = is_move_of_service(redirect.old, target)
    if fault is not None and (fault in LASTING_FAULTS or not is_service):
        helps = fault.helps_a_person or (fault is TargetFault.LANGUAGE and not is_same_site(redirect.old, target))
        return RedirectJudgement(Outcome.OK, ReasonCode(fault.value), helps)
    if not redirect.is_permanent:
        return _SUGGEST_ONLY_TEMPORARY
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
    if judgement.needs is RequiredSibling.ELSEWHERE:
        return _SUGGEST_ONLY_OF_ALL_URLS if is_same_target else _MOVED
    if moves and not is_same:
        return _MOVED if redirect.is_permanent else _SUGGEST_ONLY_TEMPORARY
    if redirect.is_to_other_site and redirect.is_unrelated and (is_same or not words_of(redirect.old).segments):
        return _REPLACED
    return _SUGGEST_ONLY_OF_ALL_URLS if is_same else _SUGGEST_ONLY


@lru_cache(maxsize=1024)  # as target_fault
def is_move_of_service(old: str, new: str) -> bool:
    """Return whether both URLs are of one kind whose redirects are permanent, such as GitHub repositories."""
    before = link_of(old, "")
    if before is None or not kind_of(before).has_permanent_redirects:
        return False
    after = link_of(new, "")
    return after is not None and after.kind == before.kind


def _judge_other_page(redirect: Redirect) -> RedirectJudgement | None:
    """Return the judgement of a redirect to a page that has nothing to do with the link; None for any other."""
    if not redirect.is_to_other_site:
        return None
    known = (*redirect.texts, redirect.old)
    is_new = is_takeover_of_name(redirect.title, known=known, earlier=redirect.earlier) or not redirect.has_same_title
    if is_new and is_takeover_title(redirect.title, known=known, earlier=redirect.earlier):
        return _REPLACED
    if not redirect.is_unrelated:
        return None
    return _NEEDS_OTHERS_LIKEWISE if keeps_path(redirect.old, redirect.new) else _REPLACED


def _judge_move(redirect: Redirect) -> RedirectJudgement:
    """Return the judgement of a permanent redirect to a URL that has no fault."""
    old, new = redirect.old, urldefrag(redirect.new).url
    if keeps_name(old, redirect.new) and (is_same_site(old, new) or redirect.has_same_title):
        return _MOVED
    if qualifies_name(old, new) and any(is_text_with_qualifier(redirect.title, name) for name in redirect.names):
        return _MOVED
    if redirect.has_same_title:
        return _NEEDS_OTHERS_ELSEWHERE
    if keeps_path(old, new) and not is_same_site(old, new):
        return _MOVED if redirect.is_migration else _NEEDS_OTHERS_LIKEWISE
    return _SUGGEST_ONLY
