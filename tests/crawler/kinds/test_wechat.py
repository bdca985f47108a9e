"""What WeChat shows: an article, something in its place, or a captcha, all with status 200."""

from __future__ import annotations

import gzip
import re
import time
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cattrs.preconf.json import make_converter
from hypothesis import given
from hypothesis import strategies as st

from crawler.kinds.wechat.notices import notices
from crawler.models.check import Outcome
from crawler.models.metadata import Article
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.internet.sites import weixin
from tests.internet.world import articles as world
from tests.internet.world.articles import LIVE as LIVE_STATES
from tests.internet.world.articles import find_article, special_id
from tests.support.reading import PAGES, read_article, read_wechat
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from crawler.models.result import CheckResult

RECORDED = Path(__file__).parents[3] / "../shared/data/wechat"
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded pages in ../shared/data/wechat are not here")

OK, MOVED, GONE, RESTRICTED, BLOCKED, FAILED = "ok", "moved", "gone", "restricted", "blocked", "failed"
BY_AUTHOR, VIOLATION, CLOSED = (
    Reason(ReasonCode.DELETED_BY_AUTHOR),
    Reason(ReasonCode.REMOVED_FOR_VIOLATIONS),
    Reason(ReasonCode.ACCOUNT_CLOSED),
)
COMPLAINTS, EXPIRED = Reason(ReasonCode.REMOVED_AFTER_COMPLAINTS), Reason(ReasonCode.LINK_EXPIRED)
NOT_ALONG, NOT_KNOWN = Reason(ReasonCode.ACCOUNT_MIGRATED_LINK_DROPPED), Reason(ReasonCode.ACCOUNT_MIGRATED_URL_UNKNOWN)
FOR_NOW, PRIVATE = Reason(ReasonCode.TEMPORARILY_UNAVAILABLE), Reason(ReasonCode.WECHAT_ONLY)
NOTICES = [
    ("该内容已被发布者删除", GONE, BY_AUTHOR),
    ("The content has been deleted by the author.", GONE, BY_AUTHOR),
    ("This content has been deleted by the author", GONE, BY_AUTHOR),
    ("此内容因违规无法查看", GONE, VIOLATION),
    ("此内容因违规已删除", GONE, VIOLATION),
    ("接相关投诉，此内容违反《即时通信工具公众信息服务发展管理暂行规定》，查看详细内容", GONE, VIOLATION),
    ("Unable to view this content because it violates regulations", GONE, VIOLATION),
    ("Unable to view this content because it violates regulation", GONE, VIOLATION),
    ("此内容被投诉且经审核涉嫌侵权，无法查看。", GONE, COMPLAINTS),
    ("此内容被多人投诉，相关的内容无法进行查看。", GONE, COMPLAINTS),
    ("此帐号已被屏蔽, 内容无法查看", GONE, CLOSED),
    ("此账号已被屏蔽, 内容无法查看", GONE, CLOSED),
    ("此帐号已自主注销，内容无法查看", GONE, CLOSED),
    ("此账号已自主注销，内容无法查看", GONE, CLOSED),
    ("此帐号被投诉且经审核涉嫌侵权。此帐号已注销，内容无法查看。", GONE, CLOSED),
    ("该公众号已被封禁", GONE, CLOSED),
    ("该公众号已注销", GONE, CLOSED),
    ("该帐号已系统注销", GONE, CLOSED),
    ("帐号已被系统回收", GONE, CLOSED),
    ("已停止访问该网页", GONE, COMPLAINTS),
    ("该内容已被发送人删除", GONE, BY_AUTHOR),
    ("此内容已被发布者删除", GONE, BY_AUTHOR),
    ("内容已被作者删除", GONE, BY_AUTHOR),
    ("该内容被投诉且经审核涉嫌违规，无法查看", GONE, VIOLATION),
    ("此内容无法查看，仅限朋友可见", RESTRICTED, PRIVATE),
    ("仅内部分享可见", RESTRICTED, PRIVATE),
    ("该公众号已迁移至新的帐号，原帐号已回收，该链接已不可访问", GONE, NOT_ALONG),
    ("原帐号迁移时未将文章素材同步至新帐号，该链接已不可访问", GONE, NOT_ALONG),
    ("该公众号已迁移至新的帐号，原帐号已回收。", FAILED, NOT_KNOWN),
    ("此帐号处于帐号迁移流程中", FAILED, NOT_KNOWN),
    ("此帐号已申请帐号迁移", FAILED, NOT_KNOWN),
    ("链接已过期", GONE, EXPIRED),
    ("参数错误", GONE, EXPIRED),
    ("此内容发送失败无法查看", GONE, EXPIRED),
    ("该内容暂时无法查看", FAILED, FOR_NOW),
    ("内容审核中", FAILED, FOR_NOW),
    ("系统出错", FAILED, FOR_NOW),
    ("根据作者隐私设置，无法查看该内容", RESTRICTED, PRIVATE),
    ("付费后可继续阅读", RESTRICTED, PRIVATE),
    ("请在微信客户端打开链接", RESTRICTED, PRIVATE),
    ("访问过于频繁，请用微信扫描二维码进行访问", BLOCKED, Reason(ReasonCode.RATE_LIMITED)),
    ("操作频繁，请稍候再试", BLOCKED, Reason(ReasonCode.RATE_LIMITED)),
    ("当前环境异常，完成验证后即可继续访问。", BLOCKED, Reason(ReasonCode.CAPTCHA)),
    ("完成验证后即可继续访问，该内容已被发布者删除", BLOCKED, Reason(ReasonCode.CAPTCHA)),
]
UNVIEWABLE, LOST = Reason(ReasonCode.NOT_VIEWABLE), Reason(ReasonCode.REMOVED_BY_WECHAT)
SUPPOSED = [  # English that nobody has recorded, and rewordings: a suspicion, never a proof
    ("此内容无法查看", RESTRICTED, UNVIEWABLE),
    ("抱歉，你访问的文章不存在", GONE, LOST),
    ("文章已经被作者删除了", GONE, BY_AUTHOR),
    ("作者撤回了这篇文章", GONE, BY_AUTHOR),
    ("該文章已被原作者刪除", GONE, BY_AUTHOR),
    ("本文因涉嫌违反相关法律法规，已不能阅读", GONE, VIOLATION),
    ("文章经审核涉嫌不实信息", GONE, VIOLATION),
    ("该文章被权利人举报侵权，已处理", GONE, COMPLAINTS),
    ("由用户投诉并经平台审核，涉嫌过度营销、骚扰用户", GONE, COMPLAINTS),
    ("此公众号主体已办理注销手续", GONE, CLOSED),
    ("该账号违规，已被平台冻结", GONE, CLOSED),
    ("The official account was deactivated by its owner", GONE, CLOSED),
    ("This article was removed by its publisher", GONE, BY_AUTHOR),
    ("当前链接已失效", GONE, EXPIRED),
    ("临时链接已经过期，请在公众平台重新获取", GONE, EXPIRED),
    ("原账号已迁移，旧链接无法访问", GONE, NOT_ALONG),
    ("系统繁忙，请稍后再试", FAILED, FOR_NOW),
    ("文章正在审核，通过后才能阅读", FAILED, FOR_NOW),
    ("作者设置了仅粉丝可见", RESTRICTED, PRIVATE),
    ("此内容仅限好友可见", RESTRICTED, PRIVATE),
    ("该内容仅公众号内部成员可查看", RESTRICTED, PRIVATE),
    ("请使用微信扫一扫打开", RESTRICTED, PRIVATE),
    ("你的访问频率过高", BLOCKED, Reason(ReasonCode.RATE_LIMITED)),
    ("请先完成安全验证", BLOCKED, Reason(ReasonCode.CAPTCHA)),
    ("此帐号正在注销中", FAILED, FOR_NOW),
    ("内容发布者已注销账号", GONE, CLOSED),
    ("作者已关闭分享", RESTRICTED, PRIVATE),
    ("This content can only be viewed by friends", RESTRICTED, PRIVATE),
    ("Only the author can view this", RESTRICTED, PRIVATE),
    ("因法律法规限制不予显示", GONE, VIOLATION),
    ("该文章因原作者申请已撤销", GONE, BY_AUTHOR),
    ("This account has been blocked. Unable to view content.", GONE, CLOSED),
    (
        "This content has been reported by multiple people, and the related content is unable to be shown",
        GONE,
        COMPLAINTS,
    ),
    ("The Official Account has been migrated to a new account. This link is no longer accessible.", GONE, NOT_ALONG),
    ("This Official Account has been migrated", FAILED, NOT_KNOWN),
    ("The link has expired", GONE, EXPIRED),
    ("Parameter error", GONE, EXPIRED),
    ("This content is temporarily unavailable", FAILED, FOR_NOW),
    ("Unable to view this content due to the author's privacy settings", RESTRICTED, PRIVATE),
    ("Pay to continue reading", RESTRICTED, PRIVATE),
    ("Please open the link in Weixin", RESTRICTED, PRIVATE),
    ("Your visits are too frequent. Try again later.", BLOCKED, Reason(ReasonCode.RATE_LIMITED)),
    ("The environment is abnormal. Complete verification to continue.", BLOCKED, Reason(ReasonCode.CAPTCHA)),
]
PAGE = (PAGES / "wechat/notice.html").read_text("utf-8")
CRAWLING = (PAGES / "wechat/article_on_crawling.html").read_text("utf-8")
LIVE = ["article", "article_on_crawling", "repost", "picture_post", "text_post", "video", "audio"]
PAPER, CODE = "https://arxiv.org/abs/2203.03605", "https://github.com/IDEACVR/DINO"
CAPTCHA = "<script>var PAGE_MID='mmbizwap:secitptpage/verify.html';</script>"


# --- notices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", ["weui-msg", "mesg-block", "global_error_msg"])
@pytest.mark.parametrize(("notice", "outcome", "reason"), NOTICES)
def test_notice(notice: str, outcome: str, reason: Reason, block: str) -> None:
    result = read_wechat(PAGE.replace("BLOCK", block).replace("NOTICE", notice))
    check = result.check
    assert (check.outcome, check.reason, check.conclusive) == (outcome, reason, outcome == GONE)
    assert (check.http_status, check.final_url, result.metadata) == (200, None, None)


@pytest.mark.parametrize(("notice", "outcome", "reason"), SUPPOSED)
def test_supposed_notice(notice: str, outcome: str, reason: Reason) -> None:
    check = read_wechat(PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", notice)).check
    assert (check.outcome, check.reason, check.conclusive) == (outcome, reason, False)


@pytest.mark.parametrize(
    "notice",
    [
        "该内容&nbsp;已被\n   发布者删除。",
        "该内容已被<b>发布者</b>删除！",
        "该内容\u200b已被发布者删除",
        "THE CONTENT HAS BEEN&nbsp;DELETED\n BY THE AUTHOR",
        "Ｔｈｅ content has been deleted by the author",
    ],
)
def test_how_a_notice_is_set_does_not_matter(notice: str) -> None:
    check = read_wechat(PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", notice)).check
    assert (check.outcome, check.reason, check.conclusive) == (GONE, BY_AUTHOR, True)


@pytest.mark.parametrize(
    ("notice", "outcome", "reason"),
    [
        ("該內容已被發佈者刪除", GONE, BY_AUTHOR),
        ("該內容已被發布者刪除", GONE, BY_AUTHOR),
        ("此內容因違規無法查看", GONE, VIOLATION),
        ("此內容因違規已刪除", GONE, VIOLATION),
        ("此內容違反規定", GONE, VIOLATION),
        ("此內容被投訴且經審核涉嫌侵權，無法查看。", GONE, COMPLAINTS),
        ("此內容被多人投訴", GONE, COMPLAINTS),
        ("此帳號已被屏蔽", GONE, CLOSED),
        ("此賬號已自主註銷", GONE, CLOSED),
        ("公眾號已被封禁", GONE, CLOSED),
        ("該公眾號已遷移，該鏈接已不可訪問", GONE, NOT_ALONG),
        ("鏈接已過期", GONE, EXPIRED),
        ("參數錯誤", GONE, EXPIRED),
        ("此內容發送失敗無法查看", GONE, EXPIRED),
        ("該公眾號已遷移至新的帳號", FAILED, NOT_KNOWN),
        ("此帳號處於帳號遷移流程中", FAILED, NOT_KNOWN),
        ("此帳號已申請帳號遷移", FAILED, NOT_KNOWN),
        ("該內容暫時無法查看", FAILED, FOR_NOW),
        ("內容審核中", FAILED, FOR_NOW),
        ("系統出錯", FAILED, FOR_NOW),
        ("根據作者隱私設置，無法查看該內容", RESTRICTED, PRIVATE),
        ("付費後可繼續閱讀", RESTRICTED, PRIVATE),
        ("請在微信客戶端打開鏈接", RESTRICTED, PRIVATE),
        ("訪問過於頻繁", BLOCKED, Reason(ReasonCode.RATE_LIMITED)),
        ("當前環境異常", BLOCKED, Reason(ReasonCode.CAPTCHA)),
        ("完成驗證後即可繼續訪問", BLOCKED, Reason(ReasonCode.CAPTCHA)),
    ],
)
def test_notice_in_traditional_characters(notice: str, outcome: str, reason: Reason) -> None:
    check = read_wechat(PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", notice)).check
    assert (check.outcome, check.reason, check.conclusive) == (outcome, reason, outcome == GONE)


def test_every_text_of_the_table_is_tried() -> None:
    tried = [notice for notice, *_ in NOTICES + SUPPOSED]
    outcomes = {read_wechat(PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", each)).check.reason for each in tried}
    assert outcomes == {notice.reason for notice in notices()}


@pytest.mark.parametrize(
    "notice", ["该公众号已更名", "出错了", "今日休息", "页面走丢了", "Something went wrong", "直播已结束", "404"]
)
def test_a_notice_that_nobody_knows_is_quoted(notice: str) -> None:
    check = read_wechat(PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", notice)).check
    assert (check.outcome, check.conclusive) == (Outcome.UNREADABLE, False)
    assert check.reason.code is ReasonCode.UNKNOWN_WECHAT_PAGE
    assert notice in str(check.reason)


def test_a_title_decides_before_the_small_print() -> None:
    small = '<p class="weui-msg__desc">如有疑问，请登录微信公众平台，或扫码联系客服</p>'
    page = PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", "文章已经被作者删除了").replace("</h2>", f"</h2>{small}")
    assert read_wechat(page).check.reason == BY_AUTHOR


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("", GONE),
        (" \n ", GONE),
        ("<p>正文</p>", OK),
        ('<img data-src="https://mmbiz.qpic.cn/a">', OK),
    ],
)
def test_a_notice_beside_a_body(body: str, outcome: str) -> None:
    page = f'<div id="js_content">{body}</div><div class="weui-msg">该内容已被发布者删除</div>'
    assert read_wechat(page).check.outcome == outcome


def test_words_without_a_notice_are_no_proof() -> None:
    check = read_wechat("<p>该内容已被发布者删除</p>").check
    assert (check.outcome, check.conclusive) == (GONE, False)


def test_a_notice_in_a_script_is_no_notice() -> None:
    page = PAGE.replace("BLOCK", "weui-msg").replace("NOTICE", "今日休息")
    text = page.replace("</body>", "<script>var a = '该内容已被发布者删除';</script></body>")
    assert read_wechat(text).check.reason.code is ReasonCode.UNKNOWN_WECHAT_PAGE


# --- articles that speak of notices -----------------------------------------------------------------------------------

QUOTES = [
    *(notice for notice, *_ in NOTICES + SUPPOSED),
    "PAGE_MID='mmbizwap:secitptpage/verify.html'",
    "var transferTargetLink = 'https://mp.weixin.qq.com/s/other';",
    "https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?poc_token=x",
    "del_reason_id: '10001'",
]
BLOCKS = '<div class="weui-msg">{}</div><div class="mesg-block">{}</div><p class="global_error_msg">{}</p>'


def test_an_article_that_quotes_everything_is_alive() -> None:
    quotes = "".join(BLOCKS.replace("{}", escape(quote)) for quote in QUOTES)
    button = '<a id="js_access_msg" href="https://mp.weixin.qq.com/s/other">x</a><a id="js_verify">去验证</a>'
    page = CRAWLING.replace('<div class="weui-msg">', f'{quotes}{button}<div class="weui-msg">')
    assert page != CRAWLING
    assert read_wechat(page).check.outcome == OK


@given(st.sampled_from(LIVE), st.lists(st.sampled_from(QUOTES), min_size=1, max_size=3), st.data())
def test_quotes_in_scripts_and_bodies_change_nothing(name: str, quotes: list[str], data: st.DataObject) -> None:
    page = (PAGES / f"wechat/{name}.html").read_text("utf-8")
    known = name != "audio"  # a page without a known body is not told from a captcha or a migrated account's by a quote
    quote = " ".join(quotes if known else [each for each in quotes if each not in QUOTES[-4:]])
    places = [(found.end(), f"var q = {quote!r};\n") for found in re.finditer("<script>\n", page)]
    if "js_content" in page:
        places += [(found.end(), f"<p>{escape(quote)}</p>") for found in re.finditer(r'id="js_content"[^>]*>', page)]
    place, insertion = data.draw(st.sampled_from(places))
    before, after = read_wechat(page), read_wechat(page[:place] + insertion + page[place:])
    assert before.check.outcome == after.check.outcome == OK
    assert before.metadata == after.metadata


@cache
def as_served() -> tuple[str, CheckResult]:
    """Return a page as it was served, and what is read of it."""
    page = gzip.decompress((RECORDED / "live_picture_type8_05.html.gz").read_bytes()).decode()
    return page, read_wechat(page)


@recorded
@pytest.mark.parametrize("quote", sampled(QUOTES))
def test_a_quote_in_a_page_as_served_changes_nothing(quote: str) -> None:
    page, before = as_served()
    result = read_wechat(page.replace("window.cgiDataNew", f"var quote = {quote!r}; window.cgiDataNew", 1))
    assert result.check.outcome == OK
    assert result.metadata == before.metadata


def test_no_captcha_is_an_article_without_a_known_body() -> None:
    audio = (PAGES / "wechat/audio.html").read_text("utf-8")
    for mark in (CAPTCHA, '<a id="js_verify">x</a>', '<div class="weui-msg"></div>'):
        assert read_wechat(audio.replace("<body", f"{mark}<body")).check.reason == Reason(ReasonCode.CAPTCHA)
    for part in ("nick_name", "user_name"):
        audio = audio.replace(part, "other")
    assert read_wechat(audio).check.outcome != OK


# --- what an article says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"Q\x26amp;A", "Q&A"),
        (r"Q\u0026A", "Q&A"),
        (r"Q\u0026amp;A", "Q&A"),
        ("Q&amp;A", "Q&A"),
        (r"\u4e00\u6587", "一文"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d!", "\ufffd!"),
        (r"TCP\/IP", "TCP/IP"),
        (r"\"x\" \'y\'", "\"x\" 'y'"),
        (r"C:\\u0041", r"C:\u0041"),
        (r"\u12 \xg0", r"\u12 \xg0"),
    ],
)
def test_how_scripts_write_a_text(written: str, said: str) -> None:
    page = f"""var msg_title = '{written}'; var author = "{written}"; var nickname = htmlDecode("{written}");"""
    article = read_article(f"<script>{page}</script>")
    assert (article.title, article.author, article.account) == (said, said, said)
    assert read_article(f"<script>nick_name: JsDecode('{written}')</script>").account == said
    if '"' not in written:
        assert read_wechat(f'<p id="js_content"><meta property="og:title" content="{written}">').metadata == Article(
            said
        )


@pytest.mark.parametrize(
    ("script", "published"),
    [
        (
            "var ct = \"1766049188\"; create_time: JsDecode('2020-01-01 00:00')",
            datetime(2025, 12, 18, 9, 13, 8, tzinfo=UTC),
        ),
        ("create_time: JsDecode('2025-12-18 17:13')", datetime(2025, 12, 18, 9, 13, tzinfo=UTC)),
        ("create_time: JsDecode('2025-01-01 07:59')", datetime(2024, 12, 31, 23, 59, tzinfo=UTC)),
        ("create_time: JsDecode('2025-13-41 25:99')", None),
        ("create_time: JsDecode('')", None),
    ],
)
def test_time(script: str, published: datetime | None) -> None:
    assert read_article(f"<script>{script}</script>").published_at == published


@pytest.mark.parametrize(("value", "original"), [("0", None), ("1", True), ("2", False), ("9", None)])
@pytest.mark.parametrize(
    "script",
    [
        'var _copyright_stat = "{}";',
        "copyright_info: {{ copyright_stat: '{}' * 1,",
        "copyright_info:{{copyright_stat:'{}'}}",
        'copyright_stat: "{}",',
    ],
)
def test_original_or_repost(script: str, value: str, original: bool | None) -> None:
    assert read_article(f"<script>{script.format(value)}</script>").original is original


def test_an_article_stored_before_it_had_links() -> None:
    converter = make_converter()
    assert converter.loads('{"title": "t", "original": true}', Article) == Article("t", original=True)
    now = Article("t", links=(PAPER, CODE))
    assert converter.loads(converter.dumps(now), Article) == now


@pytest.mark.parametrize(
    "unit", ["nick_name = xml ?", "user_name = xml ?", "author='\\", "transferTargetLink = a(", "\\u0026"]
)
def test_a_page_full_of_beginnings_is_read_in_linear_time(unit: str) -> None:
    started = time.process_time()
    read_article(f"<script>{unit * 20_000}</script>")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("around", "tag"),
    sampled(
        [
            *(("", "b"), ("", "span>x<p"), ("", "a href=//a.b")),
            *(("<p class=weui-msg>!</p>", "div id=js_content"), ("<p class=weui-msg>!</p>", "b class=weui-msg")),
        ]
    ),
)
def test_elements_inside_of_elements_are_read_in_linear_time(around: str, tag: str) -> None:
    """What is quadratic takes eight seconds, with 30,000 a minute, and blocked the run for as long."""
    started = time.process_time()
    read_wechat(f'{around}<div id="js_content">{f"<{tag}>x" * 12_000}</div>')
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "unit",
    sampled(
        [
            "<div class=weui-msg>x",
            "<div class=weui-msg><h2 class=weui-msg__title>x",
            "<div class=weui-msg></div><div id=js_content>",
            "<div class=mesg-block><p class=mesg-title>",
        ]
    ),
)
def test_notices_inside_of_notices_are_read_in_linear_time(unit: str) -> None:
    """60 kB of them blocked the run for ten seconds, 1 MB for an hour."""
    started = time.process_time()
    read_wechat(unit * 8_000)
    assert time.process_time() - started < 3


# --- pages of the small internet --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(LIVE_STATES))
def test_the_small_internets_articles(state: str) -> None:
    shown = find_article(special_id(state, 0))
    page = weixin.live_page(shown, "https://mp.weixin.qq.com/s/AbC", 0)
    assert isinstance(page.body, bytes)
    result = read_wechat(page.body)
    article = result.metadata
    assert result.check.outcome == OK
    assert isinstance(article, Article)
    assert (article.title, article.account, article.account_id) == (shown.title, shown.account, shown.account_id)
    assert article.published_at == shown.published
    assert article.author == (None if state == "text" else shown.author or None)
    assert article.links == ((PAPER, CODE) if state == "naming" else ())


@pytest.mark.parametrize("state", sorted(world.notices()))
def test_the_small_internets_notices(state: str) -> None:
    page = weixin.notice_page(world.notices()[state], find_article(special_id(state, 0)))
    assert isinstance(page.body, bytes)
    check = read_wechat(page.body).check
    assert check.outcome != OK
    assert check.reason.code is not ReasonCode.UNKNOWN_WECHAT_PAGE
    assert (check.outcome == MOVED) == (state == "migrated")


# --- pages as WeChat served them --------------------------------------------------------------------------------------

RECORDED_STATES = {
    "captcha_verify_real.EXCERPT": (BLOCKED, False),
    "deleted_zh_01": (GONE, True),
    "violation_zh_01": (GONE, True),
    "live_article_type0_01": (OK, False),
    "live_repost_type0_01": (OK, False),
    "live_picture_type8_05": (OK, False),
    "live_text_type10_01": (OK, False),
}
SAID = {  # account id, time, has an author, has a cover, original
    "live_article_type0_01": ("gh_fe02be2b2ff0", datetime(2025, 11, 10, 4, 0, 10, tzinfo=UTC), True, True, None),
    "live_repost_type0_01": ("gh_240fbf8b33e4", datetime(2025, 11, 11, 0, 6, 46, tzinfo=UTC), True, True, False),
    "live_picture_type8_05": ("gh_03ba256a8f7e", datetime(2025, 12, 18, 9, 13, 8, tzinfo=UTC), False, True, None),
    "live_text_type10_01": ("gh_fe02be2b2ff0", datetime(2025, 10, 7, 6, 13, 11, tzinfo=UTC), False, False, None),
}


@recorded
@pytest.mark.parametrize("name", RECORDED_STATES)
def test_page_as_wechat_served_it(name: str) -> None:
    result = read_wechat(gzip.decompress((RECORDED / f"{name}.html.gz").read_bytes()))
    assert (result.check.outcome, result.check.conclusive) == RECORDED_STATES[name]
    if name not in SAID:
        assert result.metadata is None
        return
    article = result.metadata
    assert isinstance(article, Article)
    assert article.title
    assert article.account
    assert SAID[name] == (
        article.account_id,
        article.published_at,
        article.author is not None,
        article.cover is not None and article.cover.startswith("https://mmbiz.qpic.cn/"),
        article.original,
    )
    assert article.links == ()


@recorded
@pytest.mark.parametrize("name", SAID)
def test_the_parts_of_a_page_that_say_the_same_agree(name: str) -> None:
    page = gzip.decompress((RECORDED / f"{name}.html.gz").read_bytes()).decode()
    whole, scripts = (
        read_wechat(page),
        read_wechat(re.sub(r'property="og:|name="author"|id="js_|id="activity', "", page)),
    )
    assert (scripts.check.outcome, scripts.metadata) == (OK, whole.metadata)


@recorded
def test_every_recorded_state_is_looked_at() -> None:
    assert {file.name.removesuffix(".html.gz") for file in RECORDED.glob("*.gz")} == set(RECORDED_STATES)


def test_words_of_notices_are_searched_in_the_beginning_of_a_message_alone() -> None:
    """A search in half a million characters of one word would not end."""
    started = time.thread_time()
    for notice in notices():
        for word in ("迁移", "migrat", "删除", "违规", "a"):
            notice.is_meant_by(word * 250_000)
    assert time.thread_time() - started < 5
