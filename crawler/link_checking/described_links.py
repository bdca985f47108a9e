"""Read what a file such as the PDF of a paper is on the page that describes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.checks.cpu_limit import CpuTimeExceededError
from crawler.checks.http_check import judge_http
from crawler.kinds.registry import kind_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from scrapy import Request
    from scrapy.http import Response

    from crawler.models.link import Link
    from crawler.models.reasons.reason import Reason
    from crawler.models.result import CheckResult, DueLink


class PageReader:
    """Requests the describing page of each link without metadata, once per run and resource.

    It only adds metadata: whether the link works is what its own URL says.
    """

    def __init__(
        self, download: Callable[[Request], Awaitable[Response]], refusal: Callable[[Link], Reason | None]
    ) -> None:
        self._download = download
        self._refusal = refusal
        self._asked: set[str] = set()

    async def describe(self, due: DueLink, result: CheckResult) -> CheckResult:
        """Return the result of a link that works, with the metadata on its describing page if it has none."""
        link, kind = due.link, kind_of(due.link)
        type_ = kind.metadata_type
        if type_ is None or not result.check.is_ok or isinstance(result.metadata or due.known, type_):
            return result
        url = kind.description_url(link)
        if url is None or url == link.url or link.key in self._asked:
            return result
        page = replace(link, url=url)
        if self._refusal(page) is not None:
            return result
        self._asked.add(link.key)
        try:
            response = await self._download(kind.request(page))
            read = kind.read(page, response, judge_http(response, datetime.now(UTC)))
        except (Exception, CpuTimeExceededError):  # noqa: BLE001 - without the page, for any reason, there is no metadata
            return result
        return replace(result, metadata=read.metadata) if isinstance(read.metadata, type_) else result
