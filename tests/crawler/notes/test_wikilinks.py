"""Wikilinks: which are read, with which target, span, text and role, and what only looks like one."""

from __future__ import annotations

import pytest

from crawler.kinds.registry import link_of
from crawler.models.notes.note import LinkRole
from crawler.notes.parser import parse_note


@pytest.mark.parametrize(
    ("source", "url", "span", "text"),
    [
        ("[[Note]]", "[[Note]]", "Note", "Note"),
        ("a [[Note#Heading|text]] b", "[[Note#Heading]]", "Note", "text"),
        ("[[Some Note#^block]]", "[[Some Note#^block]]", "Some Note", "Some Note"),
        ("**[[Größe]]**", "[[Größe]]", "Größe", "Größe"),
        ("| a |\n|---|\n| [[Note\\|text]] |", "[[Note]]", "Note", "text"),
        ("- [ ] [[2024-05-06]]", "[[2024-05-06]]", "2024-05-06", "2024-05-06"),
        ("> [[笔记]]", "[[笔记]]", "笔记", "笔记"),
        ("# [[a_b_c]]", "[[a_b_c]]", "a_b_c", "a_b_c"),
        ("x[[v1.2: new]]y", "[[v1.2: new]]", "v1.2: new", "v1.2: new"),
    ],
)
def test_wikilinks_are_mentions(source: str, url: str, span: str, text: str) -> None:
    note = parse_note("folder/a.md", source.encode())
    (mention,) = note.mentions
    assert (mention.url, note.source_of(mention), mention.text) == (url, span, text)
    link = link_of(mention.url, note.path)
    assert link is not None
    assert (link.url, link.kind) == (f"[[{span}]]", "local")


@pytest.mark.parametrize(
    "source",
    [
        "`[[Note]]`",
        "    [[Note]]",
        "```\n[[Note]]\n```",
        "[[1]]",
        "[[TOC]]",
        "[[1, 2], [3, 4]]",
        "[[ -f x ]]",
        "[[#Heading]]",
        "\\[[Note]]",
        "[[[Note]]]",
        "[[a, b]]",
        "[[{{ title }}]]",
        "[[]]",
        "<!-- notemend: ignore -->\n[[Note]]",
    ],
)
def test_what_is_no_wikilink(source: str) -> None:
    assert parse_note("a.md", source.encode()).mentions == ()


def test_links_in_brackets_stay_links() -> None:
    note = parse_note("a.md", b"[[pdf]](https://a.example/x) [[code]][c] [[c]]\n\n[c]: https://b.example/")
    assert [mention.url for mention in note.mentions] == ["https://a.example/x", "https://b.example/"]


@pytest.mark.parametrize(
    ("source", "role"),
    [("![[a.png|300]]", LinkRole.IMAGE), ("[[a.png]]", LinkRole.OTHER), ("![[Note]]", LinkRole.OTHER)],
)
def test_embedded_pictures_are_images(source: str, role: LinkRole) -> None:
    assert [mention.role for mention in parse_note("a.md", source.encode()).mentions] == [role]


def test_wikilinks_are_no_evidence_for_entries() -> None:
    text = "1. **A Title of a Work**\n   - Paper: https://arxiv.org/abs/2204.00001\n   - See [[Other Note]]\n"
    linked, plain = (parse_note("a.md", each.encode()) for each in (text, text.replace("[[", "").replace("]]", "")))
    assert [entry.title for entry in linked.entries] == [entry.title for entry in plain.entries]
    assert [[each.mentions for each in entry.fields] for entry in linked.entries] == [
        [each.mentions for each in entry.fields] for entry in plain.entries
    ]
    assert [mention.url for mention in linked.mentions] == ["https://arxiv.org/abs/2204.00001", "[[Other Note]]"]


def test_many_wikilinks_take_linear_time() -> None:
    assert len(parse_note("a.md", b"[[Note]] [[x " * 5_000).mentions) == 5_000
