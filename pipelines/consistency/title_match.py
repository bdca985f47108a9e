"""Compare the titles of papers. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from crawler.notes.works.words import TITLE_WORDS, count_words, is_prose, is_title_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.metadata import Paper
    from crawler.models.notes.note import Mention

SAME_PAPER_TITLE = 90
"""Similarity (0 to 100) of two normalized titles from which they are the same."""

_CITATION = re.compile(r"\bet\.?\s*al\b", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_FORMATTING = re.compile(r"\\(?:text[a-z]*|math[a-z]*|emph|operatorname|mbox|left|right|bf|it|rm|sc|sf|tt|em)\b")
_GREEK = re.compile("[\u0370-\u03ff]")
_SUBTITLE = re.compile(r"(?:(?<!\s)\s+)?[:：]\s*|(?<!\s)\s+[-–—]+\s+|(?<=[?!])\s+")


def has_title_of(mention: Mention, paper: Paper) -> bool | None:
    """Return whether the text of a link is the title of a paper; None if it is no title.

    Case, punctuation, spaces and LaTeX are ignored; title or subtitle alone are enough. No title: no text, a URL, an
    id, a word such as "paper" (`pipelines/data/link_words.toml`).
    """
    noted = title_in_note(mention.text, paper.ids.values())
    if noted is None or not normalized_title(paper.title):
        return None
    return is_same_paper_title(noted, paper.title)


def title_in_note(text: str, ids: Iterable[str]) -> str | None:
    """Return the text of a link to a paper with these ids if it is a title; None otherwise."""
    normalized = normalized_title(text)
    if not normalized or normalized in _not_titles() or "://" in text or any(paper_id in text for paper_id in ids):
        return None
    return text


def claimed_title(text: str, ids: Iterable[str]) -> str | None:
    """Return the text of a link, or the title of an entry, if it claims to be the title of a paper; None otherwise.

    Names ("Minority Reports"), citations ("Brown et al.") and descriptions ("another paper on lamps") do not.
    """
    title = title_in_note(text, ids)
    if title is None or _CITATION.search(title) or is_prose(title):
        return None
    is_written_as_title = is_title_case(title) or not title.lstrip()[0].islower()
    return title if count_words(title) >= TITLE_WORDS and is_written_as_title else None


def are_in_one_script(one: str, other: str) -> bool:
    """Return whether both titles, or neither, are Chinese: a translation cannot be compared."""
    return (_HAN.search(one) is None) == (_HAN.search(other) is None)


def is_same_paper_title(noted: str, actual: str) -> bool:
    """Return whether two titles are the same, or one is the other's title or subtitle alone."""
    pairs = [*product([noted], _parts(actual)), *product(_parts(noted), [actual])]
    return any(similarity(one, other) >= SAME_PAPER_TITLE for one, other in pairs)


def similarity(one: str, other: str) -> float:
    """Return the similarity of two titles, 0 to 100."""
    from rapidfuzz import fuzz

    return fuzz.ratio(normalized_title(one), normalized_title(other))


@lru_cache(maxsize=4096)
def normalized_title(title: str) -> str:
    r"""Return the letters and digits of a title in lower case, without accents; `$\alpha$` and `α` are `alpha`."""
    title = _FORMATTING.sub("", title)
    title = unicodedata.normalize("NFKD", title).casefold()
    title = _GREEK.sub(lambda letter: unicodedata.name(letter[0], letter[0]).rpartition(" ")[2].casefold(), title)
    return "".join(character for character in title if character.isalnum())


def _parts(title: str) -> list[str]:
    """Return a title as a whole, without its subtitle, and the subtitle."""
    separator = _SUBTITLE.search(title)
    parts = [title, title[: separator.start()], title[separator.end() :]] if separator else [title]
    return [part for part in parts if normalized_title(part)]


@cache
def _not_titles() -> frozenset[str]:
    table = tomllib.loads(files("pipelines").joinpath("data/link_words.toml").read_text("utf-8"))
    return frozenset(normalized_title(word) for word in table["not_titles"])
