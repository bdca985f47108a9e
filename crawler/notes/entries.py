"""The entries of a note: the works that it lists, in whatever layout, and the role of each link. Pure.

Each layout of `crawler.notes.layouts` yields candidates with a score, which is its evidence. Of all candidates the set
without overlaps that has the highest sum of scores is taken, so that a note may have several layouts. What has no
evidence is no entry: a table of contents, an index of notes, steps, news.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from crawler.models.notes.note import Entry, LinkRole
from crawler.notes.layouts import layouts
from crawler.notes.outline_index import OutlineIndex
from crawler.notes.works.candidates import best_set

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crawler.notes.outline import Outline, RawMention
    from crawler.notes.works.candidates import Candidate

_FORCED_SCORE = 0.1
_DATES = re.compile(
    r"""
    (?= (?<!\d) (?P<year> (?:19|20)\d\d )
    (?: \s*[-._/年]\s* (?P<month> \d{1,2} ) \s*[-._/月]\s* (?P<day> \d{1,2} )
      | /? (?P<month2> \d\d ) /? (?P<day2> \d\d )
      | (?P<month3> \d\d ) / (?P=month3) (?P<day3> \d\d )
    ) (?!\d) )
    """,
    re.VERBOSE,
)


def split_entries(
    outline: Outline, mentions: list[RawMention], named: Collection[str] | None = None
) -> tuple[tuple[Entry, ...], list[LinkRole]]:
    """Return the note's entries, and the role of each mention.

    The role is that of the element (an image is an image in any field), else that of the label, else that of the
    link's text, else that of the URL's host, else that of its place: `article` or `paper` for the link of a title, else
    `other`. Relative links to Markdown files are `index`. `named` are the layouts that a comment in the note names:
    only these count, and without evidence; None if it names none.
    """
    index = OutlineIndex(outline, mentions, is_forced=named is not None)
    found = _candidates(index, named)
    roles = list(index.roles)
    entries = []
    for layout, candidate in found:
        for at, role in candidate.roles.items():
            roles[at] = role
        entries.append(_entry(index, layout, candidate))
    return _with_lines(outline.data, entries), [role or LinkRole.OTHER for role in roles]


def _candidates(index: OutlineIndex, named: Collection[str] | None) -> list[tuple[str, Candidate]]:
    """Return the best set of candidates with the names of their layouts."""
    layout_of: dict[int, str] = {}
    everything: list[Candidate] = []
    for name, entries in layouts().items():
        if named is not None and name not in named:
            continue
        for found in entries(index):
            candidate = replace(found, score=_FORCED_SCORE) if named is not None and found.score <= 0 else found
            layout_of[id(candidate)] = name
            everything.append(candidate)
    return [(layout_of[id(each)], each) for each in best_set(everything)]


def _entry(index: OutlineIndex, layout: str, candidate: Candidate) -> Entry:
    return Entry(
        number=candidate.number,
        title=candidate.title,
        start=candidate.start,
        end=candidate.end,
        relevance=candidate.relevance,
        article=candidate.article,
        fields=candidate.fields,
        mentions=tuple(sorted(index.mentions_within(candidate.start, candidate.end))),
        section=(*index.section_at(candidate.start - 1), *candidate.categories),
        layout=layout,
        title_span=candidate.title_span,
    )


def _with_lines(data: bytes, entries: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries with the lines on which they begin, counted from the entry before, to stay linear."""
    line, counted, result = 1, 0, []
    for entry in entries:
        line, counted = line + data.count(b"\n", counted, entry.start), entry.start
        result.append(replace(entry, line=line))
    return tuple(result)


def reindex_mentions(entries: Iterable[Entry], new_index: Mapping[int, int]) -> tuple[Entry, ...]:
    """Return the entries with new indexes of their mentions, by the former ones, and without all others.

    Mentions that get the same index are one.
    """

    def reindexed(mentions: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(new_index[old] for old in mentions if old in new_index))

    return tuple(
        replace(
            entry,
            article=None if entry.article is None else new_index.get(entry.article),
            fields=tuple(replace(field, mentions=reindexed(field.mentions)) for field in entry.fields),
            mentions=reindexed(entry.mentions),
        )
        for entry in entries
    )


def find_dates(text: str) -> Iterator[date]:
    """Yield the valid dates in a heading or path, such as 2021.5.10, 2021年5月10日, 20210510, 202105/0510."""
    for match in _DATES.finditer(unicodedata.normalize("NFKC", text)):
        year, month, day = (int(part) for part in match.groups() if part)
        with suppress(ValueError):
            yield date(year, month, day)
