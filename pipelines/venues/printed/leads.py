"""Remove words that stand before a name, and those that it cannot end with. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.words import MONTH, ORDINAL

_LEADS = (
    r"in ?:?",
    r"dans(?= )",
    r"to (?:appear|be published)(?: (?:in|on)(?: the)?)?:?",
    r"acc(?:epted|\.)?(?: for publication)?(?: (?:at|in|by)|,)",
    r"published in (?:19|20)\d\d in(?: the)?(?: book)?:?(?= )",
    r"(?:also )?(?:published|appeared|appears|(?:electronic )?publication(?= in ))(?: (?:as|in|on))?:?",
    (
        r"(?:presented as )?(?:an? )?(?:[a-z]+ )?(?:version|variants?|part|pre-?print)"
        r"(?: of this (?:article|paper|work))?"
        r"(?: \([^()]{1,30}\))?(?: (?:has been|is|was))?(?: (?:accepted|appeared|appears|published|to appear))?"
        r"(?: (?:as|at|for|in|on|to))(?: the)?:?(?= )"
    ),
    r"scheduled for(?: the)?|transl(?:ated|\.) from:?",
    r"(?:presented |published )?as an? (?:demo|lecture|oral|poster|short paper|talk) (?:at|in|for)(?: the)?(?= )",
    rf"(?:\d{{1,2}} {MONTH} \d{{4}} )?issue(?: of(?: the)?)? (?=[A-Z])",
    r"posted since \S+ (?:at|in)",
    r"(?:(?:invited )?(?:lecture|paper|talk) )?(?:given |presented )?(?:at|in)(?: the)?(?= )",
    r"(?:awarded as the )?(?:best|invited|keynote|plenary)\b[^,.:]{0,30}(?:talk|papers?|lecture)[,:]",
    r"papers from(?: the)?",
    r"journal(?: ref(?:erence)?)?:",
    r"(?:19|20)\d\d",
    r"(?-i:[XVI]{2,5}(?= [A-Z])|[XVI](?= (?:Int|National|European|Conf|Symp|Cong|Workshop)))",
    r"(?:IFIP|Springer(?:-Verlag)?|Elsevier|IEEE|ACM|IOP)(?: Press| Publishing)?(?: Ltd\.?)?[,:](?= [A-Z][a-z]+ )",
    r"(?:book )?chapter\b(?:[\s\w.,-]{0,40}?\b(?:in|of)(?: the)?(?: book)?:?| \d+)?(?=\W)",
    r"special issue(?: ?\([^()]{2,30}\),| on [^,]{3,80},| (?:of|in)(?: the)?\b)",
    r"(?:in )?(?:Chinese|French|German|Japanese|Russian|Spanish)(?: language)?(?=[.,]| in )\.?",
    r"act(?:e|a)s (?:du|des|de la|de|da|do)(?: conf[eéê]r[eéê]nc[a-z]+(?= (?-i:[A-Z]{3})))?",
    r"(?:ref(?:ereed|\.)|workshop and tutorial|post|pre|electronic)[ -]proc(?:eedings|\.)(?: of(?: the)?|,)",
    (
        r"(?:adjunct |annual |CD(?:-?ROM)? |conf(?:erence|\.) |IEEE |ACM )?proc(?:e+d(?:ings?)?|s)?\.?"
        r"(?: \(CD-?ROM\))?,? "
        r"(?:of:?(?: the| an(?= International))?|(?:for|from) the|the|(?-i:(?=[A-Z]{3,}))|"
        rf"(?={ORDINAL}|\d{{4}}|Int(?:ernational|l?\.)|IEEE |(?-i:[A-Z]\w+) ?['’]\d\d))"
    ),
    r"proc(?:eedings)?\.?:|proceedings\s+[-–](?= )|proceedings(?= (?-i:[A-Z]\w+) (?:19|20)\d\d\b)",
    r"book:",
    r"proceedings published by",
    rf"{ORDINAL} edition of(?: the)?",
    r"conference(?= \d)",
    rf"(?:the|les?)(?= (?:\d|(?:international )?journal|proc|{ORDINAL}))",
    rf"(?:IEEE|ACM|IFIP)(?:/[A-Z]+)? (?={ORDINAL})",
    rf"{ORDINAL}(?: annual)?",
)
_LEAD = re.compile(
    rf"^(?!in (?:search|silico|situ|vitro|vivo)\b)(?:(?:{'|'.join(_LEADS)})(?:\b|(?<=\W))[\s,:;]*+)+", re.IGNORECASE
)


def without_lead(text: str) -> str:
    """Return a text without what stands before a name at its beginning: "In Proceedings of the 11th"."""
    return _LEAD.sub("", text.strip())


def without_last_words(text: str, words: frozenset[str]) -> str:
    """Return a text without the words of a set, and dashes, that it ends with; its first word stays."""
    parts = text.split()
    while len(parts) > 1 and (parts[-1] in words or not parts[-1].strip("-–/")):
        del parts[-1]
    return " ".join(parts)
