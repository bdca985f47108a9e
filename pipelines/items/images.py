"""Pictures -> files named by what is in them, so that one picture is kept once however many links lead to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from crawler.errors import ImageStoreError
from crawler.images.store import put_image
from crawler.models.metadata import Picture
from crawler.models.reason import Reason, ReasonCode
from crawler.signals import run_opened

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.images.store import ImageStore
    from crawler.models.result import CheckResult


class ImagesPipeline:
    """Keeps the bytes of pictures as they came, under `ab/<sha256>.<ext>`."""

    _image_store: ImageStore

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wait for the image store, which is opened when the run begins."""
        pipeline = cls()
        crawler.signals.connect(pipeline.run_opened, run_opened)
        return pipeline

    def run_opened(self, image_store: ImageStore) -> None:
        """Take the image store of the run."""
        self._image_store = image_store

    async def process_item(self, item: CheckResult) -> CheckResult:
        """Keep a picture; what cannot be kept tonight is due again at once, and nothing is known of it yet."""
        if not item.body:
            return item
        picture, image_store = item.metadata, self._image_store
        if not isinstance(picture, Picture):
            raise TypeError(f"bytes of no picture: {item.link.url}")
        try:
            await put_image(image_store, picture.title, item.body, picture.media_type)
        except ImageStoreError as error:
            image_store.unavailable_reason = str(error)
            reason = item.check.reason.plus(Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.OTHER, str(error)))
            check = replace(item.check, reason=reason)
            record = item.verdict_record and replace(item.verdict_record, due_at=check.checked_at)
            return replace(item, check=check, metadata=None, body=b"", origin=None, verdict_record=record)
        return replace(item, body=b"")
