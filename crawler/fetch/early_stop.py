"""Scrapy extension that stops downloads early."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import StopDownload

from crawler.images.sniff import media_type

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http.headers import Headers

HEAD_OF_PAGE = 14 * 1024
"""Bytes of a page, before decompression, that are read if only its head is requested; they fit in one TLS record."""

WHOLE_PAGE = 512 * 1024
"""Bytes of a page, before decompression, up to which it is read to its end if notes ask for places in it."""

_PAGE_TYPES = (b"text/", b"application/xhtml", b"application/xml")
_SNIFF_BYTES = 1024  # enough to recognize the type of a file


class EarlyStop:
    """Stops a download after `meta["max_bytes"]`, earlier if the file is not a page.

    A request for an image (`meta["is_image"]`) is stopped after HEAD_OF_PAGE unless its first bytes are an image's.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension, connected to the signals of downloads."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        crawler.signals.connect(extension.bytes_received, signals.bytes_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Set the bytes to read by Content-Type: HEAD_OF_PAGE or `page_bytes` for pages, 1 kB for files.

        `max_bytes` counts for plain text.

        The first bytes of a PDF or a video are enough to show that it exists.
        """
        if "max_bytes" in request.meta:
            content_type = (headers.get("Content-Type") or b"text/plain").strip().lower()
            page_bytes = request.meta.get("page_bytes") or HEAD_OF_PAGE
            limit = page_bytes if content_type.startswith(_PAGE_TYPES) else _SNIFF_BYTES
            request.meta["bytes_left"] = request.meta["max_bytes"] if content_type.startswith(b"text/plain") else limit
        if "is_image" in request.meta:
            request.meta["sniff_buffer"] = None if "Content-Encoding" in headers else b""

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Raise StopDownload once enough bytes were received; give a large body more time."""
        if "body_clock" in request.meta:
            clock, limit = request.meta["body_clock"]
            clock.receive(len(data))
            limit.reschedule(asyncio.get_running_loop().time() + clock.left)
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
