"""One note with an image in every place where one can stand: crawled, rendered, and nothing foreign is loaded.

It is rendered from `file://`, and as a page of sites whose images stand below a static folder.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyromark
import pytest
import yaml

from tests.crawler.link_checking.images.test_image_fallbacks import drawn, picture
from tests.internet import Internet
from tests.internet.sites.elsewhere import TABLE
from tests.support.browsing import chromium, serving
from tests.support.crawling import VERDICTS_AND_NOTES, Desk
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ProxySettings

    from tests.internet.messages import Request, Response

HOST = TABLE["hosts"][0]
PAGES = f"https://{HOST}/pictures/"
NOTE = """\
---
title: t
cover: @/cover.png
header:
  image: '@/header.png'
images:
  - "@/list-a.png"
  - @/list-b.png
---
# t

![a](@/plain.png){width=50%} ![b|300](<@/angle.png>) ![c][d] [![e](@/linked.png)](#t)

![f](@/dark.png#gh-dark-mode-only) ![g](@/center.png#pic_center)

[d]: @/reference.png

| a | b |
|---|---|
| ![t](@/cell.png) | <img src="@/cell-html.png?a=1&amp;b=2"> |

<img src="@/set-1,w_1.png" srcset="@/set-1,w_1.png 1x, @/set-2,w_2.png 2x">

<picture>
  <source media="(min-width: 500px)" srcset="@/wide.png 640w, @/wider.png 1280w">
  <img src="@/small.png">
</picture>

<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" data-src="@/late.png">
<img data-original="@/late-original.png"> <img data-lazy-src='@/late-lazy.png' data-lazy-srcset='@/late-2.png 2x'>

<div class="shown" style="background: url(&quot;@/style.png&quot;) no-repeat">t</div>
<div class="shown" style='background-image: image-set("@/density-1.png" 1x, url(@/density-2.png) 2x)'>t</div>

<style>
.shown { width: 64px; height: 48px }
/* url(@/comment.png) */
h1 { background: url('@/sheet.png') }
</style>

<table background="@/table.png"><tr><td background="@/td.png">t</td></tr></table>

<object data="@/object.png" type="image/png" width="64" height="48"></object>
<embed src="@/embed.png" type="image/png" width="64" height="48">
<video poster="@/poster.png" width="64" height="48"></video>
<input type="image" src="@/input.png">

<svg width="64" height="96"><image href="@/svg.png" width="64"/><image xlink:href="@/svg-old.png" y="48"/></svg>

{{< figure src="@/figure.png" title="t" >}} {{% img '@/img.png' %}}

{% img left @/hexo.png 64 48 t %} {% include figure.html src="@/jekyll.png" image_path="@/jekyll-path.png" %}

<Image src="@/mdx.png" alt="t" />
""".replace("@/", PAGES)
NAMES = {name for name in re.findall(r"/pictures/([\w.,-]+)", NOTE) if name != "comment.png"}
TEMPLATE = re.compile(r"\{\{[<%].*?[%>]\}\}|\{%.*?%\}|<Image[^>]*>", re.DOTALL)
SCREENS = ((1280, 2), (600, 1), (400, 1))
"""Width and density: together they show every candidate of an image."""

VALUE = re.compile(r"[^\s\"']+\.png")
LATE = """<script>for (const image of document.images) {
  const {src, original, lazySrc, lazySrcset} = image.dataset
  if (src || original || lazySrc) image.src = src || original || lazySrc
  if (lazySrcset) image.srcset = lazySrcset
}</script>"""


def answer(request: Request) -> Response:
    """Return another picture for each address."""
    return picture(drawn(request.path.rpartition("/")[2].replace(",", "w")))


def rendered(note: str) -> str:
    """Return the page that a site makes of a note: its templates show what is in front matter and shortcodes."""
    _, front, body = note.split("---\n", 2)
    values = yaml.safe_load(front)
    shown = [values["cover"], values["header"]["image"], *values["images"]]
    body = TEMPLATE.sub(lambda found: "".join(f'<img src="{url}">' for url in VALUE.findall(found[0])), body)
    options = pyromark.Options.ENABLE_TABLES
    images = "".join(f'<img src="{url}">' for url in shown)
    return f"<!DOCTYPE html><meta charset=utf-8>{images}{pyromark.html(body, options=options)}{LATE}"


@pytest.fixture(scope="module")
def network() -> Iterator[Internet]:
    with Internet() as internet:
        internet.fault(f"{PAGES}*", answer)
        yield internet


@pytest.fixture(scope="module")
def crawled(network: Internet, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk on which the note has been crawled."""
    desk = Desk(tmp_path_factory.mktemp("places"), network.environ(), VERDICTS_AND_NOTES)
    desk.write("a.md", NOTE)
    done = desk.crawl()
    assert (done.returncode, done.stderr) == (0, "")
    return desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def loaded(browser: Browser, url: str, width: int, density: int, proxy: ProxySettings) -> tuple[set[str], set[str]]:
    """Return the URLs that a page loads on a screen, and those of them that failed."""
    context = browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=density, proxy=proxy)
    page = context.new_page()
    asked, failed = set[str](), set[str]()
    page.on("request", lambda request: asked.add(request.url))
    page.on("requestfailed", lambda request: failed.add(request.url))
    page.goto(url, wait_until="load")
    page.evaluate("Promise.all(Array.from(document.images, image => image.decode()))")
    sizes = page.evaluate("Array.from(document.images, image => image.naturalWidth)")
    context.close()
    assert all(sizes)
    return asked, failed


def shown_on_all_screens(browser: Browser, network: Internet, url: str) -> set[str]:
    """Return the URLs that a page loads; fail if it asks another host for an image, or if one does not load."""
    network.forget()
    asked = set[str]()
    bypass = "127.0.0.1" if "127.0.0.1" in url else "<-loopback>"
    for width, density in SCREENS:
        wanted, failed = loaded(browser, url, width, density, {"server": network.proxy, "bypass": bypass})
        assert failed == set()
        asked |= wanted
    assert [request.url for request in network.requests if HOST in request.url] == []
    return {url for url in asked if not url.startswith("data:")}


def image_files(asked: set[str]) -> set[str]:
    return {url.partition("#")[0].rpartition("/")[2] for url in asked if "/images/" in url}


def test_every_image_shows_and_none_is_foreign(crawled: Desk, network: Internet, browser: Browser) -> None:
    note = (crawled.output / "notes/a.md").read_text("utf-8")
    assert set(re.findall(r"/pictures/([\w.,-]+)", note)) == {"comment.png"}
    assert {"#gh-dark-mode-only", "#pic_center"} <= set(re.findall(r"png(#[\w-]+)", note))
    page_file = crawled.output / "notes/a.html"
    page_file.write_text(rendered(note), "utf-8")
    asked = shown_on_all_screens(browser, network, page_file.as_uri())
    assert all(url.startswith("file:") for url in asked)
    assert len(image_files(asked)) == len(NAMES)


@dataclass(frozen=True, slots=True)
class Site:
    """A site: its configuration file, the path of its note, and the folder that is published as its root."""

    config: str
    note: str
    published: str


SITES = {
    "Hugo": Site("hugo.toml", "content/posts/a.md", "static"),
    "Jekyll": Site("_config.yml", "_posts/2026-05-04-a.md", "."),
}


@pytest.mark.parametrize("name", sampled(SITES))
def test_every_image_shows_on_a_page_of_a_site(network: Internet, browser: Browser, tmp_path: Path, name: str) -> None:
    site, desk = SITES[name], Desk(tmp_path, network.environ(), VERDICTS_AND_NOTES)
    desk.write(site.config, "")
    desk.write(site.note, NOTE)
    done = desk.crawl("-s", "IMAGES_LAYOUT=tool")
    assert (done.returncode, done.stderr) == (0, "")
    public = tmp_path / "public"
    shutil.copytree(desk.output / "notes" / site.published, public)
    page_file = public / "posts/a/index.html"
    page_file.parent.mkdir(parents=True)
    page_file.write_text(rendered((desk.output / "notes" / site.note).read_text("utf-8")), "utf-8")
    with serving(public) as address:
        asked = shown_on_all_screens(browser, network, f"{address}/posts/a/")
    assert all(url.startswith(address) for url in asked)
    assert len(image_files(asked)) == len(NAMES)
