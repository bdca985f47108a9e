"""Spider for web links only."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class WebSpider(NotesSpider):
    """Checks links of kind `web` only."""

    name = "web"
    kinds: ClassVar[str] = "web"
