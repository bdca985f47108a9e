"""Determine the venue in a journal reference, in the usual forms of references. Pure.

"Nature 521, 436-444 (2015)", "Med. Image Anal. 86 (2023)", "In Proc. of ICRA, Oct. 2023, pp. 1-8". A venue has its name
in the table, else the one that is printed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.venues.model import Venue, cut_name
from pipelines.venues.printed.arrangement import arrange
from pipelines.venues.printed.citations import is_citation
from pipelines.venues.printed.leads import without_last_words, without_lead
from pipelines.venues.printed.names import printed_name
from pipelines.venues.printed.words import EVENT, MONTH
from pipelines.venues.texts.editions import stated_year
from pipelines.venues.texts.judgement import choose_strongest, judge_mentions
from pipelines.venues.texts.mentions import find_mentions
from pipelines.venues.texts.strength import JudgedMention, Strength
from pipelines.venues.texts.tokens import MAX_LENGTH, ORGANIZERS, TokenizedText
from pipelines.venues.texts.tracks import track_in

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.venues.table import VenueSeries
    from pipelines.venues.texts.tokens import VenueMention

JOURNAL_REF = "journal_ref"
"""`venue_source` of a venue in the journal reference."""

_YEAR = re.compile(
    r"(?<!\d)(?<!\d\.)(?<![\W\d]-)(?:19|20)\d\d(?![\d-])(?!\s*[-–—]+\s*\d(?!\d?(?:st|nd|rd|th)\b))(?!\.\d)"
)
_IN_BRACKETS = re.compile(r"\(\s*(?:[A-Z][a-z]{2,8}\.?\s*(?:\d{1,2},?\s*)?|(?:\d\d?/){1,2})?((?:19|20)\d\d)\s*\)")
_DATE = re.compile(
    rf"\b(?:{MONTH}(?:\s*+\d{{1,2}}(?:st|nd|rd|th)?)?"
    r"(?:\s*+[-–/]\s*+(?:[A-Z][a-z]+\.?\s*+)?\d{0,2})?,?\s*+(?:[Ii]ssue\s)?|\d\d?\.\d\d?\.|\d\d?-\d\d?-)((?:19|20)\d\d)\b"
)
_LABELED = re.compile(r"\byear\s?:\s?((?:19|20)\d\d)\b", re.IGNORECASE)
_OF_ACRONYM = re.compile(r"\(\s*(?!ISSN|ISBN)[A-Za-z][\w&/ -]{1,20}?[\s'’-]((?:19|20)\d\d)\s*\)")  # "(OPTA-2018)"
_BEFORE_PAGE = re.compile(r"\b((?:19|20)\d\d), \d+(?:\s?\(\d[\d-]*\))?, (?=\d{4}\b)")  # "Sensors 2023, 23(4), 1945"
_YEARS = re.compile(r"(?<![\d-])((?:19|20)\d\d)[-–/]((?:19|20)\d\d)(?!\d)")  # "2001-2002"
_YEAR_AS_VOLUME = re.compile(r"\bvol(?:ume)?\.? ((?:19|20)\d\d)\b", re.IGNORECASE)
_SHORT_YEAR = re.compile(
    r"(?:(?<=[A-Za-z]) ?['’]|(?<=[A-Z]{3})-?)(\d\d)\b(?![-–\d])|(?<=[A-Z]{3}) ([89]\d)(?=[,.]|$)"
)  # "Eurospeech'97", "ICGI-94", "ACL 95"
_NO_YEAR_BEFORE = re.compile(
    r"(?:\b(?:(?-i:pp?|PP)|pages?|no|nos|vol|volume|article|art|id|issue|isbn|issn|lncs|lnai)\b[.:\s]*|"
    r"#\s*|(?<![A-Za-z.])(?<![A-Za-z]\))(?:(?<!\d):\s*|:)|\d\s*[-–—]+\s*)$",
    re.IGNORECASE,
)
_PART = re.compile(r"\.?\s*:\s*[A-Z][a-z]|\.?\s*(?:Lett|Suppl|Section|Clinical)\b|,?\s*Part [A-C]\b")
_LONGER = re.compile(
    r"\s+(?!(?:Vol|Iss|Special|Track|Journal|Mag|Art|Paper|Page|Pt|Part|In|On|Early|Accepted|Published|Number|Num|"
    rf"Online|The|This|Dated)\w*\b|{MONTH})[A-Z][a-z]{{2,}}"
)
_MORE = re.compile(
    r"\s+(?:and|&|of|for|with)\s+(?!also|arxiv|presented|published|appeared|proc)[a-z]{4}", re.IGNORECASE
)
_ROMAN = re.compile(r"[IVX]+")
_GOES_ON = re.compile(r",\s+[A-Z][^,.(\d]{3,60}\s(?:and|&)\s+[A-Z]")  # "Communications, Systems and Computers"
_HELD_AT = re.compile(
    r"\b(?:Symposium|Workshop|Seminar|School|Challenge)\b[^,.;]{0,80}\b(?:at|during|with)(?: the)?\s*$"
)
_IN_TITLE = re.compile(
    r"\b(?:Conference|Symposium|Workshop) (?:on|of) (?:the )?(?:(?!(?:at|during|in|the|with) )[\w-]+ ){1,6}$|"
    r"\b(?i:organi[sz]ed|printed|published|sponsored) by(?: the)?\s*$|\bPublisher\s?:[^.;]{0,80}$|"
    r"\bis part of(?: the)?(?: [\w-]+){0,3}\s*$"
)  # "Workshop on the Analysis of", "published by"
_IN_SUBJECT = re.compile(
    r"\b(?:Conference|Symposium|Workshop) (?:on|of) (?:the )?(?:(?!(?:at|during|the|with) )[\w-]+ ){1,8}$"
)  # "Workshop on Dreams in" before "Computer Vision"
_AND_MORE = re.compile(r"\s+[A-Z][a-z]+(?: [A-Z][a-z]+)? (?:and|&) [A-Z]")  # "on Communication Devices and Dreams"
_IN_PHRASE = re.compile(
    r"^(?!.*\b(?:Conf|Symp|Workshop|Congress|Meeting|Proc|Advances))[A-Z][\w ]+ (?i:and|for|of|on)\s*$"
)
_LONGER_SUBJECT = re.compile(r"\s+(?!Conference|Proceedings|Symposium|Workshop)[A-Z][a-z]+ (?:for|in|of) [A-Z]")
_LISTED_SUBJECT = re.compile(r"\b(?:Conference|Congress|Symposium|Workshop) (?:on|of) [^.;:()]{3,80},\s*$")
_EVENT_BEHIND = re.compile(r"\s+(?:(?:19|20)\d\d\s+)?(?:[\w/]+ ){0,3}(?:Conference|Symposium|Workshop)\b")
_ORGANIZES = re.compile(
    r"\s+(?:Annual |European |International |Joint )*(?:Conference|Symposium) on\b|"
    r"\s+Conf\. (?!on\b|Proc)[A-Z][a-z]|/(?:USENIX|ACM|IEEE|IFIP) [A-Z]{3}|"
    r"\s+(?:Bulletin|Newsletter|Notices|Record)\b"
)  # "ICST Conf. Dreams in Networks", "SIGCOMM/USENIX IMC", "SIGCSE Bulletin"
_OF_JOURNAL = re.compile(
    r"\b(?:Annals|Journal|Letters|Magazine|Review|Transactions) (?:of|on|in)(?: the)?\s*$", re.IGNORECASE
)
_INITIALS = re.compile(r"(?:[A-Z]\.\s?)+[A-Z]?")  # of an author
_PERSON_BEHIND = re.compile(r"\s+[A-Z][\w'’-]+,?(?: et al\b| editors?\b| \(?[Ee]ds?\b)")
_AUTHOR_BEFORE = re.compile(r"\b[A-Z][\w'’-]{1,30}, (?:[A-Z]\.\s?){1,4}$")
_LAST_WORD = re.compile(r"((?<![^\W\d_])[^\W\d_]+|&)\.?\s*$")
_SAME_SENTENCE = re.compile(r"\s(?!conference|proceedings|symposium|workshop)[a-z]{3}")
_TITLE_AND_SOCIETY = re.compile(r"(?:[^\s.,:;()]+ ){5,}(?:IEEE|ACM)\s")  # "Dreams of Graphs in Sleep IEEE "
_BEFORE_NAMES = frozenset({"as", "at", "by", "in", "to"})
_PROCEEDINGS_OF = re.compile(r"^(?:in )?proc\w*\.? of(?: the)?\s*$", re.IGNORECASE)
_ORGANIZERS = frozenset({*ORGANIZERS, "the", "The", "ACM/IEEE", "IEEE/ACM", "IEEE/RSJ"})
_VOLUME = re.compile(r"[\s,.]*\d{1,3}\s*[(:]\s*\d")
_NUMBERED = re.compile(r"[\s,.]*(?:\(|vol|no|issue|\d|$)", re.IGNORECASE)
_LONGER_ACRONYM = re.compile(r"-[A-Z]{1,6}\s+((?:19|20)\d\d)\b")  # "SGAI-AI 2025"
_WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
_OWN_WORKSHOP = re.compile(r"\bWorkshop[\s,(]*$")
_OWN_WORKSHOP_BEHIND = re.compile(r"[,:.]\s+(?:\w+ )?(?:International |European )?Workshop\b(?! on\b)")
_WORKSHOP_ON = re.compile(r"\bWorkshop (?:on|of|for)(?: the)?\s*$")
_THESIS = re.compile(r"^(?:ph\.?\s?d\.?,? (?:dissertation|thesis)\b|d\. ?phil\b)", re.IGNORECASE)
_REPORT = re.compile(r"^[A-Z]{2,8}(?:-[\dA-Z]{1,5}){3,}$")  # "ABC-10-1999-22-DEF"
_PENDING = re.compile(r"\b(?:available at SSRN|submitted|under review|in preparation|unpublished)\b", re.IGNORECASE)
_LIST = re.compile(r"\band\b|&")
_SENTENCE_BEFORE = re.compile(r"[a-z]{4}\.\s+$")
_BEGINS_WITH_SIGN = re.compile(r"[A-Z]{3,}\b \S")  # no longer name of a journal has "ACM Computing Surveys" at its end


def venue_in_reference(reference: str, published: datetime | None) -> Venue | None:
    """Return the venue in a journal reference; None if it is none, or names a repository, submission or thesis."""
    if _THESIS.match(reference) or _REPORT.match(reference):
        return None
    reference = arrange(reference[:MAX_LENGTH])
    text = TokenizedText(reference, is_reference=True)
    mentions = [each for each in find_mentions(text) if _is_name(text, each)]
    judged = judge_mentions(text, mentions)
    best = choose_strongest(judged) or next((each for each in judged if _is_at_beginning(text, each)), None)
    if best is not None:
        return _listed(text, best, published)
    name = None if _PENDING.search(reference) else printed_name(text.plain.replace("\0", ""))
    if name is None:
        return None
    track = "workshop" if _WORKSHOP.search(name) else None
    return Venue(cut_name(name), _year_in(text.plain, published), track, JOURNAL_REF, reference)


def _is_name(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a mention has a venue's whole name: not one with another "and" in it, nor that of a subject.

    The name of a subject is a venue's at the beginning, and before a number or the end.
    """
    printed = text.plain[text.tokens[mention.first].start : text.tokens[mention.last - 1].end]
    behind = text.plain[text.tokens[mention.last - 1].end :]
    series = mention.series
    if _INITIALS.fullmatch(printed):
        return False
    if printed.istitle() and _PERSON_BEHIND.match(behind):
        return False  # "Roman Wyrzykowski et al." is not RO-MAN
    if printed.islower() and mention.first and _SAME_SENTENCE.match(behind):
        return False  # French "noms" is not NOMS
    if _ROMAN.fullmatch(printed) and mention.first and text.tokens[mention.first - 1].text.isalpha():
        return False  # "Series IV"
    if _LIST.search(printed) and not any(
        map(_LIST.search, (series.name, series.full_name, *series.names, *series.said))
    ):
        return False
    before = text.plain[: text.tokens[mention.first].start]
    if series.kind == "conference":
        is_acronym = mention.last - mention.first == 1
        is_part = _is_in_other_event(before, behind, printed, is_acronym=is_acronym)
    else:
        is_part = _is_in_other_journal(before, behind, printed, series)
    if is_part:
        return False
    is_subject = series.generic and mention.last - mention.first == 1
    if is_subject and not behind.startswith(".") and not series.full_name.casefold().startswith(printed.casefold()[:4]):
        return False  # "NA" is not Nature
    return not is_subject or (not without_lead(before).strip(" ,.:;") and _NUMBERED.match(behind) is not None)


def _is_in_other_event(before: str, behind: str, printed: str, *, is_acronym: bool) -> bool:
    """Return whether a conference's name is part of another event's: "Workshop on the Analysis of Complex Networks"."""
    is_subject = not is_acronym and EVENT.search(printed) is None
    return bool(
        _GOES_ON.match(behind)
        or (not is_acronym and (_AND_MORE.match(behind) or _LONGER_SUBJECT.match(behind)))
        or any(pattern.search(before) for pattern in (_HELD_AT, _IN_TITLE, _OF_JOURNAL))
        or (is_subject and (_IN_SUBJECT.search(before) or _IN_PHRASE.search(without_lead(before))))
        or (is_acronym and _ORGANIZES.match(behind))
    )


def _is_in_other_journal(before: str, behind: str, printed: str, series: VenueSeries) -> bool:
    """Return whether a journal's name is part of the name of another journal or event."""
    return bool(
        _PART.match(behind)
        or _MORE.match(behind)
        or _EVENT_BEHIND.match(behind)
        or _LISTED_SUBJECT.search(before)
        or (series.generic and before.strip() and _GOES_ON.match(behind))
        or _LONGER.match(_without_dot(behind, printed, series))
        or _is_continued(before, printed)
    )


def _without_dot(behind: str, printed: str, series: VenueSeries) -> str:
    """Return what stands behind a printed name, with a space in place of the dot of an abbreviation."""
    last = printed.rpartition(" ")[2].rpartition(".")[2]
    is_short = behind.startswith(".") and ("." in printed or not series.full_name.endswith(last))
    return f" {behind[1:].lstrip()}" if is_short else behind


def _is_at_beginning(text: TokenizedText, judged: JudgedMention) -> bool:
    """Return whether a reference begins with a venue, whatever is said beside its name: "Shared Task Papers"."""
    before = text.plain[: text.tokens[judged.mention.first].start]
    is_acronym = before.endswith("(")  # "Annual Conference Companion on Dreams (DREAM '10)"
    return judged.strength is Strength.BESIDE and (is_acronym or not without_lead(before).strip(" ,.:"))


def _is_continued(before: str, printed: str) -> bool:
    """Return whether what stands before a printed name is the beginning of a longer one."""
    if _TITLE_AND_SOCIETY.fullmatch(before) or (_SENTENCE_BEFORE.search(before) and _BEGINS_WITH_SIGN.match(printed)):
        return False
    before = without_last_words(f"- {before}", _ORGANIZERS).removeprefix("-").lstrip()
    word = _LAST_WORD.search(before)
    if word is None or word[1].lower() in _BEFORE_NAMES or _AUTHOR_BEFORE.search(before):
        return False
    return without_lead(before) != "" or _PROCEEDINGS_OF.match(before) is not None


def _listed(text: TokenizedText, best: JudgedMention, published: datetime | None) -> Venue:
    """Return a venue of the table with the year of its edition."""
    mention = best.mention
    is_held_there = mention.series.kind == "conference" and not _is_called_workshop(text, mention)
    is_workshop = best.strength is Strength.WORKSHOP and is_held_there
    workshop = "workshop" if is_workshop else None
    in_text = _year_in(text.plain, published) if workshop else None  # an ordinal is that of the workshop
    year = in_text or _edition(text, mention) or _year_in(text.plain, published)
    track = workshop or mention.track or track_in(text.plain)
    return Venue(mention.series.name, year, track, JOURNAL_REF, text.plain)


def _is_called_workshop(text: TokenizedText, mention: VenueMention) -> bool:
    """Return whether a venue is itself called a workshop: "Workshop on" stands before its full name.

    Or its name in the table is that of a workshop, and "International Workshop" stands beside subject or acronym.
    """
    before, series = text.plain[: text.tokens[mention.first].start], mention.series
    behind = text.plain[text.tokens[mention.last - 1].end :]
    is_one = any("Workshop on" in name for name in (series.full_name, *series.names))
    if is_one and (_OWN_WORKSHOP.search(before) or _OWN_WORKSHOP_BEHIND.match(behind)):
        return True
    return mention.last - mention.first > 1 and _WORKSHOP_ON.search(before) is not None


def _edition(text: TokenizedText, mention: VenueMention) -> int | None:
    """Return the edition beside the name of a conference; behind a journal stands its volume."""
    if mention.series.kind == "journal":
        return None
    if _VOLUME.match(text.plain, text.tokens[mention.last - 1].end):
        return None
    if (year := stated_year(text, mention)) is not None:
        written = set(_YEAR.findall(text.plain))
        return int(written.pop()) if len(written) == 1 else year  # an ordinal may be counted another way
    longer = _LONGER_ACRONYM.match(text.plain, text.tokens[mention.last - 1].end)
    return int(longer[1]) if longer else None


def _year_in(plain: str, published: datetime | None) -> int | None:
    """Return the year of a reference: in brackets, else in a date, else the last that is no page or volume."""
    limit = published.year + 15 if published else 2100  # a reference may be added years after the upload
    stated = (pattern.findall(plain) for pattern in (_IN_BRACKETS, _LABELED, _OF_ACRONYM, _DATE, _BEFORE_PAGE))
    for years in (*stated, _bare_years(plain)):
        plausible = [int(year) for year in years if 1800 < int(year) <= limit]  # noqa: PLR2004 - older than any journal
        if plausible:
            return plausible[0 if is_citation(plain) else -1]
    span = _YEARS.search(plain)
    if span and int(span[2]) == int(span[1]) + 1 <= limit:
        return int(span[2])
    if (volume := _YEAR_AS_VOLUME.search(plain)) and int(volume[1]) <= limit:
        return int(volume[1])
    short = _SHORT_YEAR.search(plain)
    digits = int(short[1] or short[2]) if short else 0
    return digits + (2000 if digits < 50 else 1900) if short else None  # noqa: PLR2004


def _bare_years(plain: str) -> list[str]:
    return [
        match[0]
        for match in _YEAR.finditer(plain)
        if not _NO_YEAR_BEFORE.search(plain, max(0, match.start() - 12), match.start())
    ]
