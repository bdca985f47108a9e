"""The github links of the notes."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class GithubSpider(NotesSpider):
    """Crawls links of kind `github` alone."""

    name = "github"
    kinds: ClassVar[str] = "github"
