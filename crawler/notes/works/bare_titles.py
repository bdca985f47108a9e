"""Find the papers that a note lists by their titles alone. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.models.notes.note import LinkRole
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from crawler.models.notes.note import Entry, Note

_MIN_WORDS, _MIN_LETTERS = 4, 24
"""Shorter titles are names, or those of many papers."""
_MAX_TITLE = 300

_BESIDE_PAPERS = frozenset({LinkRole.CODE, LinkRole.IMAGE, LinkRole.VIDEO, LinkRole.DEMO, LinkRole.INDEX})
"""Roles of links that lead to something else than a paper or a text about it."""


def bare_title(note: Note, entry: Entry) -> str | None:
    """Return the title of an entry's paper if no link of the entry may lead to it; None otherwise.

    That is what the field `Paper` says without a link, else the title of the entry.
    """
    if entry.article is not None or any(note.mentions[at].role not in _BESIDE_PAPERS for at in entry.mentions):
        return None
    field = entry.field("paper")
    title = collapse_whitespace(entry.title if field is None else field.value)
    words = re.findall(r"[^\W\d_]+", title)
    if len(words) < _MIN_WORDS or sum(map(len, words)) < _MIN_LETTERS or len(title) > _MAX_TITLE or "://" in title:
        return None
    return title
