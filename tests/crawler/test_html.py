"""Elements and text of HTML, found as a reader of the source would find them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.html import beginnings, elements, text_of

NAMES = ("script", "a", "nav")
PIECES = (
    "<",
    ">",
    "<!--",
    "-->",
    "-",
    "<script",
    "<SCRIPT a=b>",
    "</script>",
    "</Script x",
    "<a>",
    "</a",
    "<nav>",
    "b",
)
ENDS = "(?:</\\1[^<>]*>?|\\Z)"


@pytest.mark.parametrize("whole_tag", [False, True])
@pytest.mark.parametrize("comments", [False, True])
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_elements_are_those_up_to_the_next_end_tag(whole_tag: bool, comments: bool, source: str) -> None:
    tag = "[^<>]*>" if whole_tag else ""
    plain = f"<({'|'.join(NAMES)})\\b{tag}.*?{ENDS}" + ("|<!--.*?(?:-->|\\Z)" if comments else "")
    found = re.compile(elements(NAMES, whole_tag=whole_tag, comments=comments), re.IGNORECASE).sub("#", source)
    assert found == re.sub(plain, "#", source, flags=re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<title>Name</title><body>one <b>two</b>&amp;\n three", "one two & three"),
        ("<script>if (a < b) {'</scr'}</script>shown<style>p {}", "shown"),
        ("a<!-- <p>hidden</p> -->b<noscript>off</noscript><template>later</template>", "a b"),
        ("2 < 3 > 1", "2 1"),
        ("1 > 0 <", "1 > 0 <"),
    ],
)
def test_text_is_what_is_shown(source: str, text: str) -> None:
    assert text_of(source) == text


@given(st.lists(st.sampled_from((*PIECES, " &am", "p; ", "中文"))).map("".join), st.integers(1, 20))
def test_the_text_of_a_beginning_begins_the_text(source: str, size: int) -> None:
    parts = list(beginnings(source, size))
    assert parts[-1] == source
    assert all(text_of(source).startswith(text_of(part)) for part in parts)


@pytest.mark.parametrize("piece", ["<script", "<script>", "<!--", "-", "</script", "<a><", "<"])
def test_time_is_linear(piece: str) -> None:
    text_of(piece * (500_000 // len(piece)))
