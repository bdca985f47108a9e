"""Pictures: one request says whether the picture is there and brings its bytes, which the images pipeline keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request

from crawler.items import Link, Outcome, Result
from crawler.kinds.base import Kind
from crawler.pictures import media_type
from crawler.urls import hostname

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from scrapy.http import Response

    from crawler.items import Check

WECHAT_HOSTS = ("qpic.cn", "qlogo.cn")
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".svg")


class Image(Kind):
    """WeChat's picture hosts, and any URL that ends like a picture or stands where one is shown."""

    name = "image"
    rank = 5

    def recognise(self, url: str, parts: SplitResult) -> Link | None:
        """Recognise pictures by host or ending; ids of WeChat's pictures are case-sensitive."""
        host = hostname(parts)
        if not host or parts.scheme not in {"http", "https"}:
            return None
        hosted_by_wechat = host.startswith("mm") and host.endswith(WECHAT_HOSTS)
        if not (hosted_by_wechat or parts.path.lower().endswith(_ENDINGS)):
            return None
        return Link(url, self.name, url, host)

    def request(self, link: Link) -> Request:
        """Ask without a Referer: with a foreign one WeChat sends a placeholder instead of the picture."""
        return Request(link.url, headers={"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"}, meta={"picture": True})

    def read(self, link: Link, response: Response, check: Check) -> Result:
        """Hand the bytes on if they are a picture; a page in its place is no picture, whatever its status."""
        if check.outcome not in {Outcome.OK, Outcome.MOVED}:
            return Result(link, check)
        if media_type(response.body) is None:
            if self.recognise(link.url, urlsplit(link.url)) is None:  # a page that some note shows as a picture
                return Result(link, check)
            return Result(link, replace(check, outcome=Outcome.FAILED, reason="not a picture"))
        return Result(link, check, body=response.body)
