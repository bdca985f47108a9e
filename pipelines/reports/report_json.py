"""`report.json`: the state of every link for programs, with what changed since the last run."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.atomic_files import replace_atomically
from pipelines.reports.csv import link_health
from pipelines.reports.csv.link_health import COLUMNS, safe_cell
from pipelines.reports.digests import LINKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.models.link import LinkState
    from pipelines.reports.base import Rendering, TakeLink

VERSION = 1
"""Raised when a field changes its meaning or goes; new ones may come without."""

FIELDS = (*COLUMNS[:-1], "change", "mentions")
"""Fields of a link: the columns of the health CSV, and what changed."""


INPUTS, FILES = (LINKS,), ("report.json",)


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink]:
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

        def take(state: LinkState, places: Sequence[str]) -> None:
            nonlocal apart, last_checked
            row = link(state, places)
            file.write(apart + _json(row))
            apart, last_checked = ",\n", max(last_checked, row["last_checked"] or "")

        yield take
        file.write('\n], "last_checked": ' + json.dumps(last_checked or None) + "}\n")


def link(state: LinkState, places: Sequence[str]) -> dict[str, Any]:
    """Return what is known of one link by field; `places` are where it is mentioned, each `path:line`."""
    values = link_health.link_health_row(state, places) | {
        "change": state.change and state.change.value,
        "mentions": list(places),
    }
    return {name: safe_cell(values[name]) if isinstance(values[name], datetime) else values[name] for name in FIELDS}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
