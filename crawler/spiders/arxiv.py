"""Spider for arXiv links only."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class ArxivSpider(NotesSpider):
    """Checks links of kind `arxiv` only."""

    name = "arxiv"
    kinds: ClassVar[str] = "arxiv"
