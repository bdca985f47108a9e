"""Images by the pages that code hosting sites show of them."""

from __future__ import annotations

import pytest

from crawler.images.hosts.forge_urls import file_url


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("https://github.com/o/r/blob/main/docs/logo.png", "https://github.com/o/r/raw/main/docs/logo.png"),
        ("https://github.com/o/r/blob/a/b/logo%20x.png", "https://github.com/o/r/raw/a/b/logo%20x.png"),
        ("https://gitee.com/o/r/blob/master/a.jpg", "https://gitee.com/o/r/raw/master/a.jpg"),
        ("https://gitlab.com/g/s/r/-/blob/main/a.png", "https://gitlab.com/g/s/r/-/raw/main/a.png"),
        ("https://git.example.org/o/r/-/blob/main/a.png", "https://git.example.org/o/r/-/raw/main/a.png"),
        ("https://codeberg.org/o/r/src/branch/main/a.png", "https://codeberg.org/o/r/raw/branch/main/a.png"),
        ("https://bitbucket.org/o/r/src/main/a.png", "https://bitbucket.org/o/r/raw/main/a.png"),
        ("https://huggingface.co/o/m/blob/main/a.png", "https://huggingface.co/o/m/resolve/main/a.png"),
        (
            "https://commons.wikimedia.org/wiki/File:A_cat.jpg",
            "https://commons.wikimedia.org/wiki/Special:FilePath/A_cat.jpg",
        ),
        (
            "https://huggingface.co/datasets/o/d/blob/main/a.png",
            "https://huggingface.co/datasets/o/d/resolve/main/a.png",
        ),
    ],
)
def test_file_behind_a_page(page: str, file: str) -> None:
    assert file_url(page) == file


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r/blob/main/docs/logo.png?raw=true",
        "https://github.com/o/r/raw/main/docs/logo.png",
        "https://raw.githubusercontent.com/o/r/main/docs/logo.png",
        "https://example.org/o/r/blob/main/logo.png",
        "https://github.com/o/blob/main.png",
        "docs/logo.png",
        "https://[",
    ],
)
def test_other_urls(url: str) -> None:
    assert file_url(url) is None
