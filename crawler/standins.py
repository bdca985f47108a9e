"""Pages that a server shows in place of the one asked for: bot walls, login walls, parked domains, soft 404s. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from scrapy.http import HtmlResponse

from crawler.items import Outcome
from crawler.kinds.web import page_title
from crawler.markup import unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

ROOM = 2_000
"""Bytes of visible text up to which a page can be a stand-in; bytes, because Chinese says more with fewer letters."""

_WHOLE = 64 * 1024  # longer sources are not searched: no wall is that talkative
_ELEMENTS = 60  # a page with more links and paragraphs shows more than ROOM; counting them is quick
_TITLE = 300  # characters of a title that are read: no stand-in's is longer
_SAME = 90  # of 100: two titles are the same
_NAME_BYTES, _NAME_WORDS, _NAMES = 45, 5, 3  # what else may stand in a title: names of a site and its parts
_HEADING = re.compile(r"<h1\b[^<>]*>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_INVISIBLE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript|title)\b.*?(?:</\1[^<>]*>?|\Z)|<[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_PASSWORD = re.compile(r"""<input\b[^<>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[|·•»«›‹_—–/\\]+\s*|\s+[-:]+\s+|(?<![a-z\s])-+(?=\w)|-+(?=[^\x00-\x7f])")
_SUBTITLE = re.compile(r"\s*:\s*")
_SAID = ("titles", "phrases")
_EDGE = " !?.,;~'\"()[]{}<>。、【】《》「」『』“”"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a page says of the link in whose place it was shown."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table: any of its marks is enough."""

    shown: StandIn
    headers: tuple[tuple[str, str], ...]
    addresses: re.Pattern[str] | None
    titles: re.Pattern[str] | None
    phrases: re.Pattern[str] | None
    markup: tuple[str, ...]
    statuses: frozenset[int]
    room: int
    unless_asked: re.Pattern[str] | None

    def fits(self, page: _Page) -> bool:
        """Tell whether the page bears one of the marks."""
        if page.status not in self.statuses and (self.statuses or not (self.is_wall or page.status // 100 == 2)):  # noqa: PLR2004 - RFC 9110 class
            return False
        if any(name in page.headers and part in page.headers[name] for name, part in self.headers):
            return True
        if self.addresses is not None and page.led_to(self.addresses):
            return True
        titled = page.is_titled_so and page.titled(self.titles, self.phrases)
        if not (titled or any(mark in page.source for mark in self.markup)):
            return False
        if self.unless_asked is not None and self.unless_asked.search(page.asked):
            return False
        return page.text_bytes <= self.room

    @property
    def is_wall(self) -> bool:
        """Tell whether it is a wall, which may stand at any status."""
        return self.shown.outcome is Outcome.BLOCKED


@dataclass(frozen=True, slots=True)
class _Login:
    """How pages that ask for a login are known, wherever they are."""

    shown: StandIn
    addresses: re.Pattern[str]
    words: re.Pattern[str]
    phrases: re.Pattern[str]

    def fits(self, page: _Page) -> bool:
        """Tell whether the page asks for a login instead of showing what the link asked for."""
        if page.status // 100 != 2 or self.addresses.fullmatch(page.asked):  # noqa: PLR2004 - RFC 9110 class
            return False
        if page.led_to(self.addresses):
            return page.asks_password or any(self.words.search(title) for title in page.titles)
        return page.titled(None, self.phrases) and page.asks_password


class _Page:
    """What of a response a stand-in can be known by, each read when it is first asked for."""

    def __init__(self, response: Response, texts: Sequence[str]) -> None:
        self._response = response
        self._texts = texts
        self.status = response.status
        self.asked = _address(response.meta.get("redirect_urls", [response.url])[0])

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by name in lower case."""
        return {
            name.decode("latin-1").lower(): b"\n".join(values).decode("latin-1").lower()
            for name, values in self._response.headers.items()
        }

    @cached_property
    def source(self) -> str:
        """The page's source; empty where it is no HTML, or plainly more than anybody shows in place of a page."""
        text = self._text
        return "" if len(text) > _WHOLE or text.count("</a>") + text.count("</p>") > _ELEMENTS else text

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The page's title, and its first heading where the title says nothing."""
        title = _folded(page_title(self._response)) if self._text else ""
        if title and not (_is_name(title) and len(_SEPARATOR.split(title)) == 1):
            return (title,)
        heading = _HEADING.search(self._text, 0, _WHOLE)
        return (title, _folded(unescape(_TAG.sub(" ", heading[1])))) if heading else (title,)

    @cached_property
    def is_titled_so(self) -> bool:
        """Whether the title is or holds what any stand-in is called: most pages' do not, and need no look at each."""
        return self.titled(*_all_titles())

    @cached_property
    def text_bytes(self) -> int:
        """How much text the page shows."""
        return len(visible_text(self._response).encode(errors="replace"))

    @cached_property
    def asks_password(self) -> bool:
        """Whether there is a field for a password."""
        return _PASSWORD.search(self._text, 0, _WHOLE) is not None

    @cached_property
    def _text(self) -> str:
        return self._response.text if isinstance(self._response, HtmlResponse) else ""

    def led_to(self, addresses: re.Pattern[str]) -> bool:
        """Tell whether redirects led to such an address from another one."""
        if "redirect_urls" not in self._response.meta or addresses.fullmatch(self.asked):
            return False
        return addresses.fullmatch(_address(self._response.url)) is not None

    def titled(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Tell whether a title is the one or has a part that is the other, and is not what the notes call the link."""
        for title in self.titles:
            if whole is not None and whole.fullmatch(title) and not self._is_meant(title):
                return True
            if part is not None and (said := _said(title, part)) is not None and not self._is_meant(title, said):
                return True
        return False

    def _is_meant(self, *titles: str) -> bool:
        texts = [_folded(text) for text in self._texts]
        return any(fuzz.ratio(text, title) >= _SAME for text in texts for title in titles)


def stand_in(response: Response, texts: Sequence[str] = ()) -> StandIn | None:
    """Return what a page shown in place of the one asked for says of the link; None for the page itself.

    `texts` are what the notes call the link: a page with that title is the page meant, whatever the title sounds like.
    """
    page = _Page(response, texts)
    rows, login = _table()
    found: _Row | _Login | None = next((row for row in rows if row.fits(page)), None)
    if found is None and login.fits(page):
        found = login
    return None if found is None else found.shown


def visible_text(response: Response) -> str:
    """Return what a reader sees of a page but its title, white space collapsed; empty where it is no HTML."""
    if not isinstance(response, HtmlResponse):
        return ""
    return " ".join(unescape(_INVISIBLE.sub(" ", response.text)).split())


def _said(title: str, phrases: re.Pattern[str]) -> str | None:
    """Return the part of a title that is such a phrase if the others are no more than names."""
    said, others = None, []
    for part in filter(None, (part.strip(_EDGE) for part in _SEPARATOR.split(title))):
        if all(phrases.fullmatch(piece.strip(_EDGE)) for piece in _SUBTITLE.split(part)) or phrases.fullmatch(part):
            said = said or part
        else:
            others.append(part)
    return said if len(others) <= _NAMES and all(map(_is_name, others)) else None


def _is_name(part: str) -> bool:
    return len(part.encode(errors="replace")) <= _NAME_BYTES and len(part.split()) <= _NAME_WORDS


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:_TITLE]).casefold().replace("’", "'").split())


def _address(url: str) -> str:
    """Return what an address is compared by: host, path and query."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()


@cache
def _table() -> tuple[tuple[_Row, ...], _Login]:
    table = tomllib.loads(files("crawler").joinpath("data/standins.toml").read_text("utf-8"))
    login = table["login"]
    return tuple(map(_row, table["stand_in"])), _Login(
        _shown(login),
        _any(login["addresses"]),
        _any(login["words"]),
        _phrases(login["phrases"]),
    )


@cache
def _all_titles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the titles and the phrases of all rows."""
    rows, _ = _table()
    titles, phrases = ([getattr(row, name).pattern for row in rows if getattr(row, name)] for name in _SAID)
    return _any(titles), _any(phrases)


def _row(row: dict[str, Any]) -> _Row:
    return _Row(
        _shown(row),
        tuple((name, part.strip()) for name, _, part in (header.partition(":") for header in row.get("headers", ()))),
        _any(row["addresses"]) if "addresses" in row else None,
        _any(row["titles"]) if "titles" in row else None,
        _phrases(row["phrases"], row.get("fillers", ())) if "phrases" in row else None,
        tuple(row.get("markup", ())),
        frozenset(row.get("statuses", ())),
        row.get("room", ROOM),
        re.compile(row["unless_asked"]) if "unless_asked" in row else None,
    )


def _shown(row: dict[str, Any]) -> StandIn:
    return StandIn(Outcome(row["outcome"]), row["reason"])


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _phrases(phrases: Iterable[str], fillers: Iterable[str] = ()) -> re.Pattern[str]:
    """Return a pattern for any of the phrases with any of the fillers before and behind it."""
    said, around = ("|".join(re.escape(_folded(each).strip(_EDGE)) for each in many) for many in (phrases, fillers))
    gap = rf"[\s{re.escape(_EDGE)}:]*"
    return re.compile(rf"(?:(?:{around}){gap})*(?:{said})(?:{gap}(?:{around}))*" if around else said)
