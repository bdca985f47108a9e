"""The story of one link in words."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.policy import Policy
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.verdicts.fold import fold_checks
from pipelines.items.verdict import compute_verdict
from pipelines.reports.verdict_texts import explain_step, explain_verdict
from tests.internet import Internet, World
from tests.internet.messages import text
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.storing import NIGHT, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = Policy(dead_after=2, dead_interval=timedelta(days=0.8), recheck_after={})
DELETED, RENAMED, PAPER = World.article("deleted"), World.repository("renamed"), "https://arxiv.org/abs/1706.03762"
FAILING = "https://alive.example.org/x_y"


def seen(outcome: Outcome, night: float, *, conclusive: bool = False) -> Check:
    to = "https://a.example/" if outcome is Outcome.MOVED else None
    return Check(
        outcome,
        Reason(ReasonCode.OTHER, "seen"),
        NOW + night * NIGHT,
        CheckMethod.PAGE,
        final_url=to,
        conclusive=conclusive,
    )


def test_each_step_says_what_it_did_and_the_last_is_the_verdict() -> None:
    checks = [
        *(seen(Outcome.OK, 0), seen(Outcome.FAILED, 1), seen(Outcome.FAILED, 1.5), seen(Outcome.BLOCKED, 2)),
        *(seen(Outcome.GONE, 3), seen(Outcome.FAILED, 4), seen(Outcome.GONE, 4.8)),
        *(seen(Outcome.FAILED, 4.9), seen(Outcome.MOVED, 5)),
        *(seen(Outcome.GONE, 6, conclusive=True), seen(Outcome.FAILED, 7.9), seen(Outcome.SKIPPED, 8)),
    ]
    assert [explain_step(step) for step in fold_checks(checks, POLICY)] == [
        "alive: earlier failures no longer count",
        "suspect: failure 1 in a row; dead after 30 days without an answer (UNREACHABLE_AFTER)",
        "not counted: less than 0.8 days (DEAD_MIN_INTERVAL_DAYS) after a failure that counts",
        "the check does not count",
        "suspect: not found in 1 check; dead after 2 (DEAD_AFTER)",
        "suspect: failure 3 in a row; dead after 30 days without an answer (UNREACHABLE_AFTER)",
        "dead: not found in 2 checks; dead after 2 (DEAD_AFTER)",
        "not counted: less than 0.8 days (DEAD_MIN_INTERVAL_DAYS) after a failure that counts",
        "moved: earlier failures no longer count",
        "dead at once",
        "dead until a check succeeds",
        "the check does not count",
    ]
    once = [seen(Outcome.GONE, 0, conclusive=True), seen(Outcome.FAILED, 1)]
    assert [explain_step(step) for step in fold_checks(once, Policy(3, timedelta(0), {}))][
        1
    ] == "dead until a check succeeds"
    for number in range(1, len(checks) + 1):
        *history, last = checks[:number]
        judged = compute_verdict(history, last, POLICY)
        *_, step = fold_checks(checks[:number], POLICY)
        assert (judged.verdict, judged.failures_in_a_row) == (step.verdict, step.failures)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk after two nights, whose notes are gone."""
    with Internet() as internet:
        desk = Desk(tmp_path_factory.mktemp("desk"), internet.environ())
        desk.write("202605/a.md", f"[one](b.md) <{DELETED}>\n\n[code]({RENAMED}/)\n\n[p]({PAPER}) <{FAILING}>\n")
        desk.write("202605/b.md", f'<a href="{PAPER.replace("abs", "pdf")}.pdf?fbclid=1">x</a> [gone](x/gone.md)\n')
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
        internet.fault(f"{FAILING}*", text("", 503))
        assert desk.crawl(*EVERY_NIGHT).returncode == 0
        shutil.rmtree(desk.notes)
        yield desk


def told(desk: Desk, what: str) -> list[str]:
    done = desk.run("explain", what)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_the_whole_story_of_a_link(crawled: Desk) -> None:
    lines = told(crawled, FAILING)
    assert lines[0] == f"{FAILING}: suspect"
    assert f"  202605/a.md:5  {FAILING}" in lines
    checks = lines[lines.index("checks:") + 1 : -2]
    assert re.search(r" UTC  reachable; HTTP 200; requested the page; \d\.\d\d s$", checks[0])
    assert lines[1].startswith("  why: could not be reached from here since ")
    assert checks[1] == "    it is there; alive: earlier failures no longer count"
    assert re.search(r" UTC  .*503.*; requested the page; \d\.\d\d s$", checks[2])
    assert checks[3].startswith("    could not be reached from here; suspect: failure 1 in a row; dead after 30 days ")
    assert lines[-2].startswith("last time it worked: ")
    assert lines[-1].startswith("next check: ")
    assert lines[-1].endswith(" UTC (RECHECK_AFTER: 0.8 days for web/suspect)")


def test_what_was_edited_and_what_may_stand_in_its_place(crawled: Desk) -> None:
    lines = told(crawled, RENAMED)
    (moved,) = [line for line in lines if line.startswith("moved to: ")]
    (edited,) = [line for line in lines if line.startswith("  202605/a.md: ")]
    assert edited.startswith(f"  202605/a.md: {RENAMED}/ -> {moved.removeprefix('moved to: ')}")
    lines = told(crawled, DELETED)
    assert lines[0] == f"{DELETED}: dead"
    assert "edits: none; dead links are edited if REWRITE has snapshots or marks" in lines
    assert "    the site says that it does not exist; dead at once" in lines
    assert lines[1].startswith("  why: the site says that it does not exist (deleted by author), on 20")


@pytest.mark.parametrize(
    ("written", "url"),
    [
        (f"{PAPER.replace('abs', 'pdf')}v3.pdf", PAPER),
        ("arxiv.org/abs/1706.03762", PAPER),
        ("1706.03762", PAPER),
        (f"<{FAILING}?utm_source=x#y>", FAILING),
        ("HTTPS://Alive.Example.org/x_y?utm_source=x&amp;utm_medium=y", FAILING),
        ("b.md", "202605/b.md"),
        ("./x/gone.md", "202605/x/gone.md"),
        ("../202605/b.md", "202605/b.md"),
        (RENAMED.removeprefix("https://github.com/"), RENAMED),
    ],
)
def test_a_link_is_found_however_it_is_written(crawled: Desk, written: str, url: str) -> None:
    assert told(crawled, written)[0].startswith(f"{url}: ")


def test_a_link_that_is_not_known(crawled: Desk) -> None:
    done = crawled.run("explain", "https://alive.example.org/xy")
    says = f"notemend: https://alive.example.org/xy: no such link in the notes. Most similar: {FAILING}\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", says)
    assert crawled.run("explain").returncode == 2


def test_what_strangers_write_cannot_move_the_cursor(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.md", "[\x1b[2J\u202eevil](b.md)")
    desk.crawl()
    assert "\x1b" not in "".join(told(desk, "b.md"))
    assert "\u202e" not in "".join(told(desk, "b.md"))


# --- who decided, and why nothing was edited --------------------------------------------------------------------------


PATIENCE = "dead after 30 days without an answer (UNREACHABLE_AFTER), unless the Wayback Machine has a newer capture"


@pytest.mark.parametrize(
    ("outcomes", "why"),
    [
        ([Outcome.BLOCKED], "no check could tell; the last one: refused: says nothing about the link"),
        ([Outcome.OK, Outcome.BLOCKED], "it is there (seen), seen on 2026-11-20"),
        ([Outcome.OK, Outcome.REPLACED], "another page is there (seen), seen on 2026-11-21"),
        ([Outcome.GONE], "not found in 1 of the 2 checks (DEAD_AFTER) that make it dead"),
        ([Outcome.GONE, Outcome.GONE], "not found in 2 checks that count, the last time for the reason: seen"),
        (
            [Outcome.FAILED, Outcome.FAILED],
            f"could not be reached from here since 2026-11-20, in 2 checks that count; {PATIENCE}",
        ),
        ([Outcome.FAILED, Outcome.BLOCKED], "could not be reached from here, but a server answers"),
    ],
)
def test_what_decided(outcomes: list[Outcome], why: str) -> None:
    steps = list(fold_checks([seen(outcome, night) for night, outcome in enumerate(outcomes)], POLICY))
    assert explain_verdict(steps) == why


@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (None, "; not dead: the Wayback Machine has not answered"),
        (Outcome.OK, "; not dead: the Wayback Machine has a newer capture"),
        (Outcome.FAILED, "; the Wayback Machine has no newer capture"),
    ],
)
def test_what_the_archive_decided(archive: Outcome | None, why: str) -> None:
    checks = [seen(Outcome.FAILED, night) for night in (0, 15, 31)]
    if archive is not None:
        checks.append(replace(seen(archive, 31.1), how=CheckMethod.ARCHIVE))
    steps = list(fold_checks(checks, POLICY))
    assert explain_verdict(steps).endswith(f"since 2026-11-20, in 3 checks that count{why}")


def test_in_chinese_nothing_is_in_english(crawled: Desk) -> None:
    for link in (FAILING, DELETED, RENAMED):
        done = crawled.run("explain", link, LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 0
        ours = [line for line in done.stdout.splitlines() if not re.match("  (202605/|标题)", line)]
        lines = re.sub(r"https?://\S+|\([^()]*\)|[A-Z_]{3,}|(wechat|github|web)/\w+", "", "\n".join(ours))
        words = set(re.findall("[A-Za-z]{3,}", lines))
        assert words <= {"wechat", "github", "web", "Wayback", "Machine", "snapshots", "marks"}, lines


def test_without_checks_nobody_decided() -> None:
    assert explain_verdict([]) == ""
