"""The three witnesses: who says no makes dead, who cannot be read never does, who is silent only after long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Verdict
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.vouch import Vouch
from crawler.verdicts.fold import Silence, Step, fold_checks

NIGHT = timedelta(days=1)
START = datetime(2026, 11, 1, 3, tzinfo=UTC)
POLICY = Policy(dead_after=3, dead_interval=NIGHT, recheck_after={}, unreachable_after=10 * NIGHT)

SEEN: dict[str, tuple[Outcome, int | None]] = {
    "o": (Outcome.OK, 200),
    "m": (Outcome.MOVED, 200),
    "r": (Outcome.RESTRICTED, 401),
    "g": (Outcome.GONE, 404),
    "n": (Outcome.GONE, None),  # the name does not resolve
    "f": (Outcome.FAILED, None),
    "5": (Outcome.FAILED, 503),
    "i": (Outcome.FAILED, 200),  # an image that is none
    "b": (Outcome.BLOCKED, 403),
    "w": (Outcome.BLOCKED, None),  # a wall that redirects to itself
    "u": (Outcome.UNREADABLE, None),
    "s": (Outcome.SKIPPED, None),
}
"""What one check saw, by a letter; `C` and `A` are the archive's answers, with and without a newer capture."""

SILENT, ANSWERS = "fn5", "omrgibwu"


def check(letter: str, nights: float = 0) -> Check:
    at = START + nights * NIGHT
    if letter in "CA":
        outcome = Outcome.OK if letter == "C" else Outcome.FAILED
        return Check(outcome, Reason(ReasonCode.OTHER, "asked"), at, CheckMethod.ARCHIVE)
    outcome, status = SEEN[letter]
    code = ReasonCode.HOST_NOT_FOUND if letter == "n" else ReasonCode.OTHER
    final_url = "https://new.example/" if outcome is Outcome.MOVED else None
    return Check(outcome, Reason(code, letter), at, CheckMethod.PAGE, status, final_url)


def checks_of(letters: str, spacing: float = 1) -> list[Check]:
    """Return a check a night; the archive answers an hour after the check before it."""
    night, found = -spacing, []
    for letter in letters:
        night += 0 if letter in "CA" else spacing
        found.append(check(letter, night + (1 / 24 if letter in "CA" else 0)))
    return found


def last_of(letters: str, policy: Policy = POLICY, spacing: float = 1) -> Step:
    *_, last = fold_checks(checks_of(letters, spacing), policy)
    return last


def verdict_of(letters: str, policy: Policy = POLICY, spacing: float = 1) -> Verdict:
    return last_of(letters, policy, spacing).verdict


@pytest.mark.parametrize(
    ("nights", "verdict"),
    [
        # they said no
        ("ggg", Verdict.DEAD),
        ("nnn", Verdict.DEAD),
        ("gfg", Verdict.SUSPECT),
        ("gfgfg", Verdict.DEAD),  # failures do not reset the count
        ("gffffg", Verdict.SUSPECT),  # nor add to it
        ("gnfug", Verdict.DEAD),
        ("gubsg", Verdict.SUSPECT),
        ("gogogogog", Verdict.SUSPECT),
        ("ggoggoggo", Verdict.ALIVE),
        # we could not read it
        ("uuuuuuuuuuuuuuuu", Verdict.UNKNOWN),
        ("ouuuuuuuuuuuuuuuu", Verdict.ALIVE),
        ("bbbbbbbbbbbbbbbbb", Verdict.UNKNOWN),
        ("gggu", Verdict.DEAD),
        ("gggb", Verdict.DEAD),
        ("gb", Verdict.SUSPECT),
        ("ob", Verdict.ALIVE),
        ("mu", Verdict.MOVED),
        ("ru", Verdict.RESTRICTED),
        # we could not reach them
        ("ffffffffffffffff", Verdict.SUSPECT),
        ("5555555555555555", Verdict.SUSPECT),
        ("fffffffffffA", Verdict.DEAD),
        ("55f55f55f55A", Verdict.DEAD),
        ("ffnffnfffffA", Verdict.DEAD),  # a name that does not resolve is no answer either
        ("ffffffffffA", Verdict.SUSPECT),  # nine days
        ("fffffffffffC", Verdict.SUSPECT),
        ("fffffffffffCffA", Verdict.DEAD),  # never answered so by an archive, but read to its word
        ("fffffffffffAC", Verdict.SUSPECT),
        ("A", Verdict.UNKNOWN),
        ("oA", Verdict.ALIVE),
        ("offfffffffffffA", Verdict.DEAD),
        ("fffffffffffAo", Verdict.ALIVE),
        ("fffffffffffAf", Verdict.DEAD),
        ("fffffffffffAfC", Verdict.SUSPECT),
        ("fffffffffffAg", Verdict.DEAD),
        ("fffffffffffAggg", Verdict.DEAD),
        ("gggfffffffffffffC", Verdict.DEAD),  # what others said no to, no copy brings back
        # any answer begins the time anew, and shows that the server is there
        ("fffffbfffffffA", Verdict.SUSPECT),
        ("fffffufffffffA", Verdict.SUSPECT),
        ("fffffwfffffffA", Verdict.SUSPECT),
        ("fffffifffffffA", Verdict.SUSPECT),
        ("fffffgfffffffA", Verdict.SUSPECT),
        ("fffffsffffffA", Verdict.DEAD),  # a night without a look is no answer
        ("fffffffffffAb", Verdict.SUSPECT),
        ("fffffffffffAu", Verdict.SUSPECT),
        ("fffffffffffAi", Verdict.SUSPECT),
        ("fffffffffffAs", Verdict.DEAD),
        ("fffffffffffAbffA", Verdict.SUSPECT),
        ("iiiiiiiiiiiiiiA", Verdict.SUSPECT),  # a server that answers something else is no silence
    ],
)
def test_what_the_witnesses_support(nights: str, verdict: Verdict) -> None:
    assert verdict_of(nights) is verdict


def test_a_silence_needs_its_nights_too() -> None:
    """Not just two looks a month apart."""
    long = replace(POLICY, unreachable_after=NIGHT)
    assert verdict_of("ffA", long, spacing=40) is Verdict.SUSPECT
    assert verdict_of("fffA", long, spacing=40) is Verdict.DEAD
    assert verdict_of("fffffffA", long, spacing=0.3) is Verdict.SUSPECT
    assert verdict_of("fffffffffA", long, spacing=0.3) is Verdict.DEAD


def test_without_patience_the_archive_still_has_the_last_word() -> None:
    none = replace(POLICY, unreachable_after=timedelta(0))
    assert verdict_of("fff", none) is Verdict.SUSPECT
    assert verdict_of("fffC", none) is Verdict.SUSPECT
    assert verdict_of("fffA", none) is Verdict.DEAD
    assert verdict_of("ffA", none) is Verdict.SUSPECT


@pytest.mark.parametrize(
    ("nights", "needed"),
    [
        ("ffffffffff", False),
        ("fffffffffff", True),
        ("fffffffffffA", False),
        ("fffffffffffAf", True),
        ("fffffffffffC", False),
        ("fffffffffffCf", False),
        ("fffffffffffb", False),
        ("gggffffffffffff", False),
        ("gfffffffffff", True),
        ("ofofffffffffff", True),
        ("fffffffffffs", True),
        ("fffffffffffo", False),
    ],
)
def test_when_the_archive_has_to_be_asked(nights: str, needed: bool) -> None:
    assert last_of(nights).needs_archive is needed


def test_a_silence_says_since_when() -> None:
    silence = last_of("ogffA").silence
    assert silence == Silence(
        START + 2 * NIGHT, START + 3 * NIGHT, START + 3 * NIGHT, 2, asked_at=START + 3 * NIGHT + timedelta(hours=1)
    )


# --- properties -------------------------------------------------------------------------------------------------------

LETTERS = "omrgnf5ibwus"
HISTORIES = st.text(LETTERS + "CA", min_size=1, max_size=40)


def last_answer(letters: str, answers: str = "omr") -> int:
    return max(letters.rfind(answer) for answer in answers) + 1


@given(HISTORIES)
def test_dead_needs_a_witness(letters: str) -> None:
    """Nobody is dead without three that said no since the last answer, or a silence that the archive confirms."""
    since = letters[last_answer(letters) :]
    if verdict_of(letters) is Verdict.DEAD:
        assert since.count("g") + since.count("n") >= POLICY.dead_after or "A" in since


@given(
    st.text(LETTERS, max_size=60).map(lambda letters: letters.replace("g", "u").replace("n", "f")), st.floats(0.1, 9)
)
def test_nothing_is_dead_that_nobody_said_no_to(letters: str, spacing: float) -> None:
    steps = list(fold_checks(checks_of(letters, spacing), POLICY))
    assert Verdict.DEAD not in {step.verdict for step in steps}


@given(st.text(LETTERS, max_size=20), st.text("f5ubwsi", max_size=20))
def test_what_is_no_answer_takes_no_life_back(before: str, more: str) -> None:
    """Three that said no stay three, whatever fails or is unreadable afterwards."""
    assert verdict_of(f"{before}ggg{more}") is Verdict.DEAD


@given(st.text("f5", max_size=9), st.text("f5", max_size=9), st.text("f5ubws", max_size=9))
def test_failures_neither_reset_nor_add_to_what_said_no(one: str, two: str, three: str) -> None:
    assert verdict_of(f"g{one}g{two}") is Verdict.SUSPECT
    assert verdict_of(f"g{one}g{two}{three}g") is Verdict.DEAD


@given(HISTORIES, st.sampled_from("omr"))
def test_an_answer_clears_every_count(letters: str, answer: str) -> None:
    last = last_of(letters + answer)
    assert (last.failures, last.gone, last.silence, last.is_dead_by_silence) == (0, 0, None, False)
    assert last.verdict not in {Verdict.DEAD, Verdict.SUSPECT}


@given(HISTORIES, st.text("bu", min_size=1, max_size=5))
def test_who_answers_is_not_dead_for_silence(letters: str, answers: str) -> None:
    last = last_of(letters + answers)
    assert last.silence is None
    assert not last.is_dead_by_silence


@given(HISTORIES)
def test_what_comes_before_the_last_answer_does_not_matter(letters: str) -> None:
    whole, since = last_of(letters), last_answer(letters)
    checks = checks_of(letters)
    *_, cut = fold_checks(checks[max(since - 1, 0) :], POLICY)
    assert (whole.verdict, whole.failures, whole.gone, whole.silence) == (
        cut.verdict,
        cut.failures,
        cut.gone,
        cut.silence,
    )


@given(HISTORIES, st.integers(0, 20), st.integers(0, 20))
def test_more_patience_never_makes_more_dead(letters: str, days: int, more: int) -> None:
    lax = verdict_of(letters, replace(POLICY, unreachable_after=days * NIGHT))
    strict = verdict_of(letters, replace(POLICY, unreachable_after=(days + more) * NIGHT))
    assert lax is Verdict.DEAD or strict is not Verdict.DEAD


# --- a person's word --------------------------------------------------------------------------------------------------

ALIVE = Vouch(Verdict.ALIVE, (START + 9 * NIGHT).date(), "seen in a browser", START)
DEAD = replace(ALIVE, verdict=Verdict.DEAD, because="sold")


def test_a_person_overrules_what_checks_support() -> None:
    steps = list(fold_checks(checks_of("gggo"), POLICY, [DEAD]))
    assert [step.verdict for step in steps] == [Verdict.DEAD] * 4
    assert [step.evidence for step in steps] == [Verdict.SUSPECT, Verdict.SUSPECT, Verdict.DEAD, Verdict.ALIVE]
    steps = list(fold_checks(checks_of("gggggggggggg"), POLICY, [ALIVE]))
    assert [step.verdict for step in steps] == [Verdict.ALIVE] * 10 + [Verdict.DEAD] * 2, "its last day is the tenth"


def test_the_last_word_counts_and_when_it_is_over_the_one_before() -> None:
    later = replace(DEAD, given_at=START + 2 * NIGHT, ended_at=START + 4 * NIGHT)
    steps = fold_checks(checks_of("bbbbbb"), POLICY, [ALIVE, later])
    assert [step.verdict for step in steps] == [Verdict.ALIVE] * 2 + [Verdict.DEAD] * 2 + [Verdict.ALIVE] * 2


def test_a_word_that_was_taken_back_never_counted_after() -> None:
    removed = replace(ALIVE, removed_at=START + NIGHT)
    assert [step.verdict for step in fold_checks(checks_of("bb"), POLICY, [removed])] == [
        Verdict.ALIVE,
        Verdict.UNKNOWN,
    ]


@given(HISTORIES)
def test_a_word_changes_no_evidence(letters: str) -> None:
    checks = checks_of(letters)
    plain, vouched = (list(fold_checks(checks, POLICY, vouches)) for vouches in ((), (ALIVE,)))
    assert [replace(step, vouch=None) for step in vouched] == plain
    assert [step.verdict_for_recheck for step in vouched] == [step.verdict_for_recheck for step in plain]


def test_a_check_of_a_clock_that_was_ahead_does_not_stop_the_counting() -> None:
    checks = [check("g", nights) for nights in (3650, 1, 2, 3)]
    *_, last = fold_checks(checks, POLICY)
    assert (last.verdict, last.gone) == (Verdict.DEAD, 3)
    assert [step.check for step in fold_checks(checks, POLICY)] == checks


def test_a_clock_that_was_behind_makes_no_silence_long() -> None:
    *_, last = fold_checks([check("f", nights) for nights in (0, -3650)], POLICY)
    assert last.silence is not None
    assert not last.silence.is_long(POLICY)
