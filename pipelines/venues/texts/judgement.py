"""Judge how a text relates the venues that it names to the paper: accepted, submitted, a workshop there. Pure.

`judge_mentions` rates each mention by the cues around it, `choose_strongest` selects one.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipelines.venues.table import TOKEN, venue_table
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.hosts import is_host
from pipelines.venues.texts.tokens import TokenizedText, VenueMention

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Strength(IntEnum):
    """How a text relates a venue to the paper, weakest first; the table's cues have the same names."""

    SUBMITTED = 0
    RELATED = 1
    BESIDE = 2
    WORKSHOP = 3
    EARLIER = 4
    NAMED = 5
    ACCEPTED = 6


_IGNORED_IN_QUOTES = {Strength.SUBMITTED, Strength.RELATED, Strength.EARLIER}
"""Cues that do not count within the quoted title of a paper."""


class _Cue(NamedTuple):
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


_FORWARD = re.compile(
    r"\s*(?:@|(?:to|at|by|in(?!\s+(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))\b)", re.IGNORECASE
)
_JOINED = re.compile(r"[\s\d]*/\s*|\s*(?:and|&)\s*")  # "ICML / IJCAI 2018 Workshop"
_INTENDED = re.compile(r"\s+(?:(?:at|for|in|oral|possible|the|to)\s+){1,3}", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"“”]{10,300}[\"”]|``[^`']{10,300}''")
_MAX_ACCEPTED_GAP = 40  # characters between a venue and "accepted"
_MAX_CHALLENGE_TITLE = 60  # characters of a challenge's title between the conference and the cue
_PRIZE = re.compile(r"winner|place", re.IGNORECASE)
_MAX_WORKSHOP_TITLE = 100  # characters of a workshop's title between the conference and the cue
_NEW_CLAUSE = re.compile(
    r"\b(?:and (?:also )?(?:accepted |presented )?(?:as|at|by|in|the|to)|also|been|but|has|is|was|were)\b",
    re.IGNORECASE,
)
_COORDINATED = re.compile(r",|\band\b|&")


def judge_mentions(text: TokenizedText, mentions: Sequence[VenueMention]) -> list[JudgedMention]:
    """Return each mention with the strength of the last cue before it in its sentence, corrected by those behind it."""
    events: list[VenueMention | _Cue] = [*_find_cues(text, mentions), *mentions]
    events.sort(key=lambda event: event.first)
    judged: list[JudgedMention] = []
    cue: _Cue | None = None  # the cue that applies to the next mention
    used: _Cue | None = None  # the cue behind the last mention that corrected it, and does not apply to the next
    is_applied, sentence = True, -1  # whether `cue` was applied to a mention
    for index, event in enumerate(events):
        if text.tokens[event.first].sentence != sentence:
            sentence, cue = text.tokens[event.first].sentence, None
        if isinstance(event, VenueMention):
            strength, used = _correct_by_following(text, event, cue, events[index + 1 :])
            judged.append(JudgedMention(event, strength))
            is_applied = True
        elif event != used and (cue is None or is_applied or not _outlasts(text, cue, event)):
            cue, is_applied = event, False
    return _correct_by_other_sentences(text, events, judged)


def _find_cues(text: TokenizedText, mentions: Sequence[VenueMention]) -> Iterator[_Cue]:
    """Yield the cues of a text that are not part of a venue's name."""
    in_names = {index for mention in mentions for index in range(mention.first, mention.last)}
    starts = {token.start: index for index, token in enumerate(text.tokens)}
    quoted = [match.span() for match in _QUOTED.finditer(text.plain)]
    for match in venue_table().cues.finditer(text.plain):
        first = starts.get(match.start())
        if first is not None and first not in in_names:
            strength = Strength[str(match.lastgroup).upper()]
            if strength in _IGNORED_IN_QUOTES and any(start < match.start() < end for start, end in quoted):
                continue
            accepts = match[0].lower().startswith("acc") and not match[0].lower().startswith("acceptance")
            last = first + len(TOKEN.findall(match[0]))
            yield _Cue(first, last, strength, accepts, _FORWARD.match(text.plain, match.end()) is not None)


def _outlasts(text: TokenizedText, cue: _Cue, following: _Cue) -> bool:
    """Return whether a cue still applies behind the next: "extends our paper accepted at …", "workshop paper at …"."""
    if cue.strength is Strength.WORKSHOP and following.strength is Strength.EARLIER:
        return cue.last == following.first  # "workshop version of this paper"
    if (
        cue.strength is Strength.SUBMITTED and following.strength is Strength.WORKSHOP
    ):  # "submitted to the Dream Workshop"
        return cue.forward and not _COORDINATED.search(text.between(cue.last, following.first))
    if following.strength is not Strength.ACCEPTED:
        return False
    if cue.strength is Strength.SUBMITTED:  # "submitted to proceedings of", "under review for publication in"
        return not following.accepts and _INTENDED.fullmatch(text.between(cue.last, following.first)) is not None
    if cue.strength is Strength.WORKSHOP:
        return not _COORDINATED.search(text.between(cue.last, following.first))
    return cue.strength in {Strength.EARLIER, Strength.RELATED}


def _correct_by_following(
    text: TokenizedText, mention: VenueMention, before: _Cue | None, events: Sequence[VenueMention | _Cue]
) -> tuple[Strength, _Cue | None]:
    """Return a mention's strength by the cue before it and the cues behind it, and the cue behind that decided it.

    "ICML 2018 Workshop", "ICRA 2020 (under review)", "submitted to ICML 2018 (accepted)". The cue is None if it may
    apply to the next mention as well.
    """
    strength = before.strength if before else Strength.NAMED
    if mention.track == "workshop" or is_host(text, mention, before.last if before else None):
        return Strength.WORKSHOP, None
    for cue, belongs in _cues_behind(text, mention, events):
        gap = text.between(mention.last, cue.first)
        if cue.strength is Strength.ACCEPTED and not cue.forward:
            strength = _accepted_strength(strength, cue, gap)
        elif cue.strength is Strength.WORKSHOP and belongs and strength is not Strength.SUBMITTED:
            is_its_workshop = len(gap) < _MAX_WORKSHOP_TITLE and not _NEW_CLAUSE.search(gap)
            if is_its_workshop:
                return Strength.WORKSHOP, None if cue.forward else cue  # "the Dream workshop at ICML"
        elif _names_challenge(text, strength, cue, gap):
            return Strength.BESIDE, cue
        elif _is_pending(cue) and strength in {Strength.NAMED, Strength.EARLIER}:
            return Strength.SUBMITTED, cue
        else:
            break
    return strength, None


def _accepted_strength(strength: Strength, cue: _Cue, gap: str) -> Strength:
    """Return the strength of a mention with a cue of acceptance behind it; `gap` is the text between them."""
    is_accepted = cue.accepts if strength is Strength.SUBMITTED else strength is Strength.NAMED
    return Strength.ACCEPTED if is_accepted and len(gap) < _MAX_ACCEPTED_GAP else strength


def _names_challenge(text: TokenizedText, strength: Strength, cue: _Cue, gap: str) -> bool:
    """Return whether a cue behind a venue makes it a challenge's host; not in "accepted at CVPR 2018, winner of …"."""
    if cue.strength is not Strength.BESIDE or len(gap) >= _MAX_CHALLENGE_TITLE:
        return False
    is_prize_of_paper = strength is Strength.ACCEPTED and _PRIZE.match(text.plain, text.tokens[cue.first].start)
    return not is_prize_of_paper


def _cues_behind(
    text: TokenizedText, mention: VenueMention, events: Sequence[VenueMention | _Cue]
) -> Iterator[tuple[_Cue, bool]]:
    """Yield the cues behind a mention, up to the next venue, and whether each can refer to this venue, not the next."""
    end = mention.last  # of the last venue that shares the cues behind it
    for event, following in pairwise([*events, None]):
        if event is None or text.tokens[event.first].sentence != text.tokens[mention.first].sentence:
            return
        if isinstance(event, _Cue):
            opens_bracket = event.last < len(text.tokens) and text.tokens[event.last].text == "("
            refers_forward = event.forward or opens_bracket
            precedes_other = isinstance(following, VenueMention) and following.series is not mention.series
            closes_bracket = following is not None and ")" in text.between(event.last, following.first)
            # "the DMLR workshop at ICML" is DMLR's workshop; SemEval is a workshop itself.
            is_adjacent = event.first == mention.last and "Workshop" not in mention.series.full_name
            yield event, closes_bracket or is_adjacent or not (refers_forward and precedes_other)
        elif event.series is not mention.series and not _JOINED.fullmatch(text.between(end, event.first)):
            return
        else:
            end = event.last


def _correct_by_other_sentences(
    text: TokenizedText, events: Sequence[VenueMention | _Cue], judged: Sequence[JudgedMention]
) -> list[JudgedMention]:
    """Return the mentions, weaker where another sentence says that the paper is submitted, or in a workshop."""
    cues = _cues_without_venue(text, events)
    is_pending = _is_pending_by(cues)
    workshops = {
        (each.mention.series.name, stated_year(text, each.mention))
        for each in judged
        if each.strength is Strength.WORKSHOP
    }
    submitted: set[str] = set()
    corrected: list[JudgedMention] = []
    for each in judged:
        name = each.mention.series.name
        if each.strength is Strength.SUBMITTED:
            submitted.add(name)
        sentence, strength = text.tokens[each.mention.first].sentence, each.strength
        if strength >= Strength.NAMED and _is_workshop(cues.get(sentence + 1, [])[:1]):
            strength = Strength.WORKSHOP
        elif strength is Strength.NAMED:
            has_workshop = not workshops.isdisjoint({(name, stated_year(text, each.mention)), (name, None)})
            if is_pending or name in submitted:
                strength = Strength.SUBMITTED
            elif has_workshop or _is_workshop(cues.get(sentence - 1, [])):
                strength = Strength.WORKSHOP
        corrected.append(JudgedMention(each.mention, strength))
    return corrected


def _cues_without_venue(text: TokenizedText, events: Sequence[VenueMention | _Cue]) -> dict[int, list[_Cue]]:
    """Return the cues of the sentences that name no venue, by the number of the sentence."""
    with_venue = {text.tokens[event.first].sentence for event in events if isinstance(event, VenueMention)}
    cues: dict[int, list[_Cue]] = {}
    for event in events:
        if isinstance(event, _Cue) and (sentence := text.tokens[event.first].sentence) not in with_venue:
            cues.setdefault(sentence, []).append(event)
    return cues


def _is_pending_by(cues: dict[int, list[_Cue]]) -> bool:
    """Return whether the last of the cues on submission or acceptance is one on submission."""
    accepts = [cue.accepts for in_sentence in cues.values() for cue in in_sentence if cue.accepts or _is_pending(cue)]
    return accepts[-1:] == [False]


def _is_pending(cue: _Cue) -> bool:
    return cue.strength is Strength.SUBMITTED and not cue.forward


def _is_workshop(cues: Sequence[_Cue]) -> bool:
    return any(cue.strength is Strength.WORKSHOP for cue in cues)


def choose_strongest(judged: Sequence[JudgedMention]) -> JudgedMention | None:
    """Return the strongest mention, the first of equals; None if none is at least WORKSHOP.

    A journal that prints a conference's papers ("ICRA 2021 (with RA-L)") is replaced by that conference.
    """
    best = max(judged, key=lambda each: each.strength, default=None)
    if best is None or best.strength < Strength.WORKSHOP:
        return None
    for other in judged:
        if other.mention.series.name in best.mention.series.joint and other.strength >= Strength.NAMED:
            return other
    return best
