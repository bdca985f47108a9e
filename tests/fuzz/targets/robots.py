"""A robots.txt: its delay and what it forbids, as the middleware reads it."""

from __future__ import annotations

from scrapy.http import TextResponse

from crawler.fetch.politeness.robots import AGENT, parse_rules

TOKENS = (
    *(b"User-agent: *\n", b"User-agent: notemend\n", b"Crawl-delay: ", b"Disallow: /", b"Allow: /", b"Sitemap: "),
    *(b"Request-rate: 1/5m", b"Visit-time: 0600-0845", b"%E4%BD%A0", b"$", b"*", b"\xef\xbb\xbf", b"#", b"\r"),
)


def one_input(data: bytes) -> None:
    text = TextResponse("https://a.example.org/robots.txt", body=data).text
    for obey in (False, True):
        rules = parse_rules(text, obey=obey)
        assert (rules.crawl_delay(AGENT) or 0) >= 0
        rules.can_fetch("https://a.example.org/a/b?c=你", AGENT)
