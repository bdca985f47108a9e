"""Look up links to saved images in the image store, under whatever URL; they are not requested."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.images.saved_urls import hash_in, saved_name
from crawler.models.check import Check, CheckMethod, Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.models.result import CheckResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.images.store import ImageStore
    from crawler.models.result import DueLink
    from crawler.store.link_store import LinkStore

SAVED_FROM = "image store"
"""The source of a suggestion that is the URL from which a missing image was saved."""


class OwnImages:
    """The images that were saved in this or an earlier run.

    Others use names of this form, too: a URL counts as one of a saved image only if the image store has its name, or if
    the database knows an image with this hash.
    """

    def __init__(self, store: LinkStore, image_store: ImageStore) -> None:
        self._store = store
        self._image_store = image_store

    @cached_property
    def _known(self) -> Mapping[str, list[str]]:
        """The URLs from which images were saved, by hash; other places of saved images are left out."""
        return {
            image.sha256: [url for url in image.urls if saved_name(url) is None]
            for image in self._store.images_ever_saved().values()
        }

    @cached_property
    def _uploaded(self) -> Mapping[str, str]:
        return self._store.uploaded_names()

    def check(self, due: DueLink) -> CheckResult | None:
        """Return the result for a link to a saved image; None for any other link.

        A missing image is no evidence against the link, of which nothing is edited: the result is skipped, with the URL
        from which the image was saved as the suggestion.
        """
        name = saved_name(due.link.url) or self._uploaded_before(due.link.url)
        if name is None or due.origin is not None or self._image_store.unavailable_reason:
            return None
        if self._image_store.has(name):
            return _result(due, Outcome.OK, ReasonCode.IN_IMAGE_STORE)
        if (originals := self._known.get(hash_in(name))) is None:
            return None
        result = _result(due, Outcome.SKIPPED, ReasonCode.IMAGE_MISSING)
        if not originals:
            return result
        return replace(result, check=replace(result.check, suggestion=originals[0], suggestion_source=SAVED_FROM))

    def _uploaded_before(self, url: str) -> str | None:
        """Return the name of the image in the store to which another store gave a URL; None for any other URL."""
        name = self._uploaded.get(url)
        return name if name and not self._image_store.is_own_url(url) and self._image_store.has(name) else None

    def instead_of(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Return the result for a link to a saved image in place of that of a path where no file was found."""
        return result if result.check.is_ok else self.check(due) or result


def _result(due: DueLink, outcome: Outcome, code: ReasonCode) -> CheckResult:
    check = Check(outcome, Reason(code), datetime.now(UTC), CheckMethod.FILE)
    return CheckResult(due.link, check, history=due.history)
