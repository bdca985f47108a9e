"""WeChat's pictures by their addresses: which picture it is, under which address its original is, who may see it. Pure.

`https://mmbiz.qpic.cn/mmbiz_png/ID/640?wx_fmt=png&tp=webp` is the picture ID 640 pixels wide, turned into WebP; with
`/0` and without `tp` it comes as it was uploaded. Whoever says that he comes from a page elsewhere is shown a
placeholder; who says nothing is not, and who comes from WeChat is not, as a rule.
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
"""Types and sizes in bytes of what has been reported to stand in the place of pictures."""

MAX_PLACEHOLDER_BYTES = 32 * 1024
"""Bytes up to which the same picture under two ids is taken for a placeholder: larger ones were uploaded twice."""


def image_id(url: str) -> str | None:
    """Return which of WeChat's pictures is at an address; None for all others. Ids are case-sensitive."""
    try:
        parts = split(url)
        found = _PATH.fullmatch(parts.path) if _HOST.fullmatch(hostname(parts)) else None
    except InvalidURLError:
        return None
    return found["id"] if found else None


def url_variants(url: str) -> tuple[str, ...]:
    """Return the addresses at which a picture is asked for, the best first: its original, then as the note has it.

    Pictures of other sites have the one address.
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
    """Tell whether bytes are of the type and size of a placeholder that is known of."""
    return (media_type(body), len(body)) in _PLACEHOLDERS
