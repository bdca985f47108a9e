"""Detect soft errors: bot walls, logins, parked domains and soft 404s that a server sends for another page. Pure."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz
from scrapy.http import HtmlResponse, TextResponse

from crawler.checks.page_text import sentences, visible_text
from crawler.checks.signatures import (
    EDGE,
    all_marks,
    all_titles,
    known_hosts,
    normalize_title,
    signatures,
    topic_sites,
    words_in,
)
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.html import unescape
from crawler.kinds.web import page_title
from crawler.links.canonical_url import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

    from crawler.checks.signatures import SoftError

_MAX_SOURCE = 64 * 1024  # characters up to which a source is searched; bot walls are shorter
_TAIL = 1_000  # characters at the end of a page that are searched for `</html`
_MAX_ELEMENTS = 60  # links and paragraphs up to which a page may have little text; faster to count than the text
_SAME_TITLE = 90  # similarity (0 to 100) from which a title is the text of the link
_MAX_NAME_BYTES, _MAX_NAME_WORDS, _MAX_NAMES = 45, 5, 3  # parts of a title that may be names of a site and its sections
_SHARE_OF_TEXT = 3  # a page with a title of its own is a notice if it is one third of the text
_BARE_CODES = frozenset({"404", "410"})
_HEADING = re.compile(r"<h1\b[^<>]*>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_PASSWORD = re.compile(r"""<input\b[^<>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[|·•»«›‹_—–/\\]+\s*|\s+[-:]+\s+|(?<![a-z\s])-+(?=\w)|-+(?=[^\x00-\x7f])")
_SUBTITLE = re.compile(r"\s*:\s*")


class ShownPage:
    """The properties of a response that signatures are compared with; each is computed when it is first used.

    `texts` are the texts of the link in the notes.
    """

    def __init__(self, response: Response, texts: Sequence[str]) -> None:
        self._response = response
        self._texts = texts
        self.status = response.status
        self._requested_url: str = response.meta.get("redirect_urls", [response.url])[0]
        self.requested = _comparable_url(self._requested_url)

    @property
    def may_match(self) -> bool:
        """Return whether any signature could match: a redirect, or a title, header or markup of one of them.

        Most pages have none of these, and are not compared with each signature.
        """
        headers, markup = all_marks()
        return (
            "redirect_urls" in self._response.meta
            or self.has_any(headers)
            or self.has_known_title
            or self.is_at(known_hosts())
            or bool(markup.find_matches_as_indexes(self.source))
            or self.has_known_sentence
        )

    def is_at(self, hosts: frozenset[str]) -> bool:
        """Return whether URL or redirects lead to one of the hosts or a name below it; true if there are none."""
        return not hosts or not hosts.isdisjoint(self._host_names)

    @cached_property
    def _host_names(self) -> frozenset[str]:
        """Return the host names of the requested and the final URL, and all names above them."""
        names = {urlsplit(url).hostname or "" for url in (self._requested_url, self._response.url)}
        return frozenset(name.split(".", above)[-1] for name in names for above in range(name.count(".") + 1))

    @property
    def is_success(self) -> bool:
        """Return whether the status is 2xx (RFC 9110, 15.3)."""
        return self.status // 100 == 2  # noqa: PLR2004

    @cached_property
    def headers(self) -> dict[str, str]:
        """Return the headers, names and values in lower case."""
        return {
            name.decode("latin-1").lower(): b"\n".join(values).decode("latin-1").lower()
            for name, values in self._response.headers.items()
        }

    def has_any(self, headers: Iterable[tuple[str, str]]) -> bool:
        """Return whether there is a header with one of these names and part of its value."""
        return any(name in self.headers and part in self.headers[name] for name, part in headers)

    @cached_property
    def source(self) -> str:
        """Return the source; "" if it is not HTML, or larger than soft errors are."""
        text = self._text
        return "" if len(text) > _MAX_SOURCE or text.count("</a>") + text.count("</p>") > _MAX_ELEMENTS else text

    @property
    def whole_source(self) -> str:
        """Return the source of a page of any size, or the text of an answer that is no page; "" if it is no text."""
        return self._response.text if isinstance(self._response, TextResponse) else ""

    @cached_property
    def _sentences(self) -> tuple[str, ...]:
        """Return the normalized sentences of a page that is short enough to be a notice."""
        is_page = isinstance(self._response, HtmlResponse)
        return () if is_page and not self.source else tuple(map(_normalized_sentence, sentences(self._response)))

    @cached_property
    def has_known_sentence(self) -> bool:
        """Return whether the page has a sentence of any signature, and is not what the link's text says."""
        if self._is_link_text(*self.titles):
            return False
        return any(map(all_titles()[1].fullmatch, self._sentences))

    def says(self, phrases: re.Pattern[str], max_text_bytes: int) -> bool:
        """Return whether a page with at most so much text says one of the phrases, and has no subject of its own.

        A title of its own is none if the notice is the page's heading or makes up a third of its text.
        """
        said = list(filter(phrases.fullmatch, self._sentences))
        if not said or self.text_bytes > max_text_bytes:
            return False
        if self.title_is_name:
            return True
        of_text = sum(len(sentence.encode()) for sentence in said)
        return of_text * _SHARE_OF_TEXT >= self.text_bytes or (
            phrases.fullmatch(self.heading) is not None and self.heading not in _BARE_CODES
        )

    @cached_property
    def title_is_name(self) -> bool:
        """Return whether the title is empty or one short name, as sites have, and not the subject of a page."""
        title = normalize_title(page_title(self._response)) if self._text else ""
        return _is_name(title) and len(_SEPARATOR.split(title)) == 1

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Return the normalized title, and the first heading too if the title is empty or a site's name."""
        title = normalize_title(page_title(self._response)) if self._text else ""
        if title and not self.title_is_name:
            return (title,)
        return (title, self.heading) if self.heading else (title,)

    @cached_property
    def heading(self) -> str:
        """Return the normalized first heading; "" if there is none."""
        heading = _HEADING.search(self._text, 0, _MAX_SOURCE)
        return normalize_title(unescape(_TAG.sub(" ", heading[1]))) if heading else ""

    @cached_property
    def has_known_title(self) -> bool:
        """Return whether the title matches any signature; for most pages no other title comparison is needed."""
        return self.has_title(*all_titles())

    @cached_property
    def text_bytes(self) -> int:
        """Return the number of bytes of visible text."""
        return len(visible_text(self._response).encode(errors="replace"))

    @property
    def is_front_page_link(self) -> bool:
        """Return whether the link leads to a host's front page, where a login is nothing unusual."""
        return self.requested.partition("/")[2] == ""

    @cached_property
    def requested_words(self) -> str:
        """Return the words of the requested path."""
        return words_in(unquote(urlsplit(self._requested_url).path))

    def is_named_in_url(self, phrases: re.Pattern[str] | None) -> bool:
        """Return whether the requested path has the words of the title's part that is one of the phrases."""
        parts = (part.strip(EDGE) for title in self.titles for part in _SEPARATOR.split(title))
        named = (words_in(part) for part in parts if part and phrases is not None and phrases.fullmatch(part))
        return any(f" {words} " in f" {self.requested_words} " for words in named)

    @property
    def has_return_path(self) -> bool:
        """Return whether a query parameter of the final URL is the requested path, or a URL with it."""
        path = urlsplit(self._requested_url).path.rstrip("/")
        values = parameters(urlsplit(self._response.url).query).values() if path else ()
        return any(_path(value).rstrip("/") in {path, unquote(path)} for value in values)

    @cached_property
    def has_password_field(self) -> bool:
        """Return whether there is an input field for a password."""
        return _PASSWORD.search(self._text, 0, _MAX_SOURCE) is not None

    @cached_property
    def _text(self) -> str:
        return self._response.text if isinstance(self._response, HtmlResponse) else ""

    def was_redirected_to(self, addresses: re.Pattern[str]) -> bool:
        """Return whether redirects led to a URL that matches from one that does not."""
        if "redirect_urls" not in self._response.meta or addresses.fullmatch(self.requested):
            return False
        return addresses.fullmatch(_comparable_url(self._response.url)) is not None

    def has_title(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Return whether a title matches `whole`, or a part of it `part`, unless it is also the text of the link."""
        matched = ((title, _find_title(title, whole, part)) for title in self.titles)
        return any(phrase is not None and not self._is_link_text(title, phrase) for title, phrase in matched)

    def confirms_title(self, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> bool:
        """Return whether the page was read to its end, or its heading matches as its title does.

        The first bytes of a large page are often scripts, so that it seems to show little text.
        """
        if len(self._response.body) < HEAD_OF_PAGE or "</html" in self._text[-_TAIL:].lower():
            return True
        return _find_title(self.heading, whole, part) is not None

    def _is_link_text(self, *titles: str) -> bool:
        texts = [normalize_title(text) for text in self._texts]
        return any(fuzz.ratio(text, title) >= _SAME_TITLE for text in texts for title in titles)


def detect_soft_error(response: Response, texts: Sequence[str] = ()) -> SoftError | None:
    """Return the soft error that a response is; None for a page of its own.

    `texts` are the texts of the link in the notes: a page with such a title is the page that was meant, even if the
    title is that of an error.
    """
    page = ShownPage(response, texts)
    if not page.may_match:
        return None
    rows, login = signatures()
    errors = (signature.error for signature in rows if signature.matches(page))
    return next(errors, None) or (login.error if login.matches(page) else None)


def bot_wall_at(urls: Iterable[str]) -> SoftError | None:
    """Return the soft error of the bot wall that one of the URLs belongs to; None if there is none."""
    bot_walls = [row for row in signatures()[0] if row.is_bot_wall and row.addresses is not None]
    for url in map(_comparable_url, urls):
        for row in bot_walls:
            if row.addresses is not None and row.addresses.fullmatch(url):
                return row.error
    return None


def _find_title(title: str, whole: re.Pattern[str] | None, part: re.Pattern[str] | None) -> str | None:
    """Return the title if it matches `whole`, else the part of it that matches `part`; None if neither does."""
    if whole is not None and whole.fullmatch(title):
        return title
    return None if part is None else _find_phrase(title, part)


def _find_phrase(title: str, phrases: re.Pattern[str]) -> str | None:
    """Return the first part of a title that is one of the phrases, if all other parts are short names of a site."""
    phrase, others = None, []
    for part in filter(None, (part.strip(EDGE) for part in _SEPARATOR.split(title))):
        if all(phrases.fullmatch(piece.strip(EDGE)) for piece in _SUBTITLE.split(part)) or phrases.fullmatch(part):
            phrase = phrase or part
        else:
            others.append(part)
    if any(map(topic_sites().fullmatch, others)):
        return None
    return phrase if len(others) <= _MAX_NAMES and all(map(_is_name, others)) else None


def _normalized_sentence(sentence: str) -> str:
    return normalize_title(sentence).strip(EDGE)


def _is_name(part: str) -> bool:
    return len(part.encode(errors="replace")) <= _MAX_NAME_BYTES and len(part.split()) <= _MAX_NAME_WORDS


def _path(value: str) -> str:
    """Return the path of a URL in a parameter's value; "" if it is not a URL."""
    try:
        return urlsplit(unquote(value)).path
    except ValueError:
        return ""


def _comparable_url(url: str) -> str:
    """Return the part of a URL that patterns are compared with: host, path and query in lower case."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()
