"""Names and passwords in URLs."""

from __future__ import annotations

from base64 import b64decode

import pytest

from crawler.fetch.credentials import without_credentials


@pytest.mark.parametrize(
    ("url", "bare", "sent"),
    [
        ("https://me:%E4%BB%A4%E7%89%8C@x.y/a@b", "https://x.y/a@b", "me:令牌"),
        ("https://me:令牌@x.y:80/", "https://x.y:80/", "me:令牌"),
        ("https://token@x.y", "https://x.y", "token:"),
        ("https://a:b:c@d@x.y/", "https://x.y/", "a:b:c@d"),
    ],
)
def test_credentials_become_a_header(url: str, bare: str, sent: str) -> None:
    found, header = without_credentials(url)
    assert found == bare
    assert header is not None
    assert b64decode(header.removeprefix(b"Basic ")).decode() == sent


def test_a_url_without_them_stays() -> None:
    assert without_credentials("https://x.y/a@b") == ("https://x.y/a@b", None)
