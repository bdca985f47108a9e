"""Answers of servers without a network: what a client built on requests, or Scrapy's downloader, would get."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from scrapy import Request
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes
from urllib3 import HTTPResponse

from crawler.kinds.registry import link_of
from crawler.models.result import DueLink
from crawler.store.schema import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.http import Response

    from crawler.models.result import CheckResult


class _Saying(HTTPAdapter):
    """Answers every request with the same status and body."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self._status, self._body = status, body

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        headers = {"Content-Type": "application/json"}
        raw = HTTPResponse(BytesIO(self._body), headers=headers, status=self._status, preload_content=False)
        return self.build_response(request, raw)


def session(status: int, body: bytes) -> requests.Session:
    """Return a session in which every request has the same answer."""
    made = requests.Session()
    made.mount("https://", _Saying(status, body))
    return made


def due(*urls: str, fragments: tuple[str, ...] = ()) -> list[DueLink]:
    """Return links that are to be checked."""
    links = (link_of(url, "a.md") for url in urls)
    return [DueLink(link, texts=("A title",), fragments=fragments) for link in links if link is not None]


def response(url: str, body: bytes, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """Return a response of the class that Scrapy gives it."""
    named: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        named.setdefault(name, []).append(value)
    found = Headers(named)
    class_ = responsetypes.from_args(headers=found, url=url, body=body)
    return class_(url, status=status, headers=found, body=body, request=Request(url))


def store(results: Iterable[CheckResult]) -> None:
    """Make the rows of results, which have to fit into any database."""
    for result in results:
        rows = [mapping.check_to_row(result.check)]
        if result.metadata is not None:
            rows.append(row := mapping.metadata_to_row(result))
            assert mapping.fact_from_json(row["data"], type(result.metadata)) == result.metadata
        for value in (value for row in rows for value in row.values()):
            assert not isinstance(value, str) or (value.encode() is not None and "\0" not in value)
