"""A web of odd hosts, all below example.org, each odd in one way at every path.

The benchmark hosts have a second name each, h00.bench.internal and so on: lychee passes over all of example.org.

| host | what it does |
|---|---|
| alive | 200, an ordinary page |
| plain, h00.bench … h9999.bench | 200, 5 kB, images larger, at once: for benchmarks; long names are not found |
| missing, gone, broken, down | 404, 410, 500, 503 |
| soft404 | 200, and the page says that there is none |
| moved, permanent, temporary | 301, 308, 302 to the same path at alive |
| chain | three times 301, then alive |
| upgrade | http: 301 to https; https: 200 |
| wall | 403 from a bot wall, as Cloudflare sends it |
| members, login, legal | 401; 302 to a login page; 451 |
| busy | 429 with Retry-After: `World.retry_after` |
| slow | 200 after `World.delay` seconds |
| silent, reset, cut | no answer ever; connection reset; half a body |
| self-signed, wrong-name, expired | a bad certificate |
| loop | redirects to itself |
| inside | 302 to the address where clouds keep their secrets; it answers, so that a crawler that follows is seen |
| endless, bomb | a body without end; 64 MB of zeros in 64 kB of gzip |
| headers | one header line of 1 MB |
| charset | GBK text that claims a charset nobody knows |
| pdf, gzip, brotli | a PDF; a page in that content coding |
| nohead | 405 to HEAD, 200 to GET |
| norobots | robots.txt forbids everything |
| unknown | does not resolve, like every name not in any table |

What answers with a page of its own shows the path in it, so that a page differs from its neighbours.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html import escape
from io import BytesIO
from random import Random
from zlib import crc32

import brotli  # type: ignore[import-untyped]
from PIL import Image

from tests.internet.certificates import Flaw
from tests.internet.messages import Failure, Request, Response, html, not_found, page, redirect, text
from tests.internet.sites import Site, arxiv
from tests.internet.world import World

DOMAIN = "example.org"
ALIVE = f"https://alive.{DOMAIN}"
BENCHMARK_SIZE = 5_000
LONGEST_NAME = 15
PHOTO_HOSTS, PHOTOS = 20, 40  # hosts that share the numbered photos, and how many of one host show different things
BENCHMARK_HEAD = b"<!DOCTYPE html><html><head><title>Plain</title></head><body><p>"
BENCHMARK_TEXT = b"</p>" + b"<p>plain</p>" * BENCHMARK_SIZE
BENCHMARK_END = b"</body></html>"
BENCHMARK_HOSTS = tuple(f"h{number:02}.bench.{domain}" for domain in (DOMAIN, "internal") for number in range(10_000))
BENCHMARK_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"}
PRIVATE = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "localhost")
Behaviour = Callable[[Request, World], Response]


def status(code: int, title: str) -> Behaviour:
    """Return a host that always answers with a status."""
    return lambda _request, _world: page(title, "", code)


def elsewhere(code: int) -> Behaviour:
    """Return a host that redirects to the same path at the host that is alive."""
    return lambda request, _world: redirect(ALIVE + request.path, code)


def failing(failure: Failure) -> Behaviour:
    """Return a host whose exchanges break."""
    return lambda _request, _world: Response(body=bytes(2048), headers={"Content-Type": "text/html"}, failure=failure)


def alive(request: Request, _world: World) -> Response:
    """Show an ordinary page."""
    return page("Alive", f"Nothing is wrong with the page at {request.path}")


def plain(request: Request, _world: World) -> Response:
    """Show a page of always the same size, or an image (`….png`, `….jpg`, `….gif`); no page here has a long name.

    LinkChecker asks at most ten times a second where no such header allows it more.
    """
    if len(request.path.rpartition("/")[2]) > LONGEST_NAME:
        return not_found()
    if (media_type := BENCHMARK_PICTURES.get(request.path[-4:])) is not None:
        return Response(body=benchmark_picture(request.url), headers={"Content-Type": media_type, "ETag": '"1"'})
    path = request.path.encode()[:200]
    text = BENCHMARK_TEXT[: BENCHMARK_SIZE - len(BENCHMARK_HEAD) - len(path) - len(BENCHMARK_END)]
    body = b"".join((BENCHMARK_HEAD, path, text, BENCHMARK_END))
    return Response(body=body, headers={"Content-Type": "text/html; charset=utf-8", "LinkChecker": "welcome"})


def benchmark_picture(url: str) -> bytes:
    """Return an image that no other URL has, in the format of its extension: what differs is a comment.

    A JPEG has 60 to 80 kB, a GIF of many frames 20 MB, a PNG 200 kB, most of it behind its end.
    """
    name = url.encode()
    if url.endswith(".jpg"):
        padding = crc32(name) % 18_000
        comment = name + _noise()[:padding]
        stem = url.rpartition("/")[2].removesuffix(".jpg")
        photo = _photo((int(stem) if stem.isdecimal() else 0) // PHOTO_HOSTS % PHOTOS)
        return b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]
    if url.endswith(".gif"):
        head, frames = _animation()
        return b"".join((head, b"!\xfe", bytes([len(name)]), name, b"\0", frames))
    head, noise = _large_picture()
    return head + name + noise


@cache
def _large_picture() -> tuple[bytes, bytes]:
    out = BytesIO()
    Image.effect_noise((64, 48), 90).save(out, "PNG")
    return out.getvalue(), Random(0).randbytes(200_000 - len(out.getvalue()))


@cache
def _noise() -> bytes:
    return Random(0).randbytes(20_000)


@cache
def _photo(number: int) -> bytes:
    """Return one of PHOTOS JPEGs of 60 kB that show different things."""
    out = BytesIO()
    _grain().crop((8 * number, 0, 8 * number + 320, 270)).save(out, "JPEG", quality=86)
    return out.getvalue()


@cache
def _grain() -> Image.Image:
    return Image.effect_noise((320 + 8 * PHOTOS, 270), 90)


@cache
def _animation() -> tuple[bytes, bytes]:
    """Return the head of a GIF, and frames of 20 MB with its end."""
    out = BytesIO()
    Image.effect_noise((640, 480), 90).save(out, "GIF")
    body = out.getvalue()
    at = 13 + 3 * 2 ** ((body[10] & 7) + 1)  # GIF89a, 18: the global color table follows
    frame = body[at:-1]
    return body[:at], frame * (20_000_000 // len(frame)) + b";"


def chain(request: Request, _world: World) -> Response:
    """Redirect three times, the last time to the host that is alive."""
    step = int(request.query.get("step", 1))
    return redirect(ALIVE + "/" if step == 3 else f"https://{request.host}/?step={step + 1}")


def upgrade(request: Request, world: World) -> Response:
    """Redirect to https, and be alive there."""
    return (
        redirect("https" + request.url.removeprefix("http"))
        if request.url.startswith("http:")
        else alive(request, world)
    )


def wall(_request: Request, _world: World) -> Response:
    """Challenge the client, and say so in a header (developers.cloudflare.com: detect a challenge page response)."""
    return page("Just a moment...", "", 403).with_headers(
        cf_mitigated="challenge", server="cloudflare", cf_ray="8f0-SMALL"
    )


def members(_request: Request, _world: World) -> Response:
    """Ask for a password."""
    return page("Unauthorized", "", 401).with_headers(www_authenticate='Basic realm="members"')


def login(request: Request, _world: World) -> Response:
    """Redirect to a form."""
    if request.path == "/login":
        return html('<title>Sign in</title><form action="/login" method="post"><input type="password" name="p"></form>')
    return redirect(f"/login?next={escape(request.path)}", 302)


def busy(_request: Request, world: World) -> Response:
    """Ask the client to come back later."""
    return page("Too Many Requests", "", 429).with_headers(retry_after=str(world.retry_after))


def slow(request: Request, world: World) -> Response:
    """Show an ordinary page, but take time over it."""
    return replace(alive(request, world), delay=world.delay)


def loop(request: Request, _world: World) -> Response:
    """Redirect to the same URL."""
    return redirect(request.url)


def inside(_request: Request, _world: World) -> Response:
    """Redirect to a private address."""
    return redirect("http://169.254.169.254/latest/meta-data/", 302)


def endless(_request: Request, _world: World) -> Response:
    """Send a body until the reader has had enough."""

    def pieces() -> Iterator[bytes]:
        while True:
            yield bytes(65_536)

    return Response(body=pieces, headers={"Content-Type": "application/octet-stream"})


@cache
def bomb_body() -> bytes:
    """64 MB of zeros, compressed."""
    return gzip.compress(bytes(64_000_000), 9)


def bomb(_request: Request, _world: World) -> Response:
    """Send little that decompresses to much."""
    return Response(body=bomb_body(), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


def headers(request: Request, world: World) -> Response:
    """Send a header that no client should accept."""
    return alive(request, world).with_headers(x_large="x" * 1_000_000)


def charset(request: Request, _world: World) -> Response:
    """Show a page whose charset has to be guessed."""
    body = f"<title>编码不明</title><p>这一页用的是国标码：{escape(request.path)}</p>".encode("gbk")
    return Response(body=body, headers={"Content-Type": "text/html; charset=x-nobody-knows"})


def coded(name: str, compress: Callable[[bytes], bytes]) -> Behaviour:
    """Return a host whose pages come compressed, whatever the client accepts."""

    def answer(request: Request, _world: World) -> Response:
        body = f"<title>Compressed by {name}</title><p>{escape(request.path)}</p>".encode()
        return Response(body=compress(body), headers={"Content-Type": "text/html", "Content-Encoding": name})

    return answer


def pdf(request: Request, _world: World) -> Response:
    """Send a PDF; what stands behind its end is a comment."""
    return Response(body=arxiv.PDF + f"\n% {request.path}\n".encode(), headers={"Content-Type": "application/pdf"})


def nohead(request: Request, world: World) -> Response:
    """Dislike HEAD."""
    if request.method == "HEAD":
        return page("Method Not Allowed", "", 405).with_headers(allow="GET")
    return alive(request, world)


HOSTS: dict[str, Behaviour] = {
    "alive": alive,
    "missing": status(404, "404 Not Found"),
    "gone": status(410, "Gone"),
    "broken": status(500, "Internal Server Error"),
    "down": status(503, "Service Unavailable"),
    "soft404": status(200, "404 - Page not found"),
    "moved": elsewhere(301),
    "permanent": elsewhere(308),
    "temporary": elsewhere(302),
    "chain": chain,
    "upgrade": upgrade,
    "wall": wall,
    "members": members,
    "login": login,
    "legal": status(451, "Unavailable For Legal Reasons"),
    "busy": busy,
    "slow": slow,
    "silent": failing(Failure.HANG),
    "reset": failing(Failure.RESET),
    "cut": failing(Failure.CUT),
    "self-signed": alive,
    "wrong-name": alive,
    "expired": alive,
    "loop": loop,
    "inside": inside,
    "endless": endless,
    "bomb": bomb,
    "headers": headers,
    "charset": charset,
    "pdf": pdf,
    "gzip": coded("gzip", gzip.compress),
    "brotli": coded("br", brotli.compress),
    "nohead": nohead,
}
FLAWS = {"self-signed": Flaw.UNKNOWN_ISSUER, "wrong-name": Flaw.WRONG_NAME, "expired": Flaw.EXPIRED}


def answer(request: Request, world: World) -> Response:
    """Answer as the host does."""
    return HOSTS[request.host.removesuffix(f".{DOMAIN}")](request, world)


SITES = (
    Site(
        hosts=tuple(f"{name}.{DOMAIN}" for name in HOSTS),
        answer=answer,
        robots="",
        flaws={f"{name}.{DOMAIN}": flaw for name, flaw in FLAWS.items()},
    ),
    Site(hosts=(f"norobots.{DOMAIN}",), answer=alive, robots="User-agent: *\nDisallow: /\n"),
    Site(hosts=(f"plain.{DOMAIN}", *BENCHMARK_HOSTS), answer=plain, robots=""),
    Site(hosts=PRIVATE, answer=lambda _request, _world: text("a secret of the inside"), robots=""),
)
