"""What a person is asked: links unknown for ninety days, and words that do not count any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.models.check import Outcome
from crawler.models.link import LinkState, Verdict
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.vouch import Vouch
from crawler.notes.parser import parse_note
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.finding import FindingKind
from pipelines.consistency.findings import find_inconsistencies
from pipelines.consistency.questions import UNKNOWN_FOR, ended_vouch, is_unknown_for_long
from tests.support.mending import NOW, standing

A = "https://a.example/"
NIGHT = timedelta(days=1)
WALL = replace(standing(A, Outcome.BLOCKED, Verdict.UNKNOWN), first_seen=NOW - UNKNOWN_FOR)
WORD = Vouch(Verdict.ALIVE, (NOW + 9 * NIGHT).date(), "seen", NOW - 9 * NIGHT)
CHANGED = Reason(ReasonCode.VOUCH_OUTCOME_CHANGED, "blocked", "gone")


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        (WALL, True),
        (replace(WALL, first_seen=NOW - UNKNOWN_FOR + timedelta(seconds=1)), False),
        (replace(WALL, verdict=Verdict.ALIVE), False),
        (replace(WALL, check=None), False),
        (replace(standing(A, Outcome.SKIPPED, Verdict.UNKNOWN), first_seen=NOW - 400 * NIGHT), False),
        (replace(standing(A, Outcome.UNREADABLE, Verdict.UNKNOWN), first_seen=NOW - 400 * NIGHT), True),
    ],
)
def test_what_stays_unknown(state: LinkState, asked: bool) -> None:
    assert is_unknown_for_long(state) is asked


@pytest.mark.parametrize(
    ("vouch", "verdict", "why"),
    [
        (None, Verdict.DEAD, None),
        (WORD, Verdict.ALIVE, None),
        (WORD, Verdict.SUSPECT, None),  # not over: the next check applies it
        (replace(WORD, ended_at=NOW, ended=CHANGED), Verdict.SUSPECT, "checks found blocked before, now gone"),
        (replace(WORD, ended_at=NOW, ended=CHANGED), Verdict.ALIVE, None),
        (replace(WORD, until=(NOW - NIGHT).date()), Verdict.DEAD, "ran out on 2026-11-19"),
        (replace(WORD, until=(NOW - NIGHT).date()), Verdict.ALIVE, None),
    ],
)
def test_a_word_that_is_over(vouch: Vouch | None, verdict: Verdict, why: str | None) -> None:
    ended = ended_vouch(replace(standing(A, Outcome.GONE, verdict), vouch=vouch))
    assert (None if ended is None else str(ended)) == why


def test_each_link_is_listed_once() -> None:
    notes = [parse_note(name, f"# N\n\n<{A}> [again]({A})\n".encode()) for name in ("a.md", "b.md")]
    mentioned = [(WALL, note.path, mention.line) for note in notes for mention in note.mentions]
    index = CrossReferenceIndex.build((), (), mentioned)
    found = [each for note in notes for each in find_inconsistencies(note, dict.fromkeys(range(2), WALL), index)]
    (finding,) = found
    assert (finding.note, finding.line, finding.kind) == ("a.md", 3, FindingKind.UNKNOWN_FOR_LONG)
    assert "notemend vouch https://a.example/ --alive" in finding.true
    assert finding.evidence == "unknown since 2026-08-22; last check: seen"
