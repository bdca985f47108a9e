"""The page that people look at: how it behaves in a browser, for everybody, and with what came from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Page, Picture
from pipelines.reports.html import report
from tests.support.browsing import chromium
from tests.support.mending import moved, standing
from tests.support.reporting import NOTE, file_of, rendered, second_night, soup
from tests.support.sampling import sampled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab
    from playwright.sync_api import Request as BrowserRequest

    from pipelines.reports.contract import Rendering


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    return second_night(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def tabs(browser: Browser) -> Callable[..., Tab]:
    """Return what gives a tab with some options; it is kept for the next who asks for the same."""
    found: dict[str, Tab] = {}

    def tab(**options: Any) -> Tab:
        if str(options) not in found:
            context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options)
            found[str(options)] = context.new_page()
        return found[str(options)]

    return tab


@pytest.fixture
def look(tabs: Callable[..., Tab]) -> Iterator[Callable[..., Tab]]:
    """Return what opens a report in a tab; whatever the console says is a fault, and so is what cannot be had.

    Who goes on to another page does not wait for the pictures of this one.
    """
    said: list[str] = []

    def failed(request: BrowserRequest) -> None:
        if request.failure != "net::ERR_ABORTED":
            said.append(request.url)

    listeners = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "requestfailed": failed,
    }
    used = []

    def look(made: Rendering, place: str = "", **options: Any) -> Tab:
        tab = tabs(**options)
        used.append(tab)
        for event, listener in listeners.items():
            tab.on(event, listener)  # type: ignore[call-overload]
        tab.goto("about:blank")
        tab.goto(file_of(made).as_uri() + place)
        return tab

    yield look
    for tab in used:
        for event, listener in listeners.items():
            tab.remove_listener(event, listener)
    assert said == []


def rows(tab: Tab) -> list[str]:
    """Return the addresses of the rows that the table shows."""
    return tab.locator("#table tbody .link > a, #table tbody .link > span:not(.instead)").all_inner_texts()


def status(tab: Tab) -> str:
    return tab.locator("#found").inner_text()


def test_worst_first_and_page_by_page(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    assert status(tab) == "255 of 255 links"
    first = rows(tab)
    assert first[:3] == ["https://mp.weixin.qq.com/s/B", "https://h0.example/000", "https://github.com/old/loops"]
    assert len(first) == 100
    tab.click("#next")
    tab.click("#next")
    assert tab.locator("#page").inner_text() == "Page 3 of 3"
    assert len(rows(tab)) == 55
    assert tab.locator("#next").is_disabled()
    tab.click("#previous")
    assert not set(rows(tab)) & set(first)


SEARCHES = {
    "目标": ["https://mp.weixin.qq.com/s/A"],
    "综述 目标": ["https://mp.weixin.qq.com/s/A"],
    "LOOPS sight": ["https://arxiv.org/abs/2204.00001"],
    "new/loops": ["https://github.com/old/loops"],
    "ｈ３．example/003": ["https://h3.example/003"],  # full-width, as an input method may write it
    "不存在": [],
}
"""What is typed, and the links that are shown."""


def test_search(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    field = tab.locator("#links-form [name=q]")
    for typed, shown in SEARCHES.items():
        field.clear()
        field.press_sequentially(typed)
        assert rows(tab) == shown, typed
        assert status(tab) == f"{len(shown)} of 255 links"


def test_an_input_method_is_waited_for(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    tab.focus("#links-form [name=q]")
    keyboard = tab.context.new_cdp_session(tab)
    keyboard.send("Input.imeSetComposition", {"text": "mubiao", "selectionStart": 6, "selectionEnd": 6})
    assert status(tab) == "255 of 255 links"
    keyboard.send("Input.insertText", {"text": "目标"})
    assert rows(tab) == ["https://mp.weixin.qq.com/s/A"]


def test_filters(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    tab.select_option("[name=verdict]", "suspect")
    assert rows(tab) == ["https://h0.example/000"]
    tab.select_option("[name=verdict]", "blocked")
    assert rows(tab) == ["https://h1.example/001"]
    tab.select_option("[name=verdict]", "")
    tab.select_option("[name=kind]", "wechat")
    assert rows(tab) == ["https://mp.weixin.qq.com/s/B", "https://mp.weixin.qq.com/s/A"]
    tab.fill("#links-form [name=note]", "b.md")
    assert status(tab) == "0 of 255 links"
    assert tab.locator("#table tbody").inner_text() == "No matching links."
    tab.click("#clear")
    assert status(tab) == "255 of 255 links"
    tab.fill("[name=host]", "H3.")
    assert status(tab) == "36 of 255 links"
    tab.fill("[name=host]", "")
    tab.fill("#links-form [name=note]", "2022/")
    assert status(tab) == "5 of 255 links"


def test_sorting(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    tab.fill("#links-form [name=note]", "2022/")
    heading = tab.locator("th.link")
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert rows(tab) == [
        "https://mp.weixin.qq.com/s/A",  # 目标检测综述
        "https://mmbiz.qpic.cn/a/640?wx_fmt=png",
        "https://mp.weixin.qq.com/s/B",
        "https://arxiv.org/abs/2204.00001",  # Loops in Sight
        "https://github.com/old/loops",  # new/loops
    ]
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert rows(tab)[0] == "https://github.com/old/loops"
    tab.locator("th.where button").click()
    assert heading.get_attribute("aria-sort") is None
    assert rows(tab)[0] == "https://mp.weixin.qq.com/s/A"


def test_addresses_within_the_page(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#links?verdict=dead")
    assert rows(tab) == ["https://mp.weixin.qq.com/s/B"]
    tab.click(".tile.suspect a")
    assert rows(tab) == ["https://h0.example/000"]
    tab.goto(file_of(sample).as_uri() + "#work?q=Something Else")
    tab.click("text=Show note")
    expect(tab.locator("#note h3")).to_have_text("笔记（2022.5.31）")
    assert tab.locator("#note .meant h4").inner_text() == "1. 目标检测综述"
    tab.click("text=Links in this note")
    expect(tab.locator("#found")).to_have_text("5 of 255 links")  # the page hears of its new fragment later


def test_a_note_with_its_pictures_and_facts(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    assert tab.locator("#note h3").inner_text() == "笔记（2022.5.31）"  # the newest
    tab.fill("#note-search", "many")
    tab.click("#note-list a")
    about = tab.locator("#note .about")
    expect(about).to_contain_text("b.md")
    assert about.inner_text().split() == [
        "b.md",
        "2022-05-01",
        *("Open", "note"),
        *("Links", "in", "this", "note"),
    ]
    tab.fill("#note-search", "检测")
    assert tab.locator("#note-list a").count() == 1
    tab.click("#note-list a")
    expect(about).to_contain_text("2022/a.md")
    card = tab.locator(".card").first
    assert re.sub(r"\s+", " ", card.locator("dl").inner_text()) == (
        "Article alive 号 2026-11-20 Paper alive Loops in Sight Ada CVPR 2022 "
        "Code moved new/loops 1,234 stars Abstract 一句话"
    )
    picture = card.locator("img")
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") == 64
    assert picture.get_attribute("alt") == "Image 1: 目标检测综述"


def test_the_browser_s_language_and_the_other(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, locale="zh-CN")
    assert tab.title() == "notemend · 链接报告"
    assert status(tab) == "显示 255 条，共 255 条"
    assert tab.locator("#work-title").inner_text() == "待处理"
    assert tab.locator("html").get_attribute("lang") == "zh-CN"
    assert tab.locator("#table .badge").first.inner_text() == "失效"
    tab.click("#language")
    assert status(tab) == "255 of 255 links"
    assert tab.locator("#table .badge").first.inner_text() == "dead"
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator("header nav").get_attribute("aria-label") == "Contents"
    assert look(sample, locale="fr-FR").title() == "notemend · Link report"


def test_charts_are_drawn(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    for canvas in tab.locator("canvas").all():
        drawn = canvas.evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(byte => byte !== 0)"
        )
        assert drawn, canvas.get_attribute("data-chart")


# --- for everybody ----------------------------------------------------------------------------------------------------

# --- what to do -------------------------------------------------------------------------------------------------------


def places(tab: Tab) -> list[str]:
    return tab.locator("#tasks .place a").all_inner_texts()


def test_what_to_do_comes_first_and_the_gravest_before_the_rest(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    assert tab.locator("main > section").first.get_attribute("id") == "work"
    assert places(tab)[-1] == "b.md:3:4"
    assert tab.locator("#tasks h3").all_inner_texts() == ["2022/a.md", "b.md"]
    assert tab.locator("#tasks .badge").last.inner_text() == "failed, will be checked again"


def test_what_to_do_is_filtered_by_the_address_and_into_it(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#work?what=dead")
    assert places(tab) == ["2022/a.md:10:10"]
    assert (
        tab.locator("#tasks .do-captures").get_attribute("href")
        == "https://web.archive.org/web/*/https://mp.weixin.qq.com/s/B"
    )
    tab.locator("#work-form [name=q]").fill("another page that is not there")
    expect(tab).to_have_url(re.compile(r"#work\?q=another\+page\+that\+is\+not\+there&what=dead$"))
    expect(tab.locator("#tasks")).to_have_text("Nothing matches.")
    tab.click("#tasks-clear")
    expect(tab).to_have_url(re.compile("#work$"))
    tab.select_option("[name=what]", "edits")
    assert {each.split(":")[0] for each in places(tab)} == {"2022/a.md"}


def test_seen_things_are_hidden_also_after_the_page_was_closed(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#work?what=suspect")
    tab.keyboard.press("j")
    tab.keyboard.press("x")
    assert places(tab) == []
    tab = look(sample, "#work?what=suspect&seen=seen")
    assert places(tab) == ["b.md:3:4"]
    tab.click("text=Mark as not seen")
    assert places(tab) == []


def test_ways_to_ignore_can_be_copied(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#work?what=suspect")
    tab.click("text=Ignore …")
    ways = tab.locator(".ways code").all_inner_texts()
    assert ways[0] == "<!-- notemend: ignore -->"
    assert re.fullmatch(r"<!-- notemend: alive until \d{4}-\d\d because … -->", ways[1])
    assert ways[2] == "EXCLUDE_URLS=https://h0.example/000"
    tab.locator(".ways button").first.click()
    expect(tab.locator("#done")).to_have_text("Copied: <!-- notemend: ignore -->")


def test_filtered_rows_are_exported(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#work?what=suspect")
    with tab.expect_download() as download:
        tab.click("#tasks-export")
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith('b.md,3,4,3,4,"failed, will be checked again",https://h0.example/000,')


def test_what_would_be_written_and_where_it_is_then(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#work?q=new/loops")
    task = tab.locator(".task").first
    assert task.locator(".place small").first.inner_text().startswith("after the edits ")
    assert task.locator(".better").inner_text().split() == ["suggested:", "https://github.com/new/loops"]


def test_a_note_without_entries_shows_its_links(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#notes?note=b.md")
    assert tab.locator(".note-links li").count() == 250
    assert tab.locator(".note-links .badge").first.inner_text() == "suspect"
    assert tab.locator(".note-links .why").first.inner_text() == "seen"


NARROW = {"width": 360, "height": 740}


@pytest.mark.parametrize(
    "options",
    sampled(
        [
            {"color_scheme": "dark", "locale": "zh-CN"},
            {"color_scheme": "light", "locale": "en-GB", "viewport": NARROW},
        ]
    ),
    ids=["dark", "narrow"],
)
def test_nothing_keeps_anybody_from_using_it(
    sample: Rendering, look: Callable[..., Tab], options: dict[str, Any]
) -> None:
    tab = look(sample, "#links?note=2022/", **options)
    tab.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    found = Axe().run(tab).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_alone_reaches_everything(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, "#links?kind=wechat")
    tab.evaluate("document.activeElement.blur(), scrollTo(0, 0), getSelection().setPosition(document.body, 0)")
    reached = set()
    for _ in range(400):
        tab.keyboard.press("Tab")
        at = tab.evaluate("(all => all.indexOf(document.activeElement))([...document.querySelectorAll('*')])")
        if at in reached:
            break
        reached.add(at)
    meant = tab.evaluate("""() => {
        const all = [...document.querySelectorAll('*')];
        const active = 'a[href], button:enabled, input, select, summary, [tabindex="0"]';
        const there = [...document.querySelectorAll(active)].filter(each => each.checkVisibility());
        return there.map(each => all.indexOf(each));
    }""")
    assert set(meant) <= reached
    tab.focus("th.link button")
    tab.keyboard.press("Enter")
    assert tab.locator("th.link").get_attribute("aria-sort") == "ascending"


# --- what came from elsewhere -----------------------------------------------------------------------------------------

SCRIPT = "<script>window.planted = 1</script>"
HOSTILE = [
    SCRIPT,
    f"</script>{SCRIPT}",
    f"<!--<script>{SCRIPT}",
    "\"><img src=x onerror='window.planted = 1'>",
    "' onmouseover='window.planted = 1",
    "{{ 7 * 7 }}{% raw %}",
    "\u2028window.planted = 1\u2029",
    "__proto__",
    "{total}",
]


def test_what_came_from_elsewhere_stays_text(tmp_path: Path, look: Callable[..., Tab]) -> None:
    names = [f"https://p{n}.example/{n}" for n in range(len(HOSTILE))]
    entries = "".join(
        f"{n}. [{re.sub('[][]', '', text)}](https://mp.weixin.qq.com/s/{n:022})\n   - Tips: {text}\n\n"
        for n, text in enumerate(HOSTILE, 1)
    )
    notes = {
        "a<b>&\"'.md": f"# {SCRIPT}\n\n{entries}",
        "b.md": "\n".join(
            [
                *(f"<{url}>\n" for url in names),
                "[x](javascript:alert(1)) <https://constructor/> <https://gone.example/>",
            ]
        ),
    }
    standings = [
        *(standing(url, metadata=Page(text)) for url, text in zip(names, HOSTILE, strict=True)),
        *(
            standing(
                f"https://mp.weixin.qq.com/s/{n:022}", Outcome.GONE, Verdict.DEAD, Article(text, text, author=text)
            )
            for n, text in enumerate(HOSTILE, 1)
        ),
        moved("https://constructor/", "javascript:alert(1)", Page("moves")),
        standing("https://gone.example/", Outcome.GONE, Verdict.DEAD, suggestion="javascript:alert(2)"),
    ]
    made = rendered(tmp_path, notes, standings, editor="vscode://file{path}:{line}:{column}")
    tab = look(made)
    shown = tab.locator("#table tbody .title").all_inner_texts()
    assert {re.sub(r"\s+", " ", text).strip() for text in HOSTILE} <= {
        re.sub(r"\s+", " ", text).strip() for text in shown
    }
    tab.fill("#note-search", "a<b>")
    tab.click("#note-list a")
    assert tab.locator("#note .about bdi").inner_text() == "a<b>&\"'.md"
    assert tab.locator(".card").count() == len(HOSTILE)
    tab.click("#language")
    assert tab.evaluate("window.planted") is None
    assert tab.locator("script").count() == soup(made).select("script").__len__() == 1 + 1 + 5 + len(report.SCRIPTS)
    leads = tab.evaluate("Array.from(document.querySelectorAll('a'), each => each.getAttribute('href'))")
    assert [link for link in leads if not link.startswith(("https://", "#", "notes/", "vscode://file/"))] == []
    assert "javascript:alert(1)" in tab.locator("#table").inner_text()
    assert tab.locator("#tasks .title").all_text_contents() == ["moves", *HOSTILE]
    assert "notes/a%3Cb%3E%26%22'.md#L3" in leads
    assert "javascript:alert(2)" in (tab.locator("#tasks").text_content() or "")


def test_a_picture_s_media_type_is_no_matter(tmp_path: Path, look: Callable[..., Tab]) -> None:
    """A drawing is shown as an image, in which no script runs."""
    drawing = Picture("ab/abcd.png", "abcd", "image/svg+xml", 68)
    seen = standing("https://mmbiz.qpic.cn/a/640?wx_fmt=png", metadata=drawing)
    tab = look(rendered(tmp_path, {"a.md": NOTE}, [seen]))
    assert tab.locator(".card img").count() == 1
