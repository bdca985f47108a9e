"""`python -m tests.screenshots`: makes the pictures of docs/images from the sample notes, crawled for some nights.

Needs Chromium, and a Chinese font (Debian: apt-get install chromium fonts-noto-cjk).
"""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.internet import Internet
from tests.internet.messages import text
from tests.support.browsing import chromium
from tests.support.crawling import EVERY_NIGHT, Desk
from tests.support.processes import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = ROOT / "docs/images"
LARGEST = 200_000
NIGHTS = ("", "", "https://github.com/*", "https://mp.weixin.qq.com/s/g*", "https://segment-anything.com/*", "")
"""What answers with HTTP 503 in each of the nights, so that there is a history to be seen."""

WIDE = {"width": 1280, "height": 1000}
SHOTS: dict[str, tuple[str, dict[str, Any]]] = {
    "report-light": ("", {"viewport": WIDE, "color_scheme": "light", "locale": "en-GB"}),
    "report-dark": (
        "#notes?note=202605%2F0506.md",
        {"viewport": WIDE, "color_scheme": "dark", "locale": "zh-CN"},
    ),
    "report-narrow": (
        "",
        {"viewport": {"width": 400, "height": 860}, "color_scheme": "light", "locale": "zh-CN"},
    ),
}


def crawl(folder: Path) -> Path:
    """Crawl the sample notes night after night; return the report."""
    with Internet() as internet:
        desk = Desk(folder, internet.environ())
        shutil.copytree(ROOT / "notes", desk.notes, dirs_exist_ok=True)
        for fails in NIGHTS:
            internet.heal()
            if fails:
                internet.fault(fails, text("", 503))
            desk.crawl(*EVERY_NIGHT)
    return desk.output / "report.html"


def shoot(browser: Browser, report: Path, name: str) -> None:
    """Take one picture, in as few colours as make it small."""
    place, options = SHOTS[name]
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(report.as_uri() + place)
    page.wait_for_load_state("networkidle")
    shot = Image.open(BytesIO(page.screenshot()))
    context.close()
    shot.convert("RGB").quantize(256).save(IMAGES / f"{name}.png", optimize=True)
    size = (IMAGES / f"{name}.png").stat().st_size
    if size > LARGEST:
        raise ValueError(f"{name}.png has {size} bytes")


def main() -> None:
    """Take all of them."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        report = crawl(Path(folder))
        for name in SHOTS:
            shoot(browser, report, name)


if __name__ == "__main__":
    main()
