"""Texts that stores and journals held before reasons had codes, read as reasons."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from crawler.models.reason import PLACEHOLDER, Reason, ReasonCode, reason_texts

_ADDED = "; "
"""How a text begins that was added to another."""


@lru_cache(maxsize=10_000)
def former_reason(text: str) -> Reason:
    """Return the reason that a text stood for; one that nobody knows becomes `other`, with the text as its detail."""
    whole, additions = _additions()
    for addition, code in additions.items():
        if text.endswith(addition) and text != addition:
            return former_reason(text.removesuffix(addition)).plus(Reason(code))
    before, found, error = text.partition(whole)
    if before and found:
        return former_reason(before).plus(Reason(ReasonCode.NOT_SAVED), former_reason(error))
    for pattern, code in _patterns():
        if (match := pattern.fullmatch(text)) is not None:
            details = match.groupdict()
            return Reason(code, *(details[name] for name in reason_texts()[code].names if name in details))
    return Reason(ReasonCode.OTHER, text)


@cache
def _additions() -> tuple[str, dict[str, ReasonCode]]:
    """Return the text that stood before why an image was not saved, and those that stood at the end of others."""
    found = {was: code for code, row in reason_texts().items() for was in row.was if was.startswith(_ADDED)}
    whole = next(was for was, code in found.items() if code is ReasonCode.NOT_SAVED)
    return whole, {was: code for was, code in found.items() if was != whole}


@cache
def _patterns() -> list[tuple[re.Pattern[str], ReasonCode]]:
    """Return a pattern for each other text: those without details first, then those with the most words of their own.

    "HTTP 200 accepted (ACCEPT)" is no "HTTP {status}".
    """
    found = [(was, code) for code, row in reason_texts().items() for was in row.was if not was.startswith(_ADDED)]
    found.sort(key=lambda each: (bool(PLACEHOLDER.search(each[0])), -len(PLACEHOLDER.sub("", each[0]))))
    return [(_pattern(was), code) for was, code in found]


def _pattern(was: str) -> re.Pattern[str]:
    literals = PLACEHOLDER.split(was)  # texts and names, by turns
    parts = (re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" for i, part in enumerate(literals))
    return re.compile("".join(parts), re.DOTALL)
