"""robots.txt (RFC 9309): its Crawl-delay is always kept to, its rules where the user wants them obeyed."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http import TextResponse

from crawler.config.crawl_options import options_of
from crawler.fetch.errors import AddressNotAllowedError
from crawler.fetch.host_throttle import MAX_WAIT, HostUnavailableError
from crawler.models.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from asyncio import Task

    from scrapy.crawler import Crawler

AGENT = "notemend"
_PATH = "/robots.txt"
_LARGEST = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB are read
# Rules that are not obeyed still end the list of agents before them; one does, thousands take a second and 40 MB.
_RULES = re.compile(r"(?:^[ \t]*(?:dis)?allow[ \t]*:[^\r\n]*[\r\n]*)++", re.IGNORECASE | re.MULTILINE)
_NO_RULES = range(400, 500)  # 2.3.1.3: without the file everything is allowed; 2.3.1.4: behind a 5xx nothing is


class RobotsMiddleware:
    """Asks a host for its robots.txt once a run, and only where an answer would matter.

    Unless it is obeyed, that is from the second request on, and not for a host to which the user gave a pace.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        options = options_of(crawler).requests
        self._obey = options.obey_robots
        self._paced = options.delays
        self._cached_rules: set[str] = set()
        self._too_slow: set[str] = set()
        self._pending: dict[str, Task[Protego | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ROBOTS and DOWNLOAD_DELAYS."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Keep to the host's rules; raise AddressNotAllowedError for what they forbid."""
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if parts.path == _PATH:
            return
        if not self._obey and not self._applies_to(request, host):
            return
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}")
        if self._obey and rules is None:
            raise AddressNotAllowedError(Reason(ReasonCode.ROBOTS_UNREADABLE))
        if self._obey and rules is not None and not rules.can_fetch(request.url, AGENT):
            raise AddressNotAllowedError(Reason(ReasonCode.ROBOTS_DISALLOWED))
        if host in self._too_slow:
            raise HostUnavailableError(host, for_run=True)

    def _applies_to(self, request: Request, host: str) -> bool:
        """Tell whether a Crawl-delay would change anything: not for the first link, nor where the user set a pace."""
        first = host not in self._cached_rules
        self._cached_rules.add(host)
        return "due" in request.cb_kwargs and host not in self._paced and not first

    async def _rules(self, site: str) -> Protego | None:
        if site not in self._pending:
            self._pending[site] = asyncio.ensure_future(self._fetch(site))
        asked = self._pending[site]
        return asked.result() if asked.done() else await asyncio.shield(asked)

    async def _fetch(self, site: str) -> Protego | None:
        """Return a site's rules, None when they cannot be had."""
        assert self._crawler.engine is not None  # noqa: S101 - it is the engine that sends requests here
        request = Request(site + _PATH, meta={"max_bytes": _LARGEST})
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001 - whatever keeps the file from us, it is not there tonight
            return None
        if response.status // 100 == 2 and isinstance(response, TextResponse):  # noqa: PLR2004 - RFC 9110 class
            rules = Protego.parse(response.text if self._obey else _RULES.sub("Disallow: /\n", response.text))
            self._slow_down(urlsplit(site).hostname or "", rules.crawl_delay(AGENT) or 0)
            return rules
        return Protego.parse("") if response.status in _NO_RULES else None

    def _slow_down(self, host: str, delay: float) -> None:
        """Keep to a Crawl-delay, if it is longer than our own pace."""
        assert self._crawler.engine is not None  # noqa: S101 - as above
        if delay > MAX_WAIT:
            self._too_slow.add(host)
            return
        downloader = self._crawler.engine.downloader
        if delay > self._paced.get(host, self._paced.get("*", 0)):
            downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
            if host in downloader.slots:
                downloader.slots[host].delay = delay
