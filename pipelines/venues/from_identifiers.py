"""Determine a paper's venue from its identifiers: DOI, ACL Anthology, DBLP, OpenReview, CVF open access. Pure.

What each identifier says is in `pipelines/data/venue_identifiers.toml`; the numbers of single proceedings in DOIs are
in `pipelines/data/proceedings.tsv`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pipelines.venues.model import Venue
from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.venues.table import VenueSeries

SCHEMES = ("acl", "openreview", "cvf", "doi", "dblp")
"""Schemes of identifiers that say a venue, the surest first; `venue_source` is the scheme."""

_ACL = re.compile(
    r"(?P<letter>[A-Z])(?P<short>\d\d)-(?P<number>\d+)|(?P<year>\d{4})\.(?P<name>[a-z0-9]+)-(?P<part>[a-z0-9]+)"
)
_ACL_TRACKS = {"demo": "demo", "demos": "demo", "srw": "workshop", "industry": "industry", "tutorials": "tutorial"}
_OPENREVIEW_TRACKS = {"datasets": "datasets", "blogposts": "blogpost", "tinypapers": "tiny paper"}
_PROCEEDINGS = re.compile(r"(10\.1145/\d+(?=\.)|10\.1007/978-[\d-]+(?=_)|10\.1137/1\.978\d+(?=\.))")
_LONGEST_ID = 300
_LAST_MAIN_VOLUME = 6  # volumes of an old id with a higher thousand are those of workshops


@dataclass(frozen=True, slots=True)
class _Identifiers:
    """The table of identifiers: patterns by scheme, with the fields of each; codes; volumes of the ACL Anthology."""

    patterns: Mapping[str, list[tuple[re.Pattern[str], dict[str, Any]]]]
    codes: Mapping[str, VenueSeries]
    acl: Mapping[str, str]
    proceedings: Mapping[str, tuple[str, int]]


def venue_of_identifiers(ids: Mapping[str, str]) -> Venue | None:
    """Return the venue that one of a paper's ids says, with its scheme as the source; None if none says any."""
    for scheme in SCHEMES:
        identifier = next(iter(ids.get(scheme, "").split()), "")[:_LONGEST_ID]
        if identifier and (said := _said(scheme, identifier)):
            name, year, track = said
            return Venue(name, year, track, scheme, identifier)
    return None


def _said(scheme: str, identifier: str) -> tuple[str, int | None, str | None] | None:
    """Return name, year and track that an identifier says."""
    if scheme == "acl":
        return _of_acl(identifier)
    if scheme == "doi" and (number := _PROCEEDINGS.match(identifier)):
        printed = _identifiers().proceedings.get(number[1])
        return (*printed, None) if printed else None
    for pattern, fields in _identifiers().patterns[scheme]:
        if match := pattern.match(identifier):
            if scheme == "doi" and (paper := match.groupdict().get("acl")):
                return _of_acl(paper)
            if said := _of_match(match.groupdict(), fields):
                return said
    return None


def _of_match(groups: Mapping[str, str | None], fields: Mapping[str, Any]) -> tuple[str, int | None, str | None] | None:
    """Return what the groups of a match and the fields of its pattern say; None if no venue has that code."""
    code, track = groups.get("code") or fields.get("venue", ""), fields.get("track")
    series = _series(code)
    if series is None and code.lower().endswith("w"):  # CVPRW, CVPR workshops
        series, track = _series(code[:-1]), "workshop"
    if series is None:
        return None
    event, rest = (groups.get("event") or "").lower(), (groups.get("rest") or "").lower()
    if event and event != "conference":
        named = event + rest.replace("_", "")
        default = "workshop" if event in {"workshop", "w", "_workshops"} else None
        track = next((name for word, name in _OPENREVIEW_TRACKS.items() if word in named), default)
    return series.name, _year(groups, fields, series), track


def _year(groups: Mapping[str, str | None], fields: Mapping[str, Any], series: VenueSeries) -> int | None:
    if year := groups.get("year"):
        return int(year)
    if short := groups.get("short"):
        return _century(short)
    zeroth = fields.get("zeroth", series.zeroth)
    if (volume := groups.get("volume")) and zeroth:
        return int(volume) + int(zeroth)
    return None


def _century(short: str) -> int:
    return int(short) + (1900 if int(short) >= 60 else 2000)  # noqa: PLR2004 - no venue here is older than 1960


def _of_acl(identifier: str) -> tuple[str, int | None, str | None] | None:
    """Return what an id of the ACL Anthology says: `N19-1423`, `2020.acl-main.1`, `2021.findings-emnlp.3`."""
    match = _ACL.match(identifier)
    if match is None:
        return None
    if letter := match["letter"]:
        name, year = _identifiers().acl.get(letter), _century(match["short"])
        volume = int(match["number"]) // 1000
        track = "workshop" if letter in "PNDEC" and volume > _LAST_MAIN_VOLUME else None
        return (name, year, track) if name else None
    is_findings = match["name"] == "findings"
    name = match["part"] if is_findings else match["name"]
    series = _series(_identifiers().acl.get(name) or name)
    if series is None:
        return None
    track = "findings" if is_findings else _ACL_TRACKS.get(match["part"])
    return series.name, int(match["year"]), track


def _series(code: str) -> VenueSeries | None:
    return _identifiers().codes.get(code.lower())


@cache
def _identifiers() -> _Identifiers:
    """Return the table, loaded once; raise KeyError if it names a venue that is in no table.

    Acronyms that are ordinary words belong to several conferences, so only those in [codes] count.
    """
    data = files("pipelines").joinpath("data")
    table = tomllib.loads(data.joinpath("venue_identifiers.toml").read_text("utf-8"))
    patterns = {
        scheme: [(re.compile(line.pop("pattern"), re.IGNORECASE), line) for line in table[scheme]]
        for scheme in ("doi", "dblp", "openreview", "cvf")
    }
    codes = {
        re.sub(r"\s", "", spelling).lower(): series
        for series in venue_table().series
        for spelling in (*series.acronyms, series.name)
        if spelling not in series.words
    }
    codes = {key: series for key, series in venue_table().dblp.items() if key not in codes} | codes
    codes |= {code: venue_table().by_name[name] for code, name in table["codes"].items()}
    rows = (
        line.split("\t") for line in data.joinpath("proceedings.tsv").read_text("utf-8").splitlines() if line[0] != "#"
    )
    return _Identifiers(patterns, codes, table["acl"], {prefix: (name, int(year)) for prefix, name, year in rows})
