"""The few lines that a run ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta


def summary(counts: Sequence[tuple[str, Verdict, int]], took: timedelta) -> str:
    """Return a table of links by kind and verdict, and how long the run took."""
    table = {(kind, verdict): count for kind, verdict, count in counts}
    kinds = sorted({kind for kind, _ in table})
    rows = [["links", *Verdict, "all"]]
    for kind in [*kinds, "all"]:
        cells = [sum(n for (k, v), n in table.items() if v is verdict and kind in {k, "all"}) for verdict in Verdict]
        rows.append([kind, *(str(cell or "-") for cell in cells), str(sum(cells))])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        " ".join([row[0].ljust(widths[0]), *(cell.rjust(w + 1) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join([*lines, f"in {took.total_seconds():.1f} s"])
