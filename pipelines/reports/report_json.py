"""`report.json`: the state of every link for programs, with what changed since the last run."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawler.atomic_files import replace_atomically
from pipelines.reports.csv.link_health import COLUMNS
from pipelines.reports.digests import LINKS
from pipelines.reports.frames.frame import to_array
from pipelines.reports.frames.writers import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.reports.base import Rendering, TakeLinks

VERSION = 1
"""Raised when a field changes its meaning or goes; new ones may come without."""

FIELDS = (*COLUMNS[:-1], "change", "mentions")
"""Fields of a link: the columns of the health CSV, and what changed."""

INPUTS, FILES = (LINKS,), ("report.json",)


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write a link a line: the file is JSON as a whole, and memory does not grow with it."""
    store = rendering.store
    counts: dict[str, dict[str, int]] = {}
    for kind, verdict, count in store.counts():
        counts.setdefault(kind, {})[verdict] = count
    changes = {change.value: count for change, count in sorted(store.changes().items())}
    path = rendering.output_dir / "report.json"
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_json({"version": VERSION, "counts": counts, "changes": changes})[:-1] + ', "links": [')
        apart, last_checked = "\n", ""

        def take(frame: pd.DataFrame) -> None:
            nonlocal apart, last_checked
            for row in links(frame):
                file.write(apart + _json(row))
                apart, last_checked = ",\n", max(last_checked, row["last_checked"] or "")

        yield take
        file.write('\n], "last_checked": ' + json.dumps(last_checked or None) + "}\n")


def links(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return links by field, see `pipelines.reports.frames.links.link_table`; moments are text."""
    columns = {name: to_array(frame["places" if name == "mentions" else name]) for name in FIELDS}
    moments = {name: texts(values) for name, values in columns.items() if pa.types.is_timestamp(values.type)}
    rows: list[dict[str, Any]] = pa.table(columns | moments).to_pylist()
    return rows


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
