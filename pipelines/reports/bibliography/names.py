"""Split the names of authors into family name, given names and suffix. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from crawler.models.authors import clean_author, is_collaboration
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nameparser import Parser

_CONTACT = re.compile(
    r"<[^<>]*>|(?<![\w.+-])[\w.+-]++@[\w.-]+\w|https?://[^\s()<>]+|\b(?:ORCID:?\s*)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
_AFFILIATION = re.compile(
    r"[,;]\s*+(?=[^,;]*\b(?:Universit|Institut|Department|Dept\b|Laborator|Labs?\b|College|School|Inc\b|Ltd\b))",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[\"“”„]|''|``|[*†‡§¶∗⋆]|\^\{?[\d,*†‡]+\}?|(?<=[^\W\d_])[\d,]*\d$")
_AND = re.compile(r"(?<!\s)\s++(?:and|&)\s+|[，、；]|(?<=[\u3400-\u9fff]{2}),\s*(?=[\u3400-\u9fff]{2})", re.IGNORECASE)
_SUFFIX_SECOND = re.compile(r"^([^,]+), *((?:jn?r|sn?r|[ivx]{2,4})\.?), *([^,]+)$", re.IGNORECASE)
_ET_AL = re.compile(r"^(?:et\.? al\.?|and others|others)$", re.IGNORECASE)
_BEHALF = re.compile(r"^(?:(?:on|in) behalf of|for)\s+(?=the\b)", re.IGNORECASE)
_CJK = re.compile(r"[\u1100-\u11ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7ff\U00020000-\U000323af]")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
_SUFFIX = re.compile(r"(?:jn?r|sn?r|j[uú]nior|s[eê]nior|[ivx]{1,4})\.?", re.IGNORECASE)
_DEGREE = re.compile(r"(?:[^\WA-Z]*+[A-Z]){2}\w*+|(?:\w++\.)++\w*+")  # MD, PhD, M.Sc.; Md, Cap and Pla are names

_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "dipl", "ing", "sir"})
"""Titles that are dropped; of the library's others many are names: Gen Li, Master, King, Dean, Major."""

_GIVEN = frozenset({"bin", "do", "te", "ben"})
"""Particles that are given names if they are capitalized: Xiao Bin Li, Kim Do Hyun."""

_VIETNAMESE = frozenset(
    {
        *("nguyen", "nguyễn", "tran", "trần", "le", "lê", "pham", "phạm", "hoang", "hoàng", "huynh", "huỳnh", "phan"),
        *("vu", "vũ", "vo", "võ", "dang", "đặng", "bui", "bùi", "do", "đỗ", "ngo", "ngô", "duong", "dương", "trinh"),
        *("trịnh", "dinh", "đinh", "truong", "trương", "ha", "hà", "luong", "lương", "mai", "cao", "doan", "đoàn"),
        *("dao", "đào", "lai", "ly", "lý", "thai", "thái", "chu", "ton", "tôn", "quach", "quách", "kieu", "kiều"),
    }
)
"""Family names that are written first: the `Van` behind them is a middle name."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an author: `family` with the particles before it, or all of a group's.

    `particle` is the part of `family` that begins it in lower case (`van der`), `suffix` is such as III.
    """

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    is_group: bool = False

    @property
    def base(self) -> str:
        """The family name without its particle."""
        return self.family.removeprefix(self.particle).lstrip()


def names_of(authors: Iterable[str]) -> Iterator[Name]:
    """Yield the names of authors in their order, without degrees, addresses and marks; nothing for `et al.`."""
    for author in authors:
        whole = clean_author(author)
        if is_collaboration(whole):
            yield Name(_BEHALF.sub("", whole), is_group=True)
            continue
        for part in _AND.split(_EMPTY.sub(" ", _CONTACT.sub(" ", whole))):
            cleaned = clean_author(_MARKS.sub(" ", _AFFILIATION.split(part, maxsplit=1)[0]))
            if cleaned and not _ET_AL.match(cleaned):
                yield _split(cleaned)


@lru_cache(maxsize=4096)
def _split(name: str) -> Name:
    """Return a person's name in its parts."""
    words = name.split()
    if len(words) == 1:
        return Name(name)  # the parts of 李雷 cannot be told, and a single word is the family name
    if not _CJK.search(name) and all(map(_is_plain, words)):
        return Name(words[-1], " ".join(words[:-1]))
    parsed = _parser().parse(_SUFFIX_SECOND.sub(r"\1, \3, \2", name))
    if "," not in name and not _are_suffixes(parsed.suffix, len(words)):
        return Name(words[-1], " ".join(words[:-1]))  # Soman KP, and Md where a name goes on behind it
    kept = (word for word in parsed.title.split() if word.strip(".").lower() not in _TITLES)  # Md. is Mohammad
    given = [*kept, parsed.given, parsed.middle]
    family, suffix = parsed.family, ", ".join(word for word in parsed.suffix.split(", ") if _SUFFIX.fullmatch(word))
    if not family:
        return Name(collapse_whitespace(" ".join(given)) or name, suffix=suffix)
    first, _, rest = family.partition(" ")
    if rest and first[0].isupper():
        if not parsed.given:  # De Wen Soh
            before, _, family = family.rpartition(" ")
            given = [*given, before]
        elif _is_given(first, parsed.given, rest):
            given, family = [*given, first], rest
    return Name(family, collapse_whitespace(" ".join(given)), _particle(family), suffix)


def _are_suffixes(suffix: str, count: int) -> bool:
    """Return whether what was taken for suffixes and degrees is that, and leaves a name of `count` words its parts."""
    words = suffix.replace(",", " ").split()
    return count - len(words) > 1 and all(_SUFFIX.fullmatch(word) or _DEGREE.fullmatch(word) for word in words)


def _is_given(first: str, given: str, rest: str) -> bool:
    """Return whether a capitalized word before a family name, which may be a particle, is a given name."""
    is_vietnamese = not _VIETNAMESE.isdisjoint({given.partition(" ")[0].lower(), rest.lower()})
    return first.lower() in _GIVEN or (first in {"Van", "Le"} and is_vietnamese)


def _particle(family: str) -> str:
    """Return the words in lower case that begin a family name, but for the last word."""
    words = family.split()[:-1]
    count = next((at for at, word in enumerate(words) if not word[0].islower()), len(words))
    return " ".join(words[:count])


def _is_plain(word: str) -> bool:
    """Return whether a word of a name is neither title, particle nor suffix; parsing takes a hundred times as long."""
    return word[0].isupper() and _WORD.fullmatch(word) is not None and word.rstrip(".").lower() not in _special_words()


@cache
def _parser() -> Parser:
    from nameparser import Lexicon, Parser

    return Parser(replace(Lexicon.default(), titles=_TITLES, given_name_titles=frozenset()))


@cache
def _special_words() -> frozenset[str]:
    words = _parser().lexicon
    return words.titles | words.particles | words.suffix_words | words.suffix_acronyms | words.conjunctions
