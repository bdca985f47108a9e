"""Parse the display texts that stores and journals kept in place of reason codes before there were codes."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from crawler.models.reason import PLACEHOLDER, Reason, ReasonCode, reason_texts

_ADDED = "; "
"""The beginning of a text that was appended to another one."""


@lru_cache(maxsize=10_000)
def former_reason(text: str) -> Reason:
    """Return the reason that a former text stood for: `other`, with the text as its detail, if it is not known."""
    not_saved, additions = _additions()
    for addition, code in additions.items():
        if text.endswith(addition) and text != addition:
            return former_reason(text.removesuffix(addition)).plus(Reason(code))
    before, separator, error = text.partition(not_saved)
    if before and separator:
        return former_reason(before).plus(Reason(ReasonCode.NOT_SAVED), former_reason(error))
    for pattern, code in _patterns():
        if (match := pattern.fullmatch(text)) is not None:
            details = match.groupdict()
            return Reason(code, *(details[name] for name in reason_texts()[code].names if name in details))
    return Reason(ReasonCode.OTHER, text)


@cache
def _additions() -> tuple[str, dict[str, ReasonCode]]:
    """Return the text that preceded an error of saving an image, and the other appended texts with their codes."""
    appended = {
        former: code for code, row in reason_texts().items() for former in row.former if former.startswith(_ADDED)
    }
    not_saved = next(former for former, code in appended.items() if code is ReasonCode.NOT_SAVED)
    return not_saved, {former: code for former, code in appended.items() if former != not_saved}


@cache
def _patterns() -> list[tuple[re.Pattern[str], ReasonCode]]:
    """Return a pattern for each text that was not appended: texts without details first, then by literal length.

    The longest first, so that "HTTP 200 accepted (ACCEPT)" is not read as "HTTP {status}".
    """
    texts = [
        (former, code) for code, row in reason_texts().items() for former in row.former if not former.startswith(_ADDED)
    ]
    texts.sort(key=lambda text: (bool(PLACEHOLDER.search(text[0])), -len(PLACEHOLDER.sub("", text[0]))))
    return [(_pattern(former), code) for former, code in texts]


def _pattern(former: str) -> re.Pattern[str]:
    """Return a pattern for a template: its literal text, and a group of one or more characters for each detail."""
    pieces = PLACEHOLDER.split(former)  # literal texts and names of details in turn
    parts = (re.escape(piece) if i % 2 == 0 else f"(?P<{piece}>.+?)" for i, piece in enumerate(pieces))
    return re.compile("".join(parts), re.DOTALL)
