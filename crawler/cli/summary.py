"""Summary of a run, and the message for FAIL_ON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.cli.terminal import Table
from crawler.models.link import Change, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from crawler.fetch.politeness.host_throttle import HostThrottle
    from crawler.models.link import LinkState

MAX_NAMED = 3
"""Slow hosts, blocking hosts, and links of FAIL_ON that are named."""


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


def summary(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    throttle: HostThrottle,
    *,
    unavailable: Mapping[str, str],
    left: int,
    duration: timedelta,
) -> tuple[Table | str, ...]:
    """Return a table of links by kind and verdict, and lines on changes, hosts, unavailable services and duration.

    `unavailable` has the reason for each service, `left` is the number of due links that were not checked.
    """
    lines = []
    if changes:
        lines.append("changes: " + ", ".join(f"{changes[change]} {change}" for change in Change if changes.get(change)))
    if slow := [f"{name} ({seconds:.2f} s)" for name, seconds in throttle.slowest(MAX_NAMED)]:
        lines.append("slowest hosts: " + ", ".join(slow))
    if blocking := [f"{name} ({count})" for name, count in throttle.most_blocking(MAX_NAMED)]:
        lines.append("blocking hosts: " + ", ".join(blocking))
    if unavailable:
        lines.append("unavailable services: " + ", ".join(f"{name} ({why})" for name, why in unavailable.items()))
    if left:
        lines.append(f"links left for the next run: {left}")
    return verdict_table(counts), *lines, f"duration: {duration.total_seconds():.1f} s"


def verdict_table(counts: Sequence[tuple[str, Verdict, int]]) -> Table:
    """Return a table of the number of links by kind and verdict, with totals."""
    table = {(kind, verdict): count for kind, verdict, count in counts}
    rows = []
    for kind in [*sorted({kind for kind, _ in table}), "all"]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, "all"}) for verdict in Verdict]
        rows.append((kind, *(str(cell or "-") for cell in cells), str(sum(cells))))
    return Table(("links", *Verdict, "all"), tuple(rows))
