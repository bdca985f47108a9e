"""Words that references have beside or in the names of venues, as patterns. Pure."""

from __future__ import annotations

import re

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
ORDINAL = (
    r"(?:\d{1,3}[- ]?(?:st|nd|rd|th|d(?= (?:Int|Conf|Symp|Work|Annual|Meet|European)))|"
    r"\d{1,3}(?:[eè]mes?|[eè]res?|er?)|"
    r"(?-i:[XVILC]{1,8}(?:st|nd|rd|th|[eè]mes?|e))|\w+i[eè]me|(?:twenty-|thirty-|forty-)?(?:first|second|third|fourth|"
    r"fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth))\b"
)
EVENT = re.compile(r"(?:Conference|Symposium|Workshop|Congress|Colloquium|Meeting|School)\b")
KIND = re.compile(
    r"\b(?:Conf|Symp|Congr|Colloq|Worksh|Semin|Meeting|Journ[ae]|J\.(?![A-Z]\.)|Journée|Trans|Lett|Rev|Proc(?!ess)|Bulletin|"
    r"Magazine)",
    re.IGNORECASE,
)
"""What the name of a venue has, but not that of a book."""
