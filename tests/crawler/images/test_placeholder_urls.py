"""Pictures that sites show in place of others."""

from __future__ import annotations

import pytest

from crawler.images.hosts.placeholder_urls import is_placeholder_url


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://assets.gitee.example/assets/favicons/foul_trademark.png", True),
        ("https://i.imgur.com/removed.png?1", True),
        ("https://a.example/x/removed.png", True),
        ("https://wx4.sinaimg.cn/images/default_d_h_large.gif", True),
        ("https://a.example/is-removed.png", False),
        ("https://a.example/removed/a.png", False),
        ("https://a.example/logo.png", False),
    ],
)
def test_known_placeholders(url: str, *, is_one: bool) -> None:
    assert is_placeholder_url(url) is is_one
