"""Send Scrapy's requests with the second client, in threads."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from typing import TYPE_CHECKING

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    StopDownload,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers
from scrapy.utils._download_handlers import make_response

from crawler.daemon_threads import run_in_thread
from crawler.fetch.early_stop import EarlyStop
from crawler.fetch.errors import UnreachableError
from crawler.fetch.lenient.client import Answer, Exchange, LenientClient
from crawler.fetch.lenient.connection import Deadline, Proxy
from crawler.images.sniff import ends_like_an_image
from crawler.links.canonical_url import InvalidURLError, encode_for_request
from crawler.models.reasons.reason import Reason, ReasonCode
from crawler.text import MAX_ERROR, collapse_whitespace

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.fetch.lenient.head import Head

THREADS = 8
"""Requests of the second client at the same time, in a thread each."""

MAX_PAGE = 4 * 1024 * 1024
"""Maximum size in bytes of a page that is read whole: that of the largest page measured."""

MAX_PARTIAL = 256 * 1024
"""Bytes that are read of a page that is too large, which is enough for its head."""

_OWN_SHARE = 0.95  # of the timeout, after which a thread still has to hand over what it has read
_OK = range(200, 300)


class LenientDownloader:
    """Sends requests with a LenientClient.

    `window` is the size of the receive buffer in bytes for requests of the head of a page, `limit`
    the size in bytes of the largest body if a request has none.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        context: ssl.SSLContext,
        window: int,
        limit: int,
    ) -> None:
        self._client = LenientClient(
            allow_private=allow_private, ca_bundle=os.environ.get("REQUESTS_CA_BUNDLE"), share=context
        )
        self._window = window
        self._limit = limit
        self._slots = asyncio.Semaphore(THREADS)

    async def download(self, request: Request) -> Response:
        """Return the response to a request.

        Raises the exceptions of Scrapy's download handlers, UnreadableResponseError, UnreachableError,
        IncompleteChainError, and AddressNotAllowedError.
        """
        async with self._slots:  # waiting for a thread does not count towards the timeout
            return await self._download(request, request.meta["download_timeout"])

    async def _download(self, request: Request, timeout: float) -> Response:  # noqa: ASYNC109 - Scrapy's meta
        total, is_large = timeout, "body_timeout" in request.meta
        if is_large:
            total = max(request.meta["body_timeout"], timeout)
        deadline = Deadline(total * _OWN_SHARE, timeout * _OWN_SHARE if is_large else None)
        started = time.monotonic()
        exchange = self._exchange(request, deadline)
        try:
            answer = await asyncio.wait_for(run_in_thread(self._client.ask, exchange), total)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url}: no response in {timeout} seconds") from error
        except ssl.SSLError as error:
            raise UnreachableError(Reason(ReasonCode.TLS_ERROR, collapse_whitespace(str(error))[:MAX_ERROR])) from error
        except (ConnectionResetError, BrokenPipeError, ConnectionAbortedError) as error:
            raise UnreachableError(Reason(ReasonCode.CONNECTION_RESET)) from error
        except OSError as error:
            raise DownloadConnectionRefusedError(str(error)) from error
        finally:
            deadline.abort()
        request.meta["download_latency"] = time.monotonic() - started
        return _response(request, answer)

    def _exchange(self, request: Request, deadline: Deadline) -> Exchange:
        try:
            url = encode_for_request(request.url)
        except InvalidURLError as error:
            raise UnsupportedURLSchemeError(str(error)) from error
        stop = _Stop(request)
        return Exchange(
            url=url,
            headers=_headers(request),
            proxy=_proxy(request),
            deadline=deadline,
            limit=self._limit_of(request),
            kept=MAX_PARTIAL,
            window=self._window if "max_bytes" in request.meta else 0,
            method=request.method,
            on_head=stop.on_head,
            on_data=stop.on_data,
        )

    def _limit_of(self, request: Request) -> int:
        """Return the bytes of a body that are read at most: those of a page need not be all."""
        limit = int(request.meta.get("download_maxsize") or self._limit)
        return limit if "is_image" in request.meta else min(limit, MAX_PAGE)


_OWN_HEADERS = {b"proxy-authorization", b"host", b"connection", b"accept-encoding"}


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """Return the headers of a request; a body that is not encoded cannot be wrongly encoded."""
    given = [(name, value) for name, values in request.headers.items() for value in values]
    return [*(each for each in given if each[0].lower() not in _OWN_HEADERS), (b"Accept-Encoding", b"identity")]


def _proxy(request: Request) -> Proxy | None:
    url = request.meta.get("proxy")
    return Proxy.from_url(url, request.headers.get("Proxy-Authorization")) if url else None


class _Stop:
    """Ends a download as EarlyStop does."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._early_stop = EarlyStop()

    def on_head(self, head: Head) -> bool:
        self._early_stop.headers_received(Headers(list(head.headers)), self._request)
        return True

    def on_data(self, data: bytes) -> bool:
        try:
            self._early_stop.bytes_received(data, self._request)
        except StopDownload:
            return False
        return True


def _response(request: Request, answer: Answer) -> Response:
    """Return the response; an incomplete page is enough, an image has to be whole, whatever was announced.

    Raises DownloadCancelledError if an image is too large, ResponseDataLossError if it ended early, and for a page that
    ended before it began.
    """
    keeps_whole = "is_image" in request.meta
    if answer.head.status in _OK:
        if not answer.is_whole and keeps_whole:
            raise DownloadCancelledError(f"{request.url}: too large")
        is_there = ends_like_an_image(answer.body) if keeps_whole else bool(answer.body.strip())
        if not answer.is_complete and not is_there:
            raise ResponseDataLossError(f"{request.url}: ended early")
    return make_response(
        url=request.url,
        status=answer.head.status,
        headers=Headers(list(answer.head.headers)),
        body=answer.body,
        flags=None if answer.is_complete and answer.is_whole else ["partial"],
        ip_address=answer.address,
        protocol=f"HTTP/{answer.head.http_version}",
    )
