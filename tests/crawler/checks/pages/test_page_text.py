"""The words that a page shows."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from crawler.checks.pages.page_text import content_bytes, has_content

_PIECES = st.sampled_from(
    [
        "<p>Some words about a subject. </p>",
        "<nav>Menu <a href='/x'>Link</a>",
        "</nav>",
        "<script>if (a<b) {}",
        "</script>",
        "<!-- said in a comment < ",
        "-->",
        "<div hidden>not shown <div>inside</div>",
        "</div>",
        "<img alt='a<b'>",
        "中文的段落。",
        "<",
        ">",
        "text " * 900,
    ]
)


@given(st.lists(_PIECES, max_size=20).map("".join), st.integers(0, 9_000))
@example("<!--" + "x" * 4_090 + "<p>hidden</p>", 0)
def test_content_is_measured_alike_on_beginning_and_whole(source: str, bytes_: int) -> None:
    assert has_content(source, bytes_) == (content_bytes(source) > bytes_)
