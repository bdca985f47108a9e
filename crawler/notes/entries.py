"""The entries of a note: its numbered items with their fields, and what each link in them is for.

An *entry* is a numbered item of an outermost list that has a link in its first paragraph or in one of its fields: a
list of steps without links is none, nor is an index of other notes. It runs until the next numbered item or heading, so
that the pictures and paragraphs between belong to it. A *field* is a line of it that begins with a short label and a
colon.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from crawler.models.note import Entry, Field, LinkRole
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TABLE = tomllib.loads(files("crawler").joinpath("data/labels.toml").read_text(encoding="utf-8"))
_NAMES = frozenset(_TABLE["labels"])
_SPELLINGS: dict[str, str] = {
    spelling: name for name, label in _TABLE["labels"].items() for spelling in [name, *label["spellings"]]
}
_LONG, _VERY_LONG = 5, 8  # letters from which one slip, and two, are tolerated; shorter words are too near to others
_ROLES = {name: LinkRole(label["role"]) for name, label in _TABLE["labels"].items() if "role" in label}
_HOSTS = {host: LinkRole(role) for host, role in _TABLE["hosts"].items()}

_LABEL = re.compile(
    r"""
    (?P<before> [^\w*\[\]<>`!()\\:：]* )               # a stray dash, an emoji
    [*_]{0,3}
    (?P<label> [^\W_] [^:：\r\n\[\]<>`|*，。！？；,;!?“”"\\]{0,19} )
    [*_]{0,3} [ \t]*
    (?: ： | : (?! // | (?<=\d:)\d | [a-z0-9_+-]+: (?!//) ) )    # no URL, time of day or emoji shortcode
    [*_]{0,3}
    """,
    re.VERBOSE,
)
_LABEL_REACH = 200  # bytes: more than the longest label with its marks
_NUMBER = re.compile(rb"\s*(\d{1,9})[.)]")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
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


@dataclass(slots=True)
class RawMention:
    """A mention in the making.

    `place` is where the reader meets it: the start of the link, for a reference definition that of its first use.
    `role` is what its element alone says.
    """

    url: str
    start: int
    end: int
    place: int
    text: str = ""
    role: LinkRole | None = None


@dataclass(slots=True)
class Line:
    """One line of a paragraph: its text begins at `start` and ends at `end`, its paragraph at `leaf_end`.

    `item_end` is the end of the list item around it, None where that is an outermost numbered item or there is none.
    """

    start: int
    end: int
    leaf_end: int
    item_end: int | None


@dataclass(slots=True)
class Outline:
    """What entries are made of, in document order: outermost numbered items, headings, lines and plain text.

    Headings are spans; those inside list items are left out. Plain text is kept as pieces: `texts[n]` stands at
    `starts[n]..ends[n]`.
    """

    data: bytes
    items: list[int] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, start: int, end: int, text: str) -> None:
        """Add a piece of plain text."""
        self.starts.append(start)
        self.ends.append(end)
        self.texts.append(text)

    def text(self, start: int, end: int) -> str:
        """Return the plain text that stands in `start..end`, blanks collapsed; a piece may be cut at its front."""
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        texts = self.texts[first:last]
        if texts and self.starts[first] < start:
            texts[0] = texts[0].encode()[start - self.starts[first] :].decode(errors="ignore")
        return collapse_blanks("".join(texts))


@dataclass(frozen=True, slots=True)
class _Label:
    """A label at the front of a line; `value` is the offset behind its colon, `end` that of the field at most."""

    name: str
    written: str
    line: Line
    start: int
    value: int
    end: int


def collapse_blanks(text: str) -> str:
    """Return a text on one line; a zero-width space counts as white space."""
    return collapse_whitespace(text.replace("\u200b", " "))


def split_entries(outline: Outline, found: list[RawMention]) -> tuple[tuple[Entry, ...], list[LinkRole]]:
    """Return the note's entries, and the role of each of `found`.

    A role comes from the element (a picture is a picture wherever it stands), else from the label of the field, else
    from the URL's host, else from the place: an entry's title link is its article. Relative links to Markdown files are
    an index.
    """
    roles = [thing.role or _role_of(thing.url) for thing in found]
    order = sorted(range(len(found)), key=lambda position: found[position].place)
    places = [found[position].place for position in order]
    line_starts = [line.start for line in outline.lines]
    bounds = sorted([*outline.items, *(start for start, _ in outline.headings), len(outline.data)])
    entries: list[Entry] = []

    def mentions_within(start: int, end: int) -> list[int]:
        return order[bisect_left(places, start) : bisect_left(places, end)]

    for start in outline.items:
        end = _trim(outline.data, start, bounds[bisect_right(bounds, start)])
        lines = outline.lines[bisect_left(line_starts, start) : bisect_left(line_starts, end)]
        number = _NUMBER.match(outline.data, start, end)
        if not lines or not number:
            continue
        fields = tuple(_find_fields(outline, lines, end, mentions_within))
        head = lines[0]
        head_end = min([head.leaf_end, *(field.label_start for field in fields[:1])])
        for labelled in fields:
            for position in labelled.mentions:
                roles[position] = found[position].role or _ROLES.get(labelled.name) or roles[position]
        linked = {
            *mentions_within(start, head_end),
            *(position for labelled in fields for position in labelled.mentions),
        }
        if all(roles[position] in {LinkRole.IMAGE, LinkRole.INDEX} for position in linked):
            continue
        article = next(
            (position for position in mentions_within(start, head_end) if found[position].role is None), None
        )
        title = outline.text(head.start, min(head.end, head_end))
        if article is not None:
            roles[article] = roles[article] or LinkRole.ARTICLE
            if not outline.data[head.start : found[article].place].strip(b"*_~ \t"):
                title = found[article].text or title
        articles = [
            article,
            *(at for labelled in fields if labelled.name == LinkRole.ARTICLE for at in labelled.mentions),
        ]
        entries.append(
            Entry(
                number=int(number[1]),
                title=collapse_blanks(_STARS.sub(" ", title)),
                start=start,
                end=end,
                relevance=len(_STARS.findall(outline.text(head.start, head_end))),
                article=next((at for at in articles if at is not None and roles[at] is LinkRole.ARTICLE), None),
                fields=fields,
                mentions=tuple(sorted(mentions_within(start, end))),
            )
        )
    return tuple(entries), [role or LinkRole.OTHER for role in roles]


def reindex_mentions(entries: Iterable[Entry], kept_mentions: list[int]) -> tuple[Entry, ...]:
    """Return the entries with only the mentions at these positions of the note's, counted anew."""
    position = {old: new for new, old in enumerate(kept_mentions)}

    def among_kept(mentions: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(position[old] for old in mentions if old in position)

    return tuple(
        replace(
            entry,
            article=None if entry.article is None else position.get(entry.article),
            fields=tuple(replace(field, mentions=among_kept(field.mentions)) for field in entry.fields),
            mentions=among_kept(entry.mentions),
        )
        for entry in entries
    )


def _find_fields(
    outline: Outline, lines: list[Line], end: int, mentions_within: Callable[[int, int], list[int]]
) -> Iterator[Field]:
    """Yield the fields of the entry whose lines these are; a field runs until the next, or to the end of its block."""
    labels: list[_Label] = []
    for line in lines[1:]:
        label = _parse_label(outline.data, line, end)
        if label is None:
            continue
        inside = labels and line.start < labels[-1].end and line.leaf_end != labels[-1].line.leaf_end
        if label.name in _NAMES or not inside:  # within a field, only a label from the table begins another
            labels.append(label)
    for position, label in enumerate(labels):
        following = _line_start(outline.data, labels[position + 1].start) if position + 1 < len(labels) else end
        label_end = _trim(outline.data, label.value, min(label.end, following))
        yield Field(
            name=label.name,
            label=label.written,
            value=outline.text(label.value, label_end),
            start=_line_start(outline.data, label.start),
            label_start=label.start,
            end=label_end,
            mentions=tuple(sorted(mentions_within(label.start, label_end))),
        )


def _parse_label(data: bytes, line: Line, end: int) -> _Label | None:
    text = data[line.start : min(line.end, line.start + _LABEL_REACH)].decode(errors="ignore")
    match = _LABEL.match(text)
    name = canonical_label(match["label"]) if match else ""
    if not match or not name:
        return None
    start, value = (line.start + len(text[:offset].encode()) for offset in (match.end("before"), match.end()))
    return _Label(name, match["label"].strip(), line, start, value, min(line.item_end or line.leaf_end, end))


@lru_cache(maxsize=4096)
def canonical_label(label: str) -> str:
    """Return the canonical name of a label, the folded label where the table has none, or nothing if it has no letters.

    Width, case, punctuation around and digits behind do not count; nor do one slip of the keyboard (two from eight
    letters on) in spellings of five letters or more that begin alike.
    """
    folded = _EDGES.sub("", collapse_blanks(unicodedata.normalize("NFKC", label).casefold()))
    bare = folded.rstrip("0123456789 ")
    for spelling in (folded, bare):
        if spelling in _SPELLINGS:
            return _SPELLINGS[spelling]
    if not bare:
        return ""
    alike = [spelling for spelling in _SPELLINGS if len(spelling) >= _LONG and spelling[0] == bare[0]]
    slips = 1 if len(bare) < _VERY_LONG else 2
    near = extractOne(bare, alike, scorer=OSA.distance, score_cutoff=slips)
    return _SPELLINGS[near[0]] if near else folded


def _role_of(url: str) -> LinkRole | None:
    match = _HOST.match(url)
    if not match:
        return LinkRole.INDEX if _MARKDOWN_FILE.match(url) else None
    host = match[1].casefold()
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        host = host.partition(".")[2]
    return None


def find_dates(text: str) -> Iterator[date]:
    """Yield the valid dates a heading or a path names, such as 2021.5.10, 2021年5月10日, 20210510, 202105/0510."""
    for match in _DATES.finditer(unicodedata.normalize("NFKC", text)):
        year, month, day = (int(part) for part in match.groups() if part)
        with suppress(ValueError):
            yield date(year, month, day)


def _trim(data: bytes, start: int, end: int) -> int:
    return start + len(data[start:end].rstrip())


def _line_start(data: bytes, offset: int) -> int:
    newline = data.rfind(b"\n", 0, offset) + 1
    return max(newline, data.rfind(b"\r", newline, offset) + 1)
