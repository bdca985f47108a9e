"""Judge how a text relates the venues that it names to the paper: accepted, submitted, a workshop there. Pure.

`judge_mentions` rates each mention by the cues around it, `choose_strongest` selects one.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.venues.table import TOKEN, venue_table
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.hosts import follows_unknown_name, is_host, names_workshop_at
from pipelines.venues.texts.strength import Cue, JudgedMention, Strength, follows_workshop, repeats_host
from pipelines.venues.texts.tokens import VenueMention

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.venues.texts.tokens import TokenizedText


_IGNORED_IN_QUOTES = {Strength.SUBMITTED, Strength.RELATED, Strength.EARLIER}
"""Cues that do not count within the quoted title of a paper."""


_FORWARD = re.compile(
    r"\s*(?:@|(?:to|at|by|in(?!\s+(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))\b)", re.IGNORECASE
)
_JOINED = re.compile(r"[\s\d]*[/-]\s*|\s*(?:and|&)\s*")  # "ICML / IJCAI 2018 Workshop"
_INTENDED = re.compile(r"\s+(?:(?:at|for|in|oral|possible|the|to)\s+){1,3}", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"“”]{10,300}[\"”]|``[^`']{10,300}''")
_YEAR_ONLY = re.compile(r"[\s\d'’-]*")
_MAX_ACCEPTED_GAP = 40  # characters between a venue and "accepted"
_MAX_CHALLENGE_TITLE = 60  # characters of a challenge's title between the conference and the cue
_PRIZE = re.compile(r"winner|place", re.IGNORECASE)
_MAX_WORKSHOP_TITLE = 115  # characters of a workshop's title between the conference and the cue
_OTHER_TITLE = re.compile(r"[,;()]|^[\s\d'’-]*(?:and|&)\s")  # "LoG 2022 and Dream Workshop at NeurIPS"
_NEW_CLAUSE = re.compile(
    r"\b(?i:and (?:also )?(?:accepted |presented )?(?:as|at|by|in|to)|also|been|but|has|is|was|were)\b"
    r"|(?:^[\W\d]*|\b[a-z]+ )and the\b"  # not "Machine Learning and the Physical Sciences Workshop"
)
_COORDINATED = re.compile(r",|\band\b|&")


def judge_mentions(text: TokenizedText, mentions: Sequence[VenueMention]) -> list[JudgedMention]:
    """Return each mention with the strength of the last cue before it in its sentence, corrected by those behind it."""
    events: list[VenueMention | Cue] = [*_find_cues(text, mentions), *mentions]
    events.sort(key=lambda event: event.first)
    judged: list[JudgedMention] = []
    hosts: list[JudgedMention] = []  # of workshops
    cue: Cue | None = None  # the cue that applies to the next mention
    used: Cue | None = None  # the cue behind the last mention that corrected it, and does not apply to the next
    is_applied, sentence = True, -1  # whether `cue` was applied to a mention
    for index, event in enumerate(events):
        if text.tokens[event.first].sentence != sentence:
            sentence, cue = text.tokens[event.first].sentence, None
        if isinstance(event, VenueMention):
            strength, used = _correct_by_following(text, event, cue, events[index + 1 :])
            if strength >= Strength.NAMED and (
                repeats_host(text, event, cue, hosts) or follows_workshop(text, event, judged)
            ):
                strength = Strength.WORKSHOP
            if strength >= Strength.NAMED and not text.is_reference and follows_unknown_name(text, event):
                strength = Strength.BESIDE
            judged.append(JudgedMention(event, strength))
            hosts += judged[-1:] if strength is Strength.WORKSHOP else []
            is_applied = True
        elif event != used and (cue is None or is_applied or not _outlasts(text, cue, event)):
            cue, is_applied = event, False
    return _correct_by_other_sentences(text, events, judged)


def _find_cues(text: TokenizedText, mentions: Sequence[VenueMention]) -> Iterator[Cue]:
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
            yield Cue(first, last, strength, accepts, _FORWARD.match(text.plain, match.end()) is not None)


def _outlasts(text: TokenizedText, cue: Cue, following: Cue) -> bool:
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
        is_prize = not following.accepts and not following.forward
        return is_prize or not _COORDINATED.search(text.between(cue.last, following.first))
    return cue.strength in {Strength.EARLIER, Strength.RELATED}


def _correct_by_following(
    text: TokenizedText, mention: VenueMention, before: Cue | None, events: Sequence[VenueMention | Cue]
) -> tuple[Strength, Cue | None]:
    """Return a mention's strength by the cue before it and the cues behind it, and the cue behind that decided it.

    "ICML 2018 Workshop", "ICRA 2020 (under review)", "submitted to ICML 2018 (accepted)". The cue is None if it may
    apply to the next mention as well.
    """
    strength = before.strength if before else Strength.NAMED
    if (corrected := _correct_by_workshop(text, mention, before)) is not None:
        return corrected, None
    for cue, belongs in _cues_behind(text, mention, events):
        gap = text.between(mention.last, cue.first)
        if cue.strength is Strength.ACCEPTED and not cue.forward:
            strength = _accepted_strength(strength, cue, gap)
        elif cue.strength is Strength.WORKSHOP and belongs and strength is not Strength.SUBMITTED:
            is_its_workshop = len(gap) < _MAX_WORKSHOP_TITLE and not _NEW_CLAUSE.search(gap)
            if is_its_workshop:
                return Strength.WORKSHOP, None if cue.forward else cue  # "the Dream workshop at ICML"
        elif cue.strength is Strength.WORKSHOP and strength >= Strength.NAMED and _is_in_title(mention, gap):
            return Strength.BESIDE, None  # "CARS 2.0 - Dream Workshop @ RecSys"
        elif _names_challenge(text, strength, cue, gap):
            return Strength.BESIDE, cue
        elif _is_pending(cue) and strength in {Strength.NAMED, Strength.EARLIER}:
            return Strength.SUBMITTED, cue
        elif strength is Strength.NAMED and cue.accepts and _is_of_workshop(text, cue, events):
            return Strength.WORKSHOP, cue  # "AAAI26, accepted at the Dream Workshop"
        else:
            break
    return strength, None


def _correct_by_workshop(text: TokenizedText, mention: VenueMention, before: Cue | None) -> Strength | None:
    """Return the strength of a venue that has a workshop's name beside it, or is one's name; None for others."""
    if names_workshop_at(text, mention):
        return Strength.BESIDE  # "MLSys@NeurIPS"
    if mention.track != "workshop" and not is_host(text, mention, before.last if before else None):
        return None
    return Strength.SUBMITTED if before and before.strength is Strength.SUBMITTED else Strength.WORKSHOP


def _is_in_title(mention: VenueMention, gap: str) -> bool:
    """Return whether a venue begins the title of another venue's workshop; `gap` is what follows up to "Workshop"."""
    is_short = len(gap) < _MAX_WORKSHOP_TITLE and not _NEW_CLAUSE.search(gap) and not _OTHER_TITLE.search(gap)
    return is_short and "Workshop" not in mention.series.full_name


def _is_of_workshop(text: TokenizedText, cue: Cue, events: Sequence[VenueMention | Cue]) -> bool:
    """Return whether a workshop that no venue is named for follows a word of acceptance in its sentence."""
    sentence = text.tokens[cue.first].sentence
    behind = [each for each in events if each.first > cue.first and text.tokens[each.first].sentence == sentence]
    return bool(behind) and all(isinstance(each, Cue) for each in behind) and _is_workshop_cue(behind[0])


def _is_workshop_cue(event: VenueMention | Cue) -> bool:
    return isinstance(event, Cue) and event.strength is Strength.WORKSHOP


def _accepted_strength(strength: Strength, cue: Cue, gap: str) -> Strength:
    """Return the strength of a mention with a cue of acceptance behind it; `gap` is the text between them."""
    is_accepted = cue.accepts if strength is Strength.SUBMITTED else strength is Strength.NAMED
    return Strength.ACCEPTED if is_accepted and len(gap) < _MAX_ACCEPTED_GAP else strength


def _names_challenge(text: TokenizedText, strength: Strength, cue: Cue, gap: str) -> bool:
    """Return whether a cue behind a venue makes it a challenge's host; not in "accepted at CVPR 2018, winner of …"."""
    if cue.strength is not Strength.BESIDE or len(gap) >= _MAX_CHALLENGE_TITLE:
        return False
    is_prize_of_paper = strength is Strength.ACCEPTED and _PRIZE.match(text.plain, text.tokens[cue.first].start)
    return not is_prize_of_paper


def _cues_behind(
    text: TokenizedText, mention: VenueMention, events: Sequence[VenueMention | Cue]
) -> Iterator[tuple[Cue, bool]]:
    """Yield the cues behind a mention, up to the next venue, and whether each can refer to this venue, not the next."""
    end = mention.last  # of the last venue that shares the cues behind it
    for event, following in pairwise([*events, None]):
        if event is None or text.tokens[event.first].sentence != text.tokens[mention.first].sentence:
            return
        if isinstance(event, Cue):
            opens_bracket = event.last < len(text.tokens) and text.tokens[event.last].text == "("
            refers_forward = event.forward or opens_bracket
            precedes_other = isinstance(following, VenueMention) and following.series is not mention.series
            closes_bracket = following is not None and ")" in text.between(event.last, following.first)
            # "the DMLR workshop at ICML" is DMLR's workshop; SemEval is a workshop itself.
            is_named_so = "Workshop" in mention.series.full_name
            gap = text.between(mention.last, event.first)
            is_adjacent = not is_named_so and (
                not gap.strip() or (not event.forward and _YEAR_ONLY.fullmatch(gap) is not None)
            )
            yield event, closes_bracket or is_adjacent or not (refers_forward and precedes_other)
        elif event.series is not mention.series and not _JOINED.fullmatch(text.between(end, event.first)):
            return
        else:
            end = event.last


def _correct_by_other_sentences(
    text: TokenizedText, events: Sequence[VenueMention | Cue], judged: Sequence[JudgedMention]
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
            year = stated_year(text, each.mention)
            has_workshop = any(host == name and (held is None or year in {None, held}) for host, held in workshops)
            if is_pending or name in submitted:
                strength = Strength.SUBMITTED
            elif has_workshop or _is_workshop(cues.get(sentence - 1, [])):
                strength = Strength.WORKSHOP
        corrected.append(JudgedMention(each.mention, strength))
    return corrected


def _cues_without_venue(text: TokenizedText, events: Sequence[VenueMention | Cue]) -> dict[int, list[Cue]]:
    """Return the cues of the sentences that name no venue, by the number of the sentence."""
    with_venue = {text.tokens[event.first].sentence for event in events if isinstance(event, VenueMention)}
    cues: dict[int, list[Cue]] = {}
    for event in events:
        if isinstance(event, Cue) and (sentence := text.tokens[event.first].sentence) not in with_venue:
            cues.setdefault(sentence, []).append(event)
    return cues


def _is_pending_by(cues: dict[int, list[Cue]]) -> bool:
    """Return whether the last of the cues on submission or acceptance is one on submission."""
    accepts = [cue.accepts for in_sentence in cues.values() for cue in in_sentence if cue.accepts or _is_pending(cue)]
    return accepts[-1:] == [False]


def _is_pending(cue: Cue) -> bool:
    return cue.strength is Strength.SUBMITTED and not cue.forward


def _is_workshop(cues: Sequence[Cue]) -> bool:
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
