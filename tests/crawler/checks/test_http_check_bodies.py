"""What is made of bodies that cannot be decoded, or become too large."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.checks.failure_check import check_failure
from crawler.checks.http_check import judge_http
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.crawler.checks.test_http_check import NOW, URL

if TYPE_CHECKING:
    from crawler.models.check import Check


def decoding(coding: str, body: bytes) -> Check:
    """Decode a body as Scrapy does, and return what is made of it."""
    middleware = HttpCompressionMiddleware.from_crawler(get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": 100_000}))
    url = f"{URL}/redirect"  # not what happened
    response = Response(url, body=body, headers={"Content-Encoding": coding, "Content-Type": "text/html"})
    response.request = Request(url)
    try:
        decoded = middleware.process_response(response.request, response)
        return judge_http(decoded, NOW)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - as Scrapy hands every one of them to the errback
        return check_failure(error, NOW)


CODINGS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}


@pytest.mark.parametrize("coding", CODINGS)
def test_a_small_body_that_becomes_a_large_one(coding: str) -> None:
    assert decoding(coding, CODINGS[coding](bytes(100_000))).outcome is Outcome.OK
    check = decoding(coding, CODINGS[coding](bytes(100_001)))
    assert (check.outcome, check.reason) == (Outcome.UNREADABLE, Reason(ReasonCode.RESPONSE_TOO_LARGE))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_page_that_is_not_in_the_coding_that_it_names(coding: str) -> None:
    check = decoding(coding, b"<title>not compressed at all</title>")
    assert (check.outcome, check.reason) == (Outcome.UNREADABLE, Reason(ReasonCode.RESPONSE_WRONGLY_ENCODED))


def test_a_coding_that_nobody_knows_is_left_alone() -> None:
    assert decoding("utf-8", b"<title>no coding</title>").outcome is Outcome.OK
