"""Find the track of a paper at a venue (`oral`, `demo` …) in a text. Pure."""

from __future__ import annotations

import re

_TRACKS = {
    "oral": r"orals?|long talk",
    "spotlight": r"spotlights?",
    "highlight": r"highlights?",
    "findings": r"findings",
    "demo": r"demo(?:nstration)?s? (?:track|papers?|session)|system demonstrations?|demonstrations(?! of| video)",
    "tutorial": r"tutorial",
    "industry": r"industr(?:y|ial) (?:track|papers?|session)|applied data science",
    "datasets": r"(?:data ?sets?|D) ?(?:and|&|/) ?(?:benchmarks?|B\b)(?: track)?",
    "tiny paper": r"tiny ?papers?",
    "blogpost": r"blog ?posts? track|ICLR (?:\d{4} )?blog ?posts?",
    "student abstract": r"student abstracts?",
}
_TRACK = re.compile(rf"\b(?:{'|'.join(f'({words})' for words in _TRACKS.values())})\b", re.IGNORECASE)


def track_in(text: str) -> str | None:
    """Return the first track in a text (`oral`, `demo` …); None if there is none."""
    match = _TRACK.search(text)
    return list(_TRACKS)[match.lastindex - 1] if match and match.lastindex else None
