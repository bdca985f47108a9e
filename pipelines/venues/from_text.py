"""Determine a paper's venue: its identifiers first, then the journal reference, then the comment. Pure.

`texts/tokens` finds the venues of `pipelines/data/venues.toml` in a text, `texts/judgement` selects the one that the
paper is in, `_track` finds the paper's track there, and `texts/editions` the year. The time is linear in the length of
the text, which `MAX_LENGTH` limits.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.venues.from_identifiers import venue_of_identifiers
from pipelines.venues.from_reference import venue_in_reference
from pipelines.venues.model import Venue
from pipelines.venues.table import venue_table
from pipelines.venues.texts.editions import edition
from pipelines.venues.texts.hosts import holds_other
from pipelines.venues.texts.judgement import choose_strongest, judge_mentions
from pipelines.venues.texts.mentions import find_mentions
from pipelines.venues.texts.strength import JudgedMention, Strength
from pipelines.venues.texts.tokens import MAX_LENGTH, TokenizedText, VenueMention
from pipelines.venues.texts.tracks import track_in
from pipelines.venues.texts.unlisted import unlisted_venue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_EMPHASIS = re.compile(r"(?<!\w)(?P<mark>\*{1,2}|['‘`])(?P<name>[A-Z][\w &,:-]{3,100}[a-z])(?:(?P=mark)|['’])(?!\w)")
"""A name in Markdown's emphasis or in quotes, which would part it from the word of acceptance before it."""
_MAX_DELAY = 10  # years from a workshop to the upload of its paper

_JOURNAL_TRACKS = frozenset({"RA-L"})
"""Journals whose papers are presented at a conference as a track of its own."""

COMMENT = "comment"
"""`venue_source` of a venue in the comment."""


def find_venue(
    comment: str | None, journal_ref: str | None, published: datetime | None, ids: Mapping[str, str] | None = None
) -> Venue | None:
    """Return the venue that accepted the paper by its ids, journal reference or comment; None if there is none.

    Venues that it was only submitted to do not count. `published` is the time of the first version: it gives the year
    of a conference without one, and limits the years that a number can mean.
    """
    venue = venue_in_reference(journal_ref, published) if journal_ref else None
    written = venue or (venue_in_comment(comment, published) if comment else None)
    identified = venue_of_identifiers(ids or {})
    if identified is None or written is None:
        return identified or written
    return _combined(identified, written)


def _combined(identified: Venue, written: Venue) -> Venue:
    """Return what an identifier says, with what it leaves open from the text.

    A conference whose papers a journal prints keeps its name. An identifier of a journal has the year of acceptance, so
    the year in the text goes before.
    """
    by_name = venue_table().by_name
    series, other = by_name[identified.name], by_name.get(written.name)
    if other is not None and (other.name in series.joint or other.proceedings == series.name):
        return written
    if other is not series:
        return identified
    first, second = (written, identified) if series.kind == "journal" else (identified, written)
    return replace(identified, year=first.year or second.year, track=identified.track or written.track)


def venue_in_comment(comment: str, published: datetime | None) -> Venue | None:
    """Return the venue that accepted the paper by its comment; None if there is none.

    A venue that is not in the table counts only where the comment says in so many words that it accepted the paper.
    """
    text = TokenizedText(_EMPHASIS.sub(r"\g<name>", comment[:MAX_LENGTH]))
    mentions = find_mentions(text)
    judged = judge_mentions(text, mentions)
    if best := choose_strongest(judged):
        series = best.mention.series
        same = [each.mention for each in judged if each.mention.series is series]
        same.sort(key=lambda mention: abs(mention.first - best.mention.first))
        others = [each.mention for each in judged if each.mention.series is not series]
        year = edition(text, same, others, published)
        if best.strength is Strength.WORKSHOP and year and published and year < published.year - _MAX_DELAY:
            year = None  # the ordinal is that of the workshop: "5th Annual AAAI Workshop"
        return Venue(series.name, year, _track(text, best, others), COMMENT, comment)
    if judged or (named := unlisted_venue(text, published)) is None:
        return None
    return Venue(*named, COMMENT, comment)


def _track(text: TokenizedText, best: JudgedMention, others: Sequence[VenueMention]) -> str | None:
    """Return the track in the mention's sentence and the next, up to the next venue; None if there is none."""
    mention = best.mention
    if best.strength is Strength.WORKSHOP and (
        "Workshop" not in mention.series.full_name or holds_other(text, mention)
    ):
        return "workshop"
    sentence = text.tokens[mention.first].sentence
    stop = next((other.first for other in others if other.first >= mention.last), len(text.tokens))
    with_journal = [each.series.name for each in others if mention.series.name in each.series.joint]
    if journal := next((name for name in with_journal if name in _JOURNAL_TRACKS), None):
        return journal
    near = [token for token in text.tokens[:stop] if sentence <= token.sentence <= sentence + 1]
    return mention.track or track_in(text.plain[near[0].start : near[-1].end])
