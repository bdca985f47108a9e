"""What the benchmarks compute: figures, verification, and the file of results."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.baselines import contestants, linkinator
from benchmarks.harness import hosts, notes, results
from benchmarks.harness.contest import COSTS, RATES, Desk, Measured, Program, hold, ratio, report, turned, verify
from benchmarks.harness.running import Ran, Seen, Server, at_least, at_most
from benchmarks.scenarios import pace
from crawler import settings
from crawler.notes import parser
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

URLS = ("http://h00.bench.example.org/page/0", "http://h01.bench.example.org/page/1")
ORDER = ("speed", "pace", "memory")


def measured(seconds: float, *, whole: float = 10, links: int = 100) -> Measured:
    seen = Seen({f"http://h/{number}": 1 for number in range(links)} | {"http://h/robots.txt": 10}, seconds, 0.5)
    return Measured(links, Ran("", whole, 0.2, 50_000_000), seen)


# Figures


def test_figures_of_a_run() -> None:
    each = measured(2)
    assert (each.fetching, each.whole, each.processor) == (50, 10, 2)
    assert (each.peak, each.server, each.requests) == (50, 0.25, 1.1)


def test_ratios_are_medians_of_rounds_not_ratios_of_medians() -> None:
    rounds = [{"a": measured(a), "b": measured(b)} for a, b in ((1, 2), (10, 10), (4, 100))]
    assert ratio(rounds, "a", "b", lambda each: each.fetching) == 2
    assert ratio(rounds, "b", "a", lambda each: each.fetching) == 0.5
    assert ratio(rounds, "a", "a", lambda each: each.fetching) == 1


def test_a_table_shows_medians_with_least_and_most() -> None:
    rounds = [{"a": measured(a), "b": measured(1)} for a in (1, 4, 2)]
    head, mine, base = report("links:", rounds, "b", (*RATES, *COSTS)).splitlines()
    assert head.split()[:4] == ["links:", "fetching", "ratio", "whole"]
    assert mine.split() == [
        "a",
        "50",
        "(25-100)",
        "0.50",
        "10",
        "1.00",
        "2.00",
        "1.00",
        "50",
        "25%",
        "(12%-50%)",
        "1.10",
    ]
    assert base.split()[:3] == ["b", "100", "1.00"]


def test_no_program_always_follows_the_same() -> None:
    programs = [Program(name, lambda _: [], lambda *_: 0) for name in "abc"]
    orders = ["".join(each.name for each in turned(programs, number)) for number in range(4)]
    assert orders == ["abc", "bca", "cab", "abc"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (at_least("speed", 0.9, 0.9), "aim: speed: 0.900, at least 0.9: met"),
        (at_least("speed", 0.8994, 0.9), "aim: speed: 0.899, at least 0.9: missed"),
        (at_most("peak", 1999.5, 2000), "aim: peak: 1,999.500, at most 2,000: met"),
        (at_most("time", 1.051, 1.05), "aim: time: 1.051, at most 1.05: missed"),
    ],
)
def test_aims(line: str, said: str) -> None:
    assert line == said


# Verification

ONCE = dict.fromkeys(URLS, 1)


def test_a_run_that_did_all_passes() -> None:
    verify("x", URLS, Seen(ONCE | {"http://h00.bench.example.org/robots.txt": 6}, 1, 1), 2)


@pytest.mark.parametrize(
    ("asked", "well", "why"),
    [
        ({URLS[0]: 1}, 2, "x did not ask once for 1 of 2 URLs"),
        ({}, 2, "x did not ask once for 2 of 2 URLs"),
        (ONCE | {URLS[0]: 2}, 2, "x did not ask once for 1 of 2 URLs"),
        (ONCE | {"http://h00.bench.example.org/robots.txt": 9}, 2, "x made 9 requests besides its links to 2 hosts"),
        (ONCE, 1, "x found 1 of 2 links well"),
        (ONCE, 3, "x found 3 of 2 links well"),
    ],
)
def test_a_run_that_skipped_or_repeated_something_is_refused(asked: Mapping[str, int], well: int, why: str) -> None:
    with pytest.raises(RuntimeError, match=f"^{why}$"):
        verify("x", URLS, Seen(asked, 1, 1), well)


def test_a_run_above_its_pace_is_refused() -> None:
    pace.check("x", 99 * pace.PACE, 100)
    with pytest.raises(RuntimeError, match="x did not keep the pace: 100 links of one host in 4.8 s"):
        pace.check("x", 96 * pace.PACE, 100)


# Links


def test_links_are_spread_over_hosts_as_counted() -> None:
    urls = pace.spread((5, 2, 1))
    assert sorted(url.split("/")[2].partition(".")[0] for url in urls) == ["h00"] * 5 + ["h01"] * 2 + ["h02"]
    assert len(set(urls)) == 8
    assert urls == pace.spread((5, 2, 1))
    assert list(urls) != sorted(urls)


def test_links_are_counted_by_host(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("<http://a.example/1> <http://b.example/1> [x](b.md) <http://a.example/1>")
    (tmp_path / "b.md").write_text("<http://a.example/1> <http://b.example/2>")
    assert hosts.counts(tmp_path) == [2, 1]


@pytest.mark.parametrize("links", [1, 4, 6])
def test_notes_mention_each_url(links: int) -> None:
    urls = list(notes.urls("http", links, hosts=3))
    assert len({url.split("/")[2] for url in urls}) == min(links, 3)
    note = parser.parse_note("a.md", "".join(notes.entries(urls)).encode())
    assert list(dict.fromkeys(mention.url for mention in note.mentions)) == urls


# Programs


def test_who_is_missing_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = []

    def well(desk: Desk, ran: Ran) -> int:
        runs.append(ran)
        return lychee.well(desk, ran)

    lychee = contestants.lychee()
    away = Program("away", lambda _: [], lambda *_: 0, missing=lambda: "there is none")
    with Server("http", latency=0.1) as server:
        desk = Desk(tmp_path, URLS)
        desk.lay_out(server)
        (only,) = hold((Program("lychee", lychee.command, well), away), desk, server, rounds=1)
    assert {name: each.seen.urls for name, each in only.items()} == {"lychee": ONCE}
    assert only["lychee"].seen.seconds >= 0.1
    assert only["lychee"].ran is runs[1]  # the first does not count
    printed = capsys.readouterr().out
    assert "lychee: lychee --max-concurrency=64 --host-concurrency=4" in printed
    assert "away: left out, there is none\n" in printed


def test_linkinator_needs_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkinator, "BINARY", tmp_path / "linkinator")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert linkinator.missing() == "there is no npm"
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 3\n")
    npm.chmod(0o755)
    assert linkinator.missing() == "npm install ended with 3"
    linkinator.BINARY.touch()
    assert linkinator.missing() is None


def test_workers_need_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(settings, "WORKERS", raising=False)
    assert contestants.notemend_workers().missing() == "crawler/settings.py has no WORKERS"
    monkeypatch.setattr(settings, "WORKERS", 1, raising=False)
    assert contestants.notemend_workers().missing() is None


def test_commands_are_shown_without_places_of_this_machine(tmp_path: Path) -> None:
    desk = Desk(tmp_path, URLS)
    shown = [desk.shown(program.command(desk)) for program in (contestants.notemend(), contestants.linkchecker())]
    assert not [text for text in shown if str(tmp_path) in text or sys.executable in text or URLS[0] in text]
    assert shown[1].startswith("linkchecker --config=linkcheckerrc")
    assert shown[1].endswith(" URL…")


# The file of results


def section(figure: str, *, small: bool = False) -> str:
    output = f"\nspeed: 10 links\n## not a heading\n\n{at_least(f'of {figure}', 1, 0.9)}\n"
    return results.section("python -m benchmarks.scenarios.speed", "2026-11-21 16:00 UTC", "abc", output, small=small)


def test_sections_are_replaced_one_by_one() -> None:
    first = results.replaced("", {"pace": section("old"), "speed": section("kept")}, ORDER)
    second = results.replaced(first, {"pace": section("new"), "memory": section("more")}, ORDER)
    assert [line for line in second.splitlines() if line.startswith("## ")] == ["## speed", "## pace", "## memory"]
    assert "of old" not in second
    assert second == results.replaced(
        "", {name: section(text) for name, text in zip(ORDER, ("kept", "new", "more"), strict=True)}, ORDER
    )
    assert results.replaced(second, {}, ORDER) == second


def test_aims_of_all_sections_stand_on_top() -> None:
    text = results.replaced("", {"speed": section("a", small=True), "pace": section("b")}, ORDER)
    assert text.index("- speed: of a: 1.000, at least 0.9: **met** (small sizes, which") < text.index("## speed")
    assert "- pace: of b: 1.000, at least 0.9: **met**\n" in text


def test_what_is_no_benchmark_any_more_goes() -> None:
    assert "## speed" not in results.replaced(results.replaced("", {"speed": section("a")}, ORDER), {}, ("pace",))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["benchmarks", "--only", "speed,haste"], "--only haste: no such benchmark; there are speed, latency"),
        (["benchmarks", "--notes", "nowhere"], "--notes nowhere: no such folder"),
        (["benchmarks.scenarios.pace", "--notes", "nowhere"], "--notes nowhere: no such folder"),
        (["benchmarks.scenarios.speed", "--rounds", "0"], "0: not a positive number"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], why: str) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr.splitlines()[-1]
