"""Mistyped schemes."""

from __future__ import annotations

import time

import pytest

from crawler.links.spelling.schemes import mistyped_scheme, without_empty_port

MEANT = {
    **dict.fromkeys(
        [
            "hhttps://a.example/b",
            "htps://a.example/b",
            "ttps://a.example/b",
            "httpss://a.example/b",
            "https:/a.example/b",
            "https//a.example/b",
            "HTTPS//a.example/b",
            "https:a.example/b",
            "https::/a.example/b",
            "https: //a.example/b",
            "https\uff1a//a.example/b",
            "https:\uff0f\uff0fa.example/b",
            "https;//a.example/b",
            "https.//a.example/b",
            "http://https://a.example/b",
            "https:https://a.example/b",
            "https://https//a.example/b",
            "httphttps://a.example/b",
            "://a.example/b",
        ],
        "https://a.example/b",
    ),
    "htttp://a.example:8080/b?c": "http://a.example:8080/b?c",
    "http;//localhost/b": "http://localhost/b",
    "http://http://a.example": "http://a.example",
    **dict.fromkeys(
        [
            "https://a.example/b",
            "Https://a.example/b",
            "https:\\\\a.example\\b",
            "https:///a.example/b",
            "//a.example/b",
            "https://",
            "https://https.example/http",
            "https://https/",
            "hxxps://a.example/b",
            "ftp://a.example/b",
            "sftp://a.example/b",
            "shttp://a.example/b",
            "git+https://a.example/b",
            "obsidian://open?a.example",
            "mailto:a@a.example",
            "http:notes",
            "http:/notes",
            "https/notes.md",
            "http.md",
            "notes/https//a.example/b",
            "tt:pp",
            "",
        ]
    ),
}


@pytest.mark.parametrize("url", MEANT)
def test_what_was_meant(url: str) -> None:
    assert mistyped_scheme(url) == MEANT[url]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://a.example:/b", "https://a.example/b"),
        ("https://a.example:", "https://a.example"),
        ("https://a.example:80/", None),
        ("https://a.example/b:/c", None),
    ],
)
def test_an_empty_port(url: str, meant: str | None) -> None:
    assert without_empty_port(url) == meant


def test_many_blanks_take_linear_time() -> None:
    started = time.process_time()
    assert mistyped_scheme(" " * 100_000) is None
    assert time.process_time() - started < 1
