"""Opens the place for pictures that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.images.store import FolderImageStore, writable_folder

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.images.store import ImageStore


def open_image_store(settings: BaseSettings) -> ImageStore:
    """Return the place that IMAGES_STORE names; raise UserError where it cannot be used."""
    place, base = str(settings["IMAGES_STORE"] or ""), str(settings["IMAGES_BASE_URL"] or "")
    scheme = urlsplit(place).scheme if "://" in place else "file"
    if scheme == "file":
        folder = place.removeprefix("file://") or Path(settings["OUTPUT_DIR"], "images")
        return FolderImageStore(writable_folder(Path(folder).expanduser()), base)
    from crawler.images.remote_stores import REMOTE

    return REMOTE[scheme](place, base, settings)
