"""`link_health.csv`: one row per link, worst first."""

from __future__ import annotations

import csv
import re
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crawler.atomic_files import replace_atomically
from pipelines.reports.digests import LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from crawler.models.link import LinkState
    from pipelines.reports.base import Rendering, TakeLink

COLUMNS = (
    "url",
    "kind",
    "verdict",
    "outcome",
    "http_status",
    "reason",
    "final_url",
    "suggestion",
    "suggestion_source",
    "failures_in_a_row",
    "first_seen",
    "last_checked",
    "last_alive",
    "title",
    "mentions",
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# OWASP, "CSV Injection"; the full-width forms are read as formulas by spreadsheets set to Chinese or Japanese.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_AMBIGUOUS = re.compile(r"[\s%\x00-\x1f\x7f]")


INPUTS, FILES = (LINKS,), ("link_health.csv",)


@contextmanager
def by_link(rendering: Rendering) -> Iterator[TakeLink]:
    """Write the health CSV."""
    with open_csv(rendering.output_dir / "link_health.csv", COLUMNS) as write:
        yield lambda state, places: write(link_health_row(state, places).values())


@contextmanager
def open_csv(path: Path, columns: Iterable[str]) -> Iterator[Callable[[Iterable[object]], None]]:
    """Give a function that writes a row to a CSV file: UTF-8 with BOM, so that spreadsheets show Chinese."""
    with replace_atomically(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        yield lambda values: writer.writerow(map(safe_cell, values)) and None


def link_health_row(state: LinkState, places: Sequence[str]) -> dict[str, Any]:
    """Return the health of one link by column; `places` are where it is mentioned, each `path:line`.

    White space and `%` in a place are percent-encoded: places are joined by a space.
    """
    link, check = state.link, state.check
    final_url = state.moved_to or (check and check.final_url)
    suggestion, source = state.suggestion or (None, None)
    values = (
        link.url,
        link.kind,
        state.verdict.value,
        check and check.outcome.value,
        check and check.http_status,
        check and str(check.reason),
        final_url if final_url != link.url else None,
        suggestion,
        source,
        state.failures_in_a_row,
        state.first_seen,
        check and check.checked_at,
        state.last_alive,
        state.metadata and state.metadata.title,
        " ".join(_AMBIGUOUS.sub(lambda found: quote(found[0]), place) for place in places),
    )
    return dict(zip(COLUMNS, values, strict=True))


def safe_cell(value: object) -> str:
    """Return a value as a spreadsheet may show it: on one line, and never run as a formula.

    Times are ISO 8601 with seconds, in UTC unless they carry another zone; lists are joined by `; `.
    """
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case list() | tuple():
            return safe_cell("; ".join(map(str, value)))
    text = str(value)
    shown = _CONTROL.sub(" ", text)
    runs = text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA)
    return f"'{shown}" if runs and isinstance(value, str) else shown
