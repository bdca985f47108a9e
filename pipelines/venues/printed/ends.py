"""Cut a text behind the name of a venue at its beginning. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.acronyms import name_before_initials
from pipelines.venues.printed.leads import without_last_words, without_lead
from pipelines.venues.printed.listed import listed_name
from pipelines.venues.printed.words import EVENT, KIND, MONTH, ORDINAL

_END = re.compile(
    r"(?<![\s,])[\s,]*+(?:(?:19|20)\d\d|['’/]\d\d\b|(?-i:(?<=[A-Z]{3})(?<!COVID))-?\d\d\b(?![-–\d])|[(\[;|]|"
    r"\b(?:vol(?:ume[ns]?)?|vo(?=[\s.]*\d)|no|nr|special(?= issue)|pp?|pages?|art(?:icle)?(?=[\s.]*(?:id|no|\d))|"
    r"issue|number(?=\s*\d)|eds?|(?:edited|published) by|held|n°|doi|issn|isbn|copyright)\b(?!-[A-Za-z])|"
    r"\bv(?=\.?\s*\d)|-V\d|(?:(?<=\s)|:\s++)(?:\d(?!D\b|\d?(?:st|nd|rd|th)\b)|[A-Za-z]\d(?![A-Z]))|"
    rf"(?<=[,\s])(?:{MONTH}|Spring|Summer|Fall|Autumn|Winter)(?:\s*[-–/]\s*{MONTH})?\s*(?:\d(?!\d{{0,2}}\s?\()|issue)|"
    rf"(?<=\s)(?:in|on) {MONTH}\b|(?<=\s)[-–]+ the\b|(?<=\s)/\s).*$",
    re.IGNORECASE | re.DOTALL,
)
_BEHIND_NAME = re.compile(
    r"(?<=[a-z]{4})\.\s+[A-Z]\w+(?: [A-Z]\w+)?(?:, [A-Z]{2})?: [A-Z].*$|"
    r"(?<=[a-z]{4})[.,]\s+(?:[A-Z][\w-]+ ){1,3}(?:Publish(?:ers?|ing)|Press|Verlag)\b.*$|"
    r"(?<=\w)(?:[.,:]|\s[-–])?\s+(?:Springer|Elsevier|IEEE (?:Press|Computer Society)|(?:ACM|MIT) Press|"
    r"World Scientific|(?:[A-Z]\w+ )?University (?:of [A-Z]\w+ )?Press|(?:AIP|ASI|ASP|SIF) Conf|Lecture Notes|LNCS|"
    r"LNAI|CEUR|PoS\b|Astrophysics and Space Science (?:Library|Proceedings)).*$|"
    r"(?<=[\w'’\"]) (?:at|during|within) the (?=.{0,80}\b(?:Conference|Symposium|School|Congress|Meeting)\b).*$",
    re.DOTALL,
)
_PUBLISHER_AS_EDITOR = re.compile(
    r",\s+(?:[A-Z][\w'’-]+ (?:[A-Z]\. )?[A-Z][\w'’-]+(?:, | & | and )?){1,8}\s?\(Eds?\b.*$|"
    r"(?<=\w) (?:\w+ (?:Press|Verlag|Publishers?)|IGI Global|World Scientific|[A-Z][\w-]+) \(Eds?\.?\).*$|"
    r"\.\s+(?:[A-Z][\w.'’-]*,?\s+(?:and |& )?){2,12}\(?[Ee]ds?\b.*$|"
    r",\s+[A-Z][\w'’-]+, [A-Z][\w'’-]+ and [A-Z][\w'’-]+, [A-Z][^()]{0,200}\([Ee]ds?\b.*$",
    re.DOTALL,
)
_SENTENCE_BEHIND = re.compile(
    r"(?:(?<=Conference)|(?<=Symposium)|(?<=Workshop)|(?<=Congress))\.\s+(?=[A-Z][a-z]).*$|"
    r"(?<=[a-z]{7})\.\s+[A-Z][a-z]+[\w&.:, ]{0,50}$"
)
_INNER_EVENT = re.compile(rf"(?<![,;])\s(?={ORDINAL} (?:[\w/-]+ ){{0,5}}{EVENT.pattern})", re.IGNORECASE)
_BARE_EVENT = re.compile(r"(?:International |National |European )?(?:Conference|Symposium|Workshop)\s*(?:[^\w\s]|$)")
_PUBLISHERS = frozenset(
    {"Taylor & Francis", "Taylor and Francis", "Wiley & Sons", "John Wiley & Sons", "Chapman & Hall"}
)
_SOCIETY = re.compile(
    r"(?:IEEE|ACM|AMS|LMS|SPIE|IRE|(?:Royal|American|London|Edinburgh|National)\b.*|"
    r"(?:[A-Z][\w-]+ )+(?:Society|Academy|Institute|Union)(?: (?:of|for) .*)?)"
)
_SOCIETY_SERIES = re.compile(r"[A-Z]{2,5} Conf(?:erence|\.) (?:(?:Proceedings?|Series)\b|Ser\.)")
_SECTION = re.compile(r",?\s?([A-Z])(?=\d)")  # of a journal, before its volume
_LIST = re.compile(r"\band\b|&", re.IGNORECASE)
_NEW_PART = re.compile(rf"{ORDINAL}|.*\b(?:Universit|College|Institut|Department|Union of|Society of)", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:on|of|in|for) | - |\b(?:Conference|Congress|Symposium|Workshop) ", re.IGNORECASE)
_OF_ONE_SUBJECT = re.compile(r"(?:International )?(?:Journal|Studies|Transactions) (?:of|on|in) \w+(?: \w+)?")
_LAST_SUBJECT = re.compile(r"(?:[A-Z]\w+ ){1,3}(?:and|&) [A-Z]\w+(?: [A-Z]\w+){0,2}")
_SENTENCE_WITHIN = re.compile(r"(?<=[a-z]{5})\.\s+[A-Z].*$", re.DOTALL)
_TRAILING = frozenset(
    {"Proceedings", "Proceeding", "proceedings", "proceeding", "The", "and", "at", "for", "in", "journal", "of", "on"}
    | {"On", "USA", "the", "with"}
)
_MIN_SUBTITLE = 3  # words; the first of a list after a colon has fewer
_MAX_LISTED = 4  # words of each part of a name such as "Computers, Environment and Urban Systems"


def cut_behind_name(text: str) -> str:
    """Return a text up to the end of the name at its beginning: its volume, year, place, publisher or editors."""
    if society := _SOCIETY_SERIES.match(text):
        return society[0]
    name = _END.sub("", _PUBLISHER_AS_EDITOR.sub("", text), count=1).strip(" ,:;-–'")
    if not listed_name(name):
        name = _event_within(_BEHIND_NAME.sub("", name).rstrip(" ,"))
    if name.count('"') % 2 or name.count('"') == len(name) - len(name.strip('"')):
        name = name.strip('" ')
    if listed_name(name):
        section = _SECTION.match(text, len(name)) if text.startswith(name) else None
        return f"{name} {section[1]}" if section and listed_name(f"{name} {section[1]}") else name
    return name_before_initials(text) or _without_place(without_last_words(name, _TRAILING))


def is_bare_event(name: str) -> bool:
    """Return whether a name says the kind of an event only: "International Conference"."""
    return _BARE_EVENT.match(without_lead(name)) is not None


def is_society(name: str) -> bool:
    """Return whether a name is that of a society, whose proceedings are named after it."""
    return _SOCIETY.fullmatch(name) is not None


def _event_within(name: str) -> str:
    """Return the numbered event behind the title of its proceedings: "Dream Studies 5th Conference on Dreams"."""
    if EVENT.search(name):
        name = _SENTENCE_BEHIND.sub("", name)
    inner = _INNER_EVENT.search(name)
    if inner is None or KIND.search(name, 0, inner.start()):
        return name
    event = without_lead(name[inner.end() :])
    return name[: inner.start()].rstrip(" .:") if is_bare_event(event) else event


def _without_place(name: str) -> str:
    """Return a name up to the first comma, or up to the end of a list of subjects in it."""
    parts = re.split(r",\s+", name)
    joined = (", ".join(parts[:count]) for count in (3, 2))
    if listed := next(filter(listed_name, joined), None):
        return listed
    is_list = len(parts) > 1 and (
        any(map(_LIST.search, parts[1:3]))
        if " " not in parts[0]
        else _OF_ONE_SUBJECT.fullmatch(parts[0]) and _LAST_SUBJECT.fullmatch(parts[1])
    )
    if listed_name(parts[0]) and not is_list:
        return parts[0]
    stop = next((index for index, part in enumerate(parts[1:], 1) if _NEW_PART.match(part)), len(parts))
    tails = [_SUBJECT.split(part)[-1] for part in parts[:stop]]
    lists = [_LIST.search(part) is not None and part not in _PUBLISHERS for part in (tails[0], *parts[1:stop])]
    end = lists.index(True) if True in lists else 0
    if end and all(len(part.split()) <= _MAX_LISTED for part in tails[:end]):
        return _SENTENCE_WITHIN.sub("", ", ".join(parts[: end + 1]))
    first = without_last_words(parts[0], _TRAILING)
    base, _, subtitle = first.partition(": ")
    return base if len(parts) > 1 and len(subtitle.split()) < _MIN_SUBTITLE else first
