"""Summary of a run, and the message for FAIL_ON."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.cli.results.problems import STYLES, problem_line
from crawler.cli.terminal import Table
from crawler.messages import say
from crawler.models.link import Change, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crawler.cli.results.problems import Problem
    from crawler.cli.terminal import Line
    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.models.link import LinkState

MAX_NAMED = 3
"""Slow hosts, blocking hosts, and links of FAIL_ON that are named."""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """Where the report of a run is, and what is typed after `notemend diff`; None if there is nothing to change."""

    report: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Duration:
    """The seconds that a run took, those in which it read notes and wrote outputs, and RUN_TIMEOUT."""

    total: float
    reading: float = 0.0
    writing: float = 0.0
    limit: float = math.inf

    def line(self) -> str:
        """Return the duration, and what took it if it exceeds the limit by more than a tenth."""
        exceeds = self.total > 1.1 * self.limit
        return say(
            "duration_exceeded" if exceeds else "duration",
            seconds=self.total,
            limit=self.limit,
            reading=self.reading,
            writing=self.writing,
        )


def fail_on_message(found: Iterable[LinkState]) -> str | None:
    """Return one line with the links that newly have a verdict of FAIL_ON; None if there are none."""
    counts: Counter[Verdict] = Counter()
    named: list[str] = []
    for state in found:
        counts[state.verdict] += 1
        named += [state.link.url] if len(named) < MAX_NAMED else []
    if not counts:
        return None
    changes = ", ".join(f"{count} newly {verdict}" for verdict, count in counts.items())
    more = counts.total() - len(named)
    return f"FAIL_ON: {changes}: {', '.join(named)}" + (f" and {more} more" if more else "")


def problem_lines(problems: Sequence[Problem], more: int, where: str) -> Iterator[Line | str]:
    """Yield a line for each problem, and one that says where the others are."""
    yield from map(problem_line, problems)
    if more:
        yield say("more_problems", n=more, file=where)


def summary(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    throttle: HostThrottle,
    *,
    unavailable: Mapping[str, str],
    left: int,
    notes_left: int,
    duration: Duration,
    findings: tuple[int, str] = (0, ""),
    next_steps: NextSteps | None = None,
) -> tuple[Table | str, ...]:
    """Return a table of links by kind and verdict, and lines on what else there is to know, and what to do next.

    `unavailable` has the reason for each service, `left` is the number of due links that were not checked,
    `notes_left` that of new notes that were not read, `findings` that of the findings, with their file.
    """
    lines = []
    if changes:
        found = [f"{changes[each]:,} {say(f'change.{each.name.lower()}')}" for each in Change if changes.get(each)]
        lines.append(say("changes", list=say("comma").join(found)))
    if slow := [f"{name} ({seconds:.2f} s)" for name, seconds in throttle.slowest(MAX_NAMED)]:
        lines.append(say("slowest_hosts", list=say("comma").join(slow)))
    if blocking := [f"{name} ({count})" for name, count in throttle.most_blocking(MAX_NAMED)]:
        lines.append(say("blocking_hosts", list=say("comma").join(blocking)))
    if unavailable:
        services = [f"{name} ({why})" for name, why in unavailable.items()]
        lines.append(say("unavailable_services", list=say("comma").join(services)))
    if notes_left:
        lines.append(say("notes_left", count=notes_left))
    if left:
        lines.append(say("links_left", count=left))
    lines.append(duration.line())
    if findings[0]:
        lines.append(say("findings", n=findings[0], file=findings[1]))
    if next_steps is not None:
        lines.append(say("report", file=next_steps.report))
        if next_steps.words is not None:
            lines.append(say("next_command", command=" ".join(filter(None, ("notemend diff", next_steps.words)))))
    return verdict_table(counts), *lines


def verdict_table(counts: Sequence[tuple[str, Verdict, int]]) -> Table:
    """Return a table of the number of links by kind and verdict, with totals."""
    table = {(kind, verdict): count for kind, verdict, count in counts}
    rows = []
    for kind in [*sorted({kind for kind, _ in table}), ""]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, ""}) for verdict in Verdict]
        rows.append((kind or say("all"), *(str(cell or "-") for cell in cells), str(sum(cells))))
    header = (say("links"), *(say(f"verdict.{verdict}") for verdict in Verdict), say("all"))
    return Table(header, tuple(rows), ("", *(STYLES[verdict] for verdict in Verdict), ""))
