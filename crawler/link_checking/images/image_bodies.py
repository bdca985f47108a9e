"""Limits of the bodies of images and videos, and what their headers say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from crawler.images.names import image_name, image_stem
from crawler.images.sniff import SVG, UNSHOWN, UnsupportedImageError, inspect_image
from crawler.kinds.registry import all_kinds, keeping_bodies
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.sniff import ImageInfo
    from crawler.models.check import Check
    from crawler.models.link import Link
    from crawler.models.result import CheckResult

MB = 1_000_000

INLINE_BYTES = MB
"""Size in bytes up to which an image is inspected in the event loop, which takes a millisecond."""

MAX_ANSWER_BYTES = MB
"""Size of the largest image that is read to compare it with another one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes: of the largest saved body by kind, and of all bodies of one run (0: no limit)."""

    largest: Mapping[str, int]
    run: int

    @classmethod
    def from_options(cls, options: ImageOptions) -> Self:
        """Return the limits of all kinds whose bodies are saved."""
        largest = {kind: options.size_limits[all_kinds()[kind].size_limit] for kind in keeping_bodies()}
        return cls(largest, options.run_limit)

    def for_link(self, link: Link) -> int:
        """Return the maximum size of a link's body in bytes."""
        return self.largest[link.kind]


async def inspect_for_saving(body: bytes) -> tuple[ImageInfo, Picture]:
    """Return what the bytes of an image or video say that may be saved, and its metadata.

    Raises CorruptImageError or UnsupportedImageError, the latter also for a tracking pixel.
    """
    return _inspect(body) if len(body) <= INLINE_BYTES else await asyncio.to_thread(_inspect, body)


def _inspect(body: bytes) -> tuple[ImageInfo, Picture]:
    info = inspect_image(body)
    if info.width == info.height == 1 and info.frames == 1 and info.media_type != SVG:
        raise UnsupportedImageError(Reason(ReasonCode.TRACKING_PIXEL))
    name = image_name(body, info.media_type)
    return info, Picture(name, image_stem(name), info.media_type, len(body), info.width, info.height, info.frames)


def with_remarks(check: Check, info: ImageInfo) -> Check:
    """Return the check with what a reader should know of the image."""
    reason = check.reason
    if not info.has_end:
        reason = reason.plus(Reason(ReasonCode.IMAGE_WITHOUT_END))
    if info.media_type in UNSHOWN:
        reason = reason.plus(Reason(ReasonCode.IMAGE_UNSHOWN, info.media_type))
    return check if reason is check.reason else replace(check, reason=reason)


def without_body(result: CheckResult, check: Check) -> CheckResult:
    """Return the result with another check and without bytes to save."""
    return replace(result, check=check, body=b"", origin=None)


def original_bytes_url(snapshot: str) -> str:
    """Return the URL at which the Wayback Machine has the bytes of a snapshot as they were (`id_`)."""
    head, stamp, rest = snapshot.partition("/web/")
    moment, _, page = rest.partition("/")
    return f"{head}{stamp}{moment}id_/{page}"
