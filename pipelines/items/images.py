"""Save images in the image store under the hash of their bytes, so that each image is stored once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from crawler.errors import ImageStoreError
from crawler.images.store import put_image
from crawler.models.metadata import Picture
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.signals import run_opened

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.fetch.large_bodies import BodyBudget
    from crawler.images.store import ImageStore
    from crawler.models.result import CheckResult


class ImagesPipeline:
    """Saves the bytes of images unchanged under `ab/<sha256>.<ext>`."""

    _image_store: ImageStore
    _bodies: BodyBudget

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline; it gets image store and budget with the signal `run_opened`."""
        pipeline = cls()
        crawler.signals.connect(pipeline.run_opened, run_opened)
        return pipeline

    def run_opened(self, image_store: ImageStore, bodies: BodyBudget) -> None:
        """Set the image store of the run, and what counts the bodies that are not saved yet."""
        self._image_store = image_store
        self._bodies = bodies

    async def process_item(self, item: CheckResult) -> CheckResult:
        """Return the result without its body, which is saved.

        If saving fails, the image store counts as unavailable, and the result has no metadata and is due at once.
        """
        if not item.body:
            return item
        image, image_store = item.metadata, self._image_store
        if not isinstance(image, Picture):
            raise TypeError(f"{item.link.url}: body without image metadata")
        try:
            await put_image(image_store, image.title, item.body, image.media_type)
        except ImageStoreError as error:
            image_store.unavailable_reason = str(error)
            reason = item.check.reason.plus(Reason(ReasonCode.NOT_SAVED), Reason(ReasonCode.OTHER, str(error)))
            check = replace(item.check, reason=reason)
            record = item.verdict_record and replace(item.verdict_record, due_at=check.checked_at)
            return replace(item, check=check, metadata=None, body=b"", origin=None, verdict_record=record)
        finally:
            self._bodies.release(item.link.url)
        return replace(item, body=b"")
