"""Which new addresses a note may get, of links whose states are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.reasons.reason import ReasonCode
from pipelines.rewriting.redirects import EditDecision, decide_edit, is_worth_edit
from tests.support.mending import moved, standing

OLD = "https://a.example/posts/attention"


def decided(new: str, old: str = OLD, *, is_confirmed: bool = True) -> EditDecision | None:
    return decide_edit(replace(moved(old, new), is_move_confirmed=is_confirmed))


@pytest.mark.parametrize(
    "new",
    [
        "https://a.example/articles/attention",
        "https://www.a.example/articles/attention",
        "https://b.example/on-attention",  # that it is the same page, the check has found
    ],
)
def test_an_address_is_written_once_it_was_seen_twice(new: str) -> None:
    assert decided(new) == EditDecision(is_worth_edit=True)
    assert decided(new, is_confirmed=False) == EditDecision(False, ReasonCode.REDIRECT_UNCONFIRMED)


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.REPLACED])
def test_a_target_that_lost_its_page_is_not_written(outcome: Outcome) -> None:
    state = replace(moved(OLD, "https://a.example/articles/attention"), is_move_confirmed=True)
    assert state.check is not None
    lost = replace(state, verdict=Verdict.SUSPECT, check=replace(state.check, outcome=outcome))
    assert decide_edit(lost) == EditDecision(False, ReasonCode.REDIRECT_TARGET_LOST)
    out_of_reach = replace(lost, check=replace(state.check, outcome=Outcome.FAILED))
    assert decide_edit(out_of_reach) == EditDecision(is_worth_edit=True)


def test_a_link_that_has_not_moved_stays() -> None:
    assert decide_edit(standing(OLD)) is None
    assert not is_worth_edit(standing(OLD))


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("http://a.example/posts/attention", ReasonCode.REDIRECT_DROPS_HTTPS),
        ("https://a.example/posts/attention;jsessionid=1A2B", ReasonCode.REDIRECT_TO_SESSION),
        ("https://a.example/users/login", ReasonCode.REDIRECT_TO_GATE),
        ("https://a.example/en/posts/attention", ReasonCode.REDIRECT_BY_LANGUAGE),
    ],
)
def test_an_address_with_a_fault_is_not_written(new: str, why: ReasonCode) -> None:
    assert decided(new) == EditDecision(False, why)


@pytest.mark.parametrize(
    ("old", "new", "is_certain"),
    [
        ("https://github.com/o/n", "https://github.com/p/m", True),
        ("https://github.com/o/n/tree/main/x", "https://github.com/p/m", True),
        ("https://github.com/o/n", "https://a.example/p/m", False),
        (OLD, "https://github.com/p/m", False),
        (OLD, "https://a.example/articles/attention", False),
    ],
)
def test_what_a_service_says_of_its_own_is_certain(old: str, new: str, *, is_certain: bool) -> None:
    assert is_worth_edit(replace(moved(old, new), is_move_confirmed=False)) is is_certain


def test_articles_of_one_kind_have_rules_of_their_own() -> None:
    old, new = (f"https://mp.weixin.qq.com/s?__biz=M{n}&mid=22{n}&idx=1&sn=8f3b2c9d1e4a7f60{n}" for n in (1, 2))
    assert decided(new, old) == EditDecision(is_worth_edit=True)
