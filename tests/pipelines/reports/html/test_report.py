"""The page that people look at: what is in the file."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from crawler.images.store import FolderImageStore
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from pipelines.reports.html import page as pages
from pipelines.reports.html import report
from pipelines.reports.html.work_table import WorkTable
from pipelines.reports.render import render
from tests.support.mending import NOW, rendering
from tests.support.reporting import NOTE, SAMPLE, STORE, file_of, rendered, second_night, soup
from tests.support.storing import NIGHT, checked

if TYPE_CHECKING:
    from pathlib import Path

    from bs4 import Tag

    from pipelines.reports.contract import Rendering


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    return second_night(tmp_path_factory.mktemp("sample"))


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
        "images saved": ("1", ""),
        "notes changed": ("1", ""),
    }
    made.store.finish_run(NOW)
    render(made, report)
    assert {change for _, change in tiles(made).values()} == {""}  # the run that ended is no run before itself
    made.store.start_run(NOW + NIGHT)
    made.store.save([checked(STORE[0].link, Outcome.BLOCKED, 1, Verdict.DEAD)])
    render(made, report)
    changes = {name: change for name, (_, change) in tiles(made).items()}
    assert (changes["alive"], changes["dead"]) == ("−1 since last run", "+1 since last run")
    assert (changes["blocked"], changes["links"]) == ("+1 since last run", "no change")
    made.store.finish_run(NOW + NIGHT)
    made.store.start_run(NOW + 2 * NIGHT)
    render(made, report)
    assert {change for _, change in tiles(made).values()} == {"no change"}


def test_rendering_again_changes_no_byte(sample: Rendering) -> None:
    first = file_of(sample).read_bytes()
    render(sample, report)
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
    made = rendered(
        tmp_path, SAMPLE, STORE, image_store=FolderImageStore(tmp_path / "output/images", "https://cdn.example.com/p")
    )
    note, _ = data(made, "notes")
    assert note["entries"][0]["pictures"] == ["https://cdn.example.com/p/ab/abcd.png"]


def test_what_there_is_to_do_has_its_place_and_its_words(sample: Rendering) -> None:
    found = data(sample, "work")
    (items,) = (items for path, items in found["notes"] if path == "2022/a.md")
    (item,) = (each for each in items if each[4] == "finding.another title")
    assert item[:2] == [5, 39]
    assert item[5:7] == ["https://arxiv.org/abs/2204.00001", "Something Else Entirely"]
    reason, true, confidence = item[-3:]
    assert found["reasons"][reason] == {"en": "arXiv 2204.00001", "zh": "arXiv 2204.00001"}
    assert (found["reasons"][true]["en"], confidence) == ("Loops in Sight", "high")


def test_beyond_a_bound_edits_are_left_out_first() -> None:
    edit, dead = ([1, 1, 1, 1, problem, "", "", "", False, None, None, ""] for problem in ("edit.fact", "dead"))
    work = WorkTable(most=3)
    work.add("a.md", [dead, edit])
    work.add("b.md", [edit, dead])
    work.add("c.md", [dead])
    rows = json.loads(work.as_json())["notes"]
    assert [(path, [item[4] for item in items]) for path, items in rows] == [
        ("a.md", ["dead", "edit.fact"]),
        ("b.md", ["dead"]),
    ]
    assert work.left_out == 2


def test_every_chart_is_spelt_out(sample: Rendering) -> None:
    found = soup(sample)
    for figure in found.select("figure"):
        assert bool(figure.select("canvas")) == bool(figure.select("table")) != bool(figure.select(".notice"))
    rows = {text(row, "th"): [cell.text for cell in row.select("td")] for row in found.select(".hosts tbody tr")}
    assert rows["h0.example"] == ["0", "1", "0", "0", "35", "0"]


def test_beyond_a_bound_the_worst_are_shown_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_LINKS", 2)
    monkeypatch.setattr(report, "MAX_ENTRIES", 4)  # headings count as entries
    made = rendered(tmp_path, SAMPLE | {"c.md": "# The last"}, STORE)
    assert [row[3] for row in data(made, "links")["rows"]] == ["dead", "suspect"]
    notices = " ".join(each.text for each in soup(made).select(".notice"))
    assert "The table shows 2 of 255 links" in notices
    assert "Older notes not shown: 1" in notices
    assert [note["path"] for note in data(made, "notes")] == ["b.md", "c.md"]


def test_notes_are_shown_anew_when_a_link_of_theirs_changes(tmp_path: Path) -> None:
    made = rendered(tmp_path, SAMPLE, STORE)
    assert data(made, "notes")[0]["entries"][0]["article_verdict"] == "alive"
    render(made, report)
    assert data(made, "notes")[0]["entries"][0]["article_verdict"] == "alive"
    made.store.save([checked(STORE[0].link, Outcome.GONE, 1, Verdict.DEAD)])
    render(made, report)
    assert data(made, "notes")[0]["entries"][0]["article_verdict"] == "dead"


def test_before_the_first_run_there_is_a_page_too(tmp_path: Path) -> None:
    made = rendering(tmp_path, {"a.md": "no link\n"}, [])
    render(made, report)
    assert "No runs yet" in text(soup(made), ".when")
    assert data(made, "work")["notes"] == []


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
    assert pages.is_web_url(url) is leads
