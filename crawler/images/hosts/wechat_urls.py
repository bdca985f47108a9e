"""URLs of WeChat images: their id, the URL of the original, placeholders. Pure.

`https://mmbiz.qpic.cn/mmbiz_png/ID/640?wx_fmt=png&tp=webp` is the image ID, 640 pixels wide, converted to WebP; with
`/0` and without `tp` it is the original. Requests with another site's Referer get a placeholder, requests without
Referer do not, those with WeChat's rarely (measured).
"""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlunsplit

from crawler.images.sniff import media_type
from crawler.links.canonical_url import InvalidURLError, hostname, parameters, split

REFERER = "https://mp.weixin.qq.com/"

_HOST = re.compile(r"(?:mm\w*|wx)\.(?:qpic|qlogo)\.cn")
_PATH = re.compile(r"(?P<folder>/[\w/]*?)/(?P<id>[\w-]{20,})/(?P<width>\d*)")
_PLACEHOLDERS = frozenset({("image/jpeg", 2090)})
"""Media types and sizes in bytes of known placeholders."""


def image_id(url: str) -> str | None:
    """Return the id, which is case-sensitive, of the WeChat image at a URL; None for other URLs."""
    try:
        parts = split(url)
        match = _PATH.fullmatch(parts.path) if _HOST.fullmatch(hostname(parts)) else None
    except InvalidURLError:
        return None
    return match["id"] if match else None


def url_variants(url: str) -> tuple[str, ...]:
    """Return the URLs at which an image can be requested, the best first: the original, then the URL in the note.

    Images of other sites have one URL.
    """
    if image_id(url) is None:
        return (url,)
    parts = split(url)._replace(scheme="https")
    form = parameters(parts.query).get("wx_fmt")
    original = parts._replace(
        path=f"{parts.path.rpartition('/')[0]}/0", query=urlencode({"wx_fmt": form} if form else {}), fragment=""
    )
    return tuple(dict.fromkeys(urlunsplit(each) for each in (original, parts)))


def looks_like_placeholder(body: bytes) -> bool:
    """Return whether bytes have the type and size of a known placeholder, which an image may have as well."""
    return (media_type(body), len(body)) in _PLACEHOLDERS
