"""How a text relates a venue to the paper, and whether a mention only repeats the host of a workshop. Pure."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.venues.texts.editions import stated_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.venues.texts.tokens import TokenizedText, VenueMention

_PROCEEDINGS = re.compile(r"(?:conference |workshops? |companion |adjunct )?proceedings", re.IGNORECASE)
_ITS_HOST = re.compile(r"[\s\d'’-]*workshop\s*[,(]\s*", re.IGNORECASE)  # "the SemEval workshop, ACL 2026"


class Strength(IntEnum):
    """How a text relates a venue to the paper, weakest first; the table's cues have the same names."""

    SUBMITTED = 0
    RELATED = 1
    BESIDE = 2
    WORKSHOP = 3
    EARLIER = 4
    NAMED = 5
    ACCEPTED = 6


class Cue(NamedTuple):
    """Words (tokens `first` up to, not including, `last`) that relate a venue near them to the paper."""

    first: int
    last: int
    strength: Strength
    accepts: bool  # a form of "accepted"
    forward: bool  # refers to what follows: "submitted to …", not "submitted in May"


class JudgedMention(NamedTuple):
    """A mention of a venue, and how the text relates it to the paper."""

    mention: VenueMention
    strength: Strength


def repeats_host(text: TokenizedText, mention: VenueMention, cue: Cue | None, hosts: Sequence[JudgedMention]) -> bool:
    """Return whether a mention only repeats a workshop's host: "EMNLP 2018 Workshop on Dreams (EMNLP-DREAM)".

    It does not if there is a word of acceptance between them, or another year.
    """
    year, in_proceedings = stated_year(text, mention), False
    if mention.last < len(text.tokens):
        in_proceedings = _PROCEEDINGS.match(text.plain, text.tokens[mention.last].start) is not None
    return "Workshop" not in mention.series.full_name and any(
        each.mention.series is mention.series
        and (cue is None or cue.strength is not Strength.ACCEPTED or cue.first < each.mention.first or in_proceedings)
        and (year is None or stated_year(text, each.mention) in {None, year})
        for each in hosts
    )


def follows_workshop(text: TokenizedText, mention: VenueMention, judged: Sequence[JudgedMention]) -> bool:
    """Return whether a workshop with a name of its own stands before its host."""
    before = judged[-1].mention if judged else mention
    is_workshop = "Workshop" in before.series.full_name and before.series is not mention.series
    return is_workshop and _ITS_HOST.fullmatch(text.between(before.last, mention.first)) is not None
