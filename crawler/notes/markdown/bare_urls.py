"""Find the URLs in running text, and where each ends: the extended autolinks of GFM, read as a person reads them. Pure.

Chinese, Japanese, Korean and Thai are written without blanks, so text in one of these scripts (`wide` below) directly
behind a URL may belong to it or not: `https://zh.wikipedia.org/wiki/公历`, `https://example.com/a是`. Both is read, the
likely one as the URL:

- behind a letter or digit, text is not part of the URL, unless the segment has such text already or is one that titles
  stand in (`/wiki/2021年`, `?q=Python教程`);
- behind `.`, `,`, `;`, `!` and marks of emphasis, text is not part of it;
- behind any other character, as in `/wiki/公历`, it is.

Each function takes time linear in the number of bytes, for any input.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.notes.markdown.url_spans import ENTITY

if TYPE_CHECKING:
    from collections.abc import Iterator

# Letters of scripts without blanks between words, in UTF-8: Thai, Lao, Tibetan; Burmese, Hangul Jamo, Khmer; radicals
# and CJK in the basic plane without its punctuation and symbols; Yi, Hangul; compatibility ideographs, full-width
# letters and digits, half-width kana; the ideographs of further planes.
_WIDE = (
    rb"(?:\xe0[\xb8-\xbf][\x80-\xbf]|\xe1[\x80-\x82\x84-\x87\x9e\x9f][\x80-\xbf]|\xe2[\xba-\xbf][\x80-\xbf]"
    rb"|\xe3(?:\x80[\x85-\x87]|[\x81\x82\x84-\x87\x90-\xbf][\x80-\xbf]|\x83[\x80-\xba\xbc-\xbf])"
    rb"|[\xe4-\xec][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xef(?:[\xa4-\xab][\x80-\xbf]|\xbc[\x90-\x99\xa1-\xba]|\xbd[\x81-\x9a\xa6-\xbf]|\xbe[\x80-\xbf])"
    rb"|\xf0[\xa0-\xbf][\x80-\xbf]{2})"
)
_MIDDLE_DOT = rb"(?:\xc2\xb7|\xe3\x83\xbb)"  # between the parts of a foreign name
_NARROW = rb"(?:[\xc3-\xdf][\x80-\xbf]|\xe0[\xa0-\xb7][\x80-\xbf]|\xe1[\x83\x88-\x9d\xa0-\xbf][\x80-\xbf])"

_BARE = re.compile(
    rb"(?<![A-Za-z0-9])(?<![A-Za-z0-9]\+)(?:https?|ftp)://"
    rb"(?=[A-Za-z0-9\[]|" + _NARROW + rb"|" + _WIDE + rb"++\.(?:[A-Za-z]|" + _WIDE + rb"))"
    rb"|(?<![A-Za-z0-9_./@-])www\.(?=[A-Za-z0-9])",
    re.IGNORECASE,
)
# One part of a bare URL. A URL may end behind a solid or wide part or a closing bracket, not behind a soft one. It ends
# where nothing matches: at blanks, at characters that RFC 3986 does not allow (" < > ^ ` { | } and a backslash that
# escapes nothing), at Latin-1 punctuation (\xc2), and at every other character from U+2000 on: Chinese punctuation,
# symbols, emojis. Unlike in GFM a single underscore is solid: ids of WeChat articles may end in one.
_PART = re.compile(
    rb"(?P<soft>(?!&(?:lt|gt|quot|nbsp);)(?:" + ENTITY + rb"|&)|\\(?![<>\"`_/=-])[!-/:-@\[-`{-~]"
    rb"|[?!.:*~']|[,;](?!(?:https?|ftp)://)|__+)"
    rb"|(?P<solid>(?:[A-Za-z0-9/%=\#@$+-]|_(?!_)|" + _NARROW + rb")++|\\[_/=-])"
    rb"|(?P<wide>" + _WIDE + rb"++(?:" + _MIDDLE_DOT + _WIDE + rb"++)*+)"
    rb"|(?P<open>[(\[])|(?P<close>[)\]])",
    re.IGNORECASE,
)
_DELIMITER = re.compile(rb"[/?&=\#](?=[^/?&=\#]*+\Z)")
_HAS_TITLES = re.compile(
    rb"(?:/(?:wiki|item|tags?|topics?|categor(?:y|ies)|zh(?:-[a-z]+)?)/|[?&](?:q|wd|query|keywords?|word|search|title|name)=)\Z",
    re.IGNORECASE,
)
_LONGEST_NAME = 12
_ASCII = 0x80
_PUNCTUATION = frozenset(b".,;!*~'")

# Marks around text that are no Markdown to the parser: highlighted, inserted, mathematical, hidden; and emphasis that
# it does not see, since CommonMark 6.2 is made for words between blanks: `**https://example.com/**后`.
_MARK = re.compile(rb"==|\+\+|\$\$?|%%|\*\*|~~")
_BEHIND_MARK = re.compile(rb"(?![A-Za-z0-9&%/?=\#_+$-])")
"""A mark within a URL (`__biz=MzA5==&mid=1`) does not end it."""


@dataclass(frozen=True, slots=True)
class BareUrl:
    """The span of a URL; if its end is a guess, `other_end` is where it ends if it is read the other way.

    `other_end` is None for a certain end, and `end` for a guess without another reading.
    """

    start: int
    end: int
    other_end: int | None = None


def find_bare_urls(
    data: bytes, start: int, end: int, limits: list[tuple[int, int]], marks: set[bytes]
) -> Iterator[BareUrl]:
    """Yield the URLs in `start..end` that are plain text.

    `limits` are pairs of an offset and the offset that URLs from there on must not pass: that of the closing mark of
    the emphasis around them. A limit that begins within a URL does not count, since its mark is part of the URL.
    `marks` are those that are open at `start` (`==`), and afterwards those that are open at `end`.
    """
    position = step = 0
    previous_url = range(0)
    limit = limits[0][1] if limits else end
    seen, closing = start, None
    is_possible = data.find(b"://", start, end) >= 0 or data.find(b".", start, end) >= 0  # in Chinese text seldom
    while is_possible and (match := _BARE.search(data, max(start, position), end)):
        while step + 1 < len(limits) and limits[step + 1][0] <= match.start():
            step += 1
            limit = limit if limits[step][0] in previous_url else limits[step][1]
        _toggle_marks(data, seen, match.start(), marks)
        if marks and closing is None:
            closing = _closing_marks(data, start, end)
        mark_at = _next_mark(closing, marks, match.end()) if closing and marks else end
        found = _read(data, match, min(end, limit, mark_at))
        position = seen = max(found.end, match.end())
        if found.end > match.end():
            previous_url = range(match.start(), position)
            yield found
    _toggle_marks(data, seen, end, marks)


def _toggle_marks(data: bytes, start: int, end: int, marks: set[bytes]) -> None:
    """Open and close the marks in a piece of text without URLs.

    As in Obsidian a mark opens before a character that is no blank, and closes behind one; `C++` and `a==b` open none.
    """
    for match in _MARK.finditer(data, start, end):
        before, after = data[match.start() - 1 : match.start()], data[match.end() : match.end() + 1]
        if match[0] in marks:
            if before.strip():
                marks.discard(match[0])
        elif after.strip() and (match.end() == end or not before.isalnum()):
            marks.add(match[0])


def _closing_marks(data: bytes, start: int, end: int) -> dict[bytes, list[int]]:
    """Return the offsets of the marks that may end a URL, by mark."""
    found: dict[bytes, list[int]] = {}
    for match in _MARK.finditer(data, start, end):
        if _BEHIND_MARK.match(data, match.end()):
            found.setdefault(match[0], []).append(match.start())
    return found


def _next_mark(closing: dict[bytes, list[int]], marks: set[bytes], start: int) -> int:
    """Return the offset of the first mark behind `start` that closes one of the open ones; infinite without one."""
    nexts = ((offsets, bisect_left(offsets, start)) for mark in marks if (offsets := closing.get(mark)))
    return min((offsets[at] for offsets, at in nexts if at < len(offsets)), default=sys.maxsize)


def _read(data: bytes, opening: re.Match[bytes], limit: int) -> BareUrl:
    """Return the URL that begins with `opening`; its end is that of the opening if nothing is behind it.

    A closing bracket counts only if it was opened.
    """
    reading = _Reading(data, opening.end())
    while match := _PART.match(data, reading.position, limit):
        if match["wide"]:
            if reading.likely is not None:  # what is behind it is read again, so that it must not be much
                break
            reading.add_wide(match)
            if _BARE.match(data, reading.position, limit):
                break
        elif not reading.add(match):
            break
    if reading.likely is not None:
        return BareUrl(opening.start(), reading.likely, reading.end)
    other = reading.before_wide or reading.end  # the name of a host does not end within a label
    return BareUrl(opening.start(), reading.end, other if reading.is_guess else None)


class _Reading:
    """A URL that is read part by part."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._start = self._segment = start
        self.position = self.end = start
        self.before_wide: int | None = None
        """The end of what is before the first wide part behind the host."""
        self.likely: int | None = None
        """The end of the likely reading, if that is not all."""
        self.is_guess = False
        self._has_wide = False  # whether the segment has a wide part
        self._has_colon = False
        self._depth = {ord("("): 0, ord("["): 0}

    def add_wide(self, match: re.Match[bytes]) -> None:
        """Add text in a script without blanks."""
        if not self._is_part(match.start()):
            self.likely = self.end
        if self.before_wide is None and (self.likely is not None or self._segment > self._start):
            self.before_wide = self.end
        self._has_wide = self.is_guess = True
        self.end = self.position = match.end()

    def add(self, match: re.Match[bytes]) -> bool:
        """Add another part; return False if the URL ends before it."""
        self.position = match.end()
        if match["open"]:
            self._depth[self._data[match.start()]] += 1
        elif match["close"]:
            bracket = ord("(") if match["close"] == b")" else ord("[")
            self._depth[bracket] -= 1
            if self._depth[bracket] < 0:
                return False
            self.end = self.position
        else:
            if match["solid"]:
                self.end = self.position
                if self._segment == self._start and self._has_colon and b"@" in match[0].partition(b"/")[0]:
                    self.before_wide, self.likely, self.is_guess, self._has_wide = None, None, False, False
            self._has_colon = self._has_colon or match[0] == b":"
            if delimiter := _DELIMITER.search(match[0]):
                self._segment, self._has_wide = match.start() + delimiter.end(), False
        return True

    def _is_part(self, at: int) -> bool:
        """Return whether wide text at an offset is read as part of the URL."""
        if at == self._start:
            return True
        before = self._data[at - 1]
        if before in _PUNCTUATION:
            return self._segment == self._start and before == ord(".")  # a label of the host
        if self._has_wide or not (before < _ASCII and chr(before).isalnum()):
            return True
        name_from = max(self._start, self._segment - _LONGEST_NAME)
        return self._segment > self._start and _HAS_TITLES.search(self._data, name_from, self._segment) is not None
