"""A small internet that answers what a file states: for cases that are told as data."""

from __future__ import annotations

import io
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PIL import Image

from tests.internet import Internet, Response
from tests.internet.messages import html, not_found
from tests.internet.sites import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.internet import Request, World

TEXT = "There is much to say about this page. " * 20


def stated_internet(answers: Sequence[dict[str, Any]]) -> Internet:
    """Return an internet with the hosts of these answers; any other address there is not found.

    An answer has a `url` (exact, or a shell-like pattern), `status` and `headers`, and a `title` (with a `text`), a
    `body`, a `png` (true, or its size) or a `raw_head` of header lines as they are sent. The first that matches counts.
    """
    internet = Internet()

    def answer(request: Request, _world: World) -> Response:
        exact = (each for each in answers if each["url"] == request.url)
        found = next(exact, None) or next((each for each in answers if fnmatchcase(request.url, each["url"])), None)
        return not_found() if found is None else _response(found)

    hosts = tuple({host for each in answers if (host := urlsplit(each["url"]).hostname)})
    internet._network._sites |= dict.fromkeys(hosts, Site(hosts, answer, robots=""))
    return internet


def _response(stated: dict[str, Any]) -> Response:
    headers = dict(stated.get("headers", {}))
    if "png" in stated:
        size = (40, 30) if stated["png"] is True else tuple(stated["png"])
        body, headers = _png(size), {"Content-Type": "image/png"} | headers
    elif "body" in stated:
        body, headers = stated["body"].encode(), {"Content-Type": "text/html; charset=utf-8"} | headers
    else:
        title = stated.get("title", "")
        shown = html(f"<title>{title}</title><h1>{title}</h1><p>{stated.get('text', TEXT)}</p>")
        assert isinstance(shown.body, bytes)
        body, headers = shown.body, {**shown.headers, **headers}
    for line in stated.get("raw_head", "").split("\r\n")[1:]:
        name, colon, value = line.partition(": ")
        if colon and name != "Content-Length":
            headers[name] = value
    return Response(stated.get("status", 200), body, headers)


def _png(size: tuple[int, ...]) -> bytes:
    data = io.BytesIO()
    image = Image.effect_noise((size[0], size[1]), 90)
    image.save(data, "PNG")
    return data.getvalue()
