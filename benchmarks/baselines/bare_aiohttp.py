"""`python -m benchmarks.baselines.bare_aiohttp FILE IN_FLIGHT A_HOST`: aiohttp alone fetches the URLs of a file.

The least that a program on aiohttp can do: no queue, no store, no log. Titles are read as the project does; how many
pages it read is printed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from aiohttp import ClientSession, TCPConnector
from scrapy.http import HtmlResponse

from crawler.kinds.web import page_title


async def read(urls: list[str], in_flight: int, a_host: int) -> int:
    """Fetch every URL, so many at once, and return how many have the title that they should."""
    turn = asyncio.Semaphore(in_flight)

    async def title(url: str) -> str:
        async with turn, session.get(url) as response:
            body = await response.read()
        return page_title(HtmlResponse(url, response.status, dict(response.headers), body))

    connector = TCPConnector(limit=in_flight, limit_per_host=a_host)
    async with ClientSession(connector=connector, trust_env=True) as session:
        return (await asyncio.gather(*map(title, urls))).count("Plain")


def main(file: str, in_flight: str, a_host: str) -> None:
    """Fetch."""
    print(uvloop.run(read(Path(file).read_text().splitlines(), int(in_flight), int(a_host))))


if __name__ == "__main__":
    main(*sys.argv[1:])
