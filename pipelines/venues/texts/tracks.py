"""Find the track of a paper at a venue (`oral`, `demo` …) in a text. Pure."""

from __future__ import annotations

import re

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


def track_in(text: str) -> str | None:
    """Return the first track in a text (`oral`, `demo` …); None if there is none."""
    match = _TRACK.search(text)
    return match.lastgroup if match else None
