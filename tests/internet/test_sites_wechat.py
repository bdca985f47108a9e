"""mp.weixin.qq.com and its picture hosts answer in the shape of the real ones."""

from __future__ import annotations

import gzip
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.internet.recordings import RECORDED, recorded, soup
from tests.internet.sites.qpic import PLACEHOLDER_SIZE
from tests.internet.world.articles import LIVE, notices

if TYPE_CHECKING:
    from tests.internet import Internet

TRAPS = ("因违规", "已删除", "已注销", "付费", "window.cgiData =")

pytest_plugins = ["tests.internet.fixtures"]


# WeChat


@pytest.mark.parametrize("state", sorted(LIVE))
def test_live_articles_hold_the_traps_and_no_notice(get: Any, online: Internet, state: str) -> None:
    response = get(online.world.article(state))
    page = soup(response)
    assert response.status_code == 200
    assert len(response.content) == online.world.article_size
    assert all(trap in response.text for trap in TRAPS)
    assert "weui-msg" not in response.text
    assert page.select_one("#js_article")
    assert page.select_one("meta[property='og:title']")["content"]  # type: ignore[index]


def test_a_live_article_names_its_title_account_time_and_pictures(get: Any, online: Internet) -> None:
    response = get(online.world.article("repost"))
    page = soup(response)
    title = page.select_one("h1#activity-name")
    assert title
    assert page.find("meta", property="og:title", content=title.get_text(strip=True))
    assert page.select_one("#js_name")
    assert not page.select_one("#publish_time").get_text()  # type: ignore[union-attr]
    assert re.search(r'var ct = "\d{10}";', response.text)
    assert re.search(r'var user_name = "gh_[0-9a-f]{12}";', response.text)
    assert 'var _copyright_stat = "2";' in response.text
    pictures = [str(picture["data-src"]) for picture in page.select("#js_content img")]
    assert pictures
    assert all(get(picture).headers["content-type"].startswith("image/") for picture in pictures)


def test_types_8_and_10_keep_their_data_in_cgi_data(get: Any, online: Internet) -> None:
    pictures, short = soup(get(online.world.article("pictures"))), soup(get(online.world.article("text")))
    assert not pictures.select_one("#js_content")
    assert short.select_one("#js_content #js_text_title")
    for page in (pictures, short):
        assert re.search(r"create_time: JsDecode\('\d{4}-\d\d-\d\d \d\d:\d\d'\)", str(page))


@pytest.mark.parametrize("state", sorted(notices()))
def test_notices_come_with_status_200_and_no_article(get: Any, online: Internet, state: str) -> None:
    response = get(online.world.article(state))
    page = soup(response)
    block = page.select_one(".weui-msg, .mesg-block, .global_error_msg")
    assert response.status_code == 200
    assert block
    assert notices()[state].text in block.get_text()
    assert not page.select_one("#js_content, #js_article")


def test_a_migrated_account_says_where_it_went(get: Any, online: Internet) -> None:
    page = soup(get(online.world.article("migrated")))
    target = str(page.select_one("a#js_access_msg")["href"])  # type: ignore[index]
    assert f"var transferTargetLink = '{target}'" in str(page)
    assert soup(get(target)).select_one("#js_content")
    assert not soup(get(online.world.article("migrated-away"))).select_one("a#js_access_msg")


def test_the_captcha_comes_by_redirect_and_in_place(get: Any, online: Internet) -> None:
    url = online.world.article("captcha-redirect")
    response = get(url)
    assert response.status_code == 302
    assert response.headers["location"].startswith("https://mp.weixin.qq.com/mp/wappoc_appmsgcaptcha?")
    for page in (get(url, follow=True), get(online.world.article("captcha"))):
        assert "PAGE_MID='mmbizwap:secitptpage/verify.html'" in page.text
        assert not soup(page).select_one(".weui-msg").get_text(strip=True)  # type: ignore[union-attr]


def test_any_id_and_any_long_url_is_a_live_article_and_always_the_same(get: Any) -> None:
    short = "https://mp.weixin.qq.com/s/KyvhAeyQeA-fYOKzUE79gQ"
    long = "https://mp.weixin.qq.com/s?__biz=MzU5NDM1MjU5Mg==&mid=2247484065&idx=1&sn=b0945e0ea8c"
    assert get(short).text == get(short).text
    assert soup(get(long + "&scene=21")).select_one("h1").get_text() == soup(get(long)).select_one("h1").get_text()  # type: ignore[union-attr]
    assert "参数错误" in get("https://mp.weixin.qq.com/s/tooshort").text


@recorded
@pytest.mark.parametrize(
    ("state", "name"),
    [("live", "live_article_type0_01"), ("pictures", "live_picture_type8_05"), ("text", "live_text_type10_01"),
     ("deleted", "deleted_zh_01"), ("captcha", "captcha_verify_real.EXCERPT")],
)  # fmt: skip
def test_wechat_pages_have_the_elements_of_recorded_ones(get: Any, online: Internet, state: str, name: str) -> None:
    real = gzip.decompress((RECORDED / f"wechat/{name}.html.gz").read_bytes()).decode()
    ours = get(online.world.article(state)).text
    for mark in ('id="js_article"', 'id="js_content"', 'id="js_name"', 'id="activity-name"', 'id="js_text_title"',
                 'property="og:title"', 'property="og:article:author"', "window.cgiDataNew = {", "window.cgiData =",
                 'class="weui-msg"', "weui-msg__title", "PAGE_MID=", 'var ct = "', 'var user_name = "gh_',
                 'var _copyright_stat = "', "var msg_title = '", "item_show_type: '"):  # fmt: skip
        assert (mark not in ours) or (mark in real), mark


# Pictures


@pytest.mark.parametrize(("kind", "form"), [("png", "PNG"), ("jpeg", "JPEG"), ("gif", "GIF"), ("webp", "WEBP")])
def test_pictures_are_what_their_url_says(get: Any, online: Internet, kind: str, form: str) -> None:
    response = get(online.world.picture(kind))
    picture = Image.open(BytesIO(response.content))
    assert picture.format == form
    assert response.headers["content-type"] == f"image/{kind}"
    assert getattr(picture, "n_frames", 1) == (3 if kind == "gif" else 1)
    assert response.content != get(online.world.picture(kind, 1)).content


def test_pictures_are_withheld_from_foreign_pages(get: Any, online: Internet) -> None:
    url = online.world.picture()
    picture = get(url).content
    assert get(url, headers={"Referer": "https://mp.weixin.qq.com/s/x"}).content == picture
    foreign = get(url, headers={"Referer": "https://github.com/x"})
    assert (foreign.status_code, foreign.headers["content-type"]) == (200, "image/jpeg")
    assert len(foreign.content) == PLACEHOLDER_SIZE
    assert Image.open(BytesIO(foreign.content)).format == "JPEG"
    other = get(online.world.picture("gif"), headers={"Referer": "https://evil.example/?mp.weixin.qq.com"})
    assert other.content == foreign.content


def test_pictures_revalidate_and_vanish(get: Any, online: Internet) -> None:
    url = online.world.picture()
    headers = get(url).headers
    assert get(url, headers={"If-None-Match": headers["etag"]}).status_code == 304
    assert get(url, headers={"If-Modified-Since": headers["last-modified"]}).status_code == 304
    assert get(url, headers={"If-None-Match": '"else"'}).status_code == 200
    assert get(online.world.picture("deleted")).status_code == 404
    assert get("https://mmbiz.qpic.cn/mmbiz_png/short/640").status_code == 404


def test_picture_ids_are_case_sensitive_and_the_claimed_type_may_be_wrong(get: Any) -> None:
    url = "https://mmbiz.qpic.cn/mmbiz_png/KmXPKA19gWicibR1YqgGgRvZI9icRH1XIycMdbeVZE6BdPHzib/640?wx_fmt=jpeg"
    response = get(url)
    assert response.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(response.content)).format == "PNG"
    assert get(url.replace("KmXP", "kmxp")).content != response.content
