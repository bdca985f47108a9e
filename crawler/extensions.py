"""Stops a download when enough of it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import StopDownload

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http.headers import Headers

_PAGES = (b"text/", b"application/xhtml", b"application/xml")


class EnoughRead:
    """Ends downloads when as many bytes were read as `meta["enough"]` says, at once for files with no head to read."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen to downloads."""
        extension = cls()
        crawler.signals.connect(extension.headers_received, signals.headers_received)
        crawler.signals.connect(extension.bytes_received, signals.bytes_received)
        return extension

    def headers_received(self, headers: Headers, request: Request) -> None:
        """Stop where the headers say it all: a PDF or a film is there, whatever its size."""
        content_type = (headers.get("Content-Type") or b"text/html").strip().lower()
        if "enough" in request.meta and not content_type.startswith(_PAGES):
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Stop when the bytes so far will do."""
        left = request.meta.get("enough")
        if left is None:
            return
        request.meta["enough"] = left - len(data)
        if left <= len(data):
            raise StopDownload(fail=False)
