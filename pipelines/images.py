"""Pictures -> files named by what is in them, so that one picture is kept once however many links lead to it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from crawler.files import replacing
from crawler.items import Picture, Result
from crawler.pictures import EXTENSIONS, media_type
from crawler.workspace import images_folder

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler


class ImagesPipeline:
    """Keeps the bytes of pictures as they came, under `ab/<sha256>.<ext>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep pictures in IMAGES_STORE."""
        return cls(images_folder(crawler.settings))

    def process_item(self, item: Result) -> Result:
        """Turn a picture's bytes into a kept file and its metadata."""
        if not item.body:
            return item
        kind = media_type(item.body)
        if kind is None:
            return replace(item, body=b"")
        sha256 = hashlib.sha256(item.body).hexdigest()
        name = f"{sha256[:2]}/{sha256}{EXTENSIONS[kind]}"
        self._keep(name, item.body)
        return replace(item, body=b"", metadata=Picture(name, sha256, kind, len(item.body)))

    def _keep(self, name: str, body: bytes) -> None:
        """Write a file, unless it is there already: its name says that it has these very bytes."""
        path = self._folder / name
        if not path.exists():
            with replacing(path) as draft:
                draft.write_bytes(body)
