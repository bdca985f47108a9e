"""Counts of past runs, and lifetimes of dead links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Metric(StrEnum):
    """What is counted at the end of a run besides verdicts."""

    BLOCKED = "blocked"
    PICTURES = "pictures"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """How the links stood at the end of the run that began at `run`: counts by `Verdict` and `Tally`.

    What is not among them was not counted then.
    """

    run: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LinkLifetime:
    """When what a link leads to was made (or first noted, where it does not say), and when it was first found gone."""

    born: date
    died: date
