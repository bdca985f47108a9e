"""The page of images that edits change: what is on it, in which order, and that it asks nothing of anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from crawler.images.names import image_name
from crawler.images.store import FolderImageStore
from crawler.kinds.registry import link_of
from crawler.models.link import LinkState, Verdict
from crawler.models.metadata import Picture
from crawler.models.notes.note import LinkRole
from pipelines.reports.html import contact_sheet
from pipelines.reports.render import render
from tests.internet.sites.qpic import draw
from tests.support.browsing import chromium
from tests.support.mending import rendering, result_of, standing

if TYPE_CHECKING:
    from bs4 import Tag

    from pipelines.reports.contract import Rendering

HOST = "https://img.example.com"


def picture(name: str, media_type: str = "image/png", **values: object) -> Picture:
    """Return what is known of a saved image with bytes of its own."""
    body = draw(name, "png")
    title = image_name(body, media_type)
    known: dict[str, object] = {"width": 600, "height": 400} | values
    return Picture(title, title[3:67], media_type, len(body), **known)  # type: ignore[arg-type]


PICTURES = {
    "plain": picture("plain"),
    "newer": picture("newer"),
    "archive": picture("archive", source="https://web.archive.org/web/2020id_/https://img.example.com/archive"),
    "photo": picture("photo", "image/heif", width=None, height=None),
    "cat": picture("cat", "image/jpeg"),
    "tiny": picture("tiny", width=32, height=32),
    "line-1": picture("line"),
    "line-2": picture("line"),
    "chart-1": picture("chart"),
    "chart-2": picture("chart"),
    "edge": picture("edge", width=33, height=32),
}
ALTS = {"cat": "cat.gif", "plain": "plain.png", "chart-1": "2025", "chart-2": "2026", "edge": "version 1.0"}
NOTES = {
    "b.md": "".join(f"![{ALTS.get(name, '')}]({HOST}/{name})\n" for name in PICTURES),
    "a.md": f"![again]({HOST}/plain)\n\n![]({HOST}/lost) <{HOST}/page>\n",
}


def image(url: str, metadata: Picture | None, verdict: Verdict = Verdict.ALIVE) -> LinkState:
    link = link_of(url, "", LinkRole.IMAGE)
    assert link is not None
    return replace(standing(url, verdict=verdict), link=link, metadata=metadata)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    folder = tmp_path_factory.mktemp("sheet")
    verdicts = {"photo": Verdict.DEAD}
    states = [
        *(image(f"{HOST}/{name}", each, verdicts.get(name, Verdict.ALIVE)) for name, each in PICTURES.items()),
        image(f"{HOST}/lost", None, Verdict.DEAD),
        standing(f"{HOST}/page"),
    ]  # fmt: skip
    given = rendering(folder, NOTES, states)
    store = FolderImageStore(folder / "output/images", "https://cdn.example.com/p")
    given = replace(given, image_store=store)
    for each in PICTURES.values():
        store.put(each.title, draw("x", "png"), each.media_type)
    store.put(picture("later").title, draw("later", "png"), "image/png")
    given.store.save([replace(result_of(states[1]), newer_image=picture("later").title)])
    render(given, contact_sheet)
    return given


def rows(made: Rendering, section: str) -> dict[str, Tag]:
    """Return the rows of a section by the last part of the URL in the note."""
    found = BeautifulSoup((made.output_dir / "pictures.html").read_text("utf-8"), "lxml")
    return {
        each.select(".address")[0].text.strip().rpartition("/")[2]: each for each in found.select(f"#{section} .pair")
    }


def test_doubtful_ones_come_first_with_every_reason(made: Rendering) -> None:
    doubts = {
        name: [str(each["data-i18n"]).rpartition(".")[2] for each in row.select(".suspect [data-i18n]")]
        for name, row in rows(made, "doubtful").items()
    }
    assert list(doubts.items()) == [
        ("newer", ["newer"]),
        ("archive", ["elsewhere"]),
        ("photo", ["unshown"]),
        ("cat", ["alt text"]),
        ("chart-1", ["alt text", "repeated"]),
        ("chart-2", ["alt text", "repeated"]),
        ("tiny", ["tiny"]),
        ("line-1", ["repeated"]),
        ("line-2", ["repeated"]),
    ]
    newer = rows(made, "doubtful")["newer"].select(".newer img")
    assert [each["src"] for each in newer] == [f"images/{picture('later').title}"]


def test_each_image_is_there_once_with_all_its_places(made: Rendering) -> None:
    others = rows(made, "by-note")
    assert list(others) == ["plain", "edge"]
    assert [each.text for each in others["plain"].select(".places a")] == ["a.md:1", "b.md:1"]
    assert others["plain"].select(".why")[-1].text.strip() == "PNG · 600 × 400 · 0.4 kB"


def test_it_asks_nothing_of_another_host(made: Rendering) -> None:
    page = (made.output_dir / "pictures.html").read_text("utf-8")
    found = BeautifulSoup(page, "lxml")
    assert found.select("[src^=http], link, iframe, object, video") == []
    assert {each["loading"] for each in found.select("img")} == {"lazy"}
    assert {each["rel"][0] for each in found.select("a[href^=http]")} == {"noopener"}


def test_rendering_again_changes_no_byte(made: Rendering) -> None:
    before = (made.output_dir / "pictures.html").read_bytes()
    render(made, contact_sheet)
    assert (made.output_dir / "pictures.html").read_bytes() == before


def test_many_images_are_on_several_pages(made: Rendering, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_sheet, "PER_PAGE", 4)
    given = replace(made, output_dir=made.output_dir / "paged")
    render(given, contact_sheet)
    assert sorted(file.name for file in given.output_dir.glob("*.html")) == [
        "pictures-2.html",
        "pictures-3.html",
        "pictures.html",
    ]
    last = BeautifulSoup((given.output_dir / "pictures-3.html").read_text("utf-8"), "lxml")
    assert [len(last.select(f"#{section} .pair")) for section in ("doubtful", "by-note")] == [1, 2]
    assert [each["href"] for each in last.select(".pages a")] == ["pictures-2.html"]
    monkeypatch.setattr(contact_sheet, "PER_PAGE", 50)
    (given.output_dir / "pictures.html").unlink()
    render(given, contact_sheet)
    assert [file.name for file in given.output_dir.glob("*.html")] == ["pictures.html"]


def test_what_a_person_sees(made: Rendering) -> None:
    asked: list[str] = []
    with chromium() as browser:
        tab = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 900}).new_page()
        tab.on("console", lambda message: asked.append(message.text))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((made.output_dir / "pictures.html").as_uri())
        assert tab.title() == "notemend · 图片改动"
        assert tab.locator(".when").inner_text() == "11 张图片，其中 9 张需要查看"
        tab.click("#language")
        assert tab.locator("#doubtful .suspect").first.inner_text() == "another image came later"
        tab.wait_for_function("document.images[0].complete && document.images[0].naturalWidth > 0")
    assert all(each.startswith("file:") for each in asked)
