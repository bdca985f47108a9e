"""The exact bytes of each URL: a table of Markdown, and a comparison with another parser."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.kinds.registry import link_of
from crawler.notes.markdown.bare_urls import find_bare_urls
from crawler.notes.parser import parse_note
from pipelines.rewriting.link_edits import plan_edits
from tests.support.mending import moved

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = tomllib.loads((Path(__file__).parents[2] / "notes/spans.toml").read_text("utf-8"))
EVERYTHING = {"moved", "https", "canonical", "snapshots", "files", "spelling", "jumps", "pictures", "missing", "marks"}
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
_EXTENSIONS = ["table", "strikethrough"]
_SAFE = "/?:@!$&'()*+,;=%-._~#"
_MARK = re.compile(r"⟦(?P<guess>\??)(?P<url>[^⟧]*)⟧")


def rows() -> Iterator[tuple[str, str]]:
    for name, group in TABLE.items():
        texts = group["rows"] if "rows" in group else [group["row"].replace("{}", each) for each in group["characters"]]
        yield from ((name, text) for text in texts)


def expected(row: str) -> tuple[str, list[tuple[int, int, bool]]]:
    """Return the text of a row, and the byte span of each URL in it with whether its end is a guess."""
    text, spans, position = "", list[tuple[int, int, bool]](), 0
    for match in _MARK.finditer(row):
        text += row[position : match.start()]
        start = len(text.encode())
        text += match["url"]
        spans.append((start, len(text.encode()), bool(match["guess"])))
        position = match.end()
    return text + row[position:], spans


def found(text: str, path: str) -> list[tuple[int, int, bool]]:
    return [(each.start, each.end, each.guess is not None) for each in parse_note(path, text.encode()).mentions]


def test_the_table_is_long_enough() -> None:
    assert len(list(rows())) > 250


@pytest.mark.parametrize(("group", "row"), list(rows()))
def test_each_url_has_its_exact_span(group: str, row: str) -> None:
    text, spans = expected(row)
    path = "a.mdx" if group == "mdx" else "a.md"
    assert found(text, path) == spans
    assert found(text.replace("\n", "\r\n"), path) == expected(row.replace("\n", "\r\n"))[1]


# -- another parser ----------------------------------------------------------------------------------------------------

inline = st.sampled_from(
    [
        "[t]({url})",
        "[文](<{url}> 'title')",
        '![图]({url} "t")',
        "[![i]({url})]({url})",
        "<{url}>",
        "**[t]({url})**后",
        "[a [b]]( {url} )",
        "`{url}`",
        "\\[t]({url} )",
        "见 {url} 后",
        "==[t]({url})==",
        "*a [t]({url}) b*",
        "[u]: {url}",
        "text",
        "\\`",
        "*",
        "[",
        "![",
        "<b>",
    ]
)
urls = st.sampled_from(
    [
        "https://x.y/a",
        "https://x.y/公历",
        "https://x.y/a(b)",
        "https://x.y/a_b_c",
        "https://x.y/?a=1&amp;b=2&copy",
        "a/b.md",
        "https://x.y/a\\)b",
        "https://x.y/*a*",
    ]
)
blocks = st.sampled_from(["", "> ", "- ", "1. ", "# ", "    ", "| a |\n|---|\n| ", "[^1]: ", "- [ ] "])
lines = st.builds(
    lambda block, parts, gap: block + gap.join(form.replace("{url}", url) for form, url in parts),
    blocks,
    st.lists(st.tuples(inline, urls), min_size=1, max_size=4),
    st.sampled_from([" ", "", "，"]),
)


@given(st.lists(lines, min_size=1, max_size=4), st.sampled_from(["\n", "\n\n"]))
def test_each_link_of_the_reference_parser_is_found(parts: list[str], newline: str) -> None:
    """The parser is cmark-gfm, GitHub's own, without its extended autolinks: those are read otherwise here."""
    text = newline.join(parts) + "\n"
    page = html.fromstring(f"<div>{cmarkgfm.markdown_to_html_with_extensions(text, _OPTIONS, _EXTENSIONS)}</div>")
    wanted = {*page.xpath("//a/@href[not(starts-with(., '#'))]"), *page.xpath("//img/@src")} - {""}
    mentions = parse_note("a.md", text.encode()).mentions
    assert wanted <= {quote(each.url, safe=_SAFE) for each in mentions}


# -- any text ----------------------------------------------------------------------------------------------------------

around = st.text("见这里公历ab1 ，。(（)*=_/.:\n|", max_size=8)


@given(st.lists(st.tuples(around, st.sampled_from(["https://a.example/a", "https://a.example/"])), max_size=5), around)
def test_a_guessed_url_is_never_edited(parts: list[tuple[str, str]], rest: str) -> None:
    note = parse_note("a.md", ("".join(gap + url for gap, url in parts) + rest).encode())
    states = {
        at: moved(each.url, f"https://b.example/{at}")
        for at, each in enumerate(note.mentions)
        if link_of(each.url, note.path) is not None
    }
    edits = plan_edits(note, states, lambda _: None, EVERYTHING)
    for start, end in note.guessed:
        assert all(edit.end <= start or edit.start >= end for edit in edits)
    wide = [each for each in note.mentions if not note.source_of(each).isascii()]
    assert all(each.guess is not None for each in wide)


@pytest.mark.parametrize(
    "piece", ["公a", "a公", "==https://x.y/==", "公/", "(", "https://公.c", "$https://x.y/a公", "**"]
)
def test_time_is_linear_in_the_number_of_bytes(piece: str) -> None:
    def seconds(times: int) -> float:
        data = b"https://x.y/" + piece.encode() * times
        started = time.process_time()
        list(find_bare_urls(data, 0, len(data), [], set()))
        return time.process_time() - started

    assert seconds(40_000) < 8 * seconds(10_000) + 0.05
