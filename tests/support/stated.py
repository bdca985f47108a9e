"""A small internet that answers what a file states: for cases that are told as data."""

from __future__ import annotations

import io
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PIL import Image

from tests.internet import Failure, Internet, Response
from tests.internet.certificates import Flaw
from tests.internet.messages import html, not_found
from tests.internet.sites import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.internet import Request, World

ALIAS = "sample-site."
"""Stands for `example.` in host names, which some link checkers never ask."""

_FILLER = re.compile(r"\{x\*(\d+)\}")

TEXT = "There is much to say about this page. " * 20


class StatedInternet(Internet):
    """An internet with the hosts of these answers; any other address there is not found.

    An answer has a `url` (exact, or a shell-like pattern), `status` and `headers`, and a `title` (with a `text`), a
    `body` (in UTF-8, or in the `charset` that only its markup names), a `png` (true, or its size), a `raw_head` of
    header lines as they are sent, or `raw`: all that is sent before the connection is closed. `failure` is the name of
    a Failure, `cookie` one without which another answer counts, `from_night` the first night on which it counts. The
    first that matches counts, exact URLs before patterns.
    `certificate` is the name of a Flaw of the host's certificate.
    `{path}` in a header or in the title stands for the path and query that were requested.
    """

    def __init__(self, answers: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self.night = 1
        self._answers = sorted(answers, key=lambda each: -each.get("from_night", 1))
        stated = {host for each in answers if (host := urlsplit(each["url"]).hostname)}
        hosts = tuple(stated | {host.replace("example.", ALIAS) for host in stated})
        flaws = {urlsplit(each["url"]).hostname or "": each["certificate"] for each in answers if "certificate" in each}
        self._network.certificates.flaws |= {host: Flaw[name] for host, name in flaws.items()}
        self._network._sites |= dict.fromkeys(hosts, Site(hosts, self._answer, robots=""))

    def _answer(self, request: Request, _world: World) -> Response:
        told = [each for each in self._answers if self._counts(each, request)]
        url = request.url.replace(ALIAS, "example.")
        exact = (each for each in told if each["url"] == url)
        found = next(exact, None) or next((each for each in told if fnmatchcase(url, each["url"])), None)
        path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        return not_found() if found is None else _response(found, path)

    def _counts(self, answer: dict[str, Any], request: Request) -> bool:
        has_cookie = answer.get("cookie", "") in request.headers.get("cookie", "")
        return answer.get("from_night", 1) <= self.night and has_cookie


def _response(stated: dict[str, Any], path: str) -> Response:
    headers = {name: _expanded(value).replace("{path}", path) for name, value in stated.get("headers", {}).items()}
    if "raw" in stated:
        return Response(raw=stated["raw"].encode("latin-1"))
    failure = Failure[stated["failure"]] if "failure" in stated else None
    if "png" in stated:
        size = (40, 30) if stated["png"] is True else tuple(stated["png"])
        body, headers = _png(size), {"Content-Type": "image/png"} | headers
    elif "body" in stated:
        charset = stated.get("charset", "utf-8")
        kind = "text/html" if "charset" in stated else "text/html; charset=utf-8"
        body, headers = _expanded(stated["body"]).encode(charset), {"Content-Type": kind} | headers
    else:
        title = stated.get("title", "").replace("{path}", path)
        shown = html(f"<title>{title}</title><h1>{title}</h1><p>{stated.get('text', TEXT)}</p>")
        assert isinstance(shown.body, bytes)
        body, headers = shown.body, {**shown.headers, **headers}
    if "raw_head" in stated:
        head = stated["raw_head"].replace("{length}", str(len(body)))
        return Response(raw=head.encode("latin-1") + body)
    return Response(stated.get("status", 200), body, headers, failure=failure)


def _expanded(text: str) -> str:
    """Return the value of a header or a body; `{x*12000}` in it stands for so many characters."""
    return _FILLER.sub(lambda found: "x" * int(found[1]), text)


def _png(size: tuple[int, ...]) -> bytes:
    data = io.BytesIO()
    image = Image.effect_noise((size[0], size[1]), 90)
    image.save(data, "PNG")
    return data.getvalue()
