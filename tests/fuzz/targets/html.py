"""Any page, with any media type and charset: check, title, ids of its elements, redirects that it makes itself."""

from __future__ import annotations

from crawler.checks.response_check import judge_response
from crawler.fetch.page_redirects import target_of
from crawler.models.reasons.reason import ReasonCode
from tests.fuzz.answers import due, response, store
from tests.support.mending import NOW

TOKENS = (
    *(b"<title>", b"</title>", b"<meta http-equiv=refresh content='0;url=", b"<meta charset=", b"<script>", b"<!--"),
    *(b"location.href=", b"</script>", b"<h1>", b"id=", b"name=", b"<body>", b"<template>", b"display:none", b"&#x"),
    *(b"404", b"not found", b"captcha", b"<iframe src=", b"<noscript>", "页面不存在".encode(), b"charset=gb2312"),
)
TYPES = (b"text/html", b"text/html; charset=gbk", b"text/plain", b"application/pdf", b"", b"text/html; charset=utf-16")
URLS = (
    *("https://a.example.org/x", "https://github.com/o/r", "https://github.com/o/r/blob/main/README.md"),
    *("https://a.example.org/x.png", "https://www.bilibili.com/video/BV1xx411c7mD"),
)
STATUSES = (200, 404, 403, 503)


def one_input(data: bytes) -> None:
    kind, number, status = (*data[:3], 0, 0, 0)[:3]
    (link,) = due(URLS[number % len(URLS)], fragments=("a", "L3", "user-content-b", "目录"))
    headers = ((b"Content-Type", TYPES[kind % len(TYPES)]),)
    page = response(link.link.url, data[3:], STATUSES[status % len(STATUSES)], headers)
    target_of(page)
    result = judge_response(link, page, {}, NOW)
    assert result.check.reason.code is not ReasonCode.PAGE_PARSE_ERROR, result.check.reason
    store([result])
