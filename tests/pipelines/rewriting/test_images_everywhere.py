"""Images in every place where one can stand: all bytes but theirs stay, and all candidates of one change together."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.kinds.registry import link_of
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Picture
from crawler.models.notes.note import LinkRole, Syntax
from crawler.notes.parser import parse_note
from pipelines.consistency.cross_references import CrossReferenceIndex
from pipelines.consistency.findings import find_inconsistencies
from pipelines.rewriting import edit_list, link_edits
from pipelines.rewriting.image_set_edits import without_halves
from tests.support.mending import known, mended, standing, undo_edits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.models.link import LinkState
    from crawler.models.notes.edit import Edit
    from crawler.models.notes.note import Mention, Note

TABLE = tomllib.loads((Path(__file__).parents[2] / "notes/spans.toml").read_text("utf-8"))
GROUPS = ("images", "html", "front_matter", "templates", "links")


def rows() -> Iterable[str]:
    for group in GROUPS:
        for row in TABLE[group]["rows"]:
            text = row.replace("⟦?", "").replace("⟦", "").replace("⟧", "")
            if any(map(is_picture, parse_note("a.mdx", text.encode()).mentions)):
                yield text


def is_picture(mention: Mention) -> bool:
    return mention.role is LinkRole.IMAGE and mention.url.startswith("http") and mention.guess is None


ROWS = list(rows())
folders = st.one_of(
    st.sampled_from(
        ["../images", "../a%20b(1)/%E5%9B%BE", "%E5%9B%BE", "https://c.example/i;a=1&copy=2", "//c.example"]
    ),
    st.text("ab1-_.~/,;:()'\"&=+!@*[]", max_size=8).map("https://c.example/{}".format),
)


def saved(note: Note) -> dict[int, LinkState]:
    """Return the states of the images of a note, each of which was saved under its number."""
    links = {at: link_of(each.url, note.path, each.role) for at, each in enumerate(note.mentions) if is_picture(each)}
    return {
        at: replace(standing(link.url, metadata=Picture(f"{at}.png", f"{at}", "image/png", 68)), link=link)
        for at, link in links.items()
        if link is not None
    }


def planned(note: Note, states: dict[int, LinkState], folder: str) -> tuple[Edit, ...]:
    return link_edits.plan_edits(note, states, lambda image: f"{folder}/{image.title}", {"pictures", "moved"})


def comparable(url: str) -> str:
    return unquote(url.removeprefix("http:").removeprefix("https:"))


def test_the_table_has_every_place() -> None:
    assert len(ROWS) > 30


@given(st.sampled_from(ROWS), st.lists(st.sampled_from([each for each in ROWS if each[:1] not in "-+{["])), folders)
def test_only_the_urls_change_and_are_read_again(first: str, more: list[str], folder: str) -> None:
    data = "\n\n".join([first, *more]).encode()
    note = parse_note("a.mdx", data)
    states = saved(note)
    if any(note.mentions[at].syntax in {Syntax.STRING, Syntax.PLAIN} for at in states):
        folder = urljoin("https://c.example/", folder)  # what a path means there depends on the template of the site
    made = planned(note, states, folder)
    spans = {(note.mentions[at].start, note.mentions[at].end) for at in states}
    assert {(edit.start, edit.end) for edit in made} <= spans
    out = edit_list.apply_edits(data, made)
    assert edit_list.apply_edits(out, undo_edits(made)) == data
    again = parse_note("a.mdx", out)
    assert len(again.mentions) == len(note.mentions)
    edited = {edit.start for edit in made}
    for at, (before, after) in enumerate(zip(note.mentions, again.mentions, strict=True)):
        assert after.role is before.role
        if before.start in edited:
            url, fragment = f"{folder}/{at}.png", urldefrag(before.url).fragment
            wanted = f"{url}#{fragment}" if fragment and "#" not in url else url
            assert comparable(after.url) == comparable(wanted)
        else:
            assert after.url == before.url
    assert planned(again, known(again, states.values()), folder) == ()


PNG = Picture("ab/abcd.png", "abcd", "image/png", 68)
SET = "<img srcset='https://x.y/a.png 1x, https://x.y/b.png 2x' src='https://x.y/c.png'>\n"


def lost(url: str, verdict: Verdict = Verdict.SUSPECT) -> list[LinkState]:
    """Return the states of some images that were saved, but one."""
    kept = [f"https://x.y/{name}.png" for name in "abcde"]
    states = [standing(each, metadata=PNG) for each in kept if each != url]
    return [*states, standing(url, Outcome.GONE, verdict)]


@pytest.mark.parametrize(
    "text",
    [
        SET,
        "<picture>\n<source srcset='https://x.y/a.png'>\n\n<img src='https://x.y/b.png'></picture>\n",
        "t <picture><source srcset='https://x.y/a.png'><img src='https://x.y/b.png'></picture> t\n",
        "<img data-src='https://x.y/a.png' data-srcset='https://x.y/b.png 2x'>\n",
        '<p style=\'background:image-set("https://x.y/a.png" 1x, "https://x.y/b.png" 2x)\'>t</p>\n',
    ],
)
def test_candidates_change_together_or_not_at_all(text: str) -> None:
    assert "x.y" not in mended(text, *lost("https://x.y/f.png"))
    assert mended(text, *lost("https://x.y/b.png")) == text
    note = parse_note("notes/a.md", text.encode())
    states = known(note, lost("https://x.y/b.png"))
    (finding,) = find_inconsistencies(note, states, CrossReferenceIndex())
    assert (finding.kind, finding.says) == ("image set incomplete", "https://x.y/b.png")
    assert finding.true.endswith("none edited")


@pytest.mark.parametrize(
    "text", [SET, "<picture><source srcset='https://x.y/b.png'><img src='https://x.y/a.png'></picture>\n"]
)
def test_a_dead_candidate_stays_and_the_others_change(text: str) -> None:
    dead = lost("https://x.y/b.png", Verdict.DEAD)
    done = mended(text, *dead)
    assert done.count("x.y") == 1
    assert "https://x.y/b.png" in done
    note = parse_note("notes/a.md", text.encode())
    (finding,) = find_inconsistencies(note, known(note, dead), CrossReferenceIndex())
    assert (finding.says, finding.true[-12:]) == ("https://x.y/b.png", "these edited")


def test_other_images_do_not_wait_for_a_set() -> None:
    text = "<img src='https://x.y/d.png'> <img src='https://x.y/e.png' data-src='https://x.y/a.png'>\n\n"
    assert "x.y/b.png" in mended(text + SET, *lost("https://x.y/b.png"))
    assert "x.y" not in mended(text, *lost("https://x.y/b.png"))
    changed = mended(text, *lost("https://x.y/e.png"))  # what stands in until a script has loaded the image
    assert "src='https://x.y/e.png' data-src='../images/ab/abcd.png'" in changed


def test_an_image_with_an_ignored_candidate_is_ignored_whole() -> None:
    text = (
        "<picture>\n<!-- notemend: ignore -->\n<source srcset='https://x.y/a.png'>\n<img src='https://x.y/b.png'>\n"
        "</picture>\n\n![t](https://x.y/c.png)\n"
    )
    assert [each.url for each in parse_note("a.md", text.encode()).mentions] == ["https://x.y/c.png"]


def test_a_candidate_that_is_not_edited_keeps_the_others() -> None:
    note = parse_note("notes/a.md", SET.encode())
    made = planned(note, saved(note), "../images")
    assert without_halves(note, made, made) == made
    assert without_halves(note, made, made[1:]) == ()


def test_a_format_for_some_browsers_changes_with_the_others() -> None:
    text = "<picture><source type='image/jxl' srcset='https://x.y/a.jxl'><img src='https://x.y/b.png'></picture>\n"
    jxl = standing("https://x.y/a.jxl", metadata=Picture("ab/abcd.jxl", "abcd", "image/jxl", 68))
    assert "x.y" not in mended(text, jxl, *lost("https://x.y/f.png"))


def test_charts_for_dark_and_light_pages_stay_and_are_no_finding() -> None:
    text = (
        "<picture><source srcset='https://api.star-history.com/svg?repos=a/b&theme=dark'>"
        "<img src='https://api.star-history.com/svg?repos=a/b'></picture>\n"
    )
    note = parse_note("notes/a.md", text.encode())
    states = saved(note)
    assert planned(note, states, "../images") == ()
    assert list(find_inconsistencies(note, states, CrossReferenceIndex())) == []
