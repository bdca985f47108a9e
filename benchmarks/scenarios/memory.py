"""Time and peak memory with very many links in the store, of which only some are due; lychee checks the same notes.

`python -m benchmarks.scenarios.memory [--links N] [--due N] [--without-lychee]`. Each line of the table is a process of
its own.
"""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.baselines import programs
from benchmarks.harness import notes
from benchmarks.harness.contest import BESIDES
from benchmarks.harness.running import MB, Ran, Server, machine, run, table

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 500
"""Megabytes that a run may have for a million links."""


def fill(folder: Path, links: int, due: int) -> list[list[str]]:
    """Write the notes and a store in which all but a few of their links are fresh; the notes are read once more."""
    notes.write(folder / "notes", notes.urls("http", links))
    places = [str(folder / "notes"), str(folder / "output"), str(due)]
    steps = ("read", "check", "read")
    read, _, again = (run([sys.executable, "-m", "benchmarks.harness.filling", step, *places]) for step in steps)
    return [
        _line(f"reading and registering {links:,} links", read),
        _line("the same notes again, unchanged", again),
    ]


def measure(folder: Path, links: int, due: int, server: Server) -> list[list[str]]:
    """Run the whole program, then its last part alone; make sure that each did all of it."""
    whole = run(programs.crawl(folder / "notes", folder / "output"), server.environ)
    seen = server.seen().urls
    if any(seen.get(url) != 1 for url in notes.urls("http", due)) or len(seen) > due + BESIDES * len(notes.HOSTS):
        raise RuntimeError(f"{due} links were due, {sum(seen.values())} requests made to {len(seen)} URLs")
    with (folder / "output/link_health.csv").open(encoding="utf-8-sig", newline="") as file:
        verdicts = Counter(row["verdict"] for row in csv.DictReader(file))
    if verdicts != {"alive": links}:
        raise RuntimeError(f"not {links} links alive, but {verdicts}")
    return [
        _line(f"notemend: all of a run, {due:,} links due", whole),
        _line("notemend: scrapy publish, outputs alone", run(programs.publish(folder / "notes", folder / "output"))),
    ]


def _line(name: str, ran: Ran) -> list[str]:
    return [name, f"{ran.seconds:.0f}", f"{ran.peak / MB:.0f}"]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = ArgumentParser(prog="python -m benchmarks.scenarios.memory")
    parser.add_argument("--links", type=int, default=200_000)
    parser.add_argument("--due", type=int, default=2000)
    parser.add_argument("--without-lychee", action="store_true")
    options = parser.parse_args(arguments)
    print(f"\nmemory: {options.links:,} links; for a million the limit is {LIMIT} MB")
    print(machine(), flush=True)
    with Server("http") as server, TemporaryDirectory() as name:
        folder = Path(name)
        lines = [["", "seconds", "peak MB"], *fill(folder, options.links, options.due)]
        lines += measure(folder, options.links, options.due, server)
        if not options.without_lychee:
            lines.append(_line("lychee: all links fetched", run(programs.lychee(folder / "notes"), server.environ)))
            if (asked := len(server.seen().urls)) != options.links:
                raise RuntimeError(f"lychee asked for {asked} URLs")
        print(table(lines), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
