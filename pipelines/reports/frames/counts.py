"""Numbers of links as a frame, and the numbers of a run that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.kinds.registry import keeping_bodies
from crawler.models.check import Outcome
from crawler.models.history import Metric
from crawler.models.link import Verdict
from crawler.models.metadata import Picture, type_name
from pipelines.reports.frames.frame import to_frame
from pipelines.reports.frames.schema import INT64, TEXT, Schema

if TYPE_CHECKING:
    import pandas as pd

    from crawler.store.statistics import Statistics

LINK_COUNTS = Schema(
    [
        ("host", TEXT),
        ("kind", TEXT),
        ("verdict", TEXT),
        ("outcome", TEXT),
        ("metadata", TEXT),
        ("count", INT64),
    ]
)
"""How many mentioned links have the same host (empty for local paths), kind, verdict, outcome and metadata type."""


def link_counts(store: Statistics) -> pd.DataFrame:
    """Return the LINK_COUNTS of a store."""
    return to_frame(store.link_counts(), LINK_COUNTS)


def metrics(counts: pd.DataFrame) -> dict[str, int]:
    """Return how many links have which verdict, were blocked when last checked, and have a stored image or video."""
    by_verdict = counts.groupby("verdict")["count"].sum().reindex(list(Verdict), fill_value=0)
    blocked = counts["outcome"] == Outcome.BLOCKED
    kept = counts["kind"].isin(keeping_bodies()) & (counts["metadata"] == type_name(Picture))
    return {
        **{verdict: int(by_verdict[verdict]) for verdict in Verdict},
        Metric.BLOCKED: int(counts["count"][blocked].sum()),
        Metric.PICTURES: int(counts["count"][kept].sum()),
    }
