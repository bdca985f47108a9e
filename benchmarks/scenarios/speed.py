"""As quickly as each can: links per second and what they cost, without a pace and from a server that answers at once.

`python -m benchmarks.scenarios.speed [--links N] [--rounds N] [--schemes http https]`.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baselines import contestants, programs
from benchmarks.harness import notes
from benchmarks.harness.contest import COSTS, RATES, Desk, hold, ratio, report
from benchmarks.harness.running import Server, at_least, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMS = (
    contestants.notemend(),
    contestants.notemend_workers(),
    contestants.bare_scrapy(),
    contestants.scrapy_defaults(),
    contestants.bare_aiohttp(),
    contestants.lychee(),
    contestants.linkinator(),
    contestants.linkchecker(),
)
SCHEMES = ("http", "https")
GOAL = 0.9
"""Of the links per second of bare Scrapy with the same settings."""


def compare(scheme: str, links: int, rounds: int) -> None:
    """Print the table of one scheme."""
    where = f"{len(notes.HOSTS)} hosts, {programs.IN_FLIGHT} in flight, {rounds} rounds"
    print(f"\nspeed: {links:,} {scheme} links on {where}")
    with Server(scheme) as server, TemporaryDirectory() as folder:
        desk = Desk(Path(folder), tuple(notes.urls(scheme, links)))
        desk.lay_out(server)
        measured = hold(PROGRAMS, desk, server, rounds)
    print(report("links per second:", measured, contestants.BARE_SCRAPY, (*RATES, *COSTS)))
    reached = ratio(measured, contestants.NOTEMEND, contestants.BARE_SCRAPY, lambda each: each.fetching)
    print(at_least(f"links per second while fetching over {scheme}, beside bare Scrapy", reached, GOAL), flush=True)


def main(arguments: Sequence[str]) -> None:
    """Print one table for each scheme."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.speed")
    parser.add_argument("--links", type=positive, default=2000)
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--schemes", nargs="+", choices=SCHEMES, default=SCHEMES)
    options = parser.parse_args(arguments)
    for scheme in options.schemes:
        compare(scheme, options.links, options.rounds)


if __name__ == "__main__":
    main(sys.argv[1:])
