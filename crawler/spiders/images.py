"""The pictures of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class ImagesSpider(NotesSpider):
    """Crawls links of kind `image` alone."""

    name = "images"
    kinds: ClassVar[str] = "image"
