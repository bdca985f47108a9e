"""The few lines that a run ends with, and what of them its exit code tells."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.cli.terminal import Table
from crawler.models.link import Change, Verdict
from crawler.store.workers.leases import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from crawler.fetch.host_throttle import HostThrottle
    from crawler.models.link import LinkState

MOST = 3
"""Hosts named for being slow, and for blocking; links named for what FAIL_ON asks."""


def fail_on_message(found: Iterable[LinkState]) -> str | None:
    """Say in one line which links came to a verdict that FAIL_ON names; None for none."""
    counts: Counter[Verdict] = Counter()
    some: list[str] = []
    for state in found:
        counts[state.verdict] += 1
        some += [state.link.url] if len(some) < MOST else []
    if not counts:
        return None
    what = ", ".join(f"{count} newly {verdict}" for verdict, count in counts.items())
    more = counts.total() - len(some)
    return f"FAIL_ON: {what}: {', '.join(some)}" + (f" and {more} more" if more else "")


def summary(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    throttle: HostThrottle,
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
    if slow := [f"{name} ({seconds:.2f} s)" for name, seconds in throttle.slowest(MOST)]:
        lines.append("slowest: " + ", ".join(slow))
    if blocking := [f"{name} ({count})" for name, count in throttle.most_blocking(MOST)]:
        lines.append("most blocking: " + ", ".join(blocking))
    if silent:
        lines.append("not answered tonight: " + ", ".join(f"{name} ({why})" for name, why in silent.items()))
    if left:
        lines.append(f"links left for the next run: {left}")
    return verdict_table(counts), *lines, f"in {took.total_seconds():.1f} s"


def worker_summary(leader: str, links: int, duration: timedelta) -> str:
    """Return what a worker did itself that helped another."""
    return f"helped {short(leader)}: {links} links looked at in {duration.total_seconds():.1f} s"


def verdict_table(counts: Sequence[tuple[str, Verdict, int]]) -> Table:
    """Return how many links there are of each kind and verdict, and of all."""
    table = {(kind, verdict): count for kind, verdict, count in counts}
    rows = []
    for kind in [*sorted({kind for kind, _ in table}), "all"]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, "all"}) for verdict in Verdict]
        rows.append((kind, *(str(cell or "-") for cell in cells), str(sum(cells))))
    return Table(("links", *Verdict, "all"), tuple(rows))
