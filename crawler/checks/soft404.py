"""Detect soft errors, sent in place of a page: bot protection, logins, parked domains and soft 404s. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.checks.pages.page_signs import ShownPage, comparable_url
from crawler.checks.pages.signatures.signature_tables import signatures
from crawler.checks.pages.signatures.signatures import MAX_TEXT_BYTES
from crawler.images.sniff import media_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrapy.http import Response

    from crawler.checks.pages.signatures.signatures import SoftError

_OK = 200


def detect_soft_error(response: Response, texts: Sequence[str] = ()) -> SoftError | None:
    """Return the soft error that a response is; None for a page of its own, and for an image that was asked for.

    `texts` are the texts of the link in the notes: a page with such a title is the page that was meant, even if the
    title is that of an error.
    """
    if "is_image" in response.meta and response.status == _OK and media_type(response.body) is not None:
        return None  # signatures are searched in megabytes otherwise; `PlaceholderDetector` knows drawings
    page = ShownPage(response, texts)
    if not page.may_match:
        return None
    rows, login = signatures()
    errors = (signature.error for signature in rows if signature.matches(page))
    return next(errors, None) or (login.error if login.matches(page) else None)


def is_login(response: Response) -> bool:
    """Return whether a page with little text has a field for a password."""
    page = ShownPage(response, ())
    return page.has_password_field and page.text_bytes <= MAX_TEXT_BYTES


def bot_protection_at(urls: Iterable[str]) -> SoftError | None:
    """Return the soft error of the bot protection that one of the URLs belongs to; None if there is none."""
    protections = [row for row in signatures()[0] if row.is_bot_protection and row.addresses is not None]
    for url in map(comparable_url, urls):
        for row in protections:
            if row.addresses is not None and row.addresses.fullmatch(url):
                return row.error
    return None
