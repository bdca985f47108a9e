"""Open the image store of the options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.images.store import FolderImageStore, writable_folder

if TYPE_CHECKING:
    from crawler.config.crawl_options import ImageOptions
    from crawler.images.store import ImageStore


def open_image_store(options: ImageOptions) -> ImageStore:
    """Return the store of IMAGES_STORE, by default a folder in OUTPUT_DIR; raise UserError if it cannot be used."""
    if "://" not in options.location:
        return FolderImageStore(writable_folder(Path(options.location).expanduser()), options.base_url)
    from crawler.images.remote_stores import REMOTE

    return REMOTE[urlsplit(options.location).scheme](options)
