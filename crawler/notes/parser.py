"""Reading notes: bytes to entries and mentions with exact byte spans.

pyromark (pulldown-cmark) says what is a link, what is code and what is plain text; `crawler.notes.url_spans` finds
where in the bytes a URL stands, `crawler.notes.entries` what it is for, `crawler.notes.ignore_comments` what is passed
over. Nothing here guesses: a span is kept only if what is written there is read as the mention's URL.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pyromark
from pyromark import Options

from crawler.models.note import LinkRole, Mention, Note
from crawler.notes import ignore_comments, url_spans
from crawler.notes.entries import (
    Line,
    Outline,
    RawMention,
    collapse_blanks,
    find_dates,
    reindex_mentions,
    split_entries,
)
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

# What GitHub and Obsidian read; wikilinks name notes, not URLs.
_OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
)
_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n?|\n")
_UNDER_HTML = re.compile(
    rb"(?:</[A-Za-z][A-Za-z0-9]*|--)>(?=[ \t]*(?:\r\n?|\n)(?P<below>) {0,3}(?:\d{1,9}[.)]|[-*+]|\#{1,6})[ \t])"
)
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{")
"""What a template has in place of an address or of a part of it: braces of Jekyll and Hugo, variables of scripts."""

_LINE_MARKS = re.compile(rb"(?<=[\r\n])[ \t>]+")
_DROPPED = dict.fromkeys(map(ord, "\t\r\n"))  # by every reader of URLs (URL Living Standard, 4.4)

_EMPHASIS = {"Emphasis", "Strong", "Strikethrough"}
_INLINE = _EMPHASIS | {"Link", "Image"}
_VERBATIM = {"code", "pre", "kbd", "samp", "script", "style", "textarea"}
_ATTRIBUTES = {"href", "src", "poster"}
_ELEMENT_ROLES = {
    ("img", "src"): LinkRole.IMAGE,
    ("video", "src"): LinkRole.VIDEO,
    ("source", "src"): LinkRole.VIDEO,
    ("video", "poster"): LinkRole.IMAGE,
}
_DEEPEST_TEXT = 2  # a picture in a link; what is nested deeper shows no text of its own


def parse_note(path: str, data: bytes) -> Note:
    """Read one note; `path` is relative to NOTES_DIR with `/` as separator.

    Mentions come in the order of their spans and do not overlap. A `www.` address is read as GFM reads it, with
    `http://` in front. A reference definition is one mention however often it is used. Anchors in the note itself
    (`#…`), `data:` URLs, mail addresses in angle brackets and what the author asks to ignore are no mentions. Raises
    UnicodeDecodeError where the bytes are not UTF-8.
    """
    reader = _Reader(data)
    outline, found = reader.outline, sorted(reader.found, key=lambda thing: thing.start)
    entries, roles = split_entries(outline, found)
    if reader.ignored:  # only now: what an entry is, and what its other links are for, does not change
        kept = [
            at
            for at, thing in enumerate(found)
            if not ignore_comments.overlaps_spans(reader.ignored, thing.start, thing.end)
        ]
        entries = reindex_mentions(entries, kept)
        found, roles = [found[at] for at in kept], [roles[at] for at in kept]
    homes = {position: home for home, entry in enumerate(entries) for position in entry.mentions}
    mentions = tuple(
        Mention(
            url=thing.url,
            start=thing.start,
            end=thing.end,
            line=line,
            column=column,
            text=thing.text,
            role=roles[position],
            entry=homes.get(position),
        )
        for position, (thing, (line, column)) in enumerate(zip(found, _positions(data, found), strict=True))
    )
    headings = [outline.text(start, end) for start, end in outline.headings]
    in_headings = (day for heading in headings for day in find_dates(heading))
    in_path = [None, *find_dates(path)]
    return Note(
        path=path,
        data=data,
        title=headings[0] if headings else "",
        date=next(in_headings, in_path[-1]),
        entries=entries,
        mentions=mentions,
        ignored=reader.ignored,
        problems=tuple(reader.problems),
    )


def _positions(data: bytes, found: list[RawMention]) -> Iterator[tuple[int, int]]:
    """Yield line and column of each mention, counting from the one before where both share a line."""
    first = len(_BOM) if data.startswith(_BOM) else 0
    lines = [first, *(match.end() for match in _LINE_END.finditer(data))]
    at, column = first, 1
    for thing in found:
        line = bisect_right(lines, thing.start)
        if lines[line - 1] > at:
            at, column = lines[line - 1], 1
        column += len(data[at : thing.start].decode())
        at = thing.start
        yield line, column


class _Reader:
    """One walk over the events of a note: it leaves all mentions in `found`, entries in the making in `outline`."""

    def __init__(self, data: bytes) -> None:
        self.outline = Outline(data)
        self.found: list[RawMention] = []
        self.ignored: tuple[ignore_comments.Span, ...] = ()
        self.problems: list[str] = []
        self._data = data
        self._before = 0  # where the last inline event ended
        # What is around the place being read.
        self._lists: list[bool] = []  # whether numbered
        self._items: list[int | None] = []  # their ends; None for an outermost numbered one
        self._block = ""  # a block whose text is no Markdown
        self._in_cell = False
        self._emphasis: list[int] = []  # where the closing marks stand
        self._links: list[tuple[int, int, dict[str, Any]]] = []  # starts, pieces of text before, pyromark's data
        self._anchor: tuple[RawMention, int] | None = None  # HTML's <a>, pieces of text before
        self._verbatim = 0  # depth of HTML elements such as <code>
        # What is collected until something ends it.
        self._lines: list[Line] = []
        self._at_line_start = True
        self._html: list[tuple[int, int]] = []
        self._run: tuple[int, int] | None = None  # text in which bare URLs may stand
        self._limits: list[tuple[int, int]] = []  # how far they may reach, see `url_spans.find_bare_urls`
        self._uses: dict[str, list[RawMention]] = {}  # of each reference
        self._comments: list[ignore_comments.Comment] = []
        self._walk()

    def _walk(self) -> None:
        shift = len(_BOM) if self._data.startswith(_BOM) else 0
        text = _with_html_block_fix(self._data[shift:]).decode()
        for event, span in pyromark.events_with_range(text, options=_OPTIONS):
            start, end = span["start"] + shift, span["end"] + shift
            kind, value = (event, "") if isinstance(event, str) else next(iter(cast("dict[str, Any]", event).items()))
            if kind in {"Start", "End"}:
                name, details = (value, None) if isinstance(value, str) else next(iter(value.items()))
                if name in _INLINE:
                    (self._start_inline if kind == "Start" else self._end_inline)(name, details, start, end)
                else:
                    self._end_leaf()
                    (self._start_block if kind == "Start" else self._end_block)(name, details, start, end)
            else:
                self._inline(kind, value, start, end)
        if self._comments:
            self.ignored, unclosed = ignore_comments.ignored_spans(self._data, self._comments)
            if unclosed is not None:
                line = len(_LINE_END.findall(self._data, 0, unclosed)) + 1
                self.problems.append(f"{line}: ignore-start without ignore-end")
        for label, link in pyromark.reference_definitions(text, options=_OPTIONS).items():
            place = url_spans.definition_span(self._data, link["span"]["start"] + shift, link["dest"])
            use = self._first_use(label) or RawMention("", 0, 0, place[0] if place else 0, text=label)
            self._add(RawMention(link["dest"], *(place or (0, 0)), use.place, use.text, use.role))

    def _first_use(self, label: str) -> RawMention | None:
        """Return the first use of a reference that the author does not ask to ignore."""
        uses = self._uses.get(_normalized_label(label), ())
        return next((use for use in uses if not ignore_comments.overlaps_spans(self.ignored, use.place, use.end)), None)

    def _add(self, found: RawMention) -> bool:
        """Keep what is a mention: something written that leads out of the note, and no template's placeholder."""
        written = found.url + self._data[found.end : found.end + 2].decode(errors="ignore")
        kept = found.start < found.end and not re.match(r"\s*(?:#|data:|$)", found.url, re.IGNORECASE)
        kept = kept and not _TEMPLATE.search(written)
        if kept:
            self.found.append(found)
        return kept

    def _start_block(self, name: str, details: Any, start: int, end: int) -> None:
        if name == "List":
            self._lists.append(details is not None)
        elif name == "Item":
            outermost = self._lists == [True]
            self._items.append(None if outermost else end)
            if outermost:
                self.outline.items.append(start)
        elif name == "Heading" and not self._items:
            self.outline.headings.append((start, end))
        elif name == "TableCell":
            self._in_cell = True
        elif name in {"CodeBlock", "HtmlBlock", "MetadataBlock"}:
            self._block = name

    def _end_block(self, name: str, _details: Any, _start: int, _end: int) -> None:
        if name == "List":
            self._lists.pop()
        elif name == "Item":
            self._items.pop()
        elif name == "TableCell":
            self._in_cell = False
        elif name == self._block:
            self._block = ""
            if self._html:
                self._read_html(*_join_spans(self._data, self._html))
                self._html = []

    def _end_leaf(self) -> None:
        """End the paragraph, heading or cell being read."""
        self._end_run()
        for line in self._lines:
            line.leaf_end = self._before
        if self._lines:
            self._lines[-1].end = self._before
            self.outline.add(self._before, self._before, " ")
        self._lines = []
        self._at_line_start = True
        self._anchor, self._verbatim = None, 0

    def _start_line(self, start: int) -> None:
        if self._at_line_start and not self._in_cell:
            self._lines.append(Line(start, start, start, self._items[-1] if self._items else None))
            self.outline.lines.append(self._lines[-1])
        self._at_line_start = False

    def _start_inline(self, name: str, details: Any, start: int, end: int) -> None:
        self._start_line(start)
        self._before = start
        if name in _EMPHASIS:
            single = name == "Emphasis" or (name == "Strikethrough" and self._data[start + 1] != ord("~"))
            self._emphasis.append(end - (1 if single else 2))
            self._limits.append((start, self._limit()))
        else:
            self._end_run()
            self._links.append((start, len(self.outline.texts), details))

    def _end_inline(self, name: str, _details: Any, start: int, end: int) -> None:
        if name in _EMPHASIS:
            self._emphasis.pop()
            self._limits.append((end, self._limit()))
        else:
            start, pieces, link = self._links.pop()
            text = self._text_since(pieces) if len(self._links) < _DEEPEST_TEXT else ""
            self._link(
                link, RawMention(link["dest_url"], start, end, start, text, LinkRole.IMAGE if name == "Image" else None)
            )
        self._before = end

    def _link(self, link: dict[str, Any], found: RawMention) -> None:
        """Take a Markdown link whose span is still that of the whole link."""
        if link["link_type"] == "Autolink":
            found.start, found.end = found.start + 1, found.end - 1
            found.url = url_spans.decode_url(self._data[found.start : found.end], html=True)
        elif link["link_type"] == "Inline":
            middle = self._data.find(b"](", self._before, found.end)
            found.start, found.end = url_spans.destination_span(self._data, middle + len(b"]("), found.url) or (0, 0)
        else:
            self._uses.setdefault(_normalized_label(link["id"]), []).append(found)
            return
        self._add(found)

    def _inline(self, kind: str, value: str, start: int, end: int) -> None:
        if self._block == "HtmlBlock":
            self._html.append((start, end))
        elif self._block == "MetadataBlock":
            self._bare_urls(start, end, [])
        elif self._block or kind == "Rule":
            return
        elif kind in {"SoftBreak", "HardBreak"}:
            self.outline.add(start, end, " ")
            if self._lines:
                self._lines[-1].end = start
            self._at_line_start = True
            self._before = end
        else:
            if kind != "TaskListMarker":
                self._start_line(start)
            self._before = end
            self._inline_text(kind, value, start, end)

    def _inline_text(self, kind: str, value: str, start: int, end: int) -> None:
        if kind in {"Text", "Code"}:
            self.outline.add(start, end, value)
        if kind == "Text" and not (self._links or self._anchor or self._verbatim):
            if self._run is None:
                self._limits = [(start, self._limit())]
            self._run = (self._run[0] if self._run else start, end)
            return
        self._end_run()
        if kind == "InlineHtml":
            html = self._data[start:end]
            if html.decode() != value:  # the marks of a block quote around are in it
                html = _LINE_MARKS.sub(lambda match: match[0].replace(b">", b" "), html)
            self._read_html(start, html)

    def _limit(self) -> int:
        return self._emphasis[-1] if self._emphasis else len(self._data)

    def _end_run(self) -> None:
        if self._run:
            self._bare_urls(*self._run, self._limits)
            self._run = None

    def _bare_urls(self, start: int, end: int, limits: list[tuple[int, int]]) -> None:
        for first, last in url_spans.find_bare_urls(self._data, start, end, limits):
            written = url_spans.decode_url(self._data[first:last])
            url = f"http://{written}" if written[:4].lower() == "www." else written
            self._add(RawMention(url, first, last, first, written))

    def _text_since(self, piece: int) -> str:
        return collapse_blanks("".join(self.outline.texts[piece:]))

    def _read_html(self, offset: int, html: bytes) -> None:
        for tag in url_spans.find_tags(html):
            start, end = offset + tag.start, offset + tag.end
            if not tag.name:
                self.outline.add(start, end, url_spans.decode_url(html[tag.start : tag.end], html=True))
                if not (self._anchor or self._verbatim):
                    self._bare_urls(start, end, [])
            elif tag.name == url_spans.COMMENT:
                if word := ignore_comments.parse_directive(html[tag.start : tag.end]):
                    self._comments.append(ignore_comments.Comment(start, end, word))
            elif tag.name in _VERBATIM:
                self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
            elif tag.closing:
                if tag.name == "a" and self._anchor:
                    self._anchor[0].text = self._text_since(self._anchor[1])
                    self._anchor = None
            else:
                self._read_tag(tag, offset, html)

    def _read_tag(self, tag: url_spans.Tag, offset: int, html: bytes) -> None:
        place = offset + tag.start
        alt = collapse_blanks(url_spans.decode_url(html[slice(*tag.attributes.get("alt", (0, 0)))], html=True))
        if alt:
            self.outline.add(place, offset + tag.end, alt)
        for name in _ATTRIBUTES & tag.attributes.keys():
            first, last = tag.attributes[name]
            value = html[first:last].strip()
            start = offset + html.index(value, first)
            url = url_spans.decode_url(value, html=True).translate(_DROPPED)
            role = _ELEMENT_ROLES.get((tag.name, name))
            found = RawMention(url, start, start + len(value), place, alt, role)
            if self._add(found) and tag.name == "a":
                self._anchor = (found, len(self.outline.texts))


def _with_html_block_fix(data: bytes) -> bytes:
    """Return the bytes to parse: no longer than `data`, a blank line between HTML and an item or heading below.

    To CommonMark 4.6 a line directly under `</div>`, or under a comment under it, still is HTML; to its author and to
    editors such as Typora it is not: 118 daily notes looked at held ten such entries. The bracket of the closing tag
    makes room for the blank line, if the line below is HTML: a block of `<pre>` or a comment alone ends by its bracket.
    """
    under = [(match.end() - 1, match.start("below")) for match in _UNDER_HTML.finditer(data)]
    if not under:
        return data
    events = pyromark.events_with_range(data.decode(), options=_OPTIONS)
    blocks = [(span["start"], span["end"]) for event, span in events if event == {"Start": "HtmlBlock"}]
    mended = bytearray(data)
    for bracket, below in under:
        block = bisect_right(blocks, (bracket, len(data))) - 1
        if block >= 0 and below < blocks[block][1]:
            mended[bracket] = ord("\n")
    return bytes(mended)


def _normalized_label(label: str) -> str:
    """Return the label as CommonMark 4.7 compares labels."""
    return collapse_whitespace(label).casefold()


def _join_spans(data: bytes, spans: list[tuple[int, int]]) -> tuple[int, bytes]:
    """Return where the spans begin and what stands in them, with blanks for the marks of a block quote in between."""
    first = spans[0][0]
    html = bytearray(data[first : spans[-1][1]])
    for (_, end), (start, _) in pairwise(spans):
        html[end - first : start - first] = data[end:start].replace(b">", b" ")
    return first, bytes(html)
