"""The arxiv links of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class ArxivSpider(NotesSpider):
    """Crawls links of kind `arxiv` alone."""

    name = "arxiv"
    kinds: ClassVar[str] = "arxiv"
