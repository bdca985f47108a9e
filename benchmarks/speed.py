"""Links per second and peak memory, beside a bare Scrapy spider and lychee: all fetch the same links of one server.

`python -m benchmarks.speed [--links N] [--rounds N] [--schemes http,https]`. The programs take turns, each in a process
of its own, and are measured from outside: the server's clock says how long they fetched, the operating system how long
they lived, how much processor time they used and how much memory. A run that asked for less or more than each URL once,
or did not find every page well, is an error.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import notes, programs
from benchmarks.running import MB, Ran, Seen, Server, machine, run, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Desk:
    """The same URLs in notes and in a file, one a line; and a folder to write to."""

    urls: tuple[str, ...]
    notes: Path
    list: Path
    output: Path


@dataclass(frozen=True, slots=True)
class Program:
    """A program that checks links: its command, and how many links it says are well."""

    name: str
    command: Callable[[Desk], list[str]]
    well: Callable[[Desk, Ran], int]


def _alive(desk: Desk, _ran: Ran) -> int:
    with (desk.output / "link_health.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(row["verdict"] == "alive" and row["title"] == "Plain" for row in csv.DictReader(file))


PROGRAMS = (
    Program("notemend", lambda desk: programs.crawl(desk.notes, desk.output), _alive),
    Program("bare Scrapy", lambda desk: programs.bare("same", desk.list), lambda _, ran: int(ran.output)),
    Program("Scrapy's defaults", lambda desk: programs.bare("defaults", desk.list), lambda _, ran: int(ran.output)),
    Program(
        "lychee", lambda desk: programs.lychee(desk.notes), lambda _, ran: int(json.loads(ran.output)["successful"])
    ),
)
BASE = "bare Scrapy"
BESIDES = 3
"""Requests that a program may make to a host besides its links: robots.txt, a second look or two."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: links per second while fetching, over the whole process, and per second of processor time.

    `peak` is in megabytes, `server` the share of one processor that the server used while it was asked.
    """

    fetching: float
    whole: float
    busy: float
    peak: float
    server: float


def lay_out(folder: Path, scheme: str, links: int) -> Desk:
    """Write the notes and the list."""
    desk = Desk(tuple(notes.urls(scheme, links)), folder / "notes", folder / "urls.txt", folder / "output")
    notes.write(desk.notes, desk.urls)
    desk.list.write_text("\n".join(desk.urls))
    return desk


def measure(program: Program, desk: Desk, server: Server) -> Measured:
    """Let a program check the links once, and make sure that it did."""
    shutil.rmtree(desk.output, ignore_errors=True)
    server.seen()
    ran = run(program.command(desk), server.environ)
    seen = server.seen()
    _verify(program, desk, ran, seen)
    links = len(desk.urls)
    return Measured(
        links / seen.seconds, links / ran.seconds, links / ran.busy, ran.peak / MB, seen.busy / seen.seconds
    )


def _verify(program: Program, desk: Desk, ran: Ran, seen: Seen) -> None:
    besides = {url: count for url, count in seen.urls.items() if url not in desk.urls}
    once = all(seen.urls.get(url) == 1 for url in desk.urls)
    if not once or sum(besides.values()) > BESIDES * len(notes.HOSTS):
        raise RuntimeError(f"{program.name} made {sum(seen.urls.values())} requests to {len(seen.urls)} URLs")
    if (well := program.well(desk, ran)) != len(desk.urls):
        raise RuntimeError(f"{program.name} found {well} of {len(desk.urls)} links well:\n{ran.output[-2000:]}")


def report(rounds: Sequence[dict[str, Measured]]) -> str:
    """Return the medians of all rounds, least and most in brackets; ratios to bare Scrapy are taken round by round."""
    lines = [
        ["links per second:", "fetching", "ratio", "whole run", "ratio", "of processor", "ratio", "peak MB", "server"]
    ]
    for program in PROGRAMS:
        mine, base = [each[program.name] for each in rounds], [each[BASE] for each in rounds]
        line = [program.name]
        for name in ("fetching", "whole", "busy"):
            values = [getattr(each, name) for each in mine]
            ratios = [value / getattr(each, name) for value, each in zip(values, base, strict=True)]
            line += [f"{median(values):,.0f} ({min(values):,.0f}-{max(values):,.0f})", f"{median(ratios):.2f}"]
        lines.append([*line, f"{median(m.peak for m in mine):.0f}", f"{median(m.server for m in mine):.0%}"])
    return table(lines)


def main(arguments: Sequence[str]) -> None:
    """Print one table for each scheme."""
    parser = ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("--links", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--schemes", default="http,https")
    options = parser.parse_args(arguments)
    for scheme in options.schemes.split(","):
        with Server(scheme) as server, TemporaryDirectory() as folder:
            desk = lay_out(Path(folder), scheme, options.links)
            print(f"\nspeed: {options.links:,} {scheme} links on {len(notes.HOSTS)} hosts, {options.rounds} rounds")
            print(machine(), flush=True)
            for program in PROGRAMS:  # a round that does not count: files are read, certificates issued
                measure(program, desk, server)
            rounds = [{each.name: measure(each, desk, server) for each in PROGRAMS} for _ in range(options.rounds)]
            print(report(rounds), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
