from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.items import Check, How, Judgement, Link, Outcome, Result, Verdict
from pipelines.verdict import Policy, VerdictPipeline, judge

NIGHT = timedelta(days=1)
START = datetime(2026, 11, 1, 3, tzinfo=UTC)
POLICY = Policy(dead_after=3, dead_spacing=NIGHT, recheck_after={"*": NIGHT})

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
    return Check(outcome, letter, START + nights * NIGHT, How.PAGE, final_url=final_url, conclusive=conclusive)


def verdict_of(nights: str, policy: Policy = POLICY, spacing: float = 1) -> tuple[Verdict, int]:
    """Judge a row of checks, one a night; `spacing` is the time between two in nights."""
    checks = [check(letter, i * spacing) for i, letter in enumerate(nights)]
    judgement = judge(checks[:-1], checks[-1], policy)
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
        # three in a row make it dead, whichever failures they are
        ("gg", Verdict.SUSPECT, 2),
        ("ggg", Verdict.DEAD, 3),
        ("fff", Verdict.DEAD, 3),
        ("fgf", Verdict.DEAD, 3),
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
        # what is dead stays so until it answers
        ("Gf", Verdict.DEAD, 2),
        ("Gg", Verdict.DEAD, 2),
        ("fG", Verdict.DEAD, 2),
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


def test_exactly_the_spacing_counts() -> None:
    history = [check("g", 0), check("g", 1)]
    assert judge(history, check("g", 2), POLICY).verdict is Verdict.DEAD
    assert judge(history, check("g", 1.999999), POLICY).verdict is Verdict.SUSPECT


@pytest.mark.parametrize(
    ("dead_after", "nights", "verdict"),
    [
        (1, "g", Verdict.DEAD),
        (2, "g", Verdict.SUSPECT),
        (2, "gg", Verdict.DEAD),
        (5, "gggg", Verdict.SUSPECT),  # dead by the rules of the night before, no longer by today's
        (5, "ggggg", Verdict.DEAD),
        (5, "Gg", Verdict.DEAD),
    ],
)
def test_a_changed_policy_judges_the_whole_history(dead_after: int, nights: str, verdict: Verdict) -> None:
    assert verdict_of(nights, Policy(dead_after, NIGHT, {}))[0] is verdict


def test_at_least_one_failure_is_needed() -> None:
    with pytest.raises(ValueError, match="DEAD_AFTER counts checks, at least 1, not 0"):
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
        ("web", "m", timedelta(days=3)),
        ("local", "g", timedelta(0)),
        ("wechat", "b", timedelta(hours=20)),
        ("wechat", "ob", timedelta(hours=20)),  # alive as far as we know, but it was not seen: ask soon
        ("wechat", "Gs", timedelta(hours=20)),
    ],
)
def test_due_date_goes_by_kind_and_verdict(kind: str, nights: str, wait: timedelta) -> None:
    checks = [check(letter, i) for i, letter in enumerate(nights)]
    judgement = judge(checks[:-1], checks[-1], WAITS, kind)
    assert judgement.due_at == checks[-1].checked_at + wait


def test_without_any_rule_it_is_a_day() -> None:
    assert judge([], check("o"), Policy(3, NIGHT, {"*/alive": NIGHT * 9}), "web") == Judgement(
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


@given(HISTORIES, st.sampled_from("bs"))
def test_not_seeing_changes_nothing(history: list[tuple[str, float]], letter: str) -> None:
    checks = checks_of(history)
    before = judge(checks[:-1], checks[-1], POLICY)
    after = judge(checks, check(letter, 100), POLICY)
    assert (after.verdict, after.failures_in_a_row) == (before.verdict, before.failures_in_a_row)


@given(HISTORIES)
def test_nights_without_sight_may_be_left_out(history: list[tuple[str, float]]) -> None:
    checks = checks_of(history)
    seen = [each for each in checks if each.outcome not in {Outcome.BLOCKED, Outcome.SKIPPED}]
    full = judge(checks, check("f", 100), POLICY)
    assert judge(seen, check("f", 100), POLICY) == full


@given(HISTORIES, st.sampled_from("omr"))
def test_an_answer_clears_everything(history: list[tuple[str, float]], letter: str) -> None:
    checks = checks_of(history)
    assert judge(checks, check(letter, 100), POLICY) == judge([], check(letter, 100), POLICY)


@given(HISTORIES)
def test_one_bad_night_kills_nothing_that_did_not_say_so(history: list[tuple[str, float]]) -> None:
    checks = checks_of([*history, ("o", 1)])
    assert judge(checks, check("f", 100), POLICY).verdict is Verdict.SUSPECT


# --- the pipeline -----------------------------------------------------------------------------------------------------


def pipeline(settings: dict[str, object]) -> VerdictPipeline:
    return VerdictPipeline.from_crawler(get_crawler(settings_dict=settings))


def result(*checks: Check, kind: str = "web") -> Result:
    return Result(Link("https://e.example/", kind, "x", "e.example"), checks[-1], history=checks[:-1])


def test_pipeline_reads_the_settings_in_days() -> None:
    judged = pipeline({"DEAD_AFTER": 2, "DEAD_SPACING": 0.5, "RECHECK_AFTER": {"dead": 1.5, "image/alive": 30}})
    dead = judged.process_item(result(check("g"), check("g", 0.5)))
    assert dead.judgement == Judgement(Verdict.DEAD, 2, START + timedelta(days=2))
    spared = judged.process_item(result(check("g"), check("g", 0.4)))
    assert spared.judgement == Judgement(Verdict.SUSPECT, 1, START + timedelta(days=1.4))
    picture = judged.process_item(result(check("o"), kind="image"))
    assert picture.judgement == Judgement(Verdict.ALIVE, 0, START + timedelta(days=30))


def test_pipeline_reads_the_settings_of_the_command_line() -> None:
    judged = pipeline({"DEAD_AFTER": "1", "DEAD_SPACING": "0", "RECHECK_AFTER": '{"*": "2"}'})
    assert judged.process_item(result(check("g"))).judgement == Judgement(Verdict.DEAD, 1, START + timedelta(days=2))


def test_three_nights_of_the_project_s_own_settings() -> None:
    """A nightly run that starts a little early still counts, and looks at a suspect again the very next night."""
    settings = Settings()
    settings.setmodule("crawler.settings")
    judged = pipeline({name: settings[name] for name in ("DEAD_AFTER", "DEAD_SPACING", "RECHECK_AFTER")})
    checks: tuple[Check, ...] = ()
    verdicts = []
    for night in (0, 0.99, 1.98):
        now = judged.process_item(result(*checks, check("g", night))).judgement
        assert now is not None
        assert night == 1.98 or now.due_at <= START + (night + 0.99) * NIGHT
        checks += (check("g", night),)
        verdicts.append(now.verdict)
    assert verdicts == [Verdict.SUSPECT, Verdict.SUSPECT, Verdict.DEAD]
