"""`python -m benchmarks.baselines.files FILE FOLDER`: Scrapy's own FilesPipeline keeps the pictures of a list of URLs.

With this project's settings less its own modules; prints how many files it kept.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

from benchmarks.baselines.bare import same_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AN_ITEM = 20
"""Pictures in an item: those of a page."""


class Files(Spider):
    """Hands out the URLs of a file, one a line."""

    name = "files"

    def __init__(self, file: str) -> None:
        super().__init__()
        self._urls = Path(file).read_text().splitlines()

    async def start(self) -> AsyncIterator[dict[str, Any]]:
        """Ask for everything."""
        for at in range(0, len(self._urls), AN_ITEM):
            yield {"file_urls": self._urls[at : at + AN_ITEM]}

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Say how many files were kept."""
        assert self.crawler.stats is not None
        print(self.crawler.stats.get_value("file_status_count/downloaded"))


def main(file: str, folder: str) -> None:
    """Crawl."""
    mine = {
        "ITEM_PIPELINES": {"scrapy.pipelines.files.FilesPipeline": 1},
        "FILES_STORE": folder,
        "DOWNLOAD_MAXSIZE": 0,
        "DOWNLOAD_TIMEOUT": 3600,  # it starts everything at once: what waits in a queue would be dropped
    }
    process = AsyncCrawlerProcess(same_settings() | mine)
    process.crawl(Files, file=file)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
