"""Image stores that are no folder, by the scheme of their URL in IMAGES_STORE: one module with one class for each."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.config.crawl_options import ImageOptions
    from crawler.images.store import ImageStore
    from crawler.images.uploads import UploadRecords

_CLASSES = {
    "s3": "s3:S3ImageStore",
    "gs": "gcs:GcsImageStore",
    "ftp": "ftp:FtpImageStore",
    "dav": "webdav:WebdavImageStore",
    "davs": "webdav:WebdavImageStore",
    "picgo": "picgo:PicGoImageStore",
}

SCHEMES = tuple(_CLASSES)
"""Schemes of image stores, in the order in which messages list them."""

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of images: a name always has the same bytes (RFC 8246)."""

WITH_OWN_URLS = frozenset({"picgo"})
"""Schemes of stores that say themselves under which URL each image is public."""


def store_class(scheme: str) -> Callable[[ImageOptions, UploadRecords], ImageStore]:
    """Return the class of the image stores with a scheme; its module is imported now."""
    module, _, name = _CLASSES[scheme].partition(":")
    found: Callable[[ImageOptions, UploadRecords], ImageStore] = getattr(import_module(f"{__name__}.{module}"), name)
    return found


def without_login(place: str) -> str:
    """Return a URL without user and password."""
    return re.sub(r"//[^/]*@", "//", place)
