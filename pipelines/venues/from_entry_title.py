"""Read the venue in an entry's title (`CVPR 2022 | …`, `…（ICCV'21 Oral）`), and compare it with others. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.notes.works.words import HAN
from pipelines.venues.model import Venue
from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.mentions import find_mentions
from pipelines.venues.texts.tokens import TokenizedText
from pipelines.venues.texts.tracks import track_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.venues.table import VenueSeries

SOURCE = "note"
"""`venue_source` of a venue that only the note gives."""

_LATIN = re.compile(r"[\x20-\x7e‘’]+")  # in Chinese text a name has no spaces around it
_BEFORE_NAME = rf"(?:(?<!{HAN.pattern})|(?<=[年在于被获]))《?"
_JOURNAL = "学报"  # other names may be the subject of a title: "数据采集与处理 | …"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_MAX_LENGTH = 500
_LABEL_END = re.compile(r"\s*[|｜丨:：】\]）)]")
_MAX_PRINT_DELAY = 1  # years between a journal's online and printed publication
_SEPARATE_TRACKS = {"workshop", "findings"}


def venue_label(title: str) -> Venue | None:
    """Return the venue in an entry's title, with the source `note`; None if there is none.

    A venue counts with a year at any place, without one at the beginning: `CVPR | …`. None for titles about several
    papers, competitions and submissions, and for titles with two venues.
    """
    title = title[:_MAX_LENGTH]
    if _about_many_papers().search(title):
        return None
    labels = [*_labels(title), *_chinese_labels(title)]
    if len({(series.name, year) for series, year, _ in labels}) != 1:
        return None
    (series, year, track), *_ = labels
    return Venue(series.name, year, track, SOURCE, title)


def is_other_venue(label: Venue, venue: Venue) -> bool:
    """Return whether a note's label and a venue of the paper cannot both be right.

    True if both are in the table, and their series or years differ, or one is the conference and the other its workshop
    or findings. Not if a year is unknown, if one prints papers of the other (RA-L, IAAI), or if the years of a journal
    differ by one (online and in print).
    """
    by_name = venue_table().by_name
    noted, actual = by_name.get(label.name), by_name.get(venue.name)
    if noted is None or actual is None:
        return False
    if noted is not actual:
        return noted.name not in {*actual.joint, actual.proceedings} and actual.name not in {
            *noted.joint,
            noted.proceedings,
        }
    has_separate_track = label.track in _SEPARATE_TRACKS or venue.track in _SEPARATE_TRACKS
    if has_separate_track and label.track != venue.track:
        return True
    if label.year is None or venue.year is None:
        return False
    return abs(label.year - venue.year) > (_MAX_PRINT_DELAY if actual.kind == "journal" else 0)


def _labels(title: str) -> Iterator[tuple[VenueSeries, int | None, str | None]]:
    """Yield series, year and track of each venue in a title that counts as a label."""
    for fragment in _LATIN.finditer(title):
        text = TokenizedText(fragment[0])
        for mention in find_mentions(text):
            year = stated_year(text, mention)
            is_at_start = not re.search(r"\w", title[: fragment.start() + text.tokens[mention.first].start])
            end = fragment.start() + text.tokens[mention.last - 1].end
            if year is not None or (is_at_start and _LABEL_END.match(title, end)):
                workshop = "workshop" if "workshop" in fragment[0].lower() else None
                yield mention.series, year, mention.track or workshop or track_in(fragment[0])


def _chinese_labels(title: str) -> Iterator[tuple[VenueSeries, int | None, str | None]]:
    """Yield the journals that a title names in Chinese: `《软件学报》2023：…`, `2023年软件学报`, `软件学报 | …`."""
    pattern, venues = _chinese_names()
    for found in pattern.finditer(title):
        year = found["before"] or found["behind"]
        is_at_start = found["name"].endswith(_JOURNAL) and not re.search(r"\w", title[: found.start()])
        if year is not None or (is_at_start and _LABEL_END.match(title, found.end())):
            yield venues[found["name"]], int(year) if year else None, None


@cache
def _chinese_names() -> tuple[re.Pattern[str], Mapping[str, VenueSeries]]:
    """Return an expression for the Chinese names of venues, perhaps with a year, and the venues by these names."""
    venues = {name: line for line in venue_table().series for name in line.names if HAN.search(name)}
    names = "|".join(map(re.escape, sorted(venues, key=len, reverse=True)))
    before, behind = rf"(?:(?P<before>{_YEAR})\s?年?\s?)?", rf"(?:\s?[,，(（]?\s?(?P<behind>{_YEAR}))?"
    return re.compile(rf"{before}{_BEFORE_NAME}(?P<name>{names})》?{behind}"), venues


@cache
def _about_many_papers() -> re.Pattern[str]:
    """Return an expression for titles about several papers, competitions and submissions."""
    return re.compile("|".join(venue_table().about_many), re.IGNORECASE)
