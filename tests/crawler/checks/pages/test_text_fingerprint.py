"""Fingerprints of texts, and the scripts they are in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.checks.pages.text_fingerprint import (
    BITS,
    FAR,
    _majority,
    distance,
    is_long_enough,
    script_of,
    text_fingerprint,
)

TULIPS = "Tulips grow from bulbs that are planted in autumn. In spring the first leaves appear, then the flowers. " * 3
SORTING = "A sorting network compares two numbers at a time, and the order of its comparisons does not depend on them. "


def test_a_small_change_is_close_and_another_text_is_far() -> None:
    one, changed, other = map(text_fingerprint, (TULIPS, TULIPS.replace("autumn", "October"), SORTING * 3))
    assert one is not None
    assert changed is not None
    assert other is not None
    assert 0 <= one < 2**BITS
    assert distance(one, one) == 0
    assert distance(one, changed) < FAR <= distance(one, other)


def test_the_fingerprint_does_not_change_between_runs() -> None:
    assert text_fingerprint(TULIPS) == text_fingerprint(TULIPS.upper())


def test_little_text_has_none() -> None:
    assert text_fingerprint("Loading …") is None
    assert text_fingerprint("1 2 3 " * 100) is None


def test_scripts() -> None:
    assert script_of("A page") == "latin"
    assert script_of("一页 of it") == "latin"
    assert script_of("这是一个页面") == "han"
    assert script_of("日本語のページ") == "kana"
    assert script_of("한국어 페이지") == "hangul"
    assert script_of("Страница") == "cyrillic"
    assert script_of("12:30") == ""


_WORDS = st.sampled_from(["boat", "Garden", "1,024", "--", "了", "开源软件", "ß", "かな"])


@given(
    st.lists(_WORDS, min_size=200, max_size=600).map(" ".join), st.lists(_WORDS, min_size=1, max_size=40).map(" ".join)
)
def test_what_follows_a_long_text_changes_nothing(text: str, rest: str) -> None:
    assert is_long_enough(f"{TULIPS * 6} {SORTING}")
    if is_long_enough(text):
        assert text_fingerprint(text) == text_fingerprint(f"{text} {rest}")
        assert script_of(text) == script_of(f"{text} {rest}")


@given(st.lists(st.integers(0, 2**BITS - 1), min_size=1, max_size=40))
def test_bits_of_the_majority_are_set(numbers: list[int]) -> None:
    counts = [sum(number >> bit & 1 for number in numbers) for bit in range(BITS)]
    assert _majority(numbers) == sum(1 << bit for bit, count in enumerate(counts) if 2 * count > len(numbers))
