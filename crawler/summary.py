"""The few lines that a run ends with, and what of them its exit code tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from crawler.items import Change, Verdict
from crawler.terminal import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import timedelta

    from crawler.hosts import Hosts
    from crawler.items import Standing

MOST = 3
"""Hosts named for being slow, and for blocking; links named for what FAIL_ON asks."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the links since the last run; `alarming` are those that FAIL_ON asks for, with a few by name."""

    counts: Mapping[Change, int]
    alarming: Mapping[Verdict, int] = field(default_factory=dict)
    some: tuple[str, ...] = ()

    @classmethod
    def of(cls, changed: Iterable[Standing], fail_on: Collection[str]) -> Self:
        """Count the links that changed; `fail_on` are the verdicts to which none should come."""
        counts: Counter[Change] = Counter()
        alarming: Counter[Verdict] = Counter()
        some: list[str] = []
        for standing in changed:
            if standing.change is not None:
                counts[standing.change] += 1
            if standing.verdict in fail_on and standing.verdict is not standing.previous_verdict:
                alarming[standing.verdict] += 1
                some += [standing.link.url] if len(some) < MOST else []
        return cls(counts, alarming, tuple(some))

    @property
    def alarm(self) -> str | None:
        """Say in one line why the exit code is not 0; None for nothing."""
        if not self.alarming:
            return None
        what = ", ".join(f"{count} newly {verdict}" for verdict, count in self.alarming.items())
        more = sum(self.alarming.values()) - len(self.some)
        return f"FAIL_ON: {what}: {', '.join(self.some)}" + (f" and {more} more" if more else "")


def summary(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    hosts: Hosts,
    *,
    silent: Mapping[str, str],
    left: int,
    took: timedelta,
) -> tuple[Table | str, ...]:
    """Return a table of links by kind and verdict, what changed, which hosts gave trouble, how long the run took.

    `silent` are the services that did not answer, and why.
    """
    lines = []
    if changes:
        lines.append("changed: " + ", ".join(f"{changes[change]} {change}" for change in Change if changes.get(change)))
    if slow := [f"{name} ({seconds:.2f} s)" for name, seconds in hosts.slowest(MOST)]:
        lines.append("slowest: " + ", ".join(slow))
    if blocking := [f"{name} ({count})" for name, count in hosts.most_blocking(MOST)]:
        lines.append("most blocking: " + ", ".join(blocking))
    if silent:
        lines.append("not answered tonight: " + ", ".join(f"{name} ({why})" for name, why in silent.items()))
    if left:
        lines.append(f"links left for the next run: {left}")
    return by_verdict(counts), *lines, f"in {took.total_seconds():.1f} s"


def by_verdict(counts: Sequence[tuple[str, Verdict, int]]) -> Table:
    """Return how many links there are of each kind and verdict, and of all."""
    table = {(kind, verdict): count for kind, verdict, count in counts}
    rows = []
    for kind in [*sorted({kind for kind, _ in table}), "all"]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, "all"}) for verdict in Verdict]
        rows.append((kind, *(str(cell or "-") for cell in cells), str(sum(cells))))
    return Table(("links", *Verdict, "all"), tuple(rows))
