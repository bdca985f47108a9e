"""Regular expressions that are compiled when they are first used. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT_ANSWERS = 4_096
_WORDS_OF_LANGUAGE = re.compile(r"\{([a-z]{2}\.[a-z]+)\}")


class LazyPattern:
    """A regular expression that is compiled when it is first used: most are needed for few pages."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """Return the compiled pattern."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern)
        return self._compiled

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole text; None without one."""
        return self.compiled.fullmatch(text)

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match in the text; None without one."""
        return self.compiled.search(text)


class CachedPattern(LazyPattern):
    """A pattern that keeps its last answers: the names and menus of a site are on all of its pages."""

    __slots__ = ("_matches",)

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self._matches = lru_cache(_KEPT_ANSWERS)(super().fullmatch)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the match of the whole text; None without one."""
        return self._matches(text)


def any_of(patterns: Iterable[str]) -> LazyPattern:
    """Return a pattern that matches what one of the patterns matches."""
    return LazyPattern(_alternatives(patterns))


def cached_any_of(patterns: Iterable[str]) -> CachedPattern:
    """Return a pattern that matches what one of the patterns matches, and keeps its last answers."""
    return CachedPattern(_alternatives(patterns))


def with_words(clause: str, words: dict[str, str]) -> str:
    """Return a regular expression with the words of languages, `{en.thing}`, filled in."""
    while (found := _WORDS_OF_LANGUAGE.search(clause)) is not None:
        clause = clause.replace(found[0], words[found[1]])
    return clause


def _alternatives(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)
