"""Read pieces of HTML in a note: URLs in attributes and text, lists and tables, comments for the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.models.notes.note import LinkRole, Syntax
from crawler.notes.comments import ignore_comments, layout_comments, vouch_comments
from crawler.notes.markdown import url_spans
from crawler.notes.markdown.html.attributes import attribute_urls
from crawler.notes.markdown.html.css import css_image_urls
from crawler.notes.markdown.html.tags import COMMENT, STYLE_SHEET, find_tags
from crawler.notes.outline import RawMention, collapse_blanks, line_number

if TYPE_CHECKING:
    from crawler.notes.markdown.html.tags import Tag
    from crawler.notes.markdown.mention_list import MentionList
    from crawler.notes.markdown.structure import StructureBuilder
    from crawler.notes.markdown.text_reader import TextReader
    from crawler.notes.outline import Outline

_VERBATIM = {"code", "pre", "kbd", "samp", "script", "style", "textarea"}


class HtmlReader:
    """Adds what the HTML of a note has to its mentions and its outline.

    `comments` are the ignore comments, `vouches` those in which a person vouches for a link; `layouts` those that
    comments name for the entries, None without such a comment; `problems` are messages on invalid comments.
    """

    def __init__(
        self, outline: Outline, structure: StructureBuilder, found: MentionList, text_reader: TextReader
    ) -> None:
        self.comments: list[ignore_comments.Comment] = []
        self.vouches: list[vouch_comments.VouchComment] = []
        self.layouts: frozenset[str] | None = None
        self.problems: list[str] = []
        self._outline = outline
        self._structure = structure
        self._found = found
        self._text_reader = text_reader
        self._anchor: tuple[RawMention, int] | None = None  # an open `<a>`, number of text pieces before
        self._verbatim = 0  # depth of elements such as `<code>`
        self._picture: int | None = None  # the offset of the open `<picture>`

    @property
    def is_text_read(self) -> bool:
        """Whether text here may have bare URLs: it is neither that of a link nor code."""
        return not (self._anchor or self._verbatim)

    def end_leaf(self) -> None:
        """Close all elements at the end of a block of text."""
        self._anchor, self._verbatim = None, 0

    def read(self, offset: int, html: bytes, *, in_cell: bool = False) -> None:
        """Read a piece of HTML that begins at an offset of the note."""
        for tag in find_tags(html):
            source = html[tag.start : tag.end]
            if not tag.name:
                self._read_text(offset + tag.start, offset + tag.end, source)
                continue
            self._structure.add_tag(tag.name, offset + tag.start, offset + tag.end, closing=tag.closing)
            if tag.name == COMMENT:
                self._read_comment(offset + tag.start, offset + tag.end, source)
            elif tag.name == STYLE_SHEET:
                self._read_style_sheet(offset + tag.start, source)
            elif tag.name in _VERBATIM:
                self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
            elif not tag.closing:
                self._picture = offset + tag.start if tag.name == "picture" else self._picture
                self._read_opening_tag(tag, offset, html, in_cell=in_cell)
                self._picture = None if tag.name == "img" else self._picture  # it is the last one in its `<picture>`
            elif tag.name == "picture":
                self._picture = None
            elif tag.name == "a":
                self._end_anchor(offset + tag.end)

    def _read_text(self, start: int, end: int, source: bytes) -> None:
        self._outline.add(start, end, url_spans.decode_url(source, html=True))
        if self.is_text_read:
            self._text_reader.read(start, end)

    def _read_style_sheet(self, start: int, source: bytes) -> None:
        for url, first, last, group in css_image_urls(source):
            mention = RawMention(url, start + first, start + last, start + first, "", LinkRole.IMAGE, start + last)
            mention.syntax, mention.image_set = Syntax.STYLE_SHEET, None if group is None else start + group
            self._found.add(mention)

    def _read_comment(self, start: int, end: int, source: bytes) -> None:
        if directive := ignore_comments.parse_directive(source):
            self.comments.append(ignore_comments.Comment(start, end, directive))
        elif vouch := vouch_comments.parse_comment(start, source):
            self.vouches.append(vouch)
        elif names := layout_comments.parse_layouts(source):
            unknown = layout_comments.unknown_layouts(names)
            if unknown:
                message = f"entries: unknown layout {unknown[0]!r} (valid: {layout_comments.valid_names()})"
                self.problems.append(f"{line_number(self._outline.data, start)}: {message}")
            self.layouts = (self.layouts or frozenset()) | (frozenset(names) - frozenset(unknown))

    def _end_anchor(self, end: int) -> None:
        """Give the link of the open `<a>` the text since its tag."""
        if self._anchor:
            mention, pieces = self._anchor
            mention.text = self._outline.text_since(pieces)
            mention.element_end = end
            self._anchor = None

    def _read_opening_tag(self, tag: Tag, offset: int, html: bytes, *, in_cell: bool) -> None:
        """Add the `alt` text of a tag and the URLs in its attributes."""
        place = offset + tag.start
        alt = collapse_blanks(url_spans.decode_url(html[slice(*tag.attributes.get("alt", (0, 0)))], html=True))
        if alt:
            self._outline.add(place, offset + tag.end, alt)
        for each in attribute_urls(html, tag, in_cell=in_cell):
            start, end = offset + each.start, offset + each.end
            mention = RawMention(each.url, start, end, place, alt, each.role, offset + tag.end, syntax=each.syntax)
            is_of_picture = each.role is LinkRole.IMAGE and each.syntax is not Syntax.STYLE and not each.is_stand_in
            if self._picture is not None and is_of_picture:
                mention.image_set = self._picture
            elif each.candidates is not None:
                mention.image_set = offset + each.candidates
            if self._found.add(mention) and tag.name == "a":
                self._anchor = (mention, len(self._outline.texts))
