"""URLs of saved images: under any base URL, relative and rooted, and nothing else."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.images.saved_urls import hash_in, is_same_place, saved_name

HASH = "ab" + "0" * 62
NAME = f"ab/{HASH}.png"


@pytest.mark.parametrize(
    "url",
    [
        NAME,
        f"../output/images/{NAME}",
        f"/images/{NAME}",
        f"https://cdn.example.com/of/{NAME}",
        f"https://cdn.example.com/{quote(f'of/{NAME}', safe='')}?alt=media",
        f"//cdn.example.com/{NAME}#gh-dark-mode-only",
    ],
)
def test_own_urls(url: str) -> None:
    assert saved_name(url) == NAME


@pytest.mark.parametrize(
    "url",
    [
        f"https://a.example/{HASH}.png",
        f"https://a.example/cd/{HASH}.png",
        f"https://a.example/xab/{HASH}.png",
        f"https://a.example/{NAME}/",
        f"https://a.example/{NAME}.html",
        f"https://a.example/{NAME[:-4]}.exe",
        f"https://a.example/{NAME[:-5]}.png",
        f"https://a.example/{NAME.upper()}",
        f"https://a.example/view?file={NAME}",
        f"https://a.example/#{NAME}",
        f"http://[::1/{NAME}",
        "",
    ],
)
def test_other_urls(url: str) -> None:
    assert saved_name(url) is None


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    assert saved_name(text) is None
    assert saved_name(f"{text}/{NAME}") in {NAME, None}


def test_a_thumbnail_has_the_hash_of_its_original() -> None:
    name = f"ab/{HASH}-1200.webp"
    assert saved_name(f"https://cdn.example.com/{name}") == name
    assert hash_in(name) == hash_in(NAME) == HASH


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        (f"./../images/{NAME}", f"../images/{NAME}", True),
        (f"../my%20images/{NAME}", f"../my images/{NAME}", True),
        (f"/images/{NAME}", f"../images/{NAME}", False),
        (f"https://a.example/{NAME}", f"https://a.example/{NAME}", True),
        (f"https://a.example/{NAME}", f"https://b.example/{NAME}", False),
        (f"https://a.example/{NAME}", f"/{NAME}", False),
    ],
)
def test_the_same_place_in_other_words(url: str, other: str, *, same: bool) -> None:
    assert is_same_place(url, other) is same
