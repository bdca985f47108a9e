"""Parse display texts of reasons: those that stores and journals kept before there were codes, and present ones."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from crawler.models.reasons.reason import OPTIONAL, PLACEHOLDER, Reason, ReasonCode, reason_texts

_ADDED = "; "
"""The beginning of a text that was appended to another one."""

_MAX_TEXT = 1_000
"""Characters of the longest text that is parsed: with two details, the time grows faster than the text."""


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
    return _parsed(text, _patterns())


def displayed_reason(text: str) -> Reason:
    """Return the reason with this English text, additions included; `other`, with the text, for what is none."""
    before, separator, addition = text.rpartition(_ADDED)
    if separator:
        found, added = displayed_reason(before), _displayed(addition)
        if ReasonCode.OTHER not in {found.code, added.code}:
            return found.plus(added)
    return _displayed(text)


def _displayed(text: str) -> Reason:
    return _parsed(text, _present_patterns())


def _parsed(text: str, patterns: list[tuple[re.Pattern[str], ReasonCode]]) -> Reason:
    """Return the reason of the first pattern that a text has, with its details; `other` without one."""
    if len(text) > _MAX_TEXT:
        return Reason(ReasonCode.OTHER, text)
    for pattern, code in patterns:
        if (match := pattern.fullmatch(text)) is not None:
            details = match.groupdict()
            found = (details.get(name) for name in reason_texts()[code].names)
            return Reason(code, *(each for each in found if each is not None))
    return Reason(ReasonCode.OTHER, text)


@cache
def _present_patterns() -> list[tuple[re.Pattern[str], ReasonCode]]:
    """Return a pattern for each English text of the table."""
    texts = [(row.templates["en"], code) for code, row in reason_texts().items() if code is not ReasonCode.OTHER]
    return [(_optional_pattern(english), code) for english, code in sorted(texts, key=_precedence)]


def _optional_pattern(english: str) -> re.Pattern[str]:
    """Return a pattern for a template, of which the parts in square brackets may be missing."""
    pieces = OPTIONAL.split(english)  # what is there always and what may be missing in turn
    patterns = [_pattern(piece).pattern for piece in pieces]
    return re.compile("".join(f"(?:{each})?" if at % 2 else each for at, each in enumerate(patterns)), re.DOTALL)


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
    """Return a pattern for each text that was not appended."""
    texts = [
        (former, code) for code, row in reason_texts().items() for former in row.former if not former.startswith(_ADDED)
    ]
    return [(_pattern(former), code) for former, code in sorted(texts, key=_precedence)]


def _precedence(text: tuple[str, ReasonCode]) -> tuple[bool, int]:
    """Return the order of a text with its code: texts without details first, then by literal length.

    The longest first, so that "HTTP 200 accepted (ACCEPT)" is not read as "HTTP {status}".
    """
    template, _ = text
    return bool(PLACEHOLDER.search(template)), -len(PLACEHOLDER.sub("", template))


def _pattern(former: str) -> re.Pattern[str]:
    """Return a pattern for a template: its literal text, and a group of one or more characters for each detail."""
    pieces = PLACEHOLDER.split(former)  # literal texts and names of details in turn
    parts = (re.escape(piece) if i % 2 == 0 else f"(?P<{piece}>.+?)" for i, piece in enumerate(pieces))
    return re.compile("".join(parts), re.DOTALL)
