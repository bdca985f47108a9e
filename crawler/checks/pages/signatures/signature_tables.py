"""The signatures of pages in the tables of `data`, and what all of them have in common. Pure."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from ahocorasick_rs import AhoCorasick

from crawler.checks.pages.signatures.lazy_pattern import LazyPattern, any_of, cached_any_of, with_words
from crawler.checks.pages.signatures.signatures import (
    EDGE,
    MAX_TEXT_BYTES,
    LoginSignature,
    Signature,
    SoftError,
    normalize_title,
    words_in,
)
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLES = ("site_notices.toml", "soft_errors.toml", "page_notices.toml")
"""The tables of signatures in `data`, in the order in which their rows are compared."""


class _Wording(NamedTuple):
    """What the pages of a signature say: phrases, regular expressions, and what may stand around both."""

    phrases: tuple[str, ...]
    clauses: tuple[str, ...]
    decorations: tuple[str, ...]


@cache
def signatures() -> tuple[tuple[Signature, ...], LoginSignature]:
    """Return the signatures of the table in its order, and that of login pages."""
    login = _table()["login"]
    rows = tuple(_parse_signature(row, table) for table in _tables() for row in table["soft_error"])
    return rows, LoginSignature(
        _soft_error(login),
        any_of(login["addresses"]),
        any_of(login["login_paths"]),
        _phrase_pattern(login["phrases"]),
        login["max_text_bytes"],
    )


@cache
def topic_sites() -> LazyPattern:
    """Return a pattern for the names of sites (Wikipedia, arXiv) whose titles are about a topic, and never an error."""
    return any_of(_table()["about"]["titles"])


@cache
def all_titles() -> tuple[LazyPattern, LazyPattern]:
    """Return patterns for the titles and for the phrases of all signatures that are not those of single hosts."""
    titles = [row.titles.pattern for row in signatures()[0] if row.titles and not row.hosts]
    wordings = [_wording(row, table) for table in _tables() for row in table["soft_error"] if not row.get("hosts")]
    # Decorations are long: once for all rows that have the same, the pattern is compiled in a third of the time.
    phrases = [
        _phrase_pattern(
            chain.from_iterable(each.phrases for each in wordings if each.decorations == decorations),
            chain.from_iterable(each.clauses for each in wordings if each.decorations == decorations),
            decorations,
        ).pattern
        for decorations in {each.decorations: None for each in wordings if each.phrases or each.clauses}
    ]
    return any_of(titles), cached_any_of([*phrases, signatures()[1].phrases.pattern])


@cache
def all_marks() -> tuple[tuple[tuple[str, str], ...], AhoCorasick]:
    """Return the headers of all signatures, and an automaton that finds the markup of all in one pass."""
    rows, _ = signatures()
    headers = {header for row in rows for header in row.headers}
    return tuple(sorted(headers)), AhoCorasick(sorted({mark for row in rows for mark in row.markup}))


def says_absent(sentence: str) -> bool:
    """Return whether a normalized sentence says that there is nothing at a page's URL."""
    gone = (row for row in signatures()[0] if row.in_text and row.error.outcome is Outcome.GONE)
    return any(row.phrases is not None and row.phrases.fullmatch(sentence) for row in gone)


@cache
def known_hosts() -> frozenset[str]:
    """Return the hosts with signatures of their own."""
    return frozenset().union(*(row.hosts for row in signatures()[0]))


@cache
def gate_words() -> re.Pattern[str]:
    """Return a pattern for words of pages that stand before others: what is behind them is not known."""
    return re.compile(any_of(_tables()[TABLES.index("page_notices.toml")]["gate"]["words"]).pattern, re.IGNORECASE)


def page_bytes(host: str) -> int | None:
    """Return the bytes that are read of a page of a host whose state stands behind the first ones; None for others."""
    found: int | None = _tables()[TABLES.index("site_notices.toml")]["page_bytes"].get(host)
    return found


@cache
def _tables() -> tuple[dict[str, Any], ...]:
    data = files("crawler").joinpath("data")
    return tuple(tomllib.loads(data.joinpath(name).read_text("utf-8")) for name in TABLES)


def _table() -> dict[str, Any]:
    return _tables()[TABLES.index("soft_errors.toml")]


def _parse_signature(row: dict[str, Any], table: dict[str, Any]) -> Signature:
    wording = _wording(row, table)
    return Signature(
        _soft_error(row),
        tuple((name, part.strip()) for name, _, part in (header.partition(":") for header in row.get("headers", ()))),
        any_of(row["addresses"]) if "addresses" in row else None,
        any_of(row["titles"]) if "titles" in row else None,
        _phrase_pattern(*wording) if wording.phrases or wording.clauses else None,
        tuple(row.get("markup", ())),
        frozenset(row.get("statuses", ())),
        row.get("max_text_bytes", MAX_TEXT_BYTES),
        LazyPattern(row["unless_url"]) if "unless_url" in row else None,
        LazyPattern(row["unless_title"]) if "unless_title" in row else None,
        _url_words(row),
        frozenset(row.get("hosts", ())),
        LazyPattern(row["sources"]) if "sources" in row else None,
        row.get("in_text", 0),
        LazyPattern(row["also"]) if "also" in row else None,
        row.get("max_links"),
        row.get("unmistakable", False),
    )


def _wording(row: dict[str, Any], table: dict[str, Any]) -> _Wording:
    words = {
        f"{language}.{name}": text for language, named in table.get("words", {}).items() for name, text in named.items()
    }
    clauses = tuple(with_words(clause, words) for clause in row.get("clauses", ()))
    usual = _tables()[-1]["decorations"] if clauses or "in_text" in row else ()
    return _Wording(tuple(row.get("phrases", ())), clauses, tuple(row.get("decorations", usual)))


def _url_words(row: dict[str, Any]) -> LazyPattern | None:
    """Return a pattern for the words of URLs that name a row's topic: `/wiki/Broken_link` is not a broken link."""
    names = [re.escape(words_in(phrase)) for phrase in row.get("phrases", ())] + row.get("titles", [])
    return LazyPattern(rf"\b(?:{any_of(names).pattern})\b") if names else None


def _soft_error(row: dict[str, Any]) -> SoftError:
    return SoftError(Outcome(row["outcome"]), Reason.decoded(row["reason"]))


def _phrase_pattern(
    phrases: Iterable[str], clauses: Iterable[str] = (), decorations: tuple[str, ...] = ()
) -> LazyPattern:
    """Return a pattern for one of the phrases or clauses with any number of decorations before and behind it.

    The characters between decorations are matched possessively, and no decoration begins with them, is made of others,
    or ends within a word of ASCII letters: there is one way to match the decorations of a title. With two ways for a
    text ("err oops" and "erro ops" for "erroops"), the time would double with each repetition.
    """
    phrase = f"(?:{'|'.join((*map(re.escape, _normalized(tuple(phrases))), *clauses))})"
    decoration = f"(?:{'|'.join(map(re.escape, _simple_decorations(decorations)))})(?!(?<=[a-z])[a-z])"
    gap = f"[{re.escape(_GAP)}]*+"
    return LazyPattern(f"(?:{decoration}{gap})*{phrase}(?:{gap}{decoration})*" if decorations else phrase)


_GAP = f" \t\n\r\f\v{EDGE}:"


def _normalized(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return phrases or decorations as titles are compared; those of EDGE characters alone are left out."""
    return tuple(dict.fromkeys(filter(None, (normalize_title(text).strip(EDGE) for text in texts))))


@lru_cache(maxsize=16)  # most rows have the usual ones
def _simple_decorations(decorations: tuple[str, ...]) -> tuple[str, ...]:
    """Return the decorations that are not made of others: several may follow each other anyway."""
    known = frozenset(_normalized(decorations))
    return tuple(text for text in _normalized(decorations) if not _is_made_of(text, known, 1))


def _is_made_of(text: str, known: frozenset[str], parts: int) -> bool:
    """Return whether a text consists of known ones; of more than one with `parts` 1."""
    if parts != 1 and text in known:
        return True
    ends = (end for end in range(1, len(text)) if text[:end] in known)
    return any(_is_made_of(text[end:].lstrip(_GAP), known, parts + 1) for end in ends)
