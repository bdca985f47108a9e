"""Read the URLs and wikilinks in the running text of a note."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from crawler.links.spelling.templates import find_template_links
from crawler.models.notes.note import Guess, LinkRole, Syntax
from crawler.notes.image_syntax import has_image_ending
from crawler.notes.markdown import bare_urls, url_spans
from crawler.notes.markdown.templates.shortcodes import shortcode_urls
from crawler.notes.markdown.wikilinks import OPENING, find_wikilinks
from crawler.notes.outline import RawMention

if TYPE_CHECKING:
    from crawler.notes.markdown.mention_list import MentionList

# What stands around the URL of an image with its size, as CSDN, HackMD and others write it: `![](a.png =300x200)`. To
# CommonMark, which has no sizes, it is text.
_BEFORE_SIZE = re.compile(rb"!\[([^\[\]\r\n]*)\]\(\s*\Z")
_SIZE = re.compile(rb"[ \t]++=(?=[\dx*])(?:\d++%?+)?+[x*]?+(?:\d++%?+)?+[ \t]*+\)")
_LONGEST_ALT = 500
"""Bytes before a URL that are searched for the beginning of its image."""


class TextReader:
    """Adds the URLs in adjacent pieces of text, which is read as one run, to the mentions of a note."""

    def __init__(self, data: bytes, found: MentionList) -> None:
        self._data = data
        self._found = found
        self._shortcodes = list(shortcode_urls(data))  # which links and HTML within one would cut in runs
        self._run: tuple[int, int] | None = None
        self._limits: list[tuple[int, int]] = []  # those of the run, see `bare_urls.find_bare_urls`
        self._emphasis: list[int] = []  # the offsets of the closing marks of the open emphasis
        self._marks: set[bytes] = set()  # those around the current text that the parser does not know: `==`

    def open_emphasis(self, start: int, closing_mark: int) -> None:
        """Begin emphasis, whose closing mark ends a URL within it."""
        self._emphasis.append(closing_mark)
        self._limits.append((start, self._limit()))

    def close_emphasis(self, end: int) -> None:
        """End the innermost emphasis."""
        self._emphasis.pop()
        self._limits.append((end, self._limit()))

    def add(self, start: int, end: int) -> None:
        """Add a piece of text to the run."""
        if self._run is None:
            self._limits = [(start, self._limit())]
        self._run = (self._run[0] if self._run else start, end)

    def end_run(self) -> None:
        """Read the run."""
        if self._run:
            self._find_urls(*self._run, self._limits)
            self._find_wikilinks(*self._run)
            self._find_templates(*self._run)
            self._run = None

    def end_leaf(self) -> None:
        """End a block of text, where all marks end."""
        self._marks.clear()

    def read(self, start: int, end: int) -> None:
        """Read text that is no run: in HTML, in front matter."""
        self._find_urls(start, end, [])
        self._find_templates(start, end)

    def add_url(self, start: int, end: int, guess: Guess | None = None) -> None:
        """Add a URL that is plain text."""
        text, url = url_spans.decode_url(self._data[start:end]), self._url(start, end)
        if size := _SIZE.match(self._data, end):
            opening = _BEFORE_SIZE.search(self._data[max(start - _LONGEST_ALT, 0) : start])
            if opening is not None:
                place, alt = start - len(opening[0]), opening[1].decode(errors="replace")
                self._found.add(RawMention(url, start, end, place, alt, LinkRole.IMAGE, size.end()), is_bare=True)
                return
        self._found.add(RawMention(url, start, end, start, text, element_end=end, guess=guess), is_bare=True)

    def _limit(self) -> int:
        """Return the offset that a bare URL must not pass: that of the closing mark of the innermost emphasis."""
        return self._emphasis[-1] if self._emphasis else len(self._data)

    def _find_urls(self, start: int, end: int, limits: list[tuple[int, int]]) -> None:
        """Find the images of shortcodes, and the bare URLs around them."""
        position = start
        within = slice(bisect_left(self._shortcodes, (start,)), bisect_left(self._shortcodes, (end,)))
        for first, last, place, element_end in self._shortcodes[within]:
            self._find_bare_urls(position, first, limits)
            url = self._data[first:last].decode()
            syntax = Syntax.STRING
            self._found.add(RawMention(url, first, last, place, "", LinkRole.IMAGE, element_end, syntax=syntax))
            position = last
        self._find_bare_urls(position, end, limits)

    def _find_bare_urls(self, start: int, end: int, limits: list[tuple[int, int]]) -> None:
        for found in bare_urls.find_bare_urls(self._data, start, end, limits, self._marks):
            first, last, guess = found.start, found.end, None
            if found.other_end is not None:
                other = "" if found.other_end == last else self._url(first, found.other_end)
                guess = Guess(other, max(last, found.other_end))
            self.add_url(first, last, guess)

    def _url(self, start: int, end: int) -> str:
        """Return the URL of a span of running text, which may lack its scheme."""
        written = url_spans.decode_url(self._data[start:end])
        return f"http://{written}" if written[:4].lower() == "www." else written

    def _find_wikilinks(self, start: int, end: int) -> None:
        for each in find_wikilinks(self._data, start, end):
            role = LinkRole.IMAGE if each.is_embed and has_image_ending(each.target) else LinkRole.OTHER
            url = f"{OPENING}{each.target}]]"
            wikilink = RawMention(url, each.start, each.end, each.place, each.text, role, each.element_end)
            self._found.wikilinks.append(wikilink)

    def _find_templates(self, start: int, end: int) -> None:
        for each in find_template_links(self._data, start, end):
            role = LinkRole.IMAGE if each.is_image else LinkRole.OTHER
            found = RawMention(each.url, each.start, each.end, each.place, each.text, role, each.element_end)
            self._found.wikilinks.append(found)
