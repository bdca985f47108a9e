"""`changes.csv`: what changed since the last run and asks for a look, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.link import Change
from pipelines.reports.csv import link_health
from pipelines.reports.digests import LINKS

if TYPE_CHECKING:
    from pipelines.reports.base import Rendering

HEALTH = ("outcome", "reason", "final_url", "suggestion", "suggestion_source", "last_alive", "title", "mentions")
"""Columns that are those of the health CSV."""

COLUMNS = ("change", "url", "kind", "verdict_before", "verdict", *HEALTH)


INPUTS, FILES = (LINKS,), ("changes.csv",)


def render(rendering: Rendering) -> None:
    """Write one row for each link that changed."""
    with link_health.open_csv(rendering.output_dir / "changes.csv", COLUMNS) as write:
        for change in Change:
            for state, places in rendering.store.link_states(change):
                health = link_health.link_health_row(state, places)
                before = state.previous_verdict and state.previous_verdict.value
                now = [change.value, state.link.url, state.link.kind, before, state.verdict.value]
                write([*now, *(health[name] for name in HEALTH)])
