from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.link import Link, Verdict, VerdictRecord
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult
from crawler.verdicts.fold import Silence, Step, fold_checks
from pipelines.items.verdict import VerdictPipeline, compute_verdict
from tests.support.options import project_crawler

NIGHT = timedelta(days=1)
START = datetime(2026, 11, 1, 3, tzinfo=UTC)
POLICY = Policy(dead_after=3, dead_interval=NIGHT, recheck_after={"*": NIGHT})

# What one night's check saw, by a letter: what it says on the left, what the site itself says in capitals.
SEEN = {
    "o": (Outcome.OK, False),
    "m": (Outcome.MOVED, False),
    "r": (Outcome.RESTRICTED, False),
    "g": (Outcome.GONE, False),
    "G": (Outcome.GONE, True),
    "f": (Outcome.FAILED, False),
    "b": (Outcome.BLOCKED, False),
    "s": (Outcome.SKIPPED, False),
}


def check(letter: str, nights: float = 0) -> Check:
    outcome, conclusive = SEEN[letter]
    final_url = "https://new.example/" if outcome is Outcome.MOVED else None
    return Check(
        outcome,
        Reason(ReasonCode.OTHER, letter),
        START + nights * NIGHT,
        CheckMethod.PAGE,
        final_url=final_url,
        conclusive=conclusive,
    )


def verdict_of(nights: str, policy: Policy = POLICY, spacing: float = 1) -> tuple[Verdict, int]:
    """Judge a row of checks, one a night; `spacing` is the time between two in nights."""
    checks = [check(letter, i * spacing) for i, letter in enumerate(nights)]
    judgement = compute_verdict(checks[:-1], checks[-1], policy)
    return judgement.verdict, judgement.failures_in_a_row


@pytest.mark.parametrize(
    ("nights", "verdict", "failures"),
    [
        # one night
        ("o", Verdict.ALIVE, 0),
        ("m", Verdict.MOVED, 0),
        ("r", Verdict.RESTRICTED, 0),
        ("g", Verdict.SUSPECT, 1),
        ("f", Verdict.SUSPECT, 1),
        ("G", Verdict.DEAD, 1),
        ("b", Verdict.UNKNOWN, 0),
        ("s", Verdict.UNKNOWN, 0),
        # three in a row that say that it is gone make it dead
        ("gg", Verdict.SUSPECT, 2),
        ("ggg", Verdict.DEAD, 3),
        # what could not be reached or read is not gone, whatever the number, and does not count as gone
        ("fff", Verdict.SUSPECT, 3),
        ("f" * 40, Verdict.SUSPECT, 40),
        ("fgf", Verdict.SUSPECT, 3),
        ("ffgg", Verdict.SUSPECT, 4),
        ("gfgfg", Verdict.DEAD, 5),
        ("gggff", Verdict.DEAD, 5),
        ("gfofgg", Verdict.SUSPECT, 3),
        ("gggg", Verdict.DEAD, 4),
        ("ogg", Verdict.SUSPECT, 2),
        ("oggg", Verdict.DEAD, 3),
        # any answer clears the count
        ("ggo", Verdict.ALIVE, 0),
        ("gggo", Verdict.ALIVE, 0),
        ("Go", Verdict.ALIVE, 0),
        ("ggm", Verdict.MOVED, 0),
        ("ggr", Verdict.RESTRICTED, 0),
        ("mo", Verdict.ALIVE, 0),
        ("ggogg", Verdict.SUSPECT, 2),
        ("ggmgg", Verdict.SUSPECT, 2),
        ("ggrgg", Verdict.SUSPECT, 2),
        ("gogogog", Verdict.SUSPECT, 1),
        ("GoG", Verdict.DEAD, 1),
        # blocked and skipped say nothing
        ("bbbb", Verdict.UNKNOWN, 0),
        ("ob", Verdict.ALIVE, 0),
        ("mb", Verdict.MOVED, 0),
        ("rs", Verdict.RESTRICTED, 0),
        ("gb", Verdict.SUSPECT, 1),
        ("Gb", Verdict.DEAD, 1),
        ("gbgsg", Verdict.DEAD, 3),
        ("ggbo", Verdict.ALIVE, 0),
        ("bg", Verdict.SUSPECT, 1),
        ("gbbg", Verdict.SUSPECT, 2),
        ("bgbgb", Verdict.SUSPECT, 2),
        ("gbbfbbbg", Verdict.SUSPECT, 3),
        # an outage of our own is no night at all
        ("ssss", Verdict.UNKNOWN, 0),
        ("osss", Verdict.ALIVE, 0),
        ("gsssg", Verdict.SUSPECT, 2),
        ("sgsgsgs", Verdict.DEAD, 3),
        # up and down
        ("ogogogogog", Verdict.SUSPECT, 1),
        ("ggoggoggo", Verdict.ALIVE, 0),
        ("fofoffoff", Verdict.SUSPECT, 2),
        ("gggogg", Verdict.SUSPECT, 2),
        ("gggoggg", Verdict.DEAD, 3),
        # what is dead stays so until it answers
        ("Gf", Verdict.DEAD, 2),
        ("Gg", Verdict.DEAD, 2),
        ("fG", Verdict.DEAD, 2),
        ("Gbf", Verdict.DEAD, 2),
        ("gggbfsb", Verdict.DEAD, 4),
        ("Gbsbsb", Verdict.DEAD, 1),
        ("Gbo", Verdict.ALIVE, 0),
        ("Gm", Verdict.MOVED, 0),
        ("gggm", Verdict.MOVED, 0),
        ("gggbm", Verdict.MOVED, 0),
        ("Gr", Verdict.RESTRICTED, 0),
        ("Gmg", Verdict.SUSPECT, 1),
        ("Gob", Verdict.ALIVE, 0),
    ],
)
def test_what_the_nights_support(nights: str, verdict: Verdict, failures: int) -> None:
    assert verdict_of(nights) == (verdict, failures)


@pytest.mark.parametrize(
    ("nights", "spacing", "verdict", "failures"),
    [
        ("ggg", 0.01, Verdict.SUSPECT, 1),  # three looks in an hour are one failure
        ("ggggg", 0.5, Verdict.DEAD, 3),  # 0.0, 1.0 and 2.0 count
        ("gggg", 0.5, Verdict.SUSPECT, 2),
        ("gbgbg", 0.6, Verdict.DEAD, 3),  # 0.0, 1.2 and 2.4
        ("ggogg", 0.5, Verdict.SUSPECT, 1),  # the answer clears the spacing too
        ("gog", 0.1, Verdict.SUSPECT, 1),
        ("GG", 0.1, Verdict.DEAD, 1),
        ("gG", 0.1, Verdict.DEAD, 1),
    ],
)
def test_failures_count_once_per_spacing(nights: str, spacing: float, verdict: Verdict, failures: int) -> None:
    assert verdict_of(nights, spacing=spacing) == (verdict, failures)


@pytest.mark.parametrize(
    ("nights", "verdict", "failures"),
    [
        ([0, 0.3, 1.1, 1.9, 2.2], Verdict.DEAD, 3),  # 0.0, 1.1 and 2.2
        ([0, 0.9, 1.8, 2.7], Verdict.SUSPECT, 2),  # 0.0 and 1.8: it goes by the last that counted
        ([0, 5, 5.5, 30], Verdict.DEAD, 3),
        ([0, 0.999, 1, 1.999, 2], Verdict.DEAD, 3),
        # a clock that stands, or was set back, makes no nights
        ([0, 0, 0], Verdict.SUSPECT, 1),
        ([2, 0, 1], Verdict.SUSPECT, 1),
        ([2, 0, 1, 3], Verdict.SUSPECT, 2),
        ([2, 0, 1, 3, 4], Verdict.DEAD, 3),
        ([0, 400, 1, 2], Verdict.DEAD, 3),  # it was ahead for one night, which counts with the next
        ([0, 400, 0.5, 1], Verdict.SUSPECT, 2),
    ],
)
def test_failures_spaced_unevenly(nights: list[float], verdict: Verdict, failures: int) -> None:
    checks = [check("g", night) for night in nights]
    judgement = compute_verdict(checks[:-1], checks[-1], POLICY)
    assert (judgement.verdict, judgement.failures_in_a_row) == (verdict, failures)


def test_checks_count_in_the_order_in_which_they_were_made() -> None:
    assert (
        compute_verdict([check("g", 0), check("g", 1), check("o", 9)], check("g", 2), POLICY).verdict is Verdict.SUSPECT
    )
    assert compute_verdict([check("o", 9), check("g", 0), check("g", 1)], check("g", 2), POLICY).verdict is Verdict.DEAD


@pytest.mark.parametrize(
    ("dead_after", "nights", "verdict"),
    [
        (2, "g", Verdict.SUSPECT),
        (2, "gg", Verdict.DEAD),
        (5, "gggg", Verdict.SUSPECT),  # dead by the rules of the night before, no longer by today's
        (5, "ggggg", Verdict.DEAD),
        (5, "Gg", Verdict.DEAD),
    ],
)
def test_a_changed_policy_judges_the_whole_history(dead_after: int, nights: str, verdict: Verdict) -> None:
    assert verdict_of(nights, Policy(dead_after, NIGHT, {}))[0] is verdict


def test_one_history_under_changing_policies() -> None:
    checks = [check(letter, night) for night, letter in enumerate("ogbggg")]
    seen = [
        compute_verdict(checks[:-1], checks[-1], Policy(dead_after, NIGHT, {})).verdict
        for dead_after in (3, 5, 2, 5, 4)
    ]
    assert seen == [Verdict.DEAD, Verdict.SUSPECT, Verdict.DEAD, Verdict.SUSPECT, Verdict.DEAD]


@pytest.mark.parametrize(
    ("spacing", "verdict", "failures"),
    [
        (0, Verdict.DEAD, 5),
        (0.5, Verdict.DEAD, 5),
        (0.6, Verdict.DEAD, 3),
        (1, Verdict.DEAD, 3),
        (1.5, Verdict.SUSPECT, 2),
        (9, Verdict.SUSPECT, 1),
    ],
)
def test_a_changed_spacing_counts_the_whole_history_anew(spacing: float, verdict: Verdict, failures: int) -> None:
    assert verdict_of("ggggg", Policy(3, spacing * NIGHT, {}), spacing=0.5) == (verdict, failures)


@pytest.mark.parametrize(
    ("nights", "verdict"),
    [
        ("g", Verdict.DEAD),
        ("og", Verdict.DEAD),
        ("gb", Verdict.DEAD),
        ("bs", Verdict.UNKNOWN),
        ("fo", Verdict.ALIVE),
        ("fr", Verdict.RESTRICTED),
    ],
)
def test_one_failure_is_enough_for_who_wants_it_so(nights: str, verdict: Verdict) -> None:
    assert verdict_of(nights, Policy(1, NIGHT, {}))[0] is verdict


def test_without_spacing_every_failure_counts() -> None:
    assert verdict_of("ggg", Policy(3, timedelta(0), {}), spacing=0) == (Verdict.DEAD, 3)


def test_each_step_tells_what_one_check_did() -> None:
    checks = [
        check(letter, nights) for letter, nights in (("g", 0), ("f", 0.5), ("g", 1), ("b", 2), ("m", 3), ("m", 4))
    ]
    alone = replace(POLICY, dead_after=2)
    failed_at = checks[1].checked_at
    assert list(fold_checks(checks, alone)) == [
        Step(checks[0], Verdict.SUSPECT, 1, 1, is_counted=True, is_new_move=False, policy=alone),
        Step(
            checks[1],
            Verdict.SUSPECT,
            1,
            1,
            is_counted=False,
            is_new_move=False,
            policy=alone,
            silence=Silence(failed_at, failed_at, failed_at),
        ),
        Step(checks[2], Verdict.DEAD, 2, 2, is_counted=True, is_new_move=False, policy=alone),
        Step(checks[3], Verdict.DEAD, 2, 2, is_counted=False, is_new_move=False, policy=alone),
        Step(checks[4], Verdict.MOVED, 0, 0, is_counted=False, is_new_move=True, policy=alone),
        Step(checks[5], Verdict.MOVED, 0, 0, is_counted=False, is_new_move=False, policy=alone),
    ]


def test_a_file_system_that_cannot_tell_takes_back_what_it_said() -> None:
    gone, skipped, again = (replace(check(letter, at), how=CheckMethod.FILE) for at, letter in enumerate("Gsg"))
    assert counted([gone]) == (Verdict.DEAD, 1)
    assert counted([gone, skipped]) == (Verdict.UNKNOWN, 0)
    *_, last = fold_checks([gone, skipped, again], POLICY)
    assert (last.verdict, last.failures, last.gone) == (Verdict.SUSPECT, 1, 1)


def test_a_link_whose_service_was_down_is_due_at_once() -> None:
    skipped, seen = (replace(check(letter, 1), how=CheckMethod.API) for letter in "so")
    assert compute_verdict([check("o")], skipped, POLICY).due_at == skipped.checked_at
    assert compute_verdict([check("o")], seen, POLICY).due_at == seen.checked_at + NIGHT
    assert compute_verdict([check("o")], check("s", 1), POLICY).due_at == START + 2 * NIGHT
    unsaved = replace(check("s", 1), reason=Reason(ReasonCode.IMAGE_STORE_UNAVAILABLE, "full"))
    assert compute_verdict([check("o")], unsaved, POLICY).due_at == unsaved.checked_at


def test_at_least_one_failure_is_needed() -> None:
    with pytest.raises(ValueError, match="DEAD_AFTER: invalid value 0"):
        Policy(0, NIGHT, {})


# --- when to look again -----------------------------------------------------------------------------------------------

WAITS = Policy(
    3,
    NIGHT,
    {
        "wechat/alive": timedelta(days=30),
        "alive": timedelta(days=7),
        "dead": timedelta(days=60),
        "unknown": timedelta(hours=20),
        "local/suspect": timedelta(0),
        "*": timedelta(days=3),
    },
)


@pytest.mark.parametrize(
    ("kind", "nights", "wait"),
    [
        ("web", "o", timedelta(days=7)),
        ("wechat", "o", timedelta(days=30)),
        ("wechat", "G", timedelta(days=60)),
        ("web", "mm", timedelta(days=3)),
        ("web", "m", timedelta(hours=20)),  # a second run has to see the same
        ("web", "omom", timedelta(days=3)),
        ("local", "g", timedelta(0)),
        ("wechat", "b", timedelta(hours=20)),
        ("wechat", "ob", timedelta(hours=20)),  # alive as far as we know, but it was not seen: ask soon
        ("wechat", "Gs", timedelta(hours=20)),
    ],
)
def test_due_date_goes_by_kind_and_verdict(kind: str, nights: str, wait: timedelta) -> None:
    checks = [check(letter, i) for i, letter in enumerate(nights)]
    judgement = compute_verdict(checks[:-1], checks[-1], WAITS, kind)
    assert judgement.due_at == checks[-1].checked_at + wait


def test_without_any_rule_it_is_a_day() -> None:
    assert compute_verdict([], check("o"), Policy(3, NIGHT, {"*/alive": NIGHT * 9}), "web") == VerdictRecord(
        Verdict.ALIVE, 0, START + NIGHT
    )


# --- properties -------------------------------------------------------------------------------------------------------

HISTORIES = st.lists(
    st.tuples(st.sampled_from(sorted(SEEN)), st.floats(0.01, 3)),
    min_size=1,
    max_size=12,
)


def checks_of(history: list[tuple[str, float]]) -> list[Check]:
    night, checks = 0.0, []
    for letter, pause in history:
        night += pause
        checks.append(check(letter, night))
    return checks


def counted(checks: list[Check], policy: Policy = POLICY) -> tuple[Verdict, int]:
    judgement = compute_verdict(checks[:-1], checks[-1], policy)
    return judgement.verdict, judgement.failures_in_a_row


@given(HISTORIES, st.lists(st.tuples(st.integers(0, 12), st.sampled_from("bs"), st.floats(-9, 99))))
def test_nights_without_sight_may_be_anywhere(
    history: list[tuple[str, float]], unseen: list[tuple[int, str, float]]
) -> None:
    checks = checks_of(history)
    crowded = list(checks)
    for place, letter, night in unseen:
        crowded.insert(place, check(letter, night))
    assert counted(crowded) == counted(checks)


@given(HISTORIES)
def test_nothing_before_the_last_answer_matters(history: list[tuple[str, float]]) -> None:
    checks = checks_of(history)
    answers = [at for at, each in enumerate(checks) if each.outcome in {Outcome.OK, Outcome.MOVED, Outcome.RESTRICTED}]
    assert counted(checks[max(answers, default=0) :]) == counted(checks)


@given(HISTORIES, st.integers(1, 6), st.floats(0, 3))
def test_too_few_failures_since_the_last_answer_kill_nothing(
    history: list[tuple[str, float]], dead_after: int, spacing: float
) -> None:
    checks = checks_of(history)
    letters = "".join(letter for letter, _ in history)
    since = letters[max(letters.rfind(answer) for answer in "omr") + 1 :]
    verdict, failures = counted(checks, Policy(dead_after, spacing * NIGHT, {}))
    assert failures <= sum(since.count(letter) for letter in "fgG")
    if "G" in since:
        assert verdict is Verdict.DEAD
    elif failures < dead_after:
        assert verdict is not Verdict.DEAD


@given(HISTORIES, st.integers(1, 6), st.integers(0, 3), st.floats(0, 3), st.floats(0, 3))
def test_a_stricter_policy_never_finds_more_dead(
    history: list[tuple[str, float]], dead_after: int, more: int, spacing: float, longer: float
) -> None:
    checks = checks_of(history)
    strict = counted(checks, Policy(dead_after + more, (spacing + longer) * NIGHT, {}))
    lax = counted(checks, Policy(dead_after, spacing * NIGHT, {}))
    assert strict[1] <= lax[1]
    assert lax[0] is Verdict.DEAD or strict[0] is not Verdict.DEAD


@given(HISTORIES, st.text("fgGbs", max_size=9))
def test_what_is_dead_stays_dead_until_it_answers(history: list[tuple[str, float]], more: str) -> None:
    checks = checks_of([*history, ("G", 1)])
    assert counted([*checks, *(check(letter, 50 + night) for night, letter in enumerate(more))])[0] is Verdict.DEAD


@given(HISTORIES, st.sampled_from("omr"))
def test_an_answer_clears_everything(history: list[tuple[str, float]], letter: str) -> None:
    checks = checks_of(history)
    assert compute_verdict(checks, check(letter, 100), POLICY) == compute_verdict([], check(letter, 100), POLICY)


# --- the pipeline -----------------------------------------------------------------------------------------------------


def pipeline(**settings: object) -> VerdictPipeline:
    return VerdictPipeline.from_crawler(project_crawler(**settings))


def result(*checks: Check, kind: str = "web") -> CheckResult:
    return CheckResult(Link("https://e.example/", kind, "x", "e.example"), checks[-1], history=checks[:-1])


def test_pipeline_reads_the_settings_in_days() -> None:
    judged = pipeline(DEAD_AFTER=2, DEAD_MIN_INTERVAL_DAYS=0.5, RECHECK_AFTER={"dead": 1, "image/alive": 0.9})
    dead = judged.process_item(result(check("g"), check("g", 0.5)))
    assert dead.verdict_record == VerdictRecord(Verdict.DEAD, 2, START + timedelta(days=1.5))
    spared = judged.process_item(result(check("g"), check("g", 0.4)))
    assert spared.verdict_record == VerdictRecord(Verdict.SUSPECT, 1, START + timedelta(days=1.4))
    picture = judged.process_item(result(check("o"), kind="image"))
    assert picture.verdict_record == VerdictRecord(Verdict.ALIVE, 0, START + timedelta(days=0.9))


def test_pipeline_reads_the_settings_of_the_command_line() -> None:
    judged = pipeline(DEAD_AFTER="1", DEAD_MIN_INTERVAL_DAYS="0", RECHECK_AFTER='{"*": "0.5"}')
    assert judged.process_item(result(check("g"))).verdict_record == VerdictRecord(
        Verdict.DEAD, 1, START + timedelta(days=0.5)
    )


def test_links_of_one_night_are_due_at_different_times() -> None:
    judge = VerdictPipeline(replace(POLICY, recheck_after={"*": 30 * NIGHT}))
    one = result(check("o"))
    other = replace(one, link=replace(one.link, url="https://other.example/"))
    due = [judge.process_item(each).verdict_record for each in (one, other)]
    assert due[0] != due[1]


def test_three_nights_of_the_project_s_own_settings() -> None:
    """A nightly run that starts a little early still counts, and looks at a suspect again the very next night."""
    judged = pipeline()
    checks: tuple[Check, ...] = ()
    verdicts = []
    for night in (0, 0.99, 1.98):
        now = judged.process_item(result(*checks, check("g", night))).verdict_record
        assert now is not None
        assert night == 1.98 or now.due_at <= START + (night + 0.99) * NIGHT
        checks += (check("g", night),)
        verdicts.append(now.verdict)
    assert verdicts == [Verdict.SUSPECT, Verdict.SUSPECT, Verdict.DEAD]


def test_a_day_is_four_fifths_of_one_in_the_project_s_own_settings() -> None:
    """So a run may start some hours early; no three failures within a day and a half make a link dead."""
    judged = pipeline()

    def verdict(*hours: float) -> Verdict:
        item = judged.process_item(result(*(check("g", hour / 24) for hour in hours)))
        assert item.verdict_record is not None
        return item.verdict_record.verdict

    assert verdict(0, 19.2, 38.4) is Verdict.DEAD
    assert verdict(0, 19.1, 38.2) is Verdict.SUSPECT
    assert verdict(*(hour / 10 for hour in range(380))) is Verdict.SUSPECT
    assert verdict(0, 22, 48) is Verdict.DEAD
