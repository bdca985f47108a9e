"""The properties of a page that signatures are compared with. Pure."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz
from scrapy.http import HtmlResponse, TextResponse

from crawler.checks.pages.hidden_elements import without_hidden
from crawler.checks.pages.page_text import content_bytes, has_content, sentences, visible_text
from crawler.checks.pages.signatures.signature_tables import all_marks, all_titles, known_hosts
from crawler.checks.pages.signatures.signatures import EDGE, MAX_TEXT_BYTES, normalize_title, words_in
from crawler.checks.pages.title_parts import SEPARATOR, find_title, is_name, normalized_sentence
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.fetch.verbatim_requests import requested_url
from crawler.html import has_end, unescape
from crawler.kinds.web import page_title
from crawler.links.canonical_url import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

    from crawler.checks.pages.signatures.lazy_pattern import LazyPattern

_MAX_SOURCE = 64 * 1024  # characters up to which a source is searched; bot protection is shorter
_MAX_CONTENT = 600  # bytes of text without menus up to which a page with many links may be a notice
_MAX_ELEMENTS = 60  # links and paragraphs up to which a page may have little text; faster to count than the text
_SAME_AS_LINK_TEXT = 90  # similarity (0 to 100) from which a title is the text of the link
_SHARE_OF_TEXT = 3  # a page with a title of its own is a notice if it is one third of the text
_BARE_CODES = frozenset({"404", "410"})
_HEADING = re.compile(r"<h1\b[^<>]*>(.{0,500}?)</h1", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_PASSWORD = re.compile(r"""<input\b[^<>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_LINK = re.compile(r"<a\b[^<>]*\bhref=", re.IGNORECASE)
_WEB_URL = re.compile(r"https?(?::|%3A)", re.IGNORECASE)


class ShownPage:
    """The properties of a response that signatures are compared with; each is computed when it is first used.

    `texts` are the texts of the link in the notes.
    """

    def __init__(self, response: Response, texts: Sequence[str]) -> None:
        self._response = response
        self._texts = texts
        self.status = response.status
        self._requested_url = requested_url(response)
        self.requested = comparable_url(self._requested_url)

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
        return "" if len(text) > _MAX_SOURCE or self._has_many_elements else text

    @cached_property
    def _has_many_elements(self) -> bool:
        return self._text.count("</a>") + self._text.count("</p>") > _MAX_ELEMENTS

    @cached_property
    def is_within_menus(self) -> bool:
        """Return whether a page that was read to its end is long only by its menus, header and footer."""
        if not self._has_many_elements or len(self._text) > _MAX_SOURCE or not self._is_whole:
            return False
        return not has_content(self._text, _MAX_CONTENT)

    @property
    def _is_whole(self) -> bool:
        return len(self._response.body) < HEAD_OF_PAGE or has_end(self._text)

    @property
    def whole_source(self) -> str:
        """Return the source of a page of any size, or the text of an answer that is no page; "" if it is no text."""
        return self._response.text if isinstance(self._response, TextResponse) else ""

    @cached_property
    def _sentences(self) -> tuple[str, ...]:
        """Return the normalized sentences of a page that is short enough to be a notice."""
        is_page = isinstance(self._response, HtmlResponse)
        is_long = is_page and not self.source and not self.is_within_menus
        return () if is_long else tuple(map(normalized_sentence, sentences(self._response)))

    @cached_property
    def has_known_sentence(self) -> bool:
        """Return whether the page has a sentence of any signature, and is not what the link's text says."""
        return not self.is_named_by_link and any(map(all_titles()[1].fullmatch, self._sentences))

    @cached_property
    def is_named_by_link(self) -> bool:
        """Return whether the title is what a link's text says, so that the page is the one that was meant."""
        return self._is_link_text(*self.titles)

    def has_sentence(self, phrases: LazyPattern, max_text_bytes: int) -> bool:
        """Return whether a page with at most so much text has one of the phrases as a sentence."""
        return self.text_bytes <= max_text_bytes and any(map(phrases.fullmatch, self._sentences))

    def says(self, phrases: LazyPattern, max_text_bytes: int) -> bool:
        """Return whether a page with at most so much text says one of the phrases, and has no subject of its own.

        A title of its own is none if the notice is the page's heading or makes up a third of its text.
        """
        said = list(filter(phrases.fullmatch, self._sentences))
        if not said or self.text_bytes > max_text_bytes:
            return False
        if self.title_is_name and not self.is_within_menus:
            return True
        of_text = sum(len(sentence.encode()) for sentence in said)
        return of_text * _SHARE_OF_TEXT >= self.text_bytes or (
            phrases.fullmatch(self.heading) is not None and self.heading not in _BARE_CODES
        )

    @cached_property
    def _title(self) -> str:
        return normalize_title(page_title(self._response)) if self._text else ""

    @cached_property
    def title_is_name(self) -> bool:
        """Return whether the title is empty or one short name, as sites have, and not the subject of a page."""
        return is_name(self._title) and len(SEPARATOR.split(self._title)) == 1

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Return the normalized title, and the first heading too if the title is empty or a site's name."""
        if self._title and not self.title_is_name:
            return (self._title,)
        return (self._title, self.heading) if self.heading else (self._title,)

    @cached_property
    def heading(self) -> str:
        """Return the normalized first heading; "" if there is none."""
        source = self._text[:_MAX_SOURCE]
        if "<h1" not in source and "<H1" not in source:
            return ""
        heading = _HEADING.search(without_hidden(source))
        return normalize_title(unescape(_TAG.sub(" ", heading[1]))) if heading else ""

    @cached_property
    def has_known_title(self) -> bool:
        """Return whether the title matches any signature; for most pages no other title comparison is needed."""
        return self.has_title(*all_titles())

    @cached_property
    def text_bytes(self) -> int:
        """Return the number of bytes of visible text; of a page within menus, without them."""
        if self.is_within_menus:
            return content_bytes(self._text)
        return len(visible_text(self._response).encode(errors="replace"))

    @cached_property
    def normalized_text(self) -> str:
        """Return the beginning of the visible text, title included, without case."""
        shown = visible_text(self._response) or self.whole_source
        return f"{page_title(self._response)} {shown[:MAX_TEXT_BYTES]}".casefold()

    @cached_property
    def is_article(self) -> bool:
        """Return whether a page has more text outside its menus and links than a notice."""
        return self.text_bytes > MAX_TEXT_BYTES and has_content(self._text, MAX_TEXT_BYTES)

    @cached_property
    def links(self) -> int:
        """Return the number of links to other pages."""
        return len(_LINK.findall(self._text, 0, _MAX_SOURCE))

    @property
    def is_at_jump(self) -> bool:
        """Return whether a query parameter of the requested URL is a URL, as those of jump pages are."""
        return any(map(_WEB_URL.match, parameters(urlsplit(self._requested_url).query).values()))

    @property
    def is_front_page_link(self) -> bool:
        """Return whether the link leads to a host's front page, where a login is nothing unusual."""
        return self.requested.partition("/")[2] == ""

    @cached_property
    def requested_words(self) -> str:
        """Return the words of the requested path."""
        return words_in(unquote(urlsplit(self._requested_url).path))

    def is_named_in_url(self, phrases: LazyPattern | None) -> bool:
        """Return whether the requested path has the words of the title's part that is one of the phrases."""
        parts = (part.strip(EDGE) for title in self.titles for part in SEPARATOR.split(title))
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

    def was_redirected_to(self, addresses: LazyPattern) -> bool:
        """Return whether redirects led to a URL that matches from one that does not."""
        if "redirect_urls" not in self._response.meta or addresses.fullmatch(self.requested):
            return False
        return addresses.fullmatch(comparable_url(self._response.url)) is not None

    def has_title(self, whole: LazyPattern | None, part: LazyPattern | None) -> bool:
        """Return whether a title matches `whole`, or a part of it `part`, unless it is also the text of the link."""
        matched = ((title, find_title(title, whole, part)) for title in self.titles)
        return any(phrase is not None and not self._is_link_text(title, phrase) for title, phrase in matched)

    def confirms_title(self, whole: LazyPattern | None, part: LazyPattern | None) -> bool:
        """Return whether the page was read to its end, or its heading matches as its title does.

        The first bytes of a large page are often scripts, so that it seems to show little text.
        """
        return self._is_whole or find_title(self.heading, whole, part) is not None

    def _is_link_text(self, *titles: str) -> bool:
        texts = [normalize_title(text) for text in self._texts]
        return any(fuzz.ratio(text, title) >= _SAME_AS_LINK_TEXT for text in texts for title in titles)


def _path(value: str) -> str:
    """Return the path of a URL in a parameter's value; "" if it is not a URL."""
    try:
        return urlsplit(unquote(value)).path
    except ValueError:
        return ""


def comparable_url(url: str) -> str:
    """Return the part of a URL that patterns are compared with: host, path and query in lower case."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path or '/'}{'?' + parts.query if parts.query else ''}".lower()
