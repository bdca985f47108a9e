"""The elements of a page that fragments lead to, as a browser finds them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from scrapy.http import HtmlResponse

from crawler.checks.pages.shown_page import is_frame
from crawler.html import MAX_TAGS, has_end
from crawler.links.fragments import USER_PREFIX, id_makers, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrapy.http import Response

_OK = 200
_CUT = frozenset({"partial", "download_stopped", "dataloss"})
_ELEMENTS = "not(ancestor-or-self::template or ancestor-or-self::noscript)"
_ANCHORED = "@id or descendant::*[@id] or descendant::a[@name] or parent::*[@id]"
_HEADING = "self::h2 or self::h3 or self::h4 or self::h5 or self::h6"
_TAG = re.compile("<[a-z]", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SOURCE_OF_MORE = re.compile(r"<(script|template|noscript)\b([^<>]*>.*?)(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_FRAMES = re.compile(r"<frameset\b", re.IGNORECASE)


def find_anchors(response: Response, fragments: Iterable[str], prefix: str = "") -> Mapping[str, bool | None] | None:
    """Return by fragment whether a page has an element that it leads to; None where the page does not settle it.

    Returns None if the page was not received whole. With a `prefix`, the ids of a text that a user wrote begin with it
    on this page: without any such id, the text is not in the source.
    """
    if isinstance(response, HtmlResponse) and not _is_whole(response):
        return None
    page = _read(response)
    if page is None or (prefix and not any(name.startswith(prefix) for name in page.names)):
        return dict.fromkeys(fragments)
    return {fragment: page.has(fragment, ignores_case=bool(prefix)) for fragment in fragments}


@dataclass(frozen=True, slots=True)
class _Page:
    """The names of a page's elements, and what may make more: its markup, its scripts, and whether they give ids.

    `own_links` are the fragments of links within a page that has scripts.
    """

    names: frozenset[str]
    markup: str
    scripts: str
    own_links: frozenset[str]
    is_made: bool

    def has(self, fragment: str, *, ignores_case: bool) -> bool | None:
        """Return whether the page has an element for a fragment; None if a script or a template may make one."""
        plain = names_of(fragment)
        names = {*plain, *(USER_PREFIX + name for name in plain)}
        if not names.isdisjoint(self.names):
            return True
        if ignores_case and not {name.lower() for name in names}.isdisjoint(name.lower() for name in self.names):
            return True
        if self.is_made or not self.own_links.isdisjoint(plain) or any(map(self._is_made_of, plain)):
            return None
        return False

    def _is_made_of(self, name: str) -> bool:
        """Return whether a script has a text that may become an id, or the markup an id that no parser reaches."""
        text = re.escape(name)
        is_quoted = re.search(rf"[\"'`#>]{text}[\"'`\\<&]", self.scripts) is not None
        return is_quoted or re.search(rf"\bid\s?=\s?(?:([\"']){text}\1|{text}(?=[\s>]))", self.markup) is not None


def _read(response: Response) -> _Page | None:
    """Return the elements of a page with status 200; None for any other, and for a frame of an app."""
    if response.status != _OK or not isinstance(response, HtmlResponse):
        return None
    if any("#" in url for url in (response.url, *response.meta.get("redirect_urls", ()))):
        return None  # the fragment of a redirect's target comes first
    text = response.text
    if is_frame(response) or _FRAMES.search(text) or next(islice(_TAG.finditer(text), MAX_TAGS, None), None):
        return None
    names = response.xpath(f"//*[@id][{_ELEMENTS}]/@id | //a[@name][{_ELEMENTS}]/@name").getall()
    scripts = "\n".join(match[2] for match in _SOURCE_OF_MORE.finditer(text))
    own_links = response.xpath("//a/@href[starts-with(., '#')]").getall() if scripts else ()
    return _Page(
        frozenset(names),
        _COMMENT.sub(" ", text),
        scripts,
        frozenset(name for link in own_links for name in names_of(link[1:])),
        _makes_ids(response),
    )


def _is_whole(response: HtmlResponse) -> bool:
    """Return whether a page was received to its end."""
    if not _CUT.isdisjoint(response.flags):
        return False
    has_length = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
    return has_length or has_end(response.text)


def _makes_ids(response: HtmlResponse) -> bool:
    """Return whether a script of a page may give ids to its headings: none has one, and the script looks like it."""
    headings = response.xpath(f"//*[{_HEADING}]")
    if not headings or response.xpath(f"//*[{_HEADING}][{_ANCHORED}]"):
        return False
    scripts = response.xpath("//script/@src | //script/text()").getall()
    return any(id_makers().search(script) for script in scripts)
