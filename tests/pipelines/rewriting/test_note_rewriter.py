"""Notes before and after: `tests/notes/<case>/before.md` becomes `after.md`, whatever ends its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config.value_readers import REWRITES
from crawler.images.store import FolderImageStore
from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Paper, Repository
from pipelines.rewriting.image_urls import stored_image_url
from pipelines.rewriting.note_rewriter import NoteRewriter
from tests.support.mending import EVERYTHING, PICTURE, STORE, known, mended, moved, rendering, standing

NOTES = Path(__file__).parents[2] / "notes"
REWRITE = {
    "dead-links-marked": {"marks"},
    "dead-links-archived": {"snapshots"},
    "all-facts": {"facts", "license", "article"},
    "hostile-facts": {"facts", "license", "article"},
    "facts-in-lists": {"facts"},
}
"""What is rewritten where it is not what is rewritten unless the user says otherwise."""

DEAD = [
    standing(f"https://dead.example/{page}", Outcome.GONE, Verdict.DEAD)
    for page in ("post", "auto", "bare", "titled", "html", "reference", "picture.png")
]
KEPT = replace(
    standing("https://kept.example/post", Outcome.GONE, Verdict.DEAD),
    snapshot="https://web.archive.org/web/20210510120000/https://kept.example/post",
)
KNOWN = [
    *STORE,
    *DEAD,
    KEPT,
    standing("https://alive.example/back"),
    standing("gone.md", Outcome.GONE, Verdict.DEAD),
    standing("http://upgrade.example/", suggestion="https://upgrade.example/", source="https"),
    standing(
        "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA",
        metadata=Article("文", "回路之声", published_at=datetime(2022, 5, 30, 16, 30, tzinfo=UTC)),
    ),
    standing(
        "https://mp.weixin.qq.com/s/BBBBBBBBBBBBBBBBBBBBBB", metadata=Article("x", "](javascript:alert(1)\n<script>")
    ),
    standing("https://arxiv.org/abs/2105.00001", metadata=Paper("Withdrawn", {"arxiv": "2105.00001"}, withdrawn=True)),
    standing("https://arxiv.org/abs/2106.00001", metadata=Paper("y", {"arxiv": "2106.00001"}, ("x\u202e\r\ny",))),
    standing(
        "https://github.com/still/archived",
        metadata=Repository("still/archived", stars=980, license="MIT", archived=True),
    ),
    standing("https://github.com/hostile/one", metadata=Repository("hostile/one", license="|\n\n")),
]


def test_images_of_the_user_s_own_store_are_left_alone(tmp_path: Path) -> None:
    given = rendering(tmp_path, {"a.md": "[a](https://img.example/a) [b](https://b.example/a)"}, [])
    own = FolderImageStore(tmp_path / "output/images", "https://img.example")
    (note,) = given.notes_folder
    states = known(note, [moved(f"https://{host}.example/a", f"https://{host}.example/new") for host in ("img", "b")])
    for image_store, new in (
        (given.image_store, ["https://img.example/new", "https://b.example/new"]),
        (own, ["https://b.example/new"]),
    ):
        edits = NoteRewriter(replace(given, image_store=image_store), tmp_path, ()).plan_edits(note, states)
        assert [edit.new for edit in edits] == new


def test_an_image_is_shown_as_its_thumbnail_where_there_is_one(tmp_path: Path) -> None:
    given = replace(rendering(tmp_path, {"a.md": "x"}, []), webp_width=800)
    images = tmp_path / "output/images"
    original, thumbnail = (f"../output/images/{name}" for name in (PICTURE.title, "ab/abcd-800.webp"))
    assert stored_image_url(given, PICTURE.title, tmp_path / "notes") == original
    (images / "ab/abcd-800.webp").write_bytes(b"thumbnail")
    assert stored_image_url(given, PICTURE.title, tmp_path / "notes") == thumbnail
    assert stored_image_url(replace(given, webp_width=0), PICTURE.title, tmp_path / "notes") == original
    assert stored_image_url(replace(given, webp_width=400), PICTURE.title, tmp_path / "notes") == original
    (images / PICTURE.title).unlink()
    assert stored_image_url(given, PICTURE.title, tmp_path / "notes") == thumbnail
    (images / "ab/abcd-800.webp").unlink()
    assert stored_image_url(given, PICTURE.title, tmp_path / "notes") is None
    given.image_store.unavailable_reason = "timeout"  # what is known to be kept is taken to be there
    assert stored_image_url(given, PICTURE.title, tmp_path / "notes") == original


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("case", sorted(path.parent.name for path in NOTES.glob("*/before.md")))
def test_notes(case: str, line_end: str) -> None:
    before, after = (
        (NOTES / case / f"{side}.md").read_text("utf-8").replace("\n", line_end) for side in ("before", "after")
    )
    assert mended(before, *KNOWN, rewrite=REWRITE.get(case, EVERYTHING)) == after


def test_facts_in_lists_are_added_once() -> None:
    after = (NOTES / "facts-in-lists/after.md").read_text("utf-8")
    assert mended(after, *KNOWN, rewrite=REWRITE["facts-in-lists"]) == after


def test_nothing_is_edited_at_the_id_of_a_paper() -> None:
    dead = standing("https://arxiv.org/abs/2101.00001", Outcome.GONE, Verdict.DEAD)
    moved_doi = moved("https://doi.org/10.1000/x", "https://example.org/x")
    text = "---\ntitle: A Title of Words\ndoi: 10.1000/x\narxiv: 2101.00001\n---\n\nText.\n"
    assert mended(text, dead, moved_doi, rewrite={"marks", "moved", "authors", "venue"}) == text


LINKS = [known.link.url for known in KNOWN]
PLACES = (
    *("[t]({})", '[t]({} "title")', "[{0}]({0})", "<{}>", "{}", "![t]({})", "[r]\n\n[r]: {}\n", "中文：[文]({})，"),
    *("<a href='{}'>t</a>", "<a href={}>{}</a>", '<img src="{}" width=3>', "| [t]({}) | {} |", "`{}`", "> [t]({})"),
    *(
        "   - Paper: [t]({})",
        "   - 论文：{}",
        "   - Code: {}",
        "   - 代码：[{0}]({0})",
        "   - Stars: 7",
        "1. [t]({}) :star:",
    ),
    *(
        "# t",
        "- [ ] {}",
        "---",
        "<div align=center>",
        "</div>",
        "$$",
        "```",
        " (dead link)",
        " （存档）",
        "\ufeff",
        "\u200b",
        "\t",
        "*",
        "[[",
    ),
)


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(LINKS), st.sampled_from(["\n", "\n\n", "\r\n", " ", ""]))
    ),
    st.sets(st.sampled_from(sorted(REWRITES))),
)
def test_any_edits_of_any_note_are_stable_and_can_be_undone(
    pieces: list[tuple[str, str, str]], rewrite: set[str]
) -> None:
    text = "".join(place.format(url, url) + end for place, url, end in pieces)
    mended(text, *KNOWN, rewrite=rewrite)


@given(st.binary(max_size=300), st.sampled_from(LINKS))
def test_no_bytes_break_it(data: bytes, url: str) -> None:
    text = data.decode("utf-8", "replace").replace("�", f" [t]({url}) ")
    mended(text, *KNOWN, rewrite=set(REWRITES))
