"""Spider for GitHub links only."""

from typing import ClassVar

from crawler.spiders.notes import NotesSpider


class GithubSpider(NotesSpider):
    """Checks links of kind `github` only."""

    name = "github"
    kinds: ClassVar[str] = "github"
