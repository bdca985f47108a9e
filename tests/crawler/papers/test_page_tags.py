"""What pages say of the paper on them, whatever their tags are like."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.papers.page_tags import read_paper
from crawler.papers.values import MAX_AUTHORS, MAX_TITLE, build_paper, doi_in, parse_date, person_name

URL = "https://example.org/papers/one.html"


def meta(*tags: tuple[str, str]) -> str:
    rows = "".join(f'<meta name="{escape(name)}" content="{escape(text)}">' for name, text in tags)
    return f"<html><head><title>x</title>{rows}</head><body></body></html>"


def script(data: object) -> str:
    return f'<html><head><script type="application/ld+json">{json.dumps(data)}</script></head></html>'


def test_tags_win_and_json_ld_adds() -> None:
    article = {"@type": "ScholarlyArticle", "headline": "Other", "pageStart": 3, "pageEnd": "9", "author": "B. B."}
    paper = read_paper(meta(("citation_title", "One"), ("citation_author", "Ring, Ada")) + script(article), URL)
    assert paper is not None
    assert (paper.title, paper.authors, paper.pages) == ("One", ("Ada Ring",), "3-9")


def test_dublin_core_is_read_where_nothing_else_is_said() -> None:
    tags = (
        ("dc.Title", "One"),
        ("DC.creator", "Ring, Ada"),
        ("dc.identifier", "doi:10.1145/1.2"),
        ("dc.date", "2019-05"),
    )
    paper = read_paper(meta(*tags), URL)
    assert paper is not None
    assert (paper.title, paper.authors, paper.ids) == ("One", ("Ada Ring",), {"doi": "10.1145/1.2"})
    assert paper.published == datetime(2019, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "page",
    [
        "",
        meta(("citation_author", "Ring, Ada")),
        meta(("citation_title", " ")),
        script({"@type": "NewsArticle", "headline": "One"}),
        script([[]]),
        '<script type="application/ld+json">{"@type": "ScholarlyArticle"</script>',
        "<script>xplGlobal.document.metadata={];</script>",
        "<body><meta name='citation_title'></body>",
    ],
)
def test_pages_without_a_paper(page: str) -> None:
    assert read_paper(page, URL) is None


def test_values_that_cannot_be_right_are_left_out() -> None:
    paper = build_paper(
        title="T",
        authors=["", " , ", 7, "A"],
        ids={"arxiv": "nothing", "doi": None},
        date="someday",
        pages="all of them, and more",
        pdf_url="javascript:alert(1)",
        venue=["x"],
    )
    assert paper is not None
    assert (paper.authors, paper.ids, paper.published) == (("A",), {}, None)
    assert (paper.pages, paper.pdf_url, paper.journal_ref) == (None, None, None)


def test_one_page_cannot_fill_the_database() -> None:
    authors = [(f"citation_{name}", f"{name} {n}") for n in range(3_000) for name in ("author",)]
    paper = read_paper(meta(("citation_title", "x" * 10_000), *authors), URL)
    assert paper is not None
    assert len(paper.title) <= MAX_TITLE
    assert len(paper.authors) <= MAX_AUTHORS


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1145/1234.5678", "10.1145/1234.5678"),
        ("doi:10.1145/1234.5678.", "10.1145/1234.5678"),
        ("10.1016/S0140-6736(10)60175-4", "10.1016/S0140-6736(10)60175-4"),
        ("(10.1145/1234.5678)", "10.1145/1234.5678"),
        ("10.1/x", None),
        (None, None),
    ],
)
def test_dois(text: str | None, doi: str | None) -> None:
    assert doi_in(text) == doi


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ring, Ada", "Ada Ring"),
        ("Ada Ring", "Ada Ring"),
        ("Martin King, Jr.", "Martin King, Jr."),
        ("van der Berg, J. P.", "J. P. van der Berg"),
        ("Smith, John, III", "Smith, John, III"),
    ],
)
def test_names(written: str, name: str) -> None:
    assert person_name(written) == name


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019", "2019-01-01"),
        (2019, "2019-01-01"),
        ("2019/6", "2019-06-01"),
        ("2019-06-17T10:00:00Z", "2019-06-17"),
        ("17 June 2019", "2019-01-01"),
        ("2019-13-45", "2019-01-01"),
        ("20190", None),
        ("", None),
        (True, None),
    ],
)
def test_dates(written: object, day: str | None) -> None:
    found = parse_date(written)
    assert (found and f"{found:%Y-%m-%d}") == day


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "headline", "author", "isPartOf", "name", "datePublished", "encoding"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
@example({"@type": "ScholarlyArticle", "headline": "T", "isPartOf": [[]], "author": [None, {"name": 1}]})
def test_no_json_ld_is_too_much(data: object) -> None:
    page = script({"@type": "ScholarlyArticle", "headline": "T", "x": data} | (data if isinstance(data, dict) else {}))
    paper = read_paper(page.replace("</", "<\\/", page.count("</") - 3), URL)
    assert paper is None or paper.title


@given(st.lists(st.tuples(st.sampled_from(["title", "author", "date", "doi", "pdf_url", "firstpage"]), st.text())))
@example([("title", "\0"), ("pdf_url", "//["), ("date", "9999-99-99")])
def test_no_tags_are_too_much(tags: list[tuple[str, str]]) -> None:
    paper = read_paper(meta(*((f"citation_{name}", text) for name, text in tags)), URL)
    assert paper is None or (paper.title and "\0" not in paper.title)


PWC = "https://paperswithcode.com/paper/one"


@pytest.mark.parametrize(
    ("links", "arxiv_id"),
    [
        (("https://arxiv.org/pdf/2103.00001v3.pdf", "https://arxiv.org/abs/2103.00001v3"), "2103.00001"),
        (("http://arxiv.org/abs/cs/0101001",), "cs/0101001"),
        (("https://arxiv.org/pdf/2103.00001", "https://arxiv.org/abs/2103.00002"), None),
        (
            ("https://arxiv.org/pdf/2103.00001", "https://arxiv.org/abs/2103.00001", "https://arxiv.org/abs/1"),
            "2103.00001",
        ),
        (("https://openreview.net/pdf?id=x", "/author/arxiv.org/", "https://arxiv.org/list/cs.LG"), None),
        (("https://[/arxiv.org/abs/2103.00001",), None),
        ((), None),
    ],
)
def test_papers_with_code_links_the_paper(links: tuple[str, ...], arxiv_id: str | None) -> None:
    body = "".join(f'<a href="{link}">x</a>' for link in links)
    page = f"<html><head><title>One | Papers With Code</title></head><body>{body}</body></html>"
    paper = read_paper(page, PWC)
    assert paper is not None
    assert (paper.title, paper.arxiv_id) == ("One", arxiv_id)
    assert read_paper(page, URL) is None


@pytest.mark.parametrize(
    ("links", "code_url"),
    [
        (("https://github.com/ada/loops",), "https://github.com/ada/loops"),
        (("https://github.com/ada/loops", "https://github.com/ada/loops/"), "https://github.com/ada/loops"),
        (("https://github.com/ada/loops", "https://github.com/who/ever"), None),  # one of them may be official
        (("/paper/one#code", "javascript:alert(1)"), None),
        ((), None),
    ],
)
def test_papers_with_code_lists_the_code(links: tuple[str, ...], code_url: str | None) -> None:
    body = "".join(f'<a class="code-table-link" href="{link}">x</a>' for link in links)
    paper = read_paper(f'<title>One | Papers With Code</title><a href="https://github.com/no/code">x</a>{body}', PWC)
    assert paper is not None
    assert paper.code_url == code_url


@pytest.mark.parametrize("page", ["", "<title> | Papers With Code</title>", "<h1></h1>"])
def test_papers_with_code_without_a_title(page: str) -> None:
    assert read_paper(page, PWC) is None


@given(st.text())
def test_any_page_of_papers_with_code_is_read(text: str) -> None:
    read_paper(f'<title>{text}</title><a href="https://arxiv.org/{text}">{text}</a>', PWC)
