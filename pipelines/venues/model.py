"""A venue, and its form in a paper's metadata. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from crawler.models.metadata import Paper

_SEPARATE_TRACKS = {"workshop": "Workshop", "findings": "Findings"}
"""Tracks that do not count as the conference itself, with the suffix of its name."""

LONGEST_NAME = 100
"""Characters of a name that is not in the table; longer names are cut."""

LONGEST_EVIDENCE = 300
"""Characters of the evidence of a venue that are kept."""


@dataclass(frozen=True, slots=True)
class Venue:
    """The venue of a paper.

    `name` is its canonical short name, `year` that of the edition (not of the upload), `track` the paper's track
    (`oral`, `findings`, `demo` …), `source` where it was found: `doi`, `journal_ref`, `comment`, the name of a
    bibliography, or `note`; `evidence` is what it says. The track `workshop` means a workshop at that conference.
    """

    name: str
    year: int | None
    track: str | None
    source: str
    evidence: str = field(default="", compare=False)


def cut_name(name: str) -> str:
    """Return the name of a venue that is not in the table, cut if it is longer than LONGEST_NAME."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def with_venue(paper: Paper, venue: Venue) -> Paper:
    """Return a paper with its venue; the name gets a suffix for a workshop or the findings of a conference."""
    suffix = _SEPARATE_TRACKS.get(venue.track or "", "")
    name = venue.name if suffix.lower() in venue.name.lower() else f"{venue.name} {suffix}"
    return replace(
        paper,
        venue=name,
        venue_year=venue.year,
        venue_track=venue.track,
        venue_source=venue.source,
        venue_evidence=collapse_whitespace(venue.evidence)[:LONGEST_EVIDENCE] or None,
    )


def without_track(paper: Paper) -> str:
    """Return the name of a paper's venue without the suffix of a track; "" without venue."""
    return (paper.venue or "").removesuffix(f" {_SEPARATE_TRACKS.get(paper.venue_track or '', '')}")
