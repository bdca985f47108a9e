"""When a person's word ends: what is seen says something else, another title, or long nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.vouch import Vouch
from crawler.verdicts.vouching import changed_vouches
from tests.crawler.verdicts.test_fold import LETTERS, NIGHT, POLICY, SEEN, START, check

GIVEN = START - timedelta(hours=1)
UNTIL = (START + 99 * NIGHT).date()


def vouch(verdict: Verdict, seen: str, title: str = "") -> Vouch:
    return Vouch(verdict, UNTIL, "because", GIVEN, seen=SEEN[seen][0] if seen else None, title=title)


def after(word: Vouch, nights: str, title: str = "") -> Vouch:
    """Return the vouch after a check a night."""
    checks = [check(letter, night) for night, letter in enumerate(nights)]
    for number, each in enumerate(checks):
        changed = changed_vouches([word], checks[:number], each, title, POLICY)
        word = changed[0] if changed else word
    return word


@pytest.mark.parametrize(
    ("verdict", "seen", "nights", "ended"),
    [
        # a 404 that a person sees as a page
        (Verdict.ALIVE, "g", "ggggg", None),
        (Verdict.ALIVE, "g", "gogog", None),  # to agree is no news
        (Verdict.ALIVE, "g", "gmb", None),
        (Verdict.ALIVE, "g", "r", "checks found gone before, now restricted"),
        # a wall
        (Verdict.ALIVE, "b", "bubsob", None),
        (Verdict.ALIVE, "b", "bg", "checks found blocked before, now gone"),
        (Verdict.ALIVE, "b", "obog", "checks found blocked before, now gone"),
        # nobody answers: one night is nothing
        (Verdict.ALIVE, "b", "ffb", None),
        (Verdict.ALIVE, "b", "ffoff", None),
        (Verdict.ALIVE, "b", "ff5", "checks found blocked before, now failed"),
        (Verdict.ALIVE, "b", "fsfbf", "checks found blocked before, now failed"),
        (Verdict.ALIVE, "f", "fffff", None),
        (Verdict.ALIVE, "f", "fffg", "checks found failed before, now gone"),
        # a page that is there, of somebody else
        (Verdict.DEAD, "o", "oomo", None),
        (Verdict.DEAD, "m", "om", None),
        (Verdict.DEAD, "o", "ogo", None),
        (Verdict.DEAD, "o", "offffffff", None),
        (Verdict.DEAD, "o", "or", "checks found ok before, now restricted"),
        (Verdict.DEAD, "f", "o", "checks found failed before, now ok"),
        (Verdict.DEAD, "b", "bo", "checks found blocked before, now ok"),
        (Verdict.DEAD, "g", "go", "checks found gone before, now ok"),
        # what was seen first counts if nothing was seen before
        (Verdict.ALIVE, "", "gg", None),
        (Verdict.ALIVE, "", "sbg", "checks found blocked before, now gone"),
    ],
)
def test_what_is_seen_may_end_it(verdict: Verdict, seen: str, nights: str, ended: str | None) -> None:
    word = after(vouch(verdict, seen), nights)
    assert (word.ended and str(word.ended)) == ended
    if ended is not None:
        assert word.ended_at == check("s", len(nights) - 1).checked_at


def test_another_title_ends_it() -> None:
    word = vouch(Verdict.DEAD, "o", "Best casino bonus")
    assert after(word, "oo", "Best casino bonus").ended is None
    assert after(word, "oo", "  best CASINO\nbonus").ended is None
    assert after(word, "oo", "Best casino bonus (2)").ended is None
    assert after(word, "oo", "").ended is None
    ended = after(word, "o", "A library of robots")
    assert str(ended.ended) == "title was “Best casino bonus”, now “A library of robots”"
    assert ended.ended_at == START


def test_the_first_title_counts_if_none_was_known() -> None:
    word = after(vouch(Verdict.ALIVE, ""), "o", "A page")
    assert (word.seen, word.title, word.ended) == (Outcome.OK, "A page", None)
    assert after(word, "o", "Something else altogether").ended is not None


def test_only_a_word_in_force_can_end() -> None:
    word = vouch(Verdict.ALIVE, "b")
    over = replace(word, until=(START - 2 * NIGHT).date())
    removed, ended = replace(word, removed_at=START), replace(word, ended_at=START)
    assert changed_vouches([over, removed, ended], [], check("g"), "", POLICY) == ()
    assert len(changed_vouches([over, word, removed, word], [], check("g"), "", POLICY)) == 2


def test_checks_from_before_the_word_do_not_end_it() -> None:
    early = [check("f", -2), check("f", -1)]
    assert changed_vouches([vouch(Verdict.ALIVE, "b")], early, check("f"), "", POLICY) == ()


@given(st.sampled_from([Verdict.ALIVE, Verdict.DEAD]), st.sampled_from(LETTERS), st.text("bwus", max_size=30))
def test_a_wall_ends_nothing(verdict: Verdict, seen: str, nights: str) -> None:
    assert after(vouch(verdict, seen), nights).ended is None


@given(st.sampled_from(LETTERS), st.text(LETTERS, max_size=12))
def test_a_word_that_has_ended_stays_so(seen: str, nights: str) -> None:
    word = after(vouch(Verdict.ALIVE, seen), nights)
    if word.ended_at is not None:
        assert changed_vouches([word], [], check("o", 50), "Another title", POLICY) == ()
