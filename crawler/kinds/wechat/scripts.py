"""Read values from the scripts of a WeChat page. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.html import MAX_LINE, unescape

if TYPE_CHECKING:
    from collections.abc import Iterable

DOUBLE, SINGLE = r'(?:[^"\\\n]|\\.)', r"(?:[^'\\\n]|\\.)"  # a character between quotes, escaped or not
QUOTED = rf"(?:\"({DOUBLE}*+)\"|'({SINGLE}*+)')"
_ESCAPED = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([/\\'"]))""")


def first_value(patterns: Iterable[re.Pattern[str]], text: str) -> str | None:
    """Return the value of the first pattern that matches, decoded; None without a match or for an empty value."""
    match = next((match for pattern in patterns if (match := pattern.search(text)) is not None), None)
    return unquote(match[match.lastindex or 0][:MAX_LINE]).strip() or None if match else None


def unquote(text: str) -> str:
    """Return the text of a JavaScript string literal whose value is HTML."""
    return unescape(unescape_js(text))


def unescape_js(text: str) -> str:
    """Return the value of a JavaScript string literal; surrogate pairs, escaped as two, become one character."""
    decoded = _ESCAPED.sub(lambda escape: escape[3] or chr(int(escape[1] or escape[2], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
