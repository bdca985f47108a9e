"""The pictures and films of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class ImagesSpider(NotesSpider):
    """Crawls links of the kinds `image` and `video` alone."""

    name = "images"
    kinds: ClassVar[str] = "image,video"
