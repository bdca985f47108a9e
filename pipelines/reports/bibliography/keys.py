"""Citation keys such as `he2021masked`: unique, and kept from run to run. Pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain, count
from typing import TYPE_CHECKING

from pipelines.reports.bibliography.tex import as_unicode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.models.metadata import Paper
    from pipelines.reports.bibliography.names import Name

MAX_LENGTH = 60
"""Characters of a key, without the identity that makes it unique."""

_SMALL_WORDS = frozenset(
    {"a", "an", "and", "are", "can", "do", "does", "for", "how", "in", "is", "of", "on", "the", "to", "what"}
)
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})


class CitationKeys:
    """The keys of works. `known` has those of earlier runs by link (`Link.key`); a work has that of its first link."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        self._used = set(known.values())
        self._given: set[str] = set()
        self.new: dict[str, str] = {}
        """Keys that were given, by link."""

    @property
    def all(self) -> dict[str, str]:
        """The keys of earlier runs and the new ones, by link."""
        return self._known | self.new

    def key_of(self, links: Sequence[str], paper: Paper) -> str:
        """Return the key of a work, of which `links` are the keys of the links."""
        known = (self._known[each] for each in links if each in self._known)
        key = next((each for each in known if each not in self._given), None)
        if key is None:
            key = self._unused(_wanted(paper), links[0].partition(":")[2])
        self._used.add(key)
        self._given.add(key)
        self.new |= {each: key for each in links if self._known.get(each) != key}
        return key

    def _unused(self, key: str, identity: str) -> str:
        """Return a key that no work has: with the identity behind it, and a number, if others have it."""
        longer = f"{key}-{re.sub('[^0-9a-z]+', '-', identity.lower()).strip('-')[:MAX_LENGTH]}"
        candidates = chain((key, longer), (f"{longer}-{number}" for number in count(2)))
        return next(each for each in candidates if each not in self._used)


def _wanted(paper: Paper) -> str:
    """Return the family name, the year of the first version, and the first word of the title."""
    from pipelines.reports.bibliography.names import names_of

    names = names_of(as_unicode(each) for each in paper.authors[:1])
    family = next((word for name in names if (word := _family_name(name))), "anonymous")
    year = paper.published.year if paper.published else ""
    words = (_ascii(word) for word in re.split(r"[\s-]+", as_unicode(paper.title)))
    first = next((word for word in words if word and word not in _SMALL_WORDS), "")
    return f"{family}{year}{first}"[:MAX_LENGTH]


def _family_name(name: Name) -> str:
    """Return the last word of a person's family name; of a group's name, the first that is not `the`."""
    words = name.family.split()
    if name.is_group:
        return _ascii(next((word for word in words if word.lower() != "the"), ""))
    return _ascii(words[-1])


def _ascii(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", folded)
