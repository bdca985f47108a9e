"""Images of other hosts and forms over three nights: which are kept, with which bytes, and what the note shows."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw

from tests.internet import Internet
from tests.internet.messages import Request, Response, not_found, page, redirect, text
from tests.internet.sites import Site
from tests.internet.sites.qpic import film
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Answer: TypeAlias = Callable[[Request, int], Response]

NIGHTS = 3


def encoded(image: Image.Image, form: str) -> bytes:
    out = BytesIO()
    image.save(out, form, compress_level=1)  # of PNG: the large ones take long
    return out.getvalue()


def photo(seed: str, form: str = "JPEG", size: tuple[int, int] = (160, 120)) -> bytes:
    """Return an image that no other seed has."""
    small = Image.frombytes("RGB", (8, 6), Random(seed).randbytes(8 * 6 * 3))
    large = size[0] * size[1] > 1_000_000  # takes long to interpolate and to compress
    return encoded(small.resize(size, Image.Resampling.NEAREST if large else Image.Resampling.BICUBIC), form)


def drawing(words: str, form: str = "PNG", size: tuple[int, int] = (400, 300)) -> bytes:
    """Return what hosts show in place of an image; it is larger than the images."""
    image = Image.new("RGB", size, (240, 240, 240))
    draw = ImageDraw.Draw(image)
    at = Random(words)
    for _ in range(4):
        x, y = at.randrange(size[0] - 150), at.randrange(size[1] - 100)
        draw.rectangle((x, y, x + 150, y + 100), outline="black", width=9, fill=at.randbytes(1)[0] * 0x10101)
    draw.text((40, size[1] // 3), words, fill="black", font_size=30)
    return encoded(image, form)


def sent(body: bytes, media_type: str = "image/jpeg", **headers: str) -> Response:
    return Response(body=body, headers={"Content-Type": media_type}).with_headers(**headers)


def announced(body: bytes, more: int) -> Response:
    """Return a response that ends earlier than its length says."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (len(body) + more)
    return Response(raw=head + body)


def svg(inside: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inside}<rect width="4"/></svg>'.encode()


@dataclass(frozen=True, slots=True)
class Case:
    """An image: the note in which `@` is its host, what the host answers, and what is kept of it.

    `kept` are the bytes that the note shows, each instead of one URL, `later` those from the second night on; `saved`
    are bytes that it does not show. `shown` are the parts that every night's note has.
    """

    note: str
    host: str
    answer: Answer
    kept: tuple[bytes, ...] = ()
    shown: tuple[str, ...] = ()
    reason: str | None = None
    later: tuple[bytes, ...] = ()
    saved: tuple[bytes, ...] = ()


def only(
    paths: Mapping[str, bytes | Response], later: Mapping[str, bytes | Response] | None = None, first: int = 2
) -> Answer:
    """Return a host with these paths, from the night `first` on with others; all else is not found."""

    def answer(request: Request, night: int) -> Response:
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        there = paths if later is None or night < first else later
        found = there.get(target)
        return not_found() if found is None else sent(found) if isinstance(found, bytes) else found

    return answer


def guarded(path: str, body: bytes, referer: str, instead: Response) -> Answer:
    """Return a host that sends something else to all whose Referer does not begin with one."""

    def answer(request: Request, night: int) -> Response:
        if not request.headers.get("referer", "").startswith(referer):
            return instead
        return sent(body) if urlsplit(request.url).path == path else not_found()

    return answer


def without_referer(path: str, body: bytes, instead: Response) -> Answer:
    """Return a host that sends an image only to those who do not say from where they come."""

    def answer(request: Request, night: int) -> Response:
        if "referer" in request.headers:
            return instead
        return sent(body) if request.path == path else not_found()

    return answer


def signed(request: Request, night: int) -> Response:
    """Send an image on the first night, then refuse its signature."""
    return sent(SIGNED) if night == 1 else text("<Error><Code>AccessDenied</Code></Error>", 403)


def with_cookie(request: Request, night: int) -> Response:
    if "pass=1" in request.headers.get("cookie", ""):
        return sent(photo("cookie"))
    return redirect(request.url, 302).with_headers(set_cookie="pass=1; path=/")


def zipped(request: Request, night: int) -> Response:
    if not request.path.endswith(".svg"):
        return not_found()
    return sent(gzip.compress(svg("<g/>")), "image/svg+xml", content_encoding="gzip")


def http_only(request: Request, night: int) -> Response:
    return sent(photo("plain")) if request.url.startswith("http:") and request.path == "/a.jpg" else not_found()


SIGNED = photo("signed")
EXPIRES = int(time.time()) + 3600
LAZY = '<img class="lazy" src="https://@/grey.gif" data-src="https://@/a.jpg">'
LAZY_STUB = encoded(Image.new("P", (2, 2)), "GIF")
PHOTO = photo("motion")
DATA = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
SCREENSHOT = photo("screenshot", "PNG", (1080, 30_000))
MEGAPIXELS = encoded(Image.new("L", (12_000, 9_000), 128), "JPEG")
LARGE_DRAWING = encoded(Image.frombytes("RGB", (200, 120), Random("large").randbytes(200 * 120 * 3)), "PNG")
SRCSET_DEAD = '<img src="https://@/s.jpg" srcset="https://@/s.jpg 1x, https://@/m.jpg 2x">'
SETS = {f"/{n}.jpg": photo(f"set {n}") for n in ("s", "m", "l")}
CASES = {
    # Removed later
    "removed": Case(
        "![](https://@/a.jpg)",
        "i.bed.example",
        only({"/a.jpg": photo("removed")}, {"/a.jpg": drawing("removed")}),
        (photo("removed"),),
    ),
    "removed-everywhere": Case(
        "![](https://@/b.jpg)",
        "i.catchall.example",
        lambda r, n: (
            sent(photo("ev")) if n == 1 and r.path == "/b.jpg" else sent(drawing("removed-everywhere"), "image/png")
        ),
        (photo("ev"),),
    ),
    "removed-redirect": Case(
        "![](https://@/XyZ.jpg)",
        "i.imgur.com",
        only(
            {"/XyZ.jpg": photo("imgur")},
            {
                "/XyZ.jpg": redirect("https://i.imgur.com/removed.png", 302),
                "/removed.png": sent(drawing("removed"), "image/png"),
            },
        ),
        (photo("imgur"),),
    ),
    "removed-redirect-odd": Case(
        "![](https://@/x/a.jpg)",
        "pic.odd.example",
        only(
            {"/x/a.jpg": photo("odd")},
            {
                "/x/a.jpg": redirect("https://pic.odd.example/static/sorry-dog.png", 302),
                "/static/sorry-dog.png": sent(drawing("sorry"), "image/png"),
            },
        ),
        (photo("odd"),),
    ),
    "removed-404": Case("![](https://@/a.jpg)", "four.example", only({"/a.jpg": photo("404")}, {}), (photo("404"),)),
    "removed-404-drawing": Case(
        "![](https://@/a.jpg)",
        "fourd.example",
        only(
            {"/a.jpg": photo("404d")},
            {"/a.jpg": Response(404, drawing("removed-404-drawing"), {"Content-Type": "image/png"})},
        ),
        (photo("404d"),),
    ),
    "removed-smaller": Case(
        "![](https://@/a.jpg)",
        "small.example",
        only({"/a.jpg": photo("big")}, {"/a.jpg": photo("tiny", size=(40, 30))}),
        (photo("big"),),
    ),
    "removed-page": Case(
        "![](https://@/a.jpg)",
        "html.example",
        only({"/a.jpg": photo("page")}, {"/a.jpg": page("Sorry")}),
        (photo("page"),),
    ),
    "removed-empty": Case(
        "![](https://@/a.jpg)",
        "empty.example",
        only({"/a.jpg": photo("empty")}, {"/a.jpg": sent(b"")}),
        (photo("empty"),),
    ),
    "removed-third-night": Case(
        "![](https://@/a.jpg)",
        "third.example",
        only({"/a.jpg": photo("third")}, {"/a.jpg": drawing("removed-third-night")}, 3),
        (photo("third"),),
    ),
    "signed": Case(
        f"![](https://@/a.jpg?Expires={EXPIRES}&OSSAccessKeyId=k&Signature=abc%3D)",
        "bed.oss-cn-beijing.aliyuncs.com",
        signed,
        (SIGNED,),
    ),
    # From the first night on not what was asked for
    "hotlink": Case(
        "![](https://@/a.jpg)",
        "img.guard.example",
        guarded("/a.jpg", photo("hot"), "https://img.guard.example", sent(drawing("hotlink", "GIF"), "image/gif")),
        (photo("hot"),),
    ),
    "hotlink-table": Case(
        "![](https://@/2021/a.jpg)",
        "img-blog.csdnimg.cn",
        guarded(
            "/2021/a.jpg", photo("csdn"), "https://blog.csdn.net/", sent(drawing("hotlink-table", "GIF"), "image/gif")
        ),
        (photo("csdn"),),
    ),
    "hotlink-forever": Case(
        "![](https://@/a.jpg) ![](https://@/b.jpg)",
        "img.never.example",
        lambda _r, _n: sent(drawing("hotlink-forever", "GIF"), "image/gif"),
        reason="placeholder",
    ),
    "hotlink-large": Case(
        "![](https://@/a.jpg) ![](https://@/b.jpg)",
        "img.large.example",
        lambda _r, _n: sent(LARGE_DRAWING, "image/png"),
        shown=("https://img.large.example/a.jpg", "https://img.large.example/b.jpg"),
        reason="placeholder",
    ),
    "gone-before": Case(
        "![](https://@/a.jpg) ![](https://@/gone.jpg) ![](https://@/c.jpg)",
        "img.gone.example",
        lambda r, _n: (
            sent(photo(f"gone{r.path}"))
            if r.path in {"/a.jpg", "/c.jpg"}
            else sent(drawing("gone-before"), "image/png")
        ),
        (photo("gone/a.jpg"), photo("gone/c.jpg")),
        shown=("https://img.gone.example/gone.jpg",),
        reason="placeholder",
    ),
    "gone-before-all": Case(
        "![](https://@/one.jpg)",
        "img.generator.example",
        lambda _r, _n: sent(photo("generator")),
        (photo("generator"),),
    ),
    "hotlink-redirect": Case(
        "![](https://@/uploads/images/2020/a.png)",
        "images.gitee.com",
        lambda r, _n: (
            sent(drawing("gitee"), "image/png")
            if "foul" in r.path
            else redirect("https://images.gitee.com/assets/foul_trademark.png", 302)
        ),
        reason="placeholder",
    ),
    "referer-403": Case(
        "![](https://@/large/a.jpg)",
        "tvax1.sinaimg.cn",
        guarded("/large/a.jpg", photo("sina"), "https://weibo.com/", text("", 403)),
        (photo("sina"),),
    ),
    "referer-403-own": Case(
        "![](https://@/a.jpg)",
        "img.strict.example",
        guarded("/a.jpg", photo("strict"), "https://img.strict.example", text("", 403)),
        (photo("strict"),),
    ),
    "referer-of-site": Case(
        "![](https://@/2020/a.jpg)",
        "img.blog-site.cn",
        guarded("/2020/a.jpg", photo("site"), "https://www.blog-site.cn/", text("", 403)),
        (photo("site"),),
    ),
    "hotlink-of-site": Case(
        "![](https://@/2020/a.jpg)",
        "img.blog2.cn",
        guarded("/2020/a.jpg", photo("site2"), "https://www.blog2.cn/", sent(drawing("site2", "GIF"), "image/gif")),
        (photo("site2"),),
    ),
    "hotlink-any-referer": Case(
        "![](https://@/a.jpg)",
        "img.shy.example",
        without_referer("/a.jpg", photo("shy"), sent(drawing("shy", "GIF"), "image/gif")),
        (photo("shy"),),
    ),
    "hotlink-no-referer": Case(
        "![](https://@/a.jpg)",
        "img.curious.example",
        guarded("/a.jpg", photo("curious"), "https://", sent(drawing("curious", "GIF"), "image/gif")),
        (photo("curious"),),
    ),
    # What stays live, pages
    "badge": Case(
        "![](https://@/badge/build-passing-green.svg)",
        "img.shields.io",
        lambda _r, n: sent(svg(f"<!-- {n} -->"), "image/svg+xml", cache_control="max-age=300"),
        shown=("https://img.shields.io/badge/build-passing-green.svg",),
    ),
    "badge-no-cache": Case(
        "![](https://@/o/r/status)",
        "ci.example",
        lambda _r, n: sent(svg(f"<!-- {n} -->"), "image/svg+xml", cache_control="no-cache"),
        shown=("https://ci.example/o/r/status",),
    ),
    "actions": Case(
        "[![ci](https://@/o/r/actions/workflows/ci.yml/badge.svg)](https://@/o/r)",
        "github.com",
        lambda r, _n: sent(svg(), "image/svg+xml") if r.path.endswith(".svg") else page("o/r"),
        shown=("https://github.com/o/r/actions/workflows/ci.yml/badge.svg",),
    ),
    "blob": Case(
        "![](https://@/o/r/-/blob/main/a.png)",
        "gitlab.com",
        lambda r, _n: sent(photo("blob"), "image/png") if "/-/raw/" in r.path else page("a.png"),
        (photo("blob"),),
    ),
    "file-page": Case(
        "[a map](https://@/wiki/File:Map.jpg)",
        "commons.wikimedia.org",
        lambda _r, _n: page("File:Map.jpg"),
        shown=("https://commons.wikimedia.org/wiki/File:Map.jpg",),
    ),
    "file-page-shown": Case(
        "![](https://@/wiki/File:Map.jpg)",
        "wiki.example",
        lambda r, _n: sent(photo("wiki")) if "FilePath" in r.path else page("File:Map.jpg"),
        (photo("wiki"),),
    ),
    "download": Case(
        "[photo](https://@/s/abc/photo.jpg?dl=0)",
        "www.dropbox.example",
        lambda _r, _n: page("photo.jpg"),
        shown=("https://www.dropbox.example/s/abc/photo.jpg?dl=0",),
    ),
    # Where it stands
    "srcset": Case(
        '<img src="https://@/s.jpg" srcset="https://@/s.jpg 1x, https://@/m.jpg 2x, https://@/l.jpg 3x">',
        "set.example",
        only(SETS),
        (SETS["/s.jpg"], SETS["/m.jpg"], SETS["/l.jpg"]),
    ),
    "srcset-waiting": Case(
        '<img src="https://@/s.jpg" srcset="https://@/s.jpg 1x, https://@/m.jpg 2x">',
        "set2.example",
        only({"/s.jpg": photo("alone"), "/m.jpg": text("", 503)}),
        shown=("https://set2.example/s.jpg 1x, https://set2.example/m.jpg 2x",),
    ),
    "picture": Case(
        '<picture><source media="(prefers-color-scheme: dark)" srcset="https://@/m.jpg"><img src="https://@/s.jpg"></picture>',
        "set3.example",
        only(SETS),
        (SETS["/s.jpg"], SETS["/m.jpg"]),
    ),
    "lazy": Case(
        LAZY,
        "lazy.example",
        only({"/grey.gif": sent(LAZY_STUB, "image/gif"), "/a.jpg": photo("lazy")}),
        (photo("lazy"),),
    ),
    "lazy-data": Case(
        f'<img src="{DATA}" data-original="https://@/a.jpg">',
        "lazy2.example",
        only({"/a.jpg": photo("lazy2")}),
        (photo("lazy2"),),
        shown=(DATA,),
    ),
    "noscript": Case(
        '<img data-src="https://@/a.jpg"><noscript><img src="https://@/a.jpg"></noscript>',
        "lazy3.example",
        only({"/a.jpg": photo("lazy3")}),
        (photo("lazy3"),),
    ),
    "lazy-names": Case(
        '<img src="https://@/p.gif" data-lazyload="https://@/a.jpg"> <img src="https://@/b.jpg" data-lazy="true">'
        ' <section data-bg="https://@/c.jpg">x</section> <div data-background="#ff0000">x</div>',
        "lazy4.example",
        only(
            {
                "/p.gif": sent(encoded(Image.new("P", (1, 1)), "GIF"), "image/gif"),
                **{f"/{n}.jpg": photo(f"lazy4{n}") for n in "abc"},
            }
        ),
        tuple(photo(f"lazy4{n}") for n in "abc"),
        shown=("https://lazy4.example/p.gif", 'data-lazy="true"', 'data-background="#ff0000"'),
    ),
    "poster": Case(
        '<video controls poster="https://@/p.jpg" src="https://@/v.mp4"></video>',
        "film.example",
        only({"/p.jpg": photo("poster"), "/v.mp4": sent(film("v"), "video/mp4")}),
        (photo("poster"),),
    ),
    "cell": Case(
        "| a | b |\n|---|---|\n| ![](https://@/a.jpg) | x |",
        "cell.example",
        only({"/a.jpg": photo("cell")}),
        (photo("cell"),),
    ),
    "width": Case(
        '<img width="300" src="https://@/a.jpg" alt="x">',
        "width.example",
        only({"/a.jpg": photo("width")}),
        (photo("width"),),
        shown=('<img width="300" src="',),
    ),
    "reference": Case(
        '![one][a] and ![two][a]\n\n[a]: https://@/a.jpg "title"',
        "ref.example",
        only({"/a.jpg": photo("ref")}),
        (photo("ref"),),
    ),
    "fragment": Case(
        "![](https://@/a.jpg#pic_center) ![](https://@/a.jpg#w=300)",
        "fragment.example",
        only({"/a.jpg": photo("fragment")}),
        (photo("fragment"),),
        shown=("#pic_center", "#w=300"),
    ),
    "dark": Case(
        "![](https://@/a.png#gh-dark-mode-only)",
        "dark.example",
        only({"/a.png": photo("dark")}),
        (photo("dark"),),
        shown=("#gh-dark-mode-only",),
    ),
    "linked": Case(
        "[![](https://@/a.jpg)](https://@/a.jpg)",
        "linked.example",
        only({"/a.jpg": photo("linked")}),
        (photo("linked"),),
    ),
    "wiki-embed": Case("![[https://@/a.jpg]]", "embed.example", only({"/a.jpg": photo("embed")})),
    "title": Case(
        '![a](https://@/a.jpg "a title")',
        "title.example",
        only({"/a.jpg": photo("title")}),
        (photo("title"),),
        shown=('"a title"',),
    ),
    "parentheses": Case(
        "![a](https://@/a_(1).jpg)", "paren.example", only({"/a_(1).jpg": photo("paren")}), (photo("paren"),)
    ),
    "size": Case("![a](https://@/a.jpg =300x200)", "size.example", only({"/a.jpg": photo("size")}), (photo("size"),)),
    "pandoc": Case(
        "![a](https://@/a.jpg){width=50%}",
        "pandoc.example",
        only({"/a.jpg": photo("pandoc")}),
        (photo("pandoc"),),
        shown=("{width=50%}",),
    ),
    "background": Case(
        "<div style=\"background-image: url('https://@/a.jpg')\">x</div>",
        "css.example",
        only({"/a.jpg": photo("css")}),
        (photo("css"),),
    ),
    "front": Case(
        "---\ncover: https://@/a.jpg\n---\n# x", "front.example", only({"/a.jpg": photo("front")}), (photo("front"),)
    ),
    # How it is addressed
    "protocol-relative": Case(
        '<img src="//@/a.jpg"> ![](//@/a.jpg)',
        "relative.example",
        only({"/a.jpg": photo("relative")}),
        (photo("relative"),),
    ),
    "http-only": Case("![](http://@/a.jpg)", "plain.example", http_only, (photo("plain"),)),
    "percent": Case(
        "![](https://@/%E5%9B%BE%20%281%29.jpg)",
        "percent.example",
        only({"/%E5%9B%BE%20%281%29.jpg": photo("percent")}),
        (photo("percent"),),
    ),
    "chinese": Case(
        "![](https://@/图片/流程图.jpg)",
        "chinese.example",
        only({"/%E5%9B%BE%E7%89%87/%E6%B5%81%E7%A8%8B%E5%9B%BE.jpg": photo("chinese")}),
        (photo("chinese"),),
    ),
    "spaces": Case(
        "![](<https://@/my photo.jpg>)", "space.example", only({"/my%20photo.jpg": photo("space")}), (photo("space"),)
    ),
    "spaces-bare": Case(
        "![](https://@/my photo 2.jpg)", "space2.example", only({"/my%20photo%202.jpg": photo("space2")})
    ),
    "spaces-html": Case(
        '<img src="https://@/my photo.jpg">',
        "space3.example",
        only({"/my%20photo.jpg": photo("space3")}),
        (photo("space3"),),
    ),
    "amp": Case(
        '<img src="https://@/a.jpg?x=1&amp;y=2">',
        "amp.example",
        only({"/a.jpg?x=1&y=2": photo("amp")}),
        (photo("amp"),),
    ),
    "process": Case(
        "![](https://@/a.png?x-oss-process=image/resize,w_800/format,webp)",
        "oss.example",
        only({"/a.png?x-oss-process=image/resize,w_800/format,webp": sent(photo("oss", "WEBP"), "image/webp")}),
        (photo("oss", "WEBP"),),
    ),
    "watermark": Case(
        "![](https://@/2020a.png?x-oss-process=image/watermark,type_ZmFuZ3poZW5naGVpdGk,shadow_10,text_aHR0cHM6Ly9ibG9nLmNzZG4ubmV0,size_16,color_FFFFFF,t_70#pic_center)",
        "oss2.example",
        lambda r, _n: sent(photo("mark"), "image/png") if r.path == "/2020a.png" else not_found(),
        (photo("mark"),),
        shown=("#pic_center",),
    ),
    "bang": Case(
        "![](https://@/a.png!thumb_800)", "upyun.example", only({"/a.png!thumb_800": photo("bang")}), (photo("bang"),)
    ),
    "no-extension": Case(
        "![](https://@/assets/1234-5678)",
        "user-images.example",
        only({"/assets/1234-5678": photo("bare")}),
        (photo("bare"),),
    ),
    "cdn": Case(
        "![](https://@/a.jpg)",
        "origin.example",
        lambda r, _n: redirect("https://cdn77.example/files/a.jpg", 302) if r.path == "/a.jpg" else not_found(),
        (photo("cdn"),),
    ),
    "cdn-hash": Case(
        "![](https://@/u/photo.jpg)",
        "origin2.example",
        lambda r, n: redirect(f"https://cdn77.example/h/{n}f00.jpg", 302) if r.path == "/u/photo.jpg" else not_found(),
        (photo("hash"),),
    ),
    "cookie": Case("![](https://@/a.jpg)", "cookie.example", with_cookie, (photo("cookie"),)),
    "entity-host": Case(
        "![](https://@/a.jpg)", "图床.example".encode("idna").decode(), only({"/a.jpg": photo("idn")}), (photo("idn"),)
    ),
    # What it is
    "motion": Case(
        "![](https://@/MVIMG_1.jpg)", "motion.example", only({"/MVIMG_1.jpg": PHOTO + film("m")}), (PHOTO + film("m"),)
    ),
    "no-eoi": Case("![](https://@/a.jpg)", "eoi.example", only({"/a.jpg": PHOTO[:-2]}), (PHOTO[:-2],)),
    "screenshot": Case(
        "![](https://@/a.png)", "long.example", only({"/a.png": sent(SCREENSHOT, "image/png")}), (SCREENSHOT,)
    ),
    "megapixels": Case("![](https://@/a.jpg)", "mega.example", only({"/a.jpg": MEGAPIXELS}), (MEGAPIXELS,)),
    "octet-stream": Case(
        "![](https://@/a.jpg)",
        "octet.example",
        only({"/a.jpg": sent(photo("octet"), "application/octet-stream")}),
        (photo("octet"),),
    ),
    "text": Case(
        "![](https://@/a.png)",
        "plaintext.example",
        only({"/a.png": sent(photo("text", "PNG"), "text/plain")}),
        (photo("text", "PNG"),),
    ),
    "svg-text": Case(
        "![](https://@/a.svg)",
        "svgtext.example",
        only({"/a.svg": sent(svg("<i/>"), "text/plain; charset=utf-8")}),
        (svg("<i/>"),),
    ),
    "html-typed": Case(
        "![](https://@/a.gif)",
        "typed.example",
        only({"/a.gif": sent(photo("typed", "GIF"), "text/html")}),
        (photo("typed", "GIF"),),
    ),
    "attachment": Case(
        "![](https://@/a)",
        "attach.example",
        only({"/a": sent(photo("attach"), "application/force-download", content_disposition="attachment")}),
        (photo("attach"),),
    ),
    "jpeg-2000": Case(
        "![](https://@/a.jp2)",
        "jp2.example",
        only({"/a.jp2": sent(photo("jp2", "JPEG2000"), "image/jp2")}),
        saved=(photo("jp2", "JPEG2000"),),
        shown=("https://jp2.example/a.jp2",),
        reason="browsers do not show image/jp2",
    ),
    "page-as-image": Case(
        "![](https://@/abc1234)",
        "viewer.example",
        lambda _r, _n: page("A viewer", "Words. " * 90),
        shown=("https://viewer.example/abc1234",),
        reason="not saved: not an image",
    ),
    "length-too-large": Case(
        "![](https://@/a.jpg)",
        "length.example",
        lambda _r, _n: announced(photo("length"), 100),
        (photo("length"),),
    ),
    "length-cut": Case(
        "![](https://@/a.jpg)",
        "length2.example",
        lambda _r, n: announced(photo("cut")[:-200], 200) if n == 1 else sent(photo("cut")),
        later=(photo("cut"),),
    ),
    "script": Case(
        "![](https://@/a.svg)",
        "script.example",
        only({"/a.svg": sent(svg("<script>1</script>"), "image/svg+xml")}),
        shown=("https://script.example/a.svg",),
        reason="SVG",
    ),
    "zipped": Case("![](https://@/a.svg)", "zipped.example", zipped, (svg("<g/>"),)),
    "webp-as-jpg": Case(
        "![](https://@/a.jpg)", "webp.example", only({"/a.jpg": photo("webp", "WEBP")}), (photo("webp", "WEBP"),)
    ),
    "data": Case(f"![]({DATA})", "data.example", only({}), shown=(DATA,)),
    "pixel": Case(
        "![](https://@/t.gif?id=1)",
        "pixel.example",
        lambda _r, _n: sent(encoded(Image.new("P", (1, 1)), "GIF"), "image/gif"),
        shown=("https://pixel.example/t.gif?id=1",),
        reason="tracking",
    ),
    "no-store-photo": Case(
        "![](https://@/a.jpg)",
        "nostore.example",
        only({"/a.jpg": sent(photo("nostore"), cache_control="no-store")}),
        (photo("nostore"),),
    ),
    "slow-first": Case(
        "![](https://@/a.jpg)",
        "busy.example",
        lambda _r, n: text("", 503) if n == 1 else sent(photo("busy")),
        later=(photo("busy"),),
    ),
}


def name_of(body: bytes) -> str:
    return sha256(body).hexdigest()


@dataclass(slots=True)
class Nights:
    """What was there after each night: notes by case, rows of link_health.csv, files by hash."""

    desk: Desk
    notes: list[dict[str, str]] = field(default_factory=list)
    health: list[dict[str, dict[str, str]]] = field(default_factory=list)
    files: list[set[str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Crawl all cases on three nights."""
    now = [1]
    with Internet() as internet:
        sites = internet._network._sites

        def serve(host: str, answer: Answer) -> None:
            sites[host] = Site((host,), lambda request, _world: answer(request, now[0]), robots="")

        for case in CASES.values():
            serve(case.host, case.answer)
        serve("dead.example", only({"/s.jpg": photo("left")}))
        serve("cdn77.example", lambda r, _n: sent(photo("hash" if "/h/" in r.path else "cdn")))
        internet.fault("https://web.archive.org/*", not_found())
        internet.fault("https://archive.org/*", text("{}", 200))
        internet.fault("https://plain.example/*", not_found())
        published = (*VERDICTS_AND_NOTES, "pipelines.reports.csv.findings")
        desk = Desk(tmp_path_factory.mktemp("foreign"), internet.environ(), published)
        for name, case in CASES.items():
            desk.write(
                f"{name}.md",
                (
                    case.note.replace("@", case.host)
                    if case.note.startswith("---")
                    else f"# t\n\n{case.note.replace('@', case.host)}\n"
                ),
            )
        desk.write("srcset-dead.md", f"# t\n\n{SRCSET_DEAD.replace('@', 'dead.example')}\n")
        seen = Nights(desk)
        for night in range(1, NIGHTS + 1):
            now[0] = night
            done = desk.crawl(*EVERY_NIGHT)
            assert done.returncode == 0, done.stderr
            seen.notes.append({file.stem: file.read_text("utf-8") for file in (desk.output / "notes").iterdir()})
            seen.health.append(desk.health())
            files = (file for file in (desk.output / "images").rglob("*") if file.is_file())
            seen.files.append({name_of(file.read_bytes()) for file in files})
    return seen


@pytest.mark.parametrize("name", CASES)
def test_what_is_kept(nights: Nights, name: str) -> None:
    case = CASES[name]
    rows = [{url: row for url, row in health.items() if case.host in url} for health in nights.health]
    for night in range(NIGHTS):
        note = nights.notes[night][name]
        said = f"night {night + 1}: {note}\n" + "\n".join(
            f"{u}: {r['verdict']} {r['outcome']} {r['reason']}" for u, r in rows[night].items()
        )
        for body in (*case.kept, *(case.later if night else ())):
            assert name_of(body) in nights.files[night], said
            assert name_of(body) in note, said
        assert {name_of(body) for body in case.saved} <= nights.files[night], said
        for part in case.shown:
            assert part in note, said
        if not case.kept and not case.later:
            assert "../images/" not in note, said
        if case.reason:
            assert any(case.reason in row["reason"] for row in rows[night].values()), said


def test_a_dead_candidate_does_not_hold_the_others_back(nights: Nights) -> None:
    first, *_, last = (night["srcset-dead"] for night in nights.notes)
    assert "https://dead.example/s.jpg 1x, https://dead.example/m.jpg 2x" in first
    saved = f"{name_of(photo('left'))}.jpg"
    assert last.count(saved) == 2
    assert f"{saved} 1x, https://dead.example/m.jpg 2x" in last
    assert any(
        row["kind"] == "image set incomplete" and "2 of 3 candidates saved; these edited" in row["true"]
        for row in nights.desk.findings()
    )
