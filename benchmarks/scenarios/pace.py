"""Close to the bound: how long a run takes beside what its pace allows, with links spread over hosts as in real notes.

`python -m benchmarks.scenarios.pace [--notes FOLDER] [--rounds N] [--scale N]`. A run cannot end before its busiest
host is done: links on it × seconds between two requests. The links of FOLDER are counted by host, and as many asked for
on as many made-up hosts; without it the counts are those of one collection of reading notes. `--scale 10` takes a tenth
of each.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baselines import contestants
from benchmarks.harness import notes
from benchmarks.harness.contest import COSTS, Column, Desk, hold, ratio, report
from benchmarks.harness.running import Server, at_most, positive, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contest import Measured

PACE = 0.05
LATENCY = 0.1
COUNTS = (744, 584, 366, 341, 9, 8, 7, 6, *[3] * 7, *[2] * 7, *[1] * 59)
"""Links on each host, in 119 notes of one reader: articles, papers, code and pictures have a host each."""
PROGRAMS = (contestants.notemend(pace=PACE), contestants.lychee(pace=PACE))
GOAL = 1.05


def counted(folder: str) -> list[int]:
    """Return the numbers of links of as many of a folder's hosts as there can be here, most first."""
    counts: list[int] = json.loads(run([sys.executable, "-m", "benchmarks.harness.hosts", folder]).output)
    return counts[: notes.MOST_HOSTS]


def spread(counts: Sequence[int]) -> tuple[str, ...]:
    """Return so many URLs on so many hosts, mixed as they would be in notes, and always in the same way."""
    number = count()
    urls = [f"http://{notes.host(host)}/page/{next(number)}" for host, links in enumerate(counts) for _ in range(links)]
    Random(0).shuffle(urls)
    return tuple(urls)


def check(name: str, seconds: float, busiest: int) -> None:
    """Raise RuntimeError when a program was done sooner than its pace allows."""
    if seconds < (busiest - 1) * PACE:
        raise RuntimeError(f"{name} did not keep the pace: {busiest} links of one host in {seconds:.1f} s")


def columns(bound: float) -> tuple[Column, ...]:
    """Return what is asked of each program: its time, while fetching and over the whole run, beside the bound."""

    def fetching(each: Measured) -> float:
        return each.seen.seconds / bound

    def whole(each: Measured) -> float:
        return each.ran.seconds / bound

    return (Column("fetching", fetching, ".3f", compared=True), Column("whole run", whole, ".3f", compared=True))


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.pace")
    parser.add_argument("--notes", metavar="FOLDER")
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--scale", type=positive, default=1)
    options = parser.parse_args(arguments)
    if options.notes and not Path(options.notes).is_dir():
        parser.error(f"--notes {options.notes}: no such folder")
    counts = [-(-each // options.scale) for each in (counted(options.notes) if options.notes else COUNTS)]
    if not counts:
        parser.error(f"--notes {options.notes}: no links in it")
    bound = counts[0] * PACE
    print(
        f"\npace: {sum(counts):,} http links on {len(counts)} hosts, {counts[0]} on the busiest,"
        f" {PACE * 1000:.0f} ms between two requests to a host, {LATENCY * 1000:.0f} ms for each answer,"
        f" {options.rounds} rounds; the bound is {bound:.1f} s"
    )
    with Server("http", LATENCY) as server, TemporaryDirectory() as folder:
        desk = Desk(Path(folder), spread(counts))
        desk.lay_out(server)
        measured = hold(PROGRAMS, desk, server, options.rounds)
    for each in measured:
        for name, one in each.items():
            check(name, one.seen.seconds, counts[0])
    figures = columns(bound)
    print(report("times the bound:", measured, contestants.LYCHEE, (*figures, *COSTS)))
    for column in figures:
        mine = median(column.value(each[contestants.NOTEMEND]) for each in measured)
        beside = ratio(measured, contestants.NOTEMEND, contestants.LYCHEE, column.value)
        print(at_most(f"time, {column.title}, beside the bound", mine, GOAL))
        print(at_most(f"time, {column.title}, beside lychee at the same pace", beside, 1), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
