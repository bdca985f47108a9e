"""Where a paper appeared, read from what its authors wrote: journal reference first, then comment. Pure.

`tokens` finds the venues of the table `data/venues.toml` that a text names; here `_judge` gives each mention the
standing that the words around it support, `_choose` takes the best, `_track` says what the paper was there, and
`editions` dates the edition. Texts are anybody's: the work grows with their length, and `_LONGEST` bounds that.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipelines.venues.editions import edition, year_before, year_behind
from pipelines.venues.model import Venue
from pipelines.venues.table import TOKEN, venue_table
from pipelines.venues.tokens import ORGANISERS, TokenizedText, VenueMention, find_mentions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_LONGEST = 4000  # characters; comments beyond are rare, and name their venue early


def find_venue(comment: str | None, journal_ref: str | None, published: datetime | None) -> Venue | None:
    """Return the venue that the text names as having taken the paper, or None.

    A venue that was only submitted to is none, nor is one the table does not know. `published` is the day of the first
    upload: it dates a conference named without a year, and bounds the years that a number can mean.
    """
    for source, evidence in (("journal_ref", journal_ref), ("comment", comment)):
        if not evidence:
            continue
        text = TokenizedText(evidence[:_LONGEST])
        judged = _judge_mentions(text, find_mentions(text))
        if best := _choose_strongest(judged):
            series = best.mention.series
            same = [each.mention for each in judged if each.mention.series is series]
            same.sort(key=lambda mention: abs(mention.first - best.mention.first))
            others = [each.mention for each in judged if each.mention.series is not series]
            return Venue(series.name, edition(text, same, others, published), _track(text, best, others), source)
    return None


class _Strength(IntEnum):
    """What a text makes of a venue it names, from nothing to most; the cues of the table go by the same names."""

    SUBMITTED = 0
    RELATED = 1
    BESIDE = 2
    WORKSHOP = 3
    EARLIER = 4
    NAMED = 5
    ACCEPTED = 6


_ABOUT_OTHERS = {_Strength.SUBMITTED, _Strength.RELATED, _Strength.EARLIER}
"""What words say that within the quoted title of a paper say nothing."""


class _Cue(NamedTuple):
    """Words that say something about a venue near them, by their tokens."""

    first: int
    last: int
    strength: _Strength
    accepts: bool  # in so many words
    forward: bool  # of what follows it: "submitted to …", not "submitted in May"


class _JudgedMention(NamedTuple):
    mention: VenueMention
    strength: _Strength


_FORWARD = re.compile(
    r"\s*(?:@|(?:to|at|by|in(?!\s+(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))\b)", re.IGNORECASE
)
_JOINED = re.compile(r"[\s\d]*/\s*|\s*(?:and|&)\s*")  # "ICML / IJCAI 2018 Workshop"
_INTENDED = re.compile(r"\s+(?:(?:at|for|in|oral|possible|the|to)\s+){1,3}", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"“”]{10,300}[\"”]|``[^`']{10,300}''")
_NEAR = 40  # characters between a name and what is said of it
_TITLE = 60  # characters of a challenge's title between the conference and the word
_PRIZE = re.compile(r"winner|place", re.IGNORECASE)
_WORKSHOP_TITLE = 100  # characters of a workshop's title between the conference and the word
_ANOTHER = re.compile(
    r"\b(?:and (?:also )?(?:accepted |presented )?(?:as|at|by|in|the|to)|also|been|but|has|is|was|were)\b",
    re.IGNORECASE,
)
_COORDINATED = re.compile(r",|\band\b|&")


def _judge_mentions(text: TokenizedText, found: Sequence[VenueMention]) -> list[_JudgedMention]:
    """Give each mention the standing of the last cue before it in its sentence, unless one behind says otherwise."""
    events: list[VenueMention | _Cue] = [*_find_cues(text, found), *found]
    events.sort(key=lambda event: event.first)
    judged: list[_JudgedMention] = []
    cue: _Cue | None = None
    used: _Cue | None = None
    spent, sentence = True, -1
    for index, event in enumerate(events):
        if text.tokens[event.first].sentence != sentence:
            sentence, cue = text.tokens[event.first].sentence, None
        if isinstance(event, VenueMention):
            strength, used = _correct_by_following(text, event, cue, events[index + 1 :])
            judged.append(_JudgedMention(event, strength))
            spent = True
        elif event != used and (cue is None or spent or not _outlasts(text, cue, event)):
            cue, spent = event, False
    return _overrule(text, events, judged)


def _find_cues(text: TokenizedText, found: Sequence[VenueMention]) -> Iterator[_Cue]:
    """Find the cues that are not part of a venue's name."""
    named = {index for mention in found for index in range(mention.first, mention.last)}
    starts = {token.start: index for index, token in enumerate(text.tokens)}
    quoted = [match.span() for match in _QUOTED.finditer(text.plain)]
    for match in venue_table().cues.finditer(text.plain):
        first = starts.get(match.start())
        if first is not None and first not in named:
            strength = _Strength[str(match.lastgroup).upper()]
            if strength in _ABOUT_OTHERS and any(start < match.start() < end for start, end in quoted):
                continue
            accepts = match[0].lower().startswith("acc") and not match[0].lower().startswith("acceptance")
            last = first + len(TOKEN.findall(match[0]))
            yield _Cue(first, last, strength, accepts, _FORWARD.match(text.plain, match.end()) is not None)


def _outlasts(text: TokenizedText, cue: _Cue, following: _Cue) -> bool:
    """Tell whether a cue outlasts the next: "extends our paper accepted at …", "workshop paper accepted at …"."""
    if cue.strength is _Strength.WORKSHOP and following.strength is _Strength.EARLIER:
        return cue.last == following.first  # "workshop version of this paper"
    if following.strength is not _Strength.ACCEPTED:
        return False
    if cue.strength is _Strength.SUBMITTED:  # "submitted to proceedings of", "under review for publication in"
        return not following.accepts and _INTENDED.fullmatch(text.between(cue.last, following.first)) is not None
    if cue.strength is _Strength.WORKSHOP:
        return not _COORDINATED.search(text.between(cue.last, following.first))
    return cue.strength in {_Strength.EARLIER, _Strength.RELATED}


def _correct_by_following(
    text: TokenizedText, mention: VenueMention, before: _Cue | None, events: Sequence[VenueMention | _Cue]
) -> tuple[_Strength, _Cue | None]:
    """Correct a standing by what is behind the mention, and tell by which cue.

    "ICML 2018 Workshop", "ICRA 2020 (under review)", "submitted to ICML 2018 (accepted)".
    """
    strength = before.strength if before else _Strength.NAMED
    if mention.track == "workshop" or _is_hosted(text, mention, before):
        return _Strength.WORKSHOP, None
    for cue, belongs in _cues_behind(text, mention, events):
        gap = text.between(mention.last, cue.first)
        if cue.strength is _Strength.ACCEPTED and not cue.forward:
            decided = cue.accepts if strength is _Strength.SUBMITTED else strength is _Strength.NAMED
            strength = _Strength.ACCEPTED if decided and len(gap) < _NEAR else strength
        elif cue.strength is _Strength.WORKSHOP and belongs and strength is not _Strength.SUBMITTED:
            if len(gap) < _WORKSHOP_TITLE and not _ANOTHER.search(gap):
                return _Strength.WORKSHOP, None if cue.forward else cue  # "the Dream workshop at ICML"
        elif cue.strength is _Strength.BESIDE and len(gap) < _TITLE:
            if strength is _Strength.ACCEPTED and _PRIZE.match(text.plain, text.tokens[cue.first].start):
                break  # "accepted at CVPR 2018, winner of …"
            return _Strength.BESIDE, cue
        elif (
            cue.strength is _Strength.SUBMITTED and not cue.forward and strength in {_Strength.NAMED, _Strength.EARLIER}
        ):
            return _Strength.SUBMITTED, cue
        else:
            break
    return strength, None


def _is_hosted(text: TokenizedText, mention: VenueMention, before: _Cue | None) -> bool:
    """Tell whether the name is that of the host: "DreamNLP @ ACL", "MED-NIPS"; but "accepted @ ACL", "IEEE-ICRA"."""
    at = mention.first - 1
    if at <= 0:
        return False
    if text.tokens[at].text == "@":
        return before is None or before.last != at
    host, dash, name = text.tokens[at - 1], text.tokens[at], text.tokens[mention.first]
    if dash.text != "-" or not host.end == dash.start == name.start - 1 or not host.text.isupper():
        return False
    return len(host.text) > 1 and host.text.lower() not in venue_table().short and host.text not in ORGANISERS


def _cues_behind(
    text: TokenizedText, mention: VenueMention, events: Sequence[VenueMention | _Cue]
) -> Iterator[tuple[_Cue, bool]]:
    """Yield the cues behind a mention, up to the next venue, and whether each can be of this venue, not of the next."""
    for event, following in pairwise([*events, None]):
        if event is None or text.tokens[event.first].sentence != text.tokens[mention.first].sentence:
            return
        if isinstance(event, _Cue):
            opens = event.last < len(text.tokens) and text.tokens[event.last].text == "("
            leads = event.forward or opens
            other = isinstance(following, VenueMention) and following.series is not mention.series
            closed = following is not None and ")" in text.between(event.last, following.first)
            # In "the DMLR workshop at ICML" it is DMLR's, but SemEval is one itself.
            own = closed or (event.first == mention.last and "Workshop" not in mention.series.full_name)
            yield event, own or not (leads and other)
        elif event.series is not mention.series and not _JOINED.fullmatch(text.between(mention.last, event.first)):
            return


def _overrule(
    text: TokenizedText, events: Sequence[VenueMention | _Cue], judged: Sequence[_JudgedMention]
) -> list[_JudgedMention]:
    """Let a name count for less where another sentence says that it is only submitted, or its workshop's."""
    naming = {text.tokens[event.first].sentence for event in events if isinstance(event, VenueMention)}
    alone: dict[int, list[_Cue]] = {}
    for event in events:
        if isinstance(event, _Cue) and (sentence := text.tokens[event.first].sentence) not in naming:
            alone.setdefault(sentence, []).append(event)
    said = [cue.accepts for cues in alone.values() for cue in cues if cue.accepts or _is_pending(cue)]
    pending = said[-1:] == [False]
    workshops = {
        (each.mention.series.name, _stated_year(text, each)) for each in judged if each.strength is _Strength.WORKSHOP
    }
    submitted: set[str] = set()
    result: list[_JudgedMention] = []
    for each in judged:
        name, sentence, strength = each.mention.series.name, text.tokens[each.mention.first].sentence, each.strength
        if strength is _Strength.SUBMITTED:
            submitted.add(name)
        if strength >= _Strength.NAMED and _is_workshop(alone.get(sentence + 1, [])[:1]):
            strength = _Strength.WORKSHOP
        elif strength is _Strength.NAMED and (pending or name in submitted):
            strength = _Strength.SUBMITTED
        elif strength is _Strength.NAMED and (
            _is_workshop(alone.get(sentence - 1, [])) or workshops & {(name, _stated_year(text, each)), (name, None)}
        ):
            strength = _Strength.WORKSHOP
        result.append(_JudgedMention(each.mention, strength))
    return result


def _stated_year(text: TokenizedText, judged: _JudgedMention) -> int | None:
    return year_behind(text, judged.mention, None) or year_before(text, judged.mention, None)


def _is_pending(cue: _Cue) -> bool:
    return cue.strength is _Strength.SUBMITTED and not cue.forward


def _is_workshop(cues: Sequence[_Cue]) -> bool:
    return any(cue.strength is _Strength.WORKSHOP for cue in cues)


def _choose_strongest(judged: Sequence[_JudgedMention]) -> _JudgedMention | None:
    """Return the mention that stands highest, the first of equals; a workshop only where nothing else stands.

    A journal that prints a conference's papers ("ICRA 2021 (with RA-L)") gives way to that conference.
    """
    best = max(judged, key=lambda each: each.strength, default=None)
    if best is None or best.strength < _Strength.WORKSHOP:
        return None
    for other in judged:
        if other.mention.series.name in best.mention.series.joint and other.strength >= _Strength.NAMED:
            return other
    return best


_TRACKS = {
    "oral": r"orals?|long talk",
    "spotlight": r"spotlights?",
    "highlight": r"highlights?",
    "findings": r"findings",
    "demo": r"demo(?:nstration)?s? (?:track|paper)|system demonstrations?|demonstrations(?! of| video)",
    "tutorial": r"tutorial",
    "industry": r"industry track|industrial track|applied data science",
}
_TRACK = re.compile(rf"\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _TRACKS.items())})\b", re.IGNORECASE)


def _track(text: TokenizedText, best: _JudgedMention, others: Sequence[VenueMention]) -> str | None:
    """Find what the paper was there, in the mention's sentence and the next, up to the next venue."""
    if best.strength is _Strength.WORKSHOP:
        return "workshop"
    mention = best.mention
    sentence = text.tokens[mention.first].sentence
    stop = next((other.first for other in others if other.first >= mention.last), len(text.tokens))
    near = [token for token in text.tokens[:stop] if sentence <= token.sentence <= sentence + 1]
    return mention.track or track_in(text.plain[near[0].start : near[-1].end])


def track_in(text: str) -> str | None:
    """Return the first track that a text names."""
    found = _TRACK.search(text)
    return found.lastgroup if found else None
