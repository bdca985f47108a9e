"""The label that a note's author gave a paper in the title of its entry: `CVPR 2022 | …`, `…（ICCV'21 Oral）`. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipelines.venues.editions import year_before, year_behind
from pipelines.venues.from_text import track_in
from pipelines.venues.model import Venue, without_track
from pipelines.venues.table import venue_table
from pipelines.venues.tokens import TokenizedText, find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.models.metadata import Paper
    from pipelines.venues.table import VenueSeries

SOURCE = "note"
"""What `venue_source` says of a venue that only the note names."""

_LATIN = re.compile(r"[\x20-\x7e‘’]+")  # a name stands in Chinese text without spaces around it
_LONGEST = 500
_ENDS_LABEL = re.compile(r"\s*[|｜丨:：】\]）)]")
_LATE_PRINT = 1  # years between a journal's paper online and in print
_APART = {"workshop", "findings"}


def venue_label(title: str) -> Venue | None:
    """Return the venue that an entry's title gives its paper, or None; `source` is `note`.

    A venue counts with its year, wherever it stands, or without one at the head: `CVPR | …`. None for titles about many
    papers, competitions and submissions, and for those that name two venues.
    """
    title = title[:_LONGEST]
    if _not_of_one_paper().search(title):
        return None
    found = list(_labels(title))
    if len({(series.name, year) for series, year, _ in found}) != 1:
        return None
    (series, year, track), *_ = found
    return Venue(series.name, year, track, SOURCE)


def has_wrong_label(label: Venue, paper: Paper) -> bool:
    """Tell whether a note's label contradicts what is known of the paper.

    It does where both name venues of the table and these are different series, or of different years, or one is the
    conference and the other its workshop or findings. It does not where nothing is known, where a year is missing,
    where a journal prints that conference's papers (RA-L and ICRA), or where a journal's years are one apart, online
    and print.
    """
    known = {series.name: series for series in venue_table().series}
    noted, true = known.get(label.name), known.get(without_track(paper))
    if noted is None or true is None or paper.venue_source == SOURCE:
        return False
    if noted is not true:
        return noted.name not in true.joint and true.name not in noted.joint
    if (label.track in _APART or paper.venue_track in _APART) and label.track != paper.venue_track:
        return True
    if label.year is None or paper.venue_year is None:
        return False
    return abs(label.year - paper.venue_year) > (_LATE_PRINT if true.kind == "journal" else 0)


def _labels(title: str) -> Iterator[tuple[VenueSeries, int | None, str | None]]:
    for fragment in _LATIN.finditer(title):
        text = TokenizedText(fragment[0])
        for mention in find_mentions(text):
            year = year_behind(text, mention, None) or year_before(text, mention, None)
            at_head = not re.search(r"\w", title[: fragment.start() + text.tokens[mention.first].start])
            end = fragment.start() + text.tokens[mention.last - 1].end
            if year is not None or (at_head and _ENDS_LABEL.match(title, end)):
                workshop = "workshop" if "workshop" in fragment[0].lower() else None
                yield mention.series, year, mention.track or workshop or track_in(fragment[0])


@cache
def _not_of_one_paper() -> re.Pattern[str]:
    return re.compile("|".join(venue_table().about_many), re.IGNORECASE)
