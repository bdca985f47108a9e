"""Hosts below example.org that show something else in place of the page asked for, at every path.

| host | what it shows |
|---|---|
| checking | 503, Cloudflare's "Just a moment..." without the header that says so |
| aliyun | 200, a script of Aliyun's firewall that computes a cookie |
| jiasule | 521, a script of Jiasule that computes a cookie |
| signin | 200, a login page, not redirected to |
| parked | 200, a domain for sale |
| home | 302 to its front page; that is an ordinary one |
| lost | 200, a Chinese page that says that there is none |
| signed | 403, S3's words for an address whose signature has expired |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.internet.messages import Request, Response, html, page, redirect
from tests.internet.sites import Site
from tests.internet.sites.odd import DOMAIN, Behaviour

if TYPE_CHECKING:
    from tests.internet.world import World


def checking(_request: Request, _world: World) -> Response:
    """Have the browser compute something, as Cloudflare does."""
    return html(
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
        "<noscript>Enable JavaScript and cookies to continue</noscript>"
        '<script>window._cf_chl_opt = {cType: "managed", cRay: "8f0SMALL"};</script></body></html>',
        503,
    ).with_headers(server="cloudflare", cf_ray="8f0SMALL-AMS")


def aliyun(_request: Request, _world: World) -> Response:
    """Have the browser compute a cookie and come again."""
    return html(
        "<html><script>var arg1='4B1C2D3E5F60718293A4B5C6D7E8F90112233445';"
        "function reload(x) {document.cookie = 'acw_sc__v2=' + x; document.location.reload();}</script></html>"
    ).with_headers(set_cookie="acw_tc=small;path=/;HttpOnly;Max-Age=1800")


def jiasule(_request: Request, _world: World) -> Response:
    """Have the browser compute a cookie and come again, with a status of its own."""
    return html(
        "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_clearance_s=1;max-age=3600;path=/;');"
        "location.href=location.pathname+location.search</script>",
        521,
    ).with_headers(set_cookie="__jsluid_s=0123456789abcdef; max-age=31536000; path=/; HttpOnly; SameSite=None; secure")


def signin(_request: Request, _world: World) -> Response:
    """Ask for name and password where the page should be."""
    return html(
        "<!DOCTYPE html><html><head><title>用户登录 - 小站</title></head><body><h1>用户登录</h1>"
        '<form method="post"><input name="user"><input type="password" name="p"><button>登录</button></form></body>'
    )


def parked(request: Request, _world: World) -> Response:
    """Offer the domain."""
    return page(f"{request.host} is for sale", "Buy this domain today.")


def home(request: Request, _world: World) -> Response:
    """Lead everybody to the front page."""
    return page("Home", "Welcome.") if request.path == "/" else redirect("/", 302)


def lost(_request: Request, _world: World) -> Response:
    """Say that there is no page, but not in the status."""
    return page("您访问的页面不存在 - 小站", "抱歉，您访问的页面不存在或已被删除，返回首页看看吧。")


def signed(_request: Request, _world: World) -> Response:
    """Refuse a signature, as S3 does."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    )
    return Response(403, body.encode(), {"Content-Type": "application/xml"})


HOSTS: dict[str, Behaviour] = {
    "checking": checking,
    "aliyun": aliyun,
    "jiasule": jiasule,
    "signin": signin,
    "parked": parked,
    "home": home,
    "lost": lost,
    "signed": signed,
}

SITES = tuple(Site(hosts=(f"{name}.{DOMAIN}",), answer=answer, robots="") for name, answer in HOSTS.items())
