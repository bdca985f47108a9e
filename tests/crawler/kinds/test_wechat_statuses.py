"""Whatever the status of a WeChat page and wherever it was redirected to: the page is the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.kinds.registry import link_of
from crawler.models.check import Outcome
from crawler.models.metadata import Article
from crawler.models.reasons.reason import Reason, ReasonCode
from tests.support.reading import PAGES, read

if TYPE_CHECKING:
    from crawler.models.result import CheckResult

URL = "https://mp.weixin.qq.com/s/AbC"
CAPTCHA = ("captcha", "captcha_button", "captcha_other")
LIVE = ("article", "article_on_crawling", "repost", "picture_post", "text_post", "video", "audio")
ERRORS = st.sampled_from([400, 401, 402, 403, 404, 405, 410, 412, 418, 429, 451, 500, 502, 503, 504])
# A page that crawler/checks/soft404.py knows as a wall.
WALL = "<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>"
UNKNOWN_NOTICE = Reason(ReasonCode.UNKNOWN_WECHAT_PAGE, "今日休息 微信公众平台运营中心")
NGINX = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>nginx</center></body></html>"
)


def page(name: str) -> str:
    return (PAGES / f"wechat/{name}.html").read_text("utf-8")


def notice(text: str) -> str:
    return page("notice").replace("BLOCK", "weui-msg").replace("NOTICE", text)


def answer(body: str, status: int, final_url: str = URL, content_type: str = "text/html; charset=UTF-8") -> CheckResult:
    link = link_of(URL, "n.md")
    assert link is not None
    redirects = [302] if final_url != URL else []
    headers = {"Content-Type": content_type}
    case = {"redirects": redirects, "status": status, "headers": headers, "final_url": final_url}
    return read(link, body.encode(), case)


@given(st.sampled_from(CAPTCHA), ERRORS)
def test_a_captcha(name: str, status: int) -> None:
    check = answer(page(name), status).check
    assert (check.outcome, check.reason, check.http_status) == (Outcome.BLOCKED, Reason(ReasonCode.CAPTCHA), status)


@given(st.sampled_from(LIVE), ERRORS, st.booleans())
def test_an_article(name: str, status: int, walled: bool) -> None:
    html = page(name)
    result = answer(html + WALL if walled else html, status)
    assert (result.check.outcome, result.check.reason) == (Outcome.OK, Reason(ReasonCode.ARTICLE_SHOWN))
    assert isinstance(result.metadata, Article)
    assert result.metadata == answer(html, 200).metadata


@given(ERRORS)
def test_an_article_wins_over_a_wall(status: int) -> None:
    wall = answer(WALL, status).check
    assert wall.outcome is Outcome.BLOCKED
    assert answer(f'{WALL}<div id="js_content">正文</div>', status).check.outcome is Outcome.OK


@given(ERRORS)
def test_a_notice(status: int) -> None:
    check = answer(notice("该内容已被发布者删除"), status).check
    assert (check.outcome, check.reason, check.conclusive) == (Outcome.GONE, Reason(ReasonCode.DELETED_BY_AUTHOR), True)
    assert answer(notice("该内容暂时无法查看"), status).check.outcome is Outcome.FAILED
    assert answer(notice("付费后可继续阅读"), status).check.outcome is Outcome.RESTRICTED
    assert answer(page("removed"), status).check.reason == Reason(ReasonCode.REMOVED_BY_WECHAT)


@given(ERRORS)
def test_a_migrated_account(status: int) -> None:
    check = answer(page("migrated"), status).check
    assert (check.outcome, check.final_url) == (Outcome.MOVED, "https://mp.weixin.qq.com/s/NewHome")


@pytest.mark.parametrize(
    ("body", "status", "outcome", "reason"),
    [
        (NGINX.format("502 Bad Gateway"), 502, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "502")),
        (NGINX.format("404 Not Found"), 404, Outcome.GONE, Reason(ReasonCode.NOT_FOUND)),
        ("", 404, Outcome.GONE, Reason(ReasonCode.NOT_FOUND)),
        ("", 410, Outcome.GONE, Reason(ReasonCode.GONE)),
        ("", 403, Outcome.BLOCKED, Reason(ReasonCode.FORBIDDEN)),
        ("", 500, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "500")),
        ("", 451, Outcome.RESTRICTED, Reason(ReasonCode.LEGAL_REASONS)),
        (notice("今日休息"), 503, Outcome.FAILED, Reason(ReasonCode.UNEXPECTED_STATUS, "503")),
        (notice("今日休息"), 404, Outcome.GONE, Reason(ReasonCode.NOT_FOUND)),
        (
            notice("今日休息"),
            200,
            Outcome.UNREADABLE,
            Reason(ReasonCode.UNKNOWN_WECHAT_PAGE, "今日休息 微信公众平台运营中心"),
        ),
        ("", 204, Outcome.UNREADABLE, Reason(ReasonCode.UNKNOWN_WECHAT_PAGE)),
    ],
)
def test_a_page_that_says_nothing_known(body: str, status: int, outcome: Outcome, reason: Reason) -> None:
    check = answer(body, status).check
    assert (check.outcome, check.reason, check.conclusive) == (outcome, reason, False)


def test_what_is_no_text_keeps_what_the_exchange_says() -> None:
    check = answer("\0", 404, content_type="image/png").check
    assert (check.outcome, check.reason) == (Outcome.GONE, Reason(ReasonCode.NOT_FOUND))


@pytest.mark.parametrize("status", [200, 403, 404, 500])
@pytest.mark.parametrize(
    ("path", "is_captcha"),
    [
        ("/mp/wappoc_appmsgcaptcha?poc_token=x", True),
        ("/mp/wappoc_appmsgcaptcha2?poc_token=x", True),
        ("/mp/appmsg_captcha/verify?x", True),
        ("/mp/Captcha", True),
        ("/mp/readtemplate?t=captcha", False),
        ("/s/captcha", False),
    ],
)
def test_the_address_of_a_captcha(path: str, is_captcha: bool, status: int) -> None:
    check = answer("<p>x</p>", status, f"https://mp.weixin.qq.com{path}").check
    assert (check.reason == Reason(ReasonCode.CAPTCHA)) is is_captcha
    assert check.outcome is Outcome.BLOCKED or not is_captcha
