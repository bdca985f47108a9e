"""Open the image store of the options, or another one to copy from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.errors import UserError
from crawler.images.store import FolderImageStore, writable_folder
from crawler.images.stores import SCHEMES, WITH_OWN_URLS, store_class
from crawler.messages import say

if TYPE_CHECKING:
    from crawler.config.crawl_options import ImageOptions
    from crawler.images.store import ImageStore
    from crawler.images.uploads import UploadRecords


def open_other_store(options: ImageOptions, place: str, uploads: UploadRecords) -> ImageStore:
    """Return the existing store in a folder or at a URL; raise UserError if it cannot be read."""
    location = place.removeprefix("file://")
    if "://" not in location:
        folder = Path(location).expanduser()
        if not folder.is_dir():
            raise UserError(say("error.no_such_folder", folder=place))
        return FolderImageStore(folder)
    valid = [f"{scheme}://" for scheme in SCHEMES if scheme not in WITH_OWN_URLS]
    if f"{urlsplit(location).scheme}://" not in valid:
        raise UserError(say("error.no_image_store", place=place, valid=", ".join(valid)))
    image_store = open_image_store(replace(options, location=location), uploads)
    image_store.connect()
    if image_store.unavailable_reason:
        raise UserError(image_store.unavailable_reason)
    return image_store


def open_image_store(options: ImageOptions, uploads: UploadRecords) -> ImageStore:
    """Return the store of IMAGES_STORE, by default a folder in OUTPUT_DIR; raise UserError if it cannot be used."""
    if "://" not in options.location:
        return FolderImageStore(writable_folder(Path(options.location).expanduser()), options.base_url)
    return store_class(urlsplit(options.location).scheme)(options, uploads)
