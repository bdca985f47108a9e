"""Determine the edition of a venue in a text: the year of the meeting or volume, not of the upload. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.venues.table import venue_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipelines.venues.table import VenueSeries
    from pipelines.venues.texts.tokens import TokenizedText, VenueMention

_PUNCTUATION = frozenset("()[],:-–'’‘`´./")
_APOSTROPHES = frozenset("'’‘`´")
_BETWEEN = _PUNCTUATION | {
    *("conference", "demo", "findings", "full", "industry", "long", "main", "oral", "paper", "poster", "short"),
    *("spotlight", "srw", "system", "track"),
}
_BEFORE = _PUNCTUATION | {"acm", "conference", "international", "joint", "proceedings", "sigir", "sigkdd"}
_UNITS = frozenset({"+", "/", "fig", "figs", "figure", "figures", "p", "page", "pages", "pp", "table", "tables"})
_CARDINALS = [
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    "nineteenth",
]
_TENS = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ROMAN = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})")
_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_NO_YEAR_BEHIND = frozenset({"©", ":", "/", "-", "–", "(c)", "Copyright", "copyright"})
_MAX_YEAR_DISTANCE = 6  # tokens between a name and its year
_MAX_SENTENCES = 3  # mentions whose sentences are searched for a year
_MAX_MONTHS_LATE = 3  # months after a meeting in which its papers are uploaded; later, the next meeting is more likely


def edition(
    text: TokenizedText, mentions: Sequence[VenueMention], others: Sequence[VenueMention], published: datetime | None
) -> int | None:
    """Return the year beside a name, else in their sentences, else the only one in the text, else the next edition.

    `mentions` are those of one venue, the most reliable first; the years beside `others`, those of other venues, do not
    count. `published` is the time of the first version; years more than two years later do not count.
    """
    behind, before = (
        next(filter(None, (reader(text, mention, published) for mention in mentions)), None)
        for reader in (year_behind, year_before)
    )
    if behind and before == behind + 1 and published and _is_over(mentions[0].series, behind, published):
        return before  # "the 11th WSDM (WSDM '17)" after WSDM 2017: the ordinal is that of the next one
    if stated := behind or before:
        return stated
    taken = {index for other in others for index in range(other.first, other.last + 2)}
    for mention in mentions[:_MAX_SENTENCES]:
        if year := _year_in_sentence(text, mention, taken, published):
            return year
    return _only_year(text, mentions[0], taken, published) or _upcoming_edition(text, mentions[0], published)


def stated_year(text: TokenizedText, mention: VenueMention) -> int | None:
    """Return the year that stands directly behind or before a name; None if there is none."""
    return year_behind(text, mention, None) or year_before(text, mention, None)


def year_behind(text: TokenizedText, mention: VenueMention, published: datetime | None) -> int | None:
    """Return the year behind a name: "ICML 2018", "ICML'18", "ICML (Oral), 2018", "NIPS 30", "RSS XIV"."""
    series, tokens = mention.series, text.tokens
    for index in range(mention.last, min(mention.last + _MAX_YEAR_DISTANCE, len(tokens))):
        word, before = tokens[index].text, tokens[index - 1].text
        if _is_number(word, 4):
            return _plausible_year(int(word), series, published)
        if _is_number(word, 2):
            following = tokens[index + 1].text.lower() if index + 1 < len(tokens) else ""
            if before == "," or (following in _UNITS and before not in _APOSTROPHES):
                return None
            if mention.last - mention.first > 1 and index == mention.last and series.volumes:
                return _numbered_edition(series.volumes, int(word), series, published)
            return _plausible_year(_century(word), series, published) or _numbered_edition(
                series.volumes, int(word), series, published
            )
        if len(word) > 1 and (roman := _ROMAN.fullmatch(word)):
            return _numbered_edition(series.volumes, 10 * len(roman[1]) + _ONES.index(roman[2]), series, published)
        if word.lower() not in _BETWEEN:
            return None
    return None


def year_before(text: TokenizedText, mention: VenueMention, published: datetime | None) -> int | None:
    """Return the year before a name: "2018 IEEE/RSJ International …", "32nd AAAI", "Thirty-Second AAAI"."""
    series = mention.series
    first = max(0, mention.first - _MAX_YEAR_DISTANCE - 2)
    words = [token.text.lower() for token in text.tokens[first : mention.first]]
    while words:
        word = words.pop()
        if _is_number(word, 4):
            return _plausible_year(int(word), series, published)
        if word in {"st", "nd", "rd", "th"} and words and words[-1].isdecimal():
            return _numbered_edition(series.zeroth, int(words[-1]), series, published)
        if word in _CARDINALS:
            tens = next((10 * _TENS.index(ten) for ten in reversed(words[-2:]) if ten in _TENS), 0)
            return _numbered_edition(series.zeroth, tens + _CARDINALS.index(word), series, published)
        if word.endswith("ieth") and (ten := word.removesuffix("ieth") + "y") in _TENS:
            return _numbered_edition(series.zeroth, 10 * _TENS.index(ten), series, published)
        if word not in _BEFORE and word not in venue_table().ignored:
            return None
    return None


def _year_in_sentence(
    text: TokenizedText, mention: VenueMention, taken: set[int], published: datetime | None
) -> int | None:
    """Return the nearest four-digit year of the sentence, first behind the name: "ICRA, Brisbane, May 2018"."""
    tokens, sentence = text.tokens, text.tokens[mention.first].sentence
    for indices in (range(mention.last, len(tokens)), range(mention.first - 1, -1, -1)):
        for index in indices:
            if tokens[index].sentence != sentence or index in taken:
                break
            if _is_number(tokens[index].text, 4) and tokens[index - 1].text.lower() not in {"©", "copyright"}:
                year = _plausible_year(int(tokens[index].text), mention.series, published)
                if year:
                    return year
    return None


def _only_year(text: TokenizedText, mention: VenueMention, taken: set[int], published: datetime | None) -> int | None:
    """Return the year in another sentence if the text has only one: "In Proc. of ICML. June 2017"; for conferences."""
    if mention.series.month is None:
        return None
    years = {
        int(token.text)
        for index, token in enumerate(text.tokens)
        if _is_number(token.text, 4) and index not in taken and text.tokens[index - 1].text not in _NO_YEAR_BEHIND
    }
    year = years.pop() if len(years) == 1 else None
    return _plausible_year(year, mention.series, published) if year and mention.series.had_edition_in(year) else None


def _is_number(word: str, digits: int) -> bool:
    return len(word) == digits and word.isascii() and word.isdecimal()


def _century(word: str) -> int:
    return int(word) + (1900 if int(word) >= 60 else 2000)  # noqa: PLR2004 - no venue here is older than 1960


def _numbered_edition(zeroth: int | None, number: int, series: VenueSeries, published: datetime | None) -> int | None:
    return _plausible_year(zeroth + number, series, published) if zeroth else None


def _plausible_year(year: int, series: VenueSeries, published: datetime | None) -> int | None:
    return year if series.since <= year <= (published.year + 2 if published else 2100) else None


def _upcoming_edition(text: TokenizedText, mention: VenueMention, published: datetime | None) -> int | None:
    """Return the year of the first edition after the upload, at most the last one in which the venue had that name."""
    if published is None:
        return None
    year = next_edition(mention.series, published)
    spelling = "".join(token.text for token in text.tokens[mention.first : mention.last])
    return year and min(year, dict(mention.series.until).get(spelling, year))


def next_edition(series: VenueSeries, published: datetime) -> int | None:
    """Return the year of a conference's first edition that was not over at the upload; None for journals."""
    if series.month is None:
        return None
    years = (year for year in range(published.year - 1, published.year + 3) if not _is_over(series, year, published))
    return next((year for year in years if series.had_edition_in(year)), None)


def _is_over(series: VenueSeries, year: int, published: datetime) -> bool:
    """Return whether the meeting of a year was more than _MAX_MONTHS_LATE before the upload."""
    return 12 * year + (series.month or 12) < 12 * published.year + published.month - _MAX_MONTHS_LATE


def stated_edition(series: VenueSeries, year: int, published: datetime) -> int | None:
    """Return the edition for the year in a bibliography; None if there was none in that year.

    Bibliographies often give the year of the upload: if there was no edition in it, or it was over, it is the next one.
    """
    if (
        year == published.year
        and series.month
        and (not series.had_edition_in(year) or _is_over(series, year, published))
    ):
        return next_edition(series, published)
    return year if year >= published.year - 1 and series.had_edition_in(year) else None
