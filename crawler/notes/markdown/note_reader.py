"""Read the mentions and the outline of a note from the events of pyromark (pulldown-cmark). Pure."""

from __future__ import annotations

import re
from posixpath import splitext
from typing import Any, cast

import pyromark
from pyromark import Options

from crawler.links.spelling.placeholders import continues_with_placeholder, has_placeholder
from crawler.models.note import Guess, LinkRole
from crawler.notes.comments import ignore_comments, layout_comments, vouch_comments
from crawler.notes.markdown import bare_urls, front_matter, mdx, url_spans
from crawler.notes.markdown.attributes import attribute_urls
from crawler.notes.markdown.html_blocks import join_spans, with_html_block_fix
from crawler.notes.markdown.structure import StructureBuilder
from crawler.notes.markdown.wikilinks import OPENING, find_wikilinks
from crawler.notes.outline import Line, Outline, RawMention, collapse_blanks
from crawler.text import collapse_whitespace

# The extensions of GitHub and Obsidian, but wikilinks, which it also sees in `[[pdf]](…)`, and front matter: the
# parser takes any text between two lines `---` for it.
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS
BOM = b"\xef\xbb\xbf"
LINE_END = re.compile(rb"\r\n?|\n")
_LONGEST_PLACEHOLDER = 40
"""Bytes behind a bare URL that are searched for a placeholder."""

_QUOTE_MARKS = re.compile(rb"(?<=[\r\n])[ \t>]+")

_EMPHASIS = {"Emphasis", "Strong", "Strikethrough"}
_INLINE = _EMPHASIS | {"Link", "Image"}
_VERBATIM = {"code", "pre", "kbd", "samp", "script", "style", "textarea"}
_IMAGE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp"}
_MAX_TEXT_DEPTH = 2  # an image in a link; links and images nested deeper get no text


class NoteReader:
    """Reads one note on creation: `mentions` in the order of reading, outline, ignored spans, vouches, problems.

    `wikilinks` are mentions, too, but no evidence for entries; `inner_links` lead to places in the note itself.

    `layouts` are those that comments in the note name for its entries; None without such a comment.

    Raises UnicodeDecodeError if the bytes are not UTF-8.
    """

    def __init__(self, data: bytes) -> None:
        self.outline = Outline(data)
        self._structure = StructureBuilder(self.outline)
        self.mentions: list[RawMention] = []
        self.wikilinks: list[RawMention] = []
        self.inner_links: list[RawMention] = []
        self.ignored: tuple[ignore_comments.Span, ...] = ()
        self.problems: list[str] = []
        self.vouches: list[vouch_comments.VouchComment] = []
        self.layouts: frozenset[str] | None = None
        self._data = data
        self._inline_end = 0  # the end of the last inline event
        # The elements around the current event, outermost first.
        self._lists: list[bool] = []  # whether the list is numbered
        self._items: list[int | None] = []  # the end of the item; None for an outermost numbered one
        self._block = ""  # the name of a block whose text is not Markdown
        self._in_cell = False
        self._in_heading = False
        self._emphasis: list[int] = []  # the offset of the closing mark
        self._links: list[tuple[int, int, dict[str, Any]]] = []  # start, number of text pieces before, pyromark's data
        self._anchor: tuple[RawMention, int] | None = None  # an open HTML <a>, number of text pieces before
        self._verbatim = 0  # depth of HTML elements such as <code>
        # Collected until a later event completes them.
        self._lines: list[Line] = []
        self._at_line_start = True
        self._html: list[tuple[int, int]] = []
        self._text_run: tuple[int, int] | None = None  # adjacent text events, searched for bare URLs
        self._limits: list[tuple[int, int]] = []  # their limits, see `bare_urls.find_bare_urls`
        self._marks: set[bytes] = set()  # those around the current text that the parser does not know: `==`
        self._uses: dict[str, list[RawMention]] = {}  # the links that use a reference definition, by label
        self._comments: list[ignore_comments.Comment] = []
        self._read()

    def _read(self) -> None:
        shift = len(BOM) if self._data.startswith(BOM) else 0
        text = with_html_block_fix(self._without_front_matter(shift), _OPTIONS).decode()
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
                self._read_inline(kind, value, start, end)
        if self._comments:
            self.ignored, unclosed = ignore_comments.ignored_spans(self._data, self._comments)
            if unclosed is not None:
                self.problems.append(f"{self._line_at(unclosed)}: ignore-start without ignore-end")
        self._read_definitions(text, shift)

    def _line_at(self, offset: int) -> int:
        return len(LINE_END.findall(self._data, 0, offset)) + 1

    def _without_front_matter(self, start: int) -> bytes:
        """Find the URLs in the front matter, and return the bytes from `start` on with blanks in its place."""
        if (found := front_matter.find(self._data, start)) is None:
            return self._data[start:]
        if front_matter.is_yaml(found):
            self.outline.front_matter = found.span()
        for first, last, is_value in front_matter.split_values(self._data, *found.span("text")):
            if is_value:
                self._add_bare(first, last, None)
            else:
                self._find_bare_urls(first, last, [])
        self._marks.clear()
        for start_of_id, end, url in front_matter.identifiers(self._data, *found.span("text")):
            written = self._data[start_of_id:end].decode()
            self._add(RawMention(url, start_of_id, end, start_of_id, written, None, end, is_identifier=True))
        return front_matter.blanks(found[0]) + self._data[found.end() :]

    def _read_definitions(self, text: str, shift: int) -> None:
        """Add a mention for each link reference definition, at the place and with the text of its first use."""
        for label, link in pyromark.reference_definitions(text, options=_OPTIONS).items():
            span = url_spans.definition_span(self._data, link["span"]["start"] + shift, link["dest"])
            use = self._first_use(label) or RawMention("", 0, 0, span[0] if span else 0, text=label)
            self._add(RawMention(link["dest"], *(span or (0, 0)), use.place, use.text, use.role, use.element_end))

    def _first_use(self, label: str) -> RawMention | None:
        """Return the first link that uses a definition and is not in an ignored span; None if there is none."""
        uses = self._uses.get(_normalized_label(label), ())
        return next((use for use in uses if not ignore_comments.overlaps_spans(self.ignored, use.place, use.end)), None)

    def _add(self, mention: RawMention, *, is_bare: bool = False) -> bool:
        """Add a mention and return True, unless its span is empty, it stays in the note or its URL is a template."""
        following = self._data[mention.end : mention.end + _LONGEST_PLACEHOLDER].decode(errors="ignore")
        cut_off = "" if following.startswith(">") else following[:2]  # `>` ends an autolink, not `<% … %>`
        is_template = has_placeholder(mention.url + cut_off) or (is_bare and continues_with_placeholder(following))
        is_external = not re.match(r"\s*(?:#|data:|$)", mention.url, re.IGNORECASE)
        is_added = mention.start < mention.end and is_external and not is_template
        if is_added:
            self.mentions.append(mention)
        elif mention.start < mention.end and re.match("#.", mention.url) and not is_template:
            self.inner_links.append(mention)
        return is_added

    def _start_block(self, name: str, details: Any, start: int, end: int) -> None:
        self._structure.start_block(name, details, start, end)
        self._in_heading = name == "Heading"
        if name == "List":
            self._lists.append(details is not None)
        elif name == "Item":
            outermost = self._lists == [True]
            self._items.append(None if outermost else end)
            if outermost:
                self.outline.items.append(start)
        elif name == "Heading" and not self._items:
            self.outline.headings.append((start, end))
            self.outline.levels.append(int(details["level"].removeprefix("H")))
        elif name == "TableCell":
            self._in_cell = True
        elif name in {"CodeBlock", "HtmlBlock"}:
            self._block = name

    def _end_block(self, name: str, _details: Any, _start: int, _end: int) -> None:
        self._structure.end_block(name)
        if name == "List":
            self._lists.pop()
        elif name == "Item":
            self._items.pop()
        elif name == "TableCell":
            self._in_cell = False
        elif name == self._block:
            self._block = ""
            if self._html:
                self._read_html(*join_spans(self._data, self._html))
                self._html = []

    def _end_leaf(self) -> None:
        """End the current paragraph, heading or cell at the end of its last inline event."""
        self._end_text_run()
        for line in self._lines:
            line.leaf_end = self._inline_end
        if self._lines:
            self._lines[-1].end = self._inline_end
            self.outline.add(self._inline_end, self._inline_end, " ")
        self._lines = []
        self._at_line_start = True
        self._anchor, self._verbatim = None, 0
        self._marks.clear()

    def _start_line(self, start: int) -> None:
        if self._at_line_start and not self._in_cell:
            item_end = self._items[-1] if self._items else None
            structure = self._structure
            line = Line(start, start, start, item_end, structure.item, self._in_heading, structure.is_quoted)
            self._lines.append(line)
            self.outline.lines.append(self._lines[-1])
        self._at_line_start = False

    def _start_inline(self, name: str, details: Any, start: int, end: int) -> None:
        self._start_line(start)
        self._inline_end = start
        if name in _EMPHASIS:
            single = name == "Emphasis" or (name == "Strikethrough" and self._data[start + 1] != ord("~"))
            self._emphasis.append(end - (1 if single else 2))
            self._structure.add_emphasis(name, start, end)
            self._limits.append((start, self._limit()))
        else:
            self._end_text_run()
            self._links.append((start, len(self.outline.texts), details))

    def _end_inline(self, name: str, _details: Any, start: int, end: int) -> None:
        if name in _EMPHASIS:
            self._emphasis.pop()
            self._limits.append((end, self._limit()))
        else:
            start, pieces, link = self._links.pop()
            text = self._text_since(pieces) if len(self._links) < _MAX_TEXT_DEPTH else ""
            role = LinkRole.IMAGE if name == "Image" else None
            self._read_link(link, RawMention(link["dest_url"], start, end, start, text, role, end))
        self._inline_end = end

    def _read_link(self, link: dict[str, Any], mention: RawMention) -> None:
        """Add a Markdown link, whose span is that of the whole link; a use of a definition is added with that."""
        if link["link_type"] == "Autolink":
            mention.start, mention.end = mention.start + 1, mention.end - 1
            source = self._data[mention.start : mention.end]
            source = source.replace(b"\\|", b"|") if self._in_cell else source  # GFM 4.10
            mention.url = url_spans.decode_autolink(source)
        elif link["link_type"] == "Inline":
            destination = self._data.find(b"](", self._inline_end, mention.end) + len(b"](")
            span = url_spans.destination_span(self._data, destination, mention.url)
            mention.start, mention.end = span or (0, 0)
        else:
            self._uses.setdefault(_normalized_label(link["id"]), []).append(mention)
            return
        self._add(mention)

    def _read_inline(self, kind: str, value: str, start: int, end: int) -> None:
        """Read an event within a leaf block that is not the start or end of an element."""
        if self._block == "HtmlBlock":
            self._html.append((start, end))
        elif self._block or kind == "Rule":
            return
        elif kind in {"SoftBreak", "HardBreak"}:
            self.outline.add(start, end, " ")
            if self._lines:
                self._lines[-1].end = start
            self._at_line_start = True
            self._inline_end = end
        else:
            if kind != "TaskListMarker":
                self._start_line(start)
            self._inline_end = end
            self._read_text(kind, value, start, end)

    def _read_text(self, kind: str, value: str, start: int, end: int) -> None:
        """Read text, code or inline HTML."""
        if kind in {"Text", "Code"}:
            self.outline.add(start, end, value)
        if kind == "Text" and not (self._links or self._anchor or self._verbatim):
            if self._text_run is None:
                self._limits = [(start, self._limit())]
            self._text_run = (self._text_run[0] if self._text_run else start, end)
            return
        self._end_text_run()
        if kind == "Code" and mdx.is_attribute(self._data, start, end):
            self._find_bare_urls(start, end, [])
        if kind == "InlineHtml":
            html = self._data[start:end]
            if html.decode() != value:  # the source has the marks of a block quote around it
                html = _QUOTE_MARKS.sub(lambda match: match[0].replace(b">", b" "), html)
            self._read_html(start, html)

    def _limit(self) -> int:
        """Return the offset that a bare URL must not pass: that of the closing mark of the innermost emphasis."""
        return self._emphasis[-1] if self._emphasis else len(self._data)

    def _end_text_run(self) -> None:
        if self._text_run:
            self._find_bare_urls(*self._text_run, self._limits)
            self._find_wikilinks(*self._text_run)
            self._text_run = None

    def _find_bare_urls(self, start: int, end: int, limits: list[tuple[int, int]]) -> None:
        for found in bare_urls.find_bare_urls(self._data, start, end, limits, self._marks):
            first, last, guess = found.start, found.end, None
            if found.other_end is not None:
                other = "" if found.other_end == last else self._bare_url(first, found.other_end)
                guess = Guess(other, max(last, found.other_end))
            self._add_bare(first, last, guess)

    def _add_bare(self, start: int, end: int, guess: Guess | None) -> None:
        """Add a URL that is plain text."""
        text, url = url_spans.decode_url(self._data[start:end]), self._bare_url(start, end)
        self._add(RawMention(url, start, end, start, text, element_end=end, guess=guess), is_bare=True)

    def _bare_url(self, start: int, end: int) -> str:
        """Return the URL of a span of running text, which may lack its scheme."""
        written = url_spans.decode_url(self._data[start:end])
        return f"http://{written}" if written[:4].lower() == "www." else written

    def _find_wikilinks(self, start: int, end: int) -> None:
        for each in find_wikilinks(self._data, start, end):
            is_image = each.is_embed and splitext(each.target)[1].casefold() in _IMAGE_ENDINGS
            role = LinkRole.IMAGE if is_image else LinkRole.OTHER
            url = f"{OPENING}{each.target}]]"
            self.wikilinks.append(RawMention(url, each.start, each.end, each.place, each.text, role, each.element_end))

    def _text_since(self, piece: int) -> str:
        """Return the plain text from a piece of the outline on."""
        return collapse_blanks("".join(self.outline.texts[piece:]))

    def _read_html(self, offset: int, html: bytes) -> None:
        """Read a piece of HTML that begins at an offset of the note."""
        for tag in url_spans.find_tags(html):
            source = html[tag.start : tag.end]
            if not tag.name:
                self._read_html_text(offset + tag.start, offset + tag.end, source)
                continue
            self._structure.add_tag(tag.name, offset + tag.start, offset + tag.end, closing=tag.closing)
            if tag.name == url_spans.COMMENT:
                self._read_comment(offset + tag.start, offset + tag.end, source)
            elif tag.name in _VERBATIM:
                self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
            elif not tag.closing:
                self._read_opening_tag(tag, offset, html)
            elif tag.name == "a":
                self._end_anchor(offset + tag.end)

    def _read_html_text(self, start: int, end: int, source: bytes) -> None:
        self.outline.add(start, end, url_spans.decode_url(source, html=True))
        if not (self._anchor or self._verbatim):
            self._find_bare_urls(start, end, [])

    def _read_comment(self, start: int, end: int, source: bytes) -> None:
        if directive := ignore_comments.parse_directive(source):
            self._comments.append(ignore_comments.Comment(start, end, directive))
        elif vouch := vouch_comments.parse_comment(start, source):
            self.vouches.append(vouch)
        elif names := layout_comments.parse_layouts(source):
            unknown = layout_comments.unknown_layouts(names)
            if unknown:
                message = f"entries: unknown layout {unknown[0]!r} (valid: {layout_comments.valid_names()})"
                self.problems.append(f"{self._line_at(start)}: {message}")
            self.layouts = (self.layouts or frozenset()) | (frozenset(names) - frozenset(unknown))

    def _end_anchor(self, end: int) -> None:
        """Give the link of the open `<a>` the text since its tag."""
        if self._anchor:
            mention, pieces = self._anchor
            mention.text = self._text_since(pieces)
            mention.element_end = end
            self._anchor = None

    def _read_opening_tag(self, tag: url_spans.Tag, offset: int, html: bytes) -> None:
        """Add the `alt` text of a tag and the URLs in its attributes."""
        place = offset + tag.start
        alt = collapse_blanks(url_spans.decode_url(html[slice(*tag.attributes.get("alt", (0, 0)))], html=True))
        if alt:
            self.outline.add(place, offset + tag.end, alt)
        for url, start, end, role in attribute_urls(html, tag, in_cell=self._in_cell):
            mention = RawMention(url, offset + start, offset + end, place, alt, role, offset + tag.end)
            if self._add(mention) and tag.name == "a":
                self._anchor = (mention, len(self.outline.texts))


def _normalized_label(label: str) -> str:
    """Return the form of a label in which CommonMark 4.7 compares labels."""
    return collapse_whitespace(label).casefold()
