"""Entries as a frame, merged with what is known of their links."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.models.check import Outcome
from crawler.models.link import Verdict
from crawler.models.metadata import Article, Page, Paper, Picture, Repository
from crawler.notes import parser
from pipelines.reports.frames import frame
from pipelines.reports.frames.entries import NoteBatch, merge_entries
from pipelines.reports.frames.frame import MergeError, to_frame, to_rows
from pipelines.reports.frames.metadata import metadata_frames
from pipelines.reports.frames.notes import ENTRIES, LINKS, MENTIONS, NOTES, note_rows
from tests.support.mending import LOOPS, PICTURE, known, standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from crawler.models.link import LinkState
    from crawler.models.notes.note import Note

ARTICLES = [f"https://mp.weixin.qq.com/s/{name}" for name in "AB"]
PAPERS = ["https://arxiv.org/abs/2204.00001", "https://arxiv.org/abs/2103.00002"]
CODE = ["https://github.com/o/r", "https://github.com/o/r/tree/main", "https://gitlab.com/o/r"]
UPPER_CASE = "https://github.com/O/r/tree/main"
IMAGES = [f"https://mmbiz.qpic.cn/{name}/640?wx_fmt=png" for name in "ab"]


def rows(batch: NoteBatch) -> list[dict[str, Any]]:
    table = batch.entries
    return to_rows(table, list(table.columns))


def fragment(rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"rows": rows, "edits": 0, "work": []}


def batch_of(note: Note, states: Sequence[LinkState]) -> NoteBatch:
    batch = NoteBatch()
    batch.add(fragment(as_stored(note_rows(note, known(note, states)))))
    return batch


def as_stored(rows: dict[str, Any]) -> dict[str, Any]:
    """Return rows as they come out of the store, which has them as JSON."""
    stored: dict[str, Any] = json.loads(json.dumps(rows))
    return stored


# --- what an entry has ------------------------------------------------------------------------------------------------

NOTE = """# 笔记（2022.5.31）

1. [=好文](https://mp.weixin.qq.com/s/A) :star::star:
   - Paper: [loops in  SIGHT.](https://arxiv.org/pdf/2204.00001v1)
   - Code: [x](https://github.com/O/r/tree/main)
"""


def test_links_of_an_entry_that_the_store_does_not_know() -> None:
    (row,) = rows(batch_of(parser.parse_note("a.md", NOTE.encode()), []))
    assert row["article_url"] == "https://mp.weixin.qq.com/s/A"
    assert row["paper_url"] == "https://arxiv.org/pdf/2204.00001v1"
    assert row["code_url"] == "https://github.com/O/r/tree/main"
    assert (row["article_verdict"], row["arxiv_id"], row["repository"]) == (None, None, None)


def test_the_field_goes_before_what_is_mentioned_earlier() -> None:
    text = "1. [t](https://mp.weixin.qq.com/s/A)\n   - Tips: [a](https://arxiv.org/abs/2103.00002)\n"
    note = parser.parse_note("a.md", f"{text}   - Paper: [b](https://arxiv.org/abs/2204.00001)".encode())
    (row,) = rows(batch_of(note, []))
    assert row["paper_url"] == "https://arxiv.org/abs/2204.00001"


def test_a_paper_without_arxiv_id_has_none_whatever_its_address() -> None:
    paper = standing(PAPERS[0], metadata=Paper("x", {"doi": "10.1/x"}))
    (row,) = rows(batch_of(parser.parse_note("a.md", NOTE.encode()), [paper]))
    assert (row["paper_title"], row["arxiv_id"]) == ("x", None)


def test_metadata_of_another_type_is_not_the_entry_s() -> None:
    states = [
        standing(ARTICLES[0], metadata=Page("p")),
        standing(PAPERS[0], metadata=Page("p")),
        standing(UPPER_CASE, metadata=Page("p")),
    ]
    (row,) = rows(batch_of(parser.parse_note("a.md", NOTE.encode()), states))
    assert (row["account"], row["paper_title"], row["title_matches"], row["stars"]) == (None, None, None, None)
    assert (row["arxiv_id"], row["repository"], row["code_verdict"]) == ("2204.00001", "o/r", "alive")


# --- batches ----------------------------------------------------------------------------------------------------------


def test_lines_notes_and_verdicts_of_several_notes() -> None:
    texts = {
        "b.md": f"# B\n\n<{ARTICLES[0]}>\n\n{NOTE}\n\n2. [x]({ARTICLES[1]}) <{ARTICLES[0]}>\n",
        "c.md": "",
        "梦.md": NOTE,
    }
    notes = [parser.parse_note(path, text.encode()) for path, text in texts.items()]
    states = [standing(ARTICLES[0], Outcome.GONE, Verdict.DEAD), standing(ARTICLES[1]), standing(UPPER_CASE)]
    batch = NoteBatch()
    for note in notes:
        batch.add(fragment(note_rows(note, known(note, states))))
    found = rows(batch)
    assert [(row["note"], row["line"]) for row in found] == [
        (note.path, entry.line) for note in notes for entry in note.entries
    ]
    assert [row["entry_id"] for row in found] == [0, 1, 2]
    assert to_rows(batch.verdict_counts(), ["note_id", "verdict", "count"]) == [
        {"note_id": 0, "verdict": "dead", "count": 3},
        {"note_id": 0, "verdict": "alive", "count": 2},
        {"note_id": 2, "verdict": "dead", "count": 1},
        {"note_id": 2, "verdict": "alive", "count": 1},
    ]
    assert [row["note"] for row in to_rows(batch.notes(), NOTES.names)] == list(texts)


def test_a_batch_without_notes_has_no_rows() -> None:
    batch = NoteBatch()
    assert (rows(batch), batch.has_entries, batch.is_full) == ([], False, False)
    assert batch.verdict_counts().empty


@pytest.mark.parametrize("text", ["# x", NOTE, f"<{ARTICLES[0]}> " * 4])
def test_a_batch_is_full_of_notes_entries_or_mentions(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "BATCH", 2)
    batch, note = NoteBatch(), parser.parse_note("a.md", text.encode())
    added = note_rows(note, known(note, [standing(ARTICLES[0])]))
    batch.add(fragment(added))
    assert not batch.is_full
    batch.add(fragment(added))
    assert batch.is_full


# --- keys -------------------------------------------------------------------------------------------------------------


def merged(*links: str) -> pd.DataFrame:
    """Return one entry with the first article, merged with links of these addresses."""
    values = dict.fromkeys(ENTRIES.names) | {"entry_id": 0, "article_url": ARTICLES[0], "article_link": ARTICLES[0]}
    entries = to_frame([tuple(values.values())], ENTRIES)
    found = to_frame([(url, f"wechat:{url}", "alive", None) for url in links], LINKS)
    return merge_entries(entries, to_frame([], MENTIONS), found, metadata_frames({}))


def test_an_entry_whose_link_is_missing_is_refused() -> None:
    assert len(merged(ARTICLES[0])) == 1
    with pytest.raises(MergeError, match=r"^article links: no row with article_link 'https://mp.weixin.qq.com/s/A'$"):
        merged(ARTICLES[1])


def test_an_entry_is_never_doubled() -> None:
    with pytest.raises(MergeError, match=r"^article links: more than one row with article_link"):
        merged(ARTICLES[0], ARTICLES[0])


# --- the same as looking each up --------------------------------------------------------------------------------------

WORDS = st.sampled_from(["", "=1", "梦", "a b", "＋x"])
FACTS: Mapping[str, st.SearchStrategy[Any]] = {
    "article": st.builds(Article, WORDS, account=st.none() | WORDS, author=st.none() | WORDS),
    "paper": st.builds(
        Paper,
        st.sampled_from(["Loops in Sight", "x"]),
        st.sampled_from([{}, {"arxiv": "2204.00001"}]),
        st.lists(WORDS, max_size=3).map(tuple),
        venue=st.none() | st.just("CVPR"),
        venue_year=st.none() | st.just(2022),
        withdrawn=st.none() | st.booleans(),
    ),
    "code": st.builds(
        Repository, st.just("O/r"), stars=st.none() | st.integers(0, 9), archived=st.none() | st.booleans()
    ),
    "image": st.just(PICTURE) | st.just(replace(PICTURE, title="cd/cd.mp4", media_type="video/mp4")),
}


@st.composite
def stores(draw: st.DrawFn) -> list[LinkState]:
    """Return states of some of the links; links with one identity share their metadata."""
    by_key: dict[str, Any] = {}
    states = []
    for role, urls in (("article", ARTICLES), ("paper", PAPERS), ("code", CODE), ("image", IMAGES)):
        for url in draw(st.lists(st.sampled_from(urls), unique=True)):
            state = standing(url, verdict=draw(st.sampled_from(Verdict)))
            metadata = by_key.setdefault(state.link.key, draw(st.none() | FACTS[role] | st.just(Page("p"))))
            states.append(replace(state, metadata=metadata))
    return states


@st.composite
def entry_texts(draw: st.DrawFn) -> str:
    title = draw(st.sampled_from(["好文", "CVPR 2022 | x", "=1"]))
    lines = [
        f"1. [{title}]({draw(st.sampled_from(ARTICLES))})"
        if draw(st.booleans())
        else f"1. {title} <https://u.example/>"
    ]
    for label, urls in (("Paper", PAPERS), ("Code", CODE)):
        if url := draw(st.none() | st.sampled_from(urls)):
            lines.append(f"   - {label}: [Loops in Sight]({url})")
    lines += ["", *(f"![]({url})" for url in draw(st.lists(st.sampled_from(IMAGES), max_size=3)))]
    return "\n".join(lines)


@settings(max_examples=40)
@given(st.lists(st.lists(entry_texts(), max_size=3), max_size=3), stores())
def test_a_merge_is_what_looking_up_each_link_gives(texts: list[list[str]], states: list[LinkState]) -> None:
    check_merge(texts, states)


@pytest.mark.stress
@settings(max_examples=400)
@given(st.lists(st.lists(entry_texts(), max_size=3), max_size=3), stores())
def test_any_merge_is_what_looking_up_each_link_gives(texts: list[list[str]], states: list[LinkState]) -> None:
    check_merge(texts, states)


def check_merge(texts: list[list[str]], states: list[LinkState]) -> None:
    notes = [parser.parse_note(f"{n}.md", "\n\n".join(each).encode()) for n, each in enumerate(texts)]
    batch, expected = NoteBatch(), []
    for note in notes:
        by_position = known(note, states)
        batch.add(fragment(as_stored(note_rows(note, by_position))))
        expected += [looked_up(note, entry.mentions, by_position) for entry in note.entries]
    found = [{name: row[name] for name in expected[0]} for row in rows(batch)] if expected else []
    assert found == expected


def looked_up(note: Note, mentions: Sequence[int], states: Mapping[int, LinkState]) -> dict[str, Any]:
    """Return some columns of an entry; the first link of each role is its own, as none is mentioned outside a field."""
    by_role = {note.mentions[at].role.value: at for at in reversed(mentions)}
    urls = {role: note.mentions[at].url for role, at in by_role.items()}
    link = {role: states[at] for role, at in by_role.items() if at in states}
    article, paper, code = (
        link[role].metadata if role in link and isinstance(link[role].metadata, type_) else None
        for role, type_ in (("article", Article), ("paper", Paper), ("code", Repository))
    )
    images = [states[at].metadata for at in mentions if at in states and isinstance(states[at].metadata, Picture)]
    return {
        "note": note.path,
        **{
            f"{role}_url": link[role].link.url if role in link else urls.get(role)
            for role in ("article", "paper", "code")
        },
        **{
            f"{role}_verdict": link[role].verdict.value if role in link else None
            for role in ("article", "paper", "code")
        },
        "account": getattr(article, "account", None),
        "article_author": getattr(article, "author", None),
        "paper_title": getattr(paper, "title", None),
        "authors": list(paper.authors) if isinstance(paper, Paper) else None,
        "withdrawn": getattr(paper, "withdrawn", None),
        "stars": getattr(code, "stars", None),
        "archived": getattr(code, "archived", None),
        "image_paths": [image.title for image in images if image is not None],
        "images_not_saved": list(
            dict.fromkeys(
                f"{states[at].link.url}: not saved: seen"
                for at in mentions
                if at in states and states[at].link.kind == "image" and not isinstance(states[at].metadata, Picture)
            )
        ),
    }


def test_a_paper_s_venue_stands_before_the_label_in_the_title() -> None:
    text = "1. [ICLR 2022 | 梦](https://mp.weixin.qq.com/s/A)\n   - Paper: [x](https://arxiv.org/abs/2204.00001)\n"
    note = parser.parse_note("a.md", text.encode())
    venues = ("venue", "venue_year", "venue_source")
    (row,) = rows(batch_of(note, [standing(PAPERS[0], metadata=LOOPS)]))
    assert [row[name] for name in venues] == ["CVPR", 2022, "comment"]
    (row,) = rows(batch_of(note, [standing(PAPERS[0], metadata=replace(LOOPS, venue=None, venue_source=None))]))
    assert [row[name] for name in venues] == ["ICLR", 2022, "note"]
