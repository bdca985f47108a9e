"""Stops a download when enough of it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import StopDownload

from crawler.images.sniff import media_type

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http.headers import Headers

HEAD_OF_PAGE = 14 * 1024
"""Bytes of a page, compressed as it came, that are read when only its head is wanted: what one TLS record holds."""

_PAGES = (b"text/", b"application/xhtml", b"application/xml")
_MAGIC = 1024  # bytes that tell what a file is


class EarlyStop:
    """Ends downloads when as many bytes were read as `meta["max_bytes"]` says, earlier where a file is no page.

    What was asked for as a picture (`meta["is_image"]`) is read to its end if its first bytes are a picture's.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to downloads."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        crawler.signals.connect(extension.bytes_received, signals.bytes_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Read no more than the first bytes of a PDF or a film: it is there, whatever its size.

        Nor more than the head of a page, in place of what is plain text (a robots.txt) too.
        """
        if "max_bytes" in request.meta:
            content_type = (headers.get("Content-Type") or b"text/plain").strip().lower()
            most = HEAD_OF_PAGE if content_type.startswith(_PAGES) else _MAGIC
            request.meta["bytes_left"] = request.meta["max_bytes"] if content_type.startswith(b"text/plain") else most
        if "is_image" in request.meta:
            request.meta["sniff_buffer"] = None if "Content-Encoding" in headers else b""

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop when the bytes so far will do."""
        if "max_bytes" in request.meta:
            request.meta["bytes_left"] -= len(data)
            if request.meta["bytes_left"] <= 0:
                raise StopDownload(fail=False)
        if request.meta.get("sniff_buffer") is not None:
            request.meta["sniff_buffer"] += data
            if len(request.meta["sniff_buffer"]) >= HEAD_OF_PAGE:
                if media_type(request.meta["sniff_buffer"]) is None:
                    raise StopDownload(fail=False)
                request.meta["sniff_buffer"] = None
