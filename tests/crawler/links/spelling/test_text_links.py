"""URLs and arXiv ids in running text."""

from __future__ import annotations

import pytest

from crawler.links.spelling.text_links import find_arxiv_ids, urls_in, web_url


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://Example.org/a, and (http://e.example/b).", ["https://example.org/a", "http://e.example/b"]),
        ("the code: github.com/o/n.", ["https://github.com/o/n"]),
        ("www.github.com/o/n and gist.GitHub.com/x", ["https://www.github.com/o/n", "https://gist.github.com/x"]),
        ("example.org/a is no host of these", []),
        ("notgithub.com/o/n a@github.com/o", []),
        ("https://a.example/xhttps://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/x\u200b/y z\u00adw", ["https://a.example/x/y"]),
        ("https://a.example/x-#&?", ["https://a.example/x"]),
        ("https://a.example/abc... https://a.example/abc… https://b.example/", ["https://b.example/"]),
        ("https://a:b/ https://c.example/", ["https://c.example/"]),
        ("-https://a.example/x", ["https://a.example/x"]),
    ],
)
def test_urls_in_a_text(text: str, urls: list[str]) -> None:
    found = list(urls_in(text, ("github.com",)))
    assert [url for url, _ in found] == urls
    assert [parts.geturl() for _, parts in found] == urls


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "https://arxiv.org/abs/2204.00001v2, arxiv.org/pdf/2103.00002.pdf, http://arxiv.org/abs/2204.00001",
            ("2204.00001", "2103.00002"),
        ),
        ("ArXiv.org/abs/cs/0101001", ("cs/0101001",)),
        ("https://example.org/abs/2204.00001 arXiv:2204.00001", ()),
        ("https://arxiv.org/list/cs.CV/recent", ()),
    ],
)
def test_arxiv_ids_in_a_text(text: str, ids: tuple[str, ...]) -> None:
    assert find_arxiv_ids(text) == ids


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("Example.org/a/", "https://example.org/a/"),
        ("//example.org/a", "https://example.org/a"),
        ("http://example.org", "http://example.org/"),
        ("ftp://example.org/", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_an_address_that_may_lack_its_scheme(address: str, url: str | None) -> None:
    found = web_url(address)
    assert (found and found[0]) == url
    assert (found and found[1].geturl()) == url
