"""A parsed note: its mentions of URLs, its entries and their labelled fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from crawler.models.notes.note_file import NoteFile

if TYPE_CHECKING:
    from crawler.models.link import Verdict


class LinkRole(StrEnum):
    """The purpose of a link in its note."""

    ARTICLE = "article"
    PAPER = "paper"
    CODE = "code"
    IMAGE = "image"
    VIDEO = "video"
    DEMO = "demo"
    INDEX = "index"
    OTHER = "other"


SHOWN_ROLES = frozenset({LinkRole.IMAGE, LinkRole.VIDEO})
"""Roles of links that a note shows in their place, instead of leading there."""


class Syntax(StrEnum):
    """What a URL is written in, which decides how characters are escaped there.

    In MARKDOWN the bytes around it tell more: it is a destination, between angle brackets, or bare. SET is an attribute
    with several candidates (`srcset`), STYLE one with CSS. STRING is in quotes of YAML, TOML, JSON, a shortcode or MDX,
    PLAIN a value of YAML without quotes.
    """

    MARKDOWN = "markdown"
    ATTRIBUTE = "attribute"
    UNQUOTED = "unquoted attribute"
    SET = "set"
    STYLE = "style"
    STYLE_SHEET = "style sheet"
    STRING = "string"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Guess:
    """What makes the end of a bare URL a guess: it may also be read as `url`, "" for nothing that is a URL.

    `end` is the offset up to which either reading goes; no edit is made before it.
    """

    url: str
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a URL in a note.

    `url` is what a browser would get: entities decoded, backslash escapes removed, relative paths left relative.
    `start` and `end` are byte offsets of the URL as written, quotes and brackets excluded. `line` and `column` count
    from 1, columns in characters. `entry` is the index of its entry in `Note.entries`. `guess` is there if the end of
    the URL is a guess. `is_identifier` says that the id of a paper is written instead of its URL, so that nothing is
    edited there. `image_set` is the offset of the element of whose image it is one of several candidates, which are
    edited together; None for any other. Raises ValueError for an empty URL or span.
    """

    url: str
    start: int
    end: int
    line: int
    column: int
    text: str = ""
    role: LinkRole = LinkRole.OTHER
    entry: int | None = None
    guess: Guess | None = None
    is_identifier: bool = False
    syntax: Syntax = Syntax.MARKDOWN
    image_set: int | None = None

    def __post_init__(self) -> None:
        if not self.url:
            raise ValueError("a mention needs a URL")
        if not 0 <= self.start < self.end:
            raise ValueError(f"a mention needs a span, not {self.start}..{self.end}")
        if self.line < 1 or self.column < 1:
            raise ValueError(f"lines and columns count from 1, not {self.line}:{self.column}")


class FieldForm(StrEnum):
    """How a field is written, which decides where other facts may be added: below it, or in an empty cell."""

    LINE = "line"
    INLINE = "inline"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled fact of an entry: a line such as `- Paper: …`, a link such as `[pdf](…)`, a cell of a table.

    `name` is the canonical label (`paper`, `code`, `tips` …), `label` the label as written. `start` is the byte offset
    of the line on which the field begins, `label_start` that of its label (indent and list marker are between them),
    `end` the offset behind its last byte, line end excluded. `value` is its plain text, `mentions` the indexes of its
    mentions in `Note.mentions`.

    The label of a link is its text, "" if that is the title; that of a cell is the header of its column. The span of a
    cell is that of all between its bars; only an empty cell may have an empty span.
    """

    name: str
    label: str
    value: str
    start: int
    label_start: int
    end: int
    mentions: tuple[int, ...] = ()
    form: FieldForm = FieldForm.LINE

    def __post_init__(self) -> None:
        is_empty_cell = self.form is FieldForm.CELL and self.label_start == self.end
        if not (self.start <= self.label_start < self.end or is_empty_cell):
            raise ValueError(f"field {self.label!r} has no span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One work that the note lists, with the images and paragraphs that belong to it.

    `number` is its number as written, None without one; `line` is the line on which it begins, counted from 1;
    `section` the headings and list items above it, outermost first; `layout` the name of the module in
    `crawler.notes.layouts` that found it. `relevance` is the number of stars in its first line, `article` the index of
    its article's mention in `Note.mentions`, `mentions` the indexes of all its mentions. `start` and `end` are byte
    offsets of the whole entry, `title_span` those of its title, None where the title is not in one piece.
    """

    number: int | None
    title: str
    start: int
    end: int
    relevance: int = 0
    article: int | None = None
    fields: tuple[Field, ...] = ()
    mentions: tuple[int, ...] = ()
    line: int = 1
    section: tuple[str, ...] = ()
    layout: str = ""
    title_span: tuple[int, int] | None = None

    @property
    def line_fields(self) -> tuple[Field, ...]:
        """The fields that are lines of their own."""
        return tuple(field for field in self.fields if field.form is FieldForm.LINE)

    def field(self, name: str) -> Field | None:
        """Return the first field with a canonical name; None if there is none."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class NoteVouch:
    """A comment in which a person vouches for a link, by its index in `Note.mentions`; `until` is the last day."""

    mention: int
    verdict: Verdict
    until: date
    because: str


@dataclass(frozen=True, slots=True)
class Note:
    """One parsed Markdown file: `path` is relative to NOTES_DIR with `/` as separator, `data` its text as UTF-8.

    All offsets count in `data`; `file` has the bytes of the file itself, None if they are the same.
    `ignored` are the byte spans of its ignore comments, in order, not overlapping: they have no mentions and get no
    edits. `vouches` are what other comments say of links, `inner_links` the links
    to places in the note itself. `problems` are messages on invalid comments, each beginning
    with its line number.
    """

    path: str
    data: bytes = field(repr=False)
    title: str = ""
    date: date | None = None
    entries: tuple[Entry, ...] = ()
    mentions: tuple[Mention, ...] = ()
    ignored: tuple[tuple[int, int], ...] = ()
    problems: tuple[str, ...] = ()
    vouches: tuple[NoteVouch, ...] = ()
    inner_links: tuple[Mention, ...] = ()
    file: NoteFile | None = field(default=None, repr=False)

    @property
    def as_file(self) -> NoteFile:
        """The file of the note."""
        return self.file or NoteFile(self.path, self.data, self.data)

    @property
    def guessed(self) -> tuple[tuple[int, int], ...]:
        """The byte spans of the URLs whose ends are guesses, whichever way they are read: they get no edits."""
        return tuple((each.start, each.guess.end) for each in self.mentions if each.guess is not None)

    def first_mention(self, entry: Entry, role: LinkRole) -> int | None:
        """Return the index of an entry's first mention with a role: in the field named like it, else anywhere."""
        in_fields = (index for field in entry.fields if field.name == role.value for index in field.mentions)
        return next((index for index in chain(in_fields, entry.mentions) if self.mentions[index].role is role), None)

    @property
    def ratings(self) -> dict[int, int]:
        """The numbers of stars of the entries by the articles and papers that they list: indexes of mentions."""
        subjects = ((entry, (entry.article, self.first_mention(entry, LinkRole.PAPER))) for entry in self.entries)
        return {at: entry.relevance for entry, both in subjects for at in both if at is not None}

    def source_of(self, mention: Mention) -> str:
        """Return the mention's URL as it is written in the note."""
        return self.data[mention.start : mention.end].decode()
