"""Read the mentions and the outline of a note from the events of pyromark (pulldown-cmark). Pure."""

from __future__ import annotations

import re
from typing import Any

import pyromark
from pyromark import Options

from crawler.models.notes.note import LinkRole, Syntax
from crawler.notes.comments import ignore_comments
from crawler.notes.markdown import front_matter, url_spans
from crawler.notes.markdown.front_matter_keys import ImageKeys
from crawler.notes.markdown.html.blocks import join_spans, with_html_block_fix
from crawler.notes.markdown.html.reader import HtmlReader
from crawler.notes.markdown.mention_list import MentionList
from crawler.notes.markdown.structure import StructureBuilder
from crawler.notes.markdown.templates import mdx
from crawler.notes.markdown.text_reader import TextReader
from crawler.notes.outline import Line, Outline, RawMention, line_number
from crawler.text import collapse_whitespace

# The extensions of GitHub and Obsidian, but wikilinks, which it also sees in `[[pdf]](…)`, and front matter: the
# parser takes any text between two lines `---` for it.
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TASKLISTS
BOM = b"\xef\xbb\xbf"

_QUOTE_MARKS = re.compile(rb"(?<=[\r\n])[ \t>]+")

_EMPHASIS = {"Emphasis", "Strong", "Strikethrough"}
_INLINE = _EMPHASIS | {"Link", "Image"}
_MAX_TEXT_DEPTH = 2  # an image in a link; links and images nested deeper get no text


class NoteReader:
    """Reads one note: the mentions that are `found`, outline, ignored spans, `html` with its comments.

    `problems` are messages on invalid comments, `date` is that in the front matter, as it is written there.
    """

    def __init__(self, data: bytes) -> None:
        self.outline = Outline(data)
        self._structure = StructureBuilder(self.outline)
        self.found = MentionList(data)
        self._text = TextReader(data, self.found)
        self.html = HtmlReader(self.outline, self._structure, self.found, self._text)
        self.ignored: tuple[ignore_comments.Span, ...] = ()
        self.problems: list[str] = []
        self.date = ""
        self._data = data
        self._inline_end = 0  # the end of the last inline event
        # The elements around the current event, outermost first.
        self._lists: list[bool] = []  # whether the list is numbered
        self._items: list[int | None] = []  # the end of the item; None for an outermost numbered one
        self._block = ""  # the name of a block whose text is not Markdown
        self._in_cell = False
        self._in_heading = False
        self._links: list[tuple[int, int, dict[str, Any]]] = []  # start, number of text pieces before, pyromark's data
        # Collected until a later event completes them.
        self._lines: list[Line] = []
        self._at_line_start = True
        self._html_spans: list[tuple[int, int]] = []
        self._uses: dict[str, list[RawMention]] = {}  # the links that use a reference definition, by label

    def read(self) -> None:
        """Read the whole note, once; raise UnicodeDecodeError if its bytes are not UTF-8."""
        shift = len(BOM) if self._data.startswith(BOM) else 0
        text = with_html_block_fix(self._without_front_matter(shift), _OPTIONS).decode()
        events: Any = pyromark.events_with_range(text, options=_OPTIONS)
        for event, span in events:
            start, end = span["start"] + shift, span["end"] + shift
            kind, value = (event, "") if isinstance(event, str) else next(iter(event.items()))
            if kind in {"Start", "End"}:
                name, details = (value, None) if isinstance(value, str) else next(iter(value.items()))
                if name in _INLINE:
                    (self._start_inline if kind == "Start" else self._end_inline)(name, details, start, end)
                else:
                    self._end_leaf()
                    (self._start_block if kind == "Start" else self._end_block)(name, details, start, end)
            else:
                self._read_inline(kind, value, start, end)
        self.problems += self.html.problems
        if self.html.comments:
            self.ignored, unclosed = ignore_comments.ignored_spans(self._data, self.html.comments)
            if unclosed is not None:
                self.problems.append(f"{line_number(self._data, unclosed)}: ignore-start without ignore-end")
        self._read_definitions(text, shift)

    def _without_front_matter(self, start: int) -> bytes:
        """Find the URLs in the front matter, and return the bytes from `start` on with blanks in its place."""
        if (found := front_matter.find(self._data, start)) is None:
            return self._data[start:]
        if found.form is front_matter.Form.YAML:
            self.outline.front_matter = found.start, found.end
        self.date = front_matter.written_date(self._data, found.text_start, found.text_end)
        keys = ImageKeys(self._data, found)
        for value in front_matter.split_values(self._data, found.text_start, found.text_end):
            if value.url:
                self._add_value(value, is_image=keys.is_image(value.start))
            else:
                self._text.read(value.start, value.end)
        self._text.end_leaf()
        for start_of_id, end, url in front_matter.identifiers(self._data, found.text_start, found.text_end):
            written = self._data[start_of_id:end].decode()
            self.found.add(RawMention(url, start_of_id, end, start_of_id, written, None, end, is_identifier=True))
        return front_matter.blanks(self._data[found.start : found.end]) + self._data[found.end :]

    def _add_value(self, value: front_matter.Value, *, is_image: bool) -> None:
        """Add a value of front matter that is one URL."""
        text, role = ("", LinkRole.IMAGE) if is_image else (value.url, None)
        syntax = Syntax.STRING if value.is_quoted else Syntax.PLAIN
        mention = RawMention(value.url, value.start, value.end, value.start, text, role, value.end, syntax=syntax)
        self.found.add(mention)

    def _read_definitions(self, text: str, shift: int) -> None:
        """Add a mention for each link reference definition, at the place and with the text of its first use.

        The first use is the first one that is not in an ignored span.
        """
        for label, link in pyromark.reference_definitions(text, options=_OPTIONS).items():
            start, end = url_spans.definition_span(self._data, link["span"]["start"] + shift, link["dest"]) or (0, 0)
            all_uses = self._uses.get(_normalized_label(label), ())
            uses = [each for each in all_uses if not ignore_comments.overlaps_spans(self.ignored, each.place, each.end)]
            definition, *later = [
                RawMention(link["dest"], start, end, use.place, use.text, use.role, use.element_end)
                for use in uses or [RawMention("", 0, 0, start, text=label)]
            ]
            if self.found.add(definition):
                self.found.later_uses += ((use, definition) for use in later)

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
            if self._html_spans:
                self.html.read(*join_spans(self._data, self._html_spans))
                self._html_spans = []

    def _end_leaf(self) -> None:
        """End the current paragraph, heading or cell at the end of its last inline event."""
        self._text.end_run()
        for line in self._lines:
            line.leaf_end = self._inline_end
        if self._lines:
            self._lines[-1].end = self._inline_end
            self.outline.add(self._inline_end, self._inline_end, " ")
        self._lines = []
        self._at_line_start = True
        self.html.end_leaf()
        self._text.end_leaf()

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
            self._text.open_emphasis(start, end - (1 if single else 2))
            self._structure.add_emphasis(name, start, end)
        else:
            self._text.end_run()
            self._links.append((start, len(self.outline.texts), details))

    def _end_inline(self, name: str, _details: Any, start: int, end: int) -> None:
        if name in _EMPHASIS:
            self._text.close_emphasis(end)
        else:
            start, pieces, link = self._links.pop()
            text = self.outline.text_since(pieces) if len(self._links) < _MAX_TEXT_DEPTH else ""
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
        self.found.add(mention)

    def _read_inline(self, kind: str, value: str, start: int, end: int) -> None:
        """Read an event within a leaf block that is not the start or end of an element."""
        if self._block == "HtmlBlock":
            self._html_spans.append((start, end))
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
        if kind == "Text" and not self._links and self.html.is_text_read:
            self._text.add(start, end)
            return
        self._text.end_run()
        if kind == "Code" and mdx.is_attribute(self._data, start, end):
            self._text.read(start, end)
        if kind == "InlineHtml":
            html = self._data[start:end]
            if html.decode() != value:  # the source has the marks of a block quote around it
                html = _QUOTE_MARKS.sub(lambda match: match[0].replace(b">", b" "), html)
            self.html.read(start, html, in_cell=self._in_cell)


def _normalized_label(label: str) -> str:
    """Return the form of a label in which CommonMark 4.7 compares labels."""
    return collapse_whitespace(label).casefold()
