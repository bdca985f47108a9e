"""The kind `image`: one request checks an image and gets its bytes, which the images pipeline saves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from crawler.fetch.conditional_requests import is_uncached, version_of
from crawler.images.hosts.badges import is_badge
from crawler.images.hosts.forge_urls import file_url
from crawler.images.hosts.wechat_urls import image_id, url_variants
from crawler.images.sniff import media_type
from crawler.kinds.base import Kind
from crawler.links.canonical_url import InvalidURLError, hostname, split
from crawler.models.check import Outcome
from crawler.models.link import Link
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult, ImageSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check
    from crawler.models.metadata import Metadata

BODY_TIMEOUT = 600.0
"""Seconds in which a whole image has to be there: 20 MB at 33 kB/s; DOWNLOAD_TIMEOUT counts for each wait for more."""

WECHAT_HOSTS = ("qpic.cn", "qlogo.cn")
_ENDINGS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".svg", ".ico"),
    *(".heic", ".heif", ".jxl", ".jp2", ".tif", ".tiff"),
)


class Image(Kind):
    """An image: shown as one in a note, or on a host that serves nothing but images.

    The extension says nothing: behind `File:….jpg` and `photo.png?dl=0` are pages.
    """

    name = "image"
    rank = 5
    labels: ClassVar[Mapping[str, str]] = {"en": "image", "zh": "图片"}
    metadata_type = Picture
    keeps_body = True

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link to an image on a host of images; its identity is the URL."""
        host = hostname(parts)
        if parts.scheme not in {"http", "https"} or not (host.startswith("mm") and host.endswith(WECHAT_HOSTS)):
            return None
        return Link(url, self.name, url, host)

    def request(self, link: Link) -> Request:
        """Return the request for the best URL, without Referer: with another site's WeChat sends a placeholder."""
        return image_request(requestable_urls(link.url)[0])

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result with the bytes as body if they are an image, else a failed check."""
        if not check.is_ok:
            return CheckResult(link, check)
        if image_id(link.url) is not None:  # redirects of the requested variant do not mean that the note's URL moved
            check = replace(check, outcome=Outcome.OK, final_url=None)
        if media_type(response.body) is None:
            if not is_image_file(link.url):  # a web page that a note shows as an image
                reason = check.reason.plus(Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.NOT_AN_IMAGE))
                return CheckResult(link, replace(check, reason=reason))
            return CheckResult(link, replace(check, outcome=Outcome.FAILED, reason=Reason(ReasonCode.NOT_AN_IMAGE)))
        return CheckResult(link, check, body=response.body, origin=image_source(response))


def is_image_file(url: str) -> bool:
    """Return whether a URL is that of an image file by its host or extension, not that of a page about it."""
    try:
        parts = split(url)
        is_hosted = Image().recognize(url, parts) is not None
    except InvalidURLError:
        return False
    return is_hosted or (parts.path.lower().endswith(_ENDINGS) and file_url(url) is None)


def requestable_urls(url: str) -> tuple[str, ...]:
    """Return the URLs at which an image can be requested, the best first.

    Those are the file behind the page of a code hosting site, or the original of an image on WeChat's hosts.
    """
    behind_page = file_url(url)
    return url_variants(url) if behind_page is None else (behind_page,)


def is_dynamic_image(link: Link, known: Metadata | None) -> bool:
    """Return whether an image is generated for each view: by its server's headers, or because its URL is a badge's."""
    if isinstance(known, Picture) and known.dynamic:
        return True
    return link.kind == Image.name and is_badge(link.url)


def image_request(url: str) -> Request:
    """Return the request for an image or video; the body is read to its end only if it begins like one."""
    from crawler.fetch.verbatim_requests import build_request

    meta = {"is_image": True, "body_timeout": BODY_TIMEOUT}
    return build_request(url, headers={"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"}, meta=meta)


def image_source(response: Response) -> ImageSource:
    """Return the requested URL of a response, with the validators of that version."""
    from crawler.fetch.verbatim_requests import requested_url

    return ImageSource(requested_url(response), *version_of(response), uncached=is_uncached(response))
