"""Write `report.json`: the state of all links, and the changes of the last run, for programs."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import replace_atomically
from crawler.links.secrets import masked_json
from pipelines.reports.contract import LINKS
from pipelines.reports.csv.link_health import COLUMNS
from pipelines.reports.frames.frame import to_array
from pipelines.reports.frames.writers import texts
from pipelines.reports.lazy_modules import pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.reports.contract import Rendering, TakeLinks

VERSION = 1
"""Raised when a field changes its meaning or is removed, not when fields are added."""

FIELDS = (*COLUMNS[:-1], "change", "mentions")
"""Fields of a link: the columns of `link_health.csv`, the change, and the mentions as a list."""

INPUTS, FILES = (LINKS,), ("report.json",)
SHOWS_CHANGES = True


@contextmanager
def by_links(rendering: Rendering) -> Iterator[TakeLinks]:
    """Write the file as one JSON object, each link on its own line; memory does not grow with the links."""
    store = rendering.store
    counts: dict[str, dict[str, int]] = {}
    for kind, verdict, count in store.counts():
        counts.setdefault(kind, {})[verdict] = count
    changes = {change.value: count for change, count in sorted(store.changes().items())}
    path = rendering.output_dir / "report.json"
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(masked_json({"version": VERSION, "counts": counts, "changes": changes})[:-1] + ', "links": [')
        separator, last_checked = "\n", ""

        def take(frame: pd.DataFrame) -> None:
            nonlocal separator, last_checked
            for row in links(frame):
                file.write(separator + masked_json(row))
                separator, last_checked = ",\n", max(last_checked, row["last_checked"] or "")

        yield take
        file.write('\n], "last_checked": ' + json.dumps(last_checked or None) + "}\n")


def links(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each link of a `pipelines.reports.frames.links.link_table` by field; times are texts."""
    columns = {name: to_array(frame["locations" if name == "mentions" else name]) for name in FIELDS}
    moments = {name: texts(values) for name, values in columns.items() if pa.types.is_timestamp(values.type)}
    rows: list[dict[str, Any]] = pa.table(columns | moments).to_pylist()
    return rows
