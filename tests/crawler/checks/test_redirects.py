"""What a redirect to a good page says of a link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.checks.redirects import (
    Redirect,
    RedirectJudgement,
    RequiredSibling,
    SiblingAnswer,
    judge_redirect,
    judge_with_sibling,
)
from crawler.models.check import Outcome
from crawler.models.reasons.reason import ReasonCode

OLD = "https://a.example.org/posts/p17"
NEAR, FAR = "https://a.example.org/notes/q23", "https://b.example.net/notes/q23"
TITLE = "Weaving by hand"


def judged(new: str, title: str = "", text: str = "x", **more: object) -> RedirectJudgement:
    redirect = Redirect(str(more.pop("old", OLD)), new, (301,), title, (text,))
    judgement = judge_redirect(replace(redirect, **more))  # type: ignore[arg-type]
    assert judgement is not None
    return judgement


def test_a_redirect_back_says_nothing() -> None:
    assert judge_redirect(Redirect(OLD, OLD, (302,))) is None
    assert judge_redirect(Redirect(OLD, f"{OLD}#part", (301,))) is None


def test_the_same_name_on_the_same_site_has_moved() -> None:
    assert judged("https://a.example.org/archive/p17").outcome is Outcome.MOVED
    assert judged("https://www.a.example.org/posts/p17/").outcome is Outcome.MOVED


def test_a_temporary_redirect_has_not() -> None:
    found = judged("https://a.example.org/archive/p17", statuses=(301, 302))
    assert found == RedirectJudgement(Outcome.OK, ReasonCode.REDIRECT_TEMPORARY, suggests=True)


@pytest.mark.parametrize("new", [NEAR, FAR])
def test_a_title_has_to_be_that_of_the_page_alone(new: str) -> None:
    for found in (judged(new, TITLE, TITLE), judged(new, TITLE, earlier=(TITLE,))):
        assert (found.outcome, found.needs) == (Outcome.OK, RequiredSibling.ELSEWHERE)


def test_another_title_moves_nothing() -> None:
    assert judged(NEAR, TITLE).why is ReasonCode.REDIRECT_TO_OTHER_TITLE
    assert judged(FAR, TITLE).why is ReasonCode.REDIRECT_TO_OTHER_TITLE


def test_a_path_on_another_site_needs_others_that_move_likewise() -> None:
    new = "https://b.example.net/posts/p17"
    assert judged(new, TITLE).needs is RequiredSibling.LIKEWISE
    assert judged(new, TITLE, is_migration=True).outcome is Outcome.MOVED
    assert judged(new, TITLE, TITLE).outcome is Outcome.MOVED


def test_a_page_that_has_nothing_to_do_with_the_link_is_another() -> None:
    assert judged(FAR, "Garden furniture", TITLE).outcome is Outcome.REPLACED
    assert judged(FAR, "Garden furniture", earlier=(TITLE,)).outcome is Outcome.REPLACED
    assert judged(FAR, "Garden furniture", "here").outcome is Outcome.OK
    assert judged(FAR, "Гарантийный ремонт", TITLE).outcome is Outcome.OK  # in another script a text says nothing
    assert judged(FAR, "Slot gacor maxwin", "here").outcome is Outcome.REPLACED
    assert judged("https://doi.org/10.1/x", old="https://bit.ly/x", title="Garden furniture").outcome is Outcome.OK
    assert judged("https://c.example.org/notes", "Garden furniture", TITLE).outcome is Outcome.OK  # the same site


def test_a_login_is_no_page() -> None:
    assert judged("https://a.example.org/login", "Log in").outcome is Outcome.RESTRICTED


@pytest.mark.parametrize(
    ("new", "title", "answer", "outcome", "why"),
    [
        (FAR, TITLE, SiblingAnswer(f"{OLD}x", f"{OLD}x", None), Outcome.MOVED, None),
        (FAR, TITLE, SiblingAnswer(f"{OLD}x", FAR, TITLE), Outcome.OK, ReasonCode.REDIRECT_OF_ALL_URLS),
        (
            "https://b.example.net/posts/p17",
            "Garden furniture",
            SiblingAnswer(f"{OLD}x", "https://b.example.net/posts/p17x", None),
            Outcome.MOVED,
            None,
        ),
        (
            "https://b.example.net/posts/p17",
            "Garden furniture",
            SiblingAnswer(f"{OLD}x", "https://b.example.net/posts/p17x", "Garden furniture"),
            Outcome.REPLACED,
            ReasonCode.ANOTHER_PAGE,
        ),
        (
            "https://b.example.net/posts/p17",
            "Garden furniture",
            SiblingAnswer(f"{OLD}x", f"{OLD}x", None),
            Outcome.OK,
            ReasonCode.REDIRECT_TO_OTHER_TITLE,
        ),
    ],
)
def test_where_a_random_url_leads_decides(
    new: str, title: str, answer: SiblingAnswer, outcome: Outcome, why: ReasonCode | None
) -> None:
    redirect = Redirect(OLD, new, (301,), title, (TITLE,))
    judgement = judge_redirect(redirect)
    assert judgement is not None
    found = judge_with_sibling(redirect, judgement, answer)
    assert (found.outcome, found.why) == (outcome, why)
