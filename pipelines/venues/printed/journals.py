"""Find the full name of a journal by a printed one: "Nucl.Phys.B", "Ann Oper Res". Pure.

`pipelines/data/journals.tsv` has a line for all journals with the same initials, so that no names are parsed but those
of the line that is asked for. A printed word stands for a word that it begins ("Nucl." for "Nuclear"), or else whose
letters it has in order ("Natl." for "National").
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SECTION = re.compile(r"[^:]* [A-Z]:")  # "J. Phys. B: At. Mol. Opt. Phys."
_SMALL = frozenset(
    {"a", "an", "and", "at", "by", "das", "de", "del", "der", "des", "di", "die", "du", "e", "et", "for", "from", "fur"}
    | {"in", "into", "its", "la", "le", "of", "on", "the", "to", "und", "with", "y"}
)
_MIN_JOINED = 3  # letters of each word of a name without spaces
_MIN_WORD = 4  # letters of a name of one word


class JournalList:
    """A list of journals in the format of `pipelines/data/journals.tsv`."""

    def __init__(self, text: str) -> None:
        lines = (line.partition("\t") for line in text.splitlines())
        self._by_initials = {initials: entries for initials, _, entries in lines}

    @staticmethod
    def words(name: str) -> list[str]:
        """Return the words by which names are compared: in lower case, without accents and small words."""
        plain = unicodedata.normalize("NFKD", name)
        words = _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)).lower())
        if words and words[0] == "the":
            del words[0]
        last = len(words) - 1  # the letter of a section may be "A"
        return [word for index, word in enumerate(words) if index in {0, last} or word not in _SMALL]

    def name(self, printed: str) -> str | None:
        """Return the full name of the only journal that a printed name can mean; None if there is none."""
        section = printed.partition(":")[0] if _SECTION.match(printed) else printed
        is_joined = "." in printed or (" " not in printed and min(map(len, _JOINED.split(printed))) >= _MIN_JOINED)
        apart = _JOINED.sub(" ", printed) if is_joined else printed
        spelled = dict.fromkeys((printed, section, apart))
        return next(filter(None, map(self._find, spelled)), None)

    def _find(self, printed: str) -> str | None:
        words = self.words(printed)
        if not words or (len(words) == 1 and len(words[0]) < _MIN_WORD):
            return None
        entries = self._by_initials.get("".join(word[0] for word in words))
        if entries is None:
            return None
        scores = {
            (name, spelling): score
            for name, _, abbreviation in (entry.partition("=") for entry in entries.split("\t"))
            for spelling in ((abbreviation,) if abbreviation else spellings(name))
            if (score := _score(words, self.words(spelling), has_dots="." in printed))
            and (score != (len(words), len(words)) or _small_words(printed) == _small_words(spelling))
        }
        top = max(scores.values(), default=None)
        best = [(name, spelling) for (name, spelling), score in scores.items() if score == top]
        whole = {name for name, spelling in best if name == spelling} or {name for name, _ in best}
        bases = {name.partition(": ")[0] for name in whole}
        return min(whole if len(whole) == 1 else bases) if len(bases) == 1 else None


def spellings(name: str) -> tuple[str, ...]:
    """Return a name, and what stands before its colon if that has several words."""
    base = name.partition(": ")[0]
    return (name, base) if " " in base and base != name else (name,)


def initials(name: str) -> str:
    """Return the initials of the words by which a name is compared."""
    return "".join(word[0] for word in JournalList.words(name))


def journal_name(printed: str) -> str | None:
    """Return the full name of the only journal that a printed name can mean; None if there is none."""
    return _journals().name(printed)


@cache
def _journals() -> JournalList:
    return JournalList(files("pipelines").joinpath("data/journals.tsv").read_text("utf-8"))


def _score(printed: list[str], full: list[str], *, has_dots: bool) -> tuple[int, int] | None:
    """Return how well printed words fit a name: words that begin its words, and equal ones; None if one does not."""
    equal = sum(map(str.__eq__, printed, full))
    if len(printed) != len(full) or (len(full) == 1 and not equal) or any(map(_is_other_word, printed, full)):
        return None
    if len(printed[-1]) == 1 and printed[-1] not in {full[-1], "j"}:
        return None
    begun = sum(map(str.startswith, full, printed))
    if begun < len(full) and not (has_dots and all(map(has_in_order, full, printed))):
        return None
    return begun, equal


def _small_words(name: str) -> set[str]:
    return set(_WORD.findall(name.lower().replace("&", " and "))) & _SMALL - {"the"}


def _is_other_word(printed: str, full: str) -> bool:
    """Return whether a printed word cannot be an abbreviation: a singular, or not the letter of a section."""
    return full == f"{printed}s" or (len(full) == 1 and printed != full)


def has_in_order(word: str, letters: str) -> bool:
    """Return whether a word begins with the first of the letters, and has all of them in order."""
    rest = iter(word)
    return word[0] == letters[0] and all(letter in rest for letter in letters)
