"""The kind `video`: videos of WeChat. Their signed URLs expire after some hours, so a video is saved at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from crawler.images.sniff import VIDEO, media_type
from crawler.kinds.base import Kind
from crawler.kinds.image import image_request, image_source
from crawler.links.canonical_url import hostname
from crawler.links.signed_urls import VIDEO_HOST
from crawler.models.check import Outcome
from crawler.models.link import Link
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.check import Check


class Video(Kind):
    """A video on WeChat's host; whether its URL has expired is determined by `crawler.links.signed_urls`."""

    name = "video"
    rank = 4
    labels: ClassVar[Mapping[str, str]] = {"en": "video", "zh": "视频"}
    metadata_type = Picture
    keeps_body = True
    size_limit = "VIDEOS_MAX_MB"

    def recognize(self, url: str, parts: SplitResult) -> Link | None:
        """Return the link if the URL is on WeChat's video host."""
        host = hostname(parts)
        return Link(url, self.name, url, host) if host == VIDEO_HOST else None

    def request(self, link: Link) -> Request:
        """Return the request for the whole video."""
        return image_request(link.url)

    def read(self, link: Link, response: Response, check: Check) -> CheckResult:
        """Return the result with the bytes as body if they are a video, else a failed check."""
        if not check.is_ok:
            return CheckResult(link, check)
        if media_type(response.body) != VIDEO:
            return CheckResult(link, replace(check, outcome=Outcome.FAILED, reason=Reason(ReasonCode.NOT_A_VIDEO)))
        return CheckResult(link, check, body=response.body, origin=image_source(response))
