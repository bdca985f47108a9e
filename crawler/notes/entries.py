"""The entries of a note: its numbered items with their fields, and the role of each link. Pure.

An *entry* is a numbered item of an outermost list with a link in its first paragraph or in one of its fields; a list of
steps without links has no entries, nor has an index of other notes. An entry ends at the next numbered item or heading,
so that the images and paragraphs between belong to it. A *field* is a line of an entry that begins with a short label
and a colon.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from crawler.models.note import Entry, Field, LinkRole
from crawler.notes.fields import LABEL_TABLE, find_fields
from crawler.notes.outline import collapse_blanks, trimmed_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.notes.outline import Line, Outline, RawMention

_LABEL_ROLES = {name: LinkRole(label["role"]) for name, label in LABEL_TABLE["labels"].items() if "role" in label}
_HOST_ROLES = {host: LinkRole(role) for host, role in LABEL_TABLE["hosts"].items()}

_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
_STARS = re.compile(r":star:|⭐\ufe0f?")
_HOST = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]{1,253})", re.IGNORECASE)
_MARKDOWN_FILE = re.compile(r"(?![a-z][a-z0-9+.-]*:)[^?#]+\.(?:md|markdown)(?:[?#]|$)", re.IGNORECASE)
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


def split_entries(outline: Outline, mentions: list[RawMention]) -> tuple[tuple[Entry, ...], list[LinkRole]]:
    """Return the note's entries, and the role of each mention.

    The role is that of the element (an image is an image in any field), else that of the field's label, else that of
    the URL's host, else `article` for the title link of an entry, else `other`. Relative links to Markdown files are
    `index`.
    """
    splitter = _EntrySplitter(outline, mentions)
    entries = tuple(entry for start in outline.items if (entry := splitter.entry_at(start)) is not None)
    return entries, [role or LinkRole.OTHER for role in splitter.roles]


class _EntrySplitter:
    """Builds the entries of one note one after the other, and sets the roles of their mentions in `roles`."""

    def __init__(self, outline: Outline, mentions: list[RawMention]) -> None:
        self.roles = [mention.role or _role_of(mention.url) for mention in mentions]
        self._outline = outline
        self._mentions = mentions
        self._by_place = sorted(range(len(mentions)), key=lambda index: mentions[index].place)
        self._places = [mentions[index].place for index in self._by_place]
        self._line_starts = [line.start for line in outline.lines]
        self._bounds = sorted([*outline.items, *(start for start, _ in outline.headings), len(outline.data)])

    def entry_at(self, start: int) -> Entry | None:
        """Return the entry of the numbered item at an offset; None if the item is no entry."""
        outline = self._outline
        end = trimmed_end(outline.data, start, self._bounds[bisect_right(self._bounds, start)])
        lines = outline.lines[bisect_left(self._line_starts, start) : bisect_left(self._line_starts, end)]
        number = _NUMBER.match(outline.data, start, end)
        if not lines or not number:
            return None
        fields = tuple(find_fields(outline, lines, end, self._mentions_within))
        self._set_label_roles(fields)
        head = lines[0]
        head_end = min([head.leaf_end, *(field.label_start for field in fields[:1])])
        head_mentions = self._mentions_within(start, head_end)
        if not self._has_content_link([*head_mentions, *(index for field in fields for index in field.mentions)]):
            return None
        title_link = next((index for index in head_mentions if self._mentions[index].role is None), None)
        if title_link is not None:
            self.roles[title_link] = self.roles[title_link] or LinkRole.ARTICLE
        return Entry(
            number=int(number[1]),
            title=self._title(head, head_end, title_link),
            start=start,
            end=end,
            relevance=len(_STARS.findall(outline.text(head.start, head_end))),
            article=self._article(title_link, fields),
            fields=fields,
            mentions=tuple(sorted(self._mentions_within(start, end))),
        )

    def _mentions_within(self, start: int, end: int) -> list[int]:
        """Return the indexes of the mentions in a span, in the order of their places."""
        return self._by_place[bisect_left(self._places, start) : bisect_left(self._places, end)]

    def _set_label_roles(self, fields: Iterable[Field]) -> None:
        """Give the mentions of each field the role of its label, unless their element determines it."""
        for field in fields:
            for index in field.mentions:
                self.roles[index] = self._mentions[index].role or _LABEL_ROLES.get(field.name) or self.roles[index]

    def _has_content_link(self, indexes: Iterable[int]) -> bool:
        """Return whether one of the mentions is neither an image nor a link to another note."""
        return any(self.roles[index] not in {LinkRole.IMAGE, LinkRole.INDEX} for index in indexes)

    def _title(self, head: Line, head_end: int, title_link: int | None) -> str:
        """Return the first line without stars, or the text of the title link if the line begins with it."""
        title = self._outline.text(head.start, min(head.end, head_end))
        if title_link is not None:
            link = self._mentions[title_link]
            if not self._outline.data[head.start : link.place].strip(b"*_~ \t"):
                title = link.text or title
        return collapse_blanks(_STARS.sub(" ", title))

    def _article(self, title_link: int | None, fields: Iterable[Field]) -> int | None:
        """Return the index of the first of title link and links of article fields that has the role `article`."""
        candidates = [index for field in fields if field.name == LinkRole.ARTICLE for index in field.mentions]
        if title_link is not None:
            candidates.insert(0, title_link)
        return next((index for index in candidates if self.roles[index] is LinkRole.ARTICLE), None)


def reindex_mentions(entries: Iterable[Entry], remaining: list[int]) -> tuple[Entry, ...]:
    """Return the entries with only the mentions at the indexes `remaining`, which get new indexes in this order."""
    new_index = {old: new for new, old in enumerate(remaining)}

    def reindexed(mentions: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(new_index[old] for old in mentions if old in new_index)

    return tuple(
        replace(
            entry,
            article=None if entry.article is None else new_index.get(entry.article),
            fields=tuple(replace(field, mentions=reindexed(field.mentions)) for field in entry.fields),
            mentions=reindexed(entry.mentions),
        )
        for entry in entries
    )


def _role_of(url: str) -> LinkRole | None:
    """Return the role of a URL by its host or a parent domain; `index` for relative links to Markdown files."""
    match = _HOST.match(url)
    if not match:
        return LinkRole.INDEX if _MARKDOWN_FILE.match(url) else None
    host = match[1].casefold()
    while host:
        if host in _HOST_ROLES:
            return _HOST_ROLES[host]
        host = host.partition(".")[2]
    return None


def find_dates(text: str) -> Iterator[date]:
    """Yield the valid dates in a heading or path, such as 2021.5.10, 2021年5月10日, 20210510, 202105/0510."""
    for match in _DATES.finditer(unicodedata.normalize("NFKC", text)):
        year, month, day = (int(part) for part in match.groups() if part)
        with suppress(ValueError):
            yield date(year, month, day)
