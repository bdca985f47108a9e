"""The web links of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class WebSpider(NotesSpider):
    """Crawls links of kind `web` alone."""

    name = "web"
    kinds: ClassVar[str] = "web"
