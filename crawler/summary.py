"""The few lines that a run ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Change, Verdict
from crawler.leases import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from crawler.hosts import Hosts

MOST = 3
"""Hosts named for being slow, and for blocking."""


def summary(
    counts: Sequence[tuple[str, Verdict, int]],
    changes: Mapping[Change, int],
    hosts: Hosts,
    *,
    silent: Mapping[str, str],
    left: int,
    took: timedelta,
) -> str:
    """Return a table of links by kind and verdict, what changed, which hosts gave trouble, how long the run took.

    `silent` are the services that did not answer, and why.
    """
    lines = _table(counts)
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
    return "\n".join([*lines, f"in {took.total_seconds():.1f} s"])


def helped(leader: str, links: int, took: timedelta) -> str:
    """Return what a worker did itself that helped another."""
    return f"helped {short(leader)}: {links} links looked at in {took.total_seconds():.1f} s"


def _table(counts: Sequence[tuple[str, Verdict, int]]) -> list[str]:
    table = {(kind, verdict): count for kind, verdict, count in counts}
    kinds = sorted({kind for kind, _ in table})
    rows = [["links", *Verdict, "all"]]
    for kind in [*kinds, "all"]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, "all"}) for verdict in Verdict]
        rows.append([kind, *(str(cell or "-") for cell in cells), str(sum(cells))])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        " ".join([row[0].ljust(widths[0]), *(cell.rjust(w + 1) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
