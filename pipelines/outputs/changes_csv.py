"""`changes.csv`: what changed since the last run and asks for a look, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Change
from pipelines.outputs import health_csv

if TYPE_CHECKING:
    from pipelines.outputs import Rendering

HEALTH = ("outcome", "reason", "final_url", "suggestion", "suggestion_source", "last_alive", "title", "mentions")
"""Columns that are those of the health CSV."""

COLUMNS = ("change", "url", "kind", "verdict_before", "verdict", *HEALTH)


def render(rendering: Rendering) -> None:
    """Write one row for each link that changed."""
    rows: dict[Change, list[list[object]]] = {change: [] for change in Change}
    for standing, places in rendering.store.standings(changed=True):
        if (change := standing.change) is not None:
            health = health_csv.row(standing, places)
            before = standing.previous_verdict and standing.previous_verdict.value
            now = [change.value, standing.link.url, standing.link.kind, before, standing.verdict.value]
            rows[change].append([*now, *(health[name] for name in HEALTH)])
    in_order = (row for change in Change for row in rows[change])
    health_csv.write(rendering.output_dir / "changes.csv", COLUMNS, in_order)
