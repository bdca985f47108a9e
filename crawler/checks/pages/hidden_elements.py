"""Leave out of a page what no browser displays. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.html import elements

_UNSEEN = re.compile(elements(("script", "style", "template", "noscript")), re.IGNORECASE)
# What is there for a script to show; `html` and `body` are hidden only until the page is drawn.
_HIDDEN = re.compile(
    r"""<(?!html|body)([a-z][a-z0-9]*)\b(?=[^<>]*?(?:\shidden(?=[\s=/>])|style=["'][^"'<>]*display:\s*none))[^<>]*>""",
    re.IGNORECASE,
)
_MAY_HIDE = re.compile(r"(?<=\s)hidden|display:\s*none")
_WITHOUT_END = frozenset({"input", "img", "br", "hr", "meta", "link", "source", "area", "col", "embed", "track", "wbr"})
_MAX_HIDDEN = 50  # hidden elements of a page that are looked at


@lru_cache(maxsize=4)  # sentences, titles and menus are read from the same page
def without_hidden(source: str) -> str:
    """Return a page's source without comments, scripts, templates and elements that are not displayed.

    A browser shows these to nobody: pages bring along the message of an error that may occur.
    """
    shown = _UNSEEN.sub(" ", source)
    lowered = shown.lower()  # faster than to ignore case
    if not ("hidden" in lowered or "display:" in lowered) or _MAY_HIDE.search(lowered) is None:
        return shown
    kept, at = [], 0
    for _ in range(_MAX_HIDDEN):
        if (found := _HIDDEN.search(shown, at)) is None:
            break
        kept.append(shown[at : found.start()])
        at = _end_of_element(shown, found)
    return " ".join((*kept, shown[at:]))


def _end_of_element(source: str, opening: re.Match[str]) -> int:
    """Return where the element of an opening tag ends: behind the closing tag that belongs to it."""
    if opening[0].endswith("/>") or opening[1].lower() in _WITHOUT_END:
        return opening.end()
    depth = 1
    for tag in re.compile(rf"<(/?){opening[1]}\b[^<>]*>", re.IGNORECASE).finditer(source, opening.end()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return len(source)
