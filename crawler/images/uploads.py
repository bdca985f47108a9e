"""The URLs that services gave uploaded images: the interface of where they are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class UploadRecords(Protocol):
    """What an image store needs of the link database; `LinkStore` implements it."""

    def uploaded_names(self) -> Mapping[str, str]:
        """Return the names of the images that were ever uploaded, by the URL that each got."""

    def uploaded_urls(self) -> Mapping[str, str]:
        """Return the newest URL of each uploaded image by its name, without URLs that are dead by now."""

    def save_upload(self, url: str, name: str, now: datetime) -> None:
        """Remember the URL that an uploaded image got."""
