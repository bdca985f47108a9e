"""Pictures: one request says whether the picture is there and brings its bytes, which the images pipeline keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from crawler.fetch.conditional_requests import is_uncached, version_of
from crawler.images.badges import is_badge
from crawler.images.sniff import media_type
from crawler.images.wechat_urls import image_id, url_variants
from crawler.kinds.base import Kind
from crawler.links.canonical_url import hostname
from crawler.models.check import Outcome
from crawler.models.link import Link
from crawler.models.metadata import Picture
from crawler.models.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, ImageSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.metadata import Metadata

WECHAT_HOSTS = ("qpic.cn", "qlogo.cn")
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".svg")


class Image(Kind):
    """WeChat's picture hosts, and any URL that ends like a picture or stands where one is shown."""

    name = "image"
    rank = 5
    labels: ClassVar[Mapping[str, str]] = {"en": "image", "zh": "图片"}
    metadata_type = Picture
    keeps_body = True

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
        """Ask for the best form, without a Referer: with a foreign one WeChat sends a placeholder."""
        return image_request(url_variants(link.url)[0])

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Hand the bytes on if they are a picture; a page in its place is no picture, whatever its status."""
        if not check.is_ok:
            return CheckResult(link, check)
        if image_id(link.url) is not None:  # where WeChat's original leads to says nothing of the address in the note
            check = replace(check, outcome=Outcome.OK, final_url=None)
        if media_type(response.body) is None:
            if self.recognise(link.url, urlsplit(link.url)) is None:  # a page that some note shows as a picture
                return CheckResult(link, check)
            return CheckResult(link, replace(check, outcome=Outcome.FAILED, reason=Reason(ReasonCode.NOT_AN_IMAGE)))
        return CheckResult(link, check, body=response.body, origin=image_source(response))


def is_dynamic_image(link: Link, known: Metadata | None) -> bool:
    """Return whether a picture is drawn anew at each view, as its server said or as its address says."""
    if isinstance(known, Picture) and known.dynamic:
        return True
    return link.kind == Image.name and is_badge(link.url)


def image_request(address: str) -> Request:
    """Return the request for a picture that is read to its end only if it begins like one."""
    from crawler.fetch.verbatim_requests import build_request

    return build_request(
        address, headers={"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"}, meta={"is_image": True}
    )


def image_source(response: Response) -> ImageSource:
    """Return where a response's bytes were asked for, and what the server calls that version of them."""
    address = str(response.meta.get("redirect_urls", [response.url])[0])
    return ImageSource(address, *version_of(response), uncached=is_uncached(response))
