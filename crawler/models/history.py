"""Counts of past runs, and lifetimes of dead links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Metric(StrEnum):
    """Counts at the end of a run besides those of verdicts."""

    BLOCKED = "blocked"
    PICTURES = "pictures"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """Counts at the end of the run that began at `run`, by the values of `Verdict` and `Metric`.

    A value that is missing was not counted in that run; it is not zero.
    """

    run: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LinkLifetime:
    """The date on which the target of a link was published (or first noted, if unknown), and when it was first gone."""

    born: date
    died: date
