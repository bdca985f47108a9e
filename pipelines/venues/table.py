"""Load the names of venues, and the cues that relate them to a paper. Pure.

`pipelines/data/venues.toml` has what is known of each. Conferences that are only in `pipelines/data/ccf_venues.tsv`, a
list of others, are added with their names; their acronyms count only with a year or a word of acceptance.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_ACRONYM = re.compile(r"[A-Za-z&+-]+")
_ORGANIZER = re.compile(r"^(?:ACM|IEEE|SIGOPS) ")
_KIND = re.compile(r"[^()]*\b(?:Conference|Symposium|Congress)\b[^()]*", re.IGNORECASE)
"""What a name of the list has if it is no phrase that may occur in any text."""
TOKEN = re.compile(r"[^\W\d_]+|\d+|\S")


@dataclass(frozen=True, slots=True)
class VenueSeries:
    """One venue of the table; the fields are described at the head of `pipelines/data/venues.toml`."""

    name: str
    kind: str
    full_name: str
    since: int
    acronyms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    generic: bool = False
    zeroth: int | None = None
    volumes: int | None = None
    month: int | None = None
    years: str | None = None
    joint: tuple[str, ...] = ()
    until: tuple[tuple[str, int], ...] = ()
    said: tuple[str, ...] = ()
    proceedings: str | None = None

    def had_edition_in(self, year: int) -> bool:
        """Return whether an edition in a year is possible, by its first year and its rhythm."""
        return year >= self.since and (self.years is None or year % 2 == (self.years == "odd"))


class ShortName(NamedTuple):
    """A short spelling of a venue; `exact` if case matters, `weak` if it needs a year or a cue beside it."""

    tokens: tuple[str, ...]
    series: VenueSeries
    exact: bool
    weak: bool


@dataclass(frozen=True, slots=True)
class VenueTable:
    """The table of venues, indexed by words."""

    ignored: frozenset[str]
    abbreviations: dict[str, str]
    series: tuple[VenueSeries, ...]
    names: dict[str, Any]  # a trie of words; at "" is the VenueSeries, or None for a name that is no venue
    short: dict[str, list[ShortName]]  # by first token in lower case, longest spelling first
    cues: re.Pattern[str]
    around: frozenset[str]
    repositories: tuple[str, ...]
    book_series: tuple[str, ...]
    publishers: tuple[str, ...]
    about_many: tuple[str, ...]
    said: dict[str, VenueSeries]
    workshops: frozenset[str]
    no_workshops: frozenset[str]
    categories: frozenset[str]
    by_name: dict[str, VenueSeries]
    dblp: dict[str, VenueSeries]

    def word(self, text: str) -> str:
        """Return the form in which words are compared: lower case, abbreviations expanded, without final "s"."""
        text = self.abbreviations.get(text.lower(), text.lower())
        return text.removesuffix("s") if len(text) > 3 else text  # noqa: PLR2004

    def add_name(self, name: str, series: VenueSeries | None) -> None:
        """Add a full name; raise ValueError if it is already that of another venue.

        A name of one word besides ignored ones ("IEEE Access") is not added: it would match "access the code".
        """
        tokens = TOKEN.findall(name)
        words = [token for token in tokens if token.isalnum() and token.lower() not in self.ignored]
        if len(words) == 1 < len(tokens):
            return
        node = self.names
        for word in words:
            node = node.setdefault(self.word(word), {})
        if node.setdefault("", series) is not series:
            raise ValueError(f"{name!r} names two venues")

    def named(self, full_name: str) -> VenueSeries | None:
        """Return the venue with a full name; None if there is none."""
        node = self.names
        for token in TOKEN.findall(full_name):
            if token.isalnum() and token.lower() not in self.ignored:
                node = node.get(self.word(token), {})
        found: VenueSeries | None = node.get("")
        return found

    def add_short(self, spelling: str, series: VenueSeries, *, weak: bool) -> None:
        """Add a short spelling; raise ValueError if it is already that of another venue."""
        tokens = tuple(TOKEN.findall(spelling))
        exact = weak or sum(map(str.isalpha, spelling)) < 4  # noqa: PLR2004
        others = self.short.setdefault(tokens[0].lower(), [])
        if any(other.tokens == tokens for other in others):
            raise ValueError(f"{spelling!r} names two venues")
        others.append(ShortName(tokens, series, exact, weak))
        others.sort(key=lambda short: -len(short.tokens))


@cache
def venue_table() -> VenueTable:
    """Return the table of venues, loaded once; raise ValueError if a spelling belongs to two venues."""
    data = tomllib.loads(files("pipelines").joinpath("data/venues.toml").read_text("utf-8"))
    series = tuple(
        VenueSeries(name, kind, **{field: _freeze(value) for field, value in line.items()})
        for kind in ("conference", "journal")
        for name, line in data[kind].items()
    )
    cues = (
        f"(?P<{state}>{'|'.join(map(_pattern, sorted(words, key=len, reverse=True)))})"
        for state, words in data["cues"].items()
    )
    cue = re.compile(rf"\b(?:{'|'.join(cues)})(?!\w)", re.IGNORECASE)
    table = VenueTable(
        ignored=frozenset(data["ignored"]),
        abbreviations=data["abbreviations"],
        series=series,
        names={},
        short={},
        cues=cue,
        around=frozenset(data["around"]),
        repositories=tuple(data["repositories"]),
        book_series=tuple(map(str.casefold, data["book_series"])),
        publishers=tuple(data["publishers"]),
        about_many=tuple(data["about_many"]),
        said={name.casefold(): line for line in series for name in line.said},
        workshops=frozenset(data["workshops"]),
        no_workshops=frozenset(data["no_workshops"]),
        categories=frozenset(data["categories"]),
        by_name={line.name: line for line in series},
        dblp={},
    )
    for line in series:
        for name in (line.full_name, *line.names):
            table.add_name(name, line)
        for spelling in line.acronyms:
            table.add_short(spelling, line, weak=False)
        for spelling in line.words:
            table.add_short(spelling, line, weak=True)
    for name in data["other"]:
        table.add_name(name, None)
    return _with_listed(table)


def _with_listed(table: VenueTable) -> VenueTable:
    """Return the table with the conferences of the list that it lacks, and the keys of DBLP of all in the list."""
    known = {spelling.casefold() for line in table.series for spelling in (line.name, *line.acronyms, *line.words)}
    added: list[VenueSeries] = []
    for acronym, full_name, key, month in _listed():
        series = table.named(full_name)
        names = {acronym, *_ORGANIZER.sub("", acronym).split("/")}
        is_new = series is None and known.isdisjoint(map(str.casefold, names))
        if is_new and _ACRONYM.fullmatch(acronym) and _KIND.fullmatch(full_name):
            since, usual = 1950, int(month) if month else None
            series = VenueSeries(acronym, "conference", full_name, since, words=(acronym,), month=usual)
            added.append(series)
            known.add(acronym.casefold())
            table.add_name(full_name, series)
            table.add_short(acronym, series, weak=True)
        if series is not None and key:
            table.dblp.setdefault(key.lower(), series)
    by_name = table.by_name | {line.name: line for line in added}
    return replace(table, series=(*table.series, *added), by_name=by_name)


def _listed() -> list[list[str]]:
    lines = files("pipelines").joinpath("data/ccf_venues.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line[0] != "#"]


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _pattern(cue: str) -> str:
    return r"[\s-]{1,3}".join(re.escape(word).replace(r"\*", r"\w*") for word in cue.split())
