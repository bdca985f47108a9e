"""What the benchmarks with several programs share: the same links for each, turns, verification, one table.

The programs take turns, each in a process of its own, and are measured from outside: the server's clock says how long
they fetched, the operating system how long they lived, how much processor time they used and how much memory.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.baselines.programs import linkchecker_settings
from benchmarks.harness import notes
from benchmarks.harness.running import MB, Ran, Seen, Server, machine, run, table

BESIDES = 4
"""Requests that a program may make to a host besides its links: robots.txt, a second look or two."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The same URLs in notes and in a file, one a line; LinkChecker's settings; and a folder to write to."""

    folder: Path
    urls: tuple[str, ...]

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def list(self) -> Path:
        return self.folder / "urls.txt"

    @property
    def linkchecker(self) -> Path:
        return self.folder / "linkcheckerrc"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def lay_out(self, server: Server) -> None:
        """Write all of it."""
        notes.write(self.notes, self.urls)
        self.list.write_text("\n".join(self.urls))
        self.linkchecker.write_text(linkchecker_settings(server.environ["SSL_CERT_FILE"]))

    def shown(self, command: Sequence[str]) -> str:
        """Return a command as a person would write it, without the places of this machine."""
        urls = set(self.urls)
        words = [word for word in command if word not in urls]
        if len(words) < len(command):
            words.append("URL…")
        words[0] = "python" if words[0] == sys.executable else Path(words[0]).name
        return shlex.join(words).replace(f"{self.folder}/", "").replace("'URL…'", "URL…")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that checks links: its command, and how many links it says are well.

    `missing` says in one line why it cannot take part here, or None; `version` what `machine` does not know of it.
    """

    name: str
    command: Callable[[Desk], list[str]]
    well: Callable[[Desk, Ran], int]
    missing: Callable[[], str | None] = lambda: None
    version: Callable[[], str] = str


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one program over so many links, as the operating system and as the server saw it."""

    links: int
    ran: Ran
    seen: Seen

    @property
    def fetching(self) -> float:
        """Links per second from the first request to the last answer."""
        return self.links / self.seen.seconds

    @property
    def whole(self) -> float:
        """Links per second of the life of the process."""
        return self.links / self.ran.seconds

    @property
    def processor(self) -> float:
        """Milliseconds of processor time per link."""
        return 1000 * self.ran.busy / self.links

    @property
    def peak(self) -> float:
        """Megabytes of memory of the largest process at its largest."""
        return self.ran.peak / MB

    @property
    def server(self) -> float:
        """Share of one processor that the server used while it was asked."""
        return self.seen.busy / self.seen.seconds

    @property
    def requests(self) -> float:
        """Requests per link, robots.txt and the like included."""
        return sum(self.seen.urls.values()) / self.links


Round = Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of each program: how it is read and written, and whether it is set in proportion to the others'."""

    title: str
    value: Callable[[Measured], float]
    form: str
    compared: bool = False


RATES = (
    Column("fetching", lambda each: each.fetching, ",.0f", compared=True),
    Column("whole run", lambda each: each.whole, ",.0f", compared=True),
)
COSTS = (
    Column("CPU ms/link", lambda each: each.processor, ",.2f", compared=True),
    Column("peak MB", lambda each: each.peak, ",.0f"),
    Column("server", lambda each: each.server, ".0%"),
    Column("requests/link", lambda each: each.requests, ".2f"),
)


def hold(programs: Sequence[Program], desk: Desk, server: Server, rounds: int) -> list[Round]:
    """Let the programs take turns, so many rounds, and print how they were called; who is missing is left out.

    One more round comes first and does not count: files are read, certificates issued.
    """
    present = []
    for program in programs:
        if (why := program.missing()) is None:
            present.append(program)
            print(f"{program.name}: {desk.shown(program.command(desk))}")
        else:
            print(f"{program.name}: left out, {why}")
    print(machine(*(version for program in present if (version := program.version()))), flush=True)
    _round(present, desk, server)
    return [_round(turned(present, number), desk, server) for number in range(rounds)]


def turned(programs: Sequence[Program], number: int) -> list[Program]:
    """Return the order of a round: each begins with another program, so that none always follows the same."""
    first = number % len(programs)
    return [*programs[first:], *programs[:first]]


def measure(program: Program, desk: Desk, server: Server) -> Measured:
    """Let a program check the links once, and make sure that it did."""
    shutil.rmtree(desk.output, ignore_errors=True)
    server.seen()
    ran = run(program.command(desk), server.environ)
    seen = server.seen()
    verify(program.name, desk.urls, seen, program.well(desk, ran))
    return Measured(len(desk.urls), ran, seen)


def verify(name: str, urls: Sequence[str], seen: Seen, well: int) -> None:
    """Raise RuntimeError unless each URL was asked for once, little besides, and every page found well."""
    wanted = set(urls)
    wrong = sum(seen.urls.get(url) != 1 for url in wanted)
    if wrong:
        raise RuntimeError(f"{name} did not ask once for {wrong} of {len(wanted)} URLs")
    besides = sum(count for url, count in seen.urls.items() if url not in wanted)
    hosts = {url.split("/")[2] for url in wanted}
    if besides > BESIDES * len(hosts):
        raise RuntimeError(f"{name} made {besides} requests besides its links to {len(hosts)} hosts")
    if well != len(wanted):
        raise RuntimeError(f"{name} found {well} of {len(wanted)} links well")


def ratio(rounds: Sequence[Round], name: str, base: str, value: Callable[[Measured], float]) -> float:
    """Return the median of the ratios between two programs, taken round by round."""
    return median(value(each[name]) / value(each[base]) for each in rounds)


def report(what: str, rounds: Sequence[Round], base: str, columns: Sequence[Column]) -> str:
    """Return a table: medians of all rounds, least and most in brackets; ratios are those to the program `base`."""
    head = [what, *(word for each in columns for word in ([each.title, "ratio"] if each.compared else [each.title]))]
    lines = [head]
    for name in rounds[0]:
        line = [name]
        for column in columns:
            line.append(_spread([column.value(each[name]) for each in rounds], column.form))
            if column.compared:
                line.append(f"{ratio(rounds, name, base, column.value):.2f}")
        lines.append(line)
    return table(lines)


def _round(programs: Sequence[Program], desk: Desk, server: Server) -> Round:
    return {program.name: measure(program, desk, server) for program in programs}


def _spread(values: Sequence[float], form: str) -> str:
    middle, least, most = (format(value, form) for value in (median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}-{most})"
