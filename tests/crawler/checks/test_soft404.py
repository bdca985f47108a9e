"""Which pages stand in place of another, and which only look like it."""

from __future__ import annotations

import re
import time
import tomllib
from dataclasses import fields
from html import escape
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.checks.pages.signatures import signature_tables, signatures
from crawler.checks.pages.signatures.lazy_pattern import LazyPattern
from crawler.checks.pages.signatures.signatures import SoftError
from crawler.checks.soft404 import detect_soft_error
from crawler.fetch.early_stop import HEAD_OF_PAGE
from crawler.models.check import Outcome
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.support.sampling import sampled

URL = "https://e.example/a/b"
LONG = "这篇文章讲的是注意力机制，以及它为什么有效。Attention is all one needs to know about it. " * 40
PASSWORD = '<form method="post"><input name="u"><input type="password" name="p"></form>'
OK, GONE, RESTRICTED, BLOCKED = Outcome.OK, Outcome.GONE, Outcome.RESTRICTED, Outcome.BLOCKED


def shown(  # one page in all the ways that matter here
    title: str = "",
    body: str = "",
    *,
    status: int = 200,
    url: str = URL,
    asked: str = URL,
    headers: dict[str, str] | None = None,
    texts: tuple[str, ...] = (),
    kind: type[TextResponse] = HtmlResponse,
    cut: bool = False,
) -> Outcome:
    meta: dict[str, Any] = {} if url == asked else {"redirect_urls": [asked], "redirect_reasons": [302]}
    markup = f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body>{body}</body></html>"
    if cut:
        markup = markup[:HEAD_OF_PAGE]
    response = kind(
        url, status, body=markup.encode(), encoding="utf-8", headers=headers, request=Request(asked, meta=meta)
    )
    found = detect_soft_error(response, texts)
    return OK if found is None else found.outcome


# --- walls ------------------------------------------------------------------------------------------------------------

WALLS = [
    ({"CF-Mitigated": "challenge"}, "", "", 403),
    ({"Server": "cloudflare"}, "Just a moment...", "", 503),
    ({}, "Just a moment…", "", 403),
    ({}, "Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>", 403),
    ({}, "请稍候…", "<script>window._cf_chl_opt={}</script>", 403),
    ({}, "leboncoin.fr", "<script>var dd={}</script><script src='https://ct.captcha-delivery.com/c.js'></script>", 403),
    ({}, "Access to this page has been denied.", "", 403),
    ({}, "", '<div id="px-captcha"></div>', 200),
    ({}, "Access Denied", "Reference&#32;&#35;18&#46;2d", 403),
    ({}, "", '<iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=7"></iframe>', 200),
    ({"X-Amzn-Waf-Action": "challenge"}, "", "", 202),
    ({}, "", "<script>window.gokuProps = {}</script>", 405),
    ({}, "Sucuri WebSite Firewall - Access Denied", "", 403),
    ({"X-Vercel-Mitigated": "challenge"}, "", "", 429),
    ({"X-Vercel-Mitigated": "deny"}, "", "", 403),
    ({}, "Vercel Security Checkpoint", "", 429),
    ({}, "Making sure you're not a bot!", "", 200),
    ({}, "Making sure you’re not a bot!", "", 200),
    ({}, "", '<script id="anubis_challenge" type="application/json">{}</script>', 200),
    ({}, "DDoS-Guard", "", 403),
    ({}, "", "<script>var arg1='4B1C';function reload(x){setCookie('acw_sc__v2',x)}</script>", 200),
    ({}, "", "<script>location.replace('/a/_____tmd_____/punish?x5secdata=x')</script>", 200),
    ({}, "", "<script>document.cookie='EO_Bot_Ssid=1'</script>", 200),
    ({"EO-LOG-UUID": "1"}, "", "", 567),
    ({"Set-Cookie": "__jsluid_s=0123; path=/"}, "", "", 521),
    ({}, "", "<script>document.cookie='__jsl_clearance=1'</script>", 521),
    ({}, "", "<script>var wzwschallenge='1'</script>", 200),
    ({"WZWS-RAY": "1"}, "", "", 493),
    ({}, "", '<link rel="icon" href="/.safeline/static/favicon.png"><title id="slg-title"></title>', 468),
    ({}, "", '<img src="http://404.safedog.cn/images/safedogsite/head.png">', 200),
    ({}, "", "<script>function YunSuoAutoJump(){}</script>", 200),
    ({}, "网站防火墙", "<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", 200),
    ({}, "知乎，让每一次点击都充满意义", '<meta id="zh-zse-ck" content="x">', 403),
    ({}, "安全验证 - 知乎", "", 200),
    ({}, "Sina Visitor System", "", 200),
    ({}, "百度安全验证", "", 200),
    ({}, "验证码中间页", "", 200),
    ({}, "人机验证", "", 200),
    ({}, "滑动验证页面", "<h1>滑动验证</h1>", 200),
    ({}, "访问被拦截 - 某网站", "", 405),
    ({}, "访问验证", "", 404),
    ({}, "", "<h1>您的访问被拦截</h1>", 200),
    ({}, "Amazon.com", '<form action="/errors/validateCaptcha"><h4>Enter the characters you see</h4></form>', 200),
    ({}, "https://e.example/", "<p>Our systems have detected unusual traffic from your computer network.</p>", 200),
    ({}, "Sorry...", "<p>your computer or network may be sending automated queries</p>", 200),
    ({}, "", "The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 1", 200),
    ({}, "Loading...", '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>', 200),
    ({}, "Robot or human?", "", 200),
    ({}, "Captcha", "", 200),
    ({}, "Please verify you are a human", "", 200),
    ({}, "Radware Captcha Page", "", 200),
    ({}, "Validation request", "", 200),
    ({}, "京东验证", "", 200),
    ({}, "请完成验证", "", 200),
]


@pytest.mark.parametrize(("headers", "title", "body", "status"), WALLS)
def test_walls(headers: dict[str, str], title: str, body: str, status: int) -> None:
    assert shown(title, body, headers=headers, status=status) is BLOCKED


@pytest.mark.parametrize(("headers", "title", "body", "status"), [wall for wall in WALLS if not wall[0]])
def test_a_page_of_its_own_is_no_wall_whatever_it_holds(
    headers: dict[str, str], title: str, body: str, status: int
) -> None:
    assert shown(title, f"{body}<p>{LONG}</p>", status=status) is OK


@pytest.mark.parametrize("status", [200, 202, 403, 404, 410, 429, 468, 503, 521])
def test_a_wall_stands_at_any_status(status: int) -> None:
    assert shown("Just a moment...", status=status) is BLOCKED
    assert shown("Moments", status=status) is OK


@pytest.mark.parametrize(
    ("headers", "title", "body", "status"),
    [
        ({"CF-Mitigated": "log"}, "", "", 403),
        ({"CF-Ray": "8f0", "Server": "cloudflare"}, "A page", "", 200),
        ({}, "A page", "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>", 200),
        ({}, "A page", "<script src='https://js.datadome.co/tags.js'></script>", 200),
        ({}, "A page", "<script src='/_Incapsula_Resource?SWJIYLWA=719d'></script>", 200),
        ({}, "A page", "<script src='https://x.edge.sdk.awswaf.com/x/challenge.js'></script>", 200),
        ({}, "A page", "<script src='https://check.ddos-guard.net/check.js'></script>", 200),
        ({"Set-Cookie": "__jsluid_s=0123; path=/"}, "A page", "", 200),
        ({"Set-Cookie": "session=1; path=/"}, "", "", 521),
        ({"WZWS-RAY": "1"}, "A page", "", 200),
        ({"EO-LOG-UUID": "1"}, "A page", "", 200),
        ({"EO-LOG-UUID": "1"}, "", "", 502),
        ({"Set-Cookie": "acw_tc=1; path=/"}, "A page", "", 200),
        ({"X-Sucuri-ID": "11016"}, "A page", "", 200),
    ],
)
def test_what_pages_behind_walls_have_too(headers: dict[str, str], title: str, body: str, status: int) -> None:
    assert shown(title, body, headers=headers, status=status) is OK


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://passport.weibo.com/visitor/visitor?entry=miniblog", BLOCKED),
        ("https://visitor.passport.weibo.cn/visitor/visitor", BLOCKED),
        ("https://wappass.baidu.com/static/captcha/tuxing.html?ak=1", BLOCKED),
        ("https://www.zhihu.com/account/unhuman?type=unhuman", BLOCKED),
        ("https://sec.douban.com/b?r=https%3A%2F%2Fe.example", BLOCKED),
        ("https://www.google.com/sorry/index?continue=x", BLOCKED),
        ("https://www.google.com.hk/sorry/index", BLOCKED),
        ("https://h5.m.example/a/_____tmd_____/punish?x5secdata=x", BLOCKED),
        ("https://e.example/cdn-cgi/l/chk_jschl?x=1", BLOCKED),
        ("https://www.amazon.com/errors/validateCaptcha?amzn=x", BLOCKED),
        ("https://www.xiaohongshu.com/404/sec_1?error_code=300012", BLOCKED),
        ("https://www.xiaohongshu.com/404?noteId=1&errorCode=-510000", GONE),
        ("https://consent.youtube.com/m?continue=x", BLOCKED),
        ("https://consent.google.com/ml?continue=x", BLOCKED),
        ("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x", BLOCKED),
        ("https://www.zhihu.com/signin?next=%2F", RESTRICTED),
        ("https://www.linkedin.com/authwall?trk=x", RESTRICTED),
        ("https://www.hugedomains.com/domain_profile.cfm?d=e.example", GONE),
        ("https://e.example/lander", GONE),
        ("https://weibo.com/visitors", OK),
        ("https://www.zhihu.com/question/1", OK),
        ("https://www.douban.com/sec", OK),
        ("https://e.example/sorry/index", OK),
        ("https://blog.hugedomains.example/", OK),
        ("https://e.example/landers/apollo", OK),
    ],
)
def test_where_a_redirect_led(url: str, outcome: Outcome) -> None:
    assert shown("A page", f"<p>{LONG}</p>", url=url) is outcome
    assert shown("A page", f"<p>{LONG}</p>", url=url, asked=url) is OK


# --- parked domains ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("e.example is for sale", "Buy now"),
        ("FireScans.com is for sale | HugeDomains", ""),
        ("e.example is parked", ""),
        ("The domain name e.example is for sale", ""),
        ("Buy this domain", ""),
        ("e.example", "<h1>This domain is for sale!</h1>"),
        ("e.example - 此域名出售", ""),
        ("此域名正在出售中", ""),
        ("该域名正在出售 | 域名交易", ""),
        ("域名停靠", ""),
        ("e.example", '<script src="https://sedoparking.com/frmpark/e.example/x"></script>'),
        ("", '<script>window.onload=function(){window.location.href="/lander"}</script>'),
        ("e.example", '<script src="https://img1.wsimg.com/parking-lander/static/js/main.js"></script>'),
        ("", '<script>window.park = "eyJ1"</script>'),
        ("", '<script>window.park="eyJ1"</script>'),
        ("e.example - This website is for sale! - e Resources and Information.", ""),
        ("This website is for sale", ""),
        ("e.example 正在出售", ""),
        ("您正在访问的域名可以转让！", ""),
        ("域名到期", ""),
    ],
)
def test_parked_domains(title: str, body: str) -> None:
    assert shown(title, body) is GONE
    assert shown(title, f"{body}<p>{LONG}</p>") is OK
    assert shown(title, body, status=403) is OK


@pytest.mark.parametrize(
    "title",
    [
        "Why this domain is for sale",
        "Twitter is for sale",
        "e.example 正在出售新书",
        "域名到期了怎么办",
        "Selling domains",
        "域名出售的那些事",
    ],
)
def test_articles_on_parked_domains(title: str) -> None:
    assert shown(title, "A short text.") is OK


# --- soft 404 ---------------------------------------------------------------------------------------------------------

NOT_FOUND = [
    "404", "404 Not Found", "404 - Page not found", "Page not found", "Page Not Found | Example",
    "Example – Page not found", "Error 404 (Not Found)!!1", "404 Error", "HTTP 404", "Error 404", "404: Not Found",
    "404: This page could not be found.", "Oops! Page not found", "Sorry, this page isn't available.",
    "404 | Example Project Documentation", "Not Found · GitHub Pages", "Page not found : Example",
    "Example » Page not found", "HTTP Status 404 – Not Found", "The page you’re looking for — Page not found",
    "页面不存在", "找不到页面", "您访问的页面不存在", "文章不存在或已删除", "内容不存在", "该页面已被删除",
    "页面不存在 - 小站", "小站_页面不存在", "404-页面不存在-小站", "404错误", "４０４ 页面未找到",
    "抱歉，您访问的页面不存在", "哎呀！页面找不到了_中国科学院自动化研究所", "页面不存在｜小站",
    "错误提示：页面不存在", "提示信息 - 文章不存在", "ページが見つかりません | 例", "페이지를 찾을 수 없습니다",
    "Página no encontrada - Ejemplo", "Page non trouvée", "Seite nicht gefunden", "Страница не найдена",
    "Página não encontrada", "Oops! That page can't be found.", "Oops! That page can’t be found.",
    "Site not found · GitHub Pages", "We can’t find this page", "This page has been removed",
    "该内容已被作者删除", "该文章已被作者删除 - 简书", "Repository not found",
]  # fmt: skip


@pytest.mark.parametrize("title", NOT_FOUND)
def test_soft_404(title: str) -> None:
    assert shown(title) is GONE
    assert shown(title, status=206) is GONE
    assert shown(title, status=403) is OK  # the status says it all
    assert shown(title, texts=("Something else",)) is GONE
    assert shown(title, texts=("Something else", title)) is OK
    assert shown(title, asked="https://e.example/404", url="https://e.example/404") is OK
    assert shown(title, kind=TextResponse) is OK


@pytest.mark.parametrize(
    "title",
    [
        "How to fix 404 Not Found errors in nginx",
        "404 Not Found: why it happens and how to handle it",
        "404 Not Found - why does it happen and how should one handle it",
        "404 Not Found 的故事",
        "页面不存在怎么办",
        "页面不存在的几种处理方法 - 小站",
        "Peugeot 404",
        "404 Media",
        "Room 404 - a novel of the lost",
        "Not found in translation",
        "Error handling in Go",
        "Error",
        "提示信息",
        "Page 404 of 500",
        "出错啦! 一个动画 - bilibili.com",
        "微博出错了怎么办",
        "My account was suspended",
        "文章不存在或已删除是什么意思？为什么会这样？我们来看看这背后的故事和技术",
        "Example",
        "",
    ],
)
def test_titles_that_only_sound_like_it(title: str) -> None:
    assert shown(title, "A short text.") is OK


@pytest.mark.parametrize(
    ("title", "heading", "outcome"),
    [
        ("", "Page not found", GONE),
        ("小站", "<span>抱歉，</span>页面不存在", GONE),
        ("Example Project", "404", GONE),
        ("A long title that says what this page is about", "404", OK),
        ("Notes - Example", "404", OK),
        ("", "The 404 story", OK),
    ],
)
def test_the_first_heading_speaks_where_the_title_says_nothing(title: str, heading: str, outcome: Outcome) -> None:
    assert shown(title, f"<h1 class='x'>{heading}</h1><h1>Other</h1>") is outcome
    assert shown(title, f"<h1>Welcome</h1><h1>{heading}</h1><p>{LONG}</p>") is OK


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("404 · Example · Blog · Notes", GONE),
        ("Example · Blog · Notes · 404", GONE),
        ("404 · Example · Blog · Notes · 2021", OK),
    ],
)
def test_up_to_three_names_may_stand_beside_the_phrase(title: str, outcome: Outcome) -> None:
    assert shown(title) is outcome


@pytest.mark.parametrize("title", ["出错啦! - bilibili.com", "微博-出错了", "Account Suspended"])
def test_what_is_gone_without_those_words(title: str) -> None:
    assert shown(title) is GONE
    assert shown(title, LONG) is OK
    assert shown(title, texts=(title,)) is OK


@pytest.mark.parametrize("path", ["wiki/HTTP_404", "blog/404-not-found", "errors/not-found", "notfound"])
def test_a_link_that_asked_for_such_a_page(path: str) -> None:
    url = f"https://e.example/{path}"
    assert shown("HTTP 404 - 小站", url=url, asked=url) is OK
    assert shown("HTTP 404 - 小站", url="https://e.example/x/1404567", asked="https://e.example/x/1404567") is GONE


def test_a_name_of_the_site_is_not_the_title_that_was_meant() -> None:
    assert shown("安全验证 - 知乎", texts=("知乎",)) is BLOCKED
    assert shown("页面不存在 - 知乎", texts=("知乎",)) is GONE


def test_forums_say_it_in_their_text() -> None:
    text = "<p>抱歉，指定的主题不存在或已被删除或正在被审核</p>"
    assert shown("提示信息 - 论坛 - Powered by Discuz!", text) is GONE
    assert shown("提示信息 - 论坛 - Powered by Discuz!", text + LONG) is OK


# --- access that has to be asked for ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("百度网盘 请输入提取码", '<input placeholder="请输入提取码">'),
        ("Protected: My post - Blog", '<form><input name="post_password" type="password"></form>'),
        ("Access Denied", "<p>You need access. Ask for access, or switch to an account with access.</p>"),
        ("Google Drive: Sign-in", ""),
        ("You need access", ""),
    ],
)
def test_what_is_not_shared_with_everybody(title: str, body: str) -> None:
    assert shown(title, body) is RESTRICTED
    assert shown(title, f"{body}<p>{LONG}</p>") is OK


@pytest.mark.parametrize("title", ["Protected: My post - Blog", "百度网盘提取码怎么用", "Access to the network"])
def test_what_only_sounds_like_that(title: str) -> None:
    assert shown(title, "<p>A short text.</p>") is OK


# --- whatever comes ---------------------------------------------------------------------------------------------------


def test_reasons_name_who_stands_there() -> None:
    response = HtmlResponse(URL, body=b"<title>DDoS-Guard</title>", encoding="utf-8", request=Request(URL))
    assert detect_soft_error(response) == SoftError(BLOCKED, Reason(ReasonCode.BOT_WALL, "DDoS-Guard"))


def test_what_is_no_page_has_only_headers() -> None:
    response = Response(URL, body=b"<title>404</title>", request=Request(URL))
    assert detect_soft_error(response) is None
    response.headers["x-amzn-waf-action"] = "captcha"
    assert detect_soft_error(response) == SoftError(BLOCKED, Reason(ReasonCode.BOT_WALL, "AWS WAF"))


TABLE = tomllib.loads(files("crawler").joinpath("data/soft_errors.toml").read_text("utf-8"))
QUOTES = sorted(
    {quote for row in TABLE["soft_error"] for name in ("markup", "phrases") for quote in row.get(name, ())}
    | {wall[1] for wall in WALLS}
    | set(TABLE["login"]["phrases"])
)


@given(
    st.lists(st.sampled_from(QUOTES), min_size=1, max_size=10),
    st.integers(0, len(LONG)),
    st.sampled_from(["Crawling in 2026: what has changed", "爬虫的攻与防：一篇长文", "Notes"]),
    st.sampled_from([200, 206]),
)
def test_an_article_may_quote_anything(quotes: list[str], place: int, title: str, status: int) -> None:
    quoted = "</code> <code>".join(map(escape, quotes))
    body = f"<p>{escape(LONG[:place])}<code>{quoted}</code>{escape(LONG[place:])}</p>{PASSWORD}"
    assert shown(title, body, status=status) is OK


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_page_makes_it_stumble(title: str, body: str) -> None:
    shown(title, body)


# --- titles that are meant to take for ever ---------------------------------------------------------------------------

MANY, SECONDS = 10_000, 0.05
LONGEST = 1_000  # characters: titles and sentences are cut to 300 before they are normalized
SEARCHED = ("unless_url", "unless_title", "url_words")


def patterns() -> dict[str, LazyPattern]:
    """Return every pattern that is made of the table, by where it comes from."""
    rows, login = signature_tables.signatures()
    found: dict[str, Any] = {"about": signature_tables.topic_sites(), "any title": signature_tables.all_titles()[0]}
    found["any phrase"] = signature_tables.all_titles()[1]
    each: Any
    for i, each in enumerate((*rows, login)):
        found |= {f"{i} {field.name}": getattr(each, field.name) for field in fields(each)}
    return {name: pattern for name, pattern in found.items() if isinstance(pattern, LazyPattern)}


def fillers() -> list[str]:
    tables = signature_tables._tables()
    of_rows = [filler for table in tables for row in table["soft_error"] for filler in row.get("decorations", ())]
    return sorted({*of_rows, *(filler for table in tables for filler in table.get("decorations", ()))})


def seconds(work: Any) -> float:
    """Return what it takes at best: a busy machine is no reason to fail."""
    took = []
    for _ in range(3):
        before = time.thread_time()
        work()
        took.append(time.thread_time() - before)
        if took[-1] < SECONDS:
            break
    return min(took)


def test_decorations_of_punctuation_take_no_time() -> None:
    """They are nothing in the form in which titles are compared: what repeats nothing can do so in many ways."""
    decorations = ("!", "……", "(404)", "404 ?", "oops!")
    assert signature_tables._simple_decorations(decorations) == ("404", "oops")
    pattern = signature_tables._phrase_pattern(["not found"], (), decorations)
    assert pattern.fullmatch("404 !!! not found ... oops")
    for mark in ("!", "404", "404 ", "oops! ", ":"):
        assert seconds(lambda: pattern.fullmatch(f"{mark * 100}x")) < SECONDS, mark  # noqa: B023 - called at once


def test_no_more_of_a_title_is_compared_than_signatures_have() -> None:
    """Some of their patterns take time that grows with the square of a text."""
    longest = max(len(signatures.normalize_title(f"{mark} " * MANY)) for mark in fillers())
    assert longest <= signatures._MAX_TITLE


@pytest.mark.stress
@pytest.mark.parametrize("name", patterns())
def test_no_pattern_of_the_table_takes_longer_than_its_text_is_long(name: str) -> None:
    pattern = patterns()[name]
    characters = sorted({*re.sub(r"\\[a-zA-Z]", "", pattern.pattern), *" \t\n~!:-.…a0中"})
    many = LONGEST if name.endswith(("phrase", "phrases")) else MANY
    for text in (character * many for character in characters):
        for end in ("", "x", "\n"):
            look = pattern.search if name.endswith(SEARCHED) else pattern.fullmatch
            assert seconds(lambda: look(text + end)) < SECONDS, (name, text[0])  # noqa: B023 - called at once


@pytest.mark.parametrize("mark", sampled([*" ~!:-.…|·、", "~ ", "! ", ": ", " - ", *sorted(set(fillers()))]))
def test_no_title_takes_longer_than_a_page_may(mark: str) -> None:
    for title in (
        mark * MANY,
        f"域名转让{mark * MANY}联系微信",
        f"This domain is for sale{mark * MANY}Buy now",
        f"404{mark * MANY}x",
    ):
        assert seconds(lambda: shown(title)) < SECONDS, title[:40]  # noqa: B023 - called at once


@pytest.mark.stress
@pytest.mark.parametrize("first", sorted(set(fillers())))
def test_there_is_one_way_to_read_fillers(first: str) -> None:
    phrases = [pattern for name, pattern in patterns().items() if name.endswith(" phrases")]
    for second in fillers():
        text = f"{first} {second}{second} " * 15
        for pattern in phrases:
            assert seconds(lambda: pattern.fullmatch(f"{text}~")) < SECONDS, text[:40]  # noqa: B023 - called at once
