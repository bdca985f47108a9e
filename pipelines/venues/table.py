"""The table of venues, `data/venues.toml`: what they are called and the words by which a text takes them. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

TOKEN = re.compile(r"[^\W\d_]+|\d+|\S")


@dataclass(frozen=True, slots=True)
class VenueSeries:
    """One line of the venue table; the table's head says what each field means."""

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

    def had_edition_in(self, year: int) -> bool:
        """Tell whether there can have been an edition in that year."""
        return year >= self.since and (self.years is None or year % 2 == (self.years == "odd"))


class ShortName(NamedTuple):
    """A short spelling: its tokens, whether it counts only as written, and only with a year or a word of acceptance."""

    tokens: tuple[str, ...]
    series: VenueSeries
    exact: bool
    weak: bool


@dataclass(frozen=True, slots=True)
class VenueTable:
    """The venue table made ready for looking up words."""

    ignored: frozenset[str]
    abbreviations: dict[str, str]
    series: tuple[VenueSeries, ...]
    names: dict[str, Any]  # a trie of words; below "" stands the Series, or None for a name that is no venue
    short: dict[str, list[ShortName]]  # by first token in lower case, longest spelling first
    cues: re.Pattern[str]
    around: frozenset[str]
    repositories: tuple[str, ...]
    about_many: tuple[str, ...]
    said: dict[str, VenueSeries]

    def word(self, text: str) -> str:
        """Return the form in which the words of names are compared: lower case, written out, singular."""
        text = self.abbreviations.get(text.lower(), text.lower())
        return text.removesuffix("s") if len(text) > 3 else text  # noqa: PLR2004

    def add_name(self, name: str, series: VenueSeries | None) -> None:
        """Enter a name in full; raise ValueError if it is another venue's.

        What only an ignored word makes a name, "IEEE Access", is none: it would be found in "access the code".
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

    def add_short(self, spelling: str, series: VenueSeries, *, weak: bool) -> None:
        """Enter a short spelling; raise ValueError if it is another venue's."""
        tokens = tuple(TOKEN.findall(spelling))
        exact = weak or sum(map(str.isalpha, spelling)) < 4  # noqa: PLR2004
        others = self.short.setdefault(tokens[0].lower(), [])
        if any(other.tokens == tokens for other in others):
            raise ValueError(f"{spelling!r} names two venues")
        others.append(ShortName(tokens, series, exact, weak))
        others.sort(key=lambda short: -len(short.tokens))


@cache
def venue_table() -> VenueTable:
    """Load the venue table, once; raise ValueError where a spelling belongs to two venues."""
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
    loaded = VenueTable(
        ignored=frozenset(data["ignored"]),
        abbreviations=data["abbreviations"],
        series=series,
        names={},
        short={},
        cues=cue,
        around=frozenset(data["around"]),
        repositories=tuple(data["repositories"]),
        about_many=tuple(data["about_many"]),
        said={name.casefold(): line for line in series for name in line.said},
    )
    for line in series:
        for name in (line.full_name, *line.names):
            loaded.add_name(name, line)
        for spelling in line.acronyms:
            loaded.add_short(spelling, line, weak=False)
        for spelling in line.words:
            loaded.add_short(spelling, line, weak=True)
    for name in data["other"]:
        loaded.add_name(name, None)
    return loaded


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _pattern(cue: str) -> str:
    return r"[\s-]{1,3}".join(re.escape(word).replace(r"\*", r"\w*") for word in cue.split())
