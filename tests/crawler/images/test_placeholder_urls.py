"""Pictures that sites show in place of others."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from crawler.images.hosts.placeholder_urls import is_placeholder_file, is_placeholder_url


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://assets.gitee.example/assets/favicons/foul_trademark.png", True),
        ("https://i.imgur.com/removed.png?1", True),
        ("https://a.example/x/removed.png", True),
        ("https://wx4.sinaimg.cn/images/default_d_h_large.gif", True),
        ("https://a.example/is-removed.png", False),
        ("https://a.example/removed/a.png", False),
        ("https://pic.photobucket.com/bwe.png", True),
        ("http://tinypic.com/images/404.gif", True),
        ("https://a.example/bwe.png", False),
        ("https://a.example/logo.png", False),
    ],
)
def test_known_placeholders(url: str, *, is_one: bool) -> None:
    assert is_placeholder_url(url) is is_one


def test_a_file_is_known_by_all_its_bytes() -> None:
    table = tomllib.loads(files("crawler").joinpath("data/placeholder_images.toml").read_text("utf-8"))
    assert all(each.keys() == {"bytes", "md5"} and len(each["md5"]) == 32 for each in table["files"])
    assert not any(is_placeholder_file(bytes(each["bytes"])) for each in table["files"])
    assert not is_placeholder_file(b"")
