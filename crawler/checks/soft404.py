"""Pages that a server shows in place of the one asked for: bot walls, login walls, parked domains, soft 404s. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ahocorasick_rs import AhoCorasick
from rapidfuzz import fuzz
from scrapy.http import HtmlResponse

from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.html import unescape
from crawler.kinds.web import page_title
from crawler.links.canonical_url import parameters
from crawler.models.check import Outcome
from crawler.models.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

ROOM = 2_000
"""Bytes of visible text up to which a page can be a stand-in; bytes, because Chinese says more with fewer letters."""

_WHOLE = 64 * 1024  # longer sources are not searched: no wall is that talkative
_END = 1_000  # characters at the end of a page in which its source says that it is over
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
_WORD = re.compile(r"[^\W_]+")
_SAID = ("titles", "phrases")
_EDGE = " !?.,;~'\"()[]{}<>。、【】《》「」『』“”"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a page says of the link in whose place it was shown."""

    outcome: Outcome
    reason: Reason


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
    unless_titled: re.Pattern[str] | None
    named: re.Pattern[str] | None

    def fits(self, page: _Page) -> bool:
        """Tell whether the page bears one of the marks."""
        if page.status not in self.statuses and (self.statuses or not (self.is_wall or page.status // 100 == 2)):  # noqa: PLR2004 - RFC 9110 class
            return False
        if page.has_any(self.headers):
            return True
        if self.addresses is not None and page.led_to(self.addresses):
            return not (page.asks_front and self.shown.outcome is Outcome.RESTRICTED)
        if not (self._is_said_by(page) or any(mark in page.source for mark in self.markup)):
            return False
        if self.unless_asked is not None and self.unless_asked.search(page.asked):
            return False
        return page.text_bytes <= self.room

    def _is_said_by(self, page: _Page) -> bool:
        """Tell whether the page is titled so, and neither its address nor its site speaks of what such titles name."""
        if not (page.is_titled_so and page.titled(*self.said) and page.bears_out(*self.said)):
            return False
        if self.unless_titled is not None and any(map(self.unless_titled.search, page.titles)):
            return False
        return self.named is None or not self.named.search(page.asked_words)

    @property
    def said(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """What such pages are called: whole titles, and parts of a title."""
        return self.titles, self.phrases

    @property
    def is_wall(self) -> bool:
        """Tell whether it is a wall, which may stand at any status."""
        return self.shown.outcome is Outcome.BLOCKED


@dataclass(frozen=True, slots=True)
class _Login:
    """How pages that ask for a login are known, wherever they are."""

    shown: StandIn
    addresses: re.Pattern[str]
    doors: re.Pattern[str]
    phrases: re.Pattern[str]
    room: int

    def fits(self, page: _Page) -> bool:
        """Tell whether the page asks for a login instead of showing what the link asked for."""
        if page.status // 100 != 2 or page.asks_front or self.addresses.fullmatch(page.asked):  # noqa: PLR2004 - RFC 9110 class
            return False
        titled = page.is_titled_so and page.titled(None, self.phrases)
        if not page.led_to(self.addresses) or page.text_bytes > self.room:
            return titled and page.asks_password
        if page.asks_password or page.led_to(self.doors) or page.leads_back:
            return True
        return titled and page.bears_out(None, self.phrases)


class _Page:
    """What of a response a stand-in can be known by, each read when it is first asked for."""

    def __init__(self, response: Response, texts: Sequence[str]) -> None:
        self._response = response
        self._texts = texts
        self.status = response.status
        self._asked: str = response.meta.get("redirect_urls", [response.url])[0]
        self.asked = _address(self._asked)

    @property
    def may_be_one(self) -> bool:
        """Whether any row could fit: redirected, titled like one, or with a header or markup that some row names.

        Most pages have none of it, and are not held against forty rows one by one.
        """
        headers, markup = _all_signs()
        return (
            "redirect_urls" in self._response.meta
            or self.has_any(headers)
            or self.is_titled_so
            or bool(markup.find_matches_as_indexes(self.source))
        )

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by name in lower case."""
        return {
            name.decode("latin-1").lower(): b"\n".join(values).decode("latin-1").lower()
            for name, values in self._response.headers.items()
        }

    def has_any(self, headers: Iterable[tuple[str, str]]) -> bool:
        """Tell whether there is such a header, with such a part in its value."""
        return any(name in self.headers and part in self.headers[name] for name, part in headers)

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
        return (title, self.heading) if self.heading else (title,)

    @cached_property
    def heading(self) -> str:
        """The page's first heading."""
        heading = _HEADING.search(self._text, 0, _WHOLE)
        return _folded(unescape(_TAG.sub(" ", heading[1]))) if heading else ""

    @cached_property
    def is_titled_so(self) -> bool:
        """Whether the title is or holds what any stand-in is called: most pages' do not, and need no look at each."""
        return self.titled(*_all_titles())

    @cached_property
    def text_bytes(self) -> int:
        """How much text the page shows."""
        return len(visible_text(self._response).encode(errors="replace"))

    @property
    def asks_front(self) -> bool:
        """Whether the link asked for a host's front page, of which a login is a usual one."""
        return self.asked.partition("/")[2] == ""

    @cached_property
    def asked_words(self) -> str:
        """The words of the path that the link asked for."""
        return _words(unquote(urlsplit(self._asked).path))

    @property
    def leads_back(self) -> bool:
        """Whether a parameter of where redirects led names the path that the link asked for."""
        path = urlsplit(self._asked).path.rstrip("/")
        values = parameters(urlsplit(self._response.url).query).values() if path else ()
        return any(_path(value).rstrip("/") in {path, unquote(path)} for value in values)

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
        said = ((title, _says(title, whole, part)) for title in self.titles)
        return any(words is not None and not self._is_meant(title, words) for title, words in said)

    def bears_out(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Tell whether the text may be trusted to be as little as it seems: all of it was read, or the heading says so.

        The head of a large page is mostly script, whatever the page shows further down.
        """
        if len(self._response.body) < HEAD_OF_PAGE or "</html" in self._text[-_END:].lower():
            return True
        return _says(self.heading, whole, part) is not None

    def _is_meant(self, *titles: str) -> bool:
        texts = [_folded(text) for text in self._texts]
        return any(fuzz.ratio(text, title) >= _SAME for text in texts for title in titles)


def stand_in(response: Response, texts: Sequence[str] = ()) -> StandIn | None:
    """Return what a page shown in place of the one asked for says of the link; None for the page itself.

    `texts` are what the notes call the link: a page with that title is the page meant, whatever the title sounds like.
    """
    page = _Page(response, texts)
    if not page.may_be_one:
        return None
    rows, login = _table()
    found: _Row | _Login | None = next((row for row in rows if row.fits(page)), None)
    if found is None and login.fits(page):
        found = login
    return None if found is None else found.shown


def wall_at(addresses: Iterable[str]) -> StandIn | None:
    """Return the wall that one of the addresses is known to be; None where none is."""
    walls = [row for row in _table()[0] if row.is_wall and row.addresses is not None]
    for address in map(_address, addresses):
        for row in walls:
            if row.addresses is not None and row.addresses.fullmatch(address):
                return row.shown
    return None


def visible_text(response: Response) -> str:
    """Return what a reader sees of a page but its title, white space collapsed; empty where it is no HTML."""
    if not isinstance(response, HtmlResponse):
        return ""
    return " ".join(unescape(_INVISIBLE.sub(" ", response.text)).split())


def _says(title: str, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> str | None:
    """Return what a title says if it is the one or has a part that is the other."""
    if whole is not None and whole.fullmatch(title):
        return title
    return None if part is None else _said(title, part)


def _said(title: str, phrases: re.Pattern[str]) -> str | None:
    """Return the part of a title that is such a phrase if the others are no more than names."""
    said, others = None, []
    for part in filter(None, (part.strip(_EDGE) for part in _SEPARATOR.split(title))):
        if all(phrases.fullmatch(piece.strip(_EDGE)) for piece in _SUBTITLE.split(part)) or phrases.fullmatch(part):
            said = said or part
        else:
            others.append(part)
    if any(map(_about().fullmatch, others)):
        return None
    return said if len(others) <= _NAMES and all(map(_is_name, others)) else None


def _is_name(part: str) -> bool:
    return len(part.encode(errors="replace")) <= _NAME_BYTES and len(part.split()) <= _NAME_WORDS


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:_TITLE]).casefold().replace("’", "'").split())


def _words(text: str) -> str:
    return " ".join(_WORD.findall(_folded(text)))


def _path(value: str) -> str:
    """Return the path that a parameter's value names; empty where it is no address."""
    try:
        return urlsplit(unquote(value)).path
    except ValueError:
        return ""


def _address(url: str) -> str:
    """Return what an address is compared by: host, path and query."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("crawler").joinpath("data/standins.toml").read_text("utf-8"))


@cache
def _about() -> re.Pattern[str]:
    """Return a pattern for the names of sites whose titles say what a page is about, and never what became of it."""
    return _any(_data()["about"]["titles"])


@cache
def _table() -> tuple[tuple[_Row, ...], _Login]:
    login = _data()["login"]
    return tuple(map(_row, _data()["stand_in"])), _Login(
        _shown(login),
        _any(login["addresses"]),
        _any(login["doors"]),
        _phrases(login["phrases"]),
        login["room"],
    )


@cache
def _all_titles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the titles and the phrases of all rows."""
    rows, login = _table()
    titles, phrases = ([getattr(row, name).pattern for row in rows if getattr(row, name)] for name in _SAID)
    return _any(titles), _any([*phrases, login.phrases.pattern])


@cache
def _all_signs() -> tuple[tuple[tuple[str, str], ...], AhoCorasick]:
    """Return the headers and the markup of all rows, the latter to be looked for in one go."""
    rows, _ = _table()
    headers = {header for row in rows for header in row.headers}
    return tuple(sorted(headers)), AhoCorasick(sorted({mark for row in rows for mark in row.markup}))


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
        re.compile(row["unless_titled"]) if "unless_titled" in row else None,
        _named(row),
    )


def _named(row: dict[str, Any]) -> re.Pattern[str] | None:
    """Return a pattern for the words of an address that names what a row's pages are called."""
    names = [re.escape(_words(phrase)) for phrase in row.get("phrases", ())] + row.get("titles", [])
    return re.compile(rf"\b(?:{_any(names).pattern})\b") if names else None


def _shown(row: dict[str, Any]) -> StandIn:
    return StandIn(Outcome(row["outcome"]), Reason.decoded(row["reason"]))


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _phrases(phrases: Iterable[str], fillers: Iterable[str] = ()) -> re.Pattern[str]:
    """Return a pattern for any of the phrases with any of the fillers before and behind it.

    A filler of nothing but what stands between texts is none. What stands between them is taken whole: no filler
    begins with it, so that there is only one way to read a title, however long.
    """
    said, around = (list(filter(None, (_folded(each).strip(_EDGE) for each in many))) for many in (phrases, fillers))
    phrase, filler = (f"(?:{'|'.join(map(re.escape, many))})" for many in (said, around))
    gap = rf"[\s{re.escape(_EDGE)}:]*+"
    return re.compile(f"(?:{filler}{gap})*{phrase}(?:{gap}{filler})*" if around else phrase)
