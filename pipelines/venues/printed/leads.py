"""Remove words that stand before a name, and those that it cannot end with. Pure."""

from __future__ import annotations

import re

from pipelines.venues.printed.words import ORDINAL

_LEADS = (
    r"in:?",
    r"to appear(?: in)?:?",
    r"acc(?:epted|\.)?(?: for publication)? (?:at|in|by)",
    r"(?:also )?(?:published|appeared|appears|publication(?= in ))(?: (?:as|in|on))?:?",
    r"(?:(?:invited )?(?:lecture|paper|talk) )?(?:given |presented )?(?:at|in)(?: the)?(?= )",
    r"(?:awarded as the )?(?:best|invited|keynote|plenary)\b[^,.:]{0,30}(?:talk|papers?|lecture)[,:]",
    r"final version in:?",
    r"papers from(?: the)?",
    r"journal(?: ref(?:erence)?)?:",
    r"(?:19|20)\d\d",
    r"(?-i:[XVI]{2,5}(?= [A-Z]))",
    r"(?:IFIP|Springer(?:-Verlag)?|Elsevier|IEEE|ACM|IOP)(?: Press| Publishing)?(?: Ltd\.?)?[,:](?= [A-Z][a-z]+ )",
    r"(?:book )?chapter\b(?:[\s\w.,-]{0,40}?\b(?:in|of)(?: the)?(?: book)?:?| \d+)?(?=\W)",
    r"special issue (?:on [^,]{3,80},|(?:of|in)(?: the)?\b)",
    r"(?:in )?(?:Chinese|French|German|Japanese|Russian|Spanish)(?: language)?(?=[.,]| in )\.?",
    r"actes (?:du|des|de la|de)",
    r"(?:ref(?:ereed|\.)|workshop and tutorial|post|pre|electronic)[ -]proc(?:eedings|\.)(?: of(?: the)?|,)",
    (
        r"(?:adjunct |conf(?:erence|\.) |IEEE |ACM )?proc(?:e+dings?|s)?\.?(?: \(CD-?ROM\))?,? (?:of:?(?: the)?|the|"
        rf"(?-i:(?=[A-Z]{{3,}}))|(?={ORDINAL}|\d{{4}}|Int(?:ernational|l?\.)|IEEE |(?-i:[A-Z]\w+) ?['’]\d\d))"
    ),
    r"proc(?:eedings)?\.?:",
    r"conference(?= \d)",
    rf"(?:the|les?)(?= (?:\d|(?:international )?journal|proc|{ORDINAL}))",
    rf"(?:IEEE|ACM|IFIP)(?:/[A-Z]+)? (?={ORDINAL})",
    rf"{ORDINAL}(?: annual)?",
)
_LEAD = re.compile(rf"^(?:(?:{'|'.join(_LEADS)})(?:\b|(?<=\W))[\s,:]*+)+", re.IGNORECASE)


def without_lead(text: str) -> str:
    """Return a text without what stands before a name at its beginning: "In Proceedings of the 11th"."""
    return _LEAD.sub("", text.strip())


def without_last_words(text: str, words: frozenset[str]) -> str:
    """Return a text without the words of a set, and dashes, that it ends with; its first word stays."""
    parts = text.split()
    while len(parts) > 1 and (parts[-1] in words or not parts[-1].strip("-–/")):
        del parts[-1]
    return " ".join(parts)
