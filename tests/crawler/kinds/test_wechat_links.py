"""The papers and repositories that a WeChat article names."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.models.metadata import Article
from tests.support.reading import read_article, read_wechat

PAPER, CODE = "https://arxiv.org/abs/2203.03605", "https://github.com/IDEACVR/DINO"


@pytest.mark.parametrize(
    "body",
    [
        f'<p><a href="{PAPER}v4">论文</a><a href="{CODE}.git">代码</a></p>',
        f"<p>论文：{PAPER}</p><p>代码：{CODE}</p>",
        f"<p>论文{PAPER}，代码{CODE}。</p>",
        "<p>论文arxiv.org/pdf/2203.03605.pdf代码github.com/IDEACVR/DINO欢迎</p>",
        "<p>(http://www.arXiv.org/abs/2203.03605v2)、[github.com/IDEACVR/DINO]、</p>",
        f"<p>{PAPER}.</p><p>{CODE}.</p>",
        f"<p>{PAPER}{CODE}/</p>",
        f"<section>{PAPER}</section><section>{CODE}</section>",
        f"<section>{PAPER}<p>x</p>{CODE}</section>",
        f"<section><p>{PAPER}</p>2024<br>{CODE}<br>2024</section>",
        f"<p>{PAPER}&nbsp;{CODE}\u200b</p>",
        "<b>https://arxiv</b><i>.org/<wbr>abs/22</i>03.03605<br><i><u>https://git\u200bhub.com/IDEACVR</u></i>/DINO",
        f"<p>{PAPER} {CODE} {PAPER}v1 {CODE.lower()} {CODE}/tree/main</p>",
        f'<p><a href="{PAPER}">https://arxiv.org/abs/22…</a> <a href="{CODE}">https://github.com/IDEACVR/DI...</a></p>',
        f"<p>{PAPER} https://ghproxy.example/{CODE}</p>",
    ],
)
def test_links(body: str) -> None:
    assert read_article(body).links == (PAPER, CODE)


@pytest.mark.parametrize(
    "body",
    [
        "https://github.com/features/actions https://github.com/IDEACVR https://github.com",
        "https://arxiv.org/list/cs.CV/recent arxiv.org",
        "https://gitee.com/mirrors/github.com/IDEACVR/DINO notgithub.com/IDEACVR/DINO",
        "https://example.com/?u=github.com/IDEACVR/DINO me@github.com/IDEACVR/DINO",
        "https://github.com/IDEACVR/DI… https://github.com/IDEACVR/DI...",
        "<script>var a = 'https://github.com/IDEACVR/DINO';</script><!-- https://github.com/IDEACVR/DINO -->",
        '<a href="javascript:;">x</a><a href="https://[">x</a><a>x</a> https://github.com:x/a/b http://',
        "arXiv:2203.03605",
    ],
)
def test_what_is_no_link_to_a_paper_or_a_repository(body: str) -> None:
    assert read_article(f"<p>{body}</p>").links == ()


def test_links_elsewhere_on_the_page_are_not_the_articles() -> None:
    page = f'<p>{PAPER}</p><div id="js_content"><p>正文</p></div><a href="{CODE}">x</a>'
    article = read_wechat(page).metadata
    assert isinstance(article, Article)
    assert article.links == ()


@given(st.text("/:.-#%…[]@ axhtp", max_size=40))
def test_any_body_is_read(text: str) -> None:
    read_article(f'<a href="https://{escape(text)}">{escape(text)}https://github.com/{escape(text)}</a>')
