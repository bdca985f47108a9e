"""The words that a page shows: its visible text, its sentences, and the messages in a JSON answer. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scrapy.http import HtmlResponse, TextResponse

from crawler.checks.pages.hidden_elements import without_hidden
from crawler.html import beginnings, elements, text_of, unescape
from crawler.kinds.web import page_title
from crawler.text import collapse_whitespace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

MAX_PLAIN_BYTES = 1_000
"""Bytes up to which an answer in plain text or JSON is a message of the server and not a document."""

# What a page says of itself stands neither in its links nor in what it quotes.
_QUOTED = re.compile(
    elements(
        (
            *("script", "style", "template", "noscript", "title", "a", "button", "code", "pre", "blockquote", "q"),
            *("textarea", "select", "nav"),
        ),
        whole_tag=True,
    ),
    re.IGNORECASE,
)
_AROUND = re.compile(
    elements(("nav", "header", "footer", "aside", "menu", "a", "button", "select", "form"), comments=False),
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:span|b|i|em|strong|small|font|u|mark|wbr|bdi|img)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？…])|\n|\s[|·•»–—-]+\s")
_QUESTIONS = ("?", "？")
_SHOWS_WITHOUT_TEXT = re.compile(
    r"<(?:img|picture|video|audio|canvas|svg|iframe|frame|frameset|object|embed|form|input|button)\b", re.IGNORECASE
)
_FIRST_CONTENT, _FIRST_TEXT = 1_536, 4 * 1024  # characters of a page's body: many have enough text in so many
_MESSAGE_NAMES = frozenset(
    {
        "message",
        "msg",
        "error",
        "detail",
        "title",
        "reason",
        "errmsg",
        "error_msg",
        "error_description",
        "errors",
        "info",
    }
)
_CODE_NAMES = frozenset({"code", "status", "status_code", "statuscode", "errcode", "error_code", "errno", "ret"})


def visible_text(response: Response) -> str:
    """Return the visible text of a page without its title, white space collapsed; "" if it is not HTML."""
    if not isinstance(response, HtmlResponse):
        return ""
    return text_of(response.text)


def text_beginnings(response: HtmlResponse) -> Iterator[str]:
    """Yield longer and longer beginnings of the visible text of a page, the last being all of it."""
    return map(text_of, beginnings(response.text, _FIRST_TEXT))


def has_text(response: Response, min_bytes: int = 1) -> bool:
    """Return whether a page shows so many bytes of text."""
    if not isinstance(response, HtmlResponse):
        return False
    return any(len(text.encode(errors="replace")) >= min_bytes for text in text_beginnings(response))


def has_content(source: str, more_than: int) -> bool:
    """Return whether there are more than so many bytes of visible text outside of links, menus, header and footer."""
    return any(content_bytes(part) > more_than for part in beginnings(source, _FIRST_CONTENT))


def content_bytes(source: str) -> int:
    """Return the bytes of visible text outside of links, menus, header and footer."""
    return len(text_of(_AROUND.sub(" ", without_hidden(source))).encode(errors="replace"))


def is_blank(response: Response) -> bool:
    """Return whether a browser shows an empty window: no body, or markup without title, text or image."""
    if not response.body.strip():
        return True
    if not isinstance(response, HtmlResponse) or page_title(response) or has_text(response):  # the title is faster
        return False
    return "<script" not in response.text.lower() and _SHOWS_WITHOUT_TEXT.search(response.text) is None


def sentences(response: Response) -> list[str]:
    """Return what a page says of itself, sentence by sentence, without questions, links and quotations.

    A short answer in plain text is one sentence, a short one in JSON has those of its messages; [] for a longer one.
    """
    if isinstance(response, HtmlResponse):
        text = _TAG.sub("\n", _INLINE.sub("", _QUOTED.sub("\n", without_hidden(response.text))))
        pieces = (collapse_whitespace(piece) for piece in _SENTENCE.split(unescape(text)))
        return [piece for piece in pieces if piece and not piece.endswith(_QUESTIONS)]
    if not isinstance(response, TextResponse) or len(response.body) > MAX_PLAIN_BYTES:
        return []
    text = response.text.strip()
    return list(_messages(text)) if text.startswith("{") else [collapse_whitespace(text)]


def _messages(text: str) -> Iterator[str]:
    """Yield the messages and codes of a JSON object and of the objects right inside it."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for each in (found, *found.values()) if isinstance(found, dict) else ():
        for name, value in each.items() if isinstance(each, dict) else ():
            if name.lower() in _MESSAGE_NAMES and isinstance(value, str):
                yield collapse_whitespace(value)
            elif name.lower() in _CODE_NAMES and isinstance(value, int | str):
                yield str(value).lstrip("-")
