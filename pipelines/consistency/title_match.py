"""What two titles have in common. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.metadata import Paper
    from crawler.models.note import Mention

SAME_TITLE = 90
"""Similarity (0 to 100) of two normalised titles from which they are one."""

_FORMATTING = re.compile(r"\\(?:text[a-z]*|math[a-z]*|emph|operatorname|mbox|left|right|bf|it|rm|sc|sf|tt|em)\b")
_GREEK = re.compile("[\u0370-\u03ff]")
_SUBTITLE = re.compile(r"\s*[:：]\s*|\s+[-–—]+\s+|(?<=[?!])\s+")


def has_title_of(mention: Mention, paper: Paper) -> bool | None:
    """Tell whether a note calls a paper by its title, whatever the case, punctuation, spacing and LaTeX.

    A title without its subtitle, or a subtitle alone, will do. None when the note does not say a title: no text, an
    address, an id, a word such as "paper".
    """
    noted = title_in_note(mention.text, paper.ids.values())
    if noted is None or not normalized_title(paper.title):
        return None
    return is_same_title(noted, paper.title)


def title_in_note(text: str, ids: Iterable[str]) -> str | None:
    """Return what a link to a paper with some ids calls it; None where that is no title."""
    normal = normalized_title(text)
    if not normal or normal in _not_titles() or "://" in text or any(each in text for each in ids):
        return None
    return text


def is_same_title(noted: str, real: str) -> bool:
    """Tell whether a title is another, or its name without the subtitle, or the subtitle."""
    pairs = [*product([noted], _parts(real)), *product(_parts(noted), [real])]
    return any(similarity(one, other) >= SAME_TITLE for one, other in pairs)


def similarity(one: str, other: str) -> float:
    """Return how alike two titles are, 0 to 100."""
    return fuzz.ratio(normalized_title(one), normalized_title(other))


def normalized_title(title: str) -> str:
    r"""Return the letters and digits of a title in lower case, without accents; `$\alpha$` and `α` are `alpha`."""
    title = _FORMATTING.sub("", title)
    title = unicodedata.normalize("NFKD", title).casefold()
    title = _GREEK.sub(lambda found: unicodedata.name(found[0], found[0]).rpartition(" ")[2].casefold(), title)
    return "".join(character for character in title if character.isalnum())


def _parts(title: str) -> list[str]:
    """Return a title, its name and its subtitle."""
    found = _SUBTITLE.search(title)
    parts = [title, title[: found.start()], title[found.end() :]] if found else [title]
    return [part for part in parts if normalized_title(part)]


@cache
def _not_titles() -> frozenset[str]:
    table = tomllib.loads(files("pipelines").joinpath("data/link_words.toml").read_text("utf-8"))
    return frozenset(normalized_title(word) for word in table["not_titles"])
