"""The page that people look at: what is in the file, and how it behaves in a browser."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from crawler.gallery import Folder
from crawler.items import Article, Outcome, Page, Paper, Picture, Repository, Verdict
from pipelines.outputs import report
from pipelines.outputs.report import page as pages
from tests.browsing import chromium
from tests.internet.sites.qpic import draw
from tests.mending import NOW, PICTURE, moved, rendering, standing
from tests.storing import NIGHT, checked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bs4 import Tag
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

    from pipelines.outputs import Rendering

NOTE = """# 笔记（2022.5.31）

1. [目标检测综述](https://mp.weixin.qq.com/s/A) :star::star:
   - Abstract: 一句话
   - Paper: [Something Else Entirely](https://arxiv.org/abs/2204.00001)
   - Code: [x](https://github.com/old/loops)

![](https://mmbiz.qpic.cn/a/640?wx_fmt=png)

2. [另一篇](https://mp.weixin.qq.com/s/B)
   - Tips: 无
"""
MANY = "".join(f"- <https://h{n % 7}.example/{n:03}>\n" for n in range(250))
LOOPS = Paper("Loops in Sight", "2204.00001", ("Ada",), venue="CVPR", venue_year=2022)
STORE = [
    standing("https://mp.weixin.qq.com/s/A", metadata=Article("目标检测综述", "号", published_at=NOW)),
    standing("https://mp.weixin.qq.com/s/B", Outcome.GONE, Verdict.DEAD, Article("", "W" * 120)),
    standing("https://arxiv.org/abs/2204.00001", metadata=LOOPS),
    moved("https://github.com/old/loops", "https://github.com/new/loops", Repository("new/loops", stars=1234)),
    standing("https://mmbiz.qpic.cn/a/640?wx_fmt=png", metadata=PICTURE),
    standing("https://h0.example/000", Outcome.FAILED, Verdict.SUSPECT),
    standing("https://h1.example/001", Outcome.BLOCKED, Verdict.UNKNOWN),
]  # fmt: skip
SAMPLE = {"2022/a.md": NOTE, "b.md": f"# Many (2022.5.1)\n\n{MANY}"}


def rendered(folder: Path, notes: dict[str, str], standings: list[Any], **changes: Any) -> Rendering:
    """Render the report of these notes and links, as after a run."""
    made = replace(rendering(folder, notes, standings), **changes)
    (folder / "output/images" / PICTURE.title).write_bytes(draw("a", "png"))
    made.store.start_run(NOW)
    report.render(made)
    return made


def file_of(made: Rendering) -> Path:
    return made.output_dir / "report.html"


def soup(made: Rendering) -> BeautifulSoup:
    return BeautifulSoup(file_of(made).read_text("utf-8"), "lxml")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    """Return a report of a second night on which nothing has changed."""
    made = rendered(tmp_path_factory.mktemp("sample"), SAMPLE, STORE)
    made.store.finish_run(NOW)
    made.store.start_run(NOW + NIGHT)
    report.render(made)
    return made


# --- the file ---------------------------------------------------------------------------------------------------------


def text(within: Tag, selector: str) -> str:
    """Return the text of the one element that there should be."""
    (found,) = within.select(selector)
    return found.text


def data(made: Rendering, name: str) -> Any:
    """Return what the page's scripts are given under a name."""
    return json.loads(text(soup(made), f"#{name}-data"))


def tiles(made: Rendering) -> dict[str, tuple[str, str]]:
    return {
        text(tile, "a > span"): (text(tile, "strong"), text(tile, "small").strip("\xa0\n "))
        for tile in soup(made).select(".tile")
    }


def test_headline_numbers_and_their_change_since_the_last_run(tmp_path: Path) -> None:
    made = rendered(tmp_path, {"a.md": NOTE, "well.md": "<https://mp.weixin.qq.com/s/A>"}, STORE)
    assert tiles(made) == {
        "links": ("5", ""),
        "alive": ("3", ""),
        "moved": ("1", ""),
        "suspect": ("0", ""),
        "dead": ("1", ""),
        "blocked": ("0", ""),
        "pictures rescued": ("1", ""),
        "notes changed": ("1", ""),
    }
    made.store.finish_run(NOW)
    report.render(made)
    assert {change for _, change in tiles(made).values()} == {""}  # the run that ended is no run before itself
    made.store.start_run(NOW + NIGHT)
    made.store.save([checked(STORE[0].link, Outcome.BLOCKED, 1, Verdict.DEAD)])
    report.render(made)
    changes = {name: change for name, (_, change) in tiles(made).items()}
    assert (changes["alive"], changes["dead"]) == ("−1 since last run", "+1 since last run")
    assert (changes["blocked"], changes["links"]) == ("+1 since last run", "as before")
    made.store.finish_run(NOW + NIGHT)
    made.store.start_run(NOW + 2 * NIGHT)
    report.render(made)
    assert {change for _, change in tiles(made).values()} == {"as before"}


def test_rendering_again_changes_no_byte(sample: Rendering) -> None:
    first = file_of(sample).read_bytes()
    report.render(sample)
    assert file_of(sample).read_bytes() == first


def test_nothing_is_fetched_from_elsewhere_and_only_its_own_scripts_run(sample: Rendering) -> None:
    found = soup(sample)
    assert found.select("link, iframe, object, embed, script[src], img[src^=http]") == []
    (meta,) = found.select("meta[http-equiv]")
    rules = dict(rule.split(" ", 1) for rule in str(meta["content"]).split("; "))
    hashes = {
        tag: {f"'sha256-{b64encode(sha256(each.text.encode()).digest()).decode()}'" for each in elements}
        for tag, elements in {"script": found.select("script:not([type])"), "style": found.select("style")}.items()
    }
    assert set(rules.pop("script-src").split()) == hashes["script"]
    assert set(rules.pop("style-src").split()) == hashes["style"]
    assert rules.pop("img-src") == "'self' data:"
    assert rules.pop("require-trusted-types-for") == "'script'"
    assert rules == dict.fromkeys(("default-src", "base-uri", "form-action", "trusted-types"), "'none'")
    attributes = {name for element in found.find_all(True) for name in element.attrs}
    assert [name for name in attributes if name.startswith("on") or name == "style"] == []


@pytest.mark.parametrize(
    ("base", "allowed"),
    [
        ("https://cdn.example.com/p", " https://cdn.example.com"),
        ("http://127.0.0.1:9000/bucket", " http://127.0.0.1:9000"),
        ("https://[::1]:9000/bucket", " https://[::1]:9000"),
        ("https://a;script-src *", " https://a"),
        ("javascript:alert(1)", ""),
    ],
)
def test_pictures_may_come_from_their_place(base: str, allowed: str) -> None:
    assert f"; img-src 'self' data:{allowed}; " in pages.policy("", (), base)


def test_pictures_are_shown_from_their_place(tmp_path: Path) -> None:
    made = rendered(tmp_path, SAMPLE, STORE, gallery=Folder(tmp_path / "output/images", "https://cdn.example.com/p"))
    note, _ = data(made, "notes")
    assert note["entries"][0]["pictures"] == ["https://cdn.example.com/p/ab/abcd.png"]


def test_findings_name_their_line_and_lead_there(sample: Rendering) -> None:
    (group,) = [each for each in soup(sample).select(".group") if "another title" in text(each, "summary")]
    (item,) = group.select("li")
    place, entry = item.select(".places a")
    assert (place.text, place["href"]) == ("2022/a.md:5", "notes/2022/a.md#L5")
    assert (entry.text, entry["href"]) == ("entry 1", "#notes?note=2022/a.md&line=5")
    assert (text(item, ".says"), text(item, ".better")) == ("Something Else Entirely", "is Loops in Sight")


def test_every_chart_is_spelt_out(sample: Rendering) -> None:
    found = soup(sample)
    for figure in found.select("figure"):
        assert bool(figure.select("canvas")) == bool(figure.select("table")) != bool(figure.select(".notice"))
    rows = {text(row, "th"): [cell.text for cell in row.select("td")] for row in found.select(".hosts tbody tr")}
    assert rows["h0.example"] == ["0", "1", "0", "0", "35", "0"]


def test_beyond_a_bound_the_worst_are_shown_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LINKS", 2)
    monkeypatch.setattr(report, "ENTRIES", 4)  # headings count as entries
    made = rendered(tmp_path, SAMPLE | {"c.md": "# The last"}, STORE)
    assert [row[3] for row in data(made, "links")["rows"]] == ["dead", "suspect"]
    notices = " ".join(each.text for each in soup(made).select(".notice"))
    assert "There are 255 links: the table holds the 2" in notices
    assert "1 earlier notes are left out" in notices
    assert [note["path"] for note in data(made, "notes")] == ["b.md", "c.md"]


def test_before_the_first_run_there_is_a_page_too(tmp_path: Path) -> None:
    made = rendering(tmp_path, {"a.md": "no link\n"}, [])
    report.render(made)
    assert "No run yet" in text(soup(made), ".when")
    assert "Nothing: every link is well" in text(soup(made), "#acting")


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "]]>", "\u2028\u2029", "&lt;", "\\u003c", '"', "'"])
def test_json_in_a_page_is_read_as_it_was_written(text: str) -> None:
    embedded = pages.embedded({text: [text]})
    assert not re.search("[<>&\u2028\u2029]", embedded)
    assert json.loads(embedded) == {text: [text]}


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://a.example/", True),
        ("HTTP://a.example/", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example/", False),
        ("202605/0511.md", False),
        ("https://[", False),
    ],
)
def test_only_web_addresses_are_links(url: str, leads: bool) -> None:
    assert pages.web(url) is leads


# --- in a browser -----------------------------------------------------------------------------------------------------


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
    """Return what opens a report in a tab; whatever the console says is a fault."""
    said: list[str] = []
    listeners = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "requestfailed": lambda request: said.append(request.url),
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


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("目标", ["https://mp.weixin.qq.com/s/A"]),
        ("综述 目标", ["https://mp.weixin.qq.com/s/A"]),
        ("LOOPS sight", ["https://arxiv.org/abs/2204.00001"]),
        ("new/loops", ["https://github.com/old/loops"]),
        ("ｈ３．example/003", ["https://h3.example/003"]),  # full-width, as an input method may write it
        ("不存在", []),
    ],
)
def test_search(sample: Rendering, look: Callable[..., Tab], typed: str, shown: list[str]) -> None:
    tab = look(sample)
    tab.locator("[name=q]").press_sequentially(typed)
    assert rows(tab) == shown
    assert status(tab) == f"{len(shown)} of 255 links"


def test_an_input_method_is_waited_for(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    tab.focus("[name=q]")
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
    tab.fill("[name=note]", "b.md")
    assert status(tab) == "0 of 255 links"
    assert tab.locator("#table tbody").inner_text() == "No link is like that."
    tab.click("#clear")
    assert status(tab) == "255 of 255 links"
    tab.fill("[name=host]", "H3.")
    assert status(tab) == "36 of 255 links"
    tab.fill("[name=host]", "")
    tab.fill("[name=note]", "2022/")
    assert status(tab) == "5 of 255 links"


def test_sorting(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    tab.fill("[name=note]", "2022/")
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
    tab.click("text=entry 1")
    assert tab.locator("#note h3").inner_text() == "笔记（2022.5.31）"
    assert tab.locator("#note .meant h4").inner_text() == "1. 目标检测综述"
    tab.click("text=Its links")
    assert status(tab) == "5 of 255 links"


def test_a_note_with_its_pictures_and_facts(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample)
    assert tab.locator("#note h3").inner_text() == "笔记（2022.5.31）"  # the newest
    tab.fill("#note-search", "many")
    tab.click("#note-list a")
    assert tab.locator("#note .about").inner_text().split() == [
        "b.md",
        "2022-05-01",
        "Open",
        "the",
        "note",
        "Its",
        "links",
    ]
    tab.fill("#note-search", "检测")
    assert tab.locator("#note-list a").count() == 1
    tab.click("#note-list a")
    card = tab.locator(".card").first
    assert re.sub(r"\s+", " ", card.locator("dl").inner_text()) == (
        "Article alive 号 2026-11-20 Paper alive Loops in Sight Ada CVPR 2022 "
        "Code moved new/loops 1,234 stars Abstract 一句话"
    )
    picture = card.locator("img")
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") == 64
    assert picture.get_attribute("alt") == "Picture 1 of: 目标检测综述"


def test_the_browser_s_language_and_the_other(sample: Rendering, look: Callable[..., Tab]) -> None:
    tab = look(sample, locale="zh-CN")
    assert tab.title() == "notemend · 链接报告"
    assert status(tab) == "255 条链接中的 255 条"
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

NARROW = {"width": 360, "height": 740}


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en-GB"},
        {"color_scheme": "dark", "locale": "zh-CN"},
        {"color_scheme": "light", "locale": "zh-CN", "viewport": NARROW},
        {"color_scheme": "dark", "locale": "en-GB", "viewport": NARROW},
    ],
    ids=["light", "dark", "narrow", "dark narrow"],
)
def test_nothing_keeps_anybody_from_using_it(
    sample: Rendering, look: Callable[..., Tab], options: dict[str, Any]
) -> None:
    tab = look(sample, "#links?note=2022/", **options)
    tab.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    found = Axe().run(tab).response["violations"]
    grave = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}]
    assert grave == []
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
    made = rendered(tmp_path, notes, standings)
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
    assert tab.locator("script").count() == soup(made).select("script").__len__() == 1 + 1 + 3 + len(pages.SCRIPTS)
    leads = tab.evaluate("Array.from(document.querySelectorAll('a'), each => each.getAttribute('href'))")
    assert [link for link in leads if not link.startswith(("https://", "#", "notes/"))] == []
    assert "javascript:alert(1)" in tab.locator("#table").inner_text()
    assert (
        tab.locator("#acting .title").all_inner_texts()
        == tab.locator("#table tbody .title").all_inner_texts()[: len(HOSTILE)]
    )
    assert "notes/a%3Cb%3E%26%22%27.md#L3" in leads
    assert "javascript:alert(2)" in tab.locator("#acting").inner_text()


def test_a_picture_s_media_type_is_no_matter(tmp_path: Path, look: Callable[..., Tab]) -> None:
    """A drawing is shown as an image, in which no script runs."""
    drawing = Picture("ab/abcd.png", "abcd", "image/svg+xml", 68)
    seen = standing("https://mmbiz.qpic.cn/a/640?wx_fmt=png", metadata=drawing)
    tab = look(rendered(tmp_path, {"a.md": NOTE}, [seen]))
    assert tab.locator(".card img").count() == 1
