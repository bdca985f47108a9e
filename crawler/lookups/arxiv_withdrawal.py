"""Detect by its comment or abstract that a paper was withdrawn. Pure.

arXiv has no field for it: the comment of the last version says so, or the beginning of the abstract. Both also mention
other withdrawals (from a conference, of a drug, of an earlier version), so only sentences about the paper itself count.
In 76,000 comments the most frequent is "This paper has been withdrawn by the author"; others announce or request the
withdrawal, which on arXiv takes effect with that submission.
"""

from __future__ import annotations

import re

_THING = r"(?:paper|article|manuscript|submission|pre-?print|e-?print|work|version|report|draft|note)"
_WITHDRAWN = r"with?draw(?:n|an|ed)?\b"
_FROM_ELSEWHERE = (
    r"(?!(?: by (?:the )?(?:\w+ )?authors?(?:\(s\))?)?,? (?:from|at|in) "
    r"(?!(?:the )?(?:arxiv|archive|public|site|server|repository)\b|order\b|favou?r\b|light\b|view\b))"
)
_BY = (
    r" (?:(?:from|by) (?:the |its )?(?:\w+ )?(?:authors?|arxiv|archive|submitter)"
    r"|due|because|as|since|for|pending|to|after)\b"
)
_START = r"(?:^|[.;:!?)\]\"] |\bpages?,? |\bfigures?,? |\btables? |\d )(?:arXiv admin note: )?"
_IS = r"(?:is|was|has been|has bee|have been)"

_STATED = re.compile(
    rf"{_START}(?:this (?:{_THING} )?{_IS}|(?:the )?{_THING} (?:is|has been|has bee)) "
    rf"(?:temporarily |now |hereby )?{_WITHDRAWN}{_FROM_ELSEWHERE}",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rf"(?:arXiv admin note: )?(?:(?:the )?{_THING} )?(?:withdrawn|withdraw|withdrawing|withdrawal)"
    rf"(?: *(?:$|[.,;:!(])|{_BY})",
    re.IGNORECASE,
)
_REQUESTED = re.compile(
    rf"(?<!\w)(?:(?:we|i|authors?|coauthors|have|has|had|to|kindly|sincerely|hereby|are|am) )"
    rf"(?:withdraw|withdrawing|(?:request|requesting)(?: the)? withdrawal of)"
    rf" (?:this|the current|the|our|my)(?: current)? (?:version of (?:this|the|our) )?{_THING}\b{_FROM_ELSEWHERE}",
    re.IGNORECASE,
)
_REVOKED = re.compile(
    r"\b(?:not|never|no longer|been un)[ -]?(?:been )?withdraw|\b(?:restored|reinstated)\b", re.IGNORECASE
)


def is_withdrawn(comment: str | None, abstract: str | None) -> bool:
    """Return whether comment or abstract, each on one line, say that the paper was withdrawn.

    In the abstract only the first sentence counts: the others may be about the withdrawal of something else.
    """
    is_announced = comment and (_STATED.search(comment) or _BEGINS.match(comment) or _REQUESTED.search(comment))
    if comment and is_announced and not _REVOKED.search(comment):
        return True
    first_sentence = re.split(r"(?<=[.!?]) ", abstract or "", maxsplit=1)[0]
    return bool(_STATED.match(first_sentence) or (first_sentence == abstract and _BEGINS.match(first_sentence)))
