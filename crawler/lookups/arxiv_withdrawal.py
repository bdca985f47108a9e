"""Does a paper's author, or arXiv, say that it was withdrawn? Pure.

arXiv has no field for it: the word stands in the comment of the last version, or at the beginning of the abstract. Both
talk of other things being withdrawn too (from a conference, drugs, an earlier version), so what counts is a sentence
that begins by saying so of the paper itself. Of 76,000 comments most of these say "This paper has been withdrawn by the
author"; others announce it or ask for it, which on arXiv is done by the very submission that says so.
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

_SAID = re.compile(
    rf"{_START}(?:this (?:{_THING} )?{_IS}|(?:the )?{_THING} (?:is|has been|has bee)) "
    rf"(?:temporarily |now |hereby )?{_WITHDRAWN}{_FROM_ELSEWHERE}",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    rf"(?:arXiv admin note: )?(?:(?:the )?{_THING} )?(?:withdrawn|withdraw|withdrawing|withdrawal)"
    rf"(?: *(?:$|[.,;:!(])|{_BY})",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    rf"(?<!\w)(?:(?:we|i|authors?|coauthors|have|has|had|to|kindly|sincerely|hereby|are|am) )"
    rf"(?:withdraw|withdrawing|(?:request|requesting)(?: the)? withdrawal of)"
    rf" (?:this|the current|the|our|my)(?: current)? (?:version of (?:this|the|our) )?{_THING}\b{_FROM_ELSEWHERE}",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:not|never|no longer|been un)[ -]?(?:been )?withdraw|\b(?:restored|reinstated)\b", re.IGNORECASE
)


def is_withdrawn(comment: str | None, abstract: str | None) -> bool:
    """Tell whether comment or abstract, each on one line, say that the paper was withdrawn.

    In the abstract only its first sentence counts: papers are written about what others withdraw.
    """
    said = comment and (_SAID.search(comment) or _BEGINS.match(comment) or _DECIDED.search(comment))
    if comment and said and not _TAKEN_BACK.search(comment):
        return True
    first = re.split(r"(?<=[.!?]) ", abstract or "", maxsplit=1)[0]
    return bool(_SAID.match(first) or (first == abstract and _BEGINS.match(first)))
