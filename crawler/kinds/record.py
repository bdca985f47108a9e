"""The kind `record`: papers that a registry or bibliography knows by an identifier, such as a DOI."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from crawler.kinds.paper import PaperPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config.crawl_options import CrawlOptions
    from crawler.papers.record_lookup import RecordLookup
    from crawler.papers.sites import Group


class Record(PaperPage):
    """A paper whose record says that it exists; its page is requested only if no service knows it.

    Publishers refuse programs: a registered DOI works although its publisher answers 403.
    """

    name = "record"
    labels: ClassVar[Mapping[str, str]] = {"en": "paper record", "zh": "论文登记"}
    has_pages = True
    group: ClassVar[Group] = "record"

    def lookup(self, options: CrawlOptions) -> RecordLookup:
        """Return the client of all services."""
        from crawler.papers.record_lookup import RecordLookup

        return RecordLookup.from_options(options)
