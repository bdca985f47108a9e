"""Far away: links per second from a server whose every answer takes its time, with very many requests in flight.

`python -m benchmarks.scenarios.latency [--links N] [--rounds N]`. There are as many hosts as are needed for all of the
requests in flight; the bound is what these allow: in flight / latency.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baselines import contestants, programs
from benchmarks.harness import notes
from benchmarks.harness.contest import COSTS, RATES, Column, Desk, hold, ratio, report
from benchmarks.harness.running import Server, at_least, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

LATENCY = 0.2
IN_FLIGHT = 256
HOSTS = IN_FLIGHT // programs.A_HOST
PROGRAMS = (
    contestants.notemend(IN_FLIGHT),
    contestants.notemend_workers(IN_FLIGHT),
    contestants.bare_scrapy(IN_FLIGHT),
    contestants.bare_aiohttp(IN_FLIGHT),
    contestants.lychee(IN_FLIGHT),
)
BOUND = IN_FLIGHT / LATENCY
OF_BOUND = Column("of bound", lambda each: each.fetching / BOUND, ".0%")


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.latency")
    parser.add_argument("--links", type=positive, default=100 * HOSTS)
    parser.add_argument("--rounds", type=positive, default=3)
    options = parser.parse_args(arguments)
    print(
        f"\nlatency: {options.links:,} http links on {HOSTS} hosts, {LATENCY * 1000:.0f} ms for each answer,"
        f" {IN_FLIGHT} in flight, {options.rounds} rounds; the bound is {BOUND:,.0f} links per second"
    )
    with Server("http", LATENCY) as server, TemporaryDirectory() as folder:
        desk = Desk(Path(folder), tuple(notes.urls("http", options.links, HOSTS)))
        desk.lay_out(server)
        measured = hold(PROGRAMS, desk, server, options.rounds)
    print(report("links per second:", measured, contestants.LYCHEE, (OF_BOUND, *RATES, *COSTS)))
    mine = [name for name in measured[0] if name in {contestants.NOTEMEND, contestants.NOTEMEND_WORKERS}]
    for column in RATES:
        best = max(ratio(measured, name, contestants.LYCHEE, column.value) for name in mine)
        print(at_least(f"links per second, {column.title}, our best beside lychee", best, 1), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
