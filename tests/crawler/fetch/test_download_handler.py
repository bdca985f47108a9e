"""A crawler's download handler is made once, for both schemes."""

from __future__ import annotations

import asyncio

from crawler.fetch.download_handler import SafeDownloadHandler
from tests.support.options import project_crawler


def test_a_crawler_has_one_handler_until_it_is_closed() -> None:
    async def run() -> None:
        crawler, other = project_crawler(), project_crawler()
        of_crawler, of_other = map(SafeDownloadHandler.from_crawler, (crawler, other))
        assert SafeDownloadHandler.from_crawler(crawler) is of_crawler is not of_other
        for _ in ("http", "https"):
            await of_crawler.close()
        later = SafeDownloadHandler.from_crawler(crawler)
        assert later is not of_crawler
        await later.close()
        await of_other.close()

    asyncio.run(run())
