"""Arrange a reference so that it begins with its venue: without title, editors and volume before the name. Pure."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from pipelines.venues.printed.listed import is_book_series
from pipelines.venues.printed.words import EVENT, KIND, MONTH, ORDINAL

_QUOTED = re.compile(
    r"[\"“]([^\"“”]{10,300})[\"”],?|``([^`']{10,300})'',?|(?<!`)`([^`'’]{10,300})['’],?|^'([^']{10,300})',?|'([A-Z][^']{10,300}[.,])'"
)
_AT_QUOTE = re.compile(
    r"(?:\b(?:in|of|the|on|en|les|des|sur|sobre|conference|symposium|workshop)|:)[\s(]*$", re.IGNORECASE
)
_BEFORE_QUOTE = re.compile(
    rf"^(?:(?:19|20)\d\d, )?(?:in )?(?:proc\w*\.? (?:of )?)?(?:the )?(?:{ORDINAL} )?"
    r"(?:conference|congress|meeting)?\s*$",
    re.IGNORECASE,
)
_EVENT_WORD = re.compile(r"(?<=the )(?:conference|congress|meeting)\s*$")
_PART_OF = re.compile(
    r"^[^.]{0,60}\b(?:chapter|paper|article|contribution)\b[^.]{0,30}\b(?:in|of|to)(?: the)?(?: book)? *$|"
    r"^in the book *$|\b(?:eds?|editors?)\b[\s.,:)]*$",
    re.IGNORECASE,
)
_NO_NAME_BEHIND = re.compile(
    r"[\s,.:(]*(?:$|\d|(?:eds?|edited|edt|v|vol(?:ume)?|pp?|pages?|no|book|isbn)\b|"
    r"(?-i:(?:[A-Z][\w.'’-]*,? (?:and |& |et al\.? )?){1,12}\(?[Ee]ds?\b))",
    re.IGNORECASE,
)
_JOURNAL_QUOTED = re.compile(r"[.,] (?:the )?journal\s*$", re.IGNORECASE)
_VOLUME = re.compile(r"\s*\d{1,3}\s?\(")
_PUBLISHER_BEHIND = re.compile(r"[\s,.]*[A-Z][a-z]+(?:, [A-Z]{2})?: [A-Z]")  # "Providence, RI: AMS"
_ERRATUM_FIRST = re.compile(r"^Erratum[^;]{0,60};\s*", re.IGNORECASE)
_ERRATUM = re.compile(
    r"[;.,(\[]\s*(?:Erratum|Errata|Corrigendum|see also|also in|(?:conference|earlier|extended|full|journal|"
    r"preliminary|short)\w* (?:abstract|version)\b.{0,20}? in)\b|\.\s+Corrections?:|"
    r"(?<=\)) (?:and|&) [^()]{5,60}\((?:19|20)\d\d\),? \((?:Erratum|Corrigendum)\)",
    re.IGNORECASE,
)
_GLUED_VOLUME = re.compile(
    r"^[A-Z]{3,6}(?=\d{1,4}[\s:(,])|(?:(?<=[a-z]\.)|(?<=\.[A-Z])|(?<=\. [A-Z]))(?=\d{1,4}(?:S\d?)?[\s:(,])|"
    r"(?<=\.[A-Z][a-z])[a-z]*(?=\d{1,4}:[A-Z]?\d)|^(?i:econf)(?=C\d{6})|"
    r"(?<=[a-z])(?=[A-Z]\d{1,4}:[A-Z]?\d)|^[A-Za-z.]*[a-z](?=\d{1,4}:[A-Z]?\d)"
)
_GLUED_WORD = re.compile(
    r"(?<=\bProc\.)(?=[\dA-Z])|(?<=[a-z]{3})(?=Vol(?:ume|\.)\s*\d)|(?<=\bIEEE)(?=Trans)|(?<=\bACM)(?=Trans)"
)
_GLUED_PAGES = re.compile(r"(?<=[a-z]{3})\.(?=pp?\.?\s?\d)")  # "and Applications.pp1-12"
_JOINED = re.compile(
    r"(?<![\w-])(?:[A-Z][a-z]+-){0,6}Journal-(?:(?:[A-Z][a-z]+|and|for|in|of|on)-)+[A-Z][a-z]+\b|"
    r"(?<![\w.])[A-Z][a-z]{4,}(?:\.(?:[A-Z][a-z]{4,}|and|of)){2,}\."
)  # "Journal-of-Dream-Science", "Journal.Dream.Science."
_PART_IN_BRACKETS = re.compile(r"\s?\(((?:Proc\. ?)?Suppl\.|Lett(?:ers|\.))\)")  # "Nucl. Phys. B (Proc. Suppl.)"
_BIBITEM = re.compile(r"^\\bibitem(?:\[[^\]]*\])?\{[^}]*\}\s*")
_INITIALS = re.compile(r"\b[A-Z]\.")
_ORGANIZERS = re.compile(r"\b(IEEE|ACM|IFIP)\s+/\s*(?=[A-Z])")
_IN_BRACKETS = re.compile(r"^\(([A-Z][a-z][^()]{20,200}|[A-Z]{3,10}(?=\),))\)|^\[([^\[\]]{20,300})\](?=,)")
_ENTITY = re.compile(r"&#?\w{2,8};")
_OF_SOCIETY = re.compile(r"^(?:in )?proc\w*\.? of the (?:IEEE|ACM) (?=(?:19|20)\d\d [A-Z])", re.IGNORECASE)
_PROCEEDING = re.compile(r"\bPro(?:ceeding|\w{1,4}e+dings?)(?= of\b)|^Pro\w{1,4}e+dings\b", re.IGNORECASE)
_COMPANION = re.compile(r"(?<=conference) companion(?= (?:to|on|of)\b)", re.IGNORECASE)
_SECOND = re.compile(r"(?<=\d)[^;]{0,40};\s+(?=[A-Z])")
_YEAR_FIRST = re.compile(r"^\(((?:19|20)\d\d)\)[\s,.:]*(?=[^\W\d_])(.+)", re.DOTALL)
_VOLUME_FIRST = re.compile(
    r"^((?:(?:(?:(?:pp?|pages?|vol(?:ume)?|nos?|(?:supplementary )?iss(?:ue)?|number|year|issn)\b|pp?(?=\d))"
    r"[.:]?\s*(?=\S*\d)"
    rf"[\w–/-]+|(?:{MONTH}[\s/-]+){{1,2}}\d{{4}}|\d{{4}})[\s,;.-]+(?:in (?=[A-Z]))?)+)(?=[A-Z][^\W\d_])",
    re.IGNORECASE,
)
_BIBCODE = re.compile(r"^((?:19|20)\d\d)([A-Z][A-Za-z&]{0,4})[.\dA-Z]{9,13}[A-Z]\b")
_SCIENCE = re.compile(r"\bPoS(?:[\s:]+(?=[A-Z])|(?=[A-Za-z]*[A-Z]{2}))")  # "PoS LAT2007:052"
_SOCIETY_LAST = re.compile(
    r"^([^\d(]+?), ((?:IEEE/ACM|ACM/IEEE|IEEE|IET|ACM)"
    r"(?: (?:Transactions|Journal)(?: on| of)?\s*(?=[,.(\d]|vol)|\s*(?=\(|,\s*vol)))",
    re.IGNORECASE,
)  # "Dreams and Naps, IEEE Transactions on, vol. 3"
_EVENT_LAST = re.compile(
    r"^(?P<subject>[^()]{5,120}?)(?: \((?P<short>[^()]{2,30})\))?, (?:(?P<year>(?:19|20)\d\d)\.? )?"
    r"(?:(?P<acronym>[A-Z]\w*) ?['’]?(?:19|20)?\d\d\. )?(?:Proceedings of the )?"
    r"(?P<event>[^,.;()]{0,60}\b(?:Conference|Symposium|Workshop|Congress) on)\b"
    r"(?=[\s.,;]*(?:$|[,.;(]|\d|and (?:19|20)\d\d|vol))",
    re.IGNORECASE,
)  # "Dreams (DREAM), 2011 3rd International Conference on"
_EVENT_UNNAMED = re.compile(
    rf"^(?:in:? )?_?(?P<subject>[A-Z][^.,:;()\d]{{5,80}})[,:.] (?P<event>Proc(?:eedings|\.) of the (?:{ORDINAL} )?"
    r"(?:(?:Annual|International|European|IEEE|ACM) ){0,3}(?:Conference|Symposium|Workshop|Congress))"
    r"(?=\s*(?:$|[,.;:(_]))",
    re.IGNORECASE,
)  # "Dreams, Proceedings of the 3rd International Conference"
_SPIE = re.compile(r"^Proceedings Volume (?=\d{4,5}, )|^Proc(?:eedings|\.)? (?:of )?(?:the )?SPIE (?=[A-Z][a-z])")
_ARTICLE = re.compile(r"^.{3,200}?\bArticle:.{10,300}?[.?!]\s?(?=(?:[A-Z]\w+ ){0,3}Journal\b)", re.DOTALL)
_RUSSIAN = re.compile(r"^.{20,}?\s//\s*(?=[A-Z])", re.DOTALL)  # authors and title before the slashes
_ACRONYM_FIRST = re.compile(
    r"^(?:\((?:[A-Z]{3,10}|\w+ version)\)\s*(?=[A-Z])|\w+ version:\s+|.{20,120}? [-–] [Bb]ook [Cc]hapter in (?=[A-Z])|"
    r"IOP (?:Publishing|Conf(?:erence|\.) Series:) (?=J)|"
    r"(?:\d+\w\w |\w+th )?International (?:Conference|Symposium|Workshop),\s+(?=[A-Z][\w-]*[A-Z])|"
    r"[A-Z]{3,10}, (?=(?:[A-Z]\w+ ){0,3}(?:Conference|Symposium|Workshop) on\b))"
)
_SERIES_FIRST = re.compile(
    r"^((?:LN[A-Z]{2,4}|CCIS|AISC|Lecture Notes in [\w ]{5,40}),?\s{1,5}(?:vol(?:ume)?\.?\s{0,5})?\d+),\s+"
    r"(?!Springer|Elsevier|Birkh|Part |Volume |Pages )(?=[A-Z][a-z]+ [A-Za-z])"
)
_SERIES_BEFORE = re.compile(
    r"^(?:Lecture Notes in [\w ]{5,40}|LNCS), (?=\d+\w\w (?:\w+ ){0,3}(?:Conference|Symposium|Workshop)\b)"
)
_SPECIAL_ISSUE = re.compile(
    r"[.,]?(?<!\s)\s*+\(?\bspecial issue (?:dedicated to|devoted to|for|from|of) (?:the )?"
    r"(?-i:[A-Z][a-z]{0,6}[A-Z]\w{0,12})[\s-]?['’]?(?:19|20)?\d\d\b\)?",
    re.IGNORECASE,
)  # "Journal of Dreams, special issue for NAP 2010"
_COMPTES_RENDUS = re.compile(r"\bC\. ?R\. (?=Physique|M[eé]canique|Chimie|Biologies|G[eé]oscience)")
_UNIVERSITY_FIRST = re.compile(
    r"^(?:[A-Z]\w+ ){0,3}Universi\w+(?: (?:of|de|di|do) [A-Z]\w+){0,2}, "
    rf"(?=[^,]*(?:{KIND.pattern}|conf[eê]r))",
    re.IGNORECASE,
)  # "University of Dreams, Faculty of Science Bulletin"
_SECTION = re.compile(r",\s+(?:Section\s+)?([A-Z])(?=\s\d|,\s)")  # "Nucl. Instrum. Meth., Section A, 595"
_GLUED_COMMA = re.compile(r"(?<=[A-Za-z])(?: ,|,)(?=[A-Za-z\d])")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ACCENT = re.compile(r"\\(?:([\"'`^~=.])\s*|([cvuHkr])\s+|([cvuHkr])(?=\{))\{?\\?([A-Za-z])\}?")
_ACCENTS = dict(
    zip("\"'`^~=.cvuHkr", "\u0308\u0301\u0300\u0302\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u0328\u030a", strict=True)
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[lLoOi])(?![A-Za-z])\s?")
_FONT = re.compile(r"\\(?:text(?:it|bf|sl|rm)|emph|it|em|bf|sl|rm)\b\s*")
_SPACE = re.compile(r"\\ |(?<!\\)~")
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å"} | dict(
    zip("lLoOi", "łŁøØı", strict=True)
)


def arrange(reference: str) -> str:
    """Return a reference with its venue's name first and its volume, pages and year behind."""
    reference = _SPIE.sub("Proc. SPIE, ", _BIBITEM.sub("", reference.strip()))
    reference = _ENTITY.sub(lambda match: unescape(match[0]), reference)
    reference = _OF_SOCIETY.sub("Proceedings of the ", reference)
    plain = _ERRATUM.split(_without_title(_ERRATUM_FIRST.sub("", without_tex(reference).strip())), maxsplit=1)[0]
    if (second := _SECOND.search(plain)) and _YEAR.search(plain, 0, second.end()):
        plain = plain[: second.end()].rstrip("; ")  # "JETP Lett. 5 (2001) 1; Pisma Zh. 6 (2000) 2"
    plain = _IN_BRACKETS.sub(r"\1\2", _ORGANIZERS.sub(r"\1/", plain.strip().removeprefix("Dans ")))
    plain = _COMPTES_RENDUS.sub("Comptes Rendus ", _SPECIAL_ISSUE.sub("", plain))
    plain = _JOINED.sub(lambda match: re.sub("[-.]", " ", match[0]), _UNIVERSITY_FIRST.sub("", plain.strip()))
    plain = _ACRONYM_FIRST.sub("", _SERIES_BEFORE.sub("", _RUSSIAN.sub("", _ARTICLE.sub("", plain))))
    if series_first := _SERIES_FIRST.match(plain):
        plain = f"{plain[series_first.end() :]}, {series_first[1]}"
    if unnamed := _EVENT_UNNAMED.match(plain):
        plain = f"{unnamed['event']} on {unnamed['subject']}{plain[unnamed.end() :]}"
    if event_last := _EVENT_LAST.match(plain):
        short = event_last["short"] or event_last["acronym"]
        acronym = f" ({short})" if short else ""
        year = f", {event_last['year']}" if event_last["year"] else ""
        plain = f"{event_last['event']} {event_last['subject']}{acronym}{year}{plain[event_last.end() :]}"
    if bibcode := _BIBCODE.match(plain):
        plain = f"{bibcode[2]} ({bibcode[1]})"
    if year_first := _YEAR_FIRST.match(plain):
        plain = f"{year_first[2]} ({year_first[1]})"
    if (volume := _VOLUME_FIRST.match(plain)) and len(plain) > volume.end():
        first = volume[1].rstrip(" ,;.")
        plain = f"{plain[volume.end() :]}, {f'({first})' if _YEAR.fullmatch(first) else first}"
    if society_last := _SOCIETY_LAST.match(plain):
        society = society_last[2].strip()
        society += " on" if society.endswith("Transactions") else ""
        rest = plain[society_last.end() :]
        plain = f"{society} {society_last[1]}{' ' * rest[:1].isdigit()}{rest}"
    plain = _GLUED_COMMA.sub(", ", _GLUED_PAGES.sub(", ", _GLUED_WORD.sub(" ", plain)))
    plain = _SECTION.sub(r" \1", plain)
    plain = _PART_IN_BRACKETS.sub(r" \1", plain)
    plain = _COMPANION.sub("", _PROCEEDING.sub("Proceedings", plain))
    return _GLUED_VOLUME.sub(r"\g<0> ", _SCIENCE.sub("PoS, ", plain).replace("&,", "&"))


def without_tex(text: str) -> str:
    r"""Return a text with its accents in TeX as letters, and without braces: r"F\"orster", "Congr{è}s"."""
    accented = _ACCENT.sub(
        lambda match: unicodedata.normalize("NFC", match[4] + _ACCENTS[match[1] or match[2] or match[3]]), text
    )
    letters = _LETTER.sub(lambda match: _LETTERS[match[1]], _FONT.sub("", accented))
    return _SPACE.sub(" ", letters).replace("{", "").replace("}", "").replace("\\&", "&")


def _without_title(reference: str) -> str:
    """Return a reference without the quoted title of a paper and the authors before it; a venue's name stays."""
    quoted = _QUOTED.search(reference)
    if quoted is None:
        return reference
    before, behind = reference[: quoted.start()], reference[quoted.end() :]
    title = next(filter(None, quoted.groups()))
    text = title.rstrip(" ,")
    comma = "," * quoted[0].endswith(",")
    is_first = not _YEAR.sub("", before).strip(" ,.:") or before == "From "
    is_book = (
        any(pattern.match(behind) for pattern in (_NO_NAME_BEHIND, _PUBLISHER_BEHIND))
        or KIND.search(text)
        or is_book_series(behind.lstrip(" ,.:"))
    )
    is_paper = title.endswith(",") and _VOLUME.match(behind)  # "Dreams of Naps," 16(9)
    if _PART_OF.search(before) or (is_first and is_book and not is_paper):
        return f"{text}; {behind} {before if is_first else ''}".rstrip(" ,")
    if is_first:
        return f"{behind.lstrip(' ,.:;')} {before}".rstrip(" ,")
    if _BEFORE_QUOTE.match(before):
        return f"{_EVENT_WORD.sub('', before)}{text}; {behind}"
    if _JOURNAL_QUOTED.search(before):
        return f"{text}, {behind.lstrip(' ,')}"
    if KIND.search(_INITIALS.sub("", before)):
        return reference if _AT_QUOTE.search(before) else f"{before.rstrip(' ,')}{comma} {behind}"
    if _AT_QUOTE.search(before):
        return f"{before}{text}{comma}{behind}"
    if _NO_NAME_BEHIND.match(behind):
        return f"{text}; {behind}" if EVENT.search(text) else f"{before} {behind}"
    year = _YEAR.search(before)
    is_dated = year is None or _YEAR.search(behind) is not None
    return behind.lstrip(" ,.:;") if is_dated else f"{behind.lstrip(' ,.:;')} ({year[0] if year else ''})"
