"""Read the metadata of a WeChat article, and the papers and repositories that it names. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from crawler.html import MAX_LINE, parse_html
from crawler.images.hosts.wechat_urls import image_id
from crawler.kinds.registry import links_in
from crawler.kinds.wechat.notices import ids_within, notice_elements, outermost
from crawler.kinds.wechat.scripts import DOUBLE, QUOTED, SINGLE, first_value, unescape_js, unquote
from crawler.models.metadata import Article
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4 import BeautifulSoup, Tag

MAX_IMAGES = 100
"""Images of an article whose URLs are stored; most articles have ten or twenty."""

_TITLES = ("activity-name", "js_text_title", "js_video_page_title", "js_audio_title")  # of types 0, 10, 5 and 7
_BODY_IDS = frozenset({"js_content", "js_article", "js_share_content", *_TITLES})  # elements that only articles have

# Each value in the forms of the page types, most reliable first. Patterns begin with literal text, which is fast on
# pages of 3 MB. Scripts contain other accounts too (one of WeChat's own), so `user_name` alone is no evidence.
_SECONDS = (
    re.compile(r'var ct ?= ?"(\d{9,10})"'),
    re.compile(r"ori_create_time: ?'(\d{9,10})'"),
    re.compile(r'create_time ?= ?"(\d{9,10})"'),
)
_CLOCK = (re.compile(r"create_time: ?JsDecode\('(\d{4}-\d\d-\d\d \d\d:\d\d)'\)"),)
_ACCOUNT_ID = (
    re.compile(r'var user_name ?= ?"(gh_\w+)"'),
    re.compile(r"user_name: ?JsDecode\('(gh_\w+)'\)"),
    re.compile(r"user_name = xml \?[^:?\n]*: ?'(gh_\w+)'"),
)
_ACCOUNT = (
    re.compile(rf'var nickname ?= ?(?:htmlDecode\()?"({DOUBLE}{{1,80}})"'),
    re.compile(rf"nick_name: ?JsDecode\('({SINGLE}{{1,80}})'\)"),
    re.compile(rf"nick_name = \(?xml \?[^:?\n]*: ?'({SINGLE}{{1,80}})'"),
)
_TITLE = (re.compile(rf"msg_title ?= ?(?:window\.title ?= ?)?'({SINGLE}*+)'"),)
_AUTHOR = (re.compile(rf"author(?: ?= ?|: ?JsDecode\(){QUOTED}"),)
_COVER = (re.compile(r"""cdn_url(?: ?= ?|: ?JsDecode\()["'](https?:[^"'\n]+|)["']"""),)
_COPYRIGHT = (re.compile(r"""copyright_stat(?: ?= ?|: ?)["'](\d)["']"""),)
_ORIGINAL = {"1": True, "2": False}  # 0: declared neither original nor repost
_CONTENT = re.compile(r"content_noencode: ?JsDecode\('((?:[^'\\]++|\\[\s\S])*+)'\)")
# WeChat turns most links into plain text, split by tags that are not visible.
_INLINE = frozenset({"a", "b", "code", "em", "font", "i", "ins", "mark", "small", "span", "strong", "u", "wbr"})


def shows_article(soup: BeautifulSoup) -> bool:
    """Return whether a page has the body of an article; beside a notice, a body without text or image is none.

    An article may quote a notice, and may have been written with a notice's elements.
    """
    bodies = soup.find_all(id=_BODY_IDS.__contains__)
    if not bodies or not _has_notice_outside(soup, bodies):
        return bool(bodies)
    return any(
        body.get_text(strip=True) or body.select_one("img, iframe, video") is not None
        for body in outermost(soup, bodies)
    )


def _has_notice_outside(soup: BeautifulSoup, bodies: list[Tag]) -> bool:
    """Return whether there is a notice element that is inside of none of these elements."""
    notices = notice_elements(soup)
    inside = ids_within(soup, bodies) if notices else set()
    return any(id(notice.parent) not in inside for notice in notices)


def read_article(soup: BeautifulSoup, text: str) -> Article:
    """Return the metadata of an article from the elements and the text of its page; absent values are empty."""
    return Article(
        title=_meta_content(soup, "og:title") or _visible_text(soup, *_TITLES) or first_value(_TITLE, text) or "",
        account=_visible_text(soup, "js_name") or first_value(_ACCOUNT, text),
        account_id=first_value(_ACCOUNT_ID, text),
        author=_meta_content(soup, "author") or _meta_content(soup, "og:article:author") or first_value(_AUTHOR, text),
        published_at=_published_at(text),
        cover=_meta_content(soup, "og:image") or first_value(_COVER, text),
        original=_ORIGINAL.get(first_value(_COPYRIGHT, text) or ""),
        links=_links(soup, text),
        pictures=_image_urls(soup, text),
    )


def _published_at(text: str) -> datetime | None:
    if (seconds := first_value(_SECONDS, text)) is not None:
        return datetime.fromtimestamp(int(seconds), UTC)
    clock = first_value(_CLOCK, text)
    try:
        return datetime.strptime(f"{clock} +0800", "%Y-%m-%d %H:%M %z").astimezone(UTC)  # Beijing has no summer time
    except ValueError:
        return None


def _image_urls(soup: BeautifulSoup, text: str) -> tuple[str, ...]:
    """Return the URLs of an article's images, without duplicates; those of image posts (type 8) are in a script."""
    in_elements = (str(tag["data-src"]).strip() for tag in soup.select("img[data-src]"))
    in_scripts = (unquote(match[1]) for match in _COVER[0].finditer(text))
    urls = (url for url in chain(in_elements, in_scripts) if len(url) <= MAX_LINE and image_id(url) is not None)
    return tuple(islice(dict.fromkeys(urls), MAX_IMAGES))


def _links(soup: BeautifulSoup, text: str) -> tuple[str, ...]:
    """Return the URLs of papers and repositories in the body, in order, without duplicates.

    If there is no body, as in types 8 and 10, its text is in a script.
    """
    from bs4 import Tag

    body = soup.find(id="js_content")
    if isinstance(body, Tag) and (links := _links_in_body(body)):
        return links
    script = _CONTENT.search(text)
    if script is None or not any(map(script[1].lower().__contains__, ("arxiv.org", "github.com"))):
        return ()
    return _links_in_body(parse_html(unescape_js(script[1])))


def _links_in_body(body: Tag) -> tuple[str, ...]:
    return tuple(link.url for link in links_in("".join(_split_lines(body))))


def _split_lines(body: Tag) -> Iterator[str]:
    """Yield the text of a body in pieces, with visible line breaks, and with each link's URL on a line of its own."""
    from bs4 import NavigableString, Tag

    block: Tag | None = None
    blocks = {id(body): next(tag for tag in (body, *body.parents) if tag.name not in _INLINE)}
    for node in body.descendants:
        if isinstance(node, Tag):
            blocks[id(node)] = blocks[id(node.parent)] if node.name in _INLINE else node
            if node.name not in _INLINE:
                yield "\n"
            elif (href := node.get("href")) is not None:
                yield f"\n{href}\n"
        elif type(node) is NavigableString:  # not a comment, not a script
            around = blocks[id(node.parent)]
            if around is not block:
                yield "\n"
            block = around
            yield node


def _meta_content(soup: BeautifulSoup, name: str) -> str | None:
    tag = soup.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return collapse_whitespace(unquote(str(tag.get("content", "")))) or None if tag else None


def _visible_text(soup: BeautifulSoup, *ids: str) -> str | None:
    tag = soup.find(id=ids.__contains__)
    return collapse_whitespace(tag.get_text())[:MAX_LINE] or None if tag else None
