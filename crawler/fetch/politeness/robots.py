"""robots.txt (RFC 9309): Crawl-delay always applies, Disallow rules only with `ROBOTS=obey`."""

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
from crawler.fetch.politeness.host_throttle import MAX_WAIT, HostUnavailableError
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.signals import run_opened

if TYPE_CHECKING:
    from asyncio import Task

    from scrapy.crawler import Crawler

    from crawler.fetch.politeness.turns import TurnKeeper

AGENT = "notemend"
_PATH = "/robots.txt"
_MAX_BYTES = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB are parsed
# One rule replaces each block of rules that do not apply: a block ends the list of agents before it (RFC 9309, 2.2.1),
# and parsing thousands of rules takes a second and 40 MB.
_RULES = re.compile(r"(?:^[ \t]*(?:dis)?allow[ \t]*:[^\r\n]*[\r\n]*)++", re.IGNORECASE | re.MULTILINE)
_NO_RULES = range(400, 500)  # RFC 9309, 2.3.1.3: a 4xx allows everything; 2.3.1.4: a 5xx allows nothing


class RobotsMiddleware:
    """Requests the robots.txt of a site once in a run, if it can change anything.

    With `ROBOTS=ignore` that is from the second link of a host on, and only if DOWNLOAD_DELAYS does not name the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        options = options_of(crawler).requests
        self._obey = options.obey_robots
        self._delays = options.delays
        self._known_hosts: set[str] = set()
        self._too_slow: set[str] = set()
        self._pending: dict[str, Task[Protego | None]] = {}
        self._turns: TurnKeeper | None = None
        crawler.signals.connect(self.run_opened, run_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware with the values of ROBOTS and DOWNLOAD_DELAYS."""
        return cls(crawler)

    def run_opened(self, turns: TurnKeeper) -> None:
        """Set the TurnKeeper that knows the hosts of this process."""
        self._turns = turns

    async def process_request(self, request: Request) -> None:
        """Raise AddressNotAllowedError if robots.txt disallows the URL or cannot be read, with `ROBOTS=obey` only.

        Raises HostUnavailableError if Crawl-delay is longer than MAX_WAIT, or another process of the run may send
        requests to the host, redirects included.
        """
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if self._turns is not None and "is_probe" not in request.meta:
            self._turns.check_reach(host)
        if "robots" in request.meta or parts.path == _PATH:
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
        """Return whether Crawl-delay can matter: not for a host's first link, nor for hosts in DOWNLOAD_DELAYS."""
        is_first = host not in self._known_hosts
        self._known_hosts.add(host)
        return "due" in request.cb_kwargs and host not in self._delays and not is_first

    async def _rules(self, site: str) -> Protego | None:
        if site not in self._pending:
            self._pending[site] = asyncio.ensure_future(self._fetch(site))
        fetching = self._pending[site]
        return fetching.result() if fetching.done() else await asyncio.shield(fetching)

    async def _fetch(self, site: str) -> Protego | None:
        """Return the rules of a site; None if they cannot be read. Apply its Crawl-delay."""
        assert self._crawler.engine is not None  # noqa: S101 - the engine calls middlewares
        # What it redirects to is asked without rules (RFC 9309, 2.3.1.2): those of its own host are still to come.
        request = Request(site + _PATH, meta={"max_bytes": _MAX_BYTES, "robots": True})
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001 - any failure means that the file cannot be read in this run
            return None
        if response.status // 100 == 2 and isinstance(response, TextResponse):  # noqa: PLR2004 - RFC 9110 class
            rules = parse_rules(response.text, obey=self._obey)
            self._slow_down(urlsplit(site).hostname or "", rules.crawl_delay(AGENT) or 0)
            return rules
        return Protego.parse("") if response.status in _NO_RULES else None

    def _slow_down(self, host: str, delay: float) -> None:
        """Apply a Crawl-delay in seconds if it is longer than the delay by DOWNLOAD_DELAYS."""
        assert self._crawler.engine is not None  # noqa: S101 - the engine calls middlewares
        if delay > MAX_WAIT:
            self._too_slow.add(host)
            return
        downloader = self._crawler.engine.downloader
        if delay > self._delays.get(host, self._delays.get("*", 0)):
            downloader.per_slot_settings[host] = {"delay": delay, "concurrency": 1}
            if host in downloader.slots:
                downloader.slots[host].delay = delay


def parse_rules(text: str, *, obey: bool) -> Protego:
    """Return the rules of a robots.txt; those for URLs are in it only if they are obeyed."""
    return Protego.parse(text if obey else _RULES.sub("Disallow: /\n", text))
