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
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

MAX_TEXT_BYTES = 2_000
"""Bytes of visible text up to which a page can be a stand-in; bytes, because Chinese says more with fewer letters."""

_MAX_SOURCE = 64 * 1024  # longer sources are not searched: no wall is that talkative
_TAIL = 1_000  # characters at the end of a page in which its source says that it is over
_ELEMENTS = 60  # a page with more links and paragraphs shows more than ROOM; counting them is quick
_MAX_TITLE = 300  # characters of a title that are read: no stand-in's is longer
_SAME_TITLE = 90  # of 100: two titles are the same
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
_TITLE_FIELDS = ("titles", "phrases")
_EDGE = " !?.,;~'\"()[]{}<>。、【】《》「」『』“”"


@dataclass(frozen=True, slots=True)
class SoftError:
    """What a page says of the link in whose place it was shown."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Signature:
    """One row of the table: any of its marks is enough."""

    error: SoftError
    headers: tuple[tuple[str, str], ...]
    addresses: re.Pattern[str] | None
    titles: re.Pattern[str] | None
    phrases: re.Pattern[str] | None
    markup: tuple[str, ...]
    statuses: frozenset[int]
    max_text_bytes: int
    unless_url: re.Pattern[str] | None
    unless_title: re.Pattern[str] | None
    url_words: re.Pattern[str] | None

    def matches(self, page: _ShownPage) -> bool:
        """Tell whether the page bears one of the marks."""
        if page.status not in self.statuses and (self.statuses or not (self.is_bot_wall or page.status // 100 == 2)):  # noqa: PLR2004 - RFC 9110 class
            return False
        if page.has_any(self.headers):
            return True
        if self.addresses is not None and page.was_redirected_to(self.addresses):
            return not (page.is_front_page_link and self.error.outcome is Outcome.RESTRICTED)
        if not (self._matches_title(page) or any(mark in page.source for mark in self.markup)):
            return False
        if self.unless_url is not None and self.unless_url.search(page.requested):
            return False
        return page.text_bytes <= self.max_text_bytes

    def _matches_title(self, page: _ShownPage) -> bool:
        """Tell whether the page is titled so, and neither its address nor its site speaks of what such titles name."""
        if not (
            page.has_known_title and page.has_title(*self.title_patterns) and page.confirms_title(*self.title_patterns)
        ):
            return False
        if self.unless_title is not None and any(map(self.unless_title.search, page.titles)):
            return False
        return self.url_words is None or not self.url_words.search(page.requested_words)

    @property
    def title_patterns(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """What such pages are called: whole titles, and parts of a title."""
        return self.titles, self.phrases

    @property
    def is_bot_wall(self) -> bool:
        """Tell whether it is a wall, which may stand at any status."""
        return self.error.outcome is Outcome.BLOCKED


@dataclass(frozen=True, slots=True)
class _LoginSignature:
    """How pages that ask for a login are known, wherever they are."""

    error: SoftError
    addresses: re.Pattern[str]
    login_paths: re.Pattern[str]
    phrases: re.Pattern[str]
    max_text_bytes: int

    def matches(self, page: _ShownPage) -> bool:
        """Tell whether the page asks for a login instead of showing what the link asked for."""
        if page.status // 100 != 2 or page.is_front_page_link or self.addresses.fullmatch(page.requested):  # noqa: PLR2004 - RFC 9110 class
            return False
        has_login_title = page.has_known_title and page.has_title(None, self.phrases)
        if not page.was_redirected_to(self.addresses) or page.text_bytes > self.max_text_bytes:
            return has_login_title and page.has_password_field
        if page.has_password_field or page.was_redirected_to(self.login_paths) or page.has_return_path:
            return True
        return has_login_title and page.confirms_title(None, self.phrases)


class _ShownPage:
    """What of a response a stand-in can be known by, each read when it is first asked for."""

    def __init__(self, response: Response, texts: Sequence[str]) -> None:
        self._response = response
        self._texts = texts
        self.status = response.status
        self._requested_url: str = response.meta.get("redirect_urls", [response.url])[0]
        self.requested = _address(self._requested_url)

    @property
    def may_match(self) -> bool:
        """Whether any row could fit: redirected, titled like one, or with a header or markup that some row names.

        Most pages have none of it, and are not held against forty rows one by one.
        """
        headers, markup = _all_markers()
        return (
            "redirect_urls" in self._response.meta
            or self.has_any(headers)
            or self.has_known_title
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
        return "" if len(text) > _MAX_SOURCE or text.count("</a>") + text.count("</p>") > _ELEMENTS else text

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The page's title, and its first heading where the title says nothing."""
        title = _normalize(page_title(self._response)) if self._text else ""
        if title and not (_is_name(title) and len(_SEPARATOR.split(title)) == 1):
            return (title,)
        return (title, self.heading) if self.heading else (title,)

    @cached_property
    def heading(self) -> str:
        """The page's first heading."""
        heading = _HEADING.search(self._text, 0, _MAX_SOURCE)
        return _normalize(unescape(_TAG.sub(" ", heading[1]))) if heading else ""

    @cached_property
    def has_known_title(self) -> bool:
        """Whether the title is or holds what any stand-in is called: most pages' do not, and need no look at each."""
        return self.has_title(*_all_titles())

    @cached_property
    def text_bytes(self) -> int:
        """How much text the page shows."""
        return len(visible_text(self._response).encode(errors="replace"))

    @property
    def is_front_page_link(self) -> bool:
        """Whether the link asked for a host's front page, of which a login is a usual one."""
        return self.requested.partition("/")[2] == ""

    @cached_property
    def requested_words(self) -> str:
        """The words of the path that the link asked for."""
        return _words(unquote(urlsplit(self._requested_url).path))

    @property
    def has_return_path(self) -> bool:
        """Whether a parameter of where redirects led names the path that the link asked for."""
        path = urlsplit(self._requested_url).path.rstrip("/")
        values = parameters(urlsplit(self._response.url).query).values() if path else ()
        return any(_path(value).rstrip("/") in {path, unquote(path)} for value in values)

    @cached_property
    def has_password_field(self) -> bool:
        """Whether there is a field for a password."""
        return _PASSWORD.search(self._text, 0, _MAX_SOURCE) is not None

    @cached_property
    def _text(self) -> str:
        return self._response.text if isinstance(self._response, HtmlResponse) else ""

    def was_redirected_to(self, addresses: re.Pattern[str]) -> bool:
        """Tell whether redirects led to such an address from another one."""
        if "redirect_urls" not in self._response.meta or addresses.fullmatch(self.requested):
            return False
        return addresses.fullmatch(_address(self._response.url)) is not None

    def has_title(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Tell whether a title is the one or has a part that is the other, and is not what the notes call the link."""
        matched = ((title, _find_title(title, whole, part)) for title in self.titles)
        return any(words is not None and not self._is_expected_title(title, words) for title, words in matched)

    def confirms_title(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Tell whether the text may be trusted to be as little as it seems: all of it was read, or the heading says so.

        The head of a large page is mostly script, whatever the page shows further down.
        """
        if len(self._response.body) < HEAD_OF_PAGE or "</html" in self._text[-_TAIL:].lower():
            return True
        return _find_title(self.heading, whole, part) is not None

    def _is_expected_title(self, *titles: str) -> bool:
        texts = [_normalize(text) for text in self._texts]
        return any(fuzz.ratio(text, title) >= _SAME_TITLE for text in texts for title in titles)


def detect_soft_error(response: Response, texts: Sequence[str] = ()) -> SoftError | None:
    """Return what a page shown in place of the one asked for says of the link; None for the page itself.

    `texts` are what the notes call the link: a page with that title is the page meant, whatever the title sounds like.
    """
    page = _ShownPage(response, texts)
    if not page.may_match:
        return None
    signatures, login = _signatures()
    found: _Signature | _LoginSignature | None = next(
        (signature for signature in signatures if signature.matches(page)), None
    )
    if found is None and login.matches(page):
        found = login
    return None if found is None else found.error


def bot_wall_at(addresses: Iterable[str]) -> SoftError | None:
    """Return the wall that one of the addresses is known to be; None where none is."""
    bot_walls = [row for row in _signatures()[0] if row.is_bot_wall and row.addresses is not None]
    for address in map(_address, addresses):
        for row in bot_walls:
            if row.addresses is not None and row.addresses.fullmatch(address):
                return row.error
    return None


def visible_text(response: Response) -> str:
    """Return what a reader sees of a page but its title, white space collapsed; empty where it is no HTML."""
    if not isinstance(response, HtmlResponse):
        return ""
    return collapse_whitespace(unescape(_INVISIBLE.sub(" ", response.text)))


def _find_title(title: str, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> str | None:
    """Return what a title says if it is the one or has a part that is the other."""
    if whole is not None and whole.fullmatch(title):
        return title
    return None if part is None else _find_phrase(title, part)


def _find_phrase(title: str, phrases: re.Pattern[str]) -> str | None:
    """Return the part of a title that is such a phrase if the others are no more than names."""
    phrase, others = None, []
    for part in filter(None, (part.strip(_EDGE) for part in _SEPARATOR.split(title))):
        if all(phrases.fullmatch(piece.strip(_EDGE)) for piece in _SUBTITLE.split(part)) or phrases.fullmatch(part):
            phrase = phrase or part
        else:
            others.append(part)
    if any(map(_topic_sites().fullmatch, others)):
        return None
    return phrase if len(others) <= _NAMES and all(map(_is_name, others)) else None


def _is_name(part: str) -> bool:
    return len(part.encode(errors="replace")) <= _NAME_BYTES and len(part.split()) <= _NAME_WORDS


def _normalize(text: str) -> str:
    return collapse_whitespace(unicodedata.normalize("NFKC", text[:_MAX_TITLE]).casefold().replace("’", "'"))


def _words(text: str) -> str:
    return " ".join(_WORD.findall(_normalize(text)))


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
    return tomllib.loads(files("crawler").joinpath("data/soft_errors.toml").read_text("utf-8"))


@cache
def _topic_sites() -> re.Pattern[str]:
    """Return a pattern for the names of sites whose titles say what a page is about, and never what became of it."""
    return _any_of(_data()["about"]["titles"])


@cache
def _signatures() -> tuple[tuple[_Signature, ...], _LoginSignature]:
    login = _data()["login"]
    return tuple(map(_parse_signature, _data()["soft_error"])), _LoginSignature(
        _soft_error(login),
        _any_of(login["addresses"]),
        _any_of(login["login_paths"]),
        _phrase_pattern(login["phrases"]),
        login["max_text_bytes"],
    )


@cache
def _all_titles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for the titles and the phrases of all rows."""
    rows, login = _signatures()
    titles, phrases = ([getattr(row, name).pattern for row in rows if getattr(row, name)] for name in _TITLE_FIELDS)
    return _any_of(titles), _any_of([*phrases, login.phrases.pattern])


@cache
def _all_markers() -> tuple[tuple[tuple[str, str], ...], AhoCorasick]:
    """Return the headers and the markup of all rows, the latter to be looked for in one go."""
    rows, _ = _signatures()
    headers = {header for row in rows for header in row.headers}
    return tuple(sorted(headers)), AhoCorasick(sorted({mark for row in rows for mark in row.markup}))


def _parse_signature(row: dict[str, Any]) -> _Signature:
    return _Signature(
        _soft_error(row),
        tuple((name, part.strip()) for name, _, part in (header.partition(":") for header in row.get("headers", ()))),
        _any_of(row["addresses"]) if "addresses" in row else None,
        _any_of(row["titles"]) if "titles" in row else None,
        _phrase_pattern(row["phrases"], row.get("decorations", ())) if "phrases" in row else None,
        tuple(row.get("markup", ())),
        frozenset(row.get("statuses", ())),
        row.get("max_text_bytes", MAX_TEXT_BYTES),
        re.compile(row["unless_url"]) if "unless_url" in row else None,
        re.compile(row["unless_title"]) if "unless_title" in row else None,
        _url_words(row),
    )


def _url_words(row: dict[str, Any]) -> re.Pattern[str] | None:
    """Return a pattern for the words of an address that names what a row's pages are called."""
    names = [re.escape(_words(phrase)) for phrase in row.get("phrases", ())] + row.get("titles", [])
    return re.compile(rf"\b(?:{_any_of(names).pattern})\b") if names else None


def _soft_error(row: dict[str, Any]) -> SoftError:
    return SoftError(Outcome(row["outcome"]), Reason.decoded(row["reason"]))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _phrase_pattern(phrases: Iterable[str], decorations: Iterable[str] = ()) -> re.Pattern[str]:
    """Return a pattern for any of the phrases with any of the fillers before and behind it.

    A filler of nothing but what stands between texts is none. What stands between them is taken whole: no filler
    begins with it, so that there is only one way to read a title, however long.
    """
    normalized, normalized_decorations = (
        list(filter(None, (_normalize(each).strip(_EDGE) for each in many))) for many in (phrases, decorations)
    )
    phrase, decoration = (f"(?:{'|'.join(map(re.escape, many))})" for many in (normalized, normalized_decorations))
    gap = rf"[\s{re.escape(_EDGE)}:]*+"
    return re.compile(f"(?:{decoration}{gap})*{phrase}(?:{gap}{decoration})*" if normalized_decorations else phrase)
