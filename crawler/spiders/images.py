"""Spider for images and videos only."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class ImagesSpider(NotesSpider):
    """Checks links of the kinds `image` and `video` only."""

    name = "images"
    kinds: ClassVar[str] = "image,video"
