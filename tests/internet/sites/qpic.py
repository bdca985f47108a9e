"""mmbiz.qpic.cn and its like: WeChat's pictures, with the rule that only WeChat may show them; and WeChat's videos."""

from __future__ import annotations

import re
import time
from functools import cache
from hashlib import sha256
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image

from tests.internet.messages import Request, Response, not_found, revalidated, text
from tests.internet.sites import Site

if TYPE_CHECKING:
    from tests.internet.world import World

PATH = re.compile(r"/(?:sz_)?mmbiz(?:_(png|jpg|jpeg|gif|webp))?/([A-Za-z0-9]{20,})/\d+")
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
LAST_MODIFIED = "Mon, 03 Jan 2022 08:00:00 GMT"
PLACEHOLDER_SIZE = 2_090
A_DAY = 86_400
FRIENDS = {None, "", "mp.weixin.qq.com"}


def answer(request: Request, _: World) -> Response:
    """Answer a picture's URL: the path decides on the bytes, `wx_fmt` on the type claimed, `tp=webp` over both."""
    match = PATH.fullmatch(request.path)
    if match is None or match[2].startswith("deleted"):
        return not_found()
    if urlsplit(request.headers.get("referer", "")).hostname not in FRIENDS:
        return Response(body=placeholder(), headers={"Content-Type": "image/jpeg"})
    query = request.query
    form = {"jpg": "jpeg", None: "jpeg"}.get(match[1], match[1]) or "jpeg"
    claimed = query.get("wx_fmt", form)
    if query.get("tp") == "webp" and form != "gif":
        form = claimed = "webp"
    body = draw(match[2], form)
    headers = {"Content-Type": TYPES.get(claimed, "image/jpeg"), "Cache-Control": "max-age=2592000"}
    version = f'"{sha256(body).hexdigest()[:32]}"'
    return revalidated(request, Response(body=body, headers=headers), version, LAST_MODIFIED)


def answer_video(request: Request, _: World) -> Response:
    """Answer a video's URL: they are signed with the time at which they were made, and those in notes have expired."""
    signed = request.query.get("dis_t", "")
    if not signed.isdecimal():
        return not_found()
    if time.time() - int(signed) > A_DAY:
        return text("expired", 403)
    return Response(body=film(request.path), headers={"Content-Type": "video/mp4"})


def film(seed: str) -> bytes:
    """Return a film without a picture: the boxes of an MP4 file around bytes that no other address has."""
    boxes = ((b"ftyp", b"mp42\0\0\0\0mp42isom"), (b"moov", b""), (b"mdat", Random(seed).randbytes(1000)))
    return b"".join((len(data) + 8).to_bytes(4, "big") + name + data for name, data in boxes)


@cache
def draw(picture_id: str, form: str) -> bytes:
    """Return a small picture that no other id has."""
    frames = [canvas(f"{picture_id} {number}") for number in range(3 if form == "gif" else 1)]
    out = BytesIO()
    more = {"save_all": True, "append_images": frames[1:], "duration": 200, "loop": 0} if form == "gif" else {}
    frames[0].save(out, form.upper(), **more)
    return out.getvalue()


def canvas(seed: str) -> Image.Image:
    """Return a chequered picture of 64 × 48 pixels in colours of its own."""
    small = Image.frombytes("RGB", (8, 6), Random(seed).randbytes(8 * 6 * 3))
    return small.resize((64, 48), Image.Resampling.NEAREST)


@cache
def placeholder() -> bytes:
    """Return what strangers get, of the size reported: a grey JPEG padded by a comment (ITU T.81, B.2.4.5)."""
    out = BytesIO()
    Image.new("RGB", (200, 150), (230, 230, 230)).save(out, "JPEG")
    bare = out.getvalue()
    padding = PLACEHOLDER_SIZE - len(bare) - 4
    return bare[:2] + b"\xff\xfe" + (padding + 2).to_bytes(2, "big") + b" " * padding + bare[2:]


PICTURES = Site(hosts=("mmbiz.qpic.cn", "mmecoa.qpic.cn", "mmbiz.qlogo.cn", "wx.qlogo.cn"), answer=answer, robots="")
VIDEOS = Site(hosts=("mpvideo.qpic.cn",), answer=answer_video, robots="")
SITES = (PICTURES, VIDEOS)
