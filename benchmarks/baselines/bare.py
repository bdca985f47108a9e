"""`python -m benchmarks.baselines.bare same FILE IN_FLIGHT`, or `defaults FILE`: a spider that does nothing but fetch.

It prints how many pages it read.

`same` has this project's settings without anything of the project itself, and reads titles as the project does, so that
what the project adds is the only difference. `defaults` is what Scrapy's tutorial leads to.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response

HANDLER = "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"
PROXY = "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware"
"""What the project's own handler and way to the proxy are derived from."""


def same_settings() -> dict[str, Any]:
    """Return the project's settings but for its own modules."""
    from crawler import settings  # noqa: PLC0415 - `defaults` must not pay for it

    mine = {name: value for name, value in vars(settings).items() if name.isupper()}
    for name in ("SPIDER_MODULES", "COMMANDS_MODULE", "ITEM_PIPELINES"):
        del mine[name]
    for name in ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS"):
        mine[name] = {path: order for path, order in mine[name].items() if not path.startswith("crawler.")}
    mine["DOWNLOADER_MIDDLEWARES"][PROXY] = 750
    mine["CONCURRENT_ITEMS"] = 1  # one item per response: more tasks only cost (measured)
    handlers = mine["DOWNLOAD_HANDLERS"]
    mine["DOWNLOAD_HANDLERS"] = {scheme: handler and HANDLER for scheme, handler in handlers.items()}
    return mine


class Bare(Spider):
    """Fetches the URLs of a file, one a line; its items go nowhere."""

    name = "bare"

    def __init__(self, file: str) -> None:
        super().__init__()
        self._urls = Path(file).read_text().splitlines()
        self._read = 0

    async def start(self) -> AsyncIterator[Request]:
        """Ask for everything."""
        for url in self._urls:
            yield Request(url)

    def parse(self, response: Response) -> Iterator[dict[str, Any]]:
        """Read the title."""
        title = self.title(response)
        self._read += title == "Plain"
        yield {"url": response.url, "title": title}

    def title(self, response: Response) -> str | None:
        """Return the title as a tutorial would."""
        return response.css("title::text").get()

    def closed(self, reason: str) -> None:  # noqa: ARG002 - Scrapy's signature
        """Say how many pages were read."""
        print(self._read)


class Same(Bare):
    """Reads titles as the project does."""

    def title(self, response: Response) -> str:
        """Return the title by the project's own function."""
        from crawler.kinds.web import page_title  # noqa: PLC0415 - `defaults` must not pay for it

        return page_title(response)


def main(variant: str, file: str, *in_flight: str) -> None:
    """Crawl."""
    same = variant == "same"
    process = AsyncCrawlerProcess(same_settings() | {"CONCURRENT_REQUESTS": int(*in_flight)} if same else None)
    process.crawl(Same if same else Bare, file=file)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
