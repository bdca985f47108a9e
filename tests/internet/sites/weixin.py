"""mp.weixin.qq.com: articles, the notices that stand in for them, and the captcha.

Every answer but the captcha's redirect has status 200.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from hashlib import md5
from html import escape
from random import Random
from urllib.parse import quote

from tests.internet.messages import Request, Response, html, page, redirect
from tests.internet.sites import Site
from tests.internet.templates import fill
from tests.internet.world import Article, World, find_article
from tests.internet.world.articles import SHORT_ID, Notice, notices

BEIJING = timezone(timedelta(hours=8))
STUB = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
CAPTCHA_PATH = "/mp/wappoc_appmsgcaptcha"
BLOCKS = {
    "weui": '<div class="weui-msg">\n<div class="weui-msg__icon-area"><i class="weui-icon-warn"></i></div>\n'
    '<div class="weui-msg__text-area"><div class="weui-msg__title warn">{text}</div>{tips}</div>\n</div>',
    "mesg": '<div class="mesg-block">\n<h2 class="mesg-title">{text}</h2>{tips}\n</div>',
    "error": '<p class="global_error_msg warn">{text}</p>{tips}',
}
SKELETONS = {"pictures": "pictures", "text": "text", "video": "media", "audio": "media"}
MEDIA = {
    "video": {"type": 5, "heading": "js_video_page_title"},
    "audio": {"type": 7, "heading": "js_audio_title"},
}
LINE = "  !function(e){{var t=e.status_{0};if(t)return report(t,{0})}}(window);\n"


def answer(request: Request, world: World) -> Response:
    """Answer by the path: `/s/ID`, `/s?__biz=…&mid=…&idx=…&sn=…`, the captcha page."""
    query = request.query
    if request.path == CAPTCHA_PATH:
        return captcha_page(query.get("target_url", ""))
    if request.path == "/s" and {"__biz", "mid", "idx", "sn"} <= query.keys():
        article = find_article("|".join(query[name] for name in ("__biz", "mid", "idx", "sn")))
    elif request.path.startswith("/s/") and SHORT_ID.fullmatch(request.path[3:]):
        article = find_article(request.path[3:])
    elif request.path.startswith("/s"):
        return notice_page(notices()["bad-parameters"], find_article("nobody"))
    else:
        return page("微信公众平台", "公众平台")
    if article.state == "captcha-redirect":
        return captcha(request)
    if article.state == "captcha":
        return captcha_page(request.url)
    if notice := notices().get(article.state):
        return notice_page(notice, article)
    return live_page(article, request.url, world.article_size)


def captcha(request: Request) -> Response:
    """Send the reader to the captcha, as any article may at any time: a fault for tests."""
    return redirect(
        f"https://mp.weixin.qq.com{CAPTCHA_PATH}?poc_token=small&target_url={quote(request.url, safe='')}", 302
    )


def captcha_page(target: str) -> Response:
    """Return the captcha as it is also served in an article's place: no visible text at all."""
    return html(fill("captcha", target=escape(target)))


def notice_page(notice: Notice, article: Article) -> Response:
    """Return the page of a notice."""
    tips = f'\n<div class="weui-msg__desc"><p class="tips">{notice.tips}</p></div>' if notice.tips else ""
    block = BLOCKS[notice.block].format(text=notice.text, tips=tips)
    if notice.block == "error":  # The real one is a bare page below 1 kB.
        return html(f"<!DOCTYPE html>\n<html><head><title></title></head><body>{block}</body></html>\n")
    script = ""
    if notice.target:
        block += f'\n<a id="js_access_msg" href="{notice.target}">访问文章</a>'
        script = f"var transferTargetLink = '{notice.target}';"
    elif notice.tips:
        script = f"window.cgiData = {{ user_name: '{article.account_id}', nick_name: '{article.account}', }};"
    return html(fill("notice", title=notice.title, block=block, script=script))


def live_page(article: Article, url: str, size: int) -> Response:
    """Return a live article of its type, filled up with script to the size in bytes."""
    clock = article.published.astimezone(BEIJING)
    random = Random(f"numbers {article.id}")
    values = {
        "title": escape(article.title),
        "author": escape(article.author),
        "account": escape(article.account),
        "account_id": article.account_id,
        "url": escape(url),
        "cover": article.pictures[0] if article.pictures else "",
        "ct": int(article.published.timestamp()),
        "clock": f"{clock:%Y-%m-%d %H:%M}",
        "copyright": 2 if article.state == "repost" else random.randrange(2),
        "biz": f"Mz{random.randrange(10**10):010}==",
        "mid": 2_247_000_000 + random.randrange(500_000),
        "sn": md5(article.id.encode(), usedforsecurity=False).hexdigest(),
        "content": content(article),
    }
    skeleton = SKELETONS.get(article.state, "article")
    if skeleton != "article":
        values["content"] = ""
    if skeleton == "media":
        values |= MEDIA[article.state]
    bare = fill(skeleton, filler="", **values)
    missing = max(0, size - len(bare.encode()))
    line = LINE.format(values["mid"])
    return html(fill(skeleton, filler=(line * (missing // len(line) + 1))[:missing], **values))


def content(article: Article) -> str:
    """Return the body of an article: paragraphs, and pictures that load when they are scrolled to."""
    parts = [f'<section><p><span leaf="">{escape(article.title)}。这是一篇为测试而写的短文。</span></p>']
    if article.state == "quoting":
        parts.append("<blockquote><p>昨天打开链接，只看到一行字：该内容已被发布者删除。</p></blockquote>")
    if article.state == "naming":
        parts.append(
            "<p><span>论文：https://arxiv.org/</span><span>abs/2203.03605，代码：github.com/IDEACVR/DINO。</span></p>"
        )
    for number, picture in enumerate(article.pictures, 1):
        kind = "png" if "mmbiz_png" in picture else "jpeg"
        parts.append(
            f'<p><img data-src="{escape(picture)}" class="rich_pages wxw-img" data-ratio="0.75" data-type="{kind}" '
            f'data-w="64" src="{STUB}"></p>\n<p>图 {number}</p>'
        )
    return "\n".join([*parts, "</section>"])


SITES = (Site(hosts=("mp.weixin.qq.com",), answer=answer, robots="User-agent: *\nDisallow: /\n"),)
