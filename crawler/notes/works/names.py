"""Names of people in the line of a work: authors before its title, lines that are nothing but authors. Pure."""

from __future__ import annotations

import re

from crawler.notes.works.words import count_words

# Letters belong to the word that they follow: in scripts without capitals each could begin another, in n^5 ways.
_WORD = r"[^\W\d_a-z][^\W\d_A-Z]++"
_PART = rf"(?:[A-Z]\.|[A-Z]{{1,2}}(?![A-Za-z.])|{_WORD}(?:['’´`-][^\W\d_]++)*+\d?)"
_PARTICLE = r"(?:van|von|der|den|de|di|da|del|della|la|le|el|al|bin|ter|ten|dos|du)"
_NAME = re.compile(rf"(?:{_PART}(?:[\s-]*+(?:{_PARTICLE}\b|{_PART})){{1,4}}|{_WORD}(?:-{_WORD}){{1,4}})\.?")
_SINGLE = re.compile(rf"(?:{_PARTICLE}\s+)?{_PART}")
_INITIAL = re.compile(r"(?:^|[\s-])[A-Z](?:\.|$)")
# A run of blanks or marks is read from its beginning only, so that long runs take linear time.
_SEPARATOR = re.compile(r"(?:(?<!\s)\s++)?+(?:[,，;；]\s*(?:and\s+|&\s*)?|(?<=\s)(?:and|&)\s+)")
_ET_AL = re.compile(r"(?:(?<![,.，\s])[,.，\s]++)?+\(?\bet\.?\s*al\b.*", re.DOTALL)
_NO_NAME = re.compile(r"(?:tion|ment|ness|works?|ity|ics|ning|ling)s?$")
_MARKS = re.compile(r"(?<![*∗†‡§#\d])[*∗†‡§#\d]++(?=$|[\s,])")
_MIN_NAMES, _TITLE_WORDS = 3, 2
_MAX_NAME_WORDS = 4
_MIN_SHARE = 0.8  # of the parts of a long list that look like names, since some are misspelled


def is_author_list(text: str) -> bool:
    """Return whether a text is nothing but names of authors: `Y. You, T. Chen`, `Girshick, Ross, et al.`.

    Without initials and without "et al." three names are needed, so that a title such as `Deep Learning and
    Reinforcement Learning` is none.
    """
    cut = _ET_AL.sub("", _MARKS.sub("", text))
    parts = [part for part in _SEPARATOR.split(cut.strip(" .,;*()（）")) if part.strip(" .*")]
    if not parts or (len(parts) == 1 and not _ET_AL.search(text)):
        return False
    if cut != _MARKS.sub("", text):
        return all(_NAME.fullmatch(part) or _SINGLE.fullmatch(part) for part in parts)
    names = sum(_is_name(part) for part in parts)
    if len(parts) >= _MIN_NAMES:
        are_short = all(count_words(part) <= _MAX_NAME_WORDS for part in parts)
        return are_short and names >= _MIN_SHARE * len(parts)
    return names == len(parts) and any(_INITIAL.search(part) for part in parts)


def after_authors(text: str) -> str:
    """Return a text without the names of authors that it begins with: `N. Wang, D. Yeung, Learning a …`.

    Two names are needed, or one with initials, and three words or more behind them.
    """
    found, position = 0, 0
    for match in _SEPARATOR.finditer(text):
        if not _is_name(text[position : match.start()]):
            break
        found, position = found + 1, match.end()
    rest = text[position:]
    has_initial = _INITIAL.search(text[:position].rstrip(", ")) is not None
    if found < _TITLE_WORDS - has_initial or count_words(rest) <= _TITLE_WORDS or is_author_list(text):
        return text
    return rest


def _is_name(text: str) -> bool:
    text = text.strip(" .*")
    if _NAME.fullmatch(text) is None:
        return False
    return _INITIAL.search(text) is not None or not any(_NO_NAME.search(word) for word in text.split())
